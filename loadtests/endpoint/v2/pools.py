"""API v2: pools of dedicated IP addresses, which moto keeps: no mail goes through them here.

Source: floci-io/floci, which has asked SES for the words.
"""

from __future__ import annotations

from typing import Any

from loadtests.endpoint.control.kept import kept
from loadtests.endpoint.control.pages import page_of, size_up_to
from loadtests.endpoint.refusals import Refused
from loadtests.endpoint.requests import Request
from loadtests.endpoint.ses import Ses
from loadtests.endpoint.v2.tagging import untag
from scenarios.ledger.ledger import REJECTED


@kept
def create(ses: Ses, request: Request) -> None:
    """Moto makes it."""
    name = request.document["PoolName"]
    if name in ses.backend.dedicated_ip_pools:
        raise Refused(REJECTED, "AlreadyExistsException", f"The pool <{name}> already exists.")


@kept
def of_known(ses: Ses, request: Request) -> None:
    """Moto does it, to a pool that is there."""
    name = request.document["PoolName"]
    if name not in ses.backend.dedicated_ip_pools:
        raise Refused(REJECTED, "NotFoundException", f"The requested pool <{name}> does not exist.")


@kept
def delete(ses: Ses, request: Request) -> dict[str, Any]:
    """With its tags."""
    of_known(ses, request)
    name = request.document["PoolName"]
    del ses.backend.dedicated_ip_pools[name]
    untag(ses.backend, f"dedicated-ip-pool/{name}")
    return {}


@kept
def list_all(ses: Ses, request: Request) -> dict[str, Any]:
    asked, names = request.document, list(ses.backend.dedicated_ip_pools)
    page, more = page_of(names, asked, size_up_to(asked))
    return {"DedicatedIpPools": page, **more}
