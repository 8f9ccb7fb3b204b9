"""SES's record of what a recipient wants from now on.

Source: Amazon SES Developer Guide, "Contents of event data that Amazon SES publishes to Amazon SNS", and its example of
a Subscription record, whose `source` is UnsubscribeHeader. Of its page there is no example: that name is a guess.
"""

from __future__ import annotations

import time
from typing import Any, NamedTuple

from loadtests.endpoint.lists.contacts import OPT_IN, ContactList, Preferences
from scenarios.formats.instants import to_millisecond

BY_HEADER, BY_PAGE = "UnsubscribeHeader", "UnsubscribePage"


class Change(NamedTuple):
    """What one contact of a list wanted, and what it wants now; `source` is what it has used to say so."""

    contact_list: ContactList
    before: Preferences
    after: Preferences
    source: str

    def details(self) -> dict[str, Any]:
        """As the record has it."""
        return {
            "contactList": self.contact_list.name,
            "timestamp": to_millisecond(time.time()),
            "source": self.source,
            "newTopicPreferences": self._preferences(self.after),
            "oldTopicPreferences": self._preferences(self.before),
        }

    def _preferences(self, of: Preferences) -> dict[str, Any]:
        own = [_status(name, status) for name, status in of.by_topic.items()]
        topics = self.contact_list.topics.values()
        defaults = [_status(topic.name, topic.status) for topic in topics if topic.name not in of.by_topic]
        by_default = {"topicDefaultSubscriptionStatus": defaults} if defaults else {}
        return {"unsubscribeAll": of.unsubscribed, "topicSubscriptionStatus": own, **by_default}


def _status(topic: str, status: str) -> dict[str, str]:
    return {"topicName": topic, "subscriptionStatus": "OptIn" if status == OPT_IN else "OptOut"}
