"""The function of the stack: it makes access keys for one user, and keeps what follows from them in one secret.

Secrets Manager asks it for each step of a rotation, CloudFormation when the stack is made and removed. It travels in
the template, with `password.py` in front of it: it imports nothing else of ours.
"""

from __future__ import annotations

import json
import os
import smtplib
import ssl
import time
from contextlib import suppress
from typing import Any
from urllib.request import Request, urlopen

import boto3

from loadtests.smtp_credentials.password import smtp_password

PORT, PATIENCE_S = 465, 5
TRIES = 10  # a new key takes some seconds until SES knows it


def handler(event: dict[str, Any], _context: Any) -> None:
    if "RequestType" in event:
        of_stack(event)
    else:
        STEPS[event["Step"]](event["SecretId"], event["ClientRequestToken"])


def of_stack(event: dict[str, Any]) -> None:
    """The first password, or the end of all keys; CloudFormation waits for an answer whatever happens."""
    status, reason = "SUCCESS", ""
    try:
        if event["RequestType"] == "Delete":
            delete_keys_but(None)
        elif current(os.environ["SECRET"]) is None:
            boto3.client("secretsmanager").put_secret_value(SecretId=os.environ["SECRET"], SecretString=new(None))
    except Exception as error:
        status, reason = "FAILED", type(error).__name__
    told = {key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")}
    told |= {"Status": status, "Reason": reason, "PhysicalResourceId": os.environ["USER_NAME"]}
    urlopen(Request(event["ResponseURL"], json.dumps(told).encode(), {"Content-Type": ""}, method="PUT")).close()


def create(secret: str, token: str) -> None:
    """A new key and its password as the pending version; once, however often it is asked for."""
    client = boto3.client("secretsmanager")
    with suppress(client.exceptions.ResourceNotFoundException):
        client.get_secret_value(SecretId=secret, VersionId=token, VersionStage="AWSPENDING")
        return
    client.put_secret_value(
        SecretId=secret, ClientRequestToken=token, SecretString=new(current(secret)), VersionStages=["AWSPENDING"]
    )


def put(_secret: str, _token: str) -> None:
    """Nothing: SES knows the key since it was made."""


def test(secret: str, token: str) -> None:
    """Log in; mail is not sent."""
    found = boto3.client("secretsmanager").get_secret_value(SecretId=secret, VersionId=token, VersionStage="AWSPENDING")
    value = json.loads(found["SecretString"])
    for left in reversed(range(TRIES if value["host"] else 0)):
        try:
            with smtplib.SMTP_SSL(value["host"], PORT, context=ssl.create_default_context()) as smtp:
                smtp.login(value["username"], value["password"])
            return
        except smtplib.SMTPAuthenticationError:
            if not left:
                raise
            time.sleep(PATIENCE_S)  # noqa: TID251 - a Lambda has no world's clock


def finish(secret: str, token: str) -> None:
    """The pending version is the current one; the key before it works until the next rotation."""
    client = boto3.client("secretsmanager")
    stages = client.describe_secret(SecretId=secret)["VersionIdsToStages"]
    old = next((version for version, its in stages.items() if "AWSCURRENT" in its), None)
    if old != token:
        move = {"RemoveFromVersionId": old} if old else {}
        client.update_secret_version_stage(SecretId=secret, VersionStage="AWSCURRENT", MoveToVersionId=token, **move)


STEPS = {"createSecret": create, "setSecret": put, "testSecret": test, "finishSecret": finish}


def new(used: str | None) -> str:
    """A key beside the one that is used; a user has two at most, so the others go."""
    delete_keys_but(used)
    key = boto3.client("iam").create_access_key(UserName=os.environ["USER_NAME"])["AccessKey"]
    password = smtp_password(key["SecretAccessKey"], os.environ["AWS_REGION"])
    value = {"username": key["AccessKeyId"], "password": password, "host": os.environ["SMTP_HOST"], "port": PORT}
    return json.dumps(value)


def current(secret: str) -> str | None:
    """The ID of the key that is used; none where the secret has no value yet, or one that is not ours."""
    client = boto3.client("secretsmanager")
    with suppress(client.exceptions.ResourceNotFoundException, KeyError, ValueError):
        found = client.get_secret_value(SecretId=secret, VersionStage="AWSCURRENT")
        return str(json.loads(found["SecretString"])["username"])
    return None


def delete_keys_but(used: str | None) -> None:
    user, iam = os.environ["USER_NAME"], boto3.client("iam")
    for key in iam.list_access_keys(UserName=user)["AccessKeyMetadata"]:
        if key["AccessKeyId"] != used:
            iam.delete_access_key(UserName=user, AccessKeyId=key["AccessKeyId"])
