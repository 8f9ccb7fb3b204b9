"""API v2: policies of identities, which moto keeps and nothing obeys.

Source: floci-io/floci, which has asked SES for the words. What a policy says is not read.
"""

from __future__ import annotations

import re

from loadtests.endpoint.control.kept import kept
from loadtests.endpoint.refusals import Refused, invalid
from loadtests.endpoint.requests import Request
from loadtests.endpoint.ses import Ses
from loadtests.endpoint.v2.identity_attributes import known
from scenarios.ledger.ledger import REJECTED

MOST = 20  # of an identity
_NAME = re.compile(r"[A-Za-z0-9_-]+")
_ALLOWED = "Policy names must only include alpha-numeric characters, dashes, and underscores."


@kept
def create(ses: Ses, request: Request) -> None:
    """Moto keeps it."""
    identity, name = known(ses, request), _name(request)
    if name in identity.policies:
        raise Refused(REJECTED, "AlreadyExistsException", f"Policy <{name}> already exists")
    if len(identity.policies) >= MOST:
        text = f"Number of policies for <{identity.email_identity}> exceeds max allowed number of policies per resource"
        raise Refused(REJECTED, "LimitExceeded", text)


@kept
def update(ses: Ses, request: Request) -> None:
    """Moto does it, to a policy that is there."""
    _check_there(ses, request, _name(request))


@kept
def delete(ses: Ses, request: Request) -> None:
    """Moto does it, to a policy that is there."""
    _check_there(ses, request, request.document["PolicyName"])


@kept
def get_all(ses: Ses, request: Request) -> None:
    """Moto does it, of an identity that is there."""
    known(ses, request)


def _name(request: Request) -> str:
    """Of the policy that is to be kept; raises Refused for what can be none."""
    name: str = request.document["PolicyName"]
    if not _NAME.fullmatch(name):
        raise invalid(f"PolicyName is invalid. {_ALLOWED}")
    return name


def _check_there(ses: Ses, request: Request, name: str) -> None:
    if name not in known(ses, request).policies:
        raise Refused(REJECTED, "NotFoundException", f"Policy <{name}> does not exist")
