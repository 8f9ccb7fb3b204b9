"""Who cannot be reached: SES's events as one page, one table and one CSV for those who speak with recipients."""
