"""Backboard's API served on this machine: the demo assistant, and the Backboard of the tests."""
