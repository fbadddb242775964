"""Routes whose POST may be repeated: the second time the first answer is given again.

An answer that is a success is kept. After an error nothing is: the key is free, and the same
request is handled anew, because whatever was refused, was not done. A request that dies in the
middle (the process was killed) frees its key after `LEASE`; whether it had done its work by then is
not known here, so handlers write in one transaction and finish well within that time. What must not
be done twice even then is written with the request's mark, `MarkOf`, and looked for by it.

A streamed answer is not kept either. Where the caller has no organisation (sign-up, or a person who
is about to create their first one), or nobody is asked who they are, the key is not looked at.
"""

import hmac
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from typing import Annotated, Any, cast

from fastapi import Depends, FastAPI, Header, Request, Response
from fastapi.routing import APIRoute

from playhead.base.time import Micros
from playhead.web.idempotency.errors import HEADER, KeyInFlight, KeyReused
from playhead.web.idempotency.model import Asked, Earlier, KeptAnswer
from playhead.web.idempotency.ports import IdempotencyStore, OwnerOf
from playhead.web.problems import with_problems

REPLAYED = "Idempotency-Replayed"
_RESERVED = "playhead.idempotency"
_NOT_KEPT = frozenset({"content-length", "set-cookie"})
_log = logging.getLogger(__name__)

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
Key = Annotated[
    str | None,
    Header(
        alias=HEADER,
        pattern=r"^[ -~]{1,255}$",
        description=(
            "Makes it safe to send this request again: for 24 hours the same key gives the first"
            " success again, with `Idempotency-Replayed: true`, and does nothing twice."
        ),
    ),
]


@dataclass(frozen=True, slots=True)
class _Idempotency:
    store: IdempotencyStore
    owner_of: OwnerOf
    now: Callable[[], Micros]


@dataclass(frozen=True, slots=True)
class _Reserved:
    asked: Asked
    started_at: Micros


class _Replay(Exception):
    # No error: the way out of the dependencies with an answer.
    def __init__(self, answer: KeptAnswer) -> None:
        super().__init__()
        self.answer = answer


def install_idempotency(
    app: FastAPI, store: IdempotencyStore, *, owner_of: OwnerOf, now: Callable[[], Micros]
) -> None:
    """Give the routes of ``app`` that may be repeated what they keep their answers in."""
    app.state.idempotency = _Idempotency(store, owner_of, now)


async def _reserve(request: Request, key: Key = None) -> None:
    if key is None:
        return
    idempotency = _of(request)
    owner = idempotency.owner_of(request.scope)
    if owner is None:
        return
    asked = Asked(owner, key, await _fingerprint(request, key))
    started_at = idempotency.now()
    earlier = await idempotency.store.begin(asked, started_at)
    if earlier is not None:
        raise _Replay(_answer_of(earlier, asked))
    request.scope[_RESERVED] = _Reserved(asked, started_at)


class IdempotentRoute(APIRoute):
    """A route whose POST takes an Idempotency-Key.

    Use it as the ``route_class`` of a router. The guard must be a dependency of the router, so that
    the caller is known by then; the route's own checks come before the key, too.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        self._repeatable = "POST" in (options.get("methods") or ())
        if self._repeatable:
            options["dependencies"] = [*(options.get("dependencies") or ()), Depends(_reserve)]
            options["responses"] = with_problems(options.get("responses"), KeyReused, KeyInFlight)
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Handler:
        """Return the handler, wrapped where it may be repeated."""
        handle = super().get_route_handler()
        return _repeatable(handle) if self._repeatable else handle


async def _mark(request: Request) -> str | None:
    reserved = cast(_Reserved | None, request.scope.get(_RESERVED))
    return None if reserved is None else reserved.asked.mark


MarkOf = Annotated[str | None, Depends(_mark)]
"""The mark of the request, `Asked.mark`; None where it may not be repeated."""


def _repeatable(handle: Handler) -> Handler:
    async def answer(request: Request) -> Response:
        try:
            response = await handle(request)
        except _Replay as replay:
            return _again(replay.answer)
        except Exception:
            await _give_back(request)
            raise
        await _keep(request, response)
        return response

    return answer


async def _keep(request: Request, response: Response) -> None:
    reserved = cast(_Reserved | None, request.scope.get(_RESERVED))
    if reserved is None:
        return
    body = getattr(response, "body", None)
    if response.status_code >= HTTPStatus.BAD_REQUEST or not isinstance(body, bytes):
        await _give_back(request)
        return
    pairs = ((name.lower(), value) for name, value in response.headers.items())
    headers = tuple(pair for pair in pairs if pair[0] not in _NOT_KEPT)
    kept = KeptAnswer(response.status_code, headers, body)
    try:
        await _of(request).store.finish(reserved.asked, reserved.started_at, kept)
    except Exception:  # noqa: BLE001 -- the work is done: its answer must reach the client
        _log.exception("an answer could not be kept for its idempotency key")


async def _give_back(request: Request) -> None:
    reserved = cast(_Reserved | None, request.scope.pop(_RESERVED, None))
    if reserved is None:
        return
    try:
        await _of(request).store.release(reserved.asked, reserved.started_at)
    except Exception:  # noqa: BLE001 -- the error under way says more; the lease ends by itself
        _log.exception("an idempotency key could not be given back")


def _answer_of(earlier: Earlier, asked: Asked) -> KeptAnswer:
    if not hmac.compare_digest(earlier.fingerprint, asked.fingerprint):
        raise KeyReused
    if earlier.answer is None:
        raise KeyInFlight
    return earlier.answer


def _again(kept: KeptAnswer) -> Response:
    return Response(kept.body, kept.status, {**dict(kept.headers), REPLAYED: "true"})


async def _fingerprint(request: Request, key: str) -> bytes:
    # Keyed, so that it is no oracle for a body that can be guessed.
    digest = hmac.new(key.encode(), digestmod=sha256)
    path = request.scope["path"].encode("utf-8", "surrogatepass")
    for part in (request.method.encode(), path, request.scope["query_string"]):
        digest.update(len(part).to_bytes(4, "big") + part)
    digest.update(await request.body())
    return digest.digest()


def _of(request: Request) -> _Idempotency:
    return cast(_Idempotency, request.app.state.idempotency)
