"""The sidebar: sessions, marks, shortcuts, the account."""
