"""The public halves of the keys that sign access tokens, for whoever verifies them."""

from fastapi import APIRouter

from playhead.kernel.auth.dependencies import AuthOf
from playhead.kernel.auth.errors import NotOffered
from playhead.kernel.auth.signing import SigningPolicy
from playhead.storage.postgres import DatabaseUnavailable
from playhead.web.openapi import answer
from playhead.web.problems import problems
from playhead.web.wire import JsonBytes, Wire, encode

jwks_router = APIRouter(tags=["auth"], default_response_class=JsonBytes)
"""Mounted at the root, without the guard."""

_CACHED = {"Cache-Control": f"public, max-age={SigningPolicy().published_seconds}"}


class JwksView(Wire, frozen=True):
    """A JSON Web Key Set (RFC 7517)."""

    keys: list[dict[str, str]]


@jwks_router.get(
    "/.well-known/jwks.json",
    responses={
        **answer("The keys.", JwksView),
        **problems(NotOffered, DatabaseUnavailable),
    },
)
async def read_keys(auth: AuthOf) -> JsonBytes:
    """Return the keys that verify access tokens; one is here well before it signs."""
    if auth.keys is None:
        raise NotOffered
    return JsonBytes(encode(JwksView(keys=await auth.keys.published())), headers=_CACHED)
