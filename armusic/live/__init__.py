"""Play a tune in a loop while its attributes are turned."""
