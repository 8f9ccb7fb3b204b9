"""What Locust is told to do: as which user, to which place, for how long; the same text to every worker."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple, Self
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from loadtests.ports.ses import SENDER, TO_SIMULATOR, Envelope
from loadtests.record.numbering import run_of
from scenarios.outside.bundle import Bundle
from scenarios.traffic.slices import NOBODY
from scenarios.traffic.workload import ALIKE, Arrivals
from strategies.ports import Mail

WORLD = "locust"
"""What ledgers call the world of a load test."""

SENDS_ITSELF = ("ses-v2", "ses-v1", "smtp")
"""Users whose calls are SES's own; what the others ask for, an application or a function does."""

RECIPIENT = "{to}"
"""What becomes the recipients in a request to an application."""

RUN_BITS = 31
NUMBERS = 1 << 30  # no scenario has so many mails
SHARES = "seslab-share-"
"""How the temporary folders of shares begin."""

PART = "part-{}"
"""The folder of an account's share, or a pool's, inside a worker's."""

NONE = np.zeros(0, np.int32)
"""The mails' own numbers where there is one account."""

TYPES = {"intended_s": np.float64, "recipients": np.int32, "lanes": np.uint8, "ways": np.uint8}
"""Of the columns of all mails, as they travel."""

ZERO, LEFT = "zero", "left.json"
"""Files beside the assignment: the Unix second that is the scenario's second 0, and what the master says at the end."""

NOTED = "noted"
"""The file beside them that says where the run's record is, by which the next command finds what is killed."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where mails go: `endpoint` is a local AWS, None for AWS itself in `region`; the others belong to single users."""

    endpoint: str | None = None
    region: str | None = None
    smtp: str | None = None
    queue: str | None = None
    url: str | None = None
    method: str = "POST"
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""

    def shown(self, user: str) -> str | None:
        """Where that user's mails go, in a word."""
        own = {"smtp": self.smtp, "sqs": self.queue, "http": self.url}
        return own.get(user) or self.endpoint or self.region


class Account(NamedTuple):
    """One of several that a local AWS knows by keys that follow from their names; `source` is whom its mail is from.

    An empty source is the assignment's. `rate_per_s` is in recipients, as the scenario reckons with.
    """

    name: str
    region: str
    source: str
    rate_per_s: float


class Pool(NamedTuple):
    """The accounts, by their places in the assignment, of which any sends what is pooled, and how it is dealt."""

    routing: str
    places: tuple[int, ...]


class Channel(NamedTuple):
    """On AWS a strategy's share has a stack of its own, with these outputs, in whose queue SES tells what it did."""

    outputs: Mapping[str, str]
    budget_recipients: int


@dataclass(frozen=True, slots=True)
class Assignment:
    """One run of one user, or of a strategy, which is also told the `scenario` in TOML.

    Of several `accounts` each mail goes through its own, and that of a `pool` through the one whose turn it is;
    `account` is the one that a sender is made for.

    `strategies` are those from outside, which workers on other machines cannot find for themselves. `run` is a number
    that no other run has.
    """

    user: str
    place: Place
    seed: int
    horizon_s: float
    source: str = SENDER
    to: str = TO_SIMULATOR
    archive: tuple[str, ...] = ()
    configuration_set: str = ""
    read_timeout_s: float = 60.0
    scenario: str = ""
    strategies: tuple[Bundle, ...] = ()
    channels: tuple[Channel, ...] = ()
    accounts: tuple[Account, ...] = ()
    pool: Pool | None = None
    account: Account | None = None
    run: int = field(default_factory=lambda: uuid4().int >> 128 - RUN_BITS)

    @property
    def envelope(self) -> Envelope:
        """From whom and to whom it sends."""
        return Envelope(self.source, self.to, self.configuration_set, self.archive)

    @property
    def first_number(self) -> int:
        """What the first mail is called in a queue: functions name calls as they like, and mails by their numbers."""
        return NUMBERS + self.run % (NUMBERS >> 1) if self.user == "sqs" else 0

    def each(self) -> list[Self]:
        """The assignment of a sender for each account."""
        pooled = () if self.pool is None else self.pool.places
        return [
            replace(
                self,
                account=one,
                source=one.source or self.source,
                run=self.run_of(NOBODY if place in pooled else place),
            )
            for place, one in enumerate(self.accounts)
        ] or [self]

    def run_of(self, owner: Any) -> Any:
        """The run's number as mail of one account bears it, or of the pool, or as an array of owners does.

        Each counts its mails by itself, as its SES does that draws their fates: owner and number name a mail.
        """
        return self.run ^ owner

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        fields = json.loads(text)
        place = fields.pop("place")
        headers = tuple((name, value) for name, value in place.pop("headers"))
        channels = tuple(Channel(*channel) for channel in fields.pop("channels"))
        strategies = tuple(Bundle(*bundle) for bundle in fields.pop("strategies"))
        archive = tuple(fields.pop("archive"))
        accounts = tuple(Account(*account) for account in fields.pop("accounts"))
        pooled, place = fields.pop("pool"), Place(headers=headers, **place)
        pool = None if pooled is None else Pool(pooled[0], tuple(pooled[1]))
        own: dict[str, Any] = {"channels": channels, "strategies": strategies, "accounts": accounts, "pool": pool}
        return cls(place=place, archive=archive, **own, **fields)


class WorkerMails(NamedTuple):
    """The mails of worker `worker` of `workers`: every one whose number leaves that remainder.

    `accounts` has the place of each mail's account among those of the assignment, `NOBODY` for what any of a pool may
    send, and `own` the number that the mail has there; both are empty where there is one account.
    """

    worker: int
    workers: int
    mails: Arrivals
    accounts: NDArray[np.uint8] = ALIKE
    own: NDArray[np.int32] = NONE

    def account(self, index: int) -> int:
        """The account of the share's mail of that index."""
        return int(self.accounts[index]) if len(self.accounts) else 0

    def mail(self, index: int) -> Mail:
        """The share's mail of that index, under the number that it has in the whole scenario."""
        number, (intended_s, recipients, *_) = self.worker + self.workers * index, self.mails
        return Mail(number, int(recipients[index]), float(intended_s[index]), lane=self.mails.lane(index))

    def as_sent(self, index: int) -> Mail:
        """The same under the number that it has among its account's, or the pool's."""
        mail = self.mail(index)
        return mail._replace(number=int(self.own[index])) if len(self.own) else mail

    def owners(self, numbers: NDArray[Any]) -> Any:
        """Whose the share's mails with these numbers in the whole are, as `run_of` takes it."""
        if not len(self.accounts):
            return 0
        return self.accounts[(numbers - self.worker) // self.workers].astype(np.int64)

    def packed(self) -> dict[str, int | bytes]:
        """As a message carries it."""
        columns = {name: column.tobytes() for name, column in self.mails._asdict().items()}
        whose = {"accounts": self.accounts.tobytes(), "own": self.own.tobytes()}
        return {"worker": self.worker, "workers": self.workers, **whose, **columns}

    @classmethod
    def unpacked(cls, worker: int, workers: int, accounts: bytes, own: bytes, **columns: bytes) -> Self:
        mails = {name: np.frombuffer(content, TYPES[name]) for name, content in columns.items()}
        whose = np.frombuffer(accounts, np.uint8), np.frombuffer(own, np.int32)
        return cls(worker, workers, Arrivals(**mails), *whose)


def whole(mails: WorkerMails, worker: int, workers: int) -> WorkerMails:
    """All mails: a strategy finds out by itself which are its worker's."""
    return mails._replace(worker=worker, workers=workers)


def share_of(mails: WorkerMails, worker: int, workers: int) -> WorkerMails:
    """Which mails a worker sends."""
    mine = slice(worker, None, workers)
    own = Arrivals._make(column[mine] for column in mails.mails)
    return WorkerMails(worker, workers, own, mails.accounts[mine], mails.own[mine])


def is_of(calls: NDArray[np.int64], run: int) -> NDArray[np.bool_]:
    """Which of the calls' names are of that run."""
    ours: NDArray[np.bool_] = np.equal(run_of(calls), run)
    return ours


def written(assignment: Assignment, mails: WorkerMails, folder: Path) -> None:
    """Leave the assignment and all mails where Locust will look for them."""
    (folder / "assignment.json").write_text(assignment.to_json(), encoding="utf-8")
    columns = {name: column.astype(TYPES[name]) for name, column in mails.mails._asdict().items()}
    np.savez(folder / "mails.npz", accounts=mails.accounts, own=mails.own, **columns)


def read(folder: Path) -> tuple[Assignment, WorkerMails]:
    """What `written` has left."""
    assignment = Assignment.from_json((folder / "assignment.json").read_text(encoding="utf-8"))
    with np.load(folder / "mails.npz") as columns:
        mails = Arrivals(**{name: columns[name] for name in TYPES})
        return assignment, all_mails(mails, columns["accounts"], columns["own"])


def all_mails(mails: Arrivals, accounts: NDArray[np.uint8] = ALIKE, own: NDArray[np.int32] = NONE) -> WorkerMails:
    """As a single worker would have them."""
    return WorkerMails(0, 1, mails, accounts, own)
