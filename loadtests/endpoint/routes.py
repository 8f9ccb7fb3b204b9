"""Our own routes and options, for the server and its clients: all of the endpoint that both sides import."""

from __future__ import annotations

START = ("POST", "/_seslab/start")
CALLS = ("GET", "/_seslab/calls")
REASONS = ("GET", "/_seslab/reasons")
STATS = ("GET", "/_seslab/stats")
QUEUES = ("GET", "/_seslab/queues")
LIVE = ("GET", "/_seslab/live")
DELIVERY = ("GET", "/_seslab/delivery")
ENVELOPE = ("GET", "/_seslab/envelope")
ACCOUNT, SET_ACCOUNT = ("GET", "/_seslab/account"), ("PUT", "/_seslab/account")
FAULTS, SET_FAULTS = ("GET", "/_seslab/faults"), ("PUT", "/_seslab/faults")
MESSAGES = "/_seslab/messages"
UNSUBSCRIBE = "/_seslab/unsubscribe/"
JSON, RAW = "application/json", "application/octet-stream"

DEFAULT_ACCOUNT, DEFAULT_REGION = "123456789012", "us-east-1"
"""Of a request that does not say whose it is."""

OPTIONS = {
    "rate": "max_send_rate_per_s",
    "burst": "limiter.burst",
    "limiter": "limiter.kind",
    "admission": "limiter.admission",
    "daily": "max_24h_send",
    "sandbox": "sandbox",
}
"""What people call the keys of a scenario's account, where they set them one by one."""
