"""Lists of tags, such as `v=DMARC1; p=none`, in which DKIM and DMARC write their records."""

from __future__ import annotations

import re
from collections.abc import Mapping

_TAG = re.compile(r"\s*[a-z]\w*\s*=", re.IGNORECASE)


def tags(text: str) -> Mapping[str, str]:
    """By name, in lower case, with values as they stand; what is no tag is left out. A name's first value counts."""
    found: dict[str, str] = {}
    for part in text.split(";"):
        name, equals, value = part.partition("=")
        if equals:
            found.setdefault(name.strip().lower(), value.strip())
    return found


def strays(text: str) -> list[str]:
    """What stands between semicolons and is no tag."""
    return [part.strip() for part in text.split(";") if part.strip() and not _TAG.match(part)]


def begins_with(text: str, version: str) -> bool:
    """Whether that is the first tag, as it must be in DMARC, in its very letters; blanks do not count behind the v."""
    name, _, value = text.partition(";")[0].partition("=")
    return name.rstrip(" \t") in ("v", "V") and value.strip(" \t") == version
