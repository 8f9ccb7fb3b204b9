"""A delivery policy says when a webhook is told again, and of which type its messages are."""

from __future__ import annotations

import json
from typing import Any

import pytest

from loadtests.endpoint.sns.delivery_policies import Delivery, check_subscription, check_topic, delivery
from loadtests.endpoint.sns.refusals import Unfit

RETRY: dict[str, Any] = {"minDelayTarget": 1, "maxDelayTarget": 16, "numRetries": 8}
PHASES = {"numNoDelayRetries": 1, "numMinDelayRetries": 1, "numMaxDelayRetries": 1}


def again_after_s(**retry: Any) -> tuple[float, ...]:
    """The delays of a subscription with this retry policy."""
    return delivery(json.dumps({"healthyRetryPolicy": retry}), "").again_after_s


def test_without_policies_a_webhook_is_told_three_times_more() -> None:
    """20 s apart, in plain text."""
    assert delivery("", "") == delivery("{}", "{}") == Delivery((20.0, 20.0, 20.0), "text/plain; charset=UTF-8")


def test_the_phases_follow_each_other() -> None:
    """At once, after the least delay, growing, after the longest delay; all together as many as there are to be."""
    assert again_after_s(**RETRY, **PHASES, backoffFunction="linear") == (0, 1, 1, 4.75, 8.5, 12.25, 16, 16)
    assert again_after_s(**RETRY, **PHASES, backoffFunction="geometric") == pytest.approx((0, 1, 1, 2, 4, 8, 16, 16))
    assert again_after_s(numRetries=0) == ()
    assert again_after_s(numRetries=1, minDelayTarget=60) == (60,)


def test_a_subscription_goes_before_its_topic_unless_the_topic_forbids_it() -> None:
    """Each part by itself."""
    own = json.dumps({"requestPolicy": {"headerContentType": "text/csv"}})
    http = {"defaultHealthyRetryPolicy": {"numRetries": 0}, "defaultRequestPolicy": {"headerContentType": "text/plain"}}
    assert delivery(own, json.dumps({"http": http})) == Delivery((), "text/csv")
    assert (
        delivery(own, json.dumps({"http": {**http, "disableSubscriptionOverrides": True}})).content_type == "text/plain"
    )


@pytest.mark.parametrize(
    ("retry", "words"),
    [
        ({"minDelayTarget": 0}, "minDelayTarget must be a whole number from 1"),
        ({"minDelayTarget": 30, "maxDelayTarget": 20}, "maxDelayTarget must be a whole number from 30"),
        ({"numRetries": 101}, "numRetries must be a whole number from 0 to 100"),
        ({"numRetries": 2.5}, "numRetries must be a whole number"),
        ({"numRetries": 2, "numMinDelayRetries": 3}, "more than numRetries"),
        ({"backoffFunction": "slow"}, "backoffFunction must be one of"),
        (
            {"minDelayTarget": 1_500, "maxDelayTarget": 3_600},
            "Total policy retry time cannot be greater than 3600 seconds",
        ),
        ({"retries": 3}, "unknown key"),
        ([], "must be a JSON object"),
    ],
)
def test_what_cannot_be_is_refused(retry: Any, words: str) -> None:
    """Of a subscription and of a topic, by the name of the part that is wrong."""
    with pytest.raises(Unfit, match=f"DeliveryPolicy: healthyRetryPolicy.*{words}|DeliveryPolicy: {words}"):
        check_subscription(json.dumps({"healthyRetryPolicy": retry}))
    with pytest.raises(Unfit, match=words):
        check_topic(json.dumps({"http": {"defaultHealthyRetryPolicy": retry}}))
    with pytest.raises(Unfit):
        check_topic(json.dumps({"http": {"defaultRequestPolicy": {"headerContentType": "text/csv"}}}))
