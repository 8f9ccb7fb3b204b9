"""The bucket that a run's package lies in: made, filled, emptied and deleted with its stack."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from loadtests.deploy.cloud import Cloud
from loadtests.deploy.stack.names import PREFIX, RUN_TAG, stack_of
from loadtests.function.package import key_of

NOT_REGIONAL = "us-east-1"  # S3 refuses the name of its first region as a location


def fill(cloud: Cloud, run: str, content: bytes) -> tuple[str, str]:
    """Make the run's bucket and put the package there; returns bucket and key."""
    s3, name, key = cloud.client("s3"), stack_of(run), key_of(content)
    place = {"CreateBucketConfiguration": {"LocationConstraint": cloud.region}} if cloud.region != NOT_REGIONAL else {}
    s3.create_bucket(Bucket=name, **place)
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": RUN_TAG, "Value": run}]})
    s3.put_object(Bucket=name, Key=key, Body=content)
    return name, key


def buckets(cloud: Cloud) -> dict[str, str]:
    """The runs that have a bucket in this region, each with its bucket: told by name and by tag, to be sure."""
    s3 = cloud.client("s3")
    names = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"] if bucket["Name"].startswith(PREFIX)]
    return {run: name for name in names for run in _run_of(s3, name) if name == stack_of(run)}


def _run_of(s3: Any, name: str) -> Iterator[str]:
    try:
        tags = s3.get_bucket_tagging(Bucket=name)["TagSet"]
    except ClientError:  # without tags, of another region, or gone meanwhile: none of ours
        return
    yield from (tag["Value"] for tag in tags if tag["Key"] == RUN_TAG)


def remove(cloud: Cloud, name: str) -> None:
    """Empty and delete it."""
    s3 = cloud.client("s3")
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=name):
        for item in page.get("Contents", ()):
            s3.delete_object(Bucket=name, Key=item["Key"])
    s3.delete_bucket(Bucket=name)
