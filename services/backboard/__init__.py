"""The Backboard side of a session: assistants, threads, models, copies of files, what waits to be deleted."""
