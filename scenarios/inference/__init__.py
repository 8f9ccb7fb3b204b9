"""What SES's limiter may be, given which calls it accepted and which it refused; and which calls would tell more."""
