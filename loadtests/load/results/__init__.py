"""What a load test came to: what Locust left, and what SES says, made one ledger."""
