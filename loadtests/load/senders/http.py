"""An application's own "send" route: a request per mail, made from a template."""

from __future__ import annotations

import json

import urllib3

from loadtests.load.assignment import RECIPIENT, Assignment
from loadtests.ports.ses import Envelope
from loadtests.record.labels import labelled
from loadtests.record.numbering import own_of
from strategies.parts import everyone
from strategies.ports import Mail, Rejected, SendError, Throttled, Unanswered, Unavailable

CONNECTIONS = 1000
ACCOUNT = "{account}"
PLACEHOLDERS = (RECIPIENT, "{mail}", "{recipients}", "{subject}")


class Http:
    """Kept connections; `{to}`, `{mail}`, `{recipients}` and `{subject}` are filled into URL, headers and body.

    Where there are several accounts `{account}` is the name of the mail's: its key is the application's affair.
    """

    def __init__(self, assignment: Assignment) -> None:
        to = labelled(assignment.to, assignment.run)
        self._place, self._envelope = assignment.place, assignment.envelope._replace(to=to)
        self._account = {} if assignment.account is None else {ACCOUNT: assignment.account.name}
        once = urllib3.Timeout(assignment.read_timeout_s)
        self._http = urllib3.PoolManager(maxsize=CONNECTIONS, timeout=once, retries=False)

    def send(self, call: int, mail: Mail) -> None:
        place, values = self._place, values_of(own_of(call), mail, self._envelope) | self._account
        headers = {name: filled(value, values) for name, value in place.headers}
        body = filled(place.body, {key: json.dumps(value)[1:-1] for key, value in values.items()})
        try:
            answer = self._http.request(
                place.method, filled(str(place.url), values), body=body.encode(), headers=headers
            )
        except (urllib3.exceptions.ReadTimeoutError, urllib3.exceptions.ProtocolError) as error:
            raise Unanswered(str(error)) from error
        except urllib3.exceptions.HTTPError as error:
            raise Unavailable(str(error)) from error
        _judge(answer.status, answer.data.decode(errors="replace"))

    def close(self) -> None:
        self._http.clear()


def values_of(number: int, mail: Mail, envelope: Envelope) -> dict[str, str]:
    """What the placeholders stand for; recipients are separated by commas, and no other mail has the number."""
    addresses = (envelope.address(mail.number, who) for who in everyone(mail))
    values = (",".join(addresses), str(number), str(mail.recipients), f"seslab {number}")
    return dict(zip(PLACEHOLDERS, values, strict=True))


def filled(template: str, values: dict[str, str]) -> str:
    """The template with its placeholders replaced; all other braces stay what they are."""
    for placeholder, value in values.items():
        template = template.replace(placeholder, value)
    return template


def _judge(status: int, text: str) -> None:
    """Raises what the application's answer means for the mail."""
    if status >= 400:
        raise _refusal(status, " ".join(f"{status} {text}".split())[:200])


def _refusal(status: int, said: str) -> SendError:
    if status in (429, 503):
        return Throttled(said)
    return Unavailable(said) if status >= 500 else Rejected(said)
