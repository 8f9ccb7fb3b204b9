"""AWS's Query protocol: a form whose dotted keys spell a tree, answered with XML."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from loadtests.endpoint.http import OK, Answer
from loadtests.endpoint.refusals import UNAVAILABLE, WIRE, Refused, invalid

NAMESPACE = "http://ses.amazonaws.com/doc/2010-12-01/"
XML = "text/xml"


def parsed(form: str) -> dict[str, Any]:
    """The tree: `A.member.1.B=x` is {"A": [{"B": "x"}]}; raises Refused for keys that contradict each other."""
    tree: dict[str, Any] = {}
    try:
        for key, value in parse_qsl(form, keep_blank_values=True):
            *path, last = key.split(".")
            branch = tree
            for part in path:
                branch = branch.setdefault(part, {})
            branch[last] = value
        return {key: _with_lists(branch) for key, branch in tree.items()}
    except (AttributeError, TypeError, ValueError) as error:
        raise invalid("The request is not a well-formed query.") from error


def _with_lists(branch: Any) -> Any:
    if not isinstance(branch, dict):
        return branch
    if branch.keys() == {"member"}:
        return [_with_lists(item) for _, item in sorted(branch["member"].items(), key=lambda pair: int(pair[0]))]
    return {key: _with_lists(value) for key, value in branch.items()}


def result(action: str, document: dict[str, Any], request_id: str) -> Answer:
    """An operation's answer."""
    inner = f"<{action}Result>{_xml(document)}</{action}Result>{_metadata(request_id)}"
    return _answer(OK, f'<{action}Response xmlns="{NAMESPACE}">{inner}</{action}Response>', request_id)


def error(refused: Refused, request_id: str) -> Answer:
    """An error: 400, as everything that the sender can do something about."""
    unavailable = WIRE[refused.code].status == UNAVAILABLE if refused.code in WIRE else False
    kind = "Receiver" if unavailable else "Sender"
    inner = f"<Error>{_xml({'Type': kind, 'Code': refused.code, 'Message': refused.text})}</Error>"
    xml = f'<ErrorResponse xmlns="{NAMESPACE}">{inner}<RequestId>{request_id}</RequestId></ErrorResponse>'
    return _answer(UNAVAILABLE if unavailable else "400 Bad Request", xml, request_id)


def _metadata(request_id: str) -> str:
    return f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>"


def _answer(status: str, xml: str, request_id: str) -> Answer:
    return Answer(status, XML, xml.encode(), (("x-amzn-RequestId", request_id),))


def _xml(value: Any) -> str:
    if isinstance(value, dict):
        return "".join(f"<{key}>{_xml(item)}</{key}>" for key, item in value.items())
    if isinstance(value, list):
        return "".join(f"<member>{_xml(item)}</member>" for item in value)
    return str(value).lower() if isinstance(value, bool) else escape(str(value))
