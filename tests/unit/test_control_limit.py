"""SES's own limit on operations that do not send."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from loadtests.endpoint.control.limit import MORE_OFTEN, SENDS, ControlLimit
from loadtests.endpoint.parsing.operations import model
from loadtests.endpoint.refusals import Refused
from tests.unit.served import mail, mail_v1, served


def taken(limit: ControlLimit, name: str, at_s: float) -> bool:
    """Whether a request is let through."""
    try:
        limit.check(("sesv2", name), at_s)
    except Refused:
        return False
    return True


@given(gaps_s=st.lists(st.sampled_from((0.0, 0.25, 0.5, 0.75, 1.0, 3.0)), max_size=40), most=st.integers(1, 3))
def test_no_second_has_more_than_it_may(gaps_s: list[float], most: int) -> None:
    """No half-open second holds more than an operation allows, and a request is refused only if its second is full."""
    limit, now_s, let = ControlLimit({"GetAccount": most}), 0.0, list[float]()
    for gap_s in gaps_s:
        now_s += gap_s
        recent = [at_s for at_s in let if now_s - at_s < 1.0]
        assert taken(limit, "GetAccount", now_s) == (len(recent) < most)
        let += [now_s] if len(recent) < most else []
    assert all(after - before >= 1.0 for before, after in zip(let, let[most:], strict=False))
    assert most > 1 or all(after - before >= 1.0 for before, after in pairwise(let))


def test_each_operation_of_each_api_is_counted_by_itself() -> None:
    """One that has had its second keeps no other waiting; sends wait for nothing here."""
    limit = ControlLimit()
    for operation in (("ses", "GetTemplate"), ("ses", "GetSendQuota"), ("sesv2", "GetAccount")):
        limit.check(operation, 0.0)
        with pytest.raises(Refused):
            limit.check(operation, 0.5)
    for name in SENDS:
        limit.check(("sesv2", name), 0.0)
        limit.check(("sesv2", name), 0.0)


def test_exceptions_are_those_of_the_references() -> None:
    """Of operations that do not send botocore's model, which has AWS's text, names another rate for these only."""
    said = dict[str, int]()
    for api in ("ses", "sesv2"):
        for name in model(api).operation_names:
            text = re.sub("<[^>]+>", " ", model(api).operation_model(name).documentation)
            rate = re.search(r"no more than (\d+) times per second", text)
            said |= {name: int(rate[1])} if rate else {}
            assert not (name in SENDS and "per second" in text), name
    assert said == MORE_OFTEN


def test_it_is_told_as_ses_tells_it() -> None:
    """By code, status and words of each API; sends go on, and without the flag nothing is throttled."""
    with served(limits_control=True) as endpoint:
        v1, v2 = endpoint.client("ses"), endpoint.client("sesv2")
        for client, ask, code, status in (
            (v1, v1.list_receipt_rule_sets, "Throttling", 400),  # moto's
            (v1, v1.get_send_quota, "Throttling", 400),
            (v2, v2.list_contact_lists, "TooManyRequestsException", 429),
            (v2, v2.get_account, "TooManyRequestsException", 429),
        ):
            ask()
            with pytest.raises(ClientError) as caught:
                ask()
            told = caught.value.response
            assert (told["Error"]["Code"], told["Error"]["Message"]) == (code, "Rate exceeded"), client
            assert told["ResponseMetadata"]["HTTPStatusCode"] == status
        for _ in range(3):
            v1.send_email(**mail_v1())
            v2.send_email(**mail())
    with served() as endpoint:
        v2 = endpoint.client("sesv2")
        assert all(v2.get_account() for _ in range(3))
