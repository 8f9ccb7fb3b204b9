"""What Lambda allows: the same in every world."""

from __future__ import annotations

KEEP_WARM_S = 600.0  # an idle environment's life: seen between 5 and 15 minutes, documented nowhere
ACCOUNT_CONCURRENCY = 1000  # of all functions: Lambda's quota page
STARTS_AT_ONCE, STARTS_PER_S = 1000, 100.0  # of one function's environments: Lambda's page on scaling behaviour
REQUESTS_PER_S = 10.0  # that one environment serves: Lambda's quota page
