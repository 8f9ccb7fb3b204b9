"""The worlds ministack and aws: a strategy's stack is made, run, read out and removed."""
