"""What becomes of mail that the endpoint has accepted: told when it happens, judged by AWS, shown to all who ask."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from math import inf
from threading import Event
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from loadtests.endpoint.message import Message
from loadtests.endpoint.publishing import mailroom
from loadtests.endpoint.publishing.addressed import FATES_AT
from loadtests.endpoint.publishing.letters import STATES, Letter
from loadtests.endpoint.publishing.timekeeper import Timekeeper
from loadtests.endpoint.refusals import Refused, refusal
from loadtests.endpoint.routes import DEFAULT_ACCOUNT, DEFAULT_REGION
from loadtests.endpoint.service import Service
from loadtests.endpoint.ses import Ses
from loadtests.endpoint.smtp.server import reply_to
from scenarios.delivery.deliveries import delivered_of
from scenarios.delivery.recipients import Population, key_of_address
from scenarios.ledger.delivered import DELIVERY_FATES
from scenarios.ledger.ledger import PAUSED
from scenarios.schema.delivery.delivery import Delivery
from scenarios.schema.model import Scenario
from tests.properties.test_delivery import deliveries
from tests.unit.served import SENDER, Endpoint, account, mail, mail_v1, send, served

SEED = 3
DECIDED = ("decided_s", "mail", "first_recipient", "recipients", "outcome")


class SetClock:
    """Stands still until it is set."""

    now_s = 0.0

    def now(self) -> float:
        return self.now_s


@contextmanager
def ses_with(delivery: Delivery) -> Iterator[tuple[Ses, SetClock]]:
    """The SES of an account that may send anything, by a clock of the test's."""
    tables = {
        "name": "delivery",
        "workload": ({"process": "batch", "messages": 1},),
        "account": account(max_send_rate_per_s=1e6),
        "latency": {kind: {"constant_ms": 0} for kind in ("ses_send", "ses_throttle")},
        "delivery": delivery.model_dump(),
    }
    with closing(Service(Scenario.model_validate(tables), SEED, ("*",))) as service:
        ses, clock = service.of(DEFAULT_ACCOUNT, DEFAULT_REGION), SetClock()
        ses.run.clock = clock  # type: ignore[assignment]
        yield ses, clock


def submitted(ses: Ses, number: int, recipients: int) -> Letter | None:
    """A run's own mail, as it is followed; None if the account is paused."""
    to = tuple(f"success+{number}.{who}@simulator.amazonses.com" for who in range(recipients))
    tags = {"call": "1", "mail": str(number), "first": "0"}
    try:
        sent = ses.submit(Message(SENDER, to=to, tags=tags))
    except Refused:
        return None
    kept = ses._common.store.get(sent.message_id)
    assert kept is not None
    return kept.letter


CALLS = st.lists(st.tuples(st.floats(0, 900), st.integers(0, 30), st.integers(1, 8)), min_size=1, max_size=40)
PENDING = ("on its way", "waiting")
FATES = {fate: number for number, fate in enumerate(DELIVERY_FATES) if fate != "pending"}


@given(deliveries(), CALLS)
def test_the_endpoint_s_draws_are_the_simulator_s(delivery: Delivery, calls: list[tuple[float, int, int]]) -> None:
    """The same calls have the same fates at the same instants, and AWS pauses the account at the same one."""
    with ses_with(delivery) as (ses, clock):
        found = []
        for gap_s, number, recipients in calls:
            clock.now_s += gap_s
            found.append(submitted(ses, number, recipients))
        clock.now_s += 2000.0
        ses.tell_due()
        rows, counts = ses.run.decision_log.rows(), ses.run.mailroom.counts
    told = delivered_of(delivery, SEED, {name: rows[name] for name in DECIDED}, clock.now_s)
    row = 0
    for decided_s, letter in zip(rows["decided_s"].tolist(), found, strict=True):
        paused_s = inf if told.judged.paused_s is None else told.judged.paused_s
        assert paused_s <= decided_s if letter is None else decided_s <= paused_s
        for one in letter.addressees.values() if letter else ():
            assert letter is not None
            fate, ended_s = DELIVERY_FATES[told.copies["outcome"][row]], told.copies["ended_s"][row]
            end = next((done for done in one.happened if STATES[done.fate] == fate), None)
            assert (end is None and one.state in PENDING) == (fate == "pending")
            if end is not None:
                assert end.at_unix_s - letter.sent.at_unix_s == pytest.approx(ended_s - decided_s, abs=1e-5)
            turned_away = sum(STATES[done.fate] == "waiting" for done in one.happened)
            assert turned_away == told.copies["deferrals"][row]
            row += 1
    assert row == len(told.copies["outcome"])
    for number, name in enumerate(told.providers):
        of_it, counted = told.copies["outcome"][told.copies["provider"] == number], counts.get(name, Counter())
        assert counted["accepted"] == len(of_it)
        assert {fate: counted[fate] for fate in FATES} == {fate: int((of_it == FATES[fate]).sum()) for fate in FATES}


@given(st.emails(), st.integers(0, 2**62))
def test_a_mailbox_is_one_for_ever(address: str, seed: int) -> None:
    """Of anybody's mail the address decides, in whatever letters, and the seed; nothing else does."""
    population = Population(Delivery(), seed)
    assert 0 <= key_of_address(address) < 2**63
    assert population.nature(key_of_address(address)) == population.nature(key_of_address(address.upper()))


BOUNCES = {"providers": {"p": {"share": 1, "inbox": {"constant_ms": 0}}}, "hard_bounce": 1.0}
JUDGED = {**BOUNCES, "reputation": {"representative_volume": 10}}


def delivery(endpoint: Endpoint) -> Any:
    """What the endpoint tells of the delivery stage."""
    return endpoint.ask("GET", "/_seslab/delivery")


def recipients(endpoint: Endpoint, message_id: str) -> Any:
    """How far a mail's recipients have come."""
    return endpoint.ask("GET", f"/_seslab/messages/{message_id}")["recipients"]


def test_a_paused_account_refuses_in_ses_s_own_words() -> None:
    """From the bounce on that is one too many, at all interfaces; only a new start ends what AWS itself has begun."""
    with served(account=account(max_send_rate_per_s=1000.0), delivery=JUDGED) as endpoint:
        v1, v2 = endpoint.client("ses"), endpoint.client("sesv2")
        assert v2.get_account()["EnforcementStatus"] == "HEALTHY"
        assert send(v2, **mail()) is None
        assert (delivery(endpoint)["standing"], delivery(endpoint)["bounce_rate"]) == ("paused", 0.1)
        bulk = {"FromEmailAddress": SENDER, "DefaultContent": {"Template": {"TemplateContent": CONTENT}}}
        entry = {"Destination": {"ToAddresses": ["you@example.org"]}}
        for _ in range(2):
            assert send(v2, **mail()) == "SendingPausedException"
            assert send(v1, **mail_v1()) == "AccountSendingPausedException"
            with pytest.raises(v2.exceptions.SendingPausedException):
                v2.send_bulk_email(BulkEmailEntries=[entry], **bulk)
            assert send(v2, **mail(to="success@simulator.amazonses.com")) == "SendingPausedException"
            about = v2.get_account()
            assert (about["EnforcementStatus"], about["SendingEnabled"]) == ("SHUTDOWN", False)
            assert not v1.get_account_sending_enabled()["Enabled"]
            v2.put_account_sending_attributes(SendingEnabled=True)
            v1.update_account_sending_enabled(Enabled=True)
        [point] = v1.get_send_statistics()["SendDataPoints"]
        assert (point["DeliveryAttempts"], point["Bounces"], point["Complaints"]) == (1, 1, 0)
        endpoint.raw("POST", "/_seslab/start", {"zero_unix_s": 0})
        assert v2.get_account()["EnforcementStatus"] == "HEALTHY"
        assert send(v2, **mail(to="other@example.org")) is None
    assert reply_to(refusal(PAUSED)).startswith("554 Message rejected: Sending paused for this account.")


CONTENT = {"Subject": "seslab", "Text": "One mail of a test."}


def test_an_account_may_be_paused_in_the_midst_of_a_bulk_call() -> None:
    """The entries before are accepted, those after have the status of a paused account."""
    with served(account=account(max_send_rate_per_s=1000.0), delivery=JUDGED) as endpoint:
        entries = [{"Destination": {"ToAddresses": [f"u{number}@example.org"]}} for number in range(3)]
        content = {"Template": {"TemplateContent": CONTENT}}
        v2 = endpoint.client("sesv2")
        told = v2.send_bulk_email(FromEmailAddress=SENDER, DefaultContent=content, BulkEmailEntries=entries)
        statuses = [one["Status"] for one in told["BulkEmailEntryResults"]]
    assert statuses == ["SUCCESS", "ACCOUNT_SENDING_PAUSED", "ACCOUNT_SENDING_PAUSED"]


def test_what_bounces_is_suppressed_from_then_on() -> None:
    """If the account's reasons say so: accepted, not sent, and no matter of reputation; a new start forgets it."""
    with served(account=account(max_send_rate_per_s=1000.0), delivery=BOUNCES) as endpoint:
        v2 = endpoint.client("sesv2")
        v2.send_email(**mail())
        until(endpoint, "bounced", 1)
        again = v2.send_email(**mail())["MessageId"]
        assert [one["fates"] for one in recipients(endpoint, again)] == [["Bounce Permanent OnAccountSuppressionList"]]
        assert v2.get_account()["SendQuota"]["SentLast24Hours"] == 2
        assert delivery(endpoint)["providers"]["p"]["accepted"] == 1
        v2.put_account_suppression_attributes(SuppressedReasons=["COMPLAINT"])
        v2.send_email(**mail(to="other@example.org"))
        until(endpoint, "bounced", 2)
        listed = v2.list_suppressed_destinations()["SuppressedDestinationSummaries"]
        assert [(one["EmailAddress"], one["Reason"]) for one in listed] == [("you@example.org", "BOUNCE")]
        endpoint.raw("POST", "/_seslab/start", {"zero_unix_s": 0})
        assert v2.list_suppressed_destinations()["SuppressedDestinationSummaries"] == []


def until(endpoint: Endpoint, fate: str, count: int) -> Any:
    """What the endpoint tells, once so many have met a fate."""
    for _ in range(10_000):
        providers = delivery(endpoint)["providers"]
        if sum(one[fate] for one in providers.values()) >= count:
            return providers
    raise AssertionError(f"no {count} {fate}")


def listening(endpoint: Endpoint) -> Any:
    """A function that waits for the next events of the configuration set `all`."""
    v2, sns, sqs = endpoint.client("sesv2"), endpoint.client("sns"), endpoint.client("sqs")
    topic, url = sns.create_topic(Name="events")["TopicArn"], sqs.create_queue(QueueName="events")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    v2.create_configuration_set(ConfigurationSetName="all")
    kinds = ["SEND", "DELIVERY", "BOUNCE", "COMPLAINT", "DELIVERY_DELAY"]
    there = {"Enabled": True, "MatchingEventTypes": kinds, "SnsDestination": {"TopicArn": topic}}
    v2.create_configuration_set_event_destination(
        ConfigurationSetName="all", EventDestinationName="events", EventDestination=there
    )

    def events(count: int) -> list[Any]:
        found: list[Any] = []
        while len(found) < count:
            given = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5, MaxNumberOfMessages=10)
            assert given.get("Messages"), found
            bodies = [one["Body"] for one in given["Messages"]]
            found += [json.loads(body) for body in bodies if body.startswith("{")]
        return found

    return events


TALE = {
    "421+90s": ["Send", "DeliveryDelay", "Delivery"],
    "550": ["Send", "Bounce"],
    "complaint+60s": ["Send", "Delivery", "Complaint"],
    "bounce+full": ["Send", "DeliveryDelay", "Bounce"],
}


@pytest.mark.parametrize("form", TALE)
def test_events_come_when_they_happen(form: str) -> None:
    """Each at its own instant, in the order of these, in SES's shapes, and the mail's document tells the same."""
    table = {"max_delivery_s": 300.0, "reputation": {"pauses": False}}
    with served(speed=600.0, delivery=table, account=account()) as endpoint:
        events = listening(endpoint)
        sent = mail(to=f"{form}@{FATES_AT}", ConfigurationSetName="all")
        message_id = endpoint.client("sesv2").send_email(**sent)["MessageId"]
        told = events(len(TALE[form]))
        assert [event["eventType"] for event in told] == TALE[form]
        document = endpoint.ask("GET", f"/_seslab/messages/{message_id}")
    assert document["events"] == told
    begun = instant(told[0]["mail"]["timestamp"])
    after_s = [instant(details["timestamp"]) - begun for event in told[1:] for details in list(event.values())[2:]]
    assert after_s == sorted(after_s)
    lasts_s = {"421+90s": 90, "550": 0, "complaint+60s": 60, "bounce+full": 300}[form] / 600
    assert after_s[-1] == pytest.approx(lasts_s, abs=0.002)
    if form == "421+90s":
        assert instant(told[1]["deliveryDelay"]["expirationTime"]) - begun == pytest.approx(300 / 600, abs=0.002)
    if form == "bounce+full":
        assert (told[1]["deliveryDelay"]["delayType"], told[2]["bounce"]["bounceType"]) == ("MailboxFull", "Transient")


def test_all_events_of_a_mail_are_told_however_many_come_at_once() -> None:
    """One bounces beside another, a complaint comes with its delivery, and a delay without length with its end."""
    to = [f"{form}@{FATES_AT}" for form in ("550", "bounce", "complaint", "421+0s")]
    with served(delivery={"reputation": {"pauses": False}}, account=account()) as endpoint:
        events = listening(endpoint)
        endpoint.client("sesv2").send_email(**mail(ConfigurationSetName="all") | {"Destination": {"ToAddresses": to}})
        told = Counter(event["eventType"] for event in events(7))
    assert told == {"Send": 1, "Bounce": 2, "Delivery": 2, "Complaint": 1, "DeliveryDelay": 1}


def instant(stamp: str) -> float:
    """Unix time of a record's."""
    return datetime.fromisoformat(stamp).timestamp()


def test_nothing_of_before_is_told_after_a_new_start() -> None:
    """Of what waits there is nothing any more, at a start and at a reset; what comes then is told."""
    with served(speed=10.0, delivery={}, account=account()) as endpoint:
        events = listening(endpoint)
        sent = {number: mail(to=f"421+{number}s@{FATES_AT}", ConfigurationSetName="all") for number in (900, 16)}
        v2 = endpoint.client("sesv2")
        v2.send_email(**sent[900])
        assert [event["eventType"] for event in events(2)] == ["Send", "DeliveryDelay"]
        endpoint.raw("PUT", "/_seslab/account", account())
        about = delivery(endpoint)
        assert (about["providers"], about["waiting_bytes"], about["next_unix_s"]) == ({}, 0, None)
        v2.send_email(**sent[16])
        told = events(3)
        endpoint.raw("POST", "/moto-api/reset")
        assert delivery(endpoint)["providers"] == {}
    assert [event["eventType"] for event in told] == ["Send", "DeliveryDelay", "Delivery"]
    assert {event["mail"]["destination"][0] for event in told} == {f"421+16s@{FATES_AT}"}


def test_a_configuration_set_may_go_while_its_mail_is_on_its_way(caplog: pytest.LogCaptureFixture) -> None:
    """What happens then is told nobody, and is known all the same; the mail of others goes on."""
    with served(speed=100.0, account=account()) as endpoint:
        listening(endpoint)
        v2 = endpoint.client("sesv2")
        v2.send_email(**mail(to=f"421+1m@{FATES_AT}", ConfigurationSetName="all"))
        v2.delete_configuration_set(ConfigurationSetName="all")
        v2.send_email(**mail(to=f"421+1m@{FATES_AT}"))
        until(endpoint, "delivered", 2)
    assert caplog.records == []


def test_what_waits_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound mail is accepted and sent, and nothing more is told of it; what is over makes room again."""
    monkeypatch.setattr(mailroom, "MOST_WAITING_BYTES", 4000)
    with served(account=account(), speed=100.0) as endpoint:
        v2 = endpoint.client("sesv2")
        first, second = (v2.send_email(**mail(to=f"421+3m@{FATES_AT}"))["MessageId"] for _ in range(2))
        assert [one["state"] for one in recipients(endpoint, second)] == ["not followed"]
        assert (delivery(endpoint)["not_followed"], delivery(endpoint)["waiting_bytes"]) == (1, 3000)
        until(endpoint, "delivered", 1)
        assert [one["state"] for one in recipients(endpoint, first)] == ["delivered"]
        assert delivery(endpoint)["waiting_bytes"] == 0
        third = v2.send_email(**mail(to=f"550@{FATES_AT}"))["MessageId"]
        until(endpoint, "bounced", 1)
        assert [one["fates"] for one in recipients(endpoint, third)] == [["Bounce Permanent General"]]


def test_without_the_table_nothing_is_judged() -> None:
    """Addresses that tell their fate meet it, anybody else's mail is delivered at once, and nobody is suppressed."""
    with served(account=account(max_send_rate_per_s=1000.0)) as endpoint:
        v2 = endpoint.client("sesv2")
        ids = [v2.send_email(**mail(to=to))["MessageId"] for to in (f"550@{FATES_AT}", "you@example.org")]
        assert [recipients(endpoint, one)[0]["fates"] for one in ids] == [["Bounce Permanent General"], ["Delivery"]]
        assert "state" not in recipients(endpoint, ids[1])[0]
        about = delivery(endpoint)
        assert (about["modelled"], about["standing"]) == (False, "healthy")
        assert v2.list_suppressed_destinations()["SuppressedDestinationSummaries"] == []


def test_a_timekeeper_does_what_is_due_and_ends_at_once() -> None:
    """It begins with the first thing that is due, hears of one that is due sooner, and waits for none at its end."""
    done, waits_s = Event(), iter([None])
    idle = Timekeeper(lambda: None)
    assert idle._thread is None
    idle.close()

    def work() -> float | None:
        done.set()
        return next(waits_s)

    keeper = Timekeeper(work)
    keeper.expect(1000.0)
    assert not done.is_set()
    keeper.expect(0.0)
    assert done.wait(10.0)
    keeper.expect(1000.0)
    keeper.close()
    assert keeper._thread is not None
    assert not keeper._thread.is_alive()
    keeper.expect(0.0)
