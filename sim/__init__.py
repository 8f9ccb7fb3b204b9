"""The simulated world: virtual time and models of SES, SQS, Lambda and Step Functions."""
