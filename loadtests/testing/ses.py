"""The SES that a test has in hand: what it allows, what goes wrong, and what has become of the mail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from loadtests.endpoint.routes import ENVELOPE, MESSAGES, OPTIONS, REASONS, SET_ACCOUNT, SET_FAULTS, STATS
from loadtests.testing.control import ask
from loadtests.testing.inbox import mails
from loadtests.testing.mails import Mail
from loadtests.testing.process import Addresses
from scenarios.errors import BadInput

REFUSED = ("throttled", "quota", "rejected", "failed", "paused")


class Ses:
    """Throttles like SES; `url` is its endpoint, `smtp` its host and port. Counts are since the last `limit`."""

    def __init__(self, at: Addresses) -> None:
        self.url, self.smtp = at

    def __repr__(self) -> str:
        return f"<Ses at {self.url}>"

    def reset(self) -> None:
        """As if nothing had ever happened."""
        self._ask("POST", "/moto-api/reset")
        self.limit()
        self.fault()

    def limit(
        self,
        *,
        rate: float | None = None,
        burst: int | None = None,
        limiter: str | None = None,
        admission: str | None = None,
        daily: int | None = None,
    ) -> None:
        """Allow so much from now on, with a full limiter: counts and mails begin anew. Raises BadInput.

        `rate` is recipients a second (14), `burst` recipients at once (as `rate`), `limiter` how SES admits
        ("token-bucket", "fixed-window", "sliding-window"), `admission` what a bucket asks of a mail ("strict", "debt"),
        `daily` recipients in 24 hours (50,000; -1 for any number).
        """
        given = {"rate": rate, "burst": burst, "limiter": limiter, "admission": admission, "daily": daily}
        try:
            self._ask(*SET_ACCOUNT, _account(given))
        except BadInput as error:
            raise BadInput(_renamed(str(error))) from None
        self._ask("DELETE", MESSAGES)

    def fault(
        self,
        *,
        refuse: float = 0.0,
        fail: float = 0.0,
        drop_before: float = 0.0,
        drop_after: float = 0.0,
        delay_s: float = 0.0,
    ) -> None:
        """Let this go wrong from now on, and nothing else; without arguments all is well again. Raises BadInput.

        Shares of the sends: `refuse` is throttled although there is room, `fail` meets a server error (1 is an outage),
        `drop_before` and `drop_after` lose their connection before SES has accepted the mail, or after. Each send takes
        `delay_s` seconds. The same sends meet the same faults in every run.
        """
        shares = {"refuse": refuse, "fail": fail, "drop_before": drop_before, "drop_after": drop_after}
        self._ask(*SET_FAULTS, {**shares, "delay_s": delay_s})

    @property
    def accepted(self) -> int:
        """Recipients that SES has accepted; who is sent to twice counts twice."""
        return self._sum("recipients")

    @property
    def throttled(self) -> int:
        """Calls, and entries of bulk calls, that were refused for the rate or the daily quota."""
        return self._sum("throttled", "quota")

    @property
    def rejected(self) -> int:
        """Calls, and entries of bulk calls, whose mail SES does not take at all, such as one without a recipient."""
        return self._sum("rejected")

    @property
    def paused(self) -> int:
        """Calls, and entries of bulk calls, that were refused because the account is paused."""
        return self._sum("paused")

    @property
    def failed(self) -> int:
        """Calls, and entries of bulk calls, that met a server error."""
        return self._sum("failed")

    def messages(
        self,
        to: str | None = None,
        subject: str | None = None,
        *,
        tag: str | None = None,
        at_least: int = 1,
        within_s: float = 5.0,
    ) -> list[Mail]:
        """The accepted mails to an address, whose subject contains a text, with a tag; oldest first.

        Capitals do not matter, and a tag is NAME or NAME=VALUE. They are there as soon as there are `at_least` so
        many; after `within_s` there are as many as there are.
        """
        return mails(self.url, _given({"to": to, "subject": subject, "tag": tag}), at_least, within_s)

    def events(self) -> list[dict[str, Any]]:
        """What SES tells of all mails accepted until now, whoever listens: its records, in the order of the mails."""
        return [event for mail in self.messages(at_least=0) for event in mail.events]

    def assert_no_refusals(self) -> None:
        """Raises AssertionError if SES has refused a call for any reason, and says which."""
        __tracebackhide__ = True
        if self._sum(*REFUSED):
            raise AssertionError(f"SES refused calls: {'; '.join(self._reasons())}")

    def assert_envelope(self, *, rate: float | None = None, burst: int | None = None) -> None:
        """Raises AssertionError if any window of τ seconds has more than burst + rate · τ accepted recipients.

        They are the limiter's own, unless others are given: those that a sender means to keep where SES would take
        more. A rate alone has a burst of one second.
        """
        __tracebackhide__ = True
        envelope = self._ask(*ENVELOPE, **_given({"rate": rate, "burst": burst}))
        for window in envelope["fullest"]:
            if window["recipients"] > window["may_hold"] + 1e-6:
                raise AssertionError(_beyond(envelope, window))

    def _sum(self, *counts: str) -> int:
        """Over all accounts and regions."""
        return sum(one[count] for one in self._accounts() for count in counts)

    def _accounts(self) -> list[dict[str, Any]]:
        accounts: list[dict[str, Any]] = self._ask(*STATS)["accounts"]
        return accounts

    def _reasons(self) -> Iterator[str]:
        for one in self._accounts():
            for reason in self._ask(*REASONS, account=one["account"], region=one["region"])["reasons"]:
                yield f"{reason['calls']:,} × {reason['said']}"

    def _ask(self, method: str, path: str, document: Any = None, **query: Any) -> Any:
        return ask(self.url, method, path, document, **query)


def _given(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _account(given: dict[str, Any]) -> dict[str, Any]:
    """A scenario's table, of the options that are given."""
    table: dict[str, Any] = {"limiter": {}}
    for name, value in _given(given).items():
        parent, _, key = OPTIONS[name].rpartition(".")
        (table[parent] if parent else table)[key] = value
    return table


def _renamed(line: str) -> str:
    """Names the option where the line names the key that it sets."""
    key, equals, rest = line.partition(" = ")
    return next((f"{name}{equals}{rest}" for name, of in OPTIONS.items() if of == key), line)


def _beyond(envelope: dict[str, Any], window: dict[str, Any]) -> str:
    took = f"SES accepted {window['recipients']:,} recipients within {window['to_s'] - window['from_s']:.3f} s"
    limits = f"{envelope['burst']:,} at once and {envelope['rate_per_s']:g} a second"
    return f"{took}, {window['from_s']:.3f} s after the beginning; {limits} allow {window['may_hold']:.2f}"
