"""Which account a question is about: `account` is a name or a number, and `region` goes with it."""

from __future__ import annotations

from moto.ses.models import ses_backends

from loadtests.endpoint.accounts.accounts import Accounts
from loadtests.endpoint.admin.asking import BadRequest, Query
from loadtests.endpoint.routes import DEFAULT_ACCOUNT, DEFAULT_REGION
from loadtests.endpoint.ses import Ses
from scenarios.formats.quoted import cut, printable, unknown


def number_of(accounts: Accounts, whose: str) -> str:
    """The account's number; raises BadRequest for one that is not there. Where none has a name, all are."""
    number = accounts.number_of(whose)
    if accounts.named and number not in accounts.named:
        raise BadRequest(printable(unknown("account", whose, [one.name for one in accounts.all()])))
    return number


def whose(accounts: Accounts, query: Query) -> tuple[str, str]:
    """The account, or else the first, and the region, or else that account's own; raises BadRequest."""
    home, _ = accounts.homes()[0]
    account = only(query, "account")
    number = home if account is None else number_of(accounts, account)
    return number, _region(query) or accounts.region_of(number)


def among(every: list[Ses], accounts: Accounts, query: Query) -> list[Ses]:
    """Those of the account and the region that are asked about, or else all; raises BadRequest."""
    account, region = only(query, "account"), _region(query)
    number = None if account is None else number_of(accounts, account)
    return [ses for ses in every if number in (None, ses.account) and region in (None, ses.region)]


def only(query: Query, key: str) -> str | None:
    """What is asked for; raises BadRequest for two of them, of which one would be passed over."""
    given = query.get(key, [])
    if len(given) > 1:
        raise BadRequest(f"{key}: is there {len(given)} times; ask about one at a time")
    return given[0] if given else None


def _region(query: Query) -> str | None:
    """Raises BadRequest for a region that AWS has not got."""
    region = only(query, "region")
    if region is not None and region not in ses_backends[DEFAULT_ACCOUNT]:
        raise BadRequest(f"region = {printable(cut(region))}: must be a region with SES, such as {DEFAULT_REGION}")
    return region
