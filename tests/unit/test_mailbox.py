"""The mailbox simulator: what each address stands for, and what overrules it."""

from __future__ import annotations

from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart

import pytest

from loadtests.endpoint.message import Attachment, Message, Withheld
from loadtests.endpoint.publishing.mailbox import MAILBOXES, Fate, fates, has_virus

VIRUS = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@pytest.mark.parametrize("name", MAILBOXES)
@pytest.mark.parametrize(
    "form", ["{}@simulator.amazonses.com", "{}+1.a@simulator.amazonses.com", "Me <{}@Simulator.amazonSES.com>"]
)
def test_a_label_a_name_and_capitals_change_nothing(name: str, form: str) -> None:
    """An address of the simulator stands for the same with and without them."""
    assert fates(form.format(name), {}) == MAILBOXES[name]


@pytest.mark.parametrize(
    "address",
    [
        "bounce@example.com",
        "my.bounce@simulator.amazonses.com",
        "bounce@simulator.amazonses.com.example",
        "nobody@simulator.amazonses.com",
    ],
)
def test_everybody_else_gets_the_mail(address: str) -> None:
    """Only the simulator's own addresses do anything else, not those that look like them."""
    assert fates(address, {}) == (Fate.DELIVERED,)


def test_who_complains_or_answers_has_got_the_mail() -> None:
    """Delivery comes first; who bounces or is suppressed has not got it."""
    assert MAILBOXES["complaint"] == (Fate.DELIVERED, Fate.COMPLAINED)
    assert MAILBOXES["ooto"] == (Fate.DELIVERED, Fate.ANSWERED)
    assert all(Fate.DELIVERED not in MAILBOXES[name] for name in ("bounce", "suppressionlist"))


def test_the_suppression_list_overrules_the_mailbox() -> None:
    """To an address on the account's list nothing is sent, whatever would have become of it."""
    address = "success@simulator.amazonses.com"
    assert fates(address, {address: Withheld.BY_ACCOUNT}) == (Fate.SUPPRESSED_BY_ACCOUNT,)
    assert fates(address, {"others@example.com": Withheld.BY_ACCOUNT}) == (Fate.DELIVERED,)


def test_the_test_virus_is_found_wherever_it_hides() -> None:
    """In a plain body, in MIME text, and in an attachment whatever its encoding; ordinary mail has none."""
    attached = MIMEMultipart()
    attached.attach(MIMEApplication(VIRUS))
    assert VIRUS not in attached.as_bytes()
    ill = (
        Message("a@b", text=VIRUS.decode(), html="well"),
        Message("a@b", attachments=(Attachment("ill.com", "application/octet-stream", "", False, VIRUS),)),
        Message("a@b", raw=b"\r\n" + VIRUS),
        Message("a@b", raw=attached.as_bytes()),
    )
    assert all(map(has_virus, ill))
    well = MIMEMultipart()
    well.attach(MIMEApplication(VIRUS[1:]))
    assert not any(map(has_virus, (Message("a@b", text="hello"), Message("a@b", raw=well.as_bytes()))))
