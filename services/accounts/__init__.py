"""Users, passwords and tokens: who may come in."""
