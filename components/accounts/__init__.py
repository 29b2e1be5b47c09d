"""Who is signed in, and the forms of an account."""
