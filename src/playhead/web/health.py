"""Whether the service is alive, and whether every part that it needs is there."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter

from playhead.base.errors import Unavailable
from playhead.web.openapi import answer
from playhead.web.problems import problems
from playhead.web.wire import JsonBytes, Wire, encode

Check = Callable[[], Awaitable[None]]
"""Returns if a part works, raises if it does not."""

CHECK_SECONDS = 2
_log = logging.getLogger(__name__)


class NotReady(Unavailable):
    """A part that is needed is down; ``details.down`` names each."""

    code = "service.not_ready"

    def __init__(self, down: list[str]) -> None:
        super().__init__(f"not ready: {', '.join(down)} does not answer", down=down)


class Health(Wire, frozen=True):
    """The service is alive."""

    status: str
    version: str


class Readiness(Wire, frozen=True):
    """Every part that is needed works."""

    status: str
    parts: list[str]


def health_router(checks: Mapping[str, Check], *, version: str) -> APIRouter:
    """Return ``/health`` (alive) and ``/health/ready`` (503 while one of ``checks`` fails)."""
    router = APIRouter(prefix="/health", tags=["health"], default_response_class=JsonBytes)

    @router.get("", responses={**answer("It is alive.", Health), **problems()})
    async def read_health() -> JsonBytes:
        """Say that the service is alive."""
        return JsonBytes(encode(Health(status="ok", version=version)))

    @router.get(
        "/ready", responses={**answer("Every part works.", Readiness), **problems(NotReady)}
    )
    async def read_readiness() -> JsonBytes:
        """Say whether every part that is needed works."""
        await require(checks)
        return JsonBytes(encode(Readiness(status="ready", parts=sorted(checks))))

    return router


async def require(checks: Mapping[str, Check]) -> None:
    """Run every check at once.

    Raises:
        NotReady: At least one failed or took longer than ``CHECK_SECONDS``.
    """
    works = await asyncio.gather(*(_works(name, check) for name, check in checks.items()))
    down = sorted(name for name, fine in zip(checks, works, strict=True) if not fine)
    if down:
        raise NotReady(down)


async def _works(name: str, check: Check) -> bool:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            await check()
    except Exception:  # noqa: BLE001 -- supervision point: whatever a part raises, it is down
        _log.warning("the check of %s failed", name, exc_info=True)
        return False
    return True
