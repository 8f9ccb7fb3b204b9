"""The status tracker: what SES tells of each mail's way to each recipient, kept so that order does not matter."""
