"""The mails that SES has accepted, as people and tests look at them."""
