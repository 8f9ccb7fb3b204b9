"""The mail that asks to verify an address; here the address is verified at once, as identities are.

Source: floci-io/floci#2191, which has asked SES for the words and for the order of its checks.
"""

from __future__ import annotations

from html import escape

from loadtests.endpoint.message import V1_MOST_BYTES, Message, Sent
from loadtests.endpoint.publishing.identities import canonical, check_address, check_identity
from loadtests.endpoint.refusals import Refused, invalid
from loadtests.endpoint.requests import Request
from loadtests.endpoint.ses import Ses
from loadtests.endpoint.sizes import bytes_of
from loadtests.endpoint.verification.templates import Template, check_sender
from scenarios.ledger.ledger import REJECTED

DISCLAIMER = "If you did not request to verify this email address, please disregard this message."
IN_SANDBOX = "The account must have production access before it can send custom verification emails."


def check_recipient(address: str) -> None:
    """Raises Refused; before SES looks for the template."""
    if not address.strip():
        raise invalid("Email address not specified.")
    check_address(address)
    check_identity(address)


def send(ses: Ses, request: Request, template: Template, api: str) -> Sent:
    """Ask the request's address, and make it an identity; raises Refused."""
    address = request.document["EmailAddress"]
    check_sender(template, ses.backend.email_identities, ses.region)
    if ses.sandbox:
        raise Refused(REJECTED, "ProductionAccessNotGranted", IN_SANDBOX)
    html = _html(template)
    message = Message(
        source=template.sender,
        to=(address,),
        subject=template.subject,
        html=html,
        configuration_set=request.document.get("ConfigurationSetName"),
        built_bytes=bytes_of(template.subject, html),
        most_bytes=V1_MOST_BYTES,
        **request.came(api, "SendCustomVerificationEmail"),
    )
    sent = ses.submit(message)
    if not ses.identities.is_known(address):
        ses.backend.create_email_identity_v2(canonical(address), None, None, None)
    return sent


def _html(template: Template) -> str:
    """The content as it is, the link that SES adds, and the sentence that nobody can take away."""
    link = escape(template.success_url)
    return f'{template.content}<p><a href="{link}">{link}</a></p><p>{DISCLAIMER}</p>'
