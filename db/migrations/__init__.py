"""Schema changes, run by themselves at start."""
