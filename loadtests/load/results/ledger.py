"""What a load test came to: the workers' notes and the witness's made one ledger, as in every other world."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from loadtests.load.assignment import SENDS_ITSELF, WORLD, Assignment
from loadtests.load.results.locust_results import LocustResults, of_mails
from loadtests.record.logs import CALL
from loadtests.record.reconcile import in_order, joined, on_the_way, refused
from scenarios.delivery.deliveries import with_delivered
from scenarios.ledger.build_ledger import Evidence, Subject, build_ledger
from scenarios.ledger.fates import Custody
from scenarios.ledger.join import Part, by_account
from scenarios.ledger.join import joined as parts_joined
from scenarios.ledger.ledger import ACCEPTED, Columns, Ledger
from scenarios.runs import SATURATED_S
from scenarios.schema.model import Scenario
from scenarios.traffic.slices import numbered_slices_of
from scenarios.traffic.workload import Arrivals, arrivals


def ledger_of(
    scenario: Scenario,
    assignment: Assignment,
    mails: Arrivals,
    results: LocustResults,
    decisions: Sequence[NDArray[Any]],
    queued: Custody | None = None,
) -> Ledger:
    """Fates from the witness's rows of `DECISION` for each account; `queued` is what queues still hold.

    The rows are of this run alone. Of several accounts each is looked at by itself, and so is a pool, and all are told
    in one ledger.
    """
    if not scenario.accounts:
        return _of_part(scenario, assignment, mails, Seen(results, decisions, (0,)), queued)
    names, parts = [*scenario.accounts], list[Part]()
    for name, (part, own) in numbered_slices_of(scenario, assignment.seed).items():
        members = tuple(part.accounts) or (name,)
        mine = [of_mails(rows, own) for rows in decisions]
        seen = Seen(results.of_mails(own), mine, tuple(names.index(member) for member in members))
        its = arrivals(part.workload, assignment.seed)
        parts.append(Part(_of_part(part, assignment, its, seen), own, members))
    return parts_joined(parts, tuple(scenario.accounts))


class Seen(NamedTuple):
    """What is known of some mails' calls: by Locust, and by the witness for each account.

    `places` are those of the accounts which may send them.
    """

    results: LocustResults
    decisions: Sequence[NDArray[Any]]
    places: tuple[int, ...]

    @property
    def stray(self) -> NDArray[Any]:
        """What other accounts have decided: an application has used the wrong key."""
        others = [rows for place, rows in enumerate(self.decisions) if place not in self.places]
        return np.concatenate([self.decisions[0][:0], *others])

    def witnesses(self) -> list[NDArray[Any]]:
        """For each of the accounts; what strays is told of the first of them, so that no mail is lost from sight."""
        first, *others = (self.decisions[place] for place in self.places)
        return [in_order([first, self.stray]), *others]

    def calls(self, sends_itself: bool) -> Columns:
        """Both made one; of calls that somebody else made Locust knows nothing."""
        unknown = np.zeros(0, CALL)
        tables = [
            joined(rows, self.results.through(place) if sends_itself else unknown, self.results.ended_s)
            for rows, place in zip(self.witnesses(), self.places, strict=True)
        ]
        return tables[0] if len(tables) == 1 else by_account(tables)


def _of_part(
    scenario: Scenario, assignment: Assignment, mails: Arrivals, seen: Seen, queued: Custody | None = None
) -> Ledger:
    own, results, decisions = assignment.user in SENDS_ITSELF, seen.results, in_order(seen.witnesses())
    evidence = Evidence(
        ended_s=results.ended_s,
        calls=seen.calls(own),
        custody=_custody_of_calls(results, mails, decisions)
        if own
        else _custody_of_others(results, mails, decisions, queued),
        usage={"harness_lag_s": _lag_s(results, mails)},
        warnings=(*_warnings(assignment, results, mails), *_strays(assignment, seen)),
        interrupted=results.interrupted,
    )
    if assignment.place.endpoint is not None:
        evidence = with_delivered(evidence, scenario, assignment.seed)
    settings = {"retry": "none"} if own else {}
    subject = Subject(assignment.user, scenario.name, assignment.seed, WORLD, settings)
    return replace(build_ledger(subject, mails, evidence), accounts=tuple(scenario.accounts))


def _unsent(results: LocustResults, mails: Arrivals) -> NDArray[np.bool_]:
    """The mails that no worker has begun to send."""
    unsent = np.ones(len(mails.recipients), dtype=bool)
    unsent[results.calls["mail"]] = False
    return unsent


def _custody_of_calls(results: LocustResults, mails: Arrivals, decisions: NDArray[Any]) -> Custody:
    """A user that sends by itself gives up what SES refuses."""
    return Custody(_unsent(results, mails), held=on_the_way(decisions, results.calls, results.ended_s))


def _custody_of_others(
    results: LocustResults, mails: Arrivals, decisions: NDArray[Any], queued: Custody | None
) -> Custody:
    """What has been taken is with the application, or in the queue, or in the one for dead letters."""
    custody = Custody(_unsent(results, mails))
    under_way = results.calls[~(results.calls["end_s"] <= results.ended_s)]
    for row in under_way:
        custody.held.add(int(row["mail"]), 0, int(row["recipients"]))
    taken = results.calls["mail"][results.calls["seen"] == ACCEPTED]
    if queued is None:
        _leave_with_application(custody, taken, decisions, results)
    else:
        custody.kept[taken] = queued.kept[taken]
        custody.held.extend(queued.held)
        custody.dead.extend(queued.dead)
    return custody


def _leave_with_application(
    custody: Custody, taken: NDArray[Any], decisions: NDArray[Any], results: LocustResults
) -> None:
    """An application still has what SES has not seen; what SES refused, and it did not send again, it has given up.

    Where Ctrl-C ended the observation, it might have sent that again.
    """
    custody.kept[taken] = True
    if not results.interrupted:
        custody.held.extend(on_the_way(decisions, results.calls[:0], results.ended_s))
        custody.given_up.extend(refused(decisions, results.ended_s))


def _lag_s(results: LocustResults, mails: Arrivals) -> float:
    """The 99th percentile of how long after its intended instant a mail was begun."""
    late_s = results.calls["start_s"] - mails.intended_s[results.calls["mail"]]
    return float(np.quantile(late_s, 0.99)) if len(late_s) else 0.0


def _warnings(assignment: Assignment, results: LocustResults, mails: Arrivals) -> Iterator[str]:
    if results.silent:
        names = ", ".join(map(str, results.silent))
        yield f"{assignment.user}: worker {names} of {results.workers} was lost; what it saw of its calls is unknown"
    if assignment.user not in SENDS_ITSELF:
        yield from _not_taken(assignment, results)
    lag_s = _lag_s(results, mails)
    if lag_s > SATURATED_S:
        yield (
            f"{assignment.user}: Locust began one mail in a hundred {lag_s:.2f} s or more after its intended instant; "
            "response times tell of this machine too: let less run beside it, or give it more --processes, "
            "or a --master more --workers"
        )


def _strays(assignment: Assignment, seen: Seen) -> Iterator[str]:
    """Whoever counts an account's mail would count it with another's."""
    if count := len(seen.stray):
        calls = f"{count} calls were" if count > 1 else "1 call was"
        yield f"{assignment.user}: {calls} made with the key of another account than its mail's"


def _not_taken(assignment: Assignment, results: LocustResults) -> Iterator[str]:
    """What was answered is no mail's fate, and yet may be why SES has never seen it."""
    calls = results.calls[results.calls["end_s"] <= results.ended_s]
    answers = Counter(calls["reason"][calls["seen"] != ACCEPTED].tolist())
    for said, _ in answers.most_common(1):
        share = f"{answers.total()} of {len(results.calls)}"
        yield f"{assignment.user}: {share} mails were not taken, most often because: {said}"
