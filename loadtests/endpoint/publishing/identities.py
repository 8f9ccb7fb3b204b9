"""An account's identities, where moto keeps them: what SES tells their topics, and what it refuses of their names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.ses.models import EmailIdentity, SESBackend

from loadtests.endpoint.addresses import ANYBODY, MOST_DOMAIN_CHARACTERS, bare
from loadtests.endpoint.refusals import Refused, invalid
from loadtests.endpoint.validation.mailbox import DOMAIN

MOST_OF_A_LABEL = 63  # characters between the dots of a domain, RFC 1035
TYPES = ("Bounce", "Complaint", "Delivery")
FORWARDS = "feedback_forwarding_enabled"
"""Under this key moto keeps whether feedback is forwarded, beside the topics by type."""


class Identities:
    """Of one account and region; the letters of a domain are small ones there."""

    def __init__(self, backend: SESBackend) -> None:
        self._backend = backend

    def get(self, name: str) -> EmailIdentity | None:
        found: EmailIdentity | None = self._backend.email_identities.get(canonical(name))
        return found

    def is_known(self, name: str) -> bool:
        return self.get(name) is not None

    def delete(self, name: str) -> None:
        """With all that has been said of it; one that is not there stays so."""
        self._backend.email_identities.pop(canonical(name), None)
        self._backend.sns_topics.pop(canonical(name), None)

    def told(self, name: str) -> Mapping[str, Any]:
        """What has been said of its notifications."""
        told: Mapping[str, Any] = self._backend.sns_topics.get(canonical(name), {})
        return told

    def tell(self, name: str, key: str, value: Any) -> None:
        """Keep something of its notifications; None forgets it."""
        kept = dict(self.told(name)) | {key: value}
        self._backend.sns_topics[canonical(name)] = {key: value for key, value in kept.items() if value is not None}

    def forwards(self, name: str) -> bool:
        """Whether SES forwards feedback by mail, which it does until a request says otherwise."""
        return bool(self.told(name).get(FORWARDS, True))


def canonical(name: str) -> str:
    """An identity's name as it is kept: domains have no capitals."""
    return name if "@" in name else name.lower()


def headers_in(kind: str) -> str:
    """The attribute that says whether notifications of this type have the mail's headers."""
    return f"HeadersIn{kind}NotificationsEnabled"


def check_type(kind: str) -> None:
    """Raises Refused for what is no type of notification; localstack has recorded SES's words."""
    if kind not in TYPES:
        raise invalid(f"Invalid notification type: {kind}. Valid values are: {', '.join(TYPES)}.")


def check_identity(name: str) -> None:
    """Raises Refused for what is neither an address nor a domain."""
    if "@" in name:
        check_address(name)
        if bare(name) != name or not _may_be_domain(name.rpartition("@")[2]):
            raise _no_address(name)
    elif name != ANYBODY:
        check_domain(name)


def check_address(name: str) -> None:
    """Raises Refused; floci-io/floci has asked SES for the words, where it verifies an address by a mail."""
    if "@" not in bare(name):
        raise _no_address(name)


def check_domain(name: str) -> None:
    """Raises Refused; the words are ours, after those of an address."""
    if "." not in name or not _may_be_domain(name):
        raise invalid(f"Invalid domain name <{name}>.")


def _may_be_domain(name: str) -> bool:
    is_short = len(name) <= MOST_DOMAIN_CHARACTERS and all(len(label) <= MOST_OF_A_LABEL for label in name.split("."))
    return is_short and bool(DOMAIN.fullmatch(name))


def _no_address(name: str) -> Refused:
    return invalid(f"Invalid email address<{name}>.")


def strange(name: str) -> Refused:
    """The identity is none of the account's (boto/boto3#2645)."""
    return invalid(f"Identity {name} is invalid. Must be a verified email address or domain.")
