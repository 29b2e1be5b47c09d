"""Sessions as files: JSON, Markdown and PDF."""
