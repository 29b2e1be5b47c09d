"""The life of a reply, from the send to the last word."""
