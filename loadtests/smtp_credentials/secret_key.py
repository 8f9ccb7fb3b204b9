"""A secret access key, from a prompt, a pipe or a profile: never from a command line, which others can read."""

from __future__ import annotations

import re
import sys
from difflib import get_close_matches
from getpass import getpass
from typing import NamedTuple

from boto3.session import Session
from botocore.exceptions import BotoCoreError

from scenarios.errors import BadInput
from scenarios.formats.quoted import cut, printable

CHARACTERS = 40
MOST_READ = 4_096
ACCESS_KEY_ID = re.compile(r"[A-Z0-9]{16,128}")
TEMPORARY = "ASIA"  # begins the ID of a key that ends with a session


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
    if id is not None:
        _check_id(id, "--access-key-id")
    return AccessKey(id, _checked(_read(), "the secret access key"))


def _check_id(id: str, what: str) -> None:
    if id.startswith(TEMPORARY):
        raise BadInput(
            f"{what}: is that of temporary credentials, and SES's SMTP takes none; "
            "name an access key of an IAM user, which begins with AKIA"
        )
    if not ACCESS_KEY_ID.fullmatch(id):
        raise BadInput(f"{what}: must be the ID of an access key, such as AKIAIOSFODNN7EXAMPLE")


def checked_region(region: str | None) -> str:
    """Raises BadInput: the password depends on it."""
    if region is None:
        raise BadInput("--region: missing; name the region in which SES is to be used, such as eu-west-1")
    known = _regions()
    if region not in known:
        near = " or ".join(sorted(get_close_matches(region, known))) or "eu-west-1"
        raise BadInput(f"--region = {printable(cut(region))}: must be a region's name, such as {near}")
    return region


def _regions() -> list[str]:
    """Of all partitions, as botocore lists them."""
    session = Session()
    partitions = session.get_available_partitions()
    return [name for partition in partitions for name in session.get_available_regions("ec2", partition)]


def _of_profile(profile: str) -> AccessKey:
    try:
        found = Session(profile_name=profile).get_credentials()
        frozen = found.get_frozen_credentials() if found else None
    except BotoCoreError as error:
        raise BadInput(f"--profile = {printable(profile)}: {' '.join(str(error).split())}") from error
    if frozen is None:
        raise BadInput(f"--profile = {printable(profile)}: has no access key; name a profile with one")
    if frozen.token:
        raise BadInput(
            f"--profile = {printable(profile)}: its credentials are temporary, and SES's SMTP takes none; "
            "name a profile with the access key of an IAM user"
        )
    of_profile = f"--profile = {printable(profile)}"
    _check_id(str(frozen.access_key), f"{of_profile}: its access key ID")
    return AccessKey(str(frozen.access_key), _checked(str(frozen.secret_key), f"{of_profile}: the secret"))


def _read() -> str:
    """A line; on a terminal nothing of it is shown."""
    if sys.stdin.isatty():
        return getpass("secret access key: ", stream=sys.stderr).strip()
    try:
        return sys.stdin.read(MOST_READ).strip()
    except UnicodeDecodeError:
        return ""


def _checked(secret: str, what: str) -> str:
    if len(secret) != CHARACTERS:
        raise BadInput(f"{what}: has {len(secret)} characters; must be one secret access key, which has {CHARACTERS}")
    if not secret.isascii() or not secret.isprintable() or " " in secret:
        raise BadInput(f"{what}: holds what no key does; must be {CHARACTERS} visible characters of ASCII")
    return secret
