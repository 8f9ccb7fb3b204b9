"""The ARNs of what a tenant may send with: identities, configuration sets and templates.

The service's model names their types EMAIL_IDENTITY and so on, which is answered here; floci-io/floci#2710 has seen SES
answer and take the ARN's own words. A filter takes both.
"""

from __future__ import annotations

from typing import NamedTuple

from loadtests.endpoint.refusals import invalid

TYPES = {"identity": "EMAIL_IDENTITY", "configuration-set": "CONFIGURATION_SET", "template": "EMAIL_TEMPLATE"}
"""By what the ARN calls them."""


class Resource(NamedTuple):
    """A resource of the account and region."""

    kind: str
    name: str
    arn: str


def resource_of(arn: str, account: str, region: str) -> Resource:
    """What the ARN names; raises Refused, in SES's order and words, for what is none of theirs."""
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn":
        raise invalid("Provided resource identifier is not an SES resource")
    _, _, service, its_region, its_account, named = parts
    kind, _, name = named.partition("/")
    if service != "ses":
        raise invalid("Provided ARN is not in SES resource ARN format")
    if kind not in TYPES:
        raise invalid(f"Unsupported resource type: {kind}")
    if not name:
        raise invalid("Provided resource identifier is not an SES resource")
    if its_region != region:
        raise invalid(f"Resource <{arn}> must be in the same region")
    if its_account != account:
        raise invalid(f"Resource <{arn}> must be in the same account")
    return Resource(kind, name, arn)


def type_of(arn: str) -> str:
    """As the API names the type of a resource that has been associated."""
    return TYPES[arn.split(":", 5)[5].partition("/")[0]]


def checked_type(name: str) -> str:
    """A type by either of its names; raises Refused for any other."""
    kind = TYPES.get(name, name)
    if kind not in TYPES.values():
        raise invalid(f"Invalid resource type {name} specified.")
    return kind
