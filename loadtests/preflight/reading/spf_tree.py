"""A domain's SPF record with all that it leads to, as a receiver would read them."""

from __future__ import annotations

from collections.abc import Callable

from loadtests.preflight.facts import Answer, Policy
from loadtests.preflight.spf_record import MACRO, Term, is_record, looks_like_record, terms_of

MOST_QUESTIONS = 60
"""More are not asked: receivers stop at ten lookups."""

Ask = Callable[[str, str], Answer]
LEADS_ON = ("include", "redirect")
TRUSTED = ("amazonses.com",)
"""What AWS keeps right is not read: it names IPs only, and has to be included by all who send through SES."""

KINDS = {"a": ("A", "AAAA"), "exists": ("A",), "mx": ("MX",)}
"""What a receiver asks for; a name without any of these is void."""


class SpfTree:
    """Asks at most so many questions, whatever leads where."""

    def __init__(self, ask: Ask) -> None:
        self._ask, self._left = ask, MOST_QUESTIONS

    def read(self, domain: str, above: tuple[str, ...] = ()) -> Policy:
        """The policy of a domain to which those above have led."""
        self._left -= 1
        answer = self._ask(domain, "TXT")
        records = tuple(filter(is_record, answer.values))
        if len(records) != 1:
            return Policy(domain, records, answer.trouble, near=tuple(filter(looks_like_record, answer.values)))
        terms, strange, dead = terms_of(records[0])
        path = (*above, domain)
        leading = [term.target.lower() for term in terms if term.kind in LEADS_ON and MACRO not in term.target]
        further = [target for target in leading if target not in (*path, *TRUSTED)]
        below = tuple(self.read(target, path) for target in further if self._left > 0)
        void = tuple(_name(term, domain) for term in terms if self._is_void(term, domain))
        loops = tuple(target for target in leading if target in path)
        return Policy(domain, records, "", terms, strange, below, void, loops, len(below) < len(further), dead=dead)

    def _is_void(self, term: Term, domain: str) -> bool:
        name, kinds = _name(term, domain), KINDS.get(term.kind, ())
        if not kinds or MACRO in name or self._left <= 0:
            return False
        self._left -= len(kinds)
        answers = [self._ask(name, kind) for kind in kinds]
        return not any(answer.values or answer.trouble for answer in answers)


def _name(term: Term, domain: str) -> str:
    return term.target.lower() or domain
