"""A secret access key, from a prompt, a pipe or a profile: never from a command line, which others can read."""

from __future__ import annotations

import re
import sys
from getpass import getpass
from typing import NamedTuple

from boto3.session import Session
from botocore.exceptions import BotoCoreError

from scenarios.errors import BadInput
from scenarios.formats.quoted import cut
from scenarios.schema.files import printable

CHARACTERS = 40
MOST_READ = 4_096
ACCESS_KEY_ID = re.compile(r"[A-Z0-9]{16,128}")
TEMPORARY = "ASIA"  # begins the ID of a key that ends with a session
_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d")


class AccessKey(NamedTuple):
    """`id` is None where only the secret was given."""

    id: str | None
    secret: str


def access_key(profile: str | None, id: str | None) -> AccessKey:
    """Of a profile, else of what is typed or comes through a pipe. Raises BadInput, which never shows the secret."""
    if profile is not None:
        if id is not None:
            raise BadInput("--access-key-id: is known of a --profile; leave out one of the two")
        return _of_profile(profile)
    if id is not None and not ACCESS_KEY_ID.fullmatch(id):
        raise BadInput("--access-key-id: must be the ID of an access key, such as AKIAIOSFODNN7EXAMPLE")
    return AccessKey(id, _checked(_read(), "the secret access key"))


def checked_region(region: str | None) -> str:
    """Raises BadInput: the password depends on it."""
    if region is None:
        raise BadInput("--region: missing; name the region in which SES is to be used, such as eu-west-1")
    if not _REGION.fullmatch(region):
        raise BadInput(f"--region = {printable(cut(region))}: must be a region's name, such as eu-west-1")
    return region


def _of_profile(profile: str) -> AccessKey:
    try:
        found = Session(profile_name=profile).get_credentials()
        frozen = found.get_frozen_credentials() if found else None
    except BotoCoreError as error:
        raise BadInput(f"--profile = {printable(profile)}: {' '.join(str(error).split())}") from error
    if frozen is None:
        raise BadInput(f"--profile = {printable(profile)}: has no access key; name a profile with one")
    if frozen.token or str(frozen.access_key).startswith(TEMPORARY):
        raise BadInput(
            f"--profile = {printable(profile)}: its credentials are temporary, and SES's SMTP takes none; "
            "name a profile with the access key of an IAM user"
        )
    return AccessKey(
        str(frozen.access_key), _checked(str(frozen.secret_key), f"--profile = {printable(profile)}: the secret")
    )


def _read() -> str:
    """A line; on a terminal nothing of it is shown."""
    if sys.stdin.isatty():
        return getpass("secret access key: ", stream=sys.stderr).strip()
    try:
        return sys.stdin.read(MOST_READ).strip()
    except UnicodeDecodeError:
        return ""


def _checked(secret: str, what: str) -> str:
    if len(secret) != CHARACTERS or not secret.isascii() or not secret.isprintable() or " " in secret:
        raise BadInput(f"{what}: has {len(secret)} characters; must be one secret access key, which has {CHARACTERS}")
    return secret
