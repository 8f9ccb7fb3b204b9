"""Sets of hypotheses about SES's limiter: the one that comes with seslab, and a user's own."""
