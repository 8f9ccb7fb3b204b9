"""moto's SQS with queues of our own, which many threads may share."""
