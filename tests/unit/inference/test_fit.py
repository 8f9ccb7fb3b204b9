"""What calls tell of the limiter behind them, and what they leave open."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reports.documents.fit import FitDocument
from reports.fit import folder
from reports.fit.document import document
from reports.fit.table import answer, sentences, table
from reports.running.accounts import Across
from scenarios.aws.limiter import build_limiter
from scenarios.errors import BadInput
from scenarios.hypotheses.sets import of_accounts
from scenarios.inference.calls import Calls, calls_of
from scenarios.inference.fit import SLIP, Fit, Interval, _weighed, fitted
from scenarios.inference.halves import rivals
from scenarios.inference.likelihood import least_capacity, likelihood
from scenarios.inference.models import Candidates
from scenarios.inference.population import Population
from scenarios.inference.reading import MOST_ROWS, as_csv, read_calls
from scenarios.inference.suppositions import KINDS, Space, Supposition, bounds
from scenarios.inference.written import at_best, limiter
from scenarios.ledger import store
from scenarios.schema.accounts.account import Account, LimiterHypothesis, resolved
from scenarios.schema.scenario_file import as_toml
from sim.run import run
from tests.unit.scenario_files import loaded
from tests.unit.test_documents import assert_declared

RATE_PER_S = 20.0
SINGLE = tuple(Supposition(kind) for kind in KINDS)
"""Those of one shard, where the others would only take time."""


def greedy(calls: int = 160, **keys: Any) -> Calls:
    """A sender that never stops asking, for one recipient and for three in turn."""
    limiter = resolved(LimiterHypothesis.model_validate({"effective_rate": 0.9, **keys}), RATE_PER_S)
    exact, at_s = build_limiter(limiter, RATE_PER_S, 1), 0.37 + 0.0331 * np.arange(calls)
    sizes = np.where(np.arange(calls) % 2, 3, 1)
    return calls_of(at_s, sizes, [exact.admit(float(at), int(n)) for at, n in zip(at_s, sizes, strict=True)])


@pytest.mark.parametrize(
    ("kind", "keys", "capacity"),
    [
        ("token-bucket", {"burst": 31}, 31),
        ("debt", {"burst": 31, "admission": "debt"}, 31),
        ("fixed-window", {"kind": "fixed-window"}, 18),
        ("sliding-window", {"kind": "sliding-window"}, 18),
    ],
)
def test_the_limiter_is_found(kind: str, keys: dict[str, Any], capacity: int) -> None:
    """Its kind, its rate within 2 %, and what it holds, to the recipient; the limiter that decided is alive."""
    best = fitted(greedy(**keys), RATE_PER_S, among=SINGLE).explanations[0]
    assert best.supposition.kind == kind
    assert best.weight > 0.95
    assert best.unexplained == 0
    assert best.rate_per_s.median == pytest.approx(18, rel=0.02)
    assert (best.capacity.low, best.capacity.high) == (capacity, capacity)


def test_shards_in_debt_may_hold_less_than_they_owe() -> None:
    """Each may owe for itself: what one bucket would have to hold is no bound, and the truth is among what is tried."""
    calls, space = greedy(kind="token-bucket", admission="debt", shards=3, burst=3), Supposition("debt", 3)
    tried = Space(space, calls, bounds(calls, RATE_PER_S)).candidates(np.array([[0.0, np.log(18.0)]]))
    assert least_capacity(calls, tried, space.build, space.needed(calls)) > 3
    assert tried.capacity == 3


def test_a_window_is_found_whatever_its_phase() -> None:
    """Blurred calls leave some milliseconds for the phase, and no point drawn at first need be there."""
    calls = greedy(kind="fixed-window")
    later = calls._replace(at_s=calls.at_s + 0.6137, half_s=np.full_like(calls.at_s, 0.0005))
    best = fitted(later, 18.0, among=SINGLE[2:3]).explanations[0]
    assert best.unexplained == 0
    assert best.phase_s.best == pytest.approx(0.6137, abs=0.04)
    assert best.capacity.best == 18


def test_what_is_written_is_what_is_counted() -> None:
    """The best parameters, judged once more by themselves, are contradicted by as many calls as is said."""
    calls, supposition = greedy(burst=31, refusal_cost=0.3), Supposition("token-bucket", 1, costly=True)
    one = fitted(calls, RATE_PER_S, among=(supposition,)).explanations[0]
    best = Candidates(
        *(np.array([each.best]) for each in (one.rate_per_s, one.capacity, one.refusal_cost, one.phase_s))
    )
    chance = np.random.default_rng(1)
    told = likelihood(calls, best, supposition.build, supposition.needed(calls), 1, SLIP, 1, 1, chance)
    assert told.unexplained.tolist() == [one.unexplained]
    written = limiter(one, at_best(one), RATE_PER_S)
    assert written.refusal_cost == pytest.approx(one.refusal_cost.best, rel=1e-5)
    assert written.burst == one.capacity.best


def test_noisy_evidence_is_no_certainty() -> None:
    """Ten nats ahead are one in twenty thousand, unless the evidence itself is known to no better than that."""
    calls, points = greedy(40, burst=31), np.full((4, 2), 0.5)
    within = bounds(calls, RATE_PER_S)

    def weight(noise: float) -> float:
        pair = [
            Population(points, np.full(4, 0.25), log, noise, np.full(4, log), np.zeros(4, np.int64))
            for log in (0.0, -10.0)
        ]
        return _weighed(calls, within, dict(zip(SINGLE[:2], pair, strict=True)))[0].weight

    assert weight(0.0) > 0.9999
    assert 0.5 < weight(10.0) < 0.95


@pytest.fixture(scope="module")
def found() -> Fit:
    """Of calls that a bucket has decided on."""
    return fitted(greedy(burst=31), RATE_PER_S, among=SINGLE)


def test_the_document_is_as_declared_and_says_what_is_decided(found: Fit) -> None:
    """Every key has its type; kinds add up to one; the sentence names the kind."""
    made = document(found, "calls.csv", RATE_PER_S, 0, 0)
    assert_declared(FitDocument, made)
    assert sum(made["kinds"].values()) == pytest.approx(1, abs=1e-5)
    assert made["verdict"] == "decided"
    assert answer(made).startswith("decided: a token bucket")
    assert table(made).rows[0][0] == "token-bucket"


def shared(found: Fit, *weights: float) -> Fit:
    """Its best explanation as one of so many, each with a shard more, a rate a little higher and a larger burst."""
    best = found.explanations[0]
    return found._replace(
        explanations=[
            best._replace(
                weight=weight,
                supposition=Supposition("token-bucket", 1 + more),
                rate_per_s=Interval(*(value + more for value in best.rate_per_s)),
                capacity=Interval(*(value + 4 * more for value in best.capacity)),
            )
            for more, weight in enumerate(weights)
        ]
    )


def test_a_kind_may_be_decided_and_its_shards_not(found: Fit) -> None:
    """The headline is as sure as the table is; one row with nearly all the weight decides all."""
    open_, decided = (answer(document(shared(found, *w), "-", None, 0, 0)) for w in ((0.5, 0.48, 0.02), (0.97, 0.03)))
    assert open_ == "the kind is decided: a token bucket (>99.9 %); the number of shards is not"
    assert decided == "decided: a token bucket (>99.9 %)"


def test_what_parameters_may_be_is_over_all_that_are_likely(found: Fit) -> None:
    """Each row's interval holds only if that row is right; one that is hardly believed widens nothing."""
    lines = document(shared(found, 0.5, 0.48, 0.02), "-", RATE_PER_S, 0, 0)["cannot_tell"]
    assert any(line.startswith("the burst: 31 to 35; ") for line in lines)
    assert any(line.startswith("the rate: 1") and " to 19" in line for line in lines)


def test_a_table_fits_into_a_terminal(found: Fit) -> None:
    """Also with the longest names and figures."""
    best, many = found.explanations[0], Interval(98.761, 98.765, 98.771, 98.765)
    costly = best._replace(
        supposition=Supposition("token-bucket", 1, costly=True),
        rate_per_s=many,
        capacity=Interval(100, 150, 200, 150),
        refusal_cost=Interval(0.00046, 0.0078, 0.018, 0.0078),
    )
    sheet = table(document(found._replace(explanations=[costly]), "-", 100.0, 0, 0))
    assert sheet.rows[0][4] == "1 (0-2)"
    assert sheet.width <= 80


TWO_SHARDS = (Supposition("token-bucket", 2),)


def changed() -> Calls:
    """Those of a limiter that lets half as many through from the middle on."""
    before, after = greedy(45, burst=6), greedy(45, burst=6, effective_rate=0.5)
    later = after._replace(at_s=after.at_s + before.at_s[-1] + 3)
    return Calls(*(np.concatenate(both) for both in zip(before, later, strict=True)))


def test_a_limit_that_changed_halfway_is_no_shards() -> None:
    """Shards explain such calls as well; that each half has a limiter of its own is said, and nothing is decided."""
    fit = fitted(changed(), RATE_PER_S, among=TWO_SHARDS)
    made = document(fit._replace(rivals=rivals(fit, RATE_PER_S)), "-", RATE_PER_S, 0, 0)
    assert made["verdict"] == "unexplained"
    assert made["cannot_tell"][0].startswith("whether the limit has changed: token-bucket of 1")


def test_true_shards_have_no_rival() -> None:
    """Calls that get through after one alike was refused are too many for a limiter of one shard, in either half."""
    calls = greedy(140, burst=12, shards=2)
    assert rivals(fitted(calls, RATE_PER_S, among=TWO_SHARDS), RATE_PER_S) is None


def test_the_folder_has_what_robust_and_a_scenario_take(found: Fit, tmp_path: Path) -> None:
    """The hypotheses are those still alive, with their weights; the account's table is that of the best."""
    folder.save(tmp_path, document(found, "calls.csv", RATE_PER_S, 0, 0), found)
    hypotheses = of_accounts(tmp_path / folder.LIMITERS)(Account(max_send_rate_per_s=RATE_PER_S)).hypotheses
    assert [one.limiter.burst for one in hypotheses[:1]] == [31]
    assert len(hypotheses) == len(found.alive)
    assert (tmp_path / folder.ACCOUNT).read_text().startswith("[account]\nmax_send_rate_per_s = 20.0\n")
    assert {path.name for path in tmp_path.iterdir()} == {
        "fit.json", "account.toml", "limiters.toml", "fit.svg", "fit.png"
    }  # fmt: skip


def test_a_folder_is_one_fits_at_a_time_and_goes_where_nothing_came_of_it(tmp_path: Path) -> None:
    """Two would mix their files; one that ends with nothing leaves no folder that was not there before it."""
    for there in (tmp_path / "new", tmp_path):
        with (
            folder.claimed(there),
            pytest.raises(BadInput, match="another run is under way there"),
            folder.claimed(there),
        ):
            pass
    assert [*tmp_path.iterdir()] == []
    with folder.claimed(tmp_path / "kept"), folder.claimed(None):
        folder.keep(tmp_path / "kept", greedy(5))
    assert (tmp_path / "kept" / folder.CALLS).exists()


def test_calls_without_a_refusal_tell_the_least_that_it_lets_through() -> None:
    """Nothing is decided, and it is said how much got through at once and within a second."""
    calls = calls_of([0.0, 0.1, 0.2, 5.0], [4, 4, 4, 2], [True] * 4)
    made = document(fitted(calls, RATE_PER_S, among=SINGLE), "calls.csv", RATE_PER_S, 0, 0)
    assert made["verdict"] == "no-refusals"
    assert any("at least 12 recipients within a second, and 4 in one call" in line for line in made["cannot_tell"])


def test_refusals_that_no_limiter_alone_makes_decide_nothing() -> None:
    """Outcomes by lot, as where others send too."""
    chance = np.random.default_rng(3)
    at_s = np.cumsum(chance.uniform(0.02, 0.3, 120))
    made = document(
        fitted(calls_of(at_s, np.ones(120), chance.random(120) < 0.5), RATE_PER_S, among=SINGLE), "-", RATE_PER_S, 0, 0
    )
    assert made["verdict"] == "unexplained"
    assert any("others may have sent too" in line for line in sentences(made))


def test_one_recipient_a_call_tells_nothing_of_debt() -> None:
    """Both admissions explain the same calls, and that is said."""
    calls = greedy(burst=31)
    alone = calls._replace(recipients=np.ones_like(calls.recipients), accepted=np.arange(len(calls.at_s)) < 31)
    found = fitted(alone.first(60), RATE_PER_S, among=SINGLE[:2])
    assert {one.supposition.kind for one in found.alive} == {"token-bucket", "debt"}
    assert found.explanations[0].weight == pytest.approx(0.5, abs=0.2)


def test_logs_and_csvs_say_the_same(tmp_path: Path) -> None:
    """A call log, CSV with seconds, CSV with instants; what is no decision of the limiter is left out."""
    log, plain, dated = tmp_path / "calls.json", tmp_path / "calls.csv", tmp_path / "dated.csv"
    rows = [(0.25, 1, "accepted"), (0.5, 2, "throttled"), (0.75, 1, "quota")]
    log.write_text(json.dumps({"calls": [{"decided_s": at, "recipients": n, "outcome": o} for at, n, o in rows]}))
    plain.write_text("at,recipients,outcome\n" + "".join(f"{at},{n},{o}\n" for at, n, o in rows))
    dated.write_text(
        "outcome,who,at_s,recipients\n"
        + "".join(f"{o},x,1970-01-01T00:00:00.{at:.2f}Z,{n}\n".replace(".0.", ".") for at, n, o in rows)
    )
    for path in (log, plain, dated):
        trace = read_calls(path, None, None, 0.0)
        assert trace.calls.at_s.tolist() == [0.25, 0.5]
        assert (trace.calls.accepted_recipients, trace.calls.refused, trace.others) == (1, 1, 1)


def test_kept_calls_are_read_as_they_were(tmp_path: Path) -> None:
    """Each with how far its instant may be from its decision; what comes after many rows is counted, and not read."""
    calls = calls_of([0.1, 0.30000000000000004], [3, 50], [True, False], [0.004, 0.0])
    (path := tmp_path / "calls.csv").write_text(as_csv(calls))
    read = read_calls(path, None, None, 0.5).calls
    assert all(np.array_equal(one, other) for one, other in zip(read, calls, strict=True))
    path.write_text("at,recipients,outcome\n" + "1,1,accepted\n" * MOST_ROWS + "unread\n" * 7)
    assert read_calls(path, None, None, 0.0).unread == 7


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("at,recipients\n1,1\n", "needs one column 'outcome'"),
        ("at,recipients,outcome\nsoon,1,accepted\n", ":2: at = soon: must be seconds"),
        (
            "at,recipients,outcome\n2026-12-01T08:00:00,1,accepted\n",
            ":2: at = 2026-12-01T08:00:00: must be",
        ),
        (
            "at,recipients,outcome\n1,1,accepted\n2026-12-01T08:00:00Z,1,accepted\n",
            ":3: at = 2026-12-01T08:00:00Z: ",
        ),
        ("at,recipients,outcome\n1,1,accepted,1\n", ":2: has 4 cells; must have 3"),
        ("at,recipients,outcome\n1,51,accepted\n", ":2: recipients = 51: must be a whole number from 1 to 50"),
        ("at,within_s,recipients,outcome\n1,-1,1,accepted\n", ":2: within_s = -1: must be seconds from 0"),
        ("at,recipients,outcome\n1,0,accepted\n", ":2: recipients = 0: must be a whole number from 1"),
        ("at,recipients,outcome\n1,1,acepted\n", ":2: unknown outcome 'acepted', did you mean 'accepted'?"),
        ("at,recipients,outcome\n1,1,quota\n", "has no call that was accepted or throttled"),
        ("at,recipients,outcome\nnan,1,accepted\n", ":2: at = nan: must be seconds"),
        ('{"calls": 3}', "is no call log"),
        ('[{"decided_s": 1, "recipients": 1, "outcome": "accepted"}]', "is no call log"),
        ('{"calls": [{"decided_s": null, "recipients": 1, "outcome": "accepted"}]}', "call 1: at = None: must be"),
    ],
)
def test_what_cannot_be_read_is_one_line(text: str, says: str, tmp_path: Path) -> None:
    """File, place, value and what would be right."""
    path = tmp_path / "calls.csv"
    path.write_text(text)
    with pytest.raises(BadInput, match=r"calls\.csv") as caught:
        read_calls(path, None, None, 0.0)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


TWO = """
[accounts.us]
max_send_rate_per_s = 5
[accounts.de]
max_send_rate_per_s = 3
[[workload]]
process = "batch"
messages = 9
account = "us"
[[workload]]
process = "batch"
messages = 7
account = "de"
"""


def test_each_of_several_accounts_has_a_limiter_of_its_own(tmp_path: Path) -> None:
    """Calls of one of them are read, beside its rate; all calls together have no limiter, which is said."""
    scenario = loaded(tmp_path, TWO)
    store.write(Across(run)(scenario, "direct", 1), tmp_path)
    (tmp_path / "scenario.toml").write_text(as_toml(scenario))
    traces = [read_calls(tmp_path, None, name, 0.0) for name in ("us", "de")]
    assert [(len(one.calls.at_s), one.rate_per_s) for one in traces] == [(9, 5), (7, 3)]
    for name, says in ((None, "--account: missing; .* has calls of us, de"), ("fr", "unknown account 'fr'")):
        with pytest.raises(BadInput, match=says):
            read_calls(tmp_path, None, name, 0.0)
