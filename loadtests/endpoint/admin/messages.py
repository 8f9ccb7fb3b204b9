"""The accepted mails, for scripts and the page: found, waited for, read and deleted."""

from __future__ import annotations

import re
from collections.abc import Callable
from time import monotonic
from typing import Any, NamedTuple
from urllib.parse import quote

from loadtests.endpoint.accounts.accounts import Accounts
from loadtests.endpoint.admin.asked_accounts import number_of
from loadtests.endpoint.admin.asking import Asked, BadRequest, named, quantity, whole_number
from loadtests.endpoint.admin.live import mails
from loadtests.endpoint.http import OK, Answer, as_json
from loadtests.endpoint.inbox.documents import summary, whole
from loadtests.endpoint.inbox.html import with_images
from loadtests.endpoint.inbox.mime_text import raw_of
from loadtests.endpoint.inbox.parts import Parts, parts_of
from loadtests.endpoint.inbox.search import Wanted, among
from loadtests.endpoint.refusals import MISSING
from loadtests.endpoint.routes import MESSAGES
from loadtests.endpoint.storing import Kept, Store
from loadtests.endpoint.web.waiting import waiting
from scenarios.formats.quoted import cut, printable
from scenarios.web_pages import POLICY

LONGEST_WAIT_S = 60.0
LIMIT, MOST_LIMIT = 50, 1_000
LIST, DELETE = ("GET", MESSAGES), ("DELETE", MESSAGES)
ROUTES = (LIST, DELETE, *(("GET", f"{MESSAGES}/ID{part}") for part in ("", "/html", "/raw", "/attachments/N")))

_ONE = re.compile(rf"{MESSAGES}/([^/]+)(?:/(html|raw)|/attachments/(\d{{1,9}}))?")
_AS_TEXT, _AS_BYTES = "text/plain; charset=utf-8", "application/octet-stream"
_STRANGE = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; frame-ancestors 'self'"
)
"""A mail's own content runs nothing, asks nobody, and is no page of ours."""


class Page(NamedTuple):
    """Which of the mails that are found are told."""

    wait_s: float
    at_least: int  # are waited for
    limit: int
    before: int


class Messages:
    """Answers `/_seslab/messages`."""

    def __init__(self, store: Store, accounts: Accounts) -> None:
        self._store, self._accounts = store, accounts

    def answer(self, asked: Asked) -> Answer | None:
        """None for what is no route; raises BadRequest."""
        if (asked.method, asked.path) == LIST:
            return self._list(asked.query)
        if (asked.method, asked.path) == DELETE:
            named(asked.query, ())
            return as_json({"deleted": self._store.clear()})
        parts = _ONE.fullmatch(asked.path) if asked.method == "GET" else None
        return None if parts is None else self._one(parts[1], parts[2], parts[3])

    def _list(self, query: str) -> Answer:
        given = named(query, (*Wanted._fields, *Page._fields))
        if "account" in given:
            given["account"] = number_of(self._accounts, given["account"])
        wanted = Wanted(**{name: given[name] for name in Wanted._fields if name in given})
        page = _page(given)
        found = self._found(wanted, page)
        shown = found[: page.limit]
        more = shown[-1].number if len(found) > len(shown) else None
        return as_json({"messages": list(map(self._summary, shown)), "next_before": more, **mails(self._store)})

    def _summary(self, kept: Kept) -> dict[str, Any]:
        return self._named(kept, summary(kept))

    def _named(self, kept: Kept, told: dict[str, Any]) -> dict[str, Any]:
        """With the account's name, if it has one."""
        allowance = self._accounts.named.get(kept.backend.account_id)
        return told if allowance is None else {**told, "name": allowance.name}

    def _found(self, wanted: Wanted, page: Page) -> list[Kept]:
        """Newest first, as soon as there are enough, or when the wait is over."""
        until_s, seen, found = monotonic() + page.wait_s, 0, list[Kept]()
        while True:
            newer = self._store.newer_than(seen)
            found = among((kept for kept in newer if kept.number < page.before), wanted) + found
            seen = newer[0].number if newer else seen
            if len(found) >= page.at_least or not self._comes_another(seen, until_s - monotonic()):
                return found

    def _comes_another(self, number: int, within_s: float) -> bool:
        if within_s <= 0:
            return False
        with waiting():
            return self._store.has_newer(number, within_s)

    def _one(self, message_id: str, form: str | None, file: str | None) -> Answer:
        kept = self._store.get(message_id)
        if kept is None:
            name = printable(cut(message_id))
            return _missing(f"no mail {name} is kept: it was not accepted, or newer ones have taken its place")
        if file is not None:
            return _file(parts_of(raw_of(kept.message, kept.sent)), int(file))
        return as_json(self._named(kept, whole(kept))) if form is None else _FORMS[form](kept)


def _page(given: dict[str, str]) -> Page:
    limit = whole_number("limit", given.get("limit", str(LIMIT)), f"from 1 to {MOST_LIMIT}")
    if not 1 <= limit <= MOST_LIMIT:
        raise BadRequest(f"limit = {limit}: must be a whole number, from 1 to {MOST_LIMIT}")
    before = whole_number("before", given.get("before", "9" * 9), "the number of a mail")
    at_least = whole_number("at_least", given.get("at_least", "1"), "of mails to wait for")
    wait_s = quantity("wait_s", given.get("wait_s", "0"), LONGEST_WAIT_S, "seconds")
    return Page(wait_s, at_least, limit, before)


def _html(kept: Kept) -> Answer:
    return _strange(with_images(parts_of(raw_of(kept.message, kept.sent))).encode(), "text/html; charset=utf-8")


def _raw(kept: Kept) -> Answer:
    return _strange(raw_of(kept.message, kept.sent), _AS_TEXT)


def _file(parts: Parts, number: int) -> Answer:
    """For saving, whatever its type: a browser shows none of them."""
    if number >= len(parts.files):
        return _missing(f"no attachment {number}: the mail has {len(parts.files)}, counted from 0")
    file = parts.files[number]
    name = quote(file.name or f"attachment-{number}", safe="", errors="replace")
    return _strange(file.content, _AS_BYTES, ("Content-Disposition", f"attachment; filename*=UTF-8''{name}"))


def _strange(body: bytes, kind: str, *headers: tuple[str, str]) -> Answer:
    return Answer(OK, kind, body, ((POLICY, _STRANGE), *headers))


def _missing(sentence: str) -> Answer:
    return as_json({"message": sentence}, MISSING)


_FORMS: dict[str, Callable[[Kept], Answer]] = {"html": _html, "raw": _raw}
