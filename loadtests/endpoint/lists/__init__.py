"""Contact lists: who wants which mail, and the link by which a recipient says so."""
