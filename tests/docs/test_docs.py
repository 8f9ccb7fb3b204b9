"""The documentation keeps its word: its examples run, its links lead somewhere, and its references are complete."""

from __future__ import annotations

import fcntl
import os
import re
import shlex
import signal
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from select import select
from tempfile import gettempdir
from typing import Any

import pytest
import typer

from loadtests.endpoint.parsing.operations import model
from reports.bounces.wording import HEADINGS, WORDINGS
from reports.calibrate.document import COUNTS, MEASURES
from reports.calibrate.fit import OUTCOME_OF
from reports.compare.table import table as compare_table
from reports.diff.table import COLUMNS as DIFF_COLUMNS
from reports.documents.comparison import AccountTable
from reports.schemas import DOCUMENTS, json_schema
from scenarios.figures import USAGE
from scenarios.ledger.store import CALLS, COPIES, MAILS
from scenarios.measures.cost import PRICES
from scenarios.schema.prices import FEES, RECIPIENTS
from scenarios.schema.scenario_file import scenario_schema
from seslab.app import app
from seslab.help_page import examples
from strategies.registry import STRATEGIES
from tests.docs import pictures
from tests.docs.examples import BIN, ROOT, abridged, blocks, figures, marked, pages, play, steps, variables
from tests.docs.operations import OURS, status_of, with_operations
from tests.docs.warm import warm

DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
_FOREIGN = re.compile(r"https?:|mailto:")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_KEYS = re.compile(r"^<!-- keys: (?P<tables>.*) -->\n(?P<rows>(?:\|.*\n)+)", re.MULTILINE)
REAL = ("README", "run-for-real", "calibrate", "test-your-own-sender")
SERVING = {
    "serve": 5555,
    "loadtest": 5555,
    "play": 5558,
    "keep-your-list-clean": 5566,
    "check-a-domain": 5568,
    "smtp-credentials": 5569,
}
"""Pages with a server, and the port that it has on every machine."""
ALIKE = ("cli", "first-comparison")
"""Pages that have runs in common: robust keeps each, so that in one process none is made twice."""
MOST_S = 10.0  # that a server takes to end
_COMMANDS: Any = typer.main.get_command(app)


def page_parameters() -> list[Any]:
    """Every page; those that serve at the same port take turns."""
    return [pytest.param(page, id=str(page), marks=marks_of(page)) for page in pages()]


def marks_of(page: Path) -> list[Any]:
    """What its commands take: real seconds, a port, runs of another page, or nothing of that."""
    if page.stem in SERVING:
        return [pytest.mark.real_time, pytest.mark.xdist_group(f"port_{SERVING[page.stem]}")]
    if page.stem in ALIKE:
        return [pytest.mark.xdist_group("alike")]
    return [pytest.mark.real_time] if page.stem in REAL else []


@pytest.fixture
def servers_end(page: Path, tmp_path: Path) -> Iterator[None]:
    """A page ends its servers, which takes a moment; those of one that failed are ended. The next wants the port."""
    with its_turn(page):
        yield
        for file in tmp_path.glob("*.pid"):
            with suppress(ProcessLookupError, ValueError):
                end(os.pidfd_open(int(file.read_text())))


@contextmanager
def its_turn(page: Path) -> Iterator[None]:
    """The port may also be wanted by the tests of another checkout on this machine."""
    if page.stem not in SERVING:
        yield
        return
    with open(Path(gettempdir()) / f"seslab-tests-{os.getuid()}-{SERVING[page.stem]}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def end(process: int) -> None:
    """Wait for a process to end, and if it does not, end it."""
    if process not in select([process], (), (), MOST_S)[0]:
        signal.pidfd_send_signal(process, signal.SIGKILL)
        select([process], (), ())
    os.close(process)


@pytest.fixture(scope="session", name="at_hand")
def _at_hand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Tools that begin at once."""
    with warm(tmp_path_factory.mktemp("at-hand"), variables()) as tools:
        yield tools


@pytest.fixture
def tools(page: Path, request: pytest.FixtureRequest) -> Path:
    """The command itself where readers begin; on all other pages one that has imported already what it takes."""
    found: Path = BIN if page.stem == "README" else request.getfixturevalue("at_hand")
    return found


@pytest.mark.usefixtures("servers_end")
@pytest.mark.parametrize("page", page_parameters())
def test_examples_do_what_they_show(page: Path, tmp_path: Path, tools: Path) -> None:
    """Whoever types what a page shows gets its exit codes, where they are compared its output, and its figures."""
    for block, step, output, exit_code in play(page, tmp_path, tools):
        expected = int(next(iter(marked(block, "exits ")), "0"))
        assert exit_code == expected, f"{page}: {step.command}\n{output}"
        if "compared" in block.marks:
            assert abridged(output, step.shown) == step.shown, (
                f"{page}: {step.command}: run python -m tests.docs.rewrite {page}"
            )
    for shown, drawn in figures(page, tmp_path):
        assert words(shown) == words(drawn), f"{page}: {shown.name}: run python -m tests.docs.rewrite {page}"


def test_pictures_show_what_is_simulated_today(tmp_path: Path) -> None:
    """The pictures that no command of a page draws have the words and numbers that their simulations give."""
    for drawn in pictures.draw(tmp_path):
        assert words(DOCS / drawn.name) == words(drawn), f"{drawn.name}: run python -m tests.docs.pictures"


def words(figure: Path) -> list[str]:
    """Every word and number in an SVG."""
    return re.findall(r"<text[^>]*>([^<]*)<", figure.read_text())


@pytest.mark.parametrize("page", pages(), ids=str)
def test_make_commands_are_targets(page: Path) -> None:
    """Every `make` command that a page shows is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    text = (ROOT / page).read_text()
    shown = [step.command for block in blocks(text) if block.language == "console" for step in steps(block)]
    named = [command.split() for command in (*shown, *re.findall(r"`(make [^`]*)`", text))]
    assert {target for tool, target, *_ in named if tool == "make"} <= targets


@pytest.mark.parametrize("page", pages(), ids=str)
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link names a file that is there and, behind a #, a heading of it."""
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (ROOT / page).parent / path if path else ROOT / page
        assert target.exists(), f"{page}: {link}"
        assert not anchor or anchor in anchors(target.read_text()), f"{page}: {link}"


def links(page: Path) -> list[str]:
    """The relative links of a page, code left out."""
    text = re.sub(r"^```.*?^```$|`[^`\n]*`", "", (ROOT / page).read_text(), flags=re.MULTILINE | re.DOTALL)
    return [link for link in _LINK.findall(text) if not _FOREIGN.match(link)]


def anchors(text: str) -> set[str]:
    """The anchors that GitHub gives a page's headings."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_page_is_reached_from_the_index() -> None:
    """No page is an orphan: the README leads to the index, and the index to every page."""
    reached = {(DOCS / link).resolve() for link in links(Path("docs/index.md"))}
    assert "docs/index.md" in links(Path("README.md"))
    assert {path.resolve() for path in DOCS.rglob("*.md")} - reached == {DOCS / "index.md"}


def tables(name: str, schema: dict[str, Any], definitions: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every table of a scenario file, named as the reference marks it, with its part of the schema."""
    yield name, schema
    for key, value in schema["properties"].items():
        path = key if name == "scenario" else f"{name}.{key}"
        for label, reference in inner(path, value):
            yield from tables(label, definitions[reference.rpartition("/")[2]], definitions)


def inner(path: str, value: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Where a key leads: to its table, that of each of its keys, the kinds of its array's tables, or a law by name."""
    if "$ref" in value:
        yield path, value["$ref"]
    for kind, reference in value.get("items", {}).get("discriminator", {}).get("mapping", {}).items():
        yield f"{path.replace('neighbour', 'workload')}.{kind}", reference
    named = value.get("patternProperties", {}).values()
    arms = (arm for one in (value, *named) for arm in one.get("anyOf", ()))
    for arm in (value.get("additionalProperties"), *named, *arms):
        if isinstance(arm, dict) and "$ref" in arm:
            yield path, arm["$ref"]
    for choice in (*value.get("oneOf", ()), *(one for arm in value.get("anyOf", ()) for one in arm.get("oneOf", ()))):
        if "$ref" in choice:
            yield choice["$ref"].rpartition("/")[2].rpartition("__")[2], choice["$ref"]


SCHEMA = scenario_schema()
TABLES = dict(tables("scenario", SCHEMA, SCHEMA["$defs"]))


@pytest.mark.parametrize("name", sorted(TABLES))
def test_the_reference_names_every_key_with_its_default(name: str) -> None:
    """The tables marked for a part of the scenario's schema name its keys, no others, and the schema's defaults."""
    schema, rows = TABLES[name], documented(name)
    assert rows.keys() == schema["properties"].keys()
    for key, default in rows.items():
        assert_default(default, schema["properties"][key], key in schema.get("required", ()))


def documented(name: str) -> dict[str, str]:
    """The keys of a part of the scenario, and their defaults as the reference writes them."""
    page = "strategies.md" if name.startswith("strategies.") else "scenario.md"
    marks = [m for m in _KEYS.finditer((REFERENCE / page).read_text()) if name in m["tables"].split(", ")]
    return {key.strip("`"): default for match in marks for key, _, default, _ in table_rows(match["rows"])}


def table_rows(text: str) -> list[list[str]]:
    """The cells of a Markdown table, its heading left out."""
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in text.splitlines()[2:]]


def assert_default(written: str, key: dict[str, Any], required: bool) -> None:
    """A value where there is one for all scenarios, and words where it depends or is a table of its own."""
    default = key.get("default")
    if required or default is None or "$ref" in key:
        assert (written == "required") is required
        assert not re.fullmatch("`[^`]*`", written)
    else:
        assert tomllib.loads(f"written = {written.strip('`')}")["written"] == default


def test_the_reference_has_every_strategy() -> None:
    """Each strategy has a heading of its own, so that the scenario's reference can lead to it."""
    assert STRATEGIES.keys() <= anchors((REFERENCE / "strategies.md").read_text())


@pytest.mark.parametrize("command", ["", *_COMMANDS.commands])
def test_the_reference_names_every_option(command: str) -> None:
    """The section of a command names its arguments and its options; so does that of seslab alone."""
    for parameter in (_COMMANDS.commands[command] if command else _COMMANDS).params:
        for name in argument(parameter) if parameter.param_type_name == "argument" else parameter.opts:
            assert re.search(rf"`{re.escape(name)}[ `]", section(command)), f"cli.md, {command}: {name}"


def section(command: str) -> str:
    """What the reference of the command line says of a command."""
    page = (REFERENCE / "cli.md").read_text()
    return page.partition(f"\n## {f'seslab {command}'.strip()}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("command", _COMMANDS.commands)
def test_the_example_of_a_command_is_one_of_it(command: str) -> None:
    """Each command's help ends with one, which its section of the reference shows too, and which can be read."""
    [example] = examples(_COMMANDS.commands[command])
    assert re.search(rf"^(\$ )?{re.escape(example)}$", section(command), re.MULTILINE)
    name, called, words = _COMMANDS.resolve_command(typer.Context(_COMMANDS), shlex.split(example)[1:])
    assert (name, called.make_context(name, words).args) == (command, [])


def test_the_reference_says_in_which_order_columns_fall_away() -> None:
    """As the tables have it."""
    page = (REFERENCE / "cli.md").read_text().partition("fall away, in this order |")[2]
    shown: Any = {
        "scenario": "x",
        "world": "sim",
        "seed": 1,
        "replications": 1,
        "strategies": (),
        "bound": {"makespan_s": 0},
    }
    shown["account"] = {"max_send_rate_per_s": 30}
    columns = compare_table(shown).columns
    falling = sorted((column for column in columns if column.falls), key=lambda column: column.falls)
    order = ", ".join(column.name.partition(" /")[0] for column in falling)
    assert f"| `compare`, `report`, `loadtest` | {order} |" in page
    assert [column.name for column in DIFF_COLUMNS if column.falls] == ["95 % interval"]


def argument(parameter: Any) -> list[str]:
    """How an argument is called where people read it."""
    return [parameter.metavar or parameter.name.upper()]


PAGE_OF = {"baseline": "gate", "growth": "plan", "origin": "history", "plans": "plan", "warmups": "warmup"}
ELSEWHERE = ("AccountTable", "LimiterTable", "FaultTable", "UsageCounts")
"""Tables of several documents, which the pages on comparisons, scenarios and prices explain."""


@pytest.mark.parametrize("name", DOCUMENTS[1:])
def test_the_reference_names_every_key_of_a_document(name: str) -> None:
    """However deep; a scenario has tests of its own."""
    schema = json_schema(name)
    tables = [schema, *(table for title, table in schema.get("$defs", {}).items() if title not in ELSEWHERE)]
    assert {key for table in tables for key in table["properties"]} <= named_on(PAGE_OF.get(name, name))


def named_on(page: str) -> set[str]:
    """What a page of the reference writes as code."""
    return set(re.findall(r"`([\w.]+)`", (REFERENCE / f"{page}.md").read_text()))


def test_the_reference_names_what_documents_and_ledgers_name() -> None:
    """What an account holds and the columns of the ledgers; figures and latencies of a calibration; what AWS counts."""
    assert {*AccountTable.__annotations__, *MAILS.names, *CALLS.names, *COPIES.names} <= named_on("comparison")
    assert {*MEASURES, *COUNTS, *OUTCOME_OF} <= named_on("calibration")
    assert set(USAGE) <= named_on("prices")


def test_the_reference_has_the_price_file() -> None:
    """Each price stands in the reference with what it buys, and the day on which it was valid."""
    prices = tomllib.loads(PRICES.read_text())
    page = (REFERENCE / "prices.md").read_text()
    every = {kind: price for kind, price in prices.items() if isinstance(price, dict)}
    rows = {
        kind.strip("`"): (float(usd), int(per.replace(",", "")))
        for kind, usd, per, _ in table_rows(re.findall(r"(?:^\|.*\n)+", page, re.MULTILINE)[0])
    }
    assert rows == {kind: (price["usd"], price["per"]) for kind, price in every.items()}
    assert str(prices["as_of"]) in page
    assert prices["region"] in page


def test_the_reference_has_the_plans() -> None:
    """Each with its fee and its tiers."""
    prices = tomllib.loads(PRICES.read_text())
    page = (REFERENCE / "prices.md").read_text()
    for plan, fee in FEES.items():
        price = prices[RECIPIENTS[plan]]
        each = ", ".join(f"{one['usd']:.2f}" for one in (price, *price["tiers"]))
        assert f"| `{plan}` | {prices[fee]['usd']} | {each} |" in page


def test_the_reference_has_every_operation_of_ses() -> None:
    """Of both APIs, each with what the endpoint makes of it today; each kind of answer is explained."""
    page = (REFERENCE / "ses-operations.md").read_text()
    assert page == with_operations(page), "python -m tests.docs.rewrite docs/reference/ses-operations.md"
    for api in OURS:
        statuses = {status_of(api, name) for name in model(api).operation_names}
        assert all(f"| {status} | " in page for status in statuses), api
        assert all(f"| `{name}` |" in page for name in model(api).operation_names)


def test_the_reference_has_every_reason() -> None:
    """Why mail failed and what to do, as pages and tables say it, with how it is recognised."""
    page = (REFERENCE / "bounces.md").read_text().partition("\n## Reasons\n")[2]
    rows = table_rows(re.findall(r"(?:^\|.*\n)+", page, re.MULTILINE)[0])
    assert {reason.strip("`"): (why, what) for reason, why, what, _ in rows} == {
        reason.value: (wording.why, HEADINGS[wording.action].lower()) for reason, wording in WORDINGS.items()
    }
    assert all(recognised for *_, recognised in rows)


def test_every_dependency_has_its_reason() -> None:
    """The page on dependencies has exactly those of pyproject.toml, each under what it is for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [project["dependencies"], *project["optional-dependencies"].values()]
    page = (DOCS / "background" / "dependencies.md").read_text()
    sections = page.split("\n## ")[1 : len(wanted) + 1]
    assert [re.findall(r"^\| `([\w-]+)` \|", section, re.MULTILINE) for section in sections] == [
        [re.split(r"[^\w-]", need)[0] for need in needs] for needs in wanted
    ]


def test_glossary_terms_are_used() -> None:
    """A term that no other page uses is none of ours; the terms stand in the order of the alphabet."""
    terms = re.findall(r"^## (.*)$", (REFERENCE / "glossary.md").read_text(), re.MULTILINE)
    elsewhere = " ".join((ROOT / page).read_text().lower() for page in pages() if page.stem != "glossary")
    assert terms == sorted(terms, key=str.lower)
    assert [term for term in terms if term.lower() not in re.sub(r"[\s_]+", " ", elsewhere)] == []
