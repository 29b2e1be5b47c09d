"""What admins do with people: who is here, who is let in, what they did; and how a lost password is replaced."""
