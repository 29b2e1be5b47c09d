"""The conversation on the screen: messages, what is done with them, and where one writes."""
