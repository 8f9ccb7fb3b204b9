"""What the requests of both APIs have in common: who asks, destinations and tags."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypedDict

from loadtests.endpoint.addresses import address_list
from loadtests.endpoint.message import Attachment, Client, ListManagement, Recipients
from loadtests.endpoint.validation.headers import SENDERS

OF_NO_TYPE = "application/octet-stream"


class Came(TypedDict):
    """The fields of a `Message` that say which way it came."""

    operation: str
    caller: str
    client: Client


class Request(NamedTuple):
    """One call of either API: what it asks, checked against the service's model, and who asks."""

    document: dict[str, Any]
    client: Client

    def came(self, api: str, operation: str) -> Came:
        """How a mail of this request came."""
        return {"operation": operation, "caller": f"{api} {operation} {self.client.name}", "client": self.client}


def recipients(destination: Mapping[str, Any]) -> Recipients:
    """Those of a Destination; both APIs name its lists alike."""
    to, cc, bcc = (tuple(destination.get(f"{name}Addresses", ())) for name in ("To", "Cc", "Bcc"))
    return {"to": to, "cc": cc, "bcc": bcc}


def tags(listed: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Message tags by name."""
    return {tag["Name"]: tag["Value"] for tag in listed}


def list_management(document: Mapping[str, Any]) -> ListManagement | None:
    """The contact list that a request names, if it does."""
    options = document.get("ListManagementOptions")
    return ListManagement(options["ContactListName"], options.get("TopicName")) if options else None


def attachments(listed: Iterable[Mapping[str, Any]]) -> tuple[Attachment, ...]:
    """The files of an Attachments list."""
    return tuple(
        Attachment(
            one["FileName"],
            one.get("ContentType", OF_NO_TYPE),
            one.get("ContentId", ""),
            one.get("ContentDisposition") == "INLINE",
            one["RawContent"],
            one.get("ContentDescription", ""),
        )
        for one in listed
    )


class Answered(TypedDict):
    """The fields of a `Message` that say where answers and bounces go."""

    reply_to: tuple[str, ...]
    return_path: str


def answered(document: Mapping[str, Any], return_path: str) -> Answered:
    """Those of a request; each API has its own name for the return path."""
    return {"reply_to": tuple(document.get("ReplyToAddresses", ())), "return_path": document.get(return_path, "")}


def headers(document: Mapping[str, Any], own: Iterable[Mapping[str, str]] = ()) -> tuple[tuple[str, str], ...]:
    """Those that a request adds to its mail: the one that asks for answers, if it is asked for, and its `own`."""
    joined = ", ".join(document.get("ReplyToAddresses", ()))
    return ((("Reply-To", joined),) if joined else ()) + tuple((one["Name"], one["Value"]) for one in own)


def senders_in(headers: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Whom these name as senders, too; none where addresses cannot be read."""
    listed = (address_list(text) for name, text in headers if name.lower() in SENDERS)
    return tuple(str(mailbox) for mailboxes in listed for mailbox in mailboxes)


def replaced(defaults: Iterable[Mapping[str, str]], own: Iterable[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """The headers of a bulk call, with an entry's own in place of those of the same name, in whatever capitals."""
    own = list(own)
    names = {header["Name"].lower() for header in own}
    return [header for header in defaults if header["Name"].lower() not in names] + own


def envelope(addresses: Sequence[str]) -> Recipients | None:
    """Recipients that stand beside a MIME text, if there are any."""
    return {"to": tuple(addresses), "cc": (), "bcc": ()} if addresses else None
