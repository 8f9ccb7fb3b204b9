"""Credentials for SES's SMTP interface: derived from an access key, kept in a file, and rotated by a stack."""
