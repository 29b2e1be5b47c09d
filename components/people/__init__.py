"""The page People, for admins: who is here, who is asked in, and who did what."""
