"""What is decided under all hypotheses, and by what the rest turns: few typed statements, decided ones first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reports.documents.robustness import Conclusion, Kind, RobustContender
from reports.robust.beliefs import Beliefs, belief_in, in_belief, split_by
from reports.robust.cells import lost_share
from reports.robust.claims import Answer, Claim, Question, claims, meets_all
from reports.robust.margins import at_worst, worst_met
from reports.robust.order_conclusions import of_order
from reports.robust.orders import orders
from reports.robust.wording import between, missing, predicate, under_all
from reports.words import names
from strategies.presentation.words import counted

_FIRST: Sequence[Kind] = ("decided", "tied", "undecided")


def conclusions(contenders: Sequence[RobustContender], beliefs: Beliefs, ranked_by: str) -> list[Conclusion]:
    """Contenders are told best first; the answer to what the scenario demands comes before all others."""
    said = [_of_claim(one, beliefs) for one in claims(contenders)]
    said += [of_order(one, beliefs) for one in orders(contenders, ranked_by)]
    demanded = [_of_demands(contenders, beliefs)] if any(one["met_under"] is not None for one in contenders) else []
    return demanded + sorted(said, key=lambda one: _FIRST.index(one["kind"]))


def _of_demands(contenders: Sequence[RobustContender], beliefs: Beliefs) -> Conclusion:
    """Who meets all thresholds under all hypotheses; if nobody, who comes closest."""
    question, all_met = Question("all thresholds"), [one for one in contenders if one["met_under"] == len(beliefs)]
    if all_met:
        return _of_claim(Claim(question, all_met, [True] * len(beliefs)), beliefs)
    judged = [one for one in contenders if one["met_under"] is not None]
    may_meet = [one for one in judged if False not in meets_all(one)]
    closest = next(iter(may_meet or judged))
    about = _of_claim(Claim(question, [closest], meets_all(closest)), beliefs)
    about = {**about, "numbers": {**about["numbers"], "contenders": float(len(contenders))}}
    is_said = "is known to meet" if may_meet else "meets"
    none = f"none of {counted(len(contenders), 'contender')} {is_said}"
    if len(contenders) == 1:
        none = f"the only contender here {'is not known to' if may_meet else 'does not'} meet"
    nobody = f"{none} all thresholds {under_all([*beliefs])}"
    if set(about["fails_under"]) == beliefs.keys():
        return {**about, "sentence": nobody}
    whose = "the closest: " if about["holds_under"] or about["fails_under"] else ""
    return {**about, "sentence": f"{nobody}; {whose}{about['sentence']}"}


def _of_claim(claim: Claim, beliefs: Beliefs) -> Conclusion:
    split = split_by(claim.answers, [*beliefs])
    kind: Kind = "undecided" if len(set(claim.answers)) > 1 or None in claim.answers else "decided"
    numbers = {"hypotheses": float(len(beliefs)), **_lost(claim), **worst_met(claim)}
    belief = belief_in(split[True], beliefs)
    who = [one["contender"] for one in claim.contenders]
    said = _said(claim, split, [*beliefs])
    return {
        "kind": kind,
        "about": claim.question.about,
        "contenders": who,
        "threshold": claim.question.name,
        "expression": claim.question.expression,
        "holds_under": split[True],
        "fails_under": split[False],
        "open_under": split[None],
        "belief": belief,
        "numbers": numbers,
        "sentence": said + in_belief(belief) if kind == "undecided" and split[True] else said,
    }


def _said(claim: Claim, split: Mapping[Answer, Sequence[str]], hypotheses: Sequence[str]) -> str:
    """What they do, under which hypotheses, and how much is lost under the others."""
    who = names([one["contender"] for one in claim.contenders])
    is_so, is_not = (f"{who} {predicate(claim.question, so, len(claim.contenders) > 1)}" for so in (True, False))
    how_much = _how_much(claim, _lost(claim))
    everywhere = under_all(hypotheses)
    answers = set(claim.answers)
    if len(answers) == 1:
        return {
            True: f"{is_so} {everywhere}{at_worst(claim)}",
            False: f"{is_not} {everywhere}{how_much}",
            None: f"whether {is_so} is open {everywhere}",
        }[claim.answers[0]]
    if True not in answers:
        return f"{is_not} under {', '.join(split[False])}{how_much}{_open(split[None])}"
    return f"{is_so}{_but(split, how_much)}"


def _but(split: Mapping[Answer, Sequence[str]], how_much: str) -> str:
    """Where it is otherwise; where that is nowhere, what is open must not read as met."""
    holds, fails, is_open = split[True], split[False], split[None]
    if fails or len(holds) < len(is_open):
        return f"{_except(holds, fails or is_open, how_much)}{_open(is_open)}"
    return f", but that is inconclusive under {', '.join(is_open)}"


def _except(holds: Sequence[str], fails: Sequence[str], how_much: str) -> str:
    """By the shorter list."""
    if len(holds) < len(fails):
        return f" only under {', '.join(holds)}"
    return f", but not under {', '.join(fails)}{how_much}"


def _open(hypotheses: Sequence[str]) -> str:
    return f"; inconclusive under {', '.join(hypotheses)}" if hypotheses else ""


def _lost(claim: Claim) -> dict[str, float]:
    """Of each contender the least and the most that it loses under the hypotheses under which it does."""
    if claim.question.about != "loss" or all(claim.answers):
        return {}
    numbers = {}
    for one in claim.contenders:
        shares = [lost_share(cell) for cell, answer in zip(one["cells"], claim.answers, strict=True) if not answer]
        numbers[f"{one['contender']}.least_lost_share"] = min(shares)
        numbers[f"{one['contender']}.most_lost_share"] = max(shares)
    return numbers


def _how_much(claim: Claim, numbers: Mapping[str, float]) -> str:
    if not numbers:
        return ""
    who = [one["contender"] for one in claim.contenders]
    lost = [between(missing, numbers[f"{one}.least_lost_share"], numbers[f"{one}.most_lost_share"]) for one in who]
    told = lost if len(who) == 1 else [f"{one} {part}" for one, part in zip(who, lost, strict=True)]
    return f" (lost: {', '.join(told)})"
