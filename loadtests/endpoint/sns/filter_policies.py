"""Whether a filter policy is one, in SNS's words for what is wrong with it.

Sources: Amazon SNS Developer Guide, "Filter policy constraints" and the pages about matching; answers of AWS's that
LocalStack has recorded (test_sns_filter_policy.snapshot.json, 2024); aws/event-ruler, which has the same words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from ipaddress import ip_address
from typing import Any

from loadtests.endpoint.sns.refusals import Unfit
from loadtests.endpoint.sns.wildcards import parts

MOST_KEYS, MOST_COMBINATIONS = 5, 150
OR = "$or"
COMPARED = ("<", "<=", "=", ">", ">=")
BITS = {4: 32, 6: 128}


def check_policy(policy: Mapping[str, Any], *, may_nest: bool) -> None:
    """Raises Unfit. Only a policy of message bodies may nest."""
    if not may_nest and any(isinstance(rules, dict) for rules in policy.values()):
        raise Unfit("Filter policy scope MessageAttributes does not support nested filter policy")
    if len(policy) > MOST_KEYS:
        raise Unfit(f"FilterPolicy: Filter policy can not have more than {MOST_KEYS} keys")
    if _combinations(policy, 1, 1) > MOST_COMBINATIONS:
        raise Unfit("FilterPolicy: Filter policy is too complex")


def is_choice(name: str, rules: Any) -> bool:
    """Whether a name is no name but lets one of several policies be met: with fewer than two it is a name."""
    is_list = name == OR and isinstance(rules, list) and len(rules) > 1
    return is_list and all(isinstance(one, dict) and one for one in rules)


def _combinations(policy: Mapping[str, Any], depth: int, so_far: int) -> int:
    """How many there are of the policy's values, where deeper ones count as often as they are deep."""
    for name, rules in policy.items():
        if isinstance(rules, dict):
            so_far = _combinations(rules, depth + 1, so_far)
        elif is_choice(name, rules):
            so_far = sum(_combinations(one, depth, so_far) for one in rules)
        else:
            _check_rules(name, rules)
            so_far *= len(rules) * depth
    return so_far


def _check_rules(name: str, rules: Any) -> None:
    if not isinstance(rules, list):
        raise Unfit(f'FilterPolicy: "{name}" must be an object or an array')
    if not rules:
        raise Unfit("FilterPolicy: Empty arrays are not allowed")
    for rule in rules:
        _check_rule(rule)


def _check_rule(rule: Any) -> None:
    if isinstance(rule, list):
        raise Unfit("FilterPolicy: Match value must be String, number, true, false, or null")
    if isinstance(rule, dict):
        keyword, wanted = _only(rule)
        check = _CHECKS.get(keyword)
        if check is None:
            raise Unfit(f"FilterPolicy: Unrecognized match type {keyword}")
        check(keyword, wanted)


def _only(expression: Mapping[str, Any]) -> tuple[str, Any]:
    if len(expression) != 1:
        raise Unfit("FilterPolicy: Only one key allowed in match expression")
    return next(iter(expression.items()))


def _check_text(keyword: str, wanted: Any) -> None:
    if not isinstance(wanted, str):
        raise Unfit(f"FilterPolicy: {keyword} match pattern must be a string")


def _check_wildcard(keyword: str, wanted: Any) -> None:
    _check_text(keyword, wanted)
    try:
        parts(wanted)
    except ValueError as error:
        raise Unfit(f"FilterPolicy: {error}") from error


def _check_unwanted(_keyword: str, unwanted: Any) -> None:
    """Texts or numbers, or an operator that is not to be met."""
    if isinstance(unwanted, dict):
        keyword, wanted = _only(unwanted)
        if keyword not in _DENIED:
            raise Unfit(f"FilterPolicy: Unsupported anything-but pattern: {keyword}")
        _DENIED[keyword](keyword, wanted)
    elif isinstance(unwanted, list):
        kinds = {_kind(one) for one in unwanted}
        if None in kinds:
            raise Unfit("FilterPolicy: Inside anything but list, start|null|boolean is not supported.")
        if len(kinds) != 1:
            words = "either all values are number or string, mixed type is not supported"
            raise Unfit(f"FilterPolicy: Inside anything but list, {words}")
    elif _kind(unwanted) is None:
        raise Unfit("FilterPolicy: Value of anything-but must be an array or single string/number value.")


def _kind(value: Any) -> type | None:
    if isinstance(value, str):
        return str
    return float if _is_number(value) else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _check_presence(_keyword: str, wanted: Any) -> None:
    if not isinstance(wanted, bool):
        raise Unfit("FilterPolicy: exists match pattern must be either true or false.")


def _check_network(_keyword: str, wanted: Any) -> None:
    _check_text("prefix", wanted)  # so AWS says
    address, slash, bits = wanted.partition("/")
    if not slash or "/" in bits:
        raise Unfit("FilterPolicy: Malformed CIDR, one '/' required")
    if not bits.lstrip("-").isdecimal():
        raise Unfit("FilterPolicy: Malformed CIDR, mask bits must be an integer")
    if bits.startswith("-"):
        raise Unfit("FilterPolicy: Malformed CIDR, mask bits must not be negative")
    try:
        version = ip_address(address).version
    except ValueError as error:
        raise Unfit(f"FilterPolicy: Nonstandard IP address: {address}") from error
    if int(bits) >= BITS[version]:
        raise Unfit(f"FilterPolicy: IPv{version} mask bits must be < {BITS[version]}")


def _check_range(_keyword: str, wanted: Any) -> None:
    """One comparison, or a lower bound and an upper one."""
    if not isinstance(wanted, list):
        raise Unfit("FilterPolicy: Value of numeric must be an array.")
    sign, *rest = wanted or ["]"]
    if not wanted or not isinstance(sign, str):
        raise Unfit(f"FilterPolicy: Invalid member in numeric match: {sign}")
    if sign not in COMPARED:
        raise Unfit(f"FilterPolicy: Unrecognized numeric range operator: {sign}")
    bound = _number_after(sign, rest)
    if len(rest) > 1:
        _check_top(sign, bound, rest[1:])


def _check_top(sign: str, bottom: float, rest: Sequence[Any]) -> None:
    if not sign.startswith(">"):
        raise Unfit("FilterPolicy: Too many elements in numeric expression")
    second, *more = rest
    if not isinstance(second, str):
        raise Unfit(f"FilterPolicy: Bad value in numeric range: {second}")
    if not second.startswith("<") or second not in COMPARED:
        raise Unfit(f"FilterPolicy: Bad numeric range operator: {second}")
    if _number_after(second, more) <= bottom:
        raise Unfit("FilterPolicy: Bottom must be less than top")
    if len(more) > 1:
        raise Unfit("FilterPolicy: Too many terms in numeric range expression")


def _number_after(sign: str, rest: Sequence[Any]) -> float:
    if not rest or not _is_number(rest[0]):
        raise Unfit(f"FilterPolicy: Value of {'equals' if sign == '=' else sign} must be numeric")
    return float(rest[0])


_CHECKS: Mapping[str, Callable[[str, Any], None]] = {
    "prefix": _check_text,
    "suffix": _check_text,
    "equals-ignore-case": _check_text,
    "wildcard": _check_wildcard,
    "anything-but": _check_unwanted,
    "exists": _check_presence,
    "cidr": _check_network,
    "numeric": _check_range,
}
_DENIED: Mapping[str, Callable[[str, Any], None]] = {"prefix": _check_text, "wildcard": _check_wildcard}
"""The operators that `anything-but` takes; a suffix AWS has refused."""
