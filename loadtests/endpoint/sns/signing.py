"""Signatures of SNS's messages, with a key that lives as long as the server.

Source: Amazon SNS Developer Guide, "Verifying the signatures of Amazon SNS messages".
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from threading import Lock

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA1, SHA256

from loadtests.endpoint.web.certificate import certificate

HOST = "sns.amazonaws.com"
OF_LINKS = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": OF_LINKS,
    "UnsubscribeConfirmation": OF_LINKS,
}
"""What is signed of a message, by its type, in this order; a subject only where there is one."""

HASHES: Mapping[str, type[SHA1 | SHA256]] = {"1": SHA1, "2": SHA256}
DEFAULT_VERSION = "1"
"""Of a topic that does not say by its attribute SignatureVersion how it signs."""

_making = Lock()


class Signer:
    """A key and its certificate; `path` is where subscribers find the certificate."""

    def __init__(self) -> None:
        self._key = generate_private_key(65537, 2048)
        self.certificate = certificate(self._key, HOST)
        self.path = f"/SimpleNotificationService-{sha256(self.certificate).hexdigest()[:32]}.pem"

    def sign(self, message: Mapping[str, str], version: str) -> str:
        """The signature, in base64."""
        fields = (field for field in SIGNED[message["Type"]] if field in message)
        text = "".join(f"{field}\n{message[field]}\n" for field in fields)
        return b64encode(self._key.sign(text.encode(), PKCS1v15(), HASHES[version]())).decode()


def signer() -> Signer:
    """The server's; its key is made with the first message, which takes a tenth of a second."""
    with _making:
        return _signer()


_signer = cache(Signer)
