"""What may be set of a subscription, when it is made and afterwards.

Sources: SNS API reference, Subscribe and SetSubscriptionAttributes; answers of AWS's that LocalStack has recorded.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from moto.sns.exceptions import SNSInvalidParameter

from loadtests.endpoint.sns.filters import ATTRIBUTES, BODY
from loadtests.endpoint.sns.queueing import check_redrive

NAMES = (
    "DeliveryPolicy", "FilterPolicy", "FilterPolicyScope", "RawMessageDelivery", "RedrivePolicy", "SubscriptionRoleArn",
)  # fmt: skip
BOUND = 1_000_000_000  # of numbers in a filter policy


def invalid(parameter: str) -> SNSInvalidParameter:
    """What SNS says of a parameter that is missing or wrong."""
    return SNSInvalidParameter(f"Invalid parameter: {parameter}")


def check_attributes(attributes: Mapping[str, Any], *, is_fifo: bool) -> None:
    """Raises SNSInvalidParameter; an empty text takes a policy away."""
    if attributes.keys() - set(NAMES):
        raise invalid("AttributeName")
    if "RawMessageDelivery" in attributes:
        as_switch(attributes["RawMessageDelivery"])
    if (scope := attributes.get("FilterPolicyScope", ATTRIBUTES)) not in (BODY, ATTRIBUTES):
        raise invalid(f"FilterPolicyScope: Invalid value [{scope}]. Please use either {BODY} or {ATTRIBUTES}")
    if policy := attributes.get("DeliveryPolicy"):
        _document("DeliveryPolicy", policy)
    if policy := attributes.get("RedrivePolicy"):
        check_redrive(policy, is_fifo=is_fifo)


def as_switch(value: object) -> bool:
    """Raises SNSInvalidParameter for what is neither true nor false."""
    switch = {"true": True, "false": False}.get(str(value).lower())
    if switch is None:
        raise invalid(f"RawMessageDelivery: Invalid value [{value}]. Must be true or false.")
    return switch


def filter_policy(text: str) -> dict[str, Any]:
    """Read from JSON. Raises SNSInvalidParameter."""
    return _document("FilterPolicy", text)


def check_operands(policy: object) -> None:
    """Those that moto does not look at. Raises SNSInvalidParameter."""
    for value in policy.values() if isinstance(policy, dict) else policy if isinstance(policy, list) else ():
        check_operands(value)
    unwanted = policy.get("anything-but") if isinstance(policy, dict) else None
    if isinstance(unwanted, dict) and unwanted.keys() not in ({"prefix"}, {"suffix"}):
        raise invalid("FilterPolicy: Unrecognized match type within anything-but")


def _document(name: str, text: str) -> dict[str, Any]:
    try:
        read = json.loads(text, parse_int=_bounded, parse_float=_bounded, parse_constant=_bounded)
    except (ValueError, TypeError, RecursionError) as error:
        raise invalid(f"{name}: failed to parse JSON. {error}") from error
    if not isinstance(read, dict):
        raise invalid(f"{name}: must be a JSON object")
    return read


def _bounded(text: str) -> float:
    """Raises ValueError for what would be infinite, too."""
    number = float(text)
    if not -BOUND < number < BOUND:
        raise ValueError(f"{text} is not between -10^9 and 10^9")
    return int(text) if text.lstrip("-").isdigit() else number
