"""The password of SES's SMTP interface that belongs to a secret access key, in one Region.

As AWS documents it (SES developer guide, "Obtaining Amazon SES SMTP credentials"): a signature of version 4.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

SIGNED = ("11111111", "ses", "aws4_request", "SendRawEmail")
"""The date, which never changes, and behind the Region: service, terminator and message."""

VERSION = b"\x04"


def smtp_password(secret_access_key: str, region: str) -> str:
    date, *rest = SIGNED
    signature = f"AWS4{secret_access_key}".encode()
    for message in (date, region, *rest):
        signature = hmac.new(signature, message.encode(), hashlib.sha256).digest()
    return base64.b64encode(VERSION + signature).decode()
