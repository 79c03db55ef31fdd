"""Every picture: piano rolls, codes, surfaces, traversals."""
