"""What a real run writes down: calls, what functions said, and what it has begun."""
