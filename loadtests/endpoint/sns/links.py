"""What SNS's messages link to, and whoever has the message may ask for, without a signature."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, cast

from moto.core.exceptions import ServiceException
from moto.sns.exceptions import TopicNotFound
from moto.sns.models import sns_backends
from moto.utilities.arns import parse_arn

from loadtests.endpoint.http import OK, Answer
from loadtests.endpoint.refusals import FORBIDDEN, MISSING, Refused
from loadtests.endpoint.sns.refusals import invalid
from loadtests.endpoint.sns.signing import signer
from loadtests.endpoint.sns.topics import Backend
from scenarios.ledger.ledger import REJECTED

CERTIFICATES = "/SimpleNotificationService-"
NAMESPACE = "http://sns.amazonaws.com/doc/2010-03-31/"
PEM = "application/x-pem-file"
STATUSES = {"NotFound": MISSING, "AuthorizationError": FORBIDDEN}
"""Of SNS's errors, where it is not 400."""


class Followed(NamedTuple):
    """An action that was performed, and what its answer holds."""

    action: str
    document: dict[str, Any]


def certificate(path: str) -> Answer | None:
    """The certificate that is at this path; None where there is none."""
    key = signer()
    return Answer(OK, PEM, key.certificate) if path == key.path else None


def followed(asked: Mapping[str, Any]) -> Followed | None:
    """What came of following a link; None for what is none. What a link asks for needs the secret that is in it.

    Raises Refused.
    """
    action = asked.get("Action")
    if action not in ("ConfirmSubscription", "Unsubscribe"):
        return None
    try:
        return Followed(action, _confirmed(asked) if action == "ConfirmSubscription" else _ended(asked))
    except ServiceException as error:
        raise Refused(REJECTED, error.code, str(error.message)) from error


def _confirmed(asked: Mapping[str, Any]) -> dict[str, Any]:
    topic_arn, token = _text(asked, "TopicArn"), _text(asked, "Token")
    return {"SubscriptionArn": _backend(topic_arn).confirm(topic_arn, token, is_signed=False).arn}


def _ended(asked: Mapping[str, Any]) -> dict[str, Any]:
    arn = _text(asked, "SubscriptionArn")
    _backend(arn).unsubscribe_unsigned(arn)
    return {}


def _text(asked: Mapping[str, Any], name: str) -> str:
    value = asked.get(name)
    if not isinstance(value, str) or not value:
        raise invalid(name)
    return value


def _backend(arn: str) -> Backend:
    """Of a topic's or a subscription's account and region; nothing comes into being because a link names it."""
    try:
        named = parse_arn(arn)
    except ValueError as error:
        raise invalid(f"{arn} is no ARN") from error
    if named.account not in sns_backends or dict.get(sns_backends[named.account], named.region) is None:
        raise TopicNotFound
    return cast(Backend, sns_backends[named.account][named.region])
