"""Temporary keys of STS, each the caller's account's; moto gives the same key to every caller, and it is nobody's.

Sources, read in November 2026: the references of GetSessionToken and GetFederationToken in the API of STS. What a role
gives is moto's own, which enters its key for the role's account.
"""

from __future__ import annotations

from typing import Any, cast

from moto.core.responses import ActionResult
from moto.iam.models import iam_backends
from moto.sts import urls
from moto.sts.responses import TokenResponse


def install() -> None:
    """Answer STS's requests in moto's place. To be called once, before any request."""
    for path in urls.url_paths:
        urls.url_paths[path] = Responses.dispatch


class Responses(TokenResponse):
    """Moto makes one for each request."""

    def get_session_token(self) -> ActionResult:
        return self._with_own_key(super().get_session_token())

    def get_federation_token(self) -> ActionResult:
        return self._with_own_key(super().get_federation_token())

    def _with_own_key(self, answer: ActionResult) -> ActionResult:
        key = iam_backends[self.current_account][self.partition].create_temp_access_key()
        result = cast(dict[str, Any], answer.result)
        own = {"AccessKeyId": key.access_key_id, "SecretAccessKey": key.secret_access_key}
        return ActionResult({**result, "Credentials": {**result["Credentials"], **own}})
