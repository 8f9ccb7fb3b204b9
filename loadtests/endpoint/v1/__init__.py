"""SES's API v1: AWS's Query protocol, answered with XML."""
