"""Which strategy with which settings is best, subject to what must hold whatever SES's limiter is."""
