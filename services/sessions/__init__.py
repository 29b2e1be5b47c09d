"""Sessions and their files."""
