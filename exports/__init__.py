"""Plain data made into files."""
