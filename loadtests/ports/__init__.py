"""The strategies' ports in real time: asyncio and boto3, the twins of the simulator's models."""
