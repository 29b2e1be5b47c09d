"""How much a trip's brief may hold."""

MAX_PLACES, MAX_PLACE_CHARS = 20, 100
MAX_PURPOSE_CHARS = 500
MAX_MONTHS = 12
MAX_TRIP_DAYS = 730
MAX_FLEX_DAYS = 60
MAX_TRAVELLERS, MAX_LABEL_CHARS = 100, 60
MAX_AGE, MAX_CHILD_AGE, MAX_INFANT_AGE = 120, 17, 2
MAX_NEEDS, MAX_NEED_CHARS = 10, 200  # of a traveller
MAX_WISHES, MAX_WISH_CHARS = 30, 300  # musts, and as many to avoid
MAX_QUESTIONS, MAX_QUESTION_CHARS = 20, 200  # beside those about what is not known
MAX_NOTES_CHARS = 8_000
MAX_TOLD_CHARS = 20_000  # of a brief as JSON, without the notes: this much an assistant can be told
MAX_TITLE_CHARS = 100
