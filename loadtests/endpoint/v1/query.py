"""AWS's Query protocol: a form whose dotted keys spell a tree, answered with XML."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from loadtests.endpoint.http import OK, Answer
from loadtests.endpoint.refusals import BAD, FORBIDDEN, UNAVAILABLE, WIRE, Refused, malformed

NAMESPACE = "http://ses.amazonaws.com/doc/2010-12-01/"
XML, FORM = "text/xml", "application/x-www-form-urlencoded"
MOST_FIELDS = 20_000  # a bulk call to 50 recipients with 50 tags each has half as many

_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What cannot stand in XML, not even escaped."""
_KEPT = {"\r": "&#13;"}  # which readers of XML would take for half of a line's end


class Entries(dict[str, Any]):
    """What the model calls a map: its keys are values too."""


def parsed(form: str) -> dict[str, Any]:
    """The tree: `A.B=x` is {"A": {"B": "x"}}; raises Refused for keys that contradict each other."""
    tree: dict[str, Any] = {}
    try:
        fields = parse_qsl(form, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise malformed(f"more than {MOST_FIELDS} fields.") from error
    for key, value in fields:
        *path, last = key.split(".")
        branch = tree
        for part in path:
            branch = branch.setdefault(part, {})
            if not isinstance(branch, dict):
                raise malformed(f"{key}: {part} is a value, and has no members.")
        branch[last] = value
    return tree


def result(action: str, document: dict[str, Any], request_id: str, namespace: str = NAMESPACE) -> Answer:
    """An operation's answer."""
    inner = f"<{action}Result>{_xml(document)}</{action}Result>{_metadata(request_id)}"
    return _answer(OK, f'<{action}Response xmlns="{namespace}">{inner}</{action}Response>', request_id)


def error(refused: Refused, request_id: str, namespace: str = NAMESPACE) -> Answer:
    """An error: 400, as nearly everything that the sender can do something about."""
    status = WIRE[refused.code].status if refused.code in WIRE else BAD
    kind = "Receiver" if status == UNAVAILABLE else "Sender"
    inner = f"<Error>{_xml({'Type': kind, 'Code': refused.code, 'Message': refused.text})}</Error>"
    xml = f'<ErrorResponse xmlns="{namespace}">{inner}<RequestId>{request_id}</RequestId></ErrorResponse>'
    return _answer(status if status in (FORBIDDEN, UNAVAILABLE) else BAD, xml, request_id)


def legible(xml: bytes) -> bytes:
    """XML that was not made here, without the characters that are none to its readers."""
    return _NO_XML.sub("?", xml.decode(errors="replace")).encode()


def _metadata(request_id: str) -> str:
    return f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>"


def _answer(status: str, xml: str, request_id: str) -> Answer:
    return Answer(status, XML, xml.encode(), (("x-amzn-RequestId", request_id),))


def _xml(value: Any) -> str:
    if isinstance(value, Entries):
        return "".join(f"<entry>{_xml({'key': key, 'value': item})}</entry>" for key, item in value.items())
    if isinstance(value, dict):
        return "".join(f"<{key}>{_xml(item)}</{key}>" for key, item in value.items())
    if isinstance(value, list):
        return "".join(f"<member>{_xml(item)}</member>" for item in value)
    return str(value).lower() if isinstance(value, bool) else escape(_NO_XML.sub("?", str(value)), _KEPT)
