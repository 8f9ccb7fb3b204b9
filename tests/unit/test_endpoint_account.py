"""How an account, its identities and its faults are set for a test, and what is told of the pace of its mail."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.error import HTTPError

import pytest

from tests.unit.served import Endpoint, account, mail, send, served


@pytest.fixture(scope="module")
def running() -> Iterator[Endpoint]:
    """One for all tests here, where everybody may send."""
    with served(("*",), account=account(max_send_rate_per_s=1e6)) as endpoint:
        yield endpoint


@pytest.fixture
def endpoint(running: Endpoint) -> Endpoint:
    """As if it had just begun."""
    running.ask("POST", "/moto-api/reset")
    running.ask("PUT", "/_seslab/account", account(max_send_rate_per_s=1e6))
    running.ask("PUT", "/_seslab/faults", {})
    return running


def test_another_account_begins_anew(endpoint: Endpoint) -> None:
    """A full limiter and no calls; what was verified stays so, and the routes of rate and limiter know of it."""
    v2 = endpoint.client("sesv2")
    v2.send_email(**mail())
    limited = account(max_send_rate_per_s=1e-3, limiter={"burst": 2}, max_24h_send=5)
    assert endpoint.ask("PUT", "/_seslab/account", limited) == endpoint.ask("GET", "/_seslab/account")
    assert endpoint.ask("GET", "/_seslab/rate") == {"max_send_rate_per_s": 1e-3}
    assert endpoint.ask("GET", "/_seslab/limiter")["burst"] == 2
    assert len(endpoint.decisions()) == 0
    assert [send(v2, **mail()) for _ in range(3)] == [None, None, "TooManyRequestsException"]
    assert v2.get_account()["SendQuota"] == {"Max24HourSend": 5.0, "MaxSendRate": 1e-3, "SentLast24Hours": 2.0}


def test_an_account_can_move_into_the_sandbox(endpoint: Endpoint) -> None:
    """Production access goes, and with it all recipients whom nobody has verified."""
    v2 = endpoint.client("sesv2")
    endpoint.ask("PUT", "/_seslab/account", {"sandbox": True})
    assert v2.get_account()["ProductionAccessEnabled"] is False
    v2.delete_email_identity(EmailIdentity="*")
    v2.create_email_identity(EmailIdentity="me@example.com")
    assert send(v2, **mail()) == "MessageRejected"
    assert send(v2, **mail(to="me@example.com")) is None


def test_server_errors_can_be_had(endpoint: Endpoint) -> None:
    """A share of the sends meets one, the same calls each time that the fault is set."""
    v2, seen = endpoint.client("sesv2"), []
    for _ in range(2):
        endpoint.ask("PUT", "/_seslab/faults", {"fail": 0.5})
        seen.append([send(v2, **mail()) for _ in range(16)])
    assert seen[0] == seen[1]
    assert set(seen[0]) == {None, "ServiceUnavailableException"}


def test_the_fullest_window_is_shown(endpoint: Endpoint) -> None:
    """Under a limiter with room for all, five mails of 10 at once are 50 in a window that may hold some 14."""
    v2 = endpoint.client("sesv2")
    for _ in range(5):
        v2.send_email(**mail(10))
    own = endpoint.ask("GET", "/_seslab/envelope")
    assert (own["rate_per_s"], own["burst"]) == (1e6, 1_000_000)
    slow = endpoint.ask("GET", "/_seslab/envelope?rate=0.001&burst=14")
    [fullest] = slow["fullest"]
    assert (slow["burst"], fullest["recipients"]) == (14, 50)
    assert fullest["may_hold"] == pytest.approx(14 + 0.001 * (fullest["to_s"] - fullest["from_s"]))
    assert endpoint.ask("GET", "/_seslab/envelope?rate=2.5")["burst"] == 3


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("envelope?rate=fast", "rate = fast: must be between 0 and 1000000, in recipients a second"),
        ("calls?from=-5", "from = -5: must be a whole number, of the first call to tell"),
        ("envelope?burst=-1", "burst = -1: must be a whole number, of recipients at once"),
        ("messages?at_least=-1", "at_least = -1: must be a whole number, of mails to wait for"),
    ],
)
def test_a_wrong_question_is_named(endpoint: Endpoint, path: str, line: str) -> None:
    """One line says what would be right."""
    with pytest.raises(HTTPError) as error:
        endpoint.ask("GET", f"/_seslab/{path}")
    with error.value as answer:
        assert line in answer.read().decode()


def test_an_identity_is_shown_as_ses_shows_it(endpoint: Endpoint) -> None:
    """A domain signs with three tokens, those of v1, or with its own key; an address has none."""
    v1, v2 = endpoint.client("ses"), endpoint.client("sesv2")
    own = {"DomainSigningSelector": "mine", "DomainSigningPrivateKey": "a" * 300}
    made = v2.create_email_identity(EmailIdentity="own.example", DkimSigningAttributes=own)
    assert made["DkimAttributes"]["SigningAttributesOrigin"] == "EXTERNAL"
    for name in ("easy.example", "me@example.com"):
        v2.create_email_identity(EmailIdentity=name)
    shown = {
        name: v2.get_email_identity(EmailIdentity=name) for name in ("own.example", "easy.example", "me@example.com")
    }
    dkim = {name: one["DkimAttributes"] for name, one in shown.items()}
    tokens = v1.get_identity_dkim_attributes(Identities=["easy.example"])["DkimAttributes"]["easy.example"][
        "DkimTokens"
    ]
    assert [dkim[name].get("Tokens") for name in shown] == [["mine"], tokens, None]
    assert [dkim[name]["SigningEnabled"] for name in shown] == [True, True, False]
    assert [dkim[name]["SigningAttributesOrigin"] for name in shown] == ["EXTERNAL", "AWS_SES", "AWS_SES"]
    assert all(one["VerifiedForSendingStatus"] for one in shown.values())


def test_a_mail_from_domain_is_set_and_taken_back(endpoint: Endpoint) -> None:
    """Below the identity's own domain; both APIs show it."""
    v1, v2 = endpoint.client("ses"), endpoint.client("sesv2")
    v2.create_email_identity(EmailIdentity="easy.example")

    def put(**asked: str) -> tuple[str | None, str | None]:
        v2.put_email_identity_mail_from_attributes(EmailIdentity="easy.example", **asked)
        told = v1.get_identity_mail_from_domain_attributes(Identities=["easy.example"])
        shown = v2.get_email_identity(EmailIdentity="easy.example")["MailFromAttributes"]
        assert told["MailFromDomainAttributes"]["easy.example"].get("MailFromDomain") == shown.get("MailFromDomain")
        return shown.get("MailFromDomain"), shown["BehaviorOnMxFailure"]

    assert put(MailFromDomain="b.easy.example", BehaviorOnMxFailure="REJECT_MESSAGE") == (
        "b.easy.example",
        "REJECT_MESSAGE",
    )
    assert put() == (None, "USE_DEFAULT_VALUE")
    for asked in ({"MailFromDomain": "b.example"}, {"MailFromDomain": "easy.example"}):
        with pytest.raises(v2.exceptions.BadRequestException):
            put(**asked)
    with pytest.raises(v2.exceptions.NotFoundException):
        v2.put_email_identity_mail_from_attributes(EmailIdentity="gone.example", MailFromDomain="b.gone.example")
