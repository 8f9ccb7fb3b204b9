"""The simulated world: virtual time, and models of SES, SQS and Lambda; mappings and tickers are in scenarios/aws."""
