"""What replies cost, what is kept, and how this process fares."""
