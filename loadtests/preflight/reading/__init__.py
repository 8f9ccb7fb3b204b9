"""What is known: asked of name servers and of SES, and read in a sample. Nothing is judged, and nothing changed."""
