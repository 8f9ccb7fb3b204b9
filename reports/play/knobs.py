"""The page's controls, made from the scenario's schema: each key with its meaning, its unit, its bounds and default."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NotRequired, cast

from typing_extensions import TypedDict

from scenarios.schema.scenario_file import scenario_schema

Kind = Literal[
    "number", "whole", "switch", "choice", "text", "numbers", "lines", "json", "table", "tables", "one", "named"
]
UNITS = {"_per_s": "/s", "_s": "s", "_ms": "ms", "_gb": "GB", "usd": "$"}
LAWS = {"median_ms": "lognormal", "mean_ms": "exponential", "constant_ms": "constant", "min_ms": "uniform"}
"""What a law of latencies is called, by a key that no other has."""

Schema = Mapping[str, Any]


class Knob(TypedDict):
    """A control. `of` are the keys of a table, or the tables that an array, a choice or a name may stand for, by name.

    `by` is the key that says which of the tables one is, `least` how many numbers or tables there are at least.
    """

    key: str
    kind: Kind
    says: str
    unit: NotRequired[str]
    low: NotRequired[float]
    high: NotRequired[float]
    default: NotRequired[Any]
    choices: NotRequired[list[str]]
    of: NotRequired[list[Knob]]
    by: NotRequired[str]
    least: NotRequired[int]
    needed: NotRequired[bool]
    optional: NotRequired[bool]


def knobs() -> list[Knob]:
    """Those of a scenario, in the order of its reference, with the strategies that are known now."""
    schema = scenario_schema()
    return _Knobs(schema["$defs"]).table(schema)


class _Knobs:
    def __init__(self, definitions: Mapping[str, Schema]) -> None:
        self._definitions = definitions

    def table(self, schema: Schema) -> list[Knob]:
        """A knob for each key, save those that have but one value."""
        needed = schema.get("required", ())
        return [self._knob(key, one, key in needed) for key, one in schema["properties"].items() if "const" not in one]

    def _knob(self, key: str, schema: Schema, needed: bool) -> Knob:
        knob = _of_shape(key, schema.get("description", ""), self._shape(key, schema))
        if needed:
            knob["needed"] = True
        if schema.get("default") is not None:
            knob["default"] = schema["default"]
        return knob

    def _shape(self, key: str, schema: Schema) -> dict[str, Any]:
        """What kind of control it is, and what that needs."""
        whole = self._resolved(schema)
        if "anyOf" in whole:
            return self._of_several(key, whole["anyOf"])
        plain = [choice for choice in whole.get("oneOf", ()) if choice.get("type") == "integer"]
        if plain and len(whole["oneOf"]) == 2 and whole["oneOf"][1].get("type") == "array":
            return self._shape(key, plain[0])  # so many, or a list of them: a page asks for the number
        if "discriminator" in whole:
            return {"kind": "json"}  # which keys it has, a word among them says
        if "oneOf" in whole:
            return {"kind": "one", "of": list(self._alternatives(whole))}
        if "enum" in whole:
            return {"kind": "choice", "choices": whole["enum"]}
        match whole.get("type"):
            case "number" | "integer":
                return {"kind": "whole" if whole["type"] == "integer" else "number", **_bounds(key, whole)}
            case "boolean":
                return {"kind": "switch"}
            case "string":
                return {"kind": "text"}
            case "array":
                least = {"least": whole["minItems"]} if "minItems" in whole else {}
                return {**self._array(whole["items"]), **least}
            case "object":
                return self._object(whole)
        return {"kind": "json"}

    def _of_several(self, key: str, arms: list[Schema]) -> dict[str, Any]:
        """A value that may be missing is a plain one; what may be one expression or several has a line for each."""
        there = [arm for arm in arms if arm.get("type") != "null"]
        if len(there) == 1:
            shape = self._shape(key, there[0])
            return {**shape, "optional": True} if shape["kind"] in ("table", "one") else shape
        if [arm.get("type") for arm in there] == ["string", "array"]:
            return {"kind": "lines"}
        return {"kind": "json"}

    def _array(self, items: Schema) -> dict[str, Any]:
        if "discriminator" in items:
            return {"kind": "tables", "by": items["discriminator"]["propertyName"], "of": list(self._kinds(items))}
        if items.get("type") in ("number", "integer"):
            return {"kind": "numbers"}
        return {"kind": "json"}

    def _object(self, schema: Schema) -> dict[str, Any]:
        if "properties" in schema:
            return {"kind": "table", "of": self.table(schema)}
        for named in schema.get("patternProperties", {}).values():
            return {"kind": "named", **self._named(named)}
        inner = schema.get("additionalProperties", {})
        if self._shape("", inner)["kind"] == "lines":
            return {"kind": "named", "of": [{"key": "", "kind": "lines", "says": schema.get("description", "")}]}
        return {"kind": "json"}

    def _named(self, schema: Schema) -> dict[str, Any]:
        """What stands under a name: one of several tables, told apart by a word, or the same for all."""
        if "discriminator" in schema:
            return {"by": schema["discriminator"]["propertyName"], "of": list(self._kinds(schema))}
        table = next((arm for arm in schema.get("anyOf", ()) if "$ref" in arm), schema)
        return {"of": [self._knob("", table, False)]}

    def _kinds(self, schema: Schema) -> Iterator[Knob]:
        """The tables that a discriminator tells apart, by the word that it has for each."""
        for word, reference in schema["discriminator"]["mapping"].items():
            table = self._resolved({"$ref": reference})
            yield {"key": word, "kind": "table", "says": table.get("description", ""), "of": self.table(table)}

    def _alternatives(self, schema: Schema) -> Iterator[Knob]:
        for choice in schema["oneOf"]:
            table = self._resolved(choice)
            if "properties" not in table:
                yield _of_shape("number", "", {"kind": "number", **_bounds("", table)})
                continue
            name = next((law for key, law in LAWS.items() if key in table["properties"]), table["title"].lower())
            yield {"key": name, "kind": "table", "says": table.get("description", ""), "of": self.table(table)}

    def _resolved(self, schema: Schema) -> Schema:
        """What a reference leads to; what stands beside it is for its reader."""
        if "$ref" not in schema:
            return schema
        return self._definitions[schema["$ref"].rpartition("/")[2]]


def _of_shape(key: str, says: str, shape: Mapping[str, Any]) -> Knob:
    """Which further keys there are, only the schema at hand can tell."""
    return cast(Knob, {"key": key, "says": says, **shape})


def _bounds(key: str, schema: Schema) -> dict[str, Any]:
    """The bounds that a number may touch or come near, and its unit, which its name says."""
    unit = next((unit for ending, unit in UNITS.items() if key.endswith(ending)), "")
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    found = {"unit": unit or None, "low": low, "high": high}
    return {name: value for name, value in found.items() if value is not None}
