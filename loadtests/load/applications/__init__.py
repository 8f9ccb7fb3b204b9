"""Versions of a user's own application under load: each is started, or was there before, and SES judges it."""
