"""The comparison for programs and for people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from reports import rundir, words
from reports.compare import document, ranked, sentences, table, to_json
from reports.explain import explain
from scenarios.bound import Bound
from scenarios.cost import load_prices
from scenarios.errors import BadInput
from scenarios.ledger import FAILED, QUOTA, REJECTED, THROTTLED
from scenarios.metrics import measure
from scenarios.model import Scenario
from tests.unit.synthetic import Call, Mail, ledger_of

SETTINGS: dict[str, dict[str, Any]] = {
    "direct": {"retry": "none", "workers": 64},
    "leaky-bucket": {"pods": 2, "rate_per_pod": 15.0, "burst": 1, "chunk": 15, "retry": "none", "pod_weights": ()},
    "sqs-dlq": {
        "batch_size": 10,
        "maximum_concurrency": 2,
        "visibility_timeout_s": 30.0,
        "max_receive_count": 5,
        "report_batch_item_failures": True,
    },
    "lambda-concurrency": {"concurrency": 30, "pad_s": 1.0, "limit_by": "maximum"},
    "heartbeat": {"fill": 1.0, "dispatch": "spread", "ticker": "timestamp_wait", "lookahead": 2.0},
}
SCENARIO = Scenario.model_validate(
    {
        "name": "by-hand",
        "account": {"max_send_rate_per_s": 30.0},
        "workload": ({"process": "batch", "messages": 4},),
    }
)


def entry(strategy: str, calls: Sequence[Call], otherwise: str = "lost", **settings: Any) -> dict[str, Any]:
    """Four mails at once."""
    mails = [Mail(0.0, otherwise=otherwise)] * 4
    ledger = ledger_of(strategy, mails, calls, settings=SETTINGS.get(strategy, {}) | settings)
    return measure(ledger, 30.0, 30, 1.5, load_prices())


def sent(accepted: int, last_s: float, refused: int = THROTTLED) -> list[Call]:
    """Four calls, the first so many of them accepted."""
    return [Call(i, last_s * (i + 1) / 4, 0 if i < accepted else refused) for i in range(4)]


def comparison(*entries: dict[str, Any], replications: int = 1) -> dict[str, Any]:
    """The document of these entries."""
    return document(SCENARIO, "sim", 1, replications, Bound(1.5, 0.7, 1.4), entries)


def printed(shown: dict[str, Any], width: int = 110) -> str:
    """The table as plain text."""
    console = Console(width=width, no_color=True, force_terminal=False)
    with console.capture() as capture:
        console.print(table(shown))
    return capture.get()


def test_document_has_the_keys_of_the_contract() -> None:
    """The document opens with schema, scenario, world, seed, replications and bound, then the strategies."""
    shown = json.loads(to_json(comparison(entry("heartbeat", sent(4, 2.0)))))
    assert shown["schema"] == "seslab/comparison/v1"
    assert (shown["scenario"], shown["world"], shown["seed"], shown["replications"]) == ("by-hand", "sim", 1, 1)
    assert shown["bound"] == {"makespan_s": 1.5, "latency_mean_s": 0.7, "latency_p99_s": 1.4}
    assert shown["strategies"][0]["efficiency"] == 0.75


def test_json_is_the_same_bytes_for_the_same_figures() -> None:
    """Two runs of one seed print one document."""
    assert to_json(comparison(entry("direct", sent(1, 2.0)))) == to_json(comparison(entry("direct", sent(1, 2.0))))


def test_json_refuses_what_json_has_no_word_for() -> None:
    """NaN in a document is a defect, and must not reach a reader that cannot parse it."""
    with pytest.raises(ValueError, match="JSON"):
        to_json({"makespan_s": float("nan")})


def test_ranking_puts_safety_before_speed() -> None:
    """What loses nothing comes first, however slow; then what is unfinished; then by the share accepted."""
    entries = [
        entry("direct", sent(1, 0.1)),
        entry("sqs-dlq", sent(3, 0.2), "dead_lettered"),
        entry("slow", sent(4, 9.0)),
        entry("unfinished", sent(3, 0.1), "pending"),
        entry("fast", sent(4, 2.0)),
    ]
    assert [one["strategy"] for one in ranked(entries)] == ["fast", "slow", "unfinished", "sqs-dlq", "direct"]


def test_table_is_complete_within_its_width() -> None:
    """At 110 columns nothing is cut, a loss of zero is printed as 0, and an absent figure as a dash."""
    calls = [*sent(4, 2.0), Call(0, 3.0)]
    text = printed(comparison(entry("lambda-concurrency", calls), entry("direct", sent(0, 1.0))))
    assert "…" not in text
    safe = next(line for line in text.splitlines() if "lambda-concurrency" in line).split()
    assert " ".join(safe) == "1 lambda-concurrency 100 % 0 0 0 1 2.00 s 75 % 1.00 s 2.00 s 2 0 0.00"
    unsafe = next(line for line in text.splitlines() if "direct" in line).split()
    assert " ".join(unsafe) == "2 direct 0 % 4 0 0 0 - - - - 0 4 -"


def test_table_says_what_it_is_a_mean_of() -> None:
    """A mean is not passed off as a single run."""
    assert "means of 5 replications" in printed(comparison(entry("direct", sent(1, 2.0)), replications=5))


def test_sentences_follow_the_table() -> None:
    """One sentence per strategy, best first."""
    said = sentences(comparison(entry("direct", sent(1, 0.1)), entry("heartbeat", sent(4, 2.0))))
    assert [sentence.partition(":")[0] for sentence in said] == ["heartbeat", "direct"]


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (
            entry("direct", sent(1, 2.0)),
            "25 % accepted, lost 3 of 4: throttled, never retried; no pacing, up to 64 mails in hand at once; "
            "3 of 4 calls refused",
        ),
        (
            entry("direct", sent(1, 2.0), retry="legacy"),
            "25 % accepted, lost 3 of 4: throttled at the last call in legacy mode; no pacing, "
            "up to 64 mails in hand at once; 3 of 4 calls refused, retried in botocore's legacy mode",
        ),
        (
            entry("leaky-bucket", [Call(0, 1.0)]),
            "25 % accepted, lost 3 of 4: never attempted, whoever held them was gone; "
            "2 pods paced at 15 recipients/s each, 30/s together against a limit of 30/s; no call refused",
        ),
        (
            entry("sqs-dlq", sent(3, 2.0), "dead_lettered"),
            "75 % accepted, dead-lettered 1 of 4: received more than 5 times, throttled at the last call; "
            "the event source mapping ramps up to 2 invocations at once, each sending its batch of up to 10 without "
            "pacing, and a refused mail returns after 30 s; 1 of 4 calls refused and sent back to the queue",
        ),
        (
            entry("lambda-concurrency", [*sent(4, 2.0), Call(3, 2.5)]),
            "all 4 accepted in 2.00 s, 75 % of the best possible, duplicates: 1; "
            "the event source mapping ramps up to 30 invocations at once, one mail and at least 1 s each, "
            "at most 30 mails/s for a limit of 30 recipients/s; no call refused",
        ),
        (
            entry("heartbeat", [Call(0, 0.1, THROTTLED), *sent(4, 2.0)]),
            "all 4 accepted in 2.00 s, 75 % of the best possible; 30 recipients a tick, spread over the second; "
            "1 of 5 calls refused and sent again next tick",
        ),
        (
            entry("own", [Call(0, 1.0, REJECTED), Call(1, 2.0, QUOTA), Call(2, 3.0, FAILED)], "pending"),
            "none accepted, 4 still pending at the end; 1 of 3 calls refused for the quota, 1 of 3 calls failed, "
            "1 of 3 calls rejected",
        ),
    ],
)
def test_explanation_says_what_the_figures_show(told: dict[str, Any], sentence: str) -> None:
    """Outcome, mechanism and refusals, each from the entry, and nothing that was not counted."""
    assert explain(told, 30.0) == sentence


def test_explanation_counts_each_reason_of_loss() -> None:
    """Where recipients were lost for several reasons, each has its number."""
    told = entry("own", [Call(0, 1.0, REJECTED), Call(1, 2.0, FAILED), Call(2, 3.0, QUOTA)])
    assert explain(told, 30.0).startswith(
        "none accepted, lost 4 of 4: 1 refused for the 24-hour quota, "
        "1 rejected by SES, as mails with more than 50 recipients are, 1 failed at the last call, 1 never attempted"
    )


def test_explanation_names_a_peak_above_the_limit() -> None:
    """Four recipients within one second at a limit of 3 are worth a word."""
    told = entry("own", sent(4, 0.5))
    assert explain(told, 3.0).endswith("up to 4 admitted within one second (limit 3)")
    assert "within one second" not in explain(told, 4.0)


def test_shares_are_rounded_down() -> None:
    """One lost recipient of a million keeps the rest from being called 100 %."""
    assert words.share(999_999, 1_000_000) == "99.9 %"
    assert words.share(1_000_000, 1_000_000) == "100 %"
    assert words.share(29, 100) == "29 %"
    assert words.share(0, 0) == "-"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "-"),
        (0.0, "0 ms"),
        (0.0314, "31 ms"),
        (9.996, "10.0 s"),
        (30.34, "30.3 s"),
        (900.0, "15.0 min"),
        (86400, "24.0 h"),
    ],
)
def test_durations_have_the_unit_that_suits(seconds: float | None, said: str) -> None:
    """A reader never counts the digits of a day in seconds."""
    assert words.duration(seconds) == said


def test_run_directory_is_made_or_refused(tmp_path: Path) -> None:
    """A folder is created with its parents; a file in its place is the user's to move."""
    assert rundir.prepare(tmp_path / "a" / "b").is_dir()
    (tmp_path / "file").write_text("mine")
    for taken in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(BadInput, match="--out"):
            rundir.prepare(taken)
    assert (tmp_path / "file").read_text() == "mine"


def test_saved_document_is_whole_and_alone(tmp_path: Path) -> None:
    """What is saved is what was printed, and no temporary file stays behind."""
    shown = comparison(entry("direct", sent(1, 2.0)))
    rundir.save(tmp_path, shown, 'name = "by-hand"\n')
    assert (tmp_path / "comparison.json").read_text(encoding="utf-8") == to_json(shown)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["comparison.json", "scenario.toml"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"schema": "other/v1"}', "null", '{"schema": "seslab/comparison/v1"}']
)
def test_malformed_run_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    """Whatever stands in comparison.json, the message names the file."""
    (tmp_path / "comparison.json").write_text(text)
    with pytest.raises(BadInput) as error:
        rundir.redraw(tmp_path)
    assert "comparison.json" in str(error.value)
    assert "\n" not in str(error.value)


def test_missing_run_is_refused(tmp_path: Path) -> None:
    """A folder without a comparison says what it should have been."""
    with pytest.raises(BadInput, match="expected the folder of a run"):
        rundir.redraw(tmp_path)
