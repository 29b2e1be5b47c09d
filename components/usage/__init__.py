"""What replies cost and how the app fares."""
