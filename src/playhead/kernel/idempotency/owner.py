"""Whose an Idempotency-Key is."""

from collections.abc import Mapping
from typing import Any, cast

from playhead.kernel.identity import Caller
from playhead.kernel.identity.dependencies import CALLER
from playhead.web.idempotency import Owner


def key_owner(scope: Mapping[str, Any]) -> Owner | None:
    """Return the caller as an owner of keys; None where there is none, or no organisation."""
    caller = cast(Caller | None, scope.get(CALLER))
    if caller is None or caller.org_id is None:
        return None
    return Owner(caller.org_id, caller.name)
