"""What browsers are told about our own answers, as every server of ours tells them."""

from __future__ import annotations

from loadtests.endpoint.http import Answer
from scenarios.web_pages import ANSWERS_SAY, NOTHING, POLICY


def guarded(answer: Answer) -> Answer:
    """The answer with these; what has no policy of its own may do nothing."""
    policy = () if any(name == POLICY for name, _ in answer.headers) else ((POLICY, NOTHING),)
    return answer._replace(headers=(*answer.headers, *ANSWERS_SAY, *policy))
