"""Which calls tell limiters apart, and the fewest of them that do."""
