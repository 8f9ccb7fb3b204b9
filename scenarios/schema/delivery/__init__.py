"""What a scenario file may say of mail that SES has accepted: who keeps the mailboxes, and what they do with it."""
