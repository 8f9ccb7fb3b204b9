"""The real world: wall-clock time and boto3, against a local AWS, ministack or AWS; and load tests with Locust."""
