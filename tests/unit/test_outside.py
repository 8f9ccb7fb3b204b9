"""Laws of strategies from outside: one that is found is like seslab's own, and a mistake in one is one line."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

import sim.run
from loadtests.function.entry import variables_of
from loadtests.function.package import package
from loadtests.ports.ses import Envelope
from loadtests.record.function_log import function_log_of
from reports.running.experiment import Job, perform
from reports.running.parallel import side_by_side
from scenarios.aws.handler_errors import warnings_about
from scenarios.errors import BadInput
from scenarios.measures.cost import load_prices
from scenarios.outside import patience, plug
from scenarios.runs import account_of, plan_of
from scenarios.schema.scenario_file import as_toml, as_toml_in, load, load_kept, scenario_schema
from seslab import trial
from seslab.trial import try_new
from strategies.registry import STRATEGIES
from tests.unit.checkout import ROOT
from tests.unit.in_process import seslab_here
from tests.unit.outside import DRIP, written

MISTAKES = {
    "no docstring": ('"""Pods hold mails in memory and drip them out; refused mails are lost."""', "", "no docstring"),
    "no settings": ("class Settings", "class Settingz", "no Settings"),
    "settings that thaw": ("frozen=True, ", "", "Settings must be frozen"),
    "a plain field": ('setting(None, "recipients a second; default R", scales="rate", gt=0)', "None", "setting("),
    "a strange type": ("float | None", "list", "Settings.rate_per_s: must be an int, float"),
    "a strange scale": ('scales="rate"', 'scales="mass"', "scales = 'mass': must be one of rate"),
    "a default out of bounds": ("setting(None", "setting(-1.0", "rate_per_s = -1.0: must be greater than 0"),
    "no plan": ("def plan", "def plam", "has no plan"),
    "a plan of one argument": ("settings: Settings, account: Account", "settings: Settings", "of 2 arguments"),
    "another plan": ("return Plan(replace", "return (replace", "must be a Plan"),
    "an undeclared queue": (", rate_per_s=rate_per_s)))", ", rate_per_s=rate_per_s), uses=('q',)))", "use 'q'"),
    "a clock": ("import partial", "import partial\nimport time", "drip.py:8: imports time"),
    "chance": ("from functools", "from random import random\nfrom functools", "imports random"),
    "what lies beside it": ("from strategies.parts", "from .parts", "import nothing beside it"),
    "no Python": ("def plan(", "def plan:(", "drip.py:25: "),
    "an error when imported": ("LOOK = Look", "LOOK = Loook", "drip.py:17: NameError"),
    "an exit": ("LOOK = Look", "raise SystemExit\nLOOK = Look", "SystemExit"),
    "no look": ('Look("#2A6F2A", "D", "-", "")', "'green'", "LOOK must be a Look"),
    "an error in a run": ("pacer = Pacer(", "pacer = Pacerr(", "drip.py:35: NameError"),
    "an error in a plan": ("settings.rate_per_s or", "settings.rate or", "AttributeError"),
    "an error in its words": ("yield f", "yield 1 / 0, f", "ZeroDivisionError"),
    "a memory": ("Pacer(rate_per_s)", "Pacer(rate_per_s / SEEN.append(0) if SEEN else rate_per_s)", "NameError"),
    "a life after the run": (
        "    pacer = Pacer(rate_per_s)",
        "    pacer = Pacer(rate_per_s / (1 + len(Settings.__doc__)))\n    Settings.__doc__ += 'x'",
        "two runs of one seed differ",
    ),
    "a set's order": (
        "await ports.clock.sleep(pacer",
        "await ports.clock.sleep(len(list({'a', 'bb', 'ccc', 'dddd', 'eeeee', 'ffffff'})[0]))\n"
        "            await ports.clock.sleep(pacer",
        "on no order of a set",
    ),
    "a way round": ("LOOK = Look", "open('x')\nLOOK = Look", "calls open"),
    "a colour that is none": ('"#2A6F2A"', '"nocolor"', "LOOK must be a Look"),
    "a text that scales": ("float | None = setting(None", "str | None = setting(None", "what scales must be an int"),
    "a bound of no kind": ("gt=0", "minimum=0", "bounds must be numbers called"),
    "settings of no kind": ("replace(settings, rate_per_s=rate_per_s)", "[settings]", "its settings are list"),
    "no number": ("replace(settings, rate_per_s=rate_per_s)", "replace(settings, rate_per_s=float('nan'))", "= nan"),
    "weights of other pods": ("rate_per_s=rate_per_s)))", "rate_per_s=rate_per_s), weights=(1.0, 2.0)))", "weights"),
    "an exit in a run": ("    pacer = Pacer", "    raise SystemExit(0)\n    pacer = Pacer", "SystemExit"),
    "no end of its import": ("LOOK = Look", "while True:\n    pass\nLOOK = Look", "does not end"),
    "no recipients": (
        "send(mail, everyone(mail))",
        "send(mail, range(0))",
        "drip.py:44: ValueError: send: range(0, 0) are",
    ),
    "recipients backwards": (
        "send(mail, everyone(mail))",
        "send(mail, range(5, 3))",
        "range(5, 3) are no recipients of",
    ),
    "strangers": ("send(mail, everyone(mail))", "send(mail, range(1, 9))", "must be range(0, 1), or a part"),
    "one too early": ("send(mail, everyone(mail))", "send(mail, range(-1, 1))", "range(-1, 1) are no recipients"),
    "a count for a range": ("send(mail, everyone(mail))", "send(mail, 1)", "send: 1 are no recipients of mail"),
    "a number for a mail": ("send(mail, everyone(mail))", "send(7, everyone(mail))", "send: 7 is no mail"),
    "a lane by name": ("in ports.outbox:", "in ports.outbox.of_lane('news'):", "of_lane: 'news'; must be the place"),
    "nobody given up": (
        "await ports.mailer.send(mail, everyone(mail))",
        "ports.outbox.give_up(mail, range(2, 2))",
        "give_up: range(2, 2) are no recipients",
    ),
    "a table of nobody": (
        "rate_per_s=rate_per_s)))",
        "rate_per_s=rate_per_s)), workers=(Pods(_pod, uses=('pace',)),))",
        "workers use 'pace', but the plan declares none",
    ),
    "workers without a tuple": (
        "rate_per_s=rate_per_s)))",
        "rate_per_s=rate_per_s)), workers=Pods(_pod))",
        "must be a tuple, each of it a Pods",
    ),
    "no workers at all": (
        "rate_per_s=rate_per_s)))",
        "rate_per_s=rate_per_s)), workers=(Pods(_pod, replicas=0),))",
        "workers must have at least one replica",
    ),
    "an error of a worker": (
        "rate_per_s=rate_per_s)))",
        "rate_per_s=rate_per_s)), workers=(Pods(partial(_pod, rate_per_s='x')),))",
        "TypeError",
    ),
    "no end": ("    pacer = Pacer", "    while True:\n        pass\n    pacer = Pacer", "does not end"),
}


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """What a test plugs in is known in that test alone."""
    yield
    for bundle in plug.plugged():
        plug.unplug(bundle.name)
        trial.forget(bundle.name)


@pytest.fixture(name="folder")
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return written(tmp_path)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_line(folder: Path, mistake: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what is wrong and where, nothing of the strategy is left, and the file may be mended and named again."""
    monkeypatch.setattr(patience, "PATIENCE_S", 1 if mistake.startswith("no end") else 60)
    right, wrong, said = MISTAKES[mistake]
    assert right in DRIP
    (folder / "drip.py").write_text(DRIP.replace(right, wrong))
    with pytest.raises(BadInput) as raised:
        _plugged_in("./drip.py")
    assert said in str(raised.value)
    assert str(raised.value).startswith("drip.py:")
    assert "\n" not in str(raised.value)
    assert "drip" not in STRATEGIES
    (folder / "drip.py").write_text(DRIP)
    assert plug.named("./drip.py") == "drip"


@pytest.mark.parametrize("mistake", ["an error when imported", "an error in a run", "no end"])
def test_what_is_mended_is_tried_anew(folder: Path, mistake: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the mistake was: in the file, in a run of its trial, or in that it has no end."""
    right, wrong, _ = MISTAKES[mistake]
    (folder / "drip.py").write_text(DRIP.replace(right, wrong))
    monkeypatch.setattr(patience, "PATIENCE_S", 1 if mistake == "no end" else 60)
    with pytest.raises(BadInput):
        _plugged_in("./drip.py")
    monkeypatch.setattr(patience, "PATIENCE_S", 60)
    (folder / "drip.py").write_text(DRIP)
    assert _plugged_in("./drip.py") == "drip"


def _plugged_in(word: str) -> str:
    """As the command line does it."""
    name = plug.named(word)
    try_new()
    return name


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("./absent.py", "No such file"),
        ("sinks", None),
        ("sinks.absent", "no such module"),
        ("./sinks", "must end in .py"),
        ("./mine.toml", "must end in .py"),
        ("./smtp.py", "seslab itself has a sender 'smtp'"),
        ("./heartbeat.py", "seslab itself has a sender 'heartbeat'"),
        ("./pipe.py", "is no file"),
        ("./latin.py", "UTF-8"),
        ("./large.py", "larger than"),
        ("json.decoder", "imports codecs"),
    ],
)
def test_what_leads_nowhere_is_one_line(folder: Path, word: str, said: str | None) -> None:
    """What looks like a name is left for others to judge; a file is read if it is one, and no longer than one."""
    for name in ("heartbeat.py", "smtp.py"):
        (folder / name).write_text(DRIP)
    (folder / "latin.py").write_bytes(b"# \xff")
    (folder / "large.py").write_text("#" * 2_000_000)
    os.mkfifo(folder / "pipe.py")
    if said is None:
        assert plug.named(word) == word
        return
    with pytest.raises(BadInput, match=said):
        plug.named(word)


def test_a_scenario_brings_its_own(folder: Path) -> None:
    """A key may be the file itself, seen from the scenario's folder; from then on its name will do."""
    (folder / "mine.toml").write_text(
        (folder / "mine.toml").read_text()
        + '[strategies."./drip.py"]\nrate_per_s = 20.0\n[variants.slow]\nstrategy = "./drip.py"\n'
        + '[thresholds]\nall = "drip.recipients.lost == 0"\n'
    )
    os.chdir(folder.parent)
    scenario = load(str(folder / "mine.toml"))
    assert scenario.settings_of("drip").rate_per_s == 20.0
    (other := folder / "other").mkdir()
    (other / "again.toml").write_text(as_toml_in(other, scenario))
    assert load(str(other / "again.toml")) == scenario
    (folder / "mine.toml").write_text((folder / "mine.toml").read_text().replace("rate_per_s = 20", "rate_per_m = 20"))
    with pytest.raises(BadInput, match="unknown key 'rate_per_m', did you mean 'rate_per_s'"):
        load(str(folder / "mine.toml"))
    assert scenario_schema()["$defs"]["Strategies"]["properties"]["drip"]


def test_an_installed_package_brings_its_own(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry point's name is a strategy's, for it is found, checked and run like a module."""
    about = folder / "sinks-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: sinks\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[seslab.strategies]\nbasin-of-ours = sinks.basin\n")
    monkeypatch.syspath_prepend(str(folder))
    assert plug.named("basin-of-ours") == "basin-of-ours"
    try_new()
    assert STRATEGIES["basin-of-ours"].__name__ == "sinks.basin"


def test_functions_get_all_that_they_run(folder: Path) -> None:
    """The package of a strategy from outside has its modules, and runs where nothing but boto3 lies beside it."""
    with ZipFile(BytesIO(package(plug.named("sinks.basin")))) as archive:
        archive.extractall(folder / "task")
    assert {"sinks/basin.py", "sinks/handling.py", "strategies/consuming/batch.py"} <= set(archive.namelist())
    code = "import sys; sys.path.insert(0, sys.argv[1]); import sinks.basin as basin; basin.plan"
    subprocess.run([sys.executable, "-I", "-S", "-c", code, str(folder / "task")], check=True)


def test_a_handler_that_only_fails_is_refused(folder: Path) -> None:
    """Lambda would try its mails again for ever: the trial tells the first error and where it was raised."""
    _break_handling(folder)
    with pytest.raises(BadInput, match=r"sinks.basin: function tap: \d+ invocations ended .*handling.py:10: Attrib"):
        _plugged_in("sinks.basin")


def _break_handling(folder: Path) -> None:
    handling = folder / "sinks" / "handling.py"
    handling.write_text(handling.read_text().replace("return await send_each(ports, batch)", "return ports.mailr"))


HANDLE = """
import contextlib, sys
sys.path.insert(0, sys.argv[1])
from loadtests.function.entry import handle
with contextlib.suppress(AttributeError):
    handle({"mails": [[0, 1, 0.0, 0]]}, None)
"""


def test_a_functions_errors_are_told_alike_in_every_world(folder: Path) -> None:
    """What the packed handler logs, wherever it lies, comes to the very words of the simulator."""
    _break_handling(folder)
    name, scenario = plug.named("sinks.basin"), load("mine.toml")
    with ZipFile(BytesIO(package(name))) as archive:
        archive.extractall(folder / "task")
    told_by = variables_of("sinks.basin", plan_of(scenario, name).settings, account_of(scenario), 1, Envelope())
    environ = {**os.environ, **told_by, "SESLAB_FUNCTION": "tap", "AWS_DEFAULT_REGION": "us-east-1"}
    command = [sys.executable, "-P", "-c", HANDLE, str(folder / "task")]
    said = subprocess.run(command, cwd=folder.parent, env=environ, capture_output=True, text=True, check=True).stdout
    (for_real,) = warnings_about(name, function_log_of(said.splitlines(), 0.0).errors)
    (simulated,) = (word for word in sim.run.run(scenario, name, 1).warnings if "handler" in word)
    assert for_real.partition("the first: ")[2] == simulated.partition("the first: ")[2]
    assert "sinks/handling.py:10: AttributeError" in simulated


def test_another_version_may_be_known_for_a_while(folder: Path) -> None:
    """A killed run is recovered with the strategy that it had; then the name means what it meant before."""
    now = plug.named("./drip.py")
    bundle = plug.bundle_of(now)
    assert bundle is not None
    then = bundle._replace(
        files={path: text.replace("rate_per_s", "pace_per_s") for path, text in bundle.files.items()}
    )
    settings = STRATEGIES[now].Settings()
    with plug.plugged_in_here([then]):
        assert hasattr(STRATEGIES[now].Settings(), "pace_per_s")
    assert pickle.loads(pickle.dumps(settings)) == settings == STRATEGIES[now].Settings()


def test_it_runs_in_other_processes(folder: Path) -> None:
    """Simulations side by side, in processes of their own, come to what one comes to here."""
    job = Job(sim.run.run, load("mine.toml"), plug.named("sinks.basin"), 1, load_prices())
    outcome = side_by_side([job, job], lambda *_: None)
    assert [result.entry["digest"] for result in outcome.results] == [perform(job).entry["digest"]] * 2


def _seslab(folder: Path, *words: str, code: int = 0, paths: tuple[str, ...] = ()) -> str:
    """What the command says, all in all; it must end so."""
    command, environ = (
        [sys.executable, "-m", "seslab", *words],
        {**os.environ, "PYTHONPATH": os.pathsep.join((*paths, str(ROOT)))},
    )
    ended = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == code, ended.stderr
    return ended.stdout + ended.stderr


def _seslab_here(folder: Path, *words: str, code: int = 0) -> str:
    """The same in this process, which afterwards knows no strategy from outside, as every command begins."""
    ended = seslab_here(*words, cwd=folder)
    for bundle in plug.plugged():
        plug.unplug(bundle.name)
    assert ended.returncode == code, ended.stderr
    return ended.stdout + ended.stderr


def test_commands_know_it_by_its_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Comparison, gate and their documents name it like our own; a gate's base runs its own version of the file."""
    monkeypatch.setenv("SESLAB_PICTURES", "none")
    _seslab_here(folder, "compare", "mine.toml", "-s", "./drip.py", "-s", "sinks.basin", "-s", "direct", "--out", "run")
    document = json.loads((folder / "run" / "comparison.json").read_text())
    assert [entry["strategy"] for entry in document["strategies"]] == ["drip", "basin", "direct"]
    assert "drips at 500/s" in document["strategies"][0]["explanation"]
    assert "drip" in _seslab_here(folder, "report", "run")
    assert (
        "#2a6f2a" in (folder / "run" / "figures" / "fates.svg").read_text()
    )  # its own colour, which nothing but the document tells
    gate = ("mine.toml", "-s", "./drip.py", "--baseline", "base.json")
    _seslab_here(folder, "gate", "update", *gate, "--reason", "first", "--seeds", "2")
    assert "unchanged" in _seslab_here(folder, "gate", *gate)
    unknown = _seslab_here(folder, "gate", "mine.toml", "--baseline", "base.json", code=2)
    assert "scenarios.mine.strategies: unknown strategy 'drip', did you mean the file ./drip.py?" in unknown
    for words in (("init", "-q"), ("add", "-A"), ("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "a")):
        subprocess.run(["git", *words], cwd=folder, check=True)
    (folder / "drip.py").write_text(DRIP.replace("Pacer(rate_per_s)", "Pacer(2 * rate_per_s)"))
    against = _seslab(folder, "gate", "mine.toml", "-s", "./drip.py", "--against", "HEAD", "--seeds", "2")
    assert "makespan_s" in against
    assert "improved" in against
    (folder / "drip.py").rename(folder / "drop.py")
    same = _seslab(folder, "gate", "mine.toml", "-s", "./drop.py", "--against", "HEAD", "--seeds", "2")
    assert "drop: HEAD has no drop.py; both sides ran the one that is here" in same


def test_a_gates_base_has_its_own_modules(folder: Path) -> None:
    """Where the user's modules lie in a folder of the repository that Python is told of, the base's lie there too."""
    (folder / "src").mkdir()
    (folder / "sinks").rename(folder / "src" / "sinks")
    for git in (("init", "-q"), ("add", "-A"), ("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "a")):
        subprocess.run(["git", *git], cwd=folder, check=True)
    basin = folder / "src" / "sinks" / "basin.py"
    basin.write_text(basin.read_text().replace("maximum_concurrency=2", "maximum_concurrency=3"))
    words = ("gate", "mine.toml", "-s", "sinks.basin", "--against", "HEAD", "--seeds", "2")
    assert "makespan_s" in _seslab(folder, *words, paths=("src",))
    assert "makespan_s" in _seslab(folder, *words, paths=(str(folder / "src"),))


def test_what_a_run_has_kept_is_read_where_its_strategy_is_not_known(folder: Path) -> None:
    """Without looking for its file, which may be of anybody's making."""
    own = '[strategies."./drip.py"]\nrate_per_s = 20.0\n[thresholds]\n'
    own += 'all = ["drip.recipients.lost == 0"]\nany = ["*.recipients.lost == 0"]\n'
    text = (folder / "mine.toml").read_text() + own
    (folder / "mine.toml").write_text(text)
    (folder / "scenario.toml").write_text(as_toml(load(str(folder / "mine.toml"))))
    plug.unplug("drip")
    with pytest.raises(BadInput, match="unknown strategy 'drip'"):
        load(str(folder / "scenario.toml"))
    kept = load_kept(folder / "scenario.toml")
    assert (kept.strategies, kept.thresholds) == ({}, {"any": ("*.recipients.lost == 0",)})
