"""What is to be sent: mails with their instants and recipients, and chance by name."""
