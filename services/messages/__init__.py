"""What is done with messages: versions, follow-ups, ratings."""
