"""A strategy's run in shares: a process for each worker's part of it."""
