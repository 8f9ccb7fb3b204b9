"""A strategy's declaration as a CloudFormation template: data to data, nothing is sent."""
