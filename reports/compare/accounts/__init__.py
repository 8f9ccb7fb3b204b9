"""Several accounts in a comparison: a table of them, and what slices cost and protect."""
