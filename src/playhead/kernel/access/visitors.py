"""What stands before public endpoints: nobody is asked who they are, but nobody asks too often."""

from typing import Any

from fastapi import Depends, Request

from playhead.kernel.access.plans import per_minute
from playhead.web.forwarded import address_block, client_address
from playhead.web.limits import Bucket, Limiting

NAME = "visitor"
RATE = per_minute(300)


class Visitors:
    """Limits who asks without credentials, by address."""

    def __init__(self, limiter: Limiting) -> None:
        self._limiter = limiter

    def welcome(self) -> Any:
        """Return a dependency that lets through whoever does not ask too often."""

        async def check(request: Request) -> None:
            block = address_block(client_address(request.scope))
            await self._limiter.enforce([Bucket(NAME, block, RATE)], request.scope)

        return Depends(check)
