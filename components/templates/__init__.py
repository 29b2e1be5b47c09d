"""Templates and the form that starts a session from one."""
