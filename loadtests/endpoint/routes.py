"""Our own routes, for the server and its clients: the only module of the endpoint that both sides import."""

from __future__ import annotations

START = ("POST", "/_seslab/start")
CALLS = ("GET", "/_seslab/calls")
REASONS = ("GET", "/_seslab/reasons")
STATS = ("GET", "/_seslab/stats")
QUEUES = ("GET", "/_seslab/queues")
LIVE = ("GET", "/_seslab/live")
MESSAGES = "/_seslab/messages"
JSON, RAW = "application/json", "application/octet-stream"

DEFAULT_ACCOUNT, DEFAULT_REGION = "123456789012", "us-east-1"
"""Of a request that does not say whose it is."""
