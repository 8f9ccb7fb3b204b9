"""Questions that each contender answers with yes or no under each hypothesis, and who answers alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from reports.documents.robustness import About, RobustCell, RobustContender
from reports.ranking.requirement import requirement_of
from reports.robust.cells import loses
from scenarios.schema.thresholds import Threshold
from scenarios.verdicts import FAIL, PASS, Met

Answer = bool | None
"""None where it cannot be told: a threshold is inconclusive."""


class Question(NamedTuple):
    """The last two are of a threshold."""

    about: About
    name: str | None = None
    expression: str | None = None


class Claim(NamedTuple):
    """Contenders that answer a question alike, hypothesis by hypothesis."""

    question: Question
    contenders: Sequence[RobustContender]
    answers: Sequence[Answer]


def claims(contenders: Sequence[RobustContender]) -> list[Claim]:
    """What is asked of each contender, those that answer alike together, in the order in which it is first answered."""
    alike: dict[tuple[Question, tuple[Answer, ...]], list[RobustContender]] = {}
    for question, answers in _answered(contenders):
        for one in contenders:
            if one["contender"] in answers:
                alike.setdefault((question, answers[one["contender"]]), []).append(one)
    return [Claim(question, some, answers) for (question, answers), some in alike.items()]


_ByContender = Mapping[str, tuple[Answer, ...]]


def _answered(contenders: Sequence[RobustContender]) -> Iterator[tuple[Question, _ByContender]]:
    lossless = _asked(contenders, lambda cell: not loses(cell))
    yield Question("loss"), lossless
    cells = [cell for one in contenders for cell in one["cells"]]
    if any(cell["recipients"]["pending"] for cell in cells):
        yield Question("pending"), _asked(contenders, lambda cell: not cell["recipients"]["pending"])
    thresholds = dict.fromkeys((met["name"], met["expression"]) for cell in cells for met in cell["thresholds"])
    for name, expression in thresholds:
        concerned = [one for one in contenders if _judged(one["cells"][0], name, expression)]
        answers = _asked(concerned, partial(_meets, name=name, expression=expression))
        if not (_is_on_loss(expression) and answers.items() <= lossless.items()):
            yield Question("threshold", name, expression), answers


def _asked(contenders: Sequence[RobustContender], ask: Callable[[RobustCell], Answer]) -> _ByContender:
    return {one["contender"]: tuple(map(ask, one["cells"])) for one in contenders}


def _is_on_loss(expression: str) -> bool:
    """Whether a threshold may ask what is asked anyway."""
    return Threshold.parse(expression).figure == "recipients.lost"


def _judged(cell: RobustCell, name: str, expression: str) -> list[Met]:
    return [one["verdict"] for one in cell["thresholds"] if (one["name"], one["expression"]) == (name, expression)]


def _meets(cell: RobustCell, name: str, expression: str) -> Answer:
    """A scenario may say the same twice; all of them have one verdict."""
    return _ANSWERS.get(_judged(cell, name, expression)[0])


_ANSWERS: Mapping[Met | None, Answer] = {PASS: True, FAIL: False}


def meets_all(one: RobustContender) -> list[Answer]:
    """Whether it meets all thresholds that concern it, hypothesis by hypothesis."""
    return [_ANSWERS.get(requirement_of(one["contender"], cell["thresholds"])) for cell in one["cells"]]
