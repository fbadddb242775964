"""The OpenAPI document of an application whose endpoints are guarded."""

from collections.abc import Mapping
from typing import Any

from playhead.base.errors import PlayheadError
from playhead.base.ids import ALPHABET, DIGITS, InvalidId
from playhead.kernel.access.credentials import ORG_HEADER
from playhead.kernel.access.errors import CredentialsAmbiguous
from playhead.kernel.auth.provider_errors import ProviderUnavailable
from playhead.kernel.identity import (
    CredentialsMissing,
    KeyInvalid,
    NoOrganisation,
    ScopeMissing,
    TokenExpired,
    TokenInvalid,
)
from playhead.kernel.identity.model import ORG_PREFIX
from playhead.storage.postgres import DatabaseUnavailable
from playhead.web.limits import LimitExceeded
from playhead.web.openapi import Api
from playhead.web.problems import problems

ERRORS: tuple[type[PlayheadError], ...] = (
    CredentialsMissing,
    CredentialsAmbiguous,
    TokenInvalid,
    TokenExpired,
    KeyInvalid,
    NoOrganisation,
    ScopeMissing,
    InvalidId,
    LimitExceeded,
    DatabaseUnavailable,
    ProviderUnavailable,
)
"""What the guard answers with."""

ORGANISATION: Mapping[str, Any] = {
    "name": ORG_HEADER,
    "in": "header",
    "required": False,
    "description": "The organisation that the request is for, where the caller belongs to several.",
    "schema": {"type": "string", "pattern": f"^{ORG_PREFIX}_[0-7][{ALPHABET}]{{{DIGITS - 1}}}$"},
}


class GuardedApi(Api):
    """An API that declares the guard's answers wherever it stands."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI 3.1 document."""
        fresh = self.openapi_schema is None
        document = super().openapi()
        if fresh:
            declare_guard(document)
        return document


def declare_guard(document: dict[str, Any], *further: type[PlayheadError]) -> None:
    """Add the guard's answers, and those of ``further`` errors, to every guarded operation."""
    for path in document["paths"].values():
        for operation in path.values():
            if operation.get("security"):
                _add(operation["responses"], problems(*ERRORS, *further))
                operation.setdefault("parameters", []).append(dict(ORGANISATION))


def _add(responses: dict[str, Any], declared: dict[int | str, dict[str, Any]]) -> None:
    for status, response in declared.items():
        known = responses.setdefault(str(status), response)
        if known is not response:
            examples = known["content"]["application/json"].setdefault("examples", {})
            examples.update(response["content"]["application/json"]["examples"])
