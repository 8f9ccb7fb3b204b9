"""How SNS says what is wrong with a request."""

from __future__ import annotations

from moto.sns.exceptions import SNSInvalidParameter

AT_CREATION = "Attributes Reason: "
"""Before what is wrong with an attribute, where a subscription or a topic is made with it."""


class Unfit(ValueError):
    """Why an attribute cannot have a value."""


def invalid(parameter: str) -> SNSInvalidParameter:
    """What SNS says of a parameter that is missing or wrong."""
    return SNSInvalidParameter(f"Invalid parameter: {parameter}")
