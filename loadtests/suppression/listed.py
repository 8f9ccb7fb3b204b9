"""The list at SES, asked and changed through API v2 at the pace that it allows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError
from botocore.parsers import ResponseParserError

from loadtests.deploy.cloud import EXPIRED, UNKNOWN, line_of, speaking_plainly
from loadtests.suppression.choice import Choice, Entry
from loadtests.suppression.pace import Pace
from scenarios.errors import RunFailed

PAGE = 1000  # the most that SES gives at once
WAITS_S = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
"""Before a request that was throttled, or had no answer, is made again; then it has failed."""

UNANSWERED = (ConnectionError, HTTPClientError)
THROTTLED = ("TooManyRequestsException", "Throttling", "ThrottlingException", "RequestLimitExceeded")
BAD, TOO_MANY, SERVERS_FAULT = 400, 429, range(500, 600)

NO_ANSWERS = (AttributeError, LookupError, OverflowError, ResponseParserError, RuntimeError, TypeError, ValueError)
"""What reading an answer raises that is none of SES's; botocore's clock fails over instants that cannot be."""

KEYS = ("EmailAddress", "Reason", "LastUpdateTime")

Tell = Callable[[str], None]


class NotListed(Exception):
    """The address is not on the list; `perhaps_ours`: an earlier try, whose answer was lost, may have seen to that."""

    def __init__(self, perhaps_ours: bool) -> None:
        super().__init__(perhaps_ours)
        self.perhaps_ours = perhaps_ours


class Refused(Exception):
    """SES does not take this address; others it may."""


class SuppressionList:
    """Addresses are compared letter by letter, as SES does where its list is managed."""

    def __init__(self, client: Any, pace: Pace, world: str, tell: Tell) -> None:
        self._client, self._pace, self._world, self._tell = client, pace, world, tell

    def entries(self, choice: Choice) -> Iterator[Entry]:
        """Those that are meant, page by page. Raises BadInput and RunFailed."""
        page: dict[str, Any] = {"PageSize": PAGE}
        tokens = set[str]()
        while page:
            answer = self._page({**choice.asked, **page})
            with self._whole():
                found = [Entry(*map(one.__getitem__, KEYS)) for one in answer.get("SuppressedDestinationSummaries", ())]
            yield from filter(choice.takes, found)
            token = answer.get("NextToken")
            if token in tokens:
                raise RunFailed(f"{self._world}: its list has no end: page {len(tokens)} leads to itself")
            tokens.add(str(token))
            page = {"PageSize": PAGE, "NextToken": token} if token else {}

    def reason_of(self, address: str) -> str | None:
        """Why an address is on the list; None if it is not. Raises Refused, BadInput and RunFailed."""
        try:
            answer = self._ask("get_suppressed_destination", EmailAddress=address)
        except NotListed:
            return None
        with self._whole():
            return str(answer["SuppressedDestination"]["Reason"])

    def ready(self) -> None:
        """Waits until a request may begin. Raises Stopped."""
        self._pace.turn()

    def put(self, address: str, reason: str) -> None:
        """Raises as `reason_of` does."""
        self._ask("put_suppressed_destination", EmailAddress=address, Reason=reason)

    def delete(self, address: str) -> bool:
        """Whether it may have been on the list. Raises as `reason_of` does."""
        try:
            self._ask("delete_suppressed_destination", EmailAddress=address)
        except NotListed as missing:
            return missing.perhaps_ours
        return True

    def _page(self, asked: dict[str, Any]) -> dict[str, Any]:
        try:
            return self._ask("list_suppressed_destinations", **asked)
        except (Refused, NotListed) as error:
            raise RunFailed(f"{self._world}: cannot list: {error}") from error

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """Anything can answer at a URL, and botocore's parsers stumble over what is not of its model."""
        try:
            yield
        except NO_ANSWERS as error:
            raise RunFailed(f"{self._world}: what answers there is no SES: {type(error).__name__} {error}") from error

    def _ask(self, operation: str, **asked: Any) -> dict[str, Any]:
        """Patient with what passes. Raises NotListed, Refused and Stopped as well."""
        with speaking_plainly(self._world), self._whole():
            is_lost = False  # whether an earlier try may have been carried out
            for wait_s in (*WAITS_S, None):
                self._pace.turn()
                self._pace.begun()
                try:
                    answer: dict[str, Any] = getattr(self._client, operation)(**asked)
                    answer["ResponseMetadata"]["RequestId"]  # by which SES names each of its answers
                    return answer
                except (ClientError, *UNANSWERED) as error:
                    if wait_s is None or not _passes(error):
                        raise _meant(error, is_lost) from error
                    is_lost = is_lost or not _is_throttled(error)
                    self._pace.rest(wait_s)
                    self._tell(f"{_why(error)}; waiting {wait_s:g} s")
        raise AssertionError("the last try ends in an answer or an error")


def _code(error: Exception) -> str:
    return str(error.response["Error"].get("Code")) if isinstance(error, ClientError) else ""


def _status(error: Exception) -> int:
    return int(error.response["ResponseMetadata"].get("HTTPStatusCode", 0)) if isinstance(error, ClientError) else 0


def _passes(error: Exception) -> bool:
    """Whether the same request may do better a while later."""
    return isinstance(error, UNANSWERED) or _is_throttled(error) or _status(error) in SERVERS_FAULT


def _is_throttled(error: Exception) -> bool:
    return _code(error) in THROTTLED or _status(error) == TOO_MANY


def _why(error: Exception) -> str:
    """What stood in the way, for who watches."""
    status = _status(error)
    if _is_throttled(error):
        return "throttled"
    return f"answered with {status}" if status else "no answer"


def _meant(error: Exception, is_lost: bool) -> Exception:
    """The error as it concerns one address, or all; a refusal after a lost try leaves open what that has done."""
    if _code(error) == "NotFoundException":
        return NotListed(is_lost)
    if not is_lost and _status(error) == BAD and _code(error) not in (*EXPIRED, *UNKNOWN, *THROTTLED):
        return Refused(line_of(error))
    return error
