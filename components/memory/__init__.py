"""What the assistant remembers, on its page and beside a reply."""
