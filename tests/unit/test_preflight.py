"""Preflight finds each mistake that can be made in a zone or an account, and nothing where all is right."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from loadtests.ports.local import local_session
from loadtests.preflight.domain_name import domain_of
from loadtests.preflight.facts import (
    Account,
    Answer,
    Dkim,
    Facts,
    Identity,
    MailFrom,
    Sample,
    SesFacts,
    Traffic,
)
from loadtests.preflight.judging.every import findings
from loadtests.preflight.reading import name_server as asking
from loadtests.preflight.reading import ses as asking_ses
from loadtests.preflight.reading.traffic import most_within, traffic_of
from loadtests.preflight.reading.zone import dns_facts
from loadtests.preflight.spf_record import terms_of
from reports.documents.preflight import PreflightDocument
from reports.preflight import document as making
from reports.preflight.junit import junit
from reports.preflight.lines import lines
from scenarios.errors import BadInput, RunFailed
from scenarios.schema.scenario_file import load
from seslab.app import run
from tests.unit.checkout import ROOT
from tests.unit.planted import DMARC, MAIL_FROM, OPEN, PLANTED, RIGHT, identity
from tests.unit.preflighted import DOMAIN, NOW, RIGHT_MAIL, SERVED, OneSes, Ses, World
from tests.unit.served import served
from tests.unit.test_documents import assert_declared


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    """A name server, which has what the last world has."""
    with SERVED.NameServer(SERVED.Zone("")) as one:
        yield one


def found(
    world: World, server: Any, folder: Path, verdict: str = "wrong", domain: str = DOMAIN
) -> set[tuple[str, str]]:
    """What is not right: the checks and what each has found."""
    return {(one.check, one.code) for one in findings(world.facts(server, folder, domain)) if one.verdict == verdict}


@pytest.mark.parametrize("mistake", PLANTED)
def test_each_mistake_is_found_and_no_other(server: Any, mistake: str, tmp_path: Path) -> None:
    """One that is planted in a right zone and account yields its finding and nothing else that is wrong."""
    check, code, plant = PLANTED[mistake]
    world = World()
    plant(world)
    assert found(world, server, tmp_path) == {(check, code)}


@pytest.mark.parametrize("variant", RIGHT)
def test_nothing_is_found_where_all_is_right(server: Any, variant: str, tmp_path: Path) -> None:
    """Each thing is looked at, and all is right: nothing is wrong, nothing open, and nothing is to be done."""
    world = World()
    RIGHT[variant](world)
    told = findings(world.facts(server, tmp_path))
    assert not [one for one in told if one.verdict != "right" or one.do]
    assert len({one.check for one in told}) == len(told) == 19


DIMENSION = {"DimensionName": "ses", "DimensionValueSource": "MESSAGE_TAG", "DefaultDimensionValue": "none"}
WORDS = (
    *("v=spf1", "include:a.test", "redirect=a.test", "mx:", "-all", "+all", "?all", "exp=x", "ip4:1.2.3.4/99", "%{i}"),
    *("v=DMARC1;", "p=", "p=reject;", "sp=", "rua=mailto:x@y.test", "rua=,", "pct=", "\u0663", "adkim=s;", "=", ";"),
    *("v=DKIM1;", "k=rsa;", "t=y;", "QUJD", "List-Unsubscribe=One-Click", "<https://a>"),
)
TEXTS = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join) | st.text(max_size=20)
HEADERS = st.sampled_from(("From", "Subject", "List-Unsubscribe", "List-Unsubscribe-Post", "DKIM-Signature"))


class Anything:
    """DNS where each name has some texts, whatever was asked for."""

    def __init__(self, texts: Callable[[], list[str]]) -> None:
        self.texts, self.asked = texts, 0

    def ask(self, name: str, kind: str) -> Answer:
        self.asked += 1
        return Answer(name, kind, tuple(self.texts()))

    try_to_ask = ask


@settings(max_examples=100, deadline=None)
@given(data=st.data(), is_own_key=st.booleans(), headers=st.lists(st.tuples(HEADERS, TEXTS), max_size=5))
def test_whatever_stands_there_is_judged(data: st.DataObject, is_own_key: bool, headers: list[tuple[str, str]]) -> None:
    """Records and headers are anybody's: each check has a line, and however they lead on, few names are asked for."""
    dns: Any = Anything(lambda: data.draw(st.lists(TEXTS, max_size=2)))
    signed = Dkim(True, "SUCCESS", is_own_key, ("one",), "dkim.amazonses.com", None)
    identity = Identity(DOMAIN, True, "SUCCESS", "", signed, MailFrom(MAIL_FROM, "SUCCESS"), None)
    account = Account(True, "HEALTHY", False, 14, -1, 0, ())
    ses = SesFacts("eu-west-1", identity, account, None, None, ("192.0.2.1", "2001:db8::1"))
    told = findings(Facts(DOMAIN, NOW, ses, dns_facts(DOMAIN, ses, dns), Sample(tuple(headers), 80)))
    assert len({one.check for one in told}) == 19
    assert dns.asked < 400


@pytest.mark.parametrize("kind", ["MX", "TXT"])
def test_a_mail_from_counts_only_while_it_is_in_use(server: Any, kind: str, tmp_path: Path) -> None:
    """Where nothing is signed and its MX or its SPF is not there, DMARC fails for all mail."""
    world = World()
    world.dkim.update(SigningEnabled=False)
    assert ("alignment", "none") not in found(world, server, tmp_path)
    del world.zone[MAIL_FROM, kind]
    assert ("alignment", "none") in found(world, server, tmp_path)


NEAR = {
    DMARC: (
        *("v=DMARC1 p=reject", "p=reject; v=DMARC1", " v=DMARC1; p=reject", "\\\\v=DMARC1; p=none"),
        *('\\"v=DMARC1; p=none\\"', "v=dmarc1; p=none", "v=spf1 -all", "\u201cv=DMARC1; p=none\u201d"),
    ),
    DOMAIN: (
        *("v=spf2 -all", " v=spf1 -all", '\\"v=spf1 -all\\"', "v=spf1include:x.test"),
        *("spf1 include:x.test", "V = SPF1 -all"),
    ),
}


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in NEAR.items() for text in texts])
def test_what_was_perhaps_meant_is_shown(server: Any, name: str, text: str, tmp_path: Path) -> None:
    """A record that receivers do not see is missing, and its text stands beside."""
    world = World()
    world.txt(name, text)
    [told] = [one for one in findings(world.facts(server, tmp_path)) if one.verdict == "wrong"]
    assert told.code in ("missing", "spf-missing")
    assert "there is a TXT record that looks like one: " in told.says
    assert told.says.replace("\\", "").endswith(text.replace("\\", ""))


@pytest.mark.parametrize("case", OPEN)
def test_what_is_allowed_or_unknown_stays_open(server: Any, case: str, tmp_path: Path) -> None:
    """It is told, with what would be better, and is not wrong."""
    check, code, plant = OPEN[case]
    world = World()
    plant(world)
    assert found(world, server, tmp_path, "open") == {(check, code)}
    assert not found(world, server, tmp_path)


def test_the_time_that_is_left_is_told(server: Any, tmp_path: Path) -> None:
    """SES looks for 72 hours from when the key was made; of keys that it has not made it does not tell."""
    world = World()
    identity(VerifiedForSendingStatus=False, VerificationStatus="PENDING")(world)
    assert "62 of 72 hours are left" in findings(world.facts(server, tmp_path))[0].says
    del world.dkim["LastKeyGenerationTimestamp"]
    assert "does not say how much of its 72 hours is left" in findings(world.facts(server, tmp_path))[0].says


def test_nothing_is_written(server: Any, tmp_path: Path) -> None:
    """SES is only asked."""
    facts = World().facts(server, tmp_path)
    assert facts.ses.identity is not None
    assert all(operation.startswith("get_") for operation in OneSes.ses.asked)


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ("get_account", "AccessDeniedException"),
        ("get_email_identity", "TooManyRequestsException"),
        ("get_dedicated_ips", "TooManyRequestsException"),
        ("get_configuration_set", "InternalFailure"),
    ],
)
def test_a_refusal_of_ses_ends_the_look(
    server: Any, operation: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unless it concerns what may stay open, and says that this must not be asked; what throttles is asked again."""
    monkeypatch.setattr(asking_ses, "RealClock", Clock)
    world = World()
    world.ses[operation] = code
    with pytest.raises(RunFailed, match=code):
        world.facts(server, tmp_path)
    assert OneSes.ses.asked.count(operation) == (3 if code == "TooManyRequestsException" else 1)


class Clock:
    """Time that passes only while something waits."""

    def __init__(self) -> None:
        self.s = 0.0

    def now_s(self) -> float:
        return self.s

    def wait(self, span_s: float) -> bool:
        self.s += span_s
        return False


def test_aws_is_asked_once_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which it demands of whatever does not send."""
    clock = Clock()
    monkeypatch.setattr(asking_ses, "RealClock", lambda: clock)
    OneSes.ses = Ses(World().ses, DOMAIN)
    asking_ses.ses_facts(OneSes("aws", local_session("eu-west-1")), [f"eu.{DOMAIN}", DOMAIN], None, 1.0)
    assert clock.s == len(OneSes.ses.asked) - 1 == 6


def test_a_silent_name_server_ends_the_look(server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no answer in time the look ends with a line; a silent blocklist only stays open."""
    monkeypatch.setattr(asking, "PATIENCE_S", 0.2)
    monkeypatch.setattr(asking, "TRY_S", 0.1)
    world = World()
    world.silent = {"7.2.0.192.zen.spamhaus.org"}
    assert found(world, server, tmp_path, "open") == {("blocklists", "no-answer")}
    world.silent = {DMARC}
    with pytest.raises(RunFailed, match=f"no answer about TXT of {DMARC} within 0.1 s from 127"):
        world.facts(server, tmp_path)


@pytest.mark.parametrize(
    "text", ["", "example", "me@example.com", "192.0.2.1", "a..b", "-a.com", "x" * 64 + ".com", "https://a.com/"]
)
def test_what_is_no_domain_is_refused(text: str) -> None:
    """One line that says what would be right."""
    with pytest.raises(BadInput, match=r"^DOMAIN = .*: must be the domain that mail is from"):
        domain_of(text)


def test_a_domain_is_one_however_it_is_written() -> None:
    """In capitals, with a dot at its end, in another alphabet."""
    assert [domain_of(text) for text in ("News.Example.COM.", "bücher.example")] == [DOMAIN, "xn--bcher-kva.example"]


def test_a_domain_that_does_not_resolve_is_refused(server: Any, tmp_path: Path) -> None:
    """A name below which there are others does."""
    with pytest.raises(BadInput, match=r"^DOMAIN = example.net: does not resolve"):
        World().facts(server, tmp_path, "example.net")
    world = World()
    world.failing = {"example.com"}
    with pytest.raises(RunFailed, match=r"SERVFAIL about example\.com"):
        world.facts(server, tmp_path, "example.com")


@pytest.mark.parametrize("name", ["", "a b", "a/b", "ä", "a" * 65])
def test_what_is_no_configuration_set_is_refused(name: str) -> None:
    """Before anything is asked."""
    with pytest.raises(BadInput, match=r"^--configuration-set = .*: must be a name of up to 64"):
        run(["preflight", DOMAIN, "--endpoint", "http://127.0.0.1:9", "--configuration-set", name], "seslab")


@pytest.mark.parametrize(
    "at", ["dns.example", "1.2.3", "127.0.0.1:0", "127.0.0.1:x", "[::1]:99999", ":53", "127.0.0.1:53:"]
)
def test_what_is_no_name_server_is_refused(at: str) -> None:
    """One line that says what would be right."""
    with pytest.raises(BadInput, match=r"^--dns = .*: must be a name server's address"):
        asking.name_server(at)


@pytest.mark.parametrize(
    "word", ["a", "a:x.y", "a/24", "a//64", "a:x.y/24//64", "mx", "ptr", "ptr:x", "ip4:1.2.3.4", "ip6:::1", "all"]
)
def test_terms_of_spf_are_known(word: str) -> None:
    """As RFC 7208 has them, in whichever case and with each sign; what changes nothing may have any name."""
    for spelt in (word, f"-{word.upper()}", f"~{word}", f"?{word}", f"{word[0]}=x"):
        assert terms_of(f"v=spf1 {spelt}")[1] == ()
    for strange in (
        f"!{word}",
        f"{word}//",
        "ax",
        "ip4:1.2.3",
        "ip6",
        "include",
        "include:",
        "all:x",
        "a:",
        "redirect=",
    ):
        assert terms_of(f"v=spf1 {strange}")[1] == (strange,)


def test_the_document_is_what_is_declared(server: Any, tmp_path: Path) -> None:
    """And JUnit has a case for each line, of which those that are wrong fail, whatever a record holds."""
    world = World()
    world.txt(DOMAIN, "v=spf1 x\\007y -all")
    identity(MailFromAttributes={})(world)
    rows = [making.finding(*one) for one in findings(world.facts(server, tmp_path))]
    document = making.document(DOMAIN, "eu-west-1", "123456789012", "127.0.0.1", rows)
    assert_declared(PreflightDocument, document)
    suites = ElementTree.fromstring(junit(document))
    assert suites.attrib | {"tests": str(len(rows)), "failures": "1"} == suites.attrib
    assert len(suites.findall(".//skipped")) == 1
    assert next(line for line in lines(document) if line.startswith("✗")).startswith("✗ spf:")
    assert [*lines(document)][-1] == "1 thing wrong, 17 right, 1 open"


def test_a_domain_at_a_local_ses_is_checked(server: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The whole command against a name server and `seslab serve`, which has an identity's tokens as SES has."""
    tokens = ["vvjuipp74whm76gqoni7qmwwn4w4qusjiainivf6sf", "3frqe7jn4obpuxjpwpolz6ipb3k5nvt2nhjpik2oy"]
    tokens += ["wrqplteh7oodxnad7hsl4mixg2uavzneazxv5sxi2"]
    world = World()
    for token in tokens:
        world.zone[f"{token}._domainkey.{DOMAIN}", "CNAME"] = [f"{token}.dkim.amazonses.com."]
    world.zone[MAIL_FROM, "MX"] = ["10 feedback-smtp.us-east-1.amazonses.com."]
    (tmp_path / "mail.eml").write_text(RIGHT_MAIL)
    world.be_served(server)
    with served((DOMAIN,)) as endpoint:
        v2 = endpoint.client("sesv2")
        v2.create_configuration_set(ConfigurationSetName="events")
        to = {
            "Enabled": True,
            "MatchingEventTypes": ["BOUNCE", "COMPLAINT"],
            "CloudWatchDestination": {"DimensionConfigurations": [DIMENSION]},
        }
        v2.create_configuration_set_event_destination(
            ConfigurationSetName="events", EventDestinationName="x", EventDestination=to
        )
        v2.put_email_identity_configuration_set_attributes(EmailIdentity=DOMAIN, ConfigurationSetName="events")
        v2.put_email_identity_mail_from_attributes(EmailIdentity=DOMAIN, MailFromDomain=MAIL_FROM)
        v2.put_account_suppression_attributes(SuppressedReasons=["BOUNCE", "COMPLAINT"])
        words = [
            "preflight",
            DOMAIN,
            "--endpoint",
            endpoint.url,
            "--dns",
            server.at,
            "--sample",
            str(tmp_path / "mail.eml"),
        ]
        assert run([*words, "--scenario", "broadcast-900", "--json"], "seslab") == 1
        told = json.loads(capsys.readouterr().out)
        assert {(one["check"], one["finding"]) for one in told["findings"] if one["verdict"] != "right"} == {
            ("rate", "too-low"),
            ("blocklists", "not-told"),
        }
        assert run([*words, "--junit", str(tmp_path / "junit.xml")], "seslab") == 0
        assert "nothing is wrong" in capsys.readouterr().out
    assert ElementTree.parse(tmp_path / "junit.xml").getroot().get("failures") == "0"


def test_traffic_is_the_most_of_any_day() -> None:
    """Not of the whole horizon: what is sent later counts by itself."""
    assert most_within(np.array([0.0, 5.0, 10.0, 14.9]), np.array([1, 2, 4, 8]), 10.0) == 14
    assert traffic_of(load("broadcast-900")) == Traffic("broadcast-900", 30.0, 900)


def test_the_reference_has_every_finding() -> None:
    """Each that is planted here stands with its check in the table of what is looked at."""
    page = (ROOT / "docs" / "reference" / "preflight.md").read_text()
    rows = dict(re.findall(r"^\| `([\w-]+)` \| (.*)$", page, re.MULTILINE))
    planted = {(check, code) for check, code, _ in (*PLANTED.values(), *OPEN.values())}
    assert not {(check, code) for check, code in planted if f"`{code}`" not in rows[check] + rows["spf"]}
