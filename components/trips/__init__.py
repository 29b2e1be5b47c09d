"""Trips on the screen: the list, one trip, its form, and what the assistant proposes a trip to be."""
