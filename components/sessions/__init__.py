"""Sessions in lists and dialogs, their files and models."""
