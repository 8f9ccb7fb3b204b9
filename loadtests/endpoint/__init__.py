"""The local AWS: moto behind an SES that counts recipients, with queues that threads may share."""
