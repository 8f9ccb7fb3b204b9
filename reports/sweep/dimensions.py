"""What is varied: a key of the scenario, a contender's setting or the limiter, and the values that it takes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import isfinite
from typing import Any, NamedTuple

from scenarios.errors import BadInput
from scenarios.formats.dotted import Place
from scenarios.formats.quoted import printable, unknown
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import key_of

LIMITER = "limiter"
"""Not a key of a scenario: its values are hypotheses by their names."""

ALL = "all"
"""Of the hypotheses."""

Value = bool | int | float | str
_EXAMPLE = "such as account.max_send_rate_per_s=14,30,50 or strategies.heartbeat.fill=0.8..1/5"
_RANGE = re.compile(r"(?P<low>[^,/]+?)\.\.(?P<high>[^,/]+)(?:/(?P<steps>[^,/]*))?")
_TABLES = ("strategies", "variants")
_ACCOUNTS = ("account", "accounts")
MOST_STEPS = 10_000


class Span(NamedTuple):
    """A range, both ends included."""

    low: float
    high: float


class Dimension(NamedTuple):
    """Values in the order in which they are shown; a range without steps has none before it is sampled.

    `place` is None for the limiter, and `is_whole` says that only whole numbers make sense.
    """

    name: str
    place: Place | None
    values: tuple[Value, ...]
    span: Span | None = None
    is_whole: bool = False

    @property
    def is_numeric(self) -> bool:
        """Whether its values have an order and distances."""
        return self.span is not None or all(
            isinstance(one, int | float) and not isinstance(one, bool) for one in self.values
        )

    def at(self, share: float) -> Value:
        """The value at a share of the way, which is from 0 to less than 1: each is as likely as any other."""
        if self.span is None:
            return self.values[int(share * len(self.values))]
        low, high = self.span
        if self.is_whole:
            return int(low + share * (high - low + 1))
        return _short(low + share * (high - low))


def dimensions_of(
    scenario: Scenario, contenders: Sequence[str], words: Sequence[str], limiters: Sequence[str]
) -> list[Dimension]:
    """Of `--vary KEY=a,b,c` and `--vary KEY=lo..hi/steps`; `limiters` are the hypotheses' names. Raises BadInput."""
    varied = [_dimension(scenario, contenders, word, limiters) for word in words]
    for place, one in enumerate(varied):
        if any(one.name == other.name or (one.place and one.place == other.place) for other in varied[:place]):
            raise BadInput(f"--vary {printable(one.name)}: is varied twice; give all its values at once")
    _refuse_overruled(varied)
    return varied


def _refuse_overruled(varied: Sequence[Dimension]) -> None:
    """Raises BadInput for a key of a limiter beside whole limiters, each of which sets it anew."""
    own = [one.name for one in varied if one.place and LIMITER in one.place and one.place[0] in _ACCOUNTS]
    if own and any(one.name == LIMITER for one in varied):
        raise BadInput(f"--vary {printable(own[0])}: each {LIMITER} that varies sets it; vary one of the two")


def _dimension(scenario: Scenario, contenders: Sequence[str], word: str, limiters: Sequence[str]) -> Dimension:
    name, equals, text = word.partition("=")
    if not (name and equals and text):
        raise BadInput(f"--vary {printable(word)}: must be KEY=a,b,c or KEY=lo..hi/steps, {_EXAMPLE}")
    if name == LIMITER:
        return Dimension(LIMITER, None, _limiters(text, limiters))
    place, present = _place(scenario, contenders, name)
    is_whole = isinstance(present, int) and not isinstance(present, bool)
    if matched := _RANGE.fullmatch(text):
        return _ranged(name, place, is_whole, matched, word)
    if ".." in text and not isinstance(present, str):
        raise BadInput(f"--vary {printable(word)}: a range is lo..hi/steps and stands alone, {_EXAMPLE}")
    return Dimension(name, place, tuple(map(_value, _told_once(word, text))))


def _told_once(word: str, text: str) -> list[str]:
    """The words between commas. Raises BadInput for one that is missing, or there twice."""
    words = text.split(",")
    for place, one in enumerate(words):
        if not one:
            raise BadInput(f"--vary {printable(word)}: a value is missing beside a comma")
        if str(_value(one)).removesuffix(".0") in (str(_value(other)).removesuffix(".0") for other in words[:place]):
            raise BadInput(f"--vary {printable(word)}: {printable(one)} is there twice; give each value once")
    return words


def _limiters(text: str, known: Sequence[str]) -> tuple[Value, ...]:
    if text == ALL:
        return tuple(known)
    names = _told_once(f"{LIMITER}={text}", text)
    option = f"--vary {LIMITER}={printable(text)}"
    if ALL in names:
        raise BadInput(f"{option}: {ALL} are there already; {ALL} stands alone")
    for name in names:
        if name not in known:
            raise BadInput(f"{option}: {unknown('limiter', printable(name), [*known, ALL])}")
    return tuple(names)


def _place(scenario: Scenario, contenders: Sequence[str], name: str) -> tuple[Place, Any]:
    """Of a key as the scenario resolves it, or of a setting, of which the scenario may say nothing yet."""
    table, _, rest = name.partition(".")
    if table in _TABLES:
        whose, _, setting = rest.rpartition(".")
        if not whose:
            raise BadInput(f"--vary {printable(name)}: must be {table}.NAME.SETTING")
        return (table, whose, setting), _present(scenario, table, whose, setting)
    if "." in name or name in Scenario.model_fields:
        return key_of(scenario, name, "--vary")
    if len(contenders) != 1:
        raise BadInput(
            f"--vary {printable(name)}: is no key of a scenario; a setting of one of several contenders is "
            f"strategies.NAME.{printable(name)}"
        )
    own, whose = scenario.table_of(contenders[0]).split(".", 1)
    return (own, whose, name), _present(scenario, own, whose, name)


def _present(scenario: Scenario, table: str, whose: str, setting: str) -> Any:
    """What it is set to, or by default; what there is no setting of is said when the scenario is checked."""
    named = scenario.contenders if table == _TABLES[0] else scenario.variants
    return getattr(scenario.settings_of(whose), setting, None) if whose in named else None


def _ranged(name: str, place: Place, is_whole: bool, matched: re.Match[str], word: str) -> Dimension:
    try:
        low, high = float(matched["low"]), float(matched["high"])
        steps = None if matched["steps"] is None else int(matched["steps"])
    except ValueError:
        raise BadInput(f"--vary {printable(word)}: must be numbers, lo..hi/steps, {_EXAMPLE}") from None
    if not (isfinite(low) and isfinite(high) and low < high):
        raise BadInput(f"--vary {printable(word)}: the first must be less than the second, both finite")
    if steps is not None and not 2 <= steps <= MOST_STEPS:
        raise BadInput(f"--vary {printable(word)}: must have 2 to {MOST_STEPS:,} steps, both ends among them")
    if is_whole and not (low.is_integer() and high.is_integer()):
        raise BadInput(f"--vary {printable(word)}: {printable(name)} is a whole number")
    return Dimension(
        name, place, () if steps is None else _steps(low, high, steps, is_whole), Span(low, high), is_whole
    )


def _steps(low: float, high: float, steps: int, is_whole: bool) -> tuple[Value, ...]:
    """Evenly, both ends included; of whole numbers the nearest ones, each once."""
    even = [low + at * (high - low) / (steps - 1) for at in range(steps)]
    exact = [round(one) if is_whole else _short(one) for one in even]
    return tuple(dict.fromkeys(exact))


def _short(number: float) -> float:
    """With six digits: what is typed again is the same."""
    short = float(f"{number:.6g}")
    return int(short) if short.is_integer() else short


def _value(text: str) -> Value:
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
