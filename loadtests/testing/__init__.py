"""An SES for the tests of other people's senders: it throttles, fails and shows what arrived."""
