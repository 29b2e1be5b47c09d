"""What stakeholders are shown of a thing: as plain data, as PDF, and as a receipt of what they decided."""
