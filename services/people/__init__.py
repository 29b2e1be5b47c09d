"""What admins do with people, how a lost password is replaced, and what people do with all that is theirs."""
