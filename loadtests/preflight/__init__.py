"""A domain and an account before anything is sent: what DNS and SES say of them, and what is wrong with it."""
