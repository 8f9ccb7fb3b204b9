"""Whatever answers, and whatever stands in DNS or in a mail: a preflight ends soon, and in words."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from types import SimpleNamespace
from typing import Any

import pytest

from loadtests.deploy.cloud import Cloud
from loadtests.ports.local import local_session
from loadtests.preflight.facts import (
    Account,
    Answer,
    ConfigurationSet,
    Dkim,
    Facts,
    Identity,
    MailFrom,
    Sample,
    SesFacts,
)
from loadtests.preflight.findings import MOST_SAID
from loadtests.preflight.judging import unsubscribe
from loadtests.preflight.judging.every import findings
from loadtests.preflight.reading import name_server as asking
from loadtests.preflight.reading import ses as asking_ses
from loadtests.preflight.reading import zone
from loadtests.preflight.reading.name_server import NoAnswer, name_server
from loadtests.preflight.reading.sample import sample_of
from loadtests.preflight.reading.zone import dns_facts
from scenarios.errors import RunFailed
from tests.unit.preflighted import DOMAIN, NOW, World

ACCOUNT, IDENTITY = "/v2/email/account", f"/v2/email/identities/{DOMAIN}"
SET = "/v2/email/configuration-sets/events"
STATISTICS, IPS = "/", "/v2/email/dedicated-ips"
OURS: dict[str, Any] = {
    ACCOUNT: World().account,
    IDENTITY: {"VerifiedForSendingStatus": True, "ConfigurationSetName": "events"},
    SET: {},
    f"{SET}/event-destinations": {"EventDestinations": []},
    IPS: {},
}
NO_XML = "<GetSendStatisticsResponse><GetSendStatisticsResult/></GetSendStatisticsResponse>"
JUNK = ("", "{}", "[]", "junk", "<html><p></html>", "<html/>", "[" * 200_000, '{"a":' * 100_000, "\0\udcff", "null")


class Answering(BaseHTTPRequestHandler):
    """Answers what the server has for a path, and a byte of it now and then where that is to be slow."""

    server: Any

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, text = self.server.texts[self.path.partition("?")[0]]
        body = text.encode(errors="surrogateescape")
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.server.every_s is None:
            self.wfile.write(body)
        for at in range(len(body) if self.server.every_s else 0):
            if self.server.over.wait(self.server.every_s):
                return
            self.wfile.write(body[at : at + 1])

    do_POST = do_GET  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


class Http(ThreadingHTTPServer):
    """What it has for each path, and how often it sends a byte of that; None sends all at once."""

    def __init__(self, *how: Any) -> None:
        super().__init__(*how)
        self.over = Event()
        self.every_s: float | None = None
        self.texts = {path: (200, json.dumps(document)) for path, document in OURS.items()}
        self.texts[STATISTICS] = (200, NO_XML)


class Anything:
    """An SES that is right but for what a test puts in its place."""

    def __init__(self) -> None:
        self.http = Http(("127.0.0.1", 0), Answering)
        self.cloud = Cloud("aws", local_session("eu-west-1"), "http://{}:{}".format(*self.http.server_address))

    def facts(self) -> Any:
        return asking_ses.ses_facts(self.cloud, [DOMAIN], None)


@pytest.fixture(name="ses")
def _ses() -> Iterator[Anything]:
    one = Anything()
    thread = Thread(target=one.http.serve_forever, args=(0.01,))
    thread.start()
    yield one
    one.http.over.set()
    one.http.shutdown()
    one.http.server_close()
    thread.join()


def test_what_is_no_answer_stays_open(ses: Anything) -> None:
    """Of statistics and dedicated IPs anything may be said, with any status: all the rest is told."""
    for status, text in ((status, junk) for status in (200, 500) for junk in JUNK):
        for path in (STATISTICS, IPS):
            ses.http.texts[path] = (status, text)
        facts = ses.facts()
        assert facts.sent is None, text[:20]
        assert facts.dedicated_ips in (None, ())


@pytest.mark.parametrize("status", [200, 500])
def test_what_is_no_ses_is_said_in_a_line(ses: Anything, status: int) -> None:
    """An account that cannot be read ends the look, and the line has no name of Python's."""
    for junk in JUNK:
        ses.http.texts[ACCOUNT] = (status, junk)
        with pytest.raises(RunFailed) as failed:
            ses.facts()
        assert "\n" not in str(failed.value)
        assert not re.search(r"\w(Error|Exception)\b", str(failed.value))


@pytest.mark.parametrize("figure", ["NaN", "1e308", "-5", '"many"', "null", "Infinity", "9" * 400])
def test_a_rate_is_a_figure(ses: Anything, figure: str) -> None:
    """Else what answers there is no SES."""
    ses.http.texts[ACCOUNT] = (200, json.dumps(World().account).replace("30.0", figure))
    with pytest.raises(RunFailed, match="what answers there is no SES: its"):
        ses.facts()
    ses.http.texts[ACCOUNT] = (200, '{"SendQuota": {}}')
    with pytest.raises(RunFailed, match="what answers there is no SES: its answer has no MaxSendRate"):
        ses.facts()


@pytest.mark.parametrize("every_s", [0.05, 60.0], ids=["a byte now and then", "nothing"])
def test_an_answer_has_a_limit(ses: Anything, monkeypatch: pytest.MonkeyPatch, every_s: float) -> None:
    """From its question to its last byte, however it comes; it is not asked for again."""
    monkeypatch.setattr(asking_ses, "PATIENCE_S", 0.3)
    ses.http.every_s = every_s
    with pytest.raises(RunFailed, match=r"^aws: no answer to GetAccount within 0\.3 s$"):
        ses.facts()


def test_pages_without_end_end(ses: Anything) -> None:
    """Dedicated IPs whose pages lead on for ever are not read for ever."""
    ses.http.texts[IPS] = (200, json.dumps({"DedicatedIps": [{"Ip": "192.0.2.1"}], "NextToken": "more"}))
    assert len(ses.facts().dedicated_ips) == asking_ses.MOST_PAGES


def test_of_a_sample_only_the_headers_are_read(tmp_path: Path) -> None:
    """Parts within parts, however deep, and links that never end, keep no reader."""
    deep = "".join(f'Content-Type: multipart/mixed; boundary="{n}"\n\n--{n}\n' for n in range(3000))
    (tmp_path / "mail.eml").write_text(deep)
    assert sample_of(tmp_path / "mail.eml").all("Content-Type") == ['multipart/mixed; boundary="0"']
    endless = Sample((("List-Unsubscribe", "<https://a" * 20_000),), 80)
    assert unsubscribe._of_headers(endless).code == "no-https"  # type: ignore[union-attr]


class Everywhere:
    """DNS with the same texts at every name, or none; it counts what is asked."""

    def __init__(self, text: Callable[[str], str]) -> None:
        self.text, self.asked = text, 0

    def ask(self, name: str, kind: str) -> Answer:
        self.asked += 1
        return Answer(name, kind, (self.text(name),) if kind == "TXT" else ())

    try_to_ask = ask


SIGNED = Dkim(True, "SUCCESS", False, tuple(map(str, range(1000))), "dkim.amazonses.com", None)
RECORDS: dict[str, Callable[[str], str]] = {
    "report addresses": lambda _: "v=DMARC1; p=none; rua=" + ",".join(f"mailto:a@{n}.test" for n in range(1500)),
    "names of SPF": lambda _: "v=spf1 " + " ".join(f"a:{n}.test" for n in range(1500)),
    "words that are no SPF": lambda _: "v=spf1 " + " ".join(f"x{n}" for n in range(9000)),
    "a chain of SPF": lambda name: f"v=spf1 include:x{name.partition('.')[0]}.test -all",
    "a tree of SPF": lambda name: f"v=spf1 include:a{name[:50]} include:b{name[:50]} -all",
    "a long word": lambda _: f"v=spf1 {'x' * 60_000}=y -all",
    "long tags": lambda _: f"v=DMARC1; p={'x' * 60_000}; rua=mailto:{'x' * 60_000}",
}


@pytest.mark.parametrize("kind", RECORDS)
def test_however_much_there_is_few_questions_and_lines_come_of_it(kind: str) -> None:
    """A record may name thousands of domains: neither questions nor lines become as many, and no line is long."""
    dns: Any = Everywhere(RECORDS[kind])
    identity = Identity(DOMAIN, True, "SUCCESS", "", SIGNED, MailFrom(f"bounce.{DOMAIN}", "SUCCESS"), None)
    ses = SesFacts("eu-west-1", identity, Account(True, "HEALTHY", False, 14, -1, 0, ()), None, None, ("::1",) * 1000)
    facts = Facts(DOMAIN, NOW, ses, dns_facts(DOMAIN, ses, dns), Sample((("From", f"{'x' * 9000}@{DOMAIN}"),), 80))
    told = findings(facts)
    assert dns.asked < 400
    assert len(told) < 100
    assert max(len(one.says) + len(one.do) for one in told) < 1000
    if kind == "a chain of SPF":
        assert any("takes more than " in one.says for one in told)


@pytest.mark.parametrize("at", ["trouble", "mail_from", "configuration_set"])
def test_what_ses_says_has_an_end(at: str) -> None:
    """Whatever length a name or a word of its has, no finding is longer than can be read."""
    dns: Any = Everywhere(lambda _: "")
    endless = "x" * 100_000
    words: dict[str, Any] = {"trouble": endless, "mail_from": MailFrom(endless, endless), "configuration_set": endless}
    identity = Identity(DOMAIN, False, "PENDING", "", SIGNED, None, None)._replace(**{at: words[at]})
    chosen = ConfigurationSet(endless, exists=False)
    ses = SesFacts("eu-west-1", identity, Account(True, "HEALTHY", False, 14, -1, 0, ()), chosen, None, None)
    told = findings(Facts(DOMAIN, NOW, ses, dns_facts(DOMAIN, ses, dns)))
    assert max(len(text) for one in told for text in (one.says, one.do)) <= MOST_SAID


def test_a_silent_blocklist_is_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many IPs there are; and all answers together have a limit."""
    asked: list[str] = []

    def silent(name: str, _kind: str) -> Answer:
        asked.append(name)
        raise NoAnswer

    dns: Any = SimpleNamespace(try_to_ask=silent)
    assert len(list(zone._listings(["192.0.2.1", "192.0.2.2"], dns))) == 2 * len(asked) == 8
    server = name_server("127.0.0.1:9")
    monkeypatch.setattr(asking, "MOST_S", -1.0)
    with pytest.raises(RunFailed, match="took more than"):
        server.ask(DOMAIN, "TXT")
