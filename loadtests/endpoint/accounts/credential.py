"""The credential in a request's signature: whose key it was made with, for which region and service.

Sources, read in November 2026: "AWS Signature Version 4 for API requests" in the IAM User Guide, for requests with a
header and for presigned ones; SigV4a, by which global endpoints are asked, is for several regions and names none.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import parse_qs

_PART = r"([^/,\s]+)"
_DATE = r"[^/,\s]+"  # which is no more checked than the signature is
_OF_REGION = re.compile(rf"Credential={_PART}/{_DATE}/{_PART}/{_PART}/")
_OF_REGIONS = re.compile(rf"AWS4-ECDSA-P256-SHA256\s+Credential={_PART}/{_DATE}/{_PART}/aws4_request")
_ANY = re.compile(r"Credential=([^,\s]*)")
PRESIGNED = "X-Amz-Credential"


class Credential(NamedTuple):
    """Of one request; without a region where it is signed for several."""

    key: str
    region: str | None
    service: str


def credential_in(header: str, query: str) -> Credential | None:
    """What the header `Authorization` says, or a presigned address; None where there is none that can be read."""
    of_regions = _OF_REGIONS.search(header)
    if of_regions is not None:
        return Credential(of_regions[1], None, of_regions[2])
    of_region = _OF_REGION.search(header or _presigned(query))
    return None if of_region is None else Credential(*of_region.groups())


def unreadable_in(header: str) -> str | None:
    """What stands for a credential in a header in which none can be read, if anything does."""
    found = _ANY.search(header)
    return None if found is None else found[1]


def _presigned(query: str) -> str:
    """As a header would say it."""
    if PRESIGNED not in query:
        return ""
    return f"Credential={parse_qs(query).get(PRESIGNED, [''])[0]}"
