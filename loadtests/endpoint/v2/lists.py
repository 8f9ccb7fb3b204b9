"""API v2: contact lists, their contacts, and what these want.

UpdateContact replaces all that is known of a contact, as the API reference says of preferences ("otherwise, all your
existing preferences will be removed"); floci-io/floci#1723 has seen SES keep those of other topics. UpdateContactList
"does a complete replacement". A page of contacts is filtered after it has been cut, so that it may be empty and not the
last one, as users of AWS have found (aws/aws-cli#8742).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from loadtests.endpoint.control.pages import MOST, page_of, size_within
from loadtests.endpoint.lists.checks import check_address, check_list, check_list_name
from loadtests.endpoint.lists.contacts import OPT_OUT, Contact, ContactList, Preferences, Topic
from loadtests.endpoint.requests import Request
from loadtests.endpoint.ses import Ses
from loadtests.endpoint.v2.tagging import tag, tags_of, untag


def create_list(ses: Ses, request: Request) -> dict[str, Any]:
    asked = request.document
    name, description, topics = asked["ContactListName"], asked.get("Description"), _topics(asked)
    check_list(name, description, topics)
    ses.lists.add(ContactList(name, description, topics))
    tag(ses.backend, f"contact-list/{name}", asked.get("Tags", []))
    return {}


def get_list(ses: Ses, request: Request) -> dict[str, Any]:
    found = _list(ses, request)
    return {
        "ContactListName": found.name,
        **({} if found.description is None else {"Description": found.description}),
        "Topics": [_topic_shown(topic) for topic in found.topics.values()],
        "CreatedTimestamp": found.created_unix_s,
        "LastUpdatedTimestamp": found.updated_unix_s,
        "Tags": tags_of(ses.backend, f"contact-list/{found.name}"),
    }


def list_lists(ses: Ses, request: Request) -> dict[str, Any]:
    page, more = page_of(ses.lists.all(), request.document, size_within(request.document, MOST))
    lists = [{"ContactListName": one.name, "LastUpdatedTimestamp": one.updated_unix_s} for one in page]
    return {"ContactLists": lists, **more}


def update_list(ses: Ses, request: Request) -> dict[str, Any]:
    asked = request.document
    check_list(asked["ContactListName"], asked.get("Description"), _topics(asked))
    _list(ses, request).describe(asked.get("Description"), _topics(asked))
    return {}


def delete_list(ses: Ses, request: Request) -> dict[str, Any]:
    name = _list(ses, request).name
    ses.lists.remove(name)
    untag(ses.backend, f"contact-list/{name}")
    return {}


def create_contact(ses: Ses, request: Request) -> dict[str, Any]:
    asked = request.document
    check_address(asked["EmailAddress"])
    found = _list(ses, request)
    found.add(Contact(asked["EmailAddress"], _preferences(found, asked), asked.get("AttributesData")))
    return {}


def get_contact(ses: Ses, request: Request) -> dict[str, Any]:
    check_address(request.document["EmailAddress"])
    found = _list(ses, request)
    contact = found.get(request.document["EmailAddress"])
    attributes = {} if contact.attributes is None else {"AttributesData": contact.attributes}
    of_list = {"ContactListName": found.name, "CreatedTimestamp": contact.created_unix_s, **attributes}
    return _contact_shown(found, contact) | of_list


def list_contacts(ses: Ses, request: Request) -> dict[str, Any]:
    asked, found = request.document, _list(ses, request)
    wanted = asked.get("Filter", {})
    topic = wanted.get("TopicFilter", {}).get("TopicName")
    if topic is not None:
        found.check_topic(topic)
    page, more = page_of(found.contacts(), asked, size_within(asked, MOST))
    return {"Contacts": [_contact_shown(found, one) for one in page if _passes(found, one, wanted)], **more}


def update_contact(ses: Ses, request: Request) -> dict[str, Any]:
    asked = request.document
    check_address(asked["EmailAddress"])
    found = _list(ses, request)
    preferences, contact = _preferences(found, asked), found.get(asked["EmailAddress"])
    contact.attributes = asked.get("AttributesData")
    contact.prefer(preferences)
    return {}


def delete_contact(ses: Ses, request: Request) -> dict[str, Any]:
    check_address(request.document["EmailAddress"])
    _list(ses, request).remove(request.document["EmailAddress"])
    return {}


def _list(ses: Ses, request: Request) -> ContactList:
    name = request.document["ContactListName"]
    check_list_name(name)
    return ses.lists.get(name)


def _topics(asked: Mapping[str, Any]) -> list[Topic]:
    return [
        Topic(one["TopicName"], one["DisplayName"], one.get("Description"), one["DefaultSubscriptionStatus"])
        for one in asked.get("Topics", ())
    ]


def _preferences(found: ContactList, asked: Mapping[str, Any]) -> Preferences:
    """Raises Refused if one is of a topic that the list has not got."""
    by_topic = {one["TopicName"]: one["SubscriptionStatus"] for one in asked.get("TopicPreferences", ())}
    for topic in by_topic:
        found.check_topic(topic)
    return Preferences(by_topic, asked.get("UnsubscribeAll", False))


def _passes(found: ContactList, contact: Contact, wanted: Mapping[str, Any]) -> bool:
    """Whether a contact has the status that is asked for: of the topic, or of all mail."""
    status: str | None = wanted.get("FilteredStatus")
    topic, preferences = wanted.get("TopicFilter", {}), contact.preferences
    name: str | None = topic.get("TopicName")
    if status is None:
        return True
    if name is None:
        return preferences.unsubscribed == (status == OPT_OUT)
    is_known = preferences.unsubscribed or name in preferences.by_topic
    if not is_known and not topic.get("UseDefaultIfPreferenceUnavailable"):
        return False
    return found.status(preferences, name) == status


def _topic_shown(topic: Topic) -> dict[str, Any]:
    described = {} if topic.description is None else {"Description": topic.description}
    return {
        "TopicName": topic.name,
        "DisplayName": topic.display_name,
        **described,
        "DefaultSubscriptionStatus": topic.status,
    }


def _contact_shown(found: ContactList, contact: Contact) -> dict[str, Any]:
    own = contact.preferences.by_topic
    defaults = ((topic.name, topic.status) for topic in found.topics.values() if topic.name not in own)
    return {
        "EmailAddress": contact.address,
        "TopicPreferences": _statuses(own.items()),
        "TopicDefaultPreferences": _statuses(defaults),
        "UnsubscribeAll": contact.preferences.unsubscribed,
        "LastUpdatedTimestamp": contact.updated_unix_s,
    }


def _statuses(by_topic: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"TopicName": name, "SubscriptionStatus": status} for name, status in by_topic]
