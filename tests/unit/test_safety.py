"""Laws of safety: nothing leaves for anybody who has not asked for it, nor more of it than was allowed."""

from __future__ import annotations

import re
from collections.abc import Collection
from email.utils import getaddresses
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from loadtests.deploy import account, safety
from loadtests.deploy.account import SesAccount
from loadtests.deploy.on_aws import Permit
from loadtests.deploy.safety import Load
from loadtests.load.assignment import Place
from loadtests.load.senders.smtp import message
from loadtests.load.targets.choose_target import LoadRequest, target_of
from loadtests.ports.ses import TO_SIMULATOR, Envelope, request
from scenarios.budget import Budget
from scenarios.errors import BadInput
from scenarios.measures.cost import load_prices
from scenarios.runs import plan_of
from scenarios.schema.scenario_file import load
from scenarios.traffic.workload import Arrivals, arrivals
from strategies.parts import everyone
from strategies.ports import Mail
from strategies.registry import STRATEGIES

MAILS = Arrivals(np.zeros(1200), np.full(1200, 11, np.int32))


def check(to: str, allow: Collection[str], mails: Arrivals = MAILS) -> None:
    """Ask whether those mails may go there."""
    safety.check_recipients(Envelope("a@b.org", to), allow, mails)


def test_an_archive_must_be_allowed_like_any_other() -> None:
    """The shadow copies of a scenario leave this machine as its mails do."""
    envelope = Envelope("a@b.org", archive=("Archive@b.org",))
    assert [envelope.address(7, who) for who in range(2)] == ["Archive@b.org", "success+7.1@simulator.amazonses.com"]
    safety.check_recipients(envelope, {"archive@b.org"}, MAILS)
    safety.check_recipients(envelope._replace(archive=(f"success+x@{safety.SIMULATOR}",)), set(), MAILS)
    with pytest.raises(BadInput, match="is not allowed; name it with --allow"):
        safety.check_recipients(envelope, set(), MAILS)


STANDING = SesAccount("123456789012", 14.0, 200.0, True)


@pytest.mark.parametrize("mailbox", safety.SIMULATED)
def test_the_simulator_is_always_allowed(mailbox: str) -> None:
    """Each of the mailbox simulator's addresses may get mail, under any label."""
    check(f"{mailbox}+{{mail}}.{{who}}@{safety.SIMULATOR}", ())
    check(TO_SIMULATOR, ())


@pytest.mark.parametrize(
    "to",
    [
        "somebody@example.com",
        "success@example.com",
        "nobody@simulator.amazonses.com",
        "success@simulator.amazonses.com.example.com",
        "success@simulator.amazonses.com@example.com",
        "success+{mail}@example.com",
    ],
)
def test_nobody_else_is_without_being_named(to: str) -> None:
    """Whoever is neither the simulator nor on the list gets nothing, and the line names the address."""
    with pytest.raises(BadInput, match="--to"):
        check(to, ("me@example.com",))


@pytest.mark.parametrize(
    "to",
    [
        "user{mail}@example.com",
        "me@{who}.example.com",
        "{mail}@example.com",
        "{x}@b.org",
        "{",
        "me+{mail}@example.com",  # only its mail 0 is on the list
    ],
)
def test_a_template_reaches_one_mailbox_only(to: str) -> None:
    """Numbers may stand in the label alone: else a list of one address would allow thousands."""
    with pytest.raises(BadInput, match="--to"):
        check(to, ("user0@example.com", "me@0.example.com", "0@example.com", "me+0@example.com"))


@pytest.mark.parametrize(
    "to",
    [
        "me@corp{mail.denominator:x>{who}}.com",
        "me+{mail:c}@corp.com",
        "me+{mail!r}@corp.com",
        "me+{mail:}@corp.com",
        "me+{{mail}}@corp.com",
        "me+{mail.numerator}@corp.com",
        "success@x.org@simulator.amazonses.com",
        "success(@x.org)@simulator.amazonses.com",
        "me(comment)@corp.com",
        "me@corp.com(comment)",
        '"me@evil.org,"@corp.com',
        "Me <me@corp.com>",
        "me@corp.com\n",
        "me+\x00@corp.com",
        "me+a, you@corp.com",
        "success@sİmulator.amazonses.com",
        "success@simulator.amazonse\u017f.com",
        "\u212am@corp.com",
        "me@corp.com.",
        "me+.@corp.com",
        f"me+{'9' * 62}@corp.com",
    ],
)
def test_nothing_but_one_plain_address_is_taken(to: str) -> None:
    """No format specification, no attribute, no second @, no comment, and nothing that folds or hides."""
    with pytest.raises(BadInput, match="--to") as caught:
        check(to, ("me@corp.com", "me@corpx.com", "km@corp.com", "me@corp.com."))
    assert str(caught.value).isprintable()


PIECES = (
    "{mail}", "{who}", "{mail:c}", "{mail.real}", "{0}", "{", "}", "@", "+", ".", "me", "you", "corp.com", "success",
    safety.SIMULATOR, "(x)", '"', ",", " ", "\n", "\x00", "İ", "\u212a", "<", ">", "%", "#",
)  # fmt: skip
TEMPLATES = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=8).map("".join),
    st.builds(
        "{}+{}@{}".format,
        st.sampled_from(["me", "you", "success"]),
        st.lists(st.sampled_from(PIECES), max_size=4).map("".join),
        st.sampled_from(["corp.com", safety.SIMULATOR]),
    ),
)
PLAIN = re.compile(r"(success|me|you|Me)(\+[^@\s{}()<>,\"\x00]*)?@([a-z.]+)", re.ASCII)


@given(to=TEMPLATES, allow=st.sets(st.sampled_from(["me@corp.com", "you@corp.com", "me+you@corp.com"])))
@settings(max_examples=500)
def test_what_is_sent_is_what_was_checked(to: str, allow: set[str]) -> None:
    """Whatever the template: if it is taken, each address of each mail, in each interface, is plain and allowed."""
    mails = Arrivals(np.zeros(3), np.array([1, 2, 12], np.int32))
    try:
        check(to, allow, mails)
    except BadInput:
        return
    envelope = Envelope("a@b.org", to)
    for number, recipients in enumerate(mails.recipients.tolist()):
        mail = Mail(number, recipients, 0.0)
        api = request(1, mail, everyone(mail), envelope)["Destination"]["ToAddresses"]
        smtp = [address for _, address in getaddresses([str(message(1, mail, envelope)["To"])])]
        assert api == smtp == to_each(to, mail)
        for address in api:
            found = PLAIN.fullmatch(address)
            assert found is not None
            assert f"{found[1]}@{found[3]}" in {*allow, f"success@{safety.SIMULATOR}"} or address in allow


def to_each(to: str, mail: Mail) -> list[str]:
    """The addresses of a mail, by the reference's word: two words are filled in, and nothing else is changed."""
    return [to.replace("{mail}", str(mail.number)).replace("{who}", str(who)) for who in everyone(mail)]


def test_an_application_gets_what_was_checked(served_nowhere: LoadRequest) -> None:
    """Its addresses have labels of ours: a list that allows one label alone does not allow them."""
    with pytest.raises(BadInput, match=r"--to .*me@corp\.com is neither"):
        target_of(load("rehearsal"), ["http"], served_nowhere, load_prices(), print)


@pytest.fixture
def served_nowhere() -> LoadRequest:
    """Mails to one labelled address, which is allowed."""
    place = Place("http://127.0.0.1:9", url="http://127.0.0.1:9/send")
    return LoadRequest(place, Permit("a@b.org", "me+you@corp.com", ("me+you@corp.com",)))


def test_the_list_names_mailboxes_or_addresses(tmp_path: Path) -> None:
    """A file's lines and an address on the command line allow alike, whatever their case, labels included.

    A file may begin as Windows lets it; a comment ends with its line, and with no other control character.
    """
    listed = tmp_path / "allow.txt"
    listed.write_bytes(b"\xef\xbb\xbfMe@Example.com  # mine\x0cand@no.one\r\n# ours\rand@no.two\n\n")
    allow = safety.allowed([str(listed), "You@example.org"])
    assert allow == {"me@example.com", "you@example.org"}
    check("me+{mail}.{who}@example.com", allow)
    check("You@example.org", allow)


@pytest.mark.parametrize("text", ["no address\n", "a@b.org, c@d.org\n", "@example.com\n"])
def test_a_list_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    """A line that is no address names the file, and so does a file that is not there."""
    listed = tmp_path / "allow.txt"
    listed.write_text(text)
    with pytest.raises(BadInput, match=r"allow\.txt"):
        safety.allowed([str(listed)])
    with pytest.raises(BadInput, match="--allow"):
        safety.allowed([str(tmp_path / "none")])
    with pytest.raises(BadInput, match=r"^--allow: is empty"):
        safety.allowed([""])


@pytest.mark.parametrize("source", [None, "", "nobody", "a b@example.com", "<a@example.com>"])
def test_a_sender_is_asked_for(source: str | None) -> None:
    """Without an address of one's own nothing is sent."""
    with pytest.raises(BadInput, match="--from"):
        safety.check_sender(source)


def test_a_budget_is_a_ceiling() -> None:
    """What is within both budgets passes, the bounds included; one recipient or one cent more does not."""
    budget = Budget(100, 1.0)
    safety.check_budget(Load(100, 100, 1.0), budget)
    with pytest.raises(BadInput, match=r"--budget-recipients 100: the runs have 101 recipients"):
        safety.check_budget(Load(100, 101, 1.0), budget)
    with pytest.raises(BadInput, match=r"--budget-usd 1: the runs would cost about 1\.01 USD"):
        safety.check_budget(Load(100, 100, 1.01), budget)
    for none in (float("nan"), float("inf")):
        with pytest.raises(BadInput, match=f"--budget-usd {none}: is no budget"):
            safety.check_budget(Load(100, 100, 0.01), Budget(100, none))


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_estimate_covers_every_recipient(strategy: str) -> None:
    """The load names each recipient once, and costs at least what SES takes for them."""
    scenario, prices = load("broadcast-900"), load_prices()
    mails = arrivals(scenario.workload, 1)
    estimate = safety.load_of(scenario, plan_of(scenario, strategy), mails, prices)
    assert (estimate.mails, estimate.recipients) == (900, 900)
    assert estimate.usd >= 900 * prices.by_kind["ses_recipients"].usd_per_unit
    assert safety.total([estimate, estimate]) == Load(1800, 1800, 2 * estimate.usd)


def test_the_defaults_stop_a_large_scenario() -> None:
    """A run that nobody has thought about is small: the defaults refuse ten thousand recipients."""
    with pytest.raises(BadInput, match="--budget-recipients"):
        safety.check_budget(Load(10_000, 10_000, 1.0), Permit().budget)


def test_an_account_smaller_than_the_scenarios_is_named() -> None:
    """A rate or a day's rest below what is asked for names both numbers; what is enough passes."""
    account.check_quota(STANDING, 14.0, 200)
    with pytest.raises(BadInput, match=r"max_send_rate_per_s = 30: SES allows account 123456789012 14 "):
        account.check_quota(STANDING, 30.0, 1)
    with pytest.raises(BadInput, match=r"201 recipients: SES allows account 123456789012 200 more today"):
        account.check_quota(STANDING, 14.0, 201)
    account.check_quota(STANDING._replace(left_today=-1.0), 14.0, 10**6)
