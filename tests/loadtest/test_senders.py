"""The users of a load test, one mail at a time: each says what went wrong in SES's own words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from loadtests.deploy.on_aws import Permit
from loadtests.load.assignment import Assignment, Place
from loadtests.load.loadtest import prepare
from loadtests.load.options import Crew
from loadtests.load.senders.senders import sender_of, session_of
from loadtests.load.targets.accounts import mails_of
from loadtests.load.targets.check_target import body_of
from loadtests.load.targets.choose_target import LoadRequest
from loadtests.load.targets.endpoint_client import client_of, of_run
from loadtests.moto.verification import verify
from loadtests.ports.local import REGION
from scenarios.errors import BadInput, RunFailed
from scenarios.measures.cost import load_prices
from scenarios.schema.model import Scenario
from strategies.ports import Mail, Rejected, SendError, Throttled, Unavailable
from strategies.registry import STRATEGIES
from tests.loadtest.locusts import BURST, Served, scenario

pytestmark = [pytest.mark.real_time, pytest.mark.xdist_group("locust")]

SES = ("ses-v2", "ses-v1", "smtp")


def assignment(user: str, served: Served, **place: Any) -> Assignment:
    """A run of that user on the server."""
    return Assignment(user, Place(endpoint=served.url, smtp=served.smtp, **place), 1, 60.0)


@pytest.mark.parametrize("user", SES)
def test_refusals_are_named_as_ses_means_them(served: Served, user: str) -> None:
    """Whatever the interface, too fast is a throttle, too many recipients a rejection, and SES's words are kept."""
    order = assignment(user, served)
    verify(session_of(order), served.url, order.source)
    with closing(sender_of(order)) as sender:
        throttles = [said for number in range(10) if (said := throttle(sender, Mail(number, BURST, 0.0)))]
        with pytest.raises(Rejected, match="ecipient"):
            sender.send(10, Mail(10, BURST + 1, 0.0))
    assert {said.removeprefix("Throttling failure: ") for said in throttles} == {"Maximum sending rate exceeded."}


def throttle(sender: Any, mail: Mail) -> str:
    """What a throttle says; nothing if there was none."""
    try:
        sender.send(mail.number, mail)
    except Throttled as error:
        return str(error)
    return ""


@pytest.mark.parametrize("user", SES)
def test_calls_bear_the_name_of_their_run(served: Served, user: str) -> None:
    """On a server that many runs share, the witness tells each run's mails, in how many recipients, and no others'."""
    order, other = assignment(user, served), assignment(user, served)
    verify(session_of(order), served.url, order.source)
    for one in (order, other):
        with closing(sender_of(one)) as sender, suppress(Throttled):  # what is decided does not matter here
            sender.send(one.run << 32 | 7, Mail(7, 2, 0.0))
    eight = mails_of(Scenario.model_validate({"name": "8", "workload": ({"process": "batch", "messages": 8},)}), 1)
    rows = of_run(client_of(served.url, REGION).decisions_since(0.0), order, eight)
    assert rows[["call", "mail", "first_recipient", "recipients"]].tolist() == [(order.run << 32 | 7, 7, 0, 2)]


class Application(BaseHTTPRequestHandler):
    """Answers with the status that is its path, and keeps what it was asked."""

    asked: list[tuple[str, str, str | None]] = []  # noqa: RUF012 (one server, one list)

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.asked.append((self.path, body, self.headers["X-Mail"]))
        self.send_response(int(self.path.split("/")[1]))
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"said")

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def application() -> Iterator[str]:
    """Its URL."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Application) as server:
        serving = Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            serving.join()


@pytest.mark.parametrize(
    ("status", "meaning"), [(429, Throttled), (503, Throttled), (500, Unavailable), (400, Rejected)]
)
def test_an_applications_status_says_what_became_of_a_mail(
    served: Served, status: int, meaning: type[SendError]
) -> None:
    """429 and 503 are throttles, other 5 may pass, other 4 will not; the answer is kept as the reason."""
    with application() as url:
        order = assignment("http", served, url=f"{url}/{status}", method="PUT", body="{}")
        with closing(sender_of(order)) as sender, pytest.raises(meaning, match=f"^{status} said$"):
            sender.send(1, Mail(1, 1, 0.0))


def test_a_template_makes_a_request_of_a_mail(served: Served) -> None:
    """URL, headers and body hold the mail's values, and the body is still the JSON that it was."""
    place = {"headers": (("X-Mail", "no {mail}"),), "body": '{"to": "{to}", "n": {recipients}, "about": "{subject}"}'}
    with application() as url:
        order = assignment("http", served, url=f"{url}/200/{{mail}}", method="PUT", **place)
        with closing(sender_of(order)) as sender:
            sender.send(5, Mail(5, 2, 0.0))
    path, body, header = Application.asked[-1]
    to = ",".join(f"success+{order.run}.5.{who}@simulator.amazonses.com" for who in range(2))
    assert (path, header) == ("/200/5", "no 5")
    assert json.loads(body) == {"to": to, "n": 2, "about": "seslab 5"}


def prepared(user: str, permit: Permit | None = None, **place: Any) -> None:
    """As a command prepares its runs."""
    prepare(scenario(1, 1.0), [user], LoadRequest(Place(**place), permit or Permit()), load_prices(), print)


FAR = r"^http://example\.com, which is not on this machine: --from missing; name a sender that SES has verified .*"


@pytest.mark.parametrize(
    ("user", "place", "line"),
    [
        ("fax", {}, r"^unknown user 'fax', known are ses-v2, .*"),
        ("ses-v2", {"endpoint": None}, r"^--endpoint: missing; give http://127\.0\.0\.1:5555, .*"),
        ("ses-v2", {"endpoint": "nowhere"}, r"^--endpoint = nowhere: must be http://.*"),
        ("ses-v2", {"endpoint": "http://example.com"}, FAR),
        ("http", {"url": "http://example.com", "body": "{to}"}, FAR),
        ("http", {"endpoint": None, "region": "eu-west-1", "url": "http://a.org/{to}"}, r"^--events: missing; .*"),
        ("heartbeat", {"endpoint": None, "region": "eu-west-1"}, r"^heartbeat: its functions run on AWS Lambda; .*"),
        ("ses-v2", {"region": "eu-west-1"}, r"^--region: is for AWS, and --endpoint for a seslab serve; .*"),
        ("smtp", {"smtp": "here"}, r"^--smtp = here: must be HOST:PORT .*"),
        ("smtp", {"smtp": None}, r"^--smtp: missing; give HOST:PORT .*"),
        ("sqs", {}, r"^--queue: missing; .*"),
        ("sqs", {"queue": "http://127.0.0.1:1/1/none"}, r"^--queue = \S+: no such queue; make it first$"),
        ("http", {"url": "ftp://127.0.0.1/"}, r"^--target = ftp://127\.0\.0\.1/: must be the URL .*"),
        ("http", {"url": "http://127.0.0.1/{mail}", "body": "{subject}"}, r"^--body: neither it nor --target .*"),
    ],
)
def test_a_place_that_cannot_be_right_is_named(served: Served, user: str, place: dict[str, Any], line: str) -> None:
    """One line names the option, its value, and what would be right; nothing is sent."""
    with pytest.raises(BadInput, match=line):
        prepared(user, **{"endpoint": served.url, **place})


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_strategy_may_run_on_workers_of_a_local_endpoint(served: Served, strategy: str) -> None:
    """Functions then run on the worker's own machine; it is AWS's Lambda that a worker is not."""
    prepared(strategy, endpoint=served.url)


@pytest.mark.parametrize(
    ("crew", "line"),
    [
        (Crew(master=True, processes=2), r"^--processes 2: a master sends nothing itself; .*"),
        (Crew(host="0.0.0.0"), r"^--master-host 0\.0\.0\.0: is for a --master; "),
        (Crew(port=5558), r"^--master-port 5558: is for a --master; "),
        (Crew(wait_s=61), r"^--wait-s 61: is for a --master; "),
        (Crew(web_port=1), r"^--web-port = \d+: .*; name another$"),
    ],
)
def test_a_crew_that_cannot_be_is_named(served: Served, crew: Crew, line: str) -> None:
    """What would be passed over in silence, be it a page that cannot be shown, is said in one line beforehand."""
    taken = int(served.url.rpartition(":")[2])
    crew = replace(crew, web_port=crew.web_port and taken)
    with pytest.raises(BadInput, match=line):
        prepare(scenario(1, 1.0), ["ses-v2"], LoadRequest(Place(endpoint=served.url), crew=crew), load_prices(), print)


def test_the_template_of_a_body_may_be_in_a_file(tmp_path: Path) -> None:
    """With @ before its name; anything else is the template itself, and what is no such file is named."""
    (tmp_path / "body.json").write_text('{"to": "{to}", "from": "jürgen"}', encoding="utf-8")
    (tmp_path / "latin").write_bytes(b"\xfc")
    assert body_of(f"@{tmp_path / 'body.json'}") == '{"to": "{to}", "from": "jürgen"}'
    assert body_of("to={to}@") == "to={to}@"
    for name, said in (("none", "No such file"), ("", "Is a directory"), ("latin", "the file must be UTF-8 text")):
        with pytest.raises(BadInput, match=rf"^--body = @{tmp_path}/?{name}: {said}"):
            body_of(f"@{tmp_path / name}")


def test_mail_that_leaves_this_machine_is_asked_about(served: Served) -> None:
    """An application elsewhere is shown with the recipients of all rounds, and somebody has to say yes."""
    told: list[str] = []
    asked = LoadRequest(Place(endpoint=served.url, url="http://example.com/{to}"), Permit("me@example.org"), rounds=3)
    with pytest.raises(BadInput, match=r"add --yes$"):
        prepare(scenario(10, 2.0), ["http"], asked, load_prices(), told.append)
    assert told == [
        "http://example.com/{to}, which is not on this machine",
        "from me@example.org to success+{mail}.{who}@simulator.amazonses.com",
        "3 runs: 60 calls at least, 60 recipients",
    ]


def test_recipients_are_allowed_first() -> None:
    """Nobody gets mail whom neither the simulator nor the allow list names."""
    with pytest.raises(BadInput, match=r"^--to 'you@example\.org': .* neither .* nor allowed"):
        prepared("ses-v2", Permit(to="you@example.org"), endpoint="http://127.0.0.1:1")


def test_an_endpoint_that_does_not_answer_is_told_in_one_line() -> None:
    """What is not there cannot be loaded: a run that failed."""
    with pytest.raises(RunFailed, match=r"^--endpoint http://127\.0\.0\.1:1: no answer .* is a seslab serve there\?$"):
        prepared("ses-v2", endpoint="http://127.0.0.1:1")
