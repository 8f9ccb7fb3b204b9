"""The stack of SMTP credentials, on ministack: it is made, rotates, and leaves nothing behind."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from loadtests.deploy.cloud import Cloud
from loadtests.deploy.ministack import ministack
from loadtests.smtp_credentials.template import template
from tests.deploy import marks

pytestmark = marks.on_ministack()

NAME = "smtp-credentials"
STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")


@pytest.fixture(scope="module", name="cloud")
def _cloud() -> Iterator[Cloud]:
    with ministack() as cloud:
        yield cloud


def _as_ministack_takes_it(made: dict[str, Any]) -> dict[str, Any]:
    """It has no rotation schedules, and no SMTP to log in to."""
    del made["Resources"]["Rotation"]
    made["Resources"]["Function"]["Properties"]["Environment"]["Variables"]["SMTP_HOST"] = ""
    return made


def test_a_stack_makes_and_rotates_credentials(cloud: Cloud) -> None:
    """The secret has credentials as soon as the stack is there, others after each rotation, and the user two keys."""
    formation, iam, secrets = (cloud.client(name) for name in ("cloudformation", "iam", "secretsmanager"))
    text = json.dumps(_as_ministack_takes_it(template("news.example.com")))
    formation.create_stack(StackName=NAME, TemplateBody=text, Capabilities=["CAPABILITY_IAM"])
    _wait(formation, "stack_create_complete")
    [stack] = formation.describe_stacks(StackName=NAME)["Stacks"]
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}
    used = [_value(secrets, outputs["Secret"])["username"]]
    for _ in range(2):
        _rotate(cloud, outputs["Secret"])
        value = _value(secrets, outputs["Secret"])
        used.append(value["username"])
        keys = iam.list_access_keys(UserName=outputs["User"])["AccessKeyMetadata"]
        assert {key["AccessKeyId"] for key in keys} == set(used[-2:])
        assert (len(value["password"]), value["password"][0]) == (44, "B")
    assert len(set(used)) == 3
    formation.delete_stack(StackName=NAME)
    _wait(formation, "stack_delete_complete")
    assert not iam.list_users()["Users"]
    assert not secrets.list_secrets()["SecretList"]


def _wait(formation: Any, until: str) -> None:
    formation.get_waiter(until).wait(StackName=NAME, WaiterConfig={"Delay": 0.2, "MaxAttempts": 300})


def _value(secrets: Any, secret: str) -> Any:
    return json.loads(secrets.get_secret_value(SecretId=secret, VersionStage="AWSCURRENT")["SecretString"])


def _rotate(cloud: Cloud, secret: str) -> None:
    """As Secrets Manager does it, which ministack's does not do by itself."""
    functions = cloud.client("lambda")
    [function] = functions.list_functions()["Functions"]
    token = str(uuid.uuid4())
    for step in STEPS:
        event = {"Step": step, "SecretId": secret, "ClientRequestToken": token}
        answer = functions.invoke(FunctionName=function["FunctionName"], Payload=json.dumps(event))
        assert "FunctionError" not in answer, answer["Payload"].read()
