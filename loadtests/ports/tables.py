"""DynamoDB for real: single items of a table through boto3, in threads of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from math import ceil
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from loadtests.ports.request_threads import RequestThreads
from strategies.ports import NOTHING, Item, Key
from strategies.resources import Table as Declared

Answer = TypeVar("Answer")

VALUE, VERSION, EXPIRES = "value", "version", "expires"
"""The attributes of an item besides its key; `EXPIRES` is a second of Unix time."""


def definition(declared: Declared) -> dict[str, Any]:
    """What a table is but for its name, to DynamoDB's own API and to CloudFormation alike."""
    kinds = zip(declared.keys, ("HASH", "RANGE"), strict=False)
    return {
        "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"} for key in declared.keys],
        "KeySchema": [{"AttributeName": key, "KeyType": kind} for key, kind in kinds],
        "BillingMode": "PAY_PER_REQUEST",
    }


def expiry(declared: Declared) -> dict[str, Any]:
    """Its specification of a time to live."""
    return {"AttributeName": EXPIRES, "Enabled": declared.expires}


class TableFailed(Exception):
    """A table did not answer, or refused a request; the message names which."""


class Table:
    """One host's access to a table, whose real name is `name`."""

    def __init__(self, client: Any, declared: Declared, name: str, threads: RequestThreads) -> None:
        self._client, self._keys, self._name, self._threads = client, declared.keys, name, threads

    def get(self, key: Key, /) -> Awaitable[Item]:
        return self._threads.carry(self._translated, self._get, key)

    def _get(self, key: Key) -> Item:
        found = self._client.get_item(TableName=self._name, Key=self._key(key), ConsistentRead=True).get("Item")
        return NOTHING if found is None else item_of(found)

    def of(self, first: str, /) -> Awaitable[Sequence[Item]]:
        return self._threads.carry(self._translated, self._of, first)

    def _of(self, first: str) -> list[Item]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._name,
            KeyConditionExpression="#first = :first",
            ExpressionAttributeNames={"#first": self._keys[0]},
            ExpressionAttributeValues={":first": {"S": first}},
            ConsistentRead=True,
        )
        return [item_of(found) for page in pages for found in page["Items"]]

    def put(
        self, key: Key, value: Sequence[float], if_version: int | None = None, until_s: float | None = None, /
    ) -> Awaitable[bool]:
        return self._threads.carry(self._translated, self._put, key, value, if_version, until_s)

    def _put(self, key: Key, value: Sequence[float], if_version: int | None, until_s: float | None) -> bool:
        new: dict[str, Any] = {VALUE: {"L": [{"N": repr(float(number))} for number in value]}}
        if until_s is not None:
            new[EXPIRES] = {"N": str(ceil(until_s))}
        try:
            self._client.update_item(
                TableName=self._name,
                Key=self._key(key),
                UpdateExpression=f"SET {', '.join(f'#{name} = :{name}' for name in new)} ADD #version :one",
                ExpressionAttributeNames={f"#{name}": name for name in (*new, VERSION)},
                ExpressionAttributeValues={
                    **{f":{name}": attribute for name, attribute in new.items()},
                    ":one": {"N": "1"},
                    **({":version": {"N": str(if_version)}} if if_version else {}),
                },
                **_condition(if_version),
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _key(self, key: Key) -> dict[str, Any]:
        parts = (key,) if isinstance(key, str) else key
        return {name: {"S": part} for name, part in zip(self._keys, parts, strict=True)}

    def _translated(self, call: Callable[..., Answer], *arguments: Any) -> Answer:
        try:
            return call(*arguments)
        except (BotoCoreError, ClientError) as error:
            raise TableFailed(f"{self._name}: {error}") from error


def item_of(found: Mapping[str, Any]) -> Item:
    """An item as DynamoDB gives it."""
    return Item(tuple(float(number["N"]) for number in found[VALUE]["L"]), int(found[VERSION]["N"]))


def _condition(if_version: int | None) -> dict[str, str]:
    if if_version is None:
        return {}
    return {"ConditionExpression": "#version = :version" if if_version else "attribute_not_exists(#version)"}
