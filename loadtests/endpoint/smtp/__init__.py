"""SES's SMTP interface."""
