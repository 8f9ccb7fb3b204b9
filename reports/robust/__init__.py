"""Contenders under many hypotheses about SES's limiter: what is decided, and by what the rest turns."""
