"""A reply as it is drawn, while it is written and afterwards."""
