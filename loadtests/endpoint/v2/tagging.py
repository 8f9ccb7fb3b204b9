"""API v2: tags of resources, where moto keeps them, so that its TagResource and ListTagsForResource know them too."""

from __future__ import annotations

from typing import Any

from moto.ses.models import SESBackend
from moto.ses.utils import get_arn


def tag(backend: SESBackend, resource: str, tags: list[dict[str, str]]) -> None:
    """The resource is named as in its ARN: `contact-list/letters`."""
    if tags:
        backend.tagger.tag_resource(get_arn(backend, "ses", resource), tags)


def tags_of(backend: SESBackend, resource: str) -> list[dict[str, Any]]:
    tags: list[dict[str, Any]] = backend.tagger.list_tags_for_resource(get_arn(backend, "ses", resource))["Tags"]
    return tags


def untag(backend: SESBackend, resource: str) -> None:
    """The resource is gone."""
    backend.tagger.delete_all_tags_for_resource(get_arn(backend, "ses", resource))
