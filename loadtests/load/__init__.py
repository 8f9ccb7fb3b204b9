"""A load test: Locust sends a scenario's load, and SES says what became of it."""
