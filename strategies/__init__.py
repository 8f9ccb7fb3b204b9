"""Ways of sending bulk mail through SES, each written once and run unchanged in every world."""
