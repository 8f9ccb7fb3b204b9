"""Which accounts there are, whose request it is, and what each is allowed."""
