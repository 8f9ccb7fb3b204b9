"""Mails to the mailbox simulator that find out about an account's limiter."""
