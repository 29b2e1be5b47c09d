"""Use cases: permissions, transactions, the life of a reply."""
