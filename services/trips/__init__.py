"""Trips: briefs, customers, and who works on them."""
