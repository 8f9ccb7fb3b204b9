"""An account's suppression list at SES: shown, added to, cleaned, and put back as it was."""
