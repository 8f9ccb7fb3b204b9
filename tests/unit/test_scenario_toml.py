"""Scenarios as TOML and as a schema: what is written reads back, and every key is described."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from scenarios.formats.toml import toml_document
from scenarios.formats.toml_keys import first_key_of_more
from scenarios.schema.scenario_file import SCHEMA, as_toml, scenario_schema
from strategies.registry import STRATEGIES
from tests.unit.scenario_files import BATCH, loaded

EVERYTHING = """
name = "every \\"key\\" there is"
description = "two\\nlines, an ü and a \\u007f"
seed = 7
horizon_s = 1e5
account = { max_send_rate_per_s = 14.5, max_24h_send = -1, daily_edge = "debt" }
latency = { ses_send = { mean_ms = 1e-2 }, sqs = { constant_ms = 0 } }
lambda = { ramp = "step", dispatch = { min_ms = 1, max_ms = 2 } }
client = { read_timeout_s = 2 }
sqs = { duplicate_probability = 0.25 }
ticker = { transition = { constant_ms = 30 } }
neighbour = [{ process = "constant", duration_s = 9, messages_per_s = 0.5 }]
strategies = { leaky-bucket = { pods = 3, pod_weights = [1, 2, 3] }, direct = {} }

[[workload]]
process = "trace"
path = "some trace.csv"
[[workload]]
process = "ramp"
duration_s = 5
from_per_s = 0
to_per_s = 9
recipients = { values = [1, 50], weights = [0.9, 0.1] }
[[workload]]
process = "profile"
messages = 3
weights = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0]

[[fault]]
kind = "scale_pods"
start_s = 1
duration_s = 1
pods = 4
[[fault]]
kind = "rate_change"
start_s = 1
duration_s = 1
max_send_rate_per_s = 7
"""


def test_everything_reads_back(tmp_path: Path) -> None:
    """A scenario written as TOML, into another directory, is read back equal; its trace is still found."""
    (tmp_path / "some trace.csv").write_text("at_s,recipients\n1,2\n")
    scenario = loaded(tmp_path, EVERYTHING)
    (tmp_path / "run").mkdir()
    assert loaded(tmp_path / "run", as_toml(scenario)) == scenario


@pytest.mark.parametrize("kind", ["fixed-window", "sliding-window"])
def test_windows_read_back(tmp_path: Path, kind: str) -> None:
    """A window's burst, which no file may set, is left out when it is written."""
    scenario = loaded(tmp_path, f'{BATCH}[account.limiter]\nkind = "{kind}"')
    assert loaded(tmp_path, as_toml(scenario)) == scenario


characters = st.characters(codec="utf-8")
keys = st.text(characters, max_size=9)
scalars = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(characters),
)
tables = st.dictionaries(
    keys, scalars | st.lists(scalars, max_size=3) | st.dictionaries(keys, scalars, max_size=3), max_size=4
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(keys, scalars | tables | st.lists(tables, min_size=1, max_size=3).map(tuple), max_size=4))
def test_written_toml_is_read_back(document: dict[str, Any]) -> None:
    """Whatever the keys, texts and numbers, the standard library reads back what was written."""
    read = tomllib.loads(toml_document(document))
    assert read == {key: list(value) if isinstance(value, tuple) else value for key, value in document.items()}


KEY = "a.b.c.d"
TEXTS = (
    '"%s"',
    "'%s'",
    '"""\n%s"""',
    "'''\n%s'''",
    '"\\"%s"',
    '"""\\"""%s"""',
    '""""%s"""""',
    "1 # %s",
    "''''''' # %s",
    '{"" = "%s"}',
)


@pytest.mark.parametrize("text", TEXTS)
def test_a_deep_key_is_found_before_the_parser_meets_it(text: str) -> None:
    """What is in a text or a comment is no key; what follows it is one, wherever a key may stand."""
    before = f"x.y.z = {text % KEY}\n"
    assert first_key_of_more(before, 3) is None
    for key in (f"{KEY} = 1", f"[ {KEY} ]", "[['a' . \"b\".c .d]]", f"y = {{ {KEY} = 1 }}"):
        tomllib.loads(before + key)
        assert first_key_of_more(before + key, 3) == (before.count("\n") + 1, 4)


def test_schema_describes_every_key() -> None:
    """The JSON Schema is plain JSON, forbids unknown keys, and describes every key, strategies' settings included.

    What a strategy from outside may set, nothing but that strategy can know.
    """
    schema = json.loads(json.dumps(scenario_schema(), allow_nan=False))
    assert (schema["$id"], schema["title"], schema["required"]) == (SCHEMA, SCHEMA, ["workload"])
    objects = [schema, *(part for part in schema["$defs"].values() if part["type"] == "object")]
    for part in objects:
        assert (part["additionalProperties"] is False) == (part != schema["$defs"]["Strategies"])
        for key, value in part["properties"].items():
            assert "description" in value or key in ("process", "kind", "by"), key
    assert schema["$defs"]["Strategies"]["properties"].keys() == STRATEGIES.keys()
    rate = schema["$defs"]["Account"]["properties"]["max_send_rate_per_s"]
    assert (rate["exclusiveMinimum"], rate["maximum"]) == (0, 1e6)  # not as pydantic calls them
    assert "lambda" in schema["properties"]
