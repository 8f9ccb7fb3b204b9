"""SES's side of a load test, second by second, on Locust's page and in Locust's report."""
