"""Sets of hypotheses about SES's limiter: what a file may say, and that seslab's own suits every account."""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.errors import BadInput
from scenarios.hypotheses import sets
from scenarios.hypotheses.hypothesis import hypothesis_of, under
from scenarios.schema.accounts.account import Account
from scenarios.schema.files import catalogue, read_table
from scenarios.schema.scenario_file import load

ALL = [table["name"] for table in read_table(sets.PLAUSIBLE)["hypothesis"]]


@given(times=st.integers(1, 9999), rate=st.integers(1, 9999))
def test_a_burst_in_rates_is_rounded_up_exactly(times: int, rate: int) -> None:
    """0.1 R of 30 a second is 3, whatever binary fractions make of it."""
    account = Account(max_send_rate_per_s=rate / 10)
    burst = hypothesis_of({"name": "a", "burst": f"{times / 100} R"}, account).limiter.burst
    assert burst == ceil(Fraction(times, 100) * Fraction(rate, 10))


@pytest.mark.parametrize("name", catalogue())
def test_the_set_of_seslab_suits_every_account(name: str) -> None:
    """Each hypothesis is tried, or it is said why it is not; no limiter is tried twice."""
    chosen = sets.plausible(load(name).account)
    limiters = [one.limiter for one in chosen.hypotheses]
    assert all(limiters.count(one) == 1 for one in limiters)
    assert sorted(ALL) == sorted([one.name for one in chosen.hypotheses] + [one.name for one in chosen.left_out])
    assert all(one.description and one.source for one in chosen.hypotheses)


def test_an_account_of_one_a_second_has_fewer_hypotheses() -> None:
    """What it cannot have, or has already, is left out with the reason."""
    assert dict(sets.plausible(Account(sandbox=True)).left_out) == {
        "burst-0.4R": "on this account it is the same as burst-1",
        "burst-R": "on this account it is the same as burst-1",
        "shards-4": "shards = 4: must be at most the burst (1): a smaller shard admits nothing",
    }


@pytest.mark.parametrize("rate_per_s", [1.0, 2.5, 14.0, 500.0])
def test_what_is_written_is_read_back(tmp_path: Path, rate_per_s: float) -> None:
    """A file as used gives the same hypotheses of the same account."""
    account, path = Account(max_send_rate_per_s=rate_per_s), tmp_path / "limiters.toml"
    hypotheses = sets.plausible(account).hypotheses
    path.write_text(sets.as_toml(hypotheses))
    assert list(sets.chosen(path, account).hypotheses) == list(hypotheses)


def test_nothing_but_the_limiter_is_another() -> None:
    """The account keeps its rate and its quota, and the scenario all else."""
    scenario = load("broadcast-900")
    for hypothesis in sets.plausible(scenario.account).hypotheses:
        changed = under(scenario, hypothesis)
        assert changed.account.limiter == hypothesis.limiter
        limiter = {"limiter": scenario.account.limiter}
        assert changed.model_copy(update={"account": changed.account.model_copy(update=limiter)}) == scenario


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "hypothesis: must have at least one table, [[hypothesis]]"),
        ("hypothesis = []", "hypothesis = []: must have at least one table, [[hypothesis]]"),
        ('[[hypothesis]]\nname = "a"\nkind = "leaky"', 'hypothesis[0].kind = "leaky": must be one of token-bucket, '),
        (
            '[[hypothesis]]\nname = "a"\nbrust = 3',
            "hypothesis[0].brust = 3: unknown key 'brust', did you mean 'burst'?",
        ),
        ('[[hypothesis]]\nname = "a"\n' * 2, 'hypothesis[1].name = "a": must be a name of its own'),
        (
            '[[hypothesis]]\nname = "a b"',
            'hypothesis[0].name = "a b": must be a letter, then letters, digits, dots or dashes, at most 32',
        ),
        ("[[hypothesis]]\nburst = 3", "hypothesis[0].name: is required"),
        (
            '[[hypothesis]]\nname = "a"\nburst = "3 X"',
            'burst = "3 X": must be a whole number, or a multiple of the rate ',
        ),
        ('[[hypothesis]]\nname = "a"\nburst = "0 R"', 'burst = "0 R": must be at least 1'),
        ('[[hypothesis]]\nname = "a"\nburst = 1.5', "burst = 1.5: must be a whole number"),
        ('[[hypothesis]]\nname = "a"\nshards = 9', "hypothesis[0].shards = 9: must be at most the burst (2)"),
        ('[[hypothesis]]\nname = "a"\nweight = 0.0', "hypothesis[0].weight = 0.0: must be greater than 0"),
        (
            '[[hypothesis]]\nname = "a"\nweight = 1\n[[hypothesis]]\nname = "b"',
            "hypothesis[1].weight: is required: others",
        ),
        ('[hypothesis]\nname = "a"', "must be an array of tables, [[hypothesis]]"),
    ],
)
def test_a_file_that_is_wrong_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    """It names the file, the key and its value, and says what would be right."""
    path = tmp_path / "limiters.toml"
    path.write_text(text)
    with pytest.raises(BadInput) as caught:
        sets.chosen(path, Account(max_send_rate_per_s=2.0))
    assert str(caught.value).startswith(f"{path}: ")
    assert said in str(caught.value)
    assert str(caught.value).isprintable()


def test_a_file_that_is_not_there_is_no_scenario(tmp_path: Path) -> None:
    """The line says what to name."""
    with pytest.raises(BadInput, match=r"limiters\.toml: no such file; name one with \[\[hypothesis\]\] tables"):
        sets.chosen(tmp_path / "limiters.toml", Account())


def test_a_pipe_is_read_once(tmp_path: Path) -> None:
    """Whatever is written later, accounts get what was read."""
    path = tmp_path / "limiters.toml"
    path.write_text('[[hypothesis]]\nname = "a"\nburst = "2 R"')
    of_accounts = sets.of_accounts(path)
    path.unlink()
    bursts = [of_accounts(Account(max_send_rate_per_s=rate)).hypotheses[0].limiter.burst for rate in (5.0, 10.0)]
    assert bursts == [10, 20]
