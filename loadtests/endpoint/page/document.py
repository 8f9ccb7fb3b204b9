"""The page as one document: its style and its scripts stand in it, and nothing else may act in it."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import NamedTuple

SCRIPTS = ("dom", "charts", "calls", "inbox", "delivery", "mail", "settings", "page")
"""In the order of the document: each knows those before it, and what it calls later."""


class Document(NamedTuple):
    """The page, and what a browser is told that it may do."""

    html: bytes
    policy: str


@cache
def document() -> Document:
    """Put together when it is first asked for."""
    style = _text("page.css")
    script = '"use strict";\n' + "".join(_text(f"{name}.js") for name in SCRIPTS)
    html = _text("page.html").replace("/* style */", style).replace("/* script */", script)
    return Document(html.encode(), _policy(style, script))


def _policy(style: str, script: str) -> str:
    """No other script or style, no other host, and a frame for nothing but the mails of this one."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {_hash(script)}",
            f"style-src {_hash(style)}",
            "connect-src 'self'",
            "frame-src 'self'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _text(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
