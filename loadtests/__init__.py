"""The real world: wall-clock time, boto3, and a local AWS that throttles like SES."""
