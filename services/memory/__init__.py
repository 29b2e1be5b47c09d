"""What the assistant remembers of a planner."""
