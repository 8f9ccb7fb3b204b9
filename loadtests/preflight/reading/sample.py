"""A sample of what is to be sent: its headers as a mailbox provider reads them."""

from __future__ import annotations

from email.parser import BytesHeaderParser
from email.policy import compat32
from pathlib import Path

from loadtests.preflight.facts import Sample
from scenarios.errors import BadInput
from scenarios.formats.quoted import printable
from scenarios.system.reading import read_bytes

MOST_BYTES = 40 << 20  # that SES takes


def sample_of(path: Path) -> Sample:
    """Raises BadInput for a file that is no mail."""
    try:
        raw = read_bytes(path, MOST_BYTES)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "no file's name"
        raise BadInput(f"--sample {printable(path)}: {why}; name a mail as a file, such as mail.eml") from error
    mail = BytesHeaderParser(policy=compat32).parsebytes(raw)  # parts within parts could be endless
    headers = tuple((name, _unfolded(str(value))) for name, value in mail.items())
    if not headers:
        raise BadInput(f"--sample {printable(path)}: begins with no header; name a whole mail, such as mail.eml")
    return Sample(headers, max(len(line.rstrip(b"\r")) for line in raw.split(b"\n")))


def _unfolded(value: str) -> str:
    return " ".join(value.split())
