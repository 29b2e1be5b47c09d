"""The demo assistant: what it answers. Nothing of the protocol is known here."""
