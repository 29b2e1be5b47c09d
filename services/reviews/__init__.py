"""Reviews: what is shared, by which link, and what comes back."""
