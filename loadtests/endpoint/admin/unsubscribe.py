"""The page to which a mail's unsubscribe link leads, and the click of a mail program that needs no page (RFC 8058).

The link has the mail's id, which nobody else knows, and is good as long as the mail is kept. Looking changes nothing:
programs look at links before people do. A page of another origin changes nothing either: what sends the one click is a
mail program or a provider's server, which name no origin.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import NamedTuple
from urllib.parse import parse_qs

from loadtests.endpoint.addresses import bare
from loadtests.endpoint.admin.asking import Asked
from loadtests.endpoint.admin.guard import guarded
from loadtests.endpoint.http import OK, Answer
from loadtests.endpoint.lists.contacts import OPT_IN, OPT_OUT, Contact, ContactList, Preferences
from loadtests.endpoint.message import ListManagement
from loadtests.endpoint.publishing.subscriptions import BY_HEADER, BY_PAGE, Change
from loadtests.endpoint.refusals import BAD, FORBIDDEN, Refused
from loadtests.endpoint.routes import UNSUBSCRIBE
from loadtests.endpoint.service import Service
from loadtests.endpoint.ses import Ses
from loadtests.endpoint.storing import Kept
from scenarios.web_pages import POLICY

OWN_FORM = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
GONE, NOT_ALLOWED = "410 Gone", "405 Method Not Allowed"
_IN_PARTS = re.compile(rb'name="?List-Unsubscribe"?\r?\n\r?\nOne-Click')


class Linked(NamedTuple):
    """What a link leads to."""

    ses: Ses
    kept: Kept
    of: ListManagement
    contact_list: ContactList
    contact: Contact


class Unsubscribing:
    """Answers what follows a link."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def answer(self, asked: Asked, is_foreign: bool) -> Answer:
        """The request may come from a page of another origin."""
        linked = self._linked(asked.path.removeprefix(UNSUBSCRIBE))
        if linked is None:
            return _page("This link is over", "<p>Its mail, or its contact list, is not kept any more.</p>", GONE)
        if asked.method == "GET":
            return _page("Your subscriptions", _form(linked))
        if asked.method != "POST":
            return _page("Not here", "<p>GET shows the page, and POST unsubscribes.</p>", NOT_ALLOWED)
        if is_foreign:
            return _page("Not from there", "<p>Preferences are changed on this page only.</p>", FORBIDDEN)
        if _is_one_click(asked):
            return _unsubscribed(linked, BY_HEADER, linked.of.topic)
        return _changed(linked, parse_qs(asked.body.decode(errors="replace")))

    def _linked(self, message_id: str) -> Linked | None:
        kept = self._service.common.store.get(message_id)
        if kept is None or kept.besides.list_management is None:
            return None
        of, (address, *_) = kept.besides.list_management, kept.besides.recipients
        ses = self._service.of(kept.backend.account_id, kept.backend.region_name)
        try:
            found = ses.lists.get(of.contact_list)
        except Refused:
            return None
        contact = found.find(bare(address)) or Contact(bare(address), Preferences())
        return Linked(ses, kept, of, found, contact)


def _is_one_click(asked: Asked) -> bool:
    """The body may be a form's, or a form's in parts (RFC 8058)."""
    if asked.kind.lower().startswith("multipart/form-data"):
        return _IN_PARTS.search(asked.body) is not None
    return parse_qs(asked.body.decode(errors="replace")).get("List-Unsubscribe") == ["One-Click"]


def _changed(linked: Linked, fields: Mapping[str, list[str]]) -> Answer:
    if fields.get("unsubscribe") == ["all"]:
        return _unsubscribed(linked, BY_PAGE, None)
    if fields.get("unsubscribe") != ["by topic"]:
        return _page("Not understood", "<p>The form has not been filled in.</p>", BAD)
    wanted = fields.get("topic", [])
    by_topic = {name: OPT_IN if name in wanted else OPT_OUT for name in linked.contact_list.topics}
    return _told(linked, BY_PAGE, Preferences(by_topic), "Your preferences are saved.")


def _unsubscribed(linked: Linked, source: str, topic: str | None) -> Answer:
    before = linked.contact.preferences
    if topic is None or topic not in linked.contact_list.topics:
        after = Preferences(before.by_topic, unsubscribed=True)
        return _told(linked, source, after, "You are unsubscribed from all of it.")
    after = Preferences({**before.by_topic, topic: OPT_OUT}, before.unsubscribed)
    return _told(linked, source, after, f"You are unsubscribed from {linked.contact_list.topics[topic].display_name}.")


def _told(linked: Linked, source: str, after: Preferences, words: str) -> Answer:
    """The contact has other preferences from now on, and SES publishes the change."""
    change = Change(linked.contact_list, linked.contact.preferences, after, source)
    linked.contact_list.prefer(linked.contact.address, after)
    linked.ses.teller.tell_subscription(linked.kept.besides, linked.kept.sent, change)
    return _page("Done", f"<p>{escape(words)}</p>")


def _form(linked: Linked) -> str:
    described = escape(linked.contact_list.description or linked.contact_list.name)
    return (
        f"<p>Mail to <b>{escape(linked.contact.address)}</b> from <b>{described}</b>:</p>"
        f'<form method="post">{"".join(_boxes(linked))}'
        '<p><button name="unsubscribe" value="by topic">Save</button> '
        '<button name="unsubscribe" value="all">Unsubscribe from all</button></p></form>'
    )


def _boxes(linked: Linked) -> Iterable[str]:
    for topic in linked.contact_list.topics.values():
        is_wanted = linked.contact_list.status(linked.contact.preferences, topic.name) == OPT_IN
        checked = " checked" if is_wanted else ""
        about = f"<br><small>{escape(topic.description)}</small>" if topic.description else ""
        box = f'<input type="checkbox" name="topic" value="{escape(topic.name)}"{checked}>'
        yield f"<p><label>{box} {escape(topic.display_name)}</label>{about}</p>"


def _page(title: str, body: str, status: str = OK) -> Answer:
    style = "<style>body { font: 1rem/1.5 system-ui, sans-serif; max-width: 32rem; margin: 3rem auto }</style>"
    head = f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>{style}</head>'
    html = f"{head}<body><h1>{title}</h1>{body}</body></html>"
    return guarded(Answer(status, "text/html; charset=utf-8", html.encode(), ((POLICY, OWN_FORM),)))
