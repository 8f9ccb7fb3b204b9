"""One sentence per strategy: what happened, from its mechanism and its figures, and nothing that they do not show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from reports.words import count, duration, share

Entry = Mapping[str, Any]


def explain(entry: Entry, rate_per_s: float) -> str:
    """What became of the recipients, how the strategy works, and what SES refused on the way."""
    clauses = [_outcome(entry), _mechanism(entry, rate_per_s), _refusals(entry), _peak(entry, rate_per_s)]
    return "; ".join(clause for clause in clauses if clause)


def _outcome(entry: Entry) -> str:
    recipients = entry["recipients"]
    if not recipients["submitted"]:
        return "nothing was submitted"
    if recipients["accepted"] == recipients["submitted"]:
        return _all_accepted(entry) + _duplicates(entry)
    parts = [_accepted(entry), _pending(entry), _gone(entry)]
    return ", ".join(part for part in parts if part) + _duplicates(entry)


def _all_accepted(entry: Entry) -> str:
    said = f"all {count(entry['recipients']['submitted'])} accepted in {duration(entry['makespan_s'])}"
    efficiency = entry["efficiency"]
    return said if efficiency is None else f"{said}, {share(efficiency, 1)} of the best possible"


def _accepted(entry: Entry) -> str:
    recipients = entry["recipients"]
    if not recipients["accepted"]:
        return "none accepted"
    return f"{share(recipients['accepted'], recipients['submitted'])} accepted"


def _gone(entry: Entry) -> str:
    recipients = entry["recipients"]
    fates = (("lost", "lost"), ("dead-lettered", "dead_lettered"))
    gone = [f"{word} {count(recipients[fate])}" for word, fate in fates if recipients[fate]]
    if not gone:
        return ""
    return f"{' and '.join(gone)} of {count(recipients['submitted'])}: {_why(entry)}"


def _why(entry: Entry) -> str:
    reasons = {reason: n for reason, n in entry["losses"].items() if n}
    received = _received_too_often(entry)
    if len(reasons) == 1:
        return ", ".join(part for part in (received, _REASONS[next(iter(reasons))](entry)) if part)
    each = ", ".join(f"{count(n)} {_REASONS[reason](entry)}" for reason, n in reasons.items())
    return ", ".join(part for part in (received, each) if part)


def _received_too_often(entry: Entry) -> str:
    limit = entry["settings"].get("max_receive_count")
    return f"received more than {limit} times" if limit and entry["recipients"]["dead_lettered"] else ""


def _last_throttled(entry: Entry) -> str:
    retry = entry["settings"].get("retry")
    if retry is None:
        return "throttled at the last call"
    return "throttled, never retried" if retry == "none" else f"throttled at the last call in {retry} mode"


_REASONS: dict[str, Callable[[Entry], str]] = {
    "throttled": _last_throttled,
    "quota": lambda _: "refused for the 24-hour quota",
    "rejected": lambda _: "rejected by SES, as mails with more than 50 recipients are",
    "failed": lambda _: "failed at the last call",
    "crashed": lambda _: "never attempted, whoever held them was gone",
}


def _pending(entry: Entry) -> str:
    pending = entry["recipients"]["pending"]
    return f"{count(pending)} still pending at the end" if pending else ""


def _duplicates(entry: Entry) -> str:
    again = entry["recipients"]["duplicated"]
    return f", duplicates: {count(again)}" if again else ""


def _mechanism(entry: Entry, rate_per_s: float) -> str:
    describe = _MECHANISMS.get(entry["strategy"])
    return describe(entry["settings"], rate_per_s) if describe and entry["settings"] else ""


def _direct(settings: Mapping[str, Any], rate_per_s: float) -> str:
    return f"no pacing, up to {count(settings['workers'])} mails in hand at once"


def _leaky_bucket(settings: Mapping[str, Any], rate_per_s: float) -> str:
    pods, rate = settings["pods"], settings["rate_per_pod"] or rate_per_s / settings["pods"]
    together = f", {pods * rate:g}/s together against a limit of {rate_per_s:g}/s" if pods > 1 else ""
    return f"{count(pods)} pod{'s' * (pods > 1)} paced at {rate:g} recipients/s{' each' * (pods > 1)}{together}"


def _sqs_dlq(settings: Mapping[str, Any], rate_per_s: float) -> str:
    most = settings["maximum_concurrency"]
    ramp = f"the event source mapping ramps up to {count(most)} invocations at once" if most else "unpaced invocations"
    hidden = f"a refused mail returns after {settings['visibility_timeout_s']:g} s"
    return f"{ramp}, each sending its batch of up to {settings['batch_size']} without pacing, and {hidden}"


def _lambda_concurrency(settings: Mapping[str, Any], rate_per_s: float) -> str:
    slots, pad_s = settings["concurrency"], settings["pad_s"]
    if not slots:
        return ""
    ramp = "the event source mapping ramps up to" if settings["limit_by"] == "maximum" else "the function is held to"
    pace = f", at most {slots / pad_s:g} mails/s for a limit of {rate_per_s:g} recipients/s" if pad_s else ""
    return f"{ramp} {count(slots)} invocations at once, one mail and at least {pad_s:g} s each{pace}"


def _heartbeat(settings: Mapping[str, Any], rate_per_s: float) -> str:
    manner = {"spread": "spread over the second", "burst": "all at the tick", "async": "by asynchronous invocations"}
    budget = f"{settings['fill'] * rate_per_s:g} recipients a tick"
    return f"{budget}, {manner[settings['dispatch']]}"


_MECHANISMS: dict[str, Callable[[Mapping[str, Any], float], str]] = {
    "direct": _direct,
    "leaky-bucket": _leaky_bucket,
    "sqs-dlq": _sqs_dlq,
    "lambda-concurrency": _lambda_concurrency,
    "heartbeat": _heartbeat,
}

_SENT_AGAIN = {
    "sqs-dlq": "and sent back to the queue",
    "lambda-concurrency": "and sent back to the queue",
    "heartbeat": "and sent again next tick",
}


def _refusals(entry: Entry) -> str:
    calls = entry["calls"]
    kinds = (
        ("refused", calls["throttled"]),
        ("refused for the quota", calls["quota"]),
        ("failed", calls["failed"]),
        ("rejected", calls["rejected"]),
    )
    said = [f"{count(n)} of {count(calls['attempted'])} calls {word}" for word, n in kinds if n]
    if not said:
        return "no call refused" if calls["attempted"] else "no call made"
    again = _again(entry) if calls["throttled"] else ""
    return f"{said[0]}{again}" + "".join(f", {clause}" for clause in said[1:])


def _again(entry: Entry) -> str:
    if entry["strategy"] in _SENT_AGAIN:
        return f" {_SENT_AGAIN[entry['strategy']]}"
    retry = entry["settings"].get("retry", "none")
    return "" if retry == "none" else f", retried in botocore's {retry} mode"


def _peak(entry: Entry, rate_per_s: float) -> str:
    peak = entry["peak_1s"]
    return f"up to {count(peak)} admitted within one second (limit {rate_per_s:g})" if peak > rate_per_s else ""
