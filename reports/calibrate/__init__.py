"""The simulator beside a real run of the same scenario."""
