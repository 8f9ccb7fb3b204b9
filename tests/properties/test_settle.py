"""The fates of a run, settled by whole columns, are those of a model that asks every single recipient."""

from __future__ import annotations

from typing import NamedTuple

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import assume, given, settings

from scenarios.ledger.build_ledger import ALL_MAILS, Evidence, Subject, build_ledger
from scenarios.ledger.fates import Custody, Pieces, settle
from scenarios.ledger.ledger import ACCEPTED, FATES, OUTCOMES, QUOTA, THROTTLED, Columns, Ledger, Unbalanced
from scenarios.traffic.workload import Arrivals


class Piece(NamedTuple):
    """Recipients of a mail."""

    mail: int
    first: int
    recipients: int

    @property
    def to(self) -> range:
        """Counted from the mail's first."""
        return range(self.first, self.first + self.recipients)


class Try(NamedTuple):
    """A call with a piece, `lead_s` before SES decides."""

    piece: Piece
    outcome: int
    lead_s: float


class Case(NamedTuple):
    """What a run may leave behind."""

    sizes: list[int]
    tries: list[Try]
    kept: list[bool]
    held: list[Piece]
    dead: list[Piece]
    given_up: list[Piece]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Up to six mails, whole or in overlapping pieces; the tries are decided a second apart."""
    sizes = draw(st.lists(st.integers(1, 12), max_size=6))

    @st.composite
    def some(draw: st.DrawFn) -> Piece:
        mail = draw(st.integers(0, len(sizes) - 1))
        first = draw(st.one_of(st.just(0), st.integers(0, sizes[mail] - 1)))
        most = sizes[mail] - first
        return Piece(mail, first, draw(st.one_of(st.just(most), st.integers(1, most))))

    pieces = st.lists(some(), max_size=6) if sizes else st.just([])
    outcomes = st.one_of(st.just(ACCEPTED), st.integers(0, len(OUTCOMES) - 1))
    attempt = st.builds(Try, some(), outcomes, st.integers(0, 20).map(lambda half: half / 2))
    tries = st.lists(attempt, max_size=12) if sizes else st.just([])
    kept = st.lists(st.booleans(), min_size=len(sizes), max_size=len(sizes))
    return Case(sizes, draw(tries), draw(kept), draw(pieces), draw(pieces), draw(pieces))


def traffic(case: Case) -> Arrivals:
    """Its mails."""
    return Arrivals(np.zeros(len(case.sizes)), np.array(case.sizes, np.int32))


def custody(case: Case) -> Custody:
    """Who has what at the end."""
    return Custody(np.array(case.kept, bool), *(pieces(some) for some in (case.held, case.dead, case.given_up)))


def table_of(case: Case) -> Columns:
    """What `settle` makes of it."""
    never, no_receives = np.full(len(case.sizes), np.nan), np.zeros(len(case.sizes), np.int32)
    return settle(traffic(case), calls(case.tries), custody(case), never, no_receives)


def ledger_of(case: Case, tries: list[Try], played: slice) -> Ledger:
    """The ledger of a run that was given some of the mails, and made these calls."""
    evidence = Evidence(9.0, calls(tries), custody(case), usage={"sqs_requests": 3.0})
    return build_ledger(Subject("own", "case", 1, "sim", {}), traffic(case), evidence, played)


def pieces(some: list[Piece]) -> Pieces:
    """As `settle` wants them."""
    made = Pieces()
    for piece in some:
        made.add(*piece)
    return made


def calls(tries: list[Try]) -> Columns:
    """The table of calls."""
    decided_s = np.arange(len(tries), dtype=np.float64)
    return {
        "mail": np.array([one.piece.mail for one in tries], np.int32),
        "first_recipient": np.array([one.piece.first for one in tries], np.int32),
        "recipients": np.array([one.piece.recipients for one in tries], np.int32),
        "start_s": decided_s - np.array([one.lead_s for one in tries], np.float64),
        "decided_s": decided_s,
        "outcome": np.array([one.outcome for one in tries], np.uint8),
    }


def times_accepted(case: Case, mail: int, to: int) -> int:
    """How often SES accepted a recipient."""
    return sum(one.outcome == ACCEPTED and one.piece.mail == mail and to in one.piece.to for one in case.tries)


def fate(case: Case, mail: int, to: int) -> str:
    """Of one recipient: accepted, or else dead-lettered, or else still somebody's, or else lost."""

    def among(some: list[Piece]) -> bool:
        return any(piece.mail == mail and to in piece.to for piece in some)

    if times_accepted(case, mail, to):
        return "accepted"
    if among(case.dead):
        return "dead_lettered"
    return "pending" if among(case.held) or (case.kept[mail] and not among(case.given_up)) else "lost"


@settings(max_examples=100)
@given(case=cases())
def test_every_recipient_has_the_fate_of_the_model(case: Case) -> None:
    """Accepted, else dead-lettered, else held or kept, else lost; duplicates count per recipient, so none can hide."""
    table = table_of(case)
    for mail, size in enumerate(case.sizes):
        fates = [fate(case, mail, to) for to in range(size)]
        assert {name: table[name][mail] for name in FATES} == {name: fates.count(name) for name in FATES}
        beyond_first = (max(0, times_accepted(case, mail, to) - 1) for to in range(size))
        assert table["duplicated"][mail] == sum(beyond_first)


@settings(max_examples=100)
@given(case=cases())
def test_every_mail_has_the_attempts_of_the_model(case: Case) -> None:
    """Attempts, throttles (quota included), the earliest start and the last acceptance of each mail's calls."""
    table = table_of(case)
    for mail in range(len(case.sizes)):
        own = [(at_s, one) for at_s, one in enumerate(case.tries) if one.piece.mail == mail]
        accepted_s = [at_s for at_s, one in own if one.outcome == ACCEPTED]
        assert table["attempts"][mail] == len(own)
        assert table["throttles"][mail] == sum(one.outcome in (THROTTLED, QUOTA) for _, one in own)
        first_s, last_s = table["first_attempt_s"][mail], table["last_accepted_s"][mail]
        assert first_s == min(at_s - one.lead_s for at_s, one in own) if own else np.isnan(first_s)
        assert last_s == max(accepted_s) if accepted_s else np.isnan(last_s)


@settings(max_examples=100)
@given(case=cases(), shares=st.integers(1, 3))
def test_the_shares_of_a_run_have_the_rows_of_the_whole(case: Case, shares: int) -> None:
    """Each share's ledger holds its own mails' rows of the whole's, and both add up, each to its own calls."""
    whole = ledger_of(case, case.tries, ALL_MAILS)
    for place in range(shares):
        own = [one for one in case.tries if one.piece.mail % shares == place]
        share = ledger_of(case, own, slice(place, None, shares))
        for name in ("mail", "recipients", "attempts", *FATES, "duplicated"):
            assert share.mails[name].tolist() == whole.mails[name][place::shares].tolist()
        accepted = sum(one.piece.recipients for one in own if one.outcome == ACCEPTED)
        assert share.usage == {"ses_recipients": accepted, "sqs_requests": 3.0}


@settings(max_examples=50)
@given(case=cases())
def test_a_ledger_whose_calls_are_of_others_mails_is_refused(case: Case) -> None:
    """An acceptance that no mail of the ledger accounts for is a defect, and no ledger comes of it."""
    assume(any(one.outcome == ACCEPTED and one.piece.mail == 0 for one in case.tries))
    with pytest.raises(Unbalanced):
        ledger_of(case, case.tries, slice(1, None))
