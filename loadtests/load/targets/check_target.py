"""Whether a load test's user has what it needs to know where mails go."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from ipaddress import ip_address
from pathlib import Path
from socket import create_connection
from urllib.parse import urlsplit

from loadtests.load.assignment import RECIPIENT, Place
from scenarios.entry import USERS
from scenarios.errors import BadInput, RunFailed
from scenarios.formats.quoted import printable, unknown
from scenarios.schema.model import Scenario
from scenarios.system.reading import read_text

SCHEMES = ("http", "https")
KNOCK_S = 10.0
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # of RFC 9110


def refuse_unknown(sender: str, scenario: Scenario) -> None:
    """Raises BadInput for what is neither a user nor one of the scenario's contenders."""
    if sender not in (*USERS, *scenario.contenders):
        raise BadInput(unknown("user", printable(sender), [*USERS, *scenario.variants]))


def check_place(user: str, place: Place) -> None:
    """Raises BadInput that names the option which is missing or wrong; a strategy needs what a user of SES does."""
    if place.endpoint is not None and place.region is not None:
        raise BadInput("--region: is for AWS, and --endpoint for a seslab serve; leave out one of the two")
    if place.region is None:
        _check_url("--endpoint", place.endpoint, "http://127.0.0.1:5555, where seslab serve is")
    if user == "smtp":
        _check_smtp(place.smtp)
    if user == "sqs":
        _check_url("--queue", place.queue, "the URL of a queue")
    if user == "http":
        _check_url("--target", place.url, "the URL of the application's route")
        _refuse_without_recipient(place)


def _refuse_without_recipient(place: Place) -> None:
    """SES knows a run's mail by its recipients: of any other nothing would be seen."""
    if not any(RECIPIENT in text for text in (str(place.url), place.body, *(value for _, value in place.headers))):
        raise BadInput(f"--body: neither it nor --target or a --header holds {RECIPIENT}; say where the recipient goes")


def _check_url(flag: str, url: str | None, right: str) -> None:
    if url is None:
        raise BadInput(f"{flag}: missing; give {right}")
    if _host(url) is None:
        raise BadInput(f"{flag} = {printable(url)}: must be {right}")


def _host(url: str) -> str | None:
    """None if it is no URL."""
    try:
        parts = urlsplit(url)
        return parts.hostname if parts.scheme in SCHEMES and parts.port != 0 else None
    except ValueError:
        return None


def _check_smtp(at: str | None) -> None:
    host, _, port = (at or "").rpartition(":")
    if not (host and port.isdecimal() and 0 < int(port) < 65_536):
        said = "missing; give" if at is None else "must be"
        given = "" if at is None else f" = {printable(at)}"
        raise BadInput(f"--smtp{given}: {said} HOST:PORT of SES's SMTP interface, such as 127.0.0.1:2525")


def elsewhere(place: Place) -> list[str]:
    """What of it is not on this machine: mail for real, perhaps."""
    hosts = {url: _host(url) for url in (place.endpoint, place.queue, place.url) if url}
    if place.smtp:
        hosts[place.smtp] = place.smtp.rpartition(":")[0].strip("[]")
    return [at for at, host in hosts.items() if host != "localhost" and not _is_loopback(host)]


def _is_loopback(host: str | None) -> bool:
    """Whether it is an address of this machine that no other can reach."""
    try:
        return ip_address(str(host)).is_loopback
    except ValueError:
        return False


def check_queue(place: Place, queues: Collection[str]) -> None:
    """Raises BadInput for a queue that is not there."""
    if queue_name(place) not in queues:
        raise BadInput(f"--queue = {printable(str(place.queue))}: no such queue; make it first")


def check_listening(place: Place, users: Sequence[str]) -> None:
    """Raises RunFailed where nothing listens: a load that nothing takes would only be lost."""
    if "smtp" in users:
        host, _, port = str(place.smtp).rpartition(":")
        _knock("--smtp", str(place.smtp), host.strip("[]"), int(port))
    if "http" in users:
        check_url_listening("--target", str(place.url))


def check_url_listening(flag: str, url: str) -> None:
    """The same of what an option names."""
    parts = urlsplit(url)
    _knock(flag, url, str(parts.hostname), parts.port or (443 if parts.scheme == "https" else 80))


def _knock(flag: str, at: str, host: str, port: int) -> None:
    try:
        create_connection((host, port), KNOCK_S).close()
    except OSError as error:
        raise RunFailed(f"{flag} {printable(at)}: nobody answers there: {error.strerror or error}") from error


def queue_name(place: Place) -> str:
    return str(place.queue).rpartition("/")[2]


def headers_of(lines: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Header lines as names and values; raises BadInput."""
    pairs = [line.partition(":")[::2] for line in lines]
    for name, value in pairs:
        if not (_TOKEN.fullmatch(name.strip()) and value.strip().isprintable() and value.strip()):
            raise BadInput(f"--header = {printable(name)}: must be NAME: VALUE, on one line")
    return tuple((name.strip(), value.strip()) for name, value in pairs)


def method_of(word: str) -> str:
    """An HTTP method; raises BadInput."""
    if not _TOKEN.fullmatch(word):
        raise BadInput(f"--method = {printable(word)}: must be a word such as POST")
    return word


def body_of(text: str) -> str:
    """The template of a body: the text itself, or the content of FILE for @FILE. Raises BadInput."""
    if not text.startswith("@"):
        return text
    if text == "@":
        raise BadInput("--body = @: names no file; after @ comes the file of a template")
    try:
        return read_text(Path(text[1:]))
    except UnicodeDecodeError as error:
        raise BadInput(f"--body = {printable(text)}: the file must be UTF-8 text") from error
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "no file's name"
        raise BadInput(f"--body = {printable(text)}: {why}; after @ comes the file of a template") from error
