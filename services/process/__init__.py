"""What a process has one of: background loop, HTTP client, log, cores."""
