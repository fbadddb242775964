"""The kernel opened: its parts made, its loops started, and all ended afterwards."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from playhead.entrypoints.kernel.ground import Ground
from playhead.entrypoints.kernel.mail import mail_transport
from playhead.entrypoints.kernel.parts import Kernel, KernelDoor
from playhead.entrypoints.kernel.sign_in import OpenSignIn, open_sign_in
from playhead.entrypoints.kernel.upkeep import forget_expired_again_and_again
from playhead.kernel.access import AccessRegister, Callers, Guard, Visitors
from playhead.kernel.api_keys import UsageTally, flushing
from playhead.kernel.api_keys.dependencies import KeyRoom
from playhead.kernel.audit import AuditLog, AuditReader
from playhead.kernel.idempotency import IdempotencyKeys
from playhead.kernel.mail import Bell, MailSender, Outbox
from playhead.kernel.orgs import OrgDesk
from playhead.storage.tenants import Tenants
from playhead.web.limits import Limiter


@asynccontextmanager
async def open_kernel(ground: Ground) -> AsyncIterator[Kernel]:
    """Open the kernel; mail is sent and usage counted until the end."""
    tenants, bell = Tenants(ground.database), Bell()
    outbox, audit = Outbox(ground.sealer, bell=bell), AuditLog()
    limiter = Limiter(ground.valkey, processes=ground.settings.api_processes)
    tally = UsageTally(tenants)
    sender = MailSender(
        ground.database,
        ground.sealer,
        mail_transport(ground.settings),
        now=ground.now,
        bell=bell,
    )
    async with (
        open_sign_in(ground, tenants, outbox=outbox, audit=audit, limiter=limiter) as sign_in,
        flushing(tally),
        _running(sender.run(), forget_expired_again_and_again(ground.database, ground.now)),
    ):
        yield Kernel(
            door=_door(tenants, sign_in, limiter, tally),
            auth=sign_in.room,
            keys=KeyRoom.on(tenants, audit=audit, mail=outbox, limiter=limiter),
            orgs=OrgDesk(tenants, outbox, audit, limiter=limiter),
            audit=AuditReader(tenants),
            answers=IdempotencyKeys(tenants, ground.sealer),
            now=ground.now,
        )


def _door(tenants: Tenants, sign_in: OpenSignIn, limiter: Limiter, tally: UsageTally) -> KernelDoor:
    callers = Callers(AccessRegister(tenants), sign_in.tokens)
    return KernelDoor(Guard(callers, limiter, tally), Visitors(limiter))


@asynccontextmanager
async def _running(*loops: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(loop) for loop in loops]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)  # they end before what they stand on
