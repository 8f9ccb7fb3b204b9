"""Scenario files: what is silent has its default, and what is wrong is said in one line."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import pytest
from pydantic import ValidationError

from scenarios.errors import BadInput
from scenarios.schema.latency import Lognormal, Uniform
from scenarios.schema.scenario_file import load
from scenarios.traffic.workload import arrivals
from strategies import leaky_bucket
from strategies.registry import STRATEGIES
from tests.unit.scenario_files import BATCH, loaded, written

FAULT = f"{BATCH}[[fault]]\nstart_s = 1\nduration_s = 2\n"
CHANGE = 'kind = "rate_change"\nmax_send_rate_per_s = 1\n'


def complaint(source: str) -> str:
    """The one line that refuses a source."""
    with pytest.raises(BadInput) as caught:
        load(source)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def test_what_is_silent_has_its_default(tmp_path: Path) -> None:
    """A file with one workload is a whole scenario: the documented defaults, and no bad luck."""
    scenario = loaded(tmp_path, BATCH)
    account, latency = scenario.account, scenario.latency
    assert (scenario.name, scenario.seed, scenario.fault, scenario.neighbour) == ("s", 1, (), ())
    assert (account.max_send_rate_per_s, account.max_24h_send, account.daily_edge) == (14, 50_000, "strict")
    assert account.limiter.model_dump() == {
        "kind": "token-bucket",
        "burst": 14,
        "admission": "strict",
        "effective_rate": 1,
        "refusal_cost": 0,
        "shards": 1,
    }
    assert latency.ses_send == Lognormal(median_ms=50, p99_ms=250)
    assert latency.ses_throttle == Lognormal(median_ms=20, p99_ms=60)
    assert latency.sqs == Lognormal(median_ms=15, p99_ms=100)
    assert latency.lambda_cold_start == Lognormal(median_ms=400, p99_ms=900)
    assert scenario.client.read_timeout_s == 60
    assert (scenario.lambda_.ramp, scenario.lambda_.dispatch) == ("linear", Uniform(min_ms=5, max_ms=30))
    assert scenario.lambda_.async_delay == Lognormal(median_ms=30, p99_ms=300)
    assert (scenario.sqs.duplicate_probability, scenario.sqs.empty_probability) == (0, 0)
    assert (scenario.ticker.jitter, scenario.ticker.transition) == (Uniform(min_ms=20, max_ms=100), None)


@pytest.mark.parametrize(("rate_per_s", "burst"), [("30", 30), ("14.2", 15), ("0.1", 1)])
@pytest.mark.parametrize("kind", ["token-bucket", "fixed-window", "sliding-window"])
def test_burst_is_one_second_by_default(tmp_path: Path, rate_per_s: str, burst: int, kind: str) -> None:
    """A silent burst is R rounded up, at least 1, even for windows, which may not set one."""
    text = f'{BATCH}[account]\nmax_send_rate_per_s = {rate_per_s}\nlimiter = {{ kind = "{kind}" }}'
    assert loaded(tmp_path, text).account.limiter.burst == burst


def test_sandbox_overrides_rate_and_quota(tmp_path: Path) -> None:
    """In the sandbox an account sends 1 recipient a second and 200 in 24 hours, whatever else the file says."""
    account = loaded(tmp_path, f"{BATCH}[account]\nsandbox = true\nmax_send_rate_per_s = 30").account
    assert (account.max_send_rate_per_s, account.max_24h_send, account.limiter.burst) == (1, 200, 1)


def test_settings_are_the_strategys_own(tmp_path: Path) -> None:
    """A strategy gets its own dataclass: what the file sets, and its own defaults for the rest."""
    scenario = loaded(
        tmp_path, f"{BATCH}[strategies.leaky-bucket]\npods = 3\npod_weights = [1, 2, 3]\nrate_per_pod = 5"
    )
    assert scenario.settings_of("leaky-bucket") == leaky_bucket.Settings(
        pods=3, pod_weights=(1.0, 2.0, 3.0), rate_per_pod=5.0
    )
    for name, module in STRATEGIES.items():
        assert isinstance(scenario.settings_of(name), module.Settings)
    with pytest.raises(BadInput, match="unknown strategy 'heartbeet', did you mean 'heartbeat'"):
        scenario.settings_of("heartbeet")


def test_scenario_is_frozen_and_copies(tmp_path: Path) -> None:
    """A scenario does not change; a copy with another seed leaves it alone."""
    scenario = loaded(tmp_path, BATCH)
    assert (scenario.model_copy(update={"seed": 9}).seed, scenario.seed) == (9, 1)
    with pytest.raises(ValidationError, match="frozen"):
        scenario.seed = 9  # type: ignore[misc]


def test_scenario_travels_between_processes(tmp_path: Path) -> None:
    """A pickled scenario is the same scenario."""
    scenario = loaded(tmp_path, f"{BATCH}[strategies.direct]\nworkers = 3")
    assert pickle.loads(pickle.dumps(scenario)) == scenario


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "workload: is required"),
        ("workload = []", "workload = []: must have at least 1 item"),
        ('[workload]\nprocess = "batch"', "must be an array of tables, [[workload]]"),
        ("workload = [5]", "workload[0] = 5: must be a table"),
        ("[[workload]]\nmessages = 9", "workload[0].process: is required"),
        ('[[workload]]\nprocess = "batsh"', 'workload[0].process = "batsh": must be one of batch, constant'),
        ('[[workload]]\nprocess = "batch"', "workload[0].messages: is required"),
        ('[[workload]]\nprocess = "batch"\nmesages = 9', "unknown key 'mesages', did you mean 'messages'?"),
        ('[[workload]]\nprocess = "batch"\nmessages = 0', "workload[0].messages = 0: must be at least 1"),
        ('[[workload]]\nprocess = "batch"\nmessages = 100000001', "must be at most 100,000,000"),
        (
            BATCH * 2 + "[[workload]]\nprocess='batch'\nmessages=100000000",
            "at most 100,000,000 mails in total, not 100,000,018",
        ),
        (f"{BATCH}start_s = 5", "workload[0].start_s = 5: unknown key 'start_s'"),
        (f"{BATCH}at_s = -1", "workload[0].at_s = -1: must be at least 0"),
        (f"{BATCH}recipients = 0", "workload[0].recipients = 0: must be at least 1"),
        (f'{BATCH}recipients = "5"', 'workload[0].recipients = "5": must be a whole number'),
        (f"{BATCH}recipients = 1.0", "workload[0].recipients = 1.0: must be a whole number"),
        (f"{BATCH}recipients = true", "workload[0].recipients = true: must be a whole number"),
        (f"{BATCH}recipients = {{ values = [1] }}", "workload[0].recipients.weights: is required"),
        (
            f"{BATCH}recipients = {{ values = [1], weights = [1, 2] }}",
            "recipients.weights = [1, 2]: must have one weight",
        ),
        (f"{BATCH}recipients = {{ values = [1], weights = [0] }}", "recipients.weights = [0]: must not all be zero"),
        (f"{BATCH}recipients = {{ values = [0], weights = [1] }}", "recipients.values[0] = 0: must be at least 1"),
        (f'{BATCH}account = "other"', 'account = "other": must be "default": there is no [accounts], only [account]'),
        (f'{BATCH}name = "7"', 'workload[0].name = "7": must be a letter, then letters, digits or -, at most 32'),
        (f"{BATCH}name = 7", "workload[0].name = 7: must be a string"),
        (f'{BATCH}lane = "two words"', 'workload[0].lane = "two words": must be a letter, then letters, digits or -'),
        (f'{BATCH}name = "a"\n' * 2, 'workload[1].name = "a": workload[0] has it already; one each'),
        (
            f'{BATCH}[[neighbour]]\nname = "a"\nprocess = "batch"\nmessages = 1',
            'neighbour[0].name = "a": must be left out: only what is sent here is told apart',
        ),
        (f"{BATCH}shadow_copies = -1", "workload[0].shadow_copies = -1: must be at least 0"),
        (
            '[[workload]]\nprocess = "constant"\nduration_s = 5\nmessages_per_s = -3',
            "messages_per_s = -3: must be greater",
        ),
        ('[[workload]]\nprocess = "poisson"\nduration_s = 1e6\nmessages_per_s = 1e5', "workload = [{ process"),
        (
            '[[workload]]\nprocess = "ramp"\nduration_s = 5\nfrom_per_s = 0\nto_per_s = 0',
            "workload[0].to_per_s = 0: must be greater than 0 when from_per_s is 0",
        ),
        (
            '[[workload]]\nprocess = "profile"\nmessages = 5\nweights = [1, 2]',
            "weights = [1, 2]: must have at least 24",
        ),
        (f'[[workload]]\nprocess = "profile"\nmessages = 5\nweights = {[0] * 24}', "must not all be zero"),
        ('[[workload]]\nprocess = "trace"\npath = "nix.csv"', 'workload[0].path = "nix.csv": no such file: '),
        ('[[workload]]\nprocess = "trace"\npath = 5', "workload[0].path = 5: must be a string"),
        (f"{BATCH}[[neighbour]]\nprocess = 'batch'", "neighbour[0].messages: is required"),
        (
            f"{BATCH}[account]\nmax_send_rate_per_s = 5e-324",
            "account.max_send_rate_per_s = 5e-324: must be at least 1e-09",
        ),
        (f"{BATCH}[strategies.heartbeat]\nfill = 1e-300", "strategies.heartbeat.fill = 1e-300: must be at least 1e-09"),
        (f"{BATCH}[account]\nmax_send_rate_per_s = -1", "account.max_send_rate_per_s = -1: must be greater than 0"),
        (f"{BATCH}[account]\nmax_send_rate_per_s = nan", "account.max_send_rate_per_s = nan: must be a finite number"),
        (f'{BATCH}[account]\nmax_send_rate_per_s = "5"', 'account.max_send_rate_per_s = "5": must be a number'),
        (f"{BATCH}[account]\nmax_send_rate_per_s = {'9' * 400}", "99…: must be a number"),
        (f"{BATCH}[account]\nmax_24h_send = 0", "account.max_24h_send = 0: must be at least 1, or -1 for unlimited"),
        (f"{BATCH}[account]\nmax_24h_send = 5e4", "account.max_24h_send = 50000.0: must be a whole number"),
        (f"{BATCH}[account]\nsandbox = 1", "account.sandbox = 1: must be true or false"),
        (
            f"{BATCH}[account.limiter]\nburts = 3",
            "account.limiter.burts = 3: unknown key 'burts', did you mean 'burst'?",
        ),
        (f"{BATCH}[account.limiter]\nburst = 0", "account.limiter.burst = 0: must be at least 1"),
        (f"{BATCH}[account.limiter]\nburst = 1.5", "account.limiter.burst = 1.5: must be a whole number"),
        (f'{BATCH}[account.limiter]\nkind = "fixed-window"\nburst = 14', "limiter.burst = 14: only a token-bucket has"),
        (
            f'{BATCH}[account.limiter]\nkind = "sliding-window"\nadmission = "debt"',
            'admission = "debt": only a token-bucket',
        ),
        (f'{BATCH}[account.limiter]\nkind = "bucket"', "must be one of token-bucket, fixed-window, sliding-window"),
        (f"{BATCH}[account.limiter]\neffective_rate = 0", "account.limiter.effective_rate = 0: must be greater than 0"),
        (f"{BATCH}[account.limiter]\nshards = 15", "account.limiter.shards = 15: must be at most the burst (14)"),
        (f"{BATCH}[latency]\nses_send = {{ median_ms = 5 }}", "latency.ses_send = { median_ms = 5 }: must be one of {"),
        (
            f"{BATCH}[latency]\nsqs = {{ median_ms = 5, p99_ms = 2 }}",
            "latency.sqs.p99_ms = 2: must be at least median_ms",
        ),
        (f"{BATCH}[ticker]\njitter = {{ constant_ms = inf }}", "ticker.jitter.constant_ms = inf: must be a finite"),
        (f"{BATCH}[client]\nread_timeout_s = 0", "client.read_timeout_s = 0: must be greater than 0"),
        (f'{BATCH}[lambda]\nramp = "liner"', 'lambda.ramp = "liner": must be one of linear, step; did you mean'),
        (f"{BATCH}[lambda_]\n", "lambda_ = {}: unknown key 'lambda_', did you mean 'lambda'?"),
        (f"{BATCH}[sqs]\nempty_probability = -0.1", "sqs.empty_probability = -0.1: must be at least 0"),
        (FAULT, "fault[0].kind: is required"),
        (f'{FAULT}kind = "outtage"', "did you mean 'outage'?"),
        (f'{BATCH}[[fault]]\nkind = "outage"\nstart_s = 1', "fault[0].duration_s: is required"),
        (f'{FAULT}kind = "lost_response"\nprobability = 1.5', "fault[0].probability = 1.5: must be at most 1"),
        (f'{FAULT}kind = "slow"\nfactor = 0', "fault[0].factor = 0: must be greater than 0"),
        (f'{FAULT}kind = "pod_crash"\npod = -1', "fault[0].pod = -1: must be at least 0"),
        (f'{FAULT}kind = "scale_pods"\npods = 0', "fault[0].pods = 0: must be at least 1"),
        (f'{FAULT}kind = "rate_change"', "fault[0].max_send_rate_per_s: is required"),
        (
            f'[account.limiter]\nkind = "fixed-window"\n{FAULT}{CHANGE}burst = 5',
            "fault[0].burst = 5: only a token-bucket has a burst; leave it out for a fixed-window",
        ),
        (
            f"[account.limiter]\nshards = 4\n{FAULT}{CHANGE}burst = 3",
            "fault[0].burst = 3: must be at least the shards (4): a smaller shard admits nothing",
        ),
        (f'{FAULT}kind = "outage"\npod = 1', "fault[0].pod = 1: unknown key 'pod'"),
        (
            f"{BATCH}[strategies.leakybucket]\npods = 2",
            "strategies.leakybucket: unknown strategy 'leakybucket', did you mean 'leaky-bucket'?",
        ),
        (f"{BATCH}[strategies.leaky-bucket]\npod = 2", "strategies.leaky-bucket.pod = 2: unknown key 'pod'"),
        (f"{BATCH}[strategies.leaky-bucket]\npods = 0", "strategies.leaky-bucket.pods = 0: must be at least 1"),
        (
            f"{BATCH}[strategies.leaky-bucket]\npod_weights = [1, -2]",
            "leaky-bucket.pod_weights[1] = -2: must be greater",
        ),
        (f"{BATCH}[strategies.lambda-concurrency]\nconcurrency = 1", "concurrency = 1: must be at least 2"),
        (f'{BATCH}[strategies.direct]\nretry = "standart"', "did you mean 'standard'?"),
        (f"{BATCH}[strategies]\ndirect = 5", "strategies.direct = 5: must be a table"),
        (f'name = ""\n{BATCH}', 'name = "": must not be empty'),
        (f'name = "a\\nb"\n{BATCH}', 'name = "a\\nb": must be one line of text'),
        (f"seed = -1\n{BATCH}", "seed = -1: must be at least 0"),
        (f"horizon_s = inf\n{BATCH}", "horizon_s = inf: must be a finite number"),
        (f"horizon_s = 2020-01-01\n{BATCH}", "horizon_s = 2020-01-01: must be a number"),
        (f'"odd\\nkey" = 3\n{BATCH}', "unknown key 'odd\\nkey', known are name, description"),
        (f'"{"k" * 100_000}" = 3\n{BATCH}', f"{'k' * 59}… = 3: unknown key '{'k' * 59}…', known are name"),
        (f"[strategies.{'k' * 100_000}]\n{BATCH}", f"unknown strategy '{'k' * 59}…', known are"),
        ("seed = ", "not TOML: Invalid value"),
        (f"seed = {'9' * 5000}", "cannot be read: Exceeds the limit"),
        (f"seed = {'[' * 100_000}", "not TOML: nested too deeply"),
        (f"\n{'a.' * 60_000}a = 1", "line 2: a key of 60001 parts; no key has more than 8"),
        ("[[ 'a' ." + '"b" \t.' * 60_000 + " c ]]", "line 1: a key of 60002 parts; no key has more than 8"),
        (b"\n\nname = '\xff'", "must be UTF-8 text, but line 3 is not"),
    ],
)
def test_a_wrong_file_is_refused_in_one_line(tmp_path: Path, text: str | bytes, said: str) -> None:
    """The first thing that is wrong ends in one line with the file, the key, its value and what would be right."""
    path = written(tmp_path, text)
    message = complaint(path)
    assert message.startswith(f"{path}: ")
    assert said in message


def test_a_source_that_is_no_file_is_refused(tmp_path: Path) -> None:
    """A misspelt name suggests the nearest; a missing file, a directory and an odd path say what they are."""
    assert "unknown scenario 'broadcst-900', did you mean 'broadcast-900'?" in complaint("broadcst-900")
    assert "known are autoscaling, broadcast-900" in complaint("")
    assert complaint(f"{tmp_path}/no.toml") == f"{tmp_path}/no.toml: no such file; seslab scenarios lists the catalogue"
    assert complaint(str(tmp_path)).startswith(f"{tmp_path}: is a directory")
    path = written(tmp_path, BATCH)
    assert complaint(f"{path}/") == f"{path}/: no such folder; name a .toml file, without / at its end"
    assert complaint("a\nb.toml").startswith("a\\nb.toml: no such file")
    assert complaint("a\0.toml").startswith("a\\x00.toml: cannot be read")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_refused(tmp_path: Path) -> None:
    """A file without read permission says so."""
    path = written(tmp_path, BATCH)
    Path(path).chmod(0)
    assert complaint(path) == f"{path}: cannot be read: Permission denied"


def test_paths_start_where_they_should(tmp_path: Path) -> None:
    """A relative source starts at `base`, a trace at its scenario file; an existing file needs no ending."""
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "t.csv").write_text("at_s,recipients\n1,2\n")
    written(tmp_path / "deep", '[[workload]]\nprocess = "trace"\npath = "t.csv"', "plain")
    scenario = load("deep/plain", base=tmp_path)
    assert load("plain", base=tmp_path / "deep") == scenario
    assert arrivals(scenario.workload, 1).recipients.tolist() == [2]
