"""Variants: contenders of a scenario's own are in every respect what their strategy is with their settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from loadtests.deploy.stack.template import Setup, template
from loadtests.ports.ses import Envelope
from reports.compare.document import document
from reports.compare.table import sentences
from reports.documents.comparison import ComparisonDocument
from reports.figures import palette
from reports.ranking.called import called
from reports.running.experiment import jobs, perform, summarise
from scenarios.errors import BadInput
from scenarios.ledger.ledger import digest
from scenarios.measures.cost import load_prices
from scenarios.runs import account_of, plan_of
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import as_toml, load, load_kept
from sim.run import run

SCENARIO = """
[account]
max_send_rate_per_s = 10

[[workload]]
process = "batch"
messages = 40

[strategies.leaky-bucket]
pods = 3

[variants.calm]
strategy = "heartbeat"
fill = 0.5

[variants.drip]
strategy = "leaky-bucket"
rate_per_pod = 2
"""


def _loaded(folder: Path, text: str) -> Scenario:
    (folder / "mine.toml").write_text(text)
    return load(str(folder / "mine.toml"))


def _compared(scenario: Scenario, *contenders: str) -> ComparisonDocument:
    results = list(map(perform, jobs(run, scenario, contenders, 1, load_prices(), None)))
    entries, bound = summarise(results)
    return document(scenario, "sim", scenario.seed, 1, bound, entries)


def test_a_variant_is_its_strategy_with_these_settings(tmp_path: Path) -> None:
    """What the scenario sets of the strategy holds for the variant, too, unless it says otherwise; call for call."""
    scenario = _loaded(tmp_path, SCENARIO)
    settings = "pods = 3\nrate_per_pod = 2\n\n[strategies.heartbeat]\nfill = 0.5\n"
    plain = _loaded(tmp_path, SCENARIO.partition("[variants")[0].replace("pods = 3\n", settings))
    for variant, strategy in (("calm", "heartbeat"), ("drip", "leaky-bucket")):
        assert digest(run(scenario, variant, 1)) == digest(run(plain, strategy, 1))
        assert scenario.strategy_of(variant) == strategy
    assert scenario.contenders[-2:] == ("calm", "drip")


def test_a_variant_is_kept_with_its_scenario(tmp_path: Path) -> None:
    """The scenario as run reads back to itself; where the strategy is not known any more, the variant is left out."""
    scenario = _loaded(tmp_path, f'{SCENARIO}\n[thresholds]\nquick = "calm.makespan_s < 30"\n')
    kept = tmp_path / "scenario.toml"
    kept.write_text(as_toml(scenario))
    assert load(str(kept)) == scenario == load_kept(kept)
    kept.write_text(as_toml(scenario).replace('"heartbeat"', '"gone"'))
    assert list(load_kept(kept).variants) == ["drip"]
    assert load_kept(kept).thresholds == {}


def test_a_workload_may_go_by_a_variant(tmp_path: Path) -> None:
    """Its queues and code are those of the variant's strategy, wherever it runs."""
    scenario = _loaded(tmp_path, f'{SCENARIO}\n[[workload]]\nprocess = "batch"\nmessages = 5\nstrategy = "calm"\n')
    plan = plan_of(scenario, "direct")
    assert plan.strategies() == ("direct", "heartbeat")
    assert (run(scenario, "direct", 1).mails["accepted"][-5:] == 1).all()


def test_functions_run_the_code_of_a_variants_strategy(tmp_path: Path) -> None:
    """They are told the strategy's module and the variant's settings."""
    scenario = _loaded(tmp_path, SCENARIO)
    setup = Setup("calm", account_of(scenario), 1, Envelope())
    told = str(template(plan_of(scenario, "calm"), setup))
    assert "strategies.heartbeat" in told
    assert '"fill": 0.5' in told


def test_a_report_says_what_a_variant_is(tmp_path: Path) -> None:
    """Its sentence names its strategy and its settings; it looks unlike its strategy in figures."""
    scenario = _loaded(tmp_path, SCENARIO)
    made = _compared(scenario, "heartbeat", "calm", "drip")
    entries = {entry["strategy"]: entry for entry in made["strategies"]}
    assert called(entries["calm"]) == "calm (heartbeat, fill = 0.5)"
    assert called(entries["drip"]) == "drip (leaky-bucket, pods = 3, rate_per_pod = 2)"
    assert any(line.startswith("calm (heartbeat, fill = 0.5): all 40 accepted") for line in sentences(made))
    mine, usual = entries["calm"]["look"], palette.look("heartbeat")
    assert mine["color"] != usual.color
    assert mine["marker"] != usual.marker
    assert "look" not in entries["heartbeat"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[variants.x]\nfill = 1", "variants.x.strategy: is required"),
        ('[variants.x]\nstrategy = "heartbeet"', "variants.x.strategy: unknown strategy 'heartbeet', did you mean"),
        ('[variants.x]\nstrategy = "heartbeat"\nfil = 1', "variants.x.fil = 1: unknown key 'fil', did you mean 'fill'"),
        ('[variants.x]\nstrategy = "heartbeat"\nfill = -1', "variants.x.fill = -1: must be greater than 0"),
        (
            '[variants.x]\nstrategy = "leaky-bucket"\npod_weights = [1.0, 2.0]',
            'variants.x = { strategy = "leaky-bucket", pod_weights = [1.0, 2.0] }: pod_weights must have one weight '
            "for each of the 3 pods",
        ),
        (
            '[variants.x]\nstrategy = "heartbeat"\nlanes = "weighted"\nlane_shares = [0.8, 0.4]',
            "lane_shares must add up to at most 1, not 1.2",
        ),
        ('[variants.direct]\nstrategy = "aimd"', "must have a name of its own: direct is a sender already"),
        ('[variants.smtp]\nstrategy = "aimd"', "must have a name of its own: smtp is a sender already"),
        ('[variants.Calm]\nstrategy = "aimd"', "must differ from calm in more than case and dashes"),
        ('[variants.sqsdlq]\nstrategy = "aimd"', "must differ from sqs-dlq in more than case and dashes"),
        ('[variants."a b"]\nstrategy = "aimd"', "must be a letter, then letters, digits or -, at most 32"),
        ("[variants]\nx = 3", "variants.x = 3: must be a table"),
        (
            '[thresholds]\nx = "clam.makespan_s < 3"',
            """thresholds.x = "clam.makespan_s < 3": unknown strategy 'clam', did you mean 'calm'?""",
        ),
    ],
)
def test_what_is_no_variant_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    """It names the file, the key and what would be right."""
    with pytest.raises(BadInput) as caught:
        _loaded(tmp_path, f"{SCENARIO}\n{text}\n")
    assert str(tmp_path) in str(caught.value)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
