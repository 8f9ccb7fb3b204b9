"""Files with SMTP credentials: a line each, an access key's ID and the password; `#` begins a line that is none."""

from __future__ import annotations

import hmac
import os
import stat
from collections.abc import Mapping
from pathlib import Path

from scenarios.errors import BadInput
from scenarios.formats.quoted import printable
from scenarios.system.reading import is_regular, read_text_at_once

FORM = "ACCESS_KEY_ID PASSWORD"
OWN = 0o600  # only its owner reads it
OTHERS_READ = stat.S_IRGRP | stat.S_IROTH


class Credentials:
    """Who may log in, compared in a time that tells nothing of a password."""

    def __init__(self, passwords: Mapping[str, str]) -> None:
        self._passwords = {user.encode(): password.encode() for user, password in passwords.items()}
        self._nobodys = next(iter(self._passwords.values()), b"")

    def allow(self, user: bytes, password: bytes) -> bool:
        """An unknown user takes as long as a known one."""
        is_right = hmac.compare_digest(password, self._passwords.get(user, self._nobodys))
        return is_right and user in self._passwords


def read(path: Path) -> Credentials:
    """Raises BadInput, which shows no password; a pipe into which nothing writes is not waited for."""
    try:
        text = read_text_at_once(path)
    except UnicodeDecodeError as error:
        raise BadInput(f"--smtp-credentials {printable(path)}: must be UTF-8 text, a line {FORM} for each") from error
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "no file's name"
        raise BadInput(
            f"--smtp-credentials {printable(path)}: {why}; name a file with a line {FORM} for each"
        ) from error
    return Credentials(_passwords(text, path))


def _passwords(text: str, path: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, line in enumerate(text.split("\n"), 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if len(words) != 2:
            raise BadInput(f"--smtp-credentials {printable(path)}: line {number}: must be {FORM}")
        if not all(word.isascii() and word.isprintable() for word in words):
            raise BadInput(f"--smtp-credentials {printable(path)}: line {number}: must be visible characters of ASCII")
        if words[0] in found:
            raise BadInput(
                f"--smtp-credentials {printable(path)}: line {number}: {printable(words[0])} has one already"
            )
        found[words[0]] = words[1]
    if not found:
        raise BadInput(f"--smtp-credentials {printable(path)}: names nobody; write a line {FORM} for each")
    return found


def is_open_to_others(path: Path) -> bool:
    """Whether others on this machine may read the file; of what is no file nothing is said."""
    return is_regular(path) and bool(path.stat().st_mode & OTHERS_READ)


def write(path: Path, id: str, password: str) -> None:
    """A new file, which nobody else can read at any moment. Raises BadInput where there is one already."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWN)
    except FileExistsError as error:
        raise BadInput(f"--out {printable(path)}: is there already; name a new file") from error
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "no file's name"
        raise BadInput(f"--out {printable(path)}: {why}; name a file that can be written") from error
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(f"{id} {password}\n")
