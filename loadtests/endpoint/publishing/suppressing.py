"""Which suppression list a mail is compared with, and for which reasons: that of its configuration set goes first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from loadtests.endpoint.message import Message, Withheld
from loadtests.endpoint.publishing.configuration import ConfigurationSets
from loadtests.endpoint.publishing.suppression import REASONS, SuppressionList


class Policy(NamedTuple):
    """What holds for one mail: a list, the reasons in use, and what keeps a mail from an address on it."""

    entries: SuppressionList
    reasons: frozenset[str]
    why: Withheld

    def withheld(self, message: Message) -> Mapping[str, Withheld]:
        """The recipients whom SES will not bother, and why."""
        return dict.fromkeys(self.entries.among(message.recipients, self.reasons), self.why)

    def find(self, address: str, reason: str) -> None:
        """SES has found a reason, which it heeds if it is in use."""
        if reason in self.reasons:
            self.entries.find(address, reason)


class Suppression:
    """One account's: its own list and reasons, and what configuration sets say instead."""

    def __init__(self, configuration_sets: ConfigurationSets) -> None:
        self.account, self.reasons = SuppressionList(), frozenset(REASONS)
        self._configuration_sets = configuration_sets

    def policy(self, message: Message) -> Policy:
        """Of a mail whose configuration set is known."""
        reasons = self._configuration_sets.suppression(message.configuration_set).get("SuppressedReasons")
        return Policy(self.account, self.reasons if reasons is None else frozenset(reasons), Withheld.BY_ACCOUNT)

    def forget_found(self) -> None:
        """Only those stay on the list whom requests have put there."""
        self.account.forget_found()
