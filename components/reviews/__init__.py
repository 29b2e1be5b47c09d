"""Reviews: what is shared as its audience sees it, and what both sides do with it."""
