"""Templates of the mails that ask somebody to verify an address."""
