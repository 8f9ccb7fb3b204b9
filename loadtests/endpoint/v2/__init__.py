"""SES's API v2: REST with JSON."""
