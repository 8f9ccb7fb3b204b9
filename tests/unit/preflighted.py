"""A domain and an account in which all is right, served by a real name server, and places to plant a mistake."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from loadtests.deploy.cloud import Cloud
from loadtests.ports.local import local_session
from loadtests.preflight.facts import Facts, Sample, Traffic
from loadtests.preflight.look import facts_of
from loadtests.preflight.reading.name_server import name_server
from loadtests.preflight.reading.sample import sample_of
from tests.unit.checkout import ROOT

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
DOMAIN, REGION = "news.example.com", "eu-west-1"
TOKENS = ("one", "two", "three")
RIGHT_MAIL = f"""\
DKIM-Signature: v=1; a=rsa-sha256; d={DOMAIN}; s=one;
 h=From:To:Subject:List-Unsubscribe:List-Unsubscribe-Post; bh=x; b=y
From: News <hello@{DOMAIN}>
To: you@example.org
Subject: The news of Monday
List-Unsubscribe: <mailto:leave@{DOMAIN}>, <https://example.com/leave?you>
List-Unsubscribe-Post: List-Unsubscribe=One-Click

Nothing is new.
"""
_FILE = ROOT / "docs" / "examples" / "name_server.py"


def _served() -> Any:
    """The name server that readers of the guide run."""
    spec = importlib.util.spec_from_file_location("name_server_of_the_guide", _FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SERVED = _served()


class Ses:
    """SES's API v2 and v1 as boto3 would show them: each operation answers what it has, or that it is not there."""

    def __init__(self, answers: dict[str, Any], knows: str) -> None:
        self.answers, self.knows = answers, knows
        self.asked: list[str] = []

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def answer(**arguments: Any) -> Any:
            self.asked.append(operation)
            is_known = arguments.get("EmailIdentity", self.knows) == self.knows
            found = self.answers[operation] if is_known else "NotFoundException"
            if isinstance(found, str):
                raise ClientError({"Error": {"Code": found, "Message": "no"}}, operation)
            return found

        return answer


class OneSes(Cloud):
    """A cloud with nothing but that SES, which knows one identity."""

    __slots__ = ()
    ses: Ses

    def client(self, service: str, tries: int = 1, read_timeout_s: float = 0.0) -> Any:
        return self.ses


class World:
    """What is said of the domain. Records are lines of a zone, by name and kind; a test changes what it likes."""

    def __init__(self) -> None:
        self.zone: dict[tuple[str, str], list[str]] = {
            **{(f"{one}._domainkey.{DOMAIN}", "CNAME"): [f"{one}.dkim.amazonses.com."] for one in TOKENS},
            (DOMAIN, "TXT"): ['"v=spf1 include:amazonses.com -all"', '"another=record"'],
            (f"_dmarc.{DOMAIN}", "TXT"): ['"v=DMARC1; p=reject; rua=mailto:d@example.com,mailto:us@reports.test"'],
            (f"{DOMAIN}._report._dmarc.reports.test", "TXT"): ['"v=DMARC1"'],
            (f"bounce.{DOMAIN}", "MX"): [f"10 feedback-smtp.{REGION}.amazonses.com."],
            (f"bounce.{DOMAIN}", "TXT"): ['"v=spf1 include:amazonses.com ~all"'],
            ("example.com", "MX"): ["10 mail.example.com."],
            ("zen.spamhaus.org", "TXT"): ['"a blocklist"'],
        }
        self.verified = DOMAIN
        self.failing = set[str]()
        self.silent = set[str]()
        self.ses: dict[str, Any] = {
            "get_account": {
                "SendingEnabled": True,
                "EnforcementStatus": "HEALTHY",
                "ProductionAccessEnabled": True,
                "SendQuota": {"MaxSendRate": 30.0, "Max24HourSend": 50_000.0, "SentLast24Hours": 100.0},
                "SuppressionAttributes": {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]},
            },
            "get_email_identity": {
                "VerifiedForSendingStatus": True,
                "VerificationStatus": "SUCCESS",
                "ConfigurationSetName": "events",
                "DkimAttributes": {
                    "SigningEnabled": True,
                    "Status": "SUCCESS",
                    "Tokens": [*TOKENS],
                    "SigningAttributesOrigin": "AWS_SES",
                    "LastKeyGenerationTimestamp": NOW - timedelta(hours=10),
                },
                "MailFromAttributes": {"MailFromDomain": f"bounce.{DOMAIN}", "MailFromDomainStatus": "SUCCESS"},
            },
            "get_configuration_set": {"SendingOptions": {"SendingEnabled": True}},
            "get_configuration_set_event_destinations": {
                "EventDestinations": [
                    {"Name": "to-sns", "Enabled": True, "MatchingEventTypes": ["BOUNCE", "COMPLAINT"]}
                ]
            },
            "get_send_statistics": {"SendDataPoints": [{"DeliveryAttempts": 2000, "Bounces": 9, "Complaints": 1}]},
            "get_dedicated_ips": {"DedicatedIps": [{"Ip": "192.0.2.7"}]},
        }
        self.mail = RIGHT_MAIL
        self.traffic = Traffic("broadcast-900", 30.0, 900)

    @property
    def account(self) -> Any:
        return self.ses["get_account"]

    @property
    def identity(self) -> Any:
        return self.ses["get_email_identity"]

    @property
    def dkim(self) -> Any:
        return self.identity["DkimAttributes"]

    def txt(self, name: str, *texts: str) -> None:
        """The only TXT records of a name; of none, none."""
        self.zone[name, "TXT"] = [
            " ".join(f'"{text[at : at + 200]}"' for at in range(0, len(text), 200)) for text in texts
        ]

    def dmarc(self, text: str) -> None:
        self.txt(f"_dmarc.{DOMAIN}", text)

    def own_key(self, record: str) -> None:
        """A key of one's own in place of SES's."""
        self.dkim.update(Tokens=["mine"], SigningAttributesOrigin="EXTERNAL")
        self.txt(f"mine._domainkey.{DOMAIN}", record)

    def text(self) -> str:
        """The zone file."""
        return "".join(f"{name}. 60 IN {kind} {one}\n" for (name, kind), of in self.zone.items() for one in of)

    def be_served(self, server: Any) -> None:
        """From now on the name server has it all."""
        server.zone = SERVED.Zone(self.text())
        server.zone.failing, server.zone.silent = (
            {f"{name}." for name in names} for names in (self.failing, self.silent)
        )

    def facts(self, server: Any, folder: Path, domain: str = DOMAIN) -> Facts:
        """What a look at it finds, asked of the name server through a socket."""
        self.be_served(server)
        cloud = OneSes("aws", local_session(REGION))
        OneSes.ses = Ses(self.ses, self.verified)
        return facts_of(domain, name_server(server.at), cloud, NOW, None, self.sample(folder), self.traffic)

    def sample(self, folder: Path) -> Sample:
        (folder / "mail.eml").write_text(self.mail)
        return sample_of(folder / "mail.eml")
