"""Lists of tags, such as `v=DMARC1; p=none`, in which DKIM and DMARC write their records."""

from __future__ import annotations

from collections.abc import Mapping


def tags(text: str) -> Mapping[str, str]:
    """By name, in lower case, with values as they stand; what is no tag is left out. A name's first value counts."""
    found: dict[str, str] = {}
    for part in text.split(";"):
        name, equals, value = part.partition("=")
        if equals:
            found.setdefault(name.strip().lower(), value.strip())
    return found


def begins_with(text: str, version: str) -> bool:
    """Whether that is the first tag, as it must be in DMARC; blanks do not count."""
    return text.partition(";")[0].replace(" ", "").replace("\t", "").lower() == f"v={version.lower()}"
