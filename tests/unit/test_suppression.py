"""The suppression list: what is done to it is recorded as it is done, paced, and taken back whatever came between."""

from __future__ import annotations

import errno
import json
import os
import re
import shlex
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import hypothesis.strategies as st
import pytest
from botocore.exceptions import ClientError, ConnectionClosedError
from hypothesis import example, given, settings

from loadtests.suppression import addresses, changes, plan
from loadtests.suppression.changes import Outcome, Wish
from loadtests.suppression.choice import Choice
from loadtests.suppression.listed import WAITS_S, SuppressionList
from loadtests.suppression.pace import Pace, Stopped
from loadtests.suppression.place import Place, place_of
from loadtests.suppression.record import Change, Header, Record
from reports.documents.suppression import SuppressionDocument
from reports.layout import laid_out
from reports.suppression import document as making
from reports.suppression import table
from scenarios.errors import BadInput, Interrupted, RunFailed
from seslab.app import run
from tests.unit.served import Endpoint, served
from tests.unit.test_documents import assert_declared

NOW = datetime(2026, 11, 29, 20, tzinfo=UTC)
PLACE = Place("eu-west-1", "123456789012", None)
PEOPLE = [f"{name}@example.org" for name in ("a", "B", "c/d", "é+1", '"f g"')]
REASONS = ("BOUNCE", "COMPLAINT")
ONE, NONE = {"a@x": "BOUNCE"}, {"a@x": None}
ANSWERED = {"ResponseMetadata": {"RequestId": "one"}}


class Killed(BaseException):
    """The process is gone: nothing that it would have done is done."""


class Hours:
    """A clock on which a wait takes no time of ours, and Ctrl-C comes at a request."""

    def __init__(self) -> None:
        self.s, self.is_over = 0.0, False

    def now_s(self) -> float:
        return self.s

    def wait(self, span_s: float) -> bool:
        self.s += 0.0 if self.is_over else span_s
        return self.is_over


class Ses:
    """A list at SES, as boto3 would show it; `troubles` says what meets a request, by its number."""

    def __init__(self, listed: Mapping[str, str], clock: Hours, troubles: Mapping[int, str] | None = None) -> None:
        self.listed, self.clock, self.troubles = dict(listed), clock, dict(troubles or {})
        self.runs_s: list[list[float]] = []  # when the requests of each process began
        self.requests = 0

    def list_suppressed_destinations(self, *, NextToken: str = "0", **_: Any) -> Any:  # noqa: N803
        found = [{"EmailAddress": one, "Reason": self.listed[one], "LastUpdateTime": NOW} for one in self.listed]
        first = int(NextToken)
        more = {"NextToken": str(first + 2)} if first + 2 < len(found) else {}
        return self._asked(lambda: {"SuppressedDestinationSummaries": found[first : first + 2], **more})

    def get_suppressed_destination(self, *, EmailAddress: str) -> Any:  # noqa: N803
        return self._asked(lambda: {"SuppressedDestination": {"Reason": self.listed[EmailAddress]}})

    def put_suppressed_destination(self, *, EmailAddress: str, Reason: str) -> Any:  # noqa: N803
        return self._asked(lambda: {"put": self.listed.update({EmailAddress: Reason})})

    def delete_suppressed_destination(self, *, EmailAddress: str) -> Any:  # noqa: N803
        return self._asked(lambda: self.listed.pop(EmailAddress) and {})

    def _asked(self, effect: Any) -> Any:
        trouble = self.troubles.get(self.requests)
        self.requests += 1
        self.runs_s[-1].append(self.clock.s)
        if trouble in STATUS:
            raise _error(STATUS[trouble])
        if trouble == "killed before":
            raise Killed
        try:
            answer = effect()
        except KeyError as error:
            raise _error(404, "NotFoundException") from error
        if trouble == "killed after":
            raise Killed
        if trouble == "lost":
            raise ConnectionClosedError(endpoint_url="http://x")
        self.clock.is_over = trouble == "Ctrl-C"
        return {**answer, **ANSWERED}


STATUS = {"throttled": 429, "broken": 500, "refused": 400}
TROUBLES = (*STATUS, "lost", "killed before", "killed after", "Ctrl-C")


def _error(status: int, code: str = "Code") -> ClientError:
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "Operation")


def listed_at(ses: Ses, every_s: float = 1.0) -> SuppressionList:
    """The list, asked by a new process at the pace of AWS."""
    ses.runs_s.append([])
    return SuppressionList(ses, Pace(every_s, ses.clock), "aws", lambda _: None)


def record_in(folder: Path, action: str = "remove") -> Record:
    """The record of a run, begun or to be gone on with."""
    return plan.record_for(folder / "record.jsonl", PLACE, action, {}, NOW)


def begun_again(ses: Ses, attempt: Any, torn: bool, file: Path) -> None:
    """A run is given again until it comes to its end; a kill may leave half a line."""
    while True:
        ses.clock.is_over = False
        try:
            if all(one.came_to != "refused" for one in attempt()):
                return
        except Killed:
            if torn and file.exists():
                with file.open("ab") as record:
                    record.write(b'{"address": "half')
        except (Interrupted, RunFailed, Stopped):
            pass


@settings(max_examples=60, deadline=None)
@given(
    at_first=st.dictionaries(st.sampled_from(PEOPLE), st.sampled_from(REASONS)),
    wishes=st.dictionaries(st.sampled_from(PEOPLE), st.sampled_from((*REASONS, None)), min_size=1),
    troubles=st.dictionaries(st.integers(0, 30), st.sampled_from(TROUBLES), max_size=12),
    cleans=st.booleans(),
    torn=st.booleans(),
)
@example(at_first=ONE, wishes=NONE, troubles={1: "killed after"}, cleans=False, torn=True)
@example(at_first=ONE, wishes=NONE, troubles={1: "killed after", 2: "refused"}, cleans=False, torn=False)
@example(at_first=ONE, wishes=NONE, troubles={1: "lost", 2: "refused"}, cleans=False, torn=False)
def test_undo_gives_the_list_back_whatever_came_between(
    at_first: dict[str, str], wishes: dict[str, str | None], troubles: dict[int, str], cleans: bool, torn: bool
) -> None:
    """Kills around a request, lost answers, throttles, errors, refusals, Ctrl-C: begun again, all is done; then undone.

    No two requests of a run begin within a second.
    """
    with TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        folder, ses = Path(name), Ses(at_first, Hours(), troubles)

        def do() -> list[Outcome]:
            listed, record = listed_at(ses), record_in(folder)
            asked = plan.removals((), Choice(), listed) if cleans else [Wish(*one) for one in wishes.items()]
            return [*changes.make([one for one in asked if not record.is_settled(one.address)], listed, record, _show)]

        def take_back() -> list[Outcome]:
            return [*changes.undo(listed_at(ses), plan.record_to_undo(folder / "record.jsonl"), _show)]

        begun_again(ses, do, torn, folder / "record.jsonl")
        wanted = {} if cleans else {**at_first, **wishes}
        assert ses.listed == {address: reason for address, reason in wanted.items() if reason is not None}
        begun_again(ses, take_back, torn, folder / "record.jsonl")
        assert ses.listed == at_first
        assert plan.record_to_undo(folder / "record.jsonl").to_undo() == {}
        assert all(after - before >= 1.0 for starts in ses.runs_s for before, after in pairwise(starts))


def _show(_done: int) -> None:
    """No terminal."""


def test_what_others_have_changed_since_is_left(tmp_path: Path) -> None:
    """Undo touches neither an address that came back by itself, nor one that has got another reason."""
    ses = Ses({"a@x": "BOUNCE", "b@x": "BOUNCE", "c@x": "BOUNCE"}, Hours())
    list(changes.make([Wish(f"{one}@x", None) for one in "abc"], listed_at(ses), record_in(tmp_path), _show))
    ses.listed |= {"a@x": "COMPLAINT", "b@x": "BOUNCE"}
    told = [*changes.undo(listed_at(ses), plan.record_to_undo(tmp_path / "record.jsonl"), _show)]
    assert [one.came_to for one in told] == ["put back", "as before", "changed since"]
    assert ses.listed == {"a@x": "COMPLAINT", "b@x": "BOUNCE", "c@x": "BOUNCE"}


def test_an_address_that_ses_refuses_keeps_no_other(tmp_path: Path) -> None:
    """It is recorded as refused, and tried again by the next run; the others are changed. Ten in a row are enough."""

    class Choosy(Ses):
        def put_suppressed_destination(self, **asked: Any) -> Any:
            if "/" in asked["EmailAddress"]:
                raise _error(400, "BadRequestException")
            return super().put_suppressed_destination(**asked)

    ses = Choosy({}, Hours())
    told = [
        *changes.make(
            plan.additions(addresses.named(PEOPLE, None), None), listed_at(ses), record_in(tmp_path, "add"), _show
        )
    ]
    assert [one.address for one in told if one.came_to == "refused"] == ["c/d@example.org"]
    assert ses.listed.keys() == {*PEOPLE} - {"c/d@example.org"}
    assert not record_in(tmp_path, "add").is_settled("c/d@example.org")
    many = plan.additions([addresses.Named(f"/{number}@x") for number in range(20)], None)
    with pytest.raises(RunFailed, match="refused 10 addresses in a row, at last /9@x: "):
        list(changes.make(many, listed_at(ses), record_in(tmp_path, "add"), _show))


@pytest.mark.parametrize(("trouble", "said"), [("throttled", "429|Code"), ("lost", "no answer")])
def test_patience_has_an_end(tmp_path: Path, trouble: str, said: str) -> None:
    """A request is made again after waits that double; then one line says how far it came and how to go on."""
    ses = Ses({"a@x": "BOUNCE"}, Hours(), dict.fromkeys(range(20), trouble))
    with pytest.raises(RunFailed, match=rf"{said}.*; done so far: 0; the same command with --log .* goes on"):
        list(changes.make([Wish("a@x", None)], listed_at(ses), record_in(tmp_path), _show))
    assert ses.runs_s[-1] == [sum(WAITS_S[:tries]) for tries in range(len(WAITS_S) + 1)]


def test_nothing_is_changed_that_cannot_be_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a full disk the list stays as it is; half a line that was written goes again."""
    ses, record = Ses({"a@x": "BOUNCE"}, Hours()), record_in(tmp_path)
    with record.held(), monkeypatch.context() as patch:
        patch.setattr(os, "fsync", _no_space)
        with pytest.raises(RunFailed, match="No space left"):
            record.about_to("a@x", Change("BOUNCE", None))
    assert record_in(tmp_path).changes == {}
    with record.held(), pytest.raises(BadInput, match="another seslab writes to it"):
        list(changes.make([Wish("a@x", None)], listed_at(ses), record_in(tmp_path), _show))
    assert ses.listed == {"a@x": "BOUNCE"}


def _no_space(_file: int) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture(name="endpoint", scope="module")
def _endpoint() -> Iterator[Endpoint]:
    with served() as running:
        yield running


@pytest.fixture(name="v2", scope="module")
def _v2(endpoint: Endpoint) -> Any:
    return endpoint.client("sesv2")


@pytest.fixture(name="people")
def _people(endpoint: Endpoint, v2: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Who is on the endpoint's list as a test begins, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    at_first = {f"{number}@privaterelay.appleid.com": "BOUNCE" for number in range(3)}
    at_first |= {"o'neil/x@example.org": "COMPLAINT", "jürgen+1@example.org": "BOUNCE"}
    endpoint.raw("POST", "/moto-api/reset")
    for address, reason in at_first.items():
        v2.put_suppressed_destination(EmailAddress=address, Reason=reason)
    return at_first


def asked(endpoint: Endpoint, *words: str) -> int:
    """The exit code of a command about the endpoint's list."""
    return run(["suppression", *words, "--endpoint", endpoint.url], "seslab")


def on_list(v2: Any) -> dict[str, str]:
    """Who is on it, by SES's own word."""
    listed = v2.list_suppressed_destinations()["SuppressedDestinationSummaries"]
    return {one["EmailAddress"]: one["Reason"] for one in listed}


def test_a_list_is_cleaned_and_put_back(
    endpoint: Endpoint, v2: Any, people: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A dry run changes nothing; a run takes those of the domain, and undo gives them back. Documents are declared."""
    cleaning = ("remove", "--domain", "PrivateRelay.appleid.com", "--log", "log.jsonl")
    assert asked(endpoint, *cleaning, "--dry-run", "--json") == 0
    assert on_list(v2) == people
    assert not Path("log.jsonl").exists()
    assert asked(endpoint, *cleaning, "--yes", "--json") == 0
    assert on_list(v2).keys() == {"o'neil/x@example.org", "jürgen+1@example.org"}
    assert run(["suppression", "undo", "log.jsonl", "--yes", "--json"], "seslab") == 0
    assert on_list(v2) == people
    assert asked(endpoint, "list", "--json") == 0
    told = capsys.readouterr()
    documents = [json.loads(f"{{{text}") for text in f"\n{told.out}".split("\n{")[1:]]
    for document in documents:
        assert_declared(SuppressionDocument, document)
    assert [{one.get("outcome") for one in document["addresses"]} for document in documents] == [
        {"planned"},
        {"removed"},
        {"put back"},
        {None},
    ]
    assert "3 addresses to remove, 0@privaterelay.appleid.com, 1@privaterelay.appleid.com and" in told.err


def test_what_list_prints_can_be_removed_and_added(
    endpoint: Endpoint, v2: Any, people: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """CSV keeps addresses of any letters, and each reason; what is listed keeps its own unless another is asked for."""
    assert asked(endpoint, "list", "--csv") == 0
    Path("all.csv").write_text(capsys.readouterr().out)
    assert asked(endpoint, "remove", "--from", "all.csv", "--yes") == 0
    assert on_list(v2) == {}
    assert asked(endpoint, "add", "--from", "all.csv", "--yes") == 0
    assert on_list(v2) == people
    assert asked(endpoint, "add", "o'neil/x@example.org", "--yes", "--log", "second") == 0
    assert "1 listed already." in capsys.readouterr().out
    assert asked(endpoint, "remove", "O'NEIL/x@example.org", "--yes", "--log", "third") == 0
    assert "1 not on the list. SES asks for the very spelling" in " ".join(capsys.readouterr().out.split())
    assert on_list(v2) == people


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("remove", "ADDRESS...: missing; name addresses, --from a file, or what to remove by --domain"),
        ("remove a@x --reason BOUNCE", "--domain, --reason, --since and --until choose among all that is listed"),
        ("add", "ADDRESS...: missing"),
        ("add a@x --from many", "--from: names addresses as well"),
        ("add a@@x", "ADDRESS = a@@x: must be one address without a name"),
        ("add --from many", "--from many: line 3 = no address: must be one address"),
        ("add --from empty", "--from empty: names no address"),
        ("add --from away", "--from away: No such file or directory; name a text file"),
        ("add --from bad.csv", "--from bad.csv: line 2: reason = SPAM: must be BOUNCE or COMPLAINT"),
        ("add a@x --reason SPAM", "unknown reason 'SPAM', known are BOUNCE, COMPLAINT"),
        ("list --since 0001-01-01", "--since = 0001-01-01: must be a date"),
        ("list --since yesterday", "--since = yesterday: must be a date such as 2026-11-01"),
        ("list --since 2999-01-01", "--since = 2999-01-01: lies in the future"),
        ("list --since 2026-02-01 --until 2026-01-01", "--until = 2026-01-01: must be later than --since"),
        ("list --domain a@b", "--domain = a@b: must be what stands behind an address's @"),
        ("list --region eu-west-1", "--region: is for AWS"),
        ("list --csv --json", "--csv: prints one thing"),
        ("add a@x --log many", "many: is no record of seslab suppression"),
        ("add a@x --log /dev/null", "/dev/null: must be a file"),
        ("add a@x --log cut", "cut: line 2: not JSON: breaks off"),
        ("add a@x --log other", "--log other: is the record of at = eu-west-1, and this is http://"),
        ("remove a@x --log other", "--log other: is the record of action = add, and this is remove"),
        ("add a@x", "suppression add: asks before it changes a list, and nobody is here to answer; add --yes"),
    ],
)
def test_bad_input_is_one_line(
    endpoint: Endpoint, v2: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, said: str
) -> None:
    """It names option or file, line and value, and says what would be right; nothing is changed or written."""
    monkeypatch.chdir(tmp_path)
    header = f"{json.dumps(Header('add', 'eu-west-1', '123456789012', {'reason': None}).told())}\n"
    Path("many").write_text("# old\na@x\nno address\n")
    Path("empty").write_text("# nobody\n")
    Path("bad.csv").write_text("address,reason,since\na@x,SPAM,\n")
    Path("other").write_text(header)
    Path("cut").write_text(f"{header}{{half\n{{}}\n")
    before = on_list(v2), sorted(Path().iterdir())
    with pytest.raises(BadInput, match=re.escape(said)) as caught:
        asked(endpoint, *shlex.split(line))
    assert "\n" not in str(caught.value)
    assert (on_list(v2), sorted(Path().iterdir())) == before


def test_a_list_on_aws_is_an_accounts(endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked once a second, and a record of another account is neither added to nor undone."""
    for name, value in (("ENDPOINT_URL", endpoint.url), ("ACCESS_KEY_ID", "a"), ("SECRET_ACCESS_KEY", "b")):
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    place = place_of(None, "us-east-1")
    assert (place.at, place.account, place.every_s) == ("us-east-1", "123456789012", 1.0)
    other = Record(tmp_path / "other", Header("add", "us-east-1", "210987654321", {}))
    with other.held():
        pass
    with pytest.raises(
        BadInput, match="is the record of account 210987654321, and the credentials are of 123456789012"
    ):
        plan.place_of_record(plan.record_to_undo(other.path))
    with pytest.raises(BadInput, match="--region: missing; name the region"):
        place_of(None, None)


def test_a_list_and_a_plan_fit_a_terminal() -> None:
    """At 80 columns an address keeps its reason, and as long as it has room its date; a plan says how long it takes."""
    rows = [making.listed(f"{'x' * size}@example.org", "BOUNCE", NOW) for size in (3, 40)]
    for wide, has_date in ((rows, True), ([*rows, making.listed(f"{'y' * 50}@example.org", "COMPLAINT", NOW)], False)):
        shown = [line.plain for line in laid_out(table.table(making.document("list", "x", None, wide)), 80)]
        assert max(map(len, shown)) <= 80
        assert any("2026-11-29 20:00" in line for line in shown) == has_date
    planned = making.document("remove", "eu-west-1", "123456789012", rows * 5000, requests=10_000)
    assert table.plan(planned, 1.0).endswith("at most 10,000 requests one a second, in 2.78 h")
    assert table.progress(2500, 10_000, 1.0, 10_000) == "2,500 of 10,000 addresses, 2.08 h left"
