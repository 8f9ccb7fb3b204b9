"""Operations that are not there: an error that no SDK tries again, and a line in the server's log."""

from __future__ import annotations

import logging
from threading import Lock

from botocore import xform_name
from moto.ses.responses import EmailResponse
from moto.sesv2.responses import SESV2Response

from loadtests.endpoint.refusals import Refused
from scenarios.formats.quoted import printable
from scenarios.ledger.ledger import REJECTED

MOTO = {"ses": EmailResponse, "sesv2": SESV2Response}
"""What answers at moto, by the name of the API's model."""
APIS = {"ses": "SES's API v1", "sesv2": "SES's API v2"}

ROOM = 200  # characters of an operation's name that are told
MOST_NAMED = 1_000  # operations; a stranger may make up any number

_log, _lock, _named = logging.getLogger(__name__), Lock(), set[str]()


def has_moto(api: str, operation: str) -> bool:
    """Whether moto has the operation of the API, which is `ses` or `sesv2`."""
    return hasattr(MOTO[api], xform_name(operation))


def absent(api: str, operation: str) -> Refused:
    """The operation is one of AWS's, and neither ours nor moto's."""
    note(f"{operation} of {APIS[api]}")
    return _refused(f"Could not find operation {operation}: this local AWS does not have it, though {APIS[api]} does.")


def unknown(what: str) -> Refused:
    """There is no such operation, as far as this version of botocore knows, or moto has not got it."""
    note(what)
    return _refused(f"Could not find operation {what[:ROOM]}")


def note(what: str) -> None:
    """Name it in the log, once: an application may ask for it with every mail."""
    line = printable(what)[:ROOM]
    with _lock:
        is_new = line not in _named and len(_named) < MOST_NAMED
        _named.update([line] * is_new)
    if is_new:
        _log.warning("%s was asked for, which this local AWS does not have", line)


def _refused(text: str) -> Refused:
    return Refused(REJECTED, "InvalidAction", text)
