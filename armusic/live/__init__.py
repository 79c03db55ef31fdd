"""Play a tune in a loop while knobs change its attributes."""
