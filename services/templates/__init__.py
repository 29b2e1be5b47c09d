"""Templates: what a session can begin with."""
