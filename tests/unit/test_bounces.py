"""Laws of the list of those who cannot be reached: what it says, and what cannot change it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any, get_args, get_type_hints

import hypothesis.strategies as st
import pytest
from hypothesis import given

from reports.bounces import table
from reports.bounces.document import document
from reports.bounces.page import page_of
from reports.bounces.spreadsheet import HEADER, to_csv
from reports.bounces.tallies import Tallies
from reports.bounces.wording import HEADINGS, TYPES, WORDINGS, Action
from reports.documents.bounces import BouncesDocument, FailureEntry, RecipientEntry
from reports.events.reading import Listener
from reports.events.since import since
from reports.running.keeping import REPORT
from reports.terminal import to_json
from scenarios.errors import BadInput
from scenarios.events.failures import Failure
from scenarios.events.reasons import Reason
from tests.unit import browser
from tests.unit.read_page import Read
from tests.unit.ses_records import (
    WHO,
    Record,
    bounce,
    complaint,
    delay,
    delivery,
    eventbridge,
    others,
    sns,
)
from tests.unit.test_documents import assert_declared

DAY_S = 86_400.0
NO_BOX = {"status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 user unknown"}
FULL = ("Transient", "MailboxFull")


def made(*records: Record, since_unix_s: float = 0.0) -> BouncesDocument:
    """The document of these events."""
    tallies = Tallies(since_unix_s)
    listener = Listener(tallies, lambda _: None)
    for record in records:
        assert listener.hear(record)
    return document(tallies)


def told(*records: Record) -> RecipientEntry:
    """What is said of the only recipient."""
    [one] = made(*records)["failed"]
    return one


def test_each_reason_and_each_action_has_its_words() -> None:
    """So that no event ends in an error, and the document's schema names what it holds."""
    assert WORDINGS.keys() == set(Reason)
    assert TYPES.keys() == set(Failure)
    assert HEADINGS.keys() == set(Action)
    assert chosen(FailureEntry, "type") == tuple(Failure)
    assert chosen(RecipientEntry, "action") == tuple(Action)


def chosen(entry: type, key: str) -> tuple[Any, ...]:
    """What a key of a document may be."""
    literal, *_ = get_args(get_type_hints(entry, include_extras=True)[key])
    return get_args(literal)


SECONDS = st.sampled_from([0.0, 1.0, 1.5, 60.0, 3_600.0, 7_200.0])
MAILS = st.sampled_from(["m", "n", ""])
PEOPLE = st.sampled_from([WHO, "ben@example.org"])
EVENTS = st.one_of(
    st.builds(delivery, SECONDS, MAILS, PEOPLE),
    st.builds(
        bounce,
        SECONDS,
        st.sampled_from(["Permanent", "Transient", "Undetermined"]),
        st.sampled_from(["General", "MailboxFull", "OnAccountSuppressionList"]),
        mail=MAILS,
        who=PEOPLE,
        feedback=st.sampled_from(["", "f"]),
        diagnosticCode=st.sampled_from(["", "550 user unknown", "552 over quota"]),
    ),
    st.builds(delay, SECONDS, mail=MAILS, who=PEOPLE),
    st.builds(lambda second, mail: complaint(second, WHO, "ben@example.org", mail=mail), SECONDS, MAILS),
    st.builds(lambda mail, who, number: others(mail, who)[number], MAILS, PEOPLE, st.integers(0, 5)),
)


@given(st.data(), st.lists(EVENTS, max_size=12))
def test_neither_order_nor_copies_change_anything(data: st.DataObject, events: list[Record]) -> None:
    """Any permutation of the events, any of them any number of times, and however they are carried: one document."""
    copies = data.draw(st.lists(st.sampled_from(events), max_size=6)) if events else []
    shuffled = data.draw(st.permutations([*events, *copies]))
    carried = [data.draw(st.sampled_from([one, sns(one), eventbridge(one)])) for one in shuffled]
    once = made(*events)
    assert to_json(made(*carried)) == to_json(once)
    assert_declared(BouncesDocument, once)
    for one in once["failed"]:
        assert one["first"] <= one["last"]
        assert one["count"] == sum(failure["count"] for failure in one["failures"])
        assert one["works_again"] == (one["action"] == "nothing")
    counts = once["recipients"]
    assert counts["failing"] + counts["working_again"] == len(once["failed"]) <= counts["told"]


@given(st.lists(EVENTS, max_size=8), EVENTS)
def test_what_failed_stays_failed(events: list[Record], more: Record) -> None:
    """No further event makes a failure fewer, or its first one later; but for a mail that was only late."""
    before, after = (made(*some)["failed"] for some in (events, [*events, more]))
    now = {one["address"]: {failure["type"]: failure for failure in one["failures"]} for one in after}
    for one in before:
        for failure in one["failures"]:
            if failure["type"] != "delayed":
                later = now[one["address"]][failure["type"]]
                assert later["count"] >= failure["count"]
                assert later["first"] <= failure["first"]
                assert later["last"] >= failure["last"]


def test_a_recipient_is_told_in_words() -> None:
    """Who, why, since when, how often, what to do, and of which mail."""
    one = told(bounce(5, **NO_BOX), bounce(60, mail="n", subkind="OnAccountSuppressionList"))
    assert (one["address"], one["type"], one["reason"], one["count"]) == (WHO, "hard bounce", "no-mailbox", 2)
    assert (one["first"], one["last"]) == ("2026-11-02T12:00:05Z", "2026-11-02T12:01:00Z")
    assert one["why"] == "no such user: the provider knows no such mailbox"
    assert (one["action"], one["to_do"]) == ("ask", "Look for a typing mistake, then ask for a new address.")
    assert (one["subject"], one["message_id"], one["status"]) == ("Subject of m", "m", "5.1.1")
    assert one["tags"] == {"campaign": ["autumn"], "ses:configuration-set": ["shop"]}
    assert [failure["type"] for failure in one["failures"]] == ["hard bounce", "suppressed"]


def test_a_later_delivery_takes_the_failure_back() -> None:
    """Not an earlier one, nor one of the same instant; and a complaint is of mail that arrives."""
    for failed in (bounce(10), bounce(10, *FULL), bounce(10, subkind="Suppressed")):
        assert told(failed, delivery(11))["works_again"]
        assert told(failed, delivery(11))["last_delivered"] == "2026-11-02T12:00:11Z"
        for second in (9, 10):
            assert not told(failed, delivery(second))["works_again"]
    assert told(bounce(1), delivery(11), delivery(5))["last_delivered"] == "2026-11-02T12:00:11Z"
    assert told(complaint(10), delivery(11))["action"] == "remove"
    assert told(bounce(10), delivery(11), bounce(12, *FULL))["type"] == "soft bounce"


def test_a_late_mail_is_no_failure_once_more_is_known() -> None:
    """It is listed while it is on its way, with the instant at which SES gives up."""
    late = told(delay(5, "MailboxFull"))
    assert (late["type"], late["action"], late["tried_until"]) == ("delayed", "wait", "2026-11-02T22:00:00Z")
    assert made(delay(5), delivery(5))["failed"] == []
    assert told(delay(5), bounce(9, *FULL))["failures"][0]["type"] == "soft bounce"
    assert len(told(delay(5), bounce(9, *FULL))["failures"]) == 1
    assert told(bounce(5, *FULL), delay(9))["type"] == "soft bounce"


def test_a_key_counts_once() -> None:
    """The feedback's, else the mail's; another mail counts again."""
    assert told(bounce(1, feedback="f"), bounce(1, feedback="f"), bounce(2, feedback="g"))["count"] == 2
    assert told(delay(1), delay(9), delay(9, mail="n"))["count"] == 2


def test_what_lasts_does_not_pass_by_waiting() -> None:
    """Three full mailboxes within a week or more are a call; so is one that is for good."""
    days = [bounce(0, *FULL, mail=str(number)) for number in range(3)]
    for number, one in enumerate(days):
        one["bounce"]["timestamp"] = f"2026-11-{2 + number * 4:02}T12:00:00Z"
    assert told(*days)["action"] == "call"
    assert told(*days[:2])["action"] == "wait"
    assert told(*(bounce(number, *FULL, mail=str(number)) for number in range(9)))["action"] == "wait"
    assert told(bounce(1, status="5.2.2"))["action"] == "call"


def test_a_complaint_says_of_how_many_it_may_be() -> None:
    """Providers hide who complained; a report that mail was no spam is none."""
    both = made(complaint(1, WHO, "ben@example.org"))["failed"]
    assert all("one of 2 recipients" in one["why"] for one in both)
    assert "perhaps" not in told(complaint(1))["why"]
    assert made(complaint(1, complaintFeedbackType="not-spam"))["failed"] == []


def test_since_leaves_out_what_was_before() -> None:
    """Failures and deliveries alike."""
    noon = 1_793_620_800.0
    assert made(bounce(5), bounce(9, mail="n"), since_unix_s=noon + 6)["failed"][0]["count"] == 1
    assert made(bounce(5), since_unix_s=noon + 6)["recipients"] == {"told": 0, "failing": 0, "working_again": 0}
    assert made(bounce(5), since_unix_s=noon + 5)["since"] == "2026-11-02T12:00:05Z"


@pytest.mark.parametrize(
    ("text", "unix_s"),
    [("7d", 1e9 - 7 * DAY_S), ("12h", 1e9 - DAY_S / 2), ("1.5w", 1e9 - 10.5 * DAY_S), ("90m", 1e9 - 5_400),
     ("2001-09-08", 999_907_200.0), ("2001-09-08T02:00+02:00", 999_907_200.0), ("99999999w", 0.0)],
)  # fmt: skip
def test_since_is_a_while_or_an_instant(text: str, unix_s: float) -> None:
    """A day begins at midnight UTC."""
    assert since(text, 1e9) == unix_s


@pytest.mark.parametrize(
    "text", ["", "7", "d", "-7d", "7 days", "yesterday", "0d", "2001-13-01", "2001-09-10", "nan", "\u0667d"]
)
def test_a_since_that_is_nonsense_is_one_line(text: str) -> None:
    """Zero, the future and words among them."""
    with pytest.raises(BadInput, match=r"^--since .*such as 7d, 12h, 2026-11-02 or 2026-11-02T08:00Z$"):
        since(text, 1e9)


EVIL = "<script>x</script>\r\n\x1b[31m\u202e"
STARTS = ("=1", "+1", "-1", "@1", "\t=1", " =1", "\uff1d1", "\r=1")


def hostile() -> list[Record]:
    """A failure for each beginning of a formula, with everything else that could do harm."""
    records = [bounce(1, mail=f"m{number}", who=f"{start}{number}@example.com", diagnosticCode=f"{start}{EVIL}")
               for number, start in enumerate(STARTS)]  # fmt: skip
    for one, start in zip(records, STARTS, strict=True):
        one["mail"]["commonHeaders"]["subject"] = f"{start}{EVIL}"
        one["mail"]["tags"] = {f"{start}{EVIL}": [f"{start}{EVIL}", "\ud800"]}
    return records


def test_a_csv_holds_no_formula_and_one_line_for_each() -> None:
    """No cell begins as a formula does, in whichever spreadsheet, and none steers anything."""
    text = to_csv(made(*hostile()))
    assert text.startswith("\ufeffaddress,")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert rows[0] == list(HEADER)
    assert len(rows) == 1 + len(STARTS) == len(text.splitlines())
    cells = [cell for row in rows for cell in row]
    assert all(cell.isprintable() for cell in cells)
    assert not [cell for cell in cells if cell.strip()[:1] in ("=", "+", "-", "@", "\uff1d")]


def test_a_page_holds_no_script_of_a_mail_and_all_that_is_told() -> None:
    """It is whole without a network, its policy allows no script, and what is hostile is text."""
    bounces = made(*hostile(), bounce(9, who=WHO, mail="z", **NO_BOX), delivery(1, who="ok@example.com"))
    text = page_of(bounces)
    page = Read(text)
    [policy] = [held["content"] for _, held in page.elements if held.get("http-equiv") == "Content-Security-Policy"]
    assert "script-src 'none'" in str(policy)
    assert "script" not in {name for name, _ in page.elements}
    assert all(letter == "\n" or letter.isprintable() for letter in text)
    assert not [held for _, held in page.elements if held.get("src") or str(held.get("href", "#")).startswith("http")]
    assert page.all("h1") == ["Who cannot be reached"]
    assert page.all("h2") == ["Ask for a new address", "What the words mean"]
    [said] = [one for one in page.all("td") if "5.1.1" in one]
    assert said.startswith("No such user: the provider knows no such mailbox. Look for a typing mistake")
    assert "Mail: “Subject of z”" in said
    assert "Tags: campaign = autumn" in said
    assert {one.capitalize() for one in Failure} == {*page.all("summary")}


@pytest.mark.skipif(browser.found() is None, reason="no Chromium is installed")
def test_a_browser_shows_it_on_every_width(tmp_path: Path) -> None:
    """Nothing runs, nothing is asked for, nothing is wider than a phone, and no figure of a card covers another."""
    page = tmp_path / REPORT
    long = bounce(2, mail="long", who=f"{'x' * 250}@example.com", diagnosticCode="y" * 999)
    page.write_text(page_of(made(*hostile(), long, bounce(3, *FULL, mail="n"), delivery(4))), "utf-8")
    overlaps = """[...document.querySelectorAll(".sheet tr:not(.said)")].filter(row => {
        const cells = [...row.querySelectorAll("td")].map(cell => cell.getBoundingClientRect());
        const wide = [...row.querySelectorAll("td")].some(cell => cell.scrollWidth > cell.clientWidth + 1);
        return wide || cells.some((one, at) => cells.some((other, to) => at < to && one.right > other.left + 1
            && other.right > one.left + 1 && one.bottom > other.top + 1 && other.bottom > one.top + 1));
    }).length"""
    with browser.tab() as tab:
        for width in (390, 768, 1440):
            tab.show(width, 800, dark=width == 768)
            tab.open(page)
            assert tab.value("document.documentElement.scrollWidth") <= width
            assert tab.value(overlaps) == 0, width
            assert tab.value("document.title") == "Who cannot be reached · seslab"
            assert tab.troubles() == []
            assert tab.requests() == [page.as_uri()]


def test_a_document_is_spelt_so_that_it_steers_nothing() -> None:
    """On a terminal too; and it is the same document."""
    bounces = made(*hostile())
    text = to_json(bounces)
    assert all(letter == "\n" or letter.isprintable() for letter in text)
    assert json.loads(text) == bounces


def test_what_is_long_is_cut_with_a_word_on_the_rest() -> None:
    """A terminal and a page show so many; the CSV has all."""
    many = made(*(bounce(1, mail=str(number), who=f"{number}@example.com") for number in range(600)))
    assert len(table.table(many).rows) == table.MOST_ROWS
    assert table.table(many).caption == "550 more are not shown: --out DIR, --csv or --json has all"
    assert "100 more are in bounces.csv." in page_of(many)
    assert to_csv(many).count("\r\n") == 601
