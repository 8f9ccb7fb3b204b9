"""The world moto: a run against a local AWS, with boto3 and in real time."""
