"""Custom verification email templates, which both APIs share.

Sources: SES Developer Guide, "Using custom verification email templates"; floci-io/floci#1840, which has asked SES for
the words, and that the content of a template is not looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from threading import Lock
from typing import NamedTuple
from urllib.parse import urlsplit

from loadtests.endpoint.addresses import is_verified
from loadtests.endpoint.message import V1_MOST_BYTES
from loadtests.endpoint.refusals import Refused, invalid
from loadtests.endpoint.sizes import bytes_of
from scenarios.ledger.ledger import REJECTED

MOST = 50
KEYS = {
    "name": "TemplateName",
    "sender": "FromEmailAddress",
    "subject": "TemplateSubject",
    "content": "TemplateContent",
    "success_url": "SuccessRedirectionURL",
    "failure_url": "FailureRedirectionURL",
}
"""What both APIs call what a template has."""


class Template(NamedTuple):
    """What SES is to send, from whom, and where a recipient is led afterwards."""

    name: str
    sender: str
    subject: str
    content: str
    success_url: str
    failure_url: str

    def document(self) -> dict[str, str]:
        """As both APIs show it."""
        return {KEYS[field]: value for field, value in self._asdict().items()}


class VerificationTemplates:
    """Of one account and region; many threads ask at once."""

    def __init__(self) -> None:
        self._templates, self._lock = dict[str, Template](), Lock()

    def all(self) -> list[Template]:
        """By their names."""
        return sorted(self._templates.values())

    def get(self, name: str) -> Template:
        """The template of this name; raises Refused if there is none."""
        found = self._templates.get(name)
        if found is None:
            raise unknown(f"Custom verification email template <{name}> does not exist")
        return found

    def create(self, template: Template) -> None:
        """Keep a new one; raises Refused."""
        with self._lock:
            if template.name in self._templates:
                text = f"Custom verification email template <{template.name}> already exists"
                raise Refused(REJECTED, "CustomVerificationEmailTemplateAlreadyExists", text)
            if len(self._templates) >= MOST:
                raise Refused(
                    REJECTED, "LimitExceeded", f"There are {MOST} custom verification email templates already."
                )
            self._templates[template.name] = template

    def update(self, template: Template) -> None:
        """Keep another in the place of the one of this name; raises Refused."""
        with self._lock:
            self.get(template.name)
            self._templates[template.name] = template

    def delete(self, name: str) -> None:
        """Raises Refused if there is none."""
        with self._lock:
            del self._templates[self.get(name).name]


def unknown(words: str) -> Refused:
    """There is no such template."""
    return Refused(REJECTED, "CustomVerificationEmailTemplateDoesNotExist", words)


def read(document: Mapping[str, str], identities: Collection[str]) -> Template:
    """What a request describes; raises Refused for what SES would not send."""
    for key in KEYS.values():
        if not document.get(key, "").strip():
            raise invalid(f"{key} is required.")
    template = Template(**{field: document[key] for field, key in KEYS.items()})
    if not is_verified(template.sender, identities):
        raise _unverified(f"The from email address <{template.sender}> is not verified")
    for which, url in (("success", template.success_url), ("failure", template.failure_url)):
        if not _is_of_web(url):
            raise invalid(f"The {which} redirection URL is invalid")
    if (length := bytes_of(*template)) >= V1_MOST_BYTES:
        text = f"Template length must be less than {V1_MOST_BYTES} bytes: '{length}'."
        raise Refused(REJECTED, "CustomVerificationEmailInvalidContent", text)
    return template


def check_sender(template: Template, identities: Collection[str], region: str) -> None:
    """Raises Refused if its sender is not verified any more."""
    if not is_verified(template.sender, identities):
        where = f"The following identities failed the check in region {region.upper()}: {template.sender}"
        raise _unverified(f"Email address is not verified. {where}")


def _unverified(words: str) -> Refused:
    return Refused(REJECTED, "FromEmailAddressNotVerified", words)


def _is_of_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and url.isascii() and " " not in url
    except ValueError:
        return False
