"""A strategy on AWS: its CloudFormation stack, its package, and what a Lambda runs."""
