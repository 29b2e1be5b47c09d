"""Decks made from a reply, a talk or a trip; and made anew, without losing what people changed."""
