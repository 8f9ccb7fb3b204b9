"""A subscription gets what its filter policy wants, of bodies and of attributes."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from loadtests.endpoint.sns.filter_policies import check_policy
from loadtests.endpoint.sns.filters import ATTRIBUTES, BODY, Filter
from loadtests.endpoint.sns.refusals import Unfit
from loadtests.endpoint.sns.wildcards import is_like, parts

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


@pytest.mark.parametrize(
    ("rule", "values", "others"),
    [
        ({"cidr": "10.0.0.0/24"}, ["10.0.0.255", ["x", "10.0.0.1"]], ["10.0.0.256", "10.0.1.0", "x", 167772161, None]),
        ({"cidr": "10.0.0.7/24"}, ["10.0.0.1"], ["10.0.1.1", "::a00:1"]),
        ({"cidr": "2001:db8:1234:1a00::/64"}, ["2001:0db8:1234:1a00::1"], ["2001:db8:123f:1a01::", "10.0.0.1"]),
        ({"wildcard": "*ball"}, ["baseball", "ball", ["x", "football"]], ["balloon", "Ball", "", 5]),
        ({"wildcard": "b*e*l"}, ["bel", "baseball"], ["bl", "ebl"]),
        ({"wildcard": "a*a"}, ["aa", "aba"], ["a", "ab"]),
        ({"wildcard": r"\*\\*"}, ["*\\", "*\\x"], ["x", "*x"]),
        ({"wildcard": "x"}, ["x"], ["xx"]),
        ({"anything-but": {"wildcard": "*ball"}}, ["rugby"], ["football"]),
    ],
)
def test_operators_of_addresses_and_wildcards(rule: Any, values: list[Any], others: list[Any]) -> None:
    """As LocalStack has recorded of networks, and the developer guide shows."""
    met = Filter({"a": [rule]}, BODY)
    assert all(met.matches(None, json.dumps({"a": value})) for value in values)
    assert not any(met.matches(None, json.dumps({"a": value})) for value in others)


@given(st.lists(st.sampled_from(["*", "a", "b", r"\*", r"\\"]), max_size=8), st.text("ab*\\", max_size=8))
def test_a_wildcard_is_a_pattern_of_any_characters(tokens: list[str], text: str) -> None:
    """The same as by a regular expression, where there is a pattern at all."""
    pattern = "".join(tokens)
    if any(pair == ("*", "*") for pair in pairwise(tokens)):
        with pytest.raises(ValueError, match="Consecutive wildcard"):
            parts(pattern)
    else:
        expression = "".join(".*" if token == "*" else re.escape(token[-1]) for token in tokens)
        assert is_like(text, pattern) is bool(re.fullmatch(expression, text))


PREFIX = "prefix match pattern must be a string"
UNFIT = [
    ([["value"]], "Match value must be String, number, true, false, or null"),
    ([{"wrong-operator": True}], "Unrecognized match type wrong-operator"),
    ([{"suffix": "value", "prefix": "value2"}], "Only one key allowed in match expression"),
    ([], "Empty arrays are not allowed"),
    ([{"suffix": 100}], "suffix match pattern must be a string"),
    ([{"suffix": ["test"]}], "suffix match pattern must be a string"),
    ({"suffix": "value"}, '"suffix" must be an object or an array'),
    ([{"cidr": ["bad-filter"]}], PREFIX),
    ([{"cidr": "bad-filter"}], "Malformed CIDR, one '/' required"),
    ([{"cidr": "bad-filter/64"}], "Nonstandard IP address: bad-filter"),
    ([{"cidr": "bad-/64filter"}], "Malformed CIDR, mask bits must be an integer"),
    ([{"cidr": "xx.11.xx/8"}], "Nonstandard IP address: xx.11.xx"),
    ([{"cidr": "10.0.0.0/32"}], "IPv4 mask bits must be < 32"),
    ([{"anything-but": {"wrong-operator": None}}], "Unsupported anything-but pattern: wrong-operator"),
    ([{"anything-but": {"suffix": "test"}}], "Unsupported anything-but pattern: suffix"),
    ([{"anything-but": {"prefix": False}}], PREFIX),
    ([{"anything-but": ["a", 1]}], "Inside anything but list, either all values are number or string, mixed type"),
    ([{"exists": "no"}], "exists match pattern must be either true or false."),
    ([{"wildcard": "a**"}], "Consecutive wildcard characters at pos 2"),
    ([{"wildcard": "\\a"}], "Invalid escape character at pos 1"),
    ([{"numeric": []}], "Invalid member in numeric match: ]"),
    ([{"numeric": [1, "<="]}], "Invalid member in numeric match: 1"),
    ([{"numeric": ["operator"]}], "Unrecognized numeric range operator: operator"),
    ([{"numeric": ["=", "000"]}], "Value of equals must be numeric"),
    ([{"numeric": [">="]}], "Value of >= must be numeric"),
    ([{"numeric": ["<", 100, ">", 10]}], "Too many elements in numeric expression"),
    ([{"numeric": [">=", 1, ">", 2]}], "Bad numeric range operator: >"),
    ([{"numeric": [">", 20, 30]}], "Bad value in numeric range: 30"),
    ([{"numeric": [">", 3, "<", 1]}], "Bottom must be less than top"),
    ([{"numeric": [">", 20, "<="]}], "Value of <= must be numeric"),
    ([{"numeric": [">", 20, "<", 30, "<", 50]}], "Too many terms in numeric range expression"),
]


@pytest.mark.parametrize(("rules", "words"), UNFIT)
def test_what_is_no_filter_policy_is_told_in_the_words_of_sns(rules: Any, words: str) -> None:
    """Those that LocalStack has recorded, and of what it has not asked those of aws/event-ruler."""
    with pytest.raises(Unfit) as caught:
        check_policy({"key": rules}, may_nest=True)
    assert str(caught.value).startswith(f"FilterPolicy: {words}")


def test_a_filter_policy_is_of_a_size() -> None:
    """Five keys, and 150 combinations, where deeper values count as often as they are deep; only bodies nest."""
    check_policy({name: ["x"] for name in "abcde"}, may_nest=False)
    check_policy({"a": {"b": {"c": ["x"] * 4}}, "d": {"e": ["x"] * 3}}, may_nest=True)
    check_policy({"$or": [{"a": ["x"] * 75}, {"b": ["x"] * 75}]}, may_nest=False)
    for policy, may_nest in (
        ({name: ["x"] for name in "abcdef"}, True),
        ({"a": ["x"] * 151}, True),
        ({"$or": [{"a": ["x"] * 76}, {"b": ["x"] * 75}]}, True),
        ({"a": {"b": ["x"]}}, False),
    ):
        with pytest.raises(Unfit):
            check_policy(policy, may_nest=may_nest)
