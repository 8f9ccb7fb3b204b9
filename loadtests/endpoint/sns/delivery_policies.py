"""How often and how soon a webhook is told again, and of which type its messages are: what delivery policies say.

Source: Amazon SNS Developer Guide, "Amazon SNS message delivery retries". It shows the functions of the backoff phase
in a picture only: here linear and arithmetic delays grow by the same sum, geometric and exponential ones by the same
factor.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from loadtests.endpoint.sns.refusals import Unfit

UTF_8 = "text/plain; charset=UTF-8"
RETRIES, DELAY_S = 3, 20
MOST_RETRIES, MOST_DELAY_S, MOST_TOTAL_S = 100, 3_600, 3_600
TYPES = ("application/json", "text/plain")
TYPES_OF_RAW = (
    *TYPES, "text/css", "text/csv", "text/html", "text/xml", "application/atom+xml", "application/octet-stream",
    "application/soap+xml", "application/x-www-form-urlencoded", "application/xhtml+xml", "application/xml",
)  # fmt: skip
PARTS = ("healthyRetryPolicy", "throttlePolicy", "requestPolicy")
PARTS_OF_TOPIC = ("defaultHealthyRetryPolicy", "defaultThrottlePolicy", "defaultRequestPolicy")
OVERRIDES = "disableSubscriptionOverrides"
KEYS = ("numRetries", "numNoDelayRetries", "minDelayTarget", "numMinDelayRetries", "maxDelayTarget",
        "numMaxDelayRetries", "backoffFunction")  # fmt: skip


class Delivery(NamedTuple):
    """How a webhook is told: after how many seconds again, and again, until it is given up; and the type."""

    again_after_s: tuple[float, ...] = (float(DELAY_S),) * RETRIES
    content_type: str = UTF_8


def check_subscription(policy: str) -> None:
    """Raises Unfit for what is no policy of a subscription."""
    document = _document(policy)
    _check_names(document, PARTS, "")
    _delivery(document, PARTS, "", TYPES_OF_RAW)


def check_topic(policy: str) -> None:
    """Raises Unfit for what is no policy of a topic."""
    document = _document(policy)
    _check_names(document, ("http",), "")
    http = _object(document.get("http"), "http")
    _check_names(http, (*PARTS_OF_TOPIC, OVERRIDES), "http.")
    _delivery(http, PARTS_OF_TOPIC, "http.", TYPES)


@lru_cache(1_000)
def delivery(subscription_policy: str, topic_policy: str) -> Delivery:
    """What both say together, either of which may be empty; a subscription's own words go first, if they may."""
    own = _document(subscription_policy) if subscription_policy else {}
    http = _object(_document(topic_policy).get("http"), "http") if topic_policy else {}
    together = {part: http.get(of_topic) for part, of_topic in zip(PARTS, PARTS_OF_TOPIC, strict=True)}
    if not http.get(OVERRIDES):
        together |= {part: its for part, its in own.items() if its is not None}
    return _delivery(together, PARTS, "", TYPES_OF_RAW)


def _delivery(document: Mapping[str, Any], names: tuple[str, ...], where: str, types: tuple[str, ...]) -> Delivery:
    """What the document's parts of these names say; raises Unfit."""
    retry, throttle, request = (_object(document.get(name), f"{where}{name}") for name in names)
    _check_names(retry, KEYS, f"{where}{names[0]}.")
    _number(throttle, "maxReceivesPerSecond", f"{where}{names[1]}", 1, 1)
    kind = request.get("headerContentType", UTF_8)
    if not isinstance(kind, str) or kind.partition(";")[0].strip() not in types:
        raise Unfit(f"DeliveryPolicy: {where}{names[2]}: headerContentType must be one of {', '.join(types)}")
    return Delivery(_again_after_s(retry, f"{where}{names[0]}"), kind)


def _again_after_s(retry: Mapping[str, Any], where: str) -> tuple[float, ...]:
    """The delays of all phases, one after the other; raises Unfit."""
    least_s = _number(retry, "minDelayTarget", where, DELAY_S, 1, MOST_DELAY_S)
    longest_s = _number(retry, "maxDelayTarget", where, max(DELAY_S, least_s), least_s, MOST_DELAY_S)
    retries = _number(retry, "numRetries", where, RETRIES, 0, MOST_RETRIES)
    at_once, soon, late = (_number(retry, f"num{phase}DelayRetries", where, 0) for phase in ("No", "Min", "Max"))
    backoff = retries - at_once - soon - late
    if backoff < 0:
        raise Unfit(f"DeliveryPolicy: {where}: the retries of the phases are more than numRetries")
    name = retry.get("backoffFunction", "linear")
    if name not in _BACKOFFS:
        raise Unfit(f"DeliveryPolicy: {where}: backoffFunction must be one of {', '.join(_BACKOFFS)}")
    grown = tuple(_BACKOFFS[name](least_s, longest_s, share) for share in _shares(backoff))
    delays_s = (0.0,) * at_once + (float(least_s),) * soon + grown + (float(longest_s),) * late
    if sum(delays_s) > MOST_TOTAL_S:
        raise Unfit(f"DeliveryPolicy: {where}: Total policy retry time cannot be greater than {MOST_TOTAL_S} seconds")
    return delays_s


def _shares(count: int) -> Iterator[float]:
    """How much of its way the backoff has behind it, at each of so many retries."""
    return (place / (count - 1) if count > 1 else 0.0 for place in range(count))


def _by_sum(least_s: int, longest_s: int, share: float) -> float:
    return least_s + (longest_s - least_s) * share


def _by_factor(least_s: int, longest_s: int, share: float) -> float:
    return float(least_s * (longest_s / least_s) ** share)


_BACKOFFS: Mapping[str, Callable[[int, int, float], float]] = {
    "arithmetic": _by_sum,
    "exponential": _by_factor,
    "geometric": _by_factor,
    "linear": _by_sum,
}


def _number(
    document: Mapping[str, Any], name: str, where: str, usual: int, least: int = 0, most: int = MOST_DELAY_S
) -> int:
    value = usual if document.get(name) is None else document[name]
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise Unfit(f"DeliveryPolicy: {where}: {name} must be a whole number from {least} to {most}")
    return value


def _object(value: Any, where: str) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Unfit(f"DeliveryPolicy: {where} must be a JSON object")
    return value


def _check_names(document: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    if strange := document.keys() - {*known}:
        raise Unfit(f"DeliveryPolicy: unknown key {where}{min(strange)}; there are {', '.join(known)}")


def _document(policy: str) -> dict[str, Any]:
    try:
        document = json.loads(policy)
    except (ValueError, TypeError, RecursionError) as error:
        raise Unfit(f"DeliveryPolicy: failed to parse JSON. {error}") from error
    return _object(document, "the policy")
