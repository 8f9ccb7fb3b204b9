"""An executor with a store before it: what the store has is not run, and what is run it keeps."""

from __future__ import annotations

from collections.abc import Sequence

from reports.running.executors import Executor
from reports.running.experiment import Job, Result
from reports.running.parallel import Enough, Keep, Outcome, Progress, never, nowhere
from reports.running.store.identity import Identities, is_keepable
from reports.running.store.run_store import RunStore


class Stored:
    """Of results that are kept elsewhere as well, such as ledgers, nothing is stored."""

    def __init__(self, executor: Executor, store: RunStore) -> None:
        self._executor, self._store = executor, store

    def perform(self, jobs: Sequence[Job], progress: Progress, enough: Enough = never, keep: Keep = nowhere) -> Outcome:
        """As if all were run: what comes before a result that is enough is run where it is missing."""
        identities, digests = Identities(), dict[int, str]()
        found, missing = dict[int, Result](), list[int]()
        for number, job in enumerate(jobs):
            if is_keepable(job):
                digests[number] = identities.digest(job)
            result = self._store.get(digests[number]) if number in digests else None
            if result is None:
                missing.append(number)
                continue
            found[number] = result
            progress(number, 1.0)
            keep(number, result)
            if enough(result):
                break

        def kept(at: int, result: Result) -> None:
            number = missing[at]
            if number in digests and not result.entry["interrupted"]:
                self._store.put(digests[number], result)
            keep(number, result)

        if not missing:
            return _outcome(found, Outcome([], False))
        made = self._executor.perform(
            [jobs[number] for number in missing], lambda at, share: progress(missing[at], share), enough, kept
        )
        new = {missing[at]: result for at, result in zip(made.numbers, made.results, strict=True)}
        return _outcome(found | new, made)


def _outcome(results: dict[int, Result], made: Outcome) -> Outcome:
    numbers = tuple(sorted(results))
    return made._replace(results=[results[number] for number in numbers], numbers=numbers)
