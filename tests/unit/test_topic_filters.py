"""A subscription gets what its filter policy wants, of bodies and of attributes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from loadtests.endpoint.sns.filters import ATTRIBUTES, BODY, Filter

MAIL = {
    "eventType": "Delivery",
    "mail": {
        "destination": ["a@x.com", "b@y.org"],
        "tags": {"n": ["5"]},
        "headers": [{"name": "To"}, {"name": "From"}],
    },
    "sizes": [3, [70]],
    "flag": True,
    "nothing": None,
}


@pytest.mark.parametrize(
    ("policy", "is_wanted"),
    [
        ({"mail": {"destination": ["b@y.org"]}}, True),
        ({"mail": {"destination": [{"suffix": "y.org"}]}}, True),
        ({"mail": {"destination": [{"prefix": "c"}]}}, False),
        ({"mail": {"destination": [{"equals-ignore-case": "A@X.COM"}]}}, True),
        ({"mail": {"destination": [{"anything-but": ["a@x.com"]}]}}, True),
        ({"mail": {"destination": [{"anything-but": ["a@x.com", "b@y.org"]}]}}, False),
        ({"mail": {"destination": [{"anything-but": {"prefix": "a"}}]}}, True),
        ({"mail": {"tags": {"n": [{"numeric": [">", 1]}]}}}, False),
        ({"mail": {"headers": {"name": ["From"]}}}, True),
        ({"sizes": [{"numeric": [">", 50, "<=", 70]}]}, True),
        ({"sizes": [{"prefix": "3"}]}, False),
        ({"sizes": [3.0000000001]}, True),
        ({"flag": [1]}, False),
        ({"flag": [True]}, True),
        ({"nothing": [None]}, True),
        ({"nothing": [{"exists": True}]}, False),
        ({"gone": [{"exists": False}], "eventType": [{"exists": True}]}, True),
        ({"gone": [{"anything-but": ["x"]}]}, False),
        ({"eventType": {"deeper": ["x"]}}, False),
        ({"$or": [{"gone": ["x"]}, {"eventType": ["Delivery"]}]}, True),
        ({"eventType": ["Send", "Delivery"], "gone": ["x"]}, False),
    ],
)
def test_of_a_body_one_value_is_enough(policy: dict[str, Any], is_wanted: bool) -> None:
    """Of the lists on the way, as SES's events have them; every name of a policy is to be met."""
    assert Filter(policy, BODY).matches(None, json.dumps(MAIL)) is is_wanted


@pytest.mark.parametrize("text", ["no JSON", "5", "[]", "[" * 5_000, "[" * 900 + "]" * 900, '{"a": 1e400}', "{}"])
@pytest.mark.parametrize("rule", ["x", 5, {"numeric": ["<", 5]}, {"prefix": "x"}, {"exists": False}])
def test_a_body_that_has_nothing_is_not_wanted(text: str, rule: Any) -> None:
    """Whatever it is: no policy fails over it."""
    assert not Filter({"a": [rule]}, BODY).matches(None, text)


def test_attributes_are_read_by_their_type() -> None:
    """The values of an array are each looked at, and a number that is none matches nothing."""
    attributes = {
        "array": {"Type": "String.Array", "Value": '["rugby", 5]'},
        "number": {"Type": "Number", "Value": "5.0"},
        "odd": {"Type": "Number", "Value": "five"},
        "text": {"Type": "String", "Value": "rugby"},
    }
    wanted = {name: [5] for name in attributes}
    met = [name for name, rule in wanted.items() if Filter({name: rule}, ATTRIBUTES).matches(attributes, "")]
    assert met == ["array", "number"]
    for name in ("array", "text"):
        assert Filter({name: [{"prefix": "rug"}]}, None).matches(attributes, "")
    assert Filter({}, None).matches(None, "")
