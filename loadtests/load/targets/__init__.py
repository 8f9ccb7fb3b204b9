"""Where a load test's mails go, what must hold there first, and who sees what became of them."""
