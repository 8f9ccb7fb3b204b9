"""DynamoDB for real: single items of a table through boto3, in threads of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from loadtests.ports.request_threads import RequestThreads
from strategies.ports import NOTHING, Item

Answer = TypeVar("Answer")

KEY, VALUE, VERSION = "key", "value", "version"
"""The attributes of an item."""

DEFINITION: dict[str, Any] = {
    "AttributeDefinitions": [{"AttributeName": KEY, "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": KEY, "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}
"""What a table is but for its name, to DynamoDB's own API and to CloudFormation alike."""


class TableFailed(Exception):
    """A table did not answer, or refused a request; the message names which."""


class Table:
    """One host's access to a table."""

    def __init__(self, client: Any, name: str, threads: RequestThreads) -> None:
        self._client, self._name, self._threads = client, name, threads

    def get(self, key: str, /) -> Awaitable[Item]:
        return self._threads.carry(self._translated, self._get, key)

    def _get(self, key: str) -> Item:
        found = self._client.get_item(TableName=self._name, Key={KEY: {"S": key}}, ConsistentRead=True).get("Item")
        if found is None:
            return NOTHING
        return Item(tuple(float(number["N"]) for number in found[VALUE]["L"]), int(found[VERSION]["N"]))

    def put(self, key: str, value: Sequence[float], if_version: int | None = None, /) -> Awaitable[bool]:
        return self._threads.carry(self._translated, self._put, key, value, if_version)

    def _put(self, key: str, value: Sequence[float], if_version: int | None) -> bool:
        try:
            self._client.update_item(
                TableName=self._name,
                Key={KEY: {"S": key}},
                UpdateExpression="SET #value = :value ADD #version :one",
                ExpressionAttributeNames={"#value": VALUE, "#version": VERSION},
                ExpressionAttributeValues={
                    ":value": {"L": [{"N": repr(float(number))} for number in value]},
                    ":one": {"N": "1"},
                    **({":version": {"N": str(if_version)}} if if_version else {}),
                },
                **_condition(if_version),
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _translated(self, call: Callable[..., Answer], *arguments: Any) -> Answer:
        try:
            return call(*arguments)
        except (BotoCoreError, ClientError) as error:
            raise TableFailed(f"{self._name}: {error}") from error


def _condition(if_version: int | None) -> dict[str, str]:
    if if_version is None:
        return {}
    return {"ConditionExpression": "#version = :version" if if_version else "attribute_not_exists(#version)"}
