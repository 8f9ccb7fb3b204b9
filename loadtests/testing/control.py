"""Asks a local SES through its own routes, with no library but Python's: it is imported into other people's tests."""

from __future__ import annotations

import json
from contextlib import closing
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlencode, urlsplit

from scenarios.errors import BadInput, RunFailed

PATIENCE_S = 10.0  # beside the time that an answer is told to wait


def ask(url: str, method: str, path: str, document: Any = None, **query: Any) -> Any:
    """The answer, from JSON; raises as `read` does."""
    return json.loads(read(url, method, path, document, **query))


def read(url: str, method: str, path: str, document: Any = None, **query: Any) -> bytes:
    """The answer; raises BadInput with the line that says what is wrong, and RunFailed without an answer."""
    patience_s = PATIENCE_S + float(query.get("wait_s", 0))
    body = None if document is None else json.dumps(document)
    try:
        with closing(HTTPConnection(urlsplit(url).netloc, timeout=patience_s)) as connection:
            connection.request(method, f"{path}?{urlencode(query)}", body)
            answer = connection.getresponse()
            told = answer.read()
    except (OSError, HTTPException) as error:
        why = str(error) or type(error).__name__
        raise RunFailed(f"the local SES does not answer {method} {path}: {why}") from error
    if answer.status != HTTPStatus.OK:
        raise BadInput(json.loads(told)["message"])
    return told
