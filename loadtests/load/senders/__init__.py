"""The users of a load test, one for each interface that takes mail."""
