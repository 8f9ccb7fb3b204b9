"""A tracker's figures, as a document and as a table."""
