"""Hints for misspelt words: one line, however many words there are."""

from __future__ import annotations

import pytest

from scenarios.formats.quoted import unknown


@pytest.mark.parametrize(
    ("word", "known", "hint"),
    [
        ("latncy_s.p99", ["latency_s.p99", "cost_usd"], "did you mean 'latency_s.p99'?"),
        ("fax", ["sqs", "smtp"], "known are sqs, smtp"),
        ("p99", ["call_s.p99", *(f"figure-{number}" for number in range(30))], "nearest of 31 are call_s.p99, "),
        ("t.zz", [f"t.recipients.dead_lettered.{at}" for at in range(20)], "nearest of 20 are t.recipients."),
    ],
)
def test_of_many_words_only_the_nearest_are_told(word: str, known: list[str], hint: str) -> None:
    """Of few, all."""
    said = unknown("figure", word, known)
    assert said.startswith(f"unknown figure '{word}', {hint}")
    assert len(said) < 160
