"""A scenario for an account, and what carries a local SES's events to the cloud that stands in for AWS."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from threading import Event, Thread

from boto3.session import Session

from loadtests.deploy.cloud import Cloud
from loadtests.deploy.stack.publishing import QUEUE as WITNESS_QUEUE
from loadtests.deploy.stack.publishing import SET as WITNESS_SET
from loadtests.moto.local_aws import Moto
from loadtests.ports.local import REGION
from scenarios.schema.model import Scenario

RATE_PER_S = 14  # what a new account has, and ministack's SES says
SCENARIO = Scenario.model_validate(
    {
        "name": "on-aws",
        "horizon_s": 40,
        "account": {"max_send_rate_per_s": RATE_PER_S},
        "workload": ({"process": "batch", "messages": 40},),
    }
)

LONG = SCENARIO.model_copy(update={"workload": (SCENARIO.workload[0].model_copy(update={"messages": 400}),)})
"""Far more to send than would be sent before events of the first have arrived."""


class Relay:
    """In one AWS, SES publishes to the stack's own queue; here SES is elsewhere, so its events are carried over."""

    def __init__(self, ses: Moto, cloud: Cloud) -> None:
        session = Session(region_name=REGION)
        self._clients = {name: session.client(name, endpoint_url=ses.url) for name in ("sns", "sqs", "sesv2")}
        self._cloud, self._done, self.carried = cloud, Event(), 0
        self._thread = Thread(target=self._carry)

    def begin(self, outputs: Mapping[str, str]) -> None:
        """The stack's configuration set, at the SES that is asked to use it."""
        name, sns, sqs = outputs[WITNESS_SET], self._clients["sns"], self._clients["sqs"]
        topic = sns.create_topic(Name=name)["TopicArn"]
        self._from, self._to = sqs.create_queue(QueueName=name)["QueueUrl"], outputs[WITNESS_QUEUE]
        arn = sqs.get_queue_attributes(QueueUrl=self._from, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
        self._clients["sesv2"].create_configuration_set(ConfigurationSetName=name)
        self._clients["sesv2"].create_configuration_set_event_destination(
            ConfigurationSetName=name,
            EventDestinationName="witness",
            EventDestination={
                "Enabled": True,
                "MatchingEventTypes": ["SEND", "REJECT", "DELIVERY", "BOUNCE"],
                "SnsDestination": {"TopicArn": topic},
            },
        )
        self._thread.start()

    def _carry(self) -> None:
        to, sqs = self._cloud.client("sqs"), self._clients["sqs"]
        while not self._done.wait(0.05):
            for message in sqs.receive_message(QueueUrl=self._from, MaxNumberOfMessages=10).get("Messages", ()):
                with suppress(to.exceptions.QueueDoesNotExist):  # the run is over, and its stack gone
                    to.send_message(QueueUrl=self._to, MessageBody=message["Body"])
                self.carried += 1
                sqs.delete_message(QueueUrl=self._from, ReceiptHandle=message["ReceiptHandle"])

    def end(self) -> None:
        self._done.set()
        if self._thread.ident is not None:
            self._thread.join()
