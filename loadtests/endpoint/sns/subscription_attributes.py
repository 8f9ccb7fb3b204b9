"""What may be set of a subscription, when it is made and afterwards.

Sources: SNS API reference, Subscribe and SetSubscriptionAttributes; answers of AWS's that LocalStack has recorded.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from loadtests.endpoint.sns.delivery_policies import check_subscription as check_delivery
from loadtests.endpoint.sns.filters import ATTRIBUTES, BODY
from loadtests.endpoint.sns.queueing import check_redrive
from loadtests.endpoint.sns.refusals import Unfit

NAMES = (
    "DeliveryPolicy", "FilterPolicy", "FilterPolicyScope", "RawMessageDelivery", "RedrivePolicy", "SubscriptionRoleArn",
)  # fmt: skip
BOUND = 1_000_000_000  # of numbers in a filter policy


def check_attributes(attributes: Mapping[str, Any], *, is_fifo: bool) -> None:
    """Raises Unfit; an empty text takes a policy away."""
    if attributes.keys() - set(NAMES):
        raise Unfit("AttributeName")
    if "RawMessageDelivery" in attributes:
        as_switch(attributes["RawMessageDelivery"])
    if (scope := attributes.get("FilterPolicyScope", ATTRIBUTES)) not in (BODY, ATTRIBUTES):
        raise Unfit(f"FilterPolicyScope: Invalid value [{scope}]. Please use either {BODY} or {ATTRIBUTES}")
    if policy := attributes.get("DeliveryPolicy"):
        check_delivery(policy)
    if policy := attributes.get("RedrivePolicy"):
        check_redrive(policy, is_fifo=is_fifo)


def as_switch(value: object) -> bool:
    """Raises Unfit for what is neither true nor false."""
    switch = {"true": True, "false": False}.get(str(value).lower())
    if switch is None:
        raise Unfit(f"RawMessageDelivery: Invalid value [{value}]. Must be true or false.")
    return switch


def filter_policy(text: str) -> dict[str, Any]:
    """Read from JSON. Raises Unfit."""
    try:
        read = json.loads(text, parse_int=_bounded, parse_float=_bounded, parse_constant=_bounded)
    except (ValueError, TypeError, RecursionError) as error:
        raise Unfit(f"FilterPolicy: failed to parse JSON. {error}") from error
    if not isinstance(read, dict):
        raise Unfit("FilterPolicy: must be a JSON object")
    return read


def differ(new: Mapping[str, Any], old: Mapping[str, Any]) -> bool:
    """Whether attributes that are asked for, and could be set, are others than those that are there."""
    return any(_read(name, value) != _read(name, old.get(name)) for name, value in new.items() if value)


def _read(name: str, value: Any) -> Any:
    """What an attribute means, in whatever words; one that is not set means what is usual."""
    if name == "RawMessageDelivery":
        return bool(value) and as_switch(value)
    if name == "FilterPolicyScope":
        return value or ATTRIBUTES
    return json.loads(value) if value and name.endswith("Policy") else value


def _bounded(text: str) -> float:
    """Raises ValueError for what would be infinite, too."""
    number = float(text)
    if not -BOUND < number < BOUND:
        raise ValueError(f"{text} is not between -10^9 and 10^9")
    return int(text) if text.lstrip("-").isdigit() else number
