"""Contact lists, their topics and contacts, and whether a contact wants a mail.

Sources: Amazon SES Developer Guide, "Using list management" and "Using subscription management". The guide says neither
what a topic's default means to a mail, nor whether capitals in an address matter: here the default holds for contacts
without a preference of their own, as for ListContacts, and capitals do not matter, as on suppression lists.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from threading import Lock

from loadtests.endpoint.addresses import bare
from loadtests.endpoint.message import ListManagement
from loadtests.endpoint.refusals import Refused, invalid
from scenarios.ledger.ledger import REJECTED

OPT_IN, OPT_OUT = "OPT_IN", "OPT_OUT"
MOST_MET = 100_000  # contacts that SES itself puts on a list because mail goes to them; an assumption


@dataclass(frozen=True, slots=True)
class Topic:
    """What some of a list's mail is about; the status is that of contacts without a preference."""

    name: str
    display_name: str
    description: str | None
    status: str


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a contact wants: a status by topic, and whether nothing at all."""

    by_topic: Mapping[str, str] = field(default_factory=dict)
    unsubscribed: bool = False


@dataclass(slots=True)
class Contact:
    """One address on a list."""

    address: str
    preferences: Preferences
    attributes: str | None = None
    created_unix_s: float = field(default_factory=time.time)
    updated_unix_s: float = field(default_factory=time.time)

    def prefer(self, preferences: Preferences) -> None:
        """From now on this is what it wants."""
        self.preferences, self.updated_unix_s = preferences, time.time()


class ContactList:
    """Its topics by name, and its contacts; many threads ask at once."""

    def __init__(self, name: str, description: str | None, topics: Iterable[Topic]) -> None:
        self.name, self.created_unix_s = name, time.time()
        self._contacts: dict[str, Contact] = {}
        self._met, self._changes = 0, Lock()
        self.describe(description, topics)

    def describe(self, description: str | None, topics: Iterable[Topic]) -> None:
        """Replace what is said of the list."""
        self.description, self.topics = description, {topic.name: topic for topic in topics}
        self.updated_unix_s = time.time()

    def contacts(self) -> list[Contact]:
        """In the order in which they came."""
        return list(self._contacts.values())

    def find(self, address: str) -> Contact | None:
        return self._contacts.get(address.lower())

    def get(self, address: str) -> Contact:
        """Raises Refused if it is not on the list."""
        found = self.find(address)
        if found is None:
            raise _missing(f"{address} doesn't exist in List.")
        return found

    def add(self, contact: Contact) -> None:
        """Raises Refused if it is there."""
        with self._changes:
            if self.find(contact.address) is not None:
                raise Refused(REJECTED, "AlreadyExistsException", f"{contact.address} already exists in List.")
            self._contacts[contact.address.lower()] = contact

    def remove(self, address: str) -> None:
        """Raises Refused if it is not on the list."""
        with self._changes:
            self.get(address)
            del self._contacts[address.lower()]

    def meet(self, address: str) -> None:
        """Mail goes to the address: SES puts it on the list, if it is not there."""
        with self._changes:
            if self.find(address) is None and self._met < MOST_MET:
                self._met += 1
                self._contacts[address.lower()] = Contact(address, Preferences())

    def prefer(self, address: str, preferences: Preferences) -> None:
        """From now on this is what is wanted there, whether it is on the list by now or not."""
        with self._changes:
            self._contacts.setdefault(address.lower(), Contact(address, Preferences())).prefer(preferences)

    def check_topic(self, name: str) -> None:
        """Raises Refused if the list has no such topic."""
        if name not in self.topics:
            raise invalid(f"List: {self.name} doesn't contain Topic: {name}")

    def status(self, preferences: Preferences, topic: str) -> str:
        """Whether mail about a topic is wanted: nothing is by those who have unsubscribed from all."""
        if preferences.unsubscribed:
            return OPT_OUT
        return preferences.by_topic.get(topic) or self.topics[topic].status

    def wants(self, address: str, topic: str | None) -> bool:
        """Whether a mail about the topic, or about none, is wanted at an address."""
        found = self.find(address)
        preferences = Preferences() if found is None else found.preferences
        return not preferences.unsubscribed if topic is None else self.status(preferences, topic) == OPT_IN


class ContactLists:
    """Of one account and region: SES allows one."""

    def __init__(self) -> None:
        self._all: dict[str, ContactList] = {}
        self._changes = Lock()

    def all(self) -> list[ContactList]:
        return list(self._all.values())

    def add(self, one: ContactList) -> None:
        """Raises Refused if there is one already, of whatever name: SES tells no second from a first once more."""
        with self._changes:
            if self._all:
                raise invalid("A maximum of 1 Lists allowed per account.")
            self._all[one.name] = one

    def get(self, name: str) -> ContactList:
        """Raises Refused if there is none."""
        found = self._all.get(name)
        if found is None:
            raise _missing(f"List with name: {name} doesn't exist.")
        return found

    def remove(self, name: str) -> None:
        """Its contacts go with it; raises Refused if there is none."""
        with self._changes:
            self.get(name)
            del self._all[name]

    def check(self, options: ListManagement) -> None:
        """Raises Refused if a mail is of a list, or of a topic, that is not there."""
        found = self.get(options.contact_list)
        if options.topic is not None:
            found.check_topic(options.topic)

    def unwilling(self, options: ListManagement, recipients: Iterable[str]) -> frozenset[str]:
        """The recipients who want no such mail."""
        found = self.get(options.contact_list)
        return frozenset(address for address in recipients if not found.wants(bare(address), options.topic))

    def meet(self, options: ListManagement, recipients: Iterable[str]) -> None:
        """The recipients of a mail become contacts, if they are not."""
        found = self._all.get(options.contact_list)
        if found is not None:
            for address in recipients:
                found.meet(bare(address))


def _missing(text: str) -> Refused:
    return Refused(REJECTED, "NotFoundException", text)
