"""What becomes of accepted mail, and how SES tells of it."""
