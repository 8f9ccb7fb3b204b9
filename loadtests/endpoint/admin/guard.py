"""What browsers are told about our own answers: to guess no type, to keep nothing, to show nothing to other sites."""

from __future__ import annotations

from loadtests.endpoint.http import Answer

POLICY = "Content-Security-Policy"
GUARDS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Cache-Control", "no-store"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Referrer-Policy", "same-origin"),
    ("X-DNS-Prefetch-Control", "off"),
)
NOTHING = "default-src 'none'; frame-ancestors 'none'"


def guarded(answer: Answer) -> Answer:
    """The answer with these; what has no policy of its own may do nothing."""
    policy = () if any(name == POLICY for name, _ in answer.headers) else ((POLICY, NOTHING),)
    return answer._replace(headers=(*answer.headers, *GUARDS, *policy))
