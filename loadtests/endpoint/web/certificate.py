"""Certificates that no client has to trust: the local AWS makes them for itself whenever it starts."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import (
    CertificateBuilder,
    DNSName,
    Name,
    NameAttribute,
    SubjectAlternativeName,
    random_serial_number,
)
from cryptography.x509.oid import NameOID

HOST = "localhost"
LIFE = timedelta(days=365)


def self_signed() -> ssl.SSLContext:
    """A server's context with a new key and certificate for `localhost`; nothing of them stays on disk."""
    key = generate_private_key(SECP256R1())
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory() as folder:
        pem = Path(folder) / "localhost.pem"
        pem.touch(mode=0o600)
        pem.write_bytes(secret + certificate(key, HOST))
        context.load_cert_chain(pem)
    return context


def certificate(key: EllipticCurvePrivateKey | RSAPrivateKey, host: str) -> bytes:
    """The key's own certificate for a host, in PEM."""
    name, now = Name([NameAttribute(NameOID.COMMON_NAME, host)]), datetime.now(UTC)
    return (
        CertificateBuilder(name, name, key.public_key(), random_serial_number(), now - timedelta(minutes=1), now + LIFE)
        .add_extension(SubjectAlternativeName([DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
        .public_bytes(Encoding.PEM)
    )
