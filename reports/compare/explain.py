"""One sentence per strategy: what happened, from its mechanism and its figures, and nothing that they do not show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from reports.compare.mechanism import Facts, after_refusal, mechanism
from reports.inboxes.pauses import has_several, is_or_are_paused, paused_of
from reports.inboxes.said import said_of_inboxes
from reports.ranking.typical import typical
from reports.words import duration
from scenarios.entries.counts import LatencyFigures
from scenarios.entry import USERS, StrategyEntry, WorkloadEntry
from scenarios.formats.quoted import printable
from scenarios.ledger.ledger import MESSAGES, OUTCOMES, Fate, Outcome, first_sentence
from strategies.presentation.words import count, counted, share

_Reason = Literal["throttled", "quota", "rejected", "failed", "paused", "crashed", "never_invoked"]
MOST_NAMED = 4  # accounts in one clause


def explain(entry: StrategyEntry, facts: Facts) -> str:
    """What became of the recipients, how the strategy works, and what SES refused on the way."""
    interrupted = "interrupted before its end" if entry["interrupted"] else ""
    figures = [
        _outcome(entry, facts),
        mechanism(entry, facts),
        _refusals(entry, facts),
        _peak(entry, facts),
        _shadow(entry),
    ]
    after = said_of_inboxes(entry)
    return "; ".join(clause for clause in (interrupted, *figures, *facts.other_ways, _apart(entry), after) if clause)


def _shadow(entry: StrategyEntry) -> str:
    """What copies cost that nobody sees."""
    shadow = entry.get("shadow")
    if shadow is None or not shadow["recipients"]:
        return ""
    of_all = f"{count(shadow['recipients'])} of {count(entry['recipients']['accepted'])} accepted recipients"
    return f"{of_all} are shadow copies, for ${shadow['usd']:.2g}"


def _outcome(entry: StrategyEntry, facts: Facts) -> str:
    recipients = entry["recipients"]
    if not recipients["submitted"]:
        return "nothing was submitted"
    if recipients["accepted"] == recipients["submitted"]:
        parts = [_all_accepted(entry)]
    else:
        parts = [_accepted(entry), _pending(entry, facts), _gone(entry, facts)]
    return ", ".join(part for part in (*parts, _duplicates(entry, facts)) if part)


def _all_accepted(entry: StrategyEntry) -> str:
    said = f"all {count(entry['recipients']['submitted'])} accepted in {duration(typical(entry, 'makespan_s'))}"
    efficiency = typical(entry, "efficiency")
    return said if efficiency is None else f"{said}, {share(efficiency, 1)} of the best possible"


def _accepted(entry: StrategyEntry) -> str:
    recipients = entry["recipients"]
    if not recipients["accepted"]:
        return "none accepted"
    return f"{share(recipients['accepted'], recipients['submitted'])} accepted"


def _pending(entry: StrategyEntry, facts: Facts) -> str:
    pending = entry["recipients"]["pending"]
    return f"{count(pending)} still pending at the end{_kept(entry, facts)}" if pending else ""


def _kept(entry: StrategyEntry, facts: Facts) -> str:
    if entry["calls"].get("paused"):
        return f", kept while {is_or_are_paused(entry)}"
    return ", kept while the 24-hour quota is used up" if entry["calls"]["quota"] else ""


def _gone(entry: StrategyEntry, facts: Facts) -> str:
    recipients = entry["recipients"]
    fates: tuple[tuple[str, Fate], ...] = (("lost", "lost"), ("dead-lettered", "dead_lettered"))
    gone = [f"{word} {count(recipients[fate])}" for word, fate in fates if recipients[fate]]
    if not gone:
        return ""
    return f"{' and '.join(gone)} of {count(recipients['submitted'])}: {_why(entry, facts)}"


def _why(entry: StrategyEntry, facts: Facts) -> str:
    words = _REASONS | _USERS_REASONS if entry["strategy"] in USERS else _REASONS
    reasons = {reason: n for reason in words if (n := entry["losses"].get(reason, 0))}
    said = [words[reason](entry, facts) for reason in reasons]
    if len(reasons) > 1:
        said = [f"{count(n)} {why}" for n, why in zip(reasons.values(), said, strict=True)]
    return ", ".join(part for part in (_received_too_often(entry), *said) if part)


def _received_too_often(entry: StrategyEntry) -> str:
    limit = entry["settings"].get("max_receive_count")
    if not limit or not entry["recipients"]["dead_lettered"]:
        return ""
    return f"received more than {'once' if limit == 1 else f'{limit} times'}"


def _throttled(entry: StrategyEntry, _: Facts) -> str:
    return f"throttled{_without_another_try(entry, ' at the last call')}"


def _failed(entry: StrategyEntry, facts: Facts) -> str:
    if not facts.has_fault("outage"):
        return f"failed{_without_another_try(entry, ' at the last call')}"
    return f"SES answered with a server error{_without_another_try(entry, '')}"


def _without_another_try(entry: StrategyEntry, otherwise: str) -> str:
    retry = entry["settings"].get("retry")
    if retry is None:
        return otherwise
    return ", never retried" if retry == "none" else f" at the last call in {retry} mode"


def _over_quota(entry: StrategyEntry, _: Facts) -> str:
    return "refused for the 24-hour quota" + (", kept by nobody" if entry["recipients"]["lost"] else "")


def _never_invoked(entry: StrategyEntry, _: Facts) -> str:
    if entry["settings"].get("limit_by") == "reserved":
        return "never attempted: the function had no concurrency left until the visibility timeout passed"
    return "never attempted: received, and not sent before the visibility timeout passed"


_REASONS: dict[_Reason, Callable[[StrategyEntry, Facts], str]] = {
    "throttled": _throttled,
    "quota": _over_quota,
    "rejected": lambda entry, _: f"rejected by SES{_in_its_words(entry, 'rejected')}",
    "failed": _failed,
    "paused": lambda entry, _: f"refused because AWS had paused {paused_of(entry)}",
    "crashed": lambda *_: "never attempted, whoever held them was gone",
    "never_invoked": _never_invoked,
}
_USERS_REASONS: dict[_Reason, Callable[[StrategyEntry, Facts], str]] = {
    "crashed": lambda *_: "given up before SES saw them",
    "never_invoked": lambda *_: "given up before SES saw them",
}
"""Who else has had a user's mails is unknown, and so is what became of them there."""


def _duplicates(entry: StrategyEntry, facts: Facts) -> str:
    again = entry["recipients"]["duplicated"]
    if not again:
        return ""
    causes = " or ".join(_causes_of_duplicates(entry, facts))
    return counted(again, "duplicate") + (f": {causes}" if causes else "")


def _causes_of_duplicates(entry: StrategyEntry, facts: Facts) -> list[str]:
    """All that the scenario and the settings allow for; what becomes of a user's mails is not up to them."""
    if entry["strategy"] in USERS:
        return []
    uses_queue = entry["receives"] > 0
    whole_batch = entry["settings"].get("report_batch_item_failures") is False
    refused = entry["calls"]["attempted"] > entry["calls"]["accepted"]
    causes = {
        "the answer to an accepted call was lost and its mail sent again": facts.has_fault("lost_response"),
        "SQS delivered twice": uses_queue and (facts.delivers_twice or facts.has_fault("duplicate_delivery")),
        "one mail that fails brings its whole batch back, and all of it is sent again": whole_batch
        and (refused or facts.has_fault("lost_response")),
    }
    return [cause for cause, is_possible in causes.items() if is_possible]


def _refusals(entry: StrategyEntry, facts: Facts) -> str:
    calls = entry["calls"]
    failed = "met a server error" if facts.has_fault("outage") else "failed"
    kinds: dict[Outcome, str] = {
        "throttled": "refused",
        "quota": "refused for the quota",
        "failed": failed,
        "rejected": "rejected",
        "paused": f"refused because {is_or_are_paused(entry)}" if has_several(entry) else "refused by a paused account",
    }
    of_all = f"of {count(calls['attempted'])} calls"
    said = [
        f"{count(calls.get(kind, 0))} {of_all} {word}{_by_account(entry, kind)}{_unless_known(entry, kind)}"
        for kind, word in kinds.items()
        if calls.get(kind)
    ]
    if not said:
        return "no call refused" if calls["attempted"] else "no call made"
    return ", ".join(said) + _beside(entry, facts) + _again(entry, facts)


def _by_account(entry: StrategyEntry, outcome: Outcome) -> str:
    """Whose calls they were, where there are several accounts: those that had most of them."""
    accounts = entry.get("accounts", ())
    had = [(one["account"], one["calls"].get(outcome, 0)) for one in accounts if one["calls"].get(outcome, 0)]
    if len(accounts) < 2 or outcome == "paused":  # which is said with the names of those who are
        return ""
    most = {name for name, _ in sorted(had, key=lambda one: -one[1])[:MOST_NAMED]}
    told = [f"{name} {count(calls)}" for name, calls in had if name in most]
    others = sum(calls for name, calls in had if name not in most)
    return f" ({', '.join((*told, *([f'others {count(others)}'] if others else [])))})"


def _unless_known(entry: StrategyEntry, outcome: Outcome) -> str:
    """SES's sentences, where they are not what it always says, and have not been told as the reason for a loss."""
    usual = MESSAGES[OUTCOMES.index(outcome)]
    told = entry["losses"]["rejected"] if outcome == "rejected" else 0
    heard = {one["said"] for one in entry.get("refusals", ()) if one["outcome"] == outcome}
    return "" if told or (heard <= {usual, ""} and outcome != "rejected") else _in_its_words(entry, outcome)


def _in_its_words(entry: StrategyEntry, outcome: Outcome) -> str:
    """SES's sentences for calls of that outcome, counted where there are several."""
    heard: dict[str, float] = {}
    for one in entry.get("refusals", ()):
        if one["outcome"] == outcome and one["said"]:
            said = printable(first_sentence(one["said"]))
            heard[said] = heard.get(said, 0) + one["calls"]
    quoted = [f"“{said}”" for said in heard]
    if len(heard) > 1:
        quoted = [f"{count(calls)} × {said}" for said, calls in zip(quoted, heard.values(), strict=True)]
    return f": {', '.join(quoted)}" if quoted else ""


def _beside(entry: StrategyEntry, facts: Facts) -> str:
    return " beside another sender on the account" if entry["calls"]["throttled"] and facts.has_neighbour else ""


def _again(entry: StrategyEntry, facts: Facts) -> str:
    """What the strategy did with throttled and failed mails; where others send too, whose they were is not known."""
    if facts.other_ways or not entry["calls"]["throttled"] + entry["calls"]["failed"]:
        return ""
    then = after_refusal(entry)
    return f", {then}" if then else ""


def _peak(entry: StrategyEntry, facts: Facts) -> str:
    peak, asked = entry["peak_1s"], entry["attempted_peak_1s"]
    limit = f"({'limit' if facts.first_part is None else 'all limits together'} {facts.rate_per_s:g})"
    if asked > max(peak, facts.rate_per_s):
        return f"asked for up to {count(asked)} within one second, granted up to {count(peak)} {limit}"
    return f"up to {count(peak)} admitted within one second {limit}" if peak > facts.rate_per_s else ""


def _apart(entry: StrategyEntry) -> str:
    """By lane, account or workload, where there are several: the quantiles of all recipients hide whose they are."""
    accounts = entry.get("accounts", ())
    parts = (
        [(f"{one['lane']} mail", one["latency_s"]) for one in entry.get("lanes", ())]
        or [(f"mail of {one['account']}", one["latency_s"]) for one in accounts if len(accounts) > 1]
        or [(_called(one), one["latency_s"]) for one in entry.get("workloads", ())]
    )
    return ", ".join(f"{whose} {_waited(latency_s)}" for whose, latency_s in parts)


def _called(workload: WorkloadEntry) -> str:
    if "name" in workload:
        return f"{workload['name']} mail"
    return f"workload[{workload['index']}] ({workload['process']})"


def _waited(latency_s: LatencyFigures) -> str:
    if latency_s["p50"] is None:
        return "had nothing accepted"
    return f"waited p50 {duration(latency_s['p50'])} and p99 {duration(latency_s['p99'])}"
