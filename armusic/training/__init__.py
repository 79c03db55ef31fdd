"""Where the halves meet: data sets become items, runs become checkpoints."""
