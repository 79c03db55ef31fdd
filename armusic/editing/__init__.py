"""Turn a tune: material, candidates, a pool of them, and the values that are reached."""
