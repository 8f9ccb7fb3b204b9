"""More than two runs side by side: each beside the first, as if it were alone with it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from reports.diff import document as of_two
from reports.diff import several, several_table
from reports.diff.answer import answer
from reports.diff.page import page_of
from reports.diff.several import Kept
from reports.diff.table import FEW
from reports.documents.comparison import ComparisonDocument
from scenarios.errors import BadInput
from scenarios.ledger.ledger import Ledger
from tests.unit.entries import entry, sent
from tests.unit.synthetic import Call, Mail, ledger_of
from tests.unit.test_diff import run_of, with_samples

BASE = [10.0, 20.0, 30.0, 40.0, 50.0, 60.0]


def ledger(strategy: str) -> Ledger:
    """Of a single mail."""
    return ledger_of(strategy, [Mail(0.0)], [])


def kept(makespans_s: Sequence[float], **keys: str) -> Kept:
    """A run of these replications."""
    document: ComparisonDocument = run_of(
        [with_samples(makespans_s) | {"makespan_s": sum(makespans_s) / 6}], replications=6
    )
    return Kept("kept", document, ledger, keys)


A, LATER, ALIKE = kept(BASE, horizon_s="9"), kept([one + 5 for one in BASE], horizon_s="8"), kept(BASE, horizon_s="9")


def test_each_further_run_is_beside_the_first() -> None:
    """What is said of it is what is said if it is the only other one; of two runs there are no others."""
    made = several.document([A, ALIKE, LATER], ())
    alone = several.document([A, LATER], ())
    assert "others" not in alone
    [other] = made["others"]
    assert (other["b"], other["changed"]) == (alone["b"], alone["changed"])
    assert other["strategies"][0]["figures"] == alone["strategies"][0]["figures"]
    assert several.document([A, ALIKE], ())["strategies"] == made["strategies"]


def test_a_table_marks_what_surely_differs() -> None:
    """A row for each figure that is not the same in all runs; the mark stands at the run that differs."""
    made = several.document([A, ALIKE, LATER], ())
    sheet = several_table.table(made)
    assert [column.name for column in sheet.columns] == ["figure", "A", "B", "B - A", "C", "C - A"]
    assert [list(row) for row in sheet.rows] == [["  makespan_s", "35", "35  ", "0", "40 *", "+14.3 %"]]
    assert "horizon_s: 9 \u2192 8" in sheet.title
    said = several_table.sentences(made)
    assert [line.partition(":")[0] for line in said] == ["B", "C"]
    assert "makespan_s | 35 |" in several_table.markdown(made)
    page = page_of(made, sheet, said)
    assert said[0] in page
    assert '<p class="answer neutral">direct: all accepted 4 of 4 recipients; ' in page


def test_a_difference_that_there_is_not_is_no_zero() -> None:
    """Nor is it left out at 80 columns, where a table of three runs has all of them."""
    runs = [Kept("kept", run_of([entry("direct", sent(many, 2.0))]), ledger, {}) for many in (3, 4, 3)]
    sheet = several_table.table(several.document(runs, ()))
    [row] = [row for row in sheet.rows if row[0].strip() == "efficiency"]
    assert (row[1], row[3], row[5]) == ("-", "-", "-")
    assert sheet.width <= 80


def test_the_answer_names_every_run() -> None:
    """What each accepted, and when, of the mails that A accepted as well; each strategy by its name in its run."""
    mails = [Mail(0.0)] * 40
    ledgers = {
        name: ledger_of(name, mails, [Call(mail, at_s) for mail in range(accepted)])
        for name, accepted, at_s in (("direct", 20, 1.0), ("heartbeat", 40, 1.5), ("sqs-dlq", 40, 1.0))
    }
    runs = [
        Kept(name, run_of([entry(name, sent(accepted, 2.0))]), ledgers.__getitem__, {})
        for name, accepted in (("direct", 2), ("heartbeat", 4), ("sqs-dlq", 4))
    ]
    assert answer(several.document(runs, ())) == (
        "direct (A), heartbeat (B), sqs-dlq (C): accepted A 2 of 4, B 4 of 4, C 4 of 4 recipients; "
        "what A accepted too was accepted by B 0.5 s later on average, by C at the same instants"
    )
    assert several_table.sentences(several.document(runs, ()))[1].startswith("C: direct (A), sqs-dlq (C): ")


def test_without_replications_nothing_is_sure() -> None:
    """One run of each has no interval, and no mark."""
    runs = [Kept("kept", run_of([entry("direct", sent(many, 2.0))]), ledger, {}) for many in (4, 3, 0)]
    sheet = several_table.table(several.document(runs, ()))
    assert sheet.caption == FEW
    assert "6 of each under the same seeds, 7 of each otherwise" in FEW
    assert not any(several_table.SURE in cell for row in sheet.rows for cell in row)


def test_wishes_are_for_all_runs_or_one_for_each() -> None:
    """A name of all, or as many names as there are runs."""
    entries = [[entry(name, sent(4, 2.0))] for name in ("direct", "heartbeat", "sqs-dlq")]
    runs = [Kept("kept", run_of(one), ledger, {}) for one in entries]
    made = several.document(runs, ["direct=heartbeat=sqs-dlq"])
    assert [(one["strategies"][0]["a"], one["strategies"][0]["b"]) for one in (made, *made["others"])] == [
        ("direct", "heartbeat"), ("direct", "sqs-dlq"),
    ]  # fmt: skip
    with pytest.raises(BadInput, match=r"^-s direct=heartbeat: must be one name, or one for each of the 3 runs"):
        several.document(runs, ["direct=heartbeat"])
    with pytest.raises(BadInput, match=r"^27 runs: at most 26"):
        several.document([A] * 27, ())
    assert of_two.pairs_of(runs[0].document, runs[1].document, ()) == [("direct", "heartbeat")]
