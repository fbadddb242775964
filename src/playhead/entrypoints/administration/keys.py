"""API keys of any organisation, made and revoked by the operator."""

import asyncio
from collections.abc import Iterable, Sequence
from uuid import UUID

from playhead.base.ids import format_id, parse_id
from playhead.entrypoints.administration.errors import KeyUnknown
from playhead.entrypoints.administration.opening import Administration, author_of
from playhead.entrypoints.administration.repository import AllTenants
from playhead.entrypoints.secrets_of_home import open_sealer
from playhead.entrypoints.settings import Settings
from playhead.kernel.api_keys import (
    ApiKey,
    IssuedKey,
    KeyReader,
    KeySettings,
    KeyState,
    create,
    revoke,
)
from playhead.kernel.identity.model import KEY_PREFIX


def has_keys(settings: Settings) -> bool:
    """Return whether any organisation has a key that opens something.

    Raises:
        NothingRuns: The embedded database is not up.
        DatabaseUnavailable: It cannot be reached.
    """
    open_sealer(settings)  # made by now, even where the processes have only just been started
    return asyncio.run(_has_keys(settings))


async def create_key(
    desk: Administration, org_id: UUID, settings: KeySettings, *, is_test: bool = False
) -> IssuedKey:
    """Make a key of an organisation and return it with its text, which is kept nowhere.

    Raises:
        ExpiryPassed: The key would have expired already.
        TooManyKeys: The organisation has as many live keys as it may.
    """
    return await create(desk.keys, author_of(org_id), settings, desk.now(), is_test=is_test)


async def keys_of(
    desk: Administration, org_id: UUID, *, revoked: bool = False, limit: int
) -> list[ApiKey]:
    """Return at most ``limit`` keys of an organisation, the newest first."""
    return await KeyReader(desk.tenants).page(org_id, revoked=revoked, limit=limit)


async def revoke_keys(desk: Administration, named: Sequence[str]) -> list[ApiKey]:
    """Revoke keys by their ids and return them; one that was revoked already stays as it is.

    Nothing is revoked unless all of them are known.

    Raises:
        InvalidId: One is no id of a key.
        KeyUnknown: No organisation has it.
    """
    key_ids = [parse_id(KEY_PREFIX, text, field="KEY") for text in named]
    owners = [await _owner(desk, key_id) for key_id in key_ids]
    return [
        await revoke(desk.keys, author_of(org_id), key_id, desk.now())
        for org_id, key_id in zip(owners, key_ids, strict=True)
    ]


async def revoke_all(desk: Administration, org_id: UUID, keys: Iterable[ApiKey]) -> None:
    """Revoke those of ``keys``, of one organisation, that open something."""
    now = desk.now()
    for key in keys:
        if key.state(now) is KeyState.LIVE:
            await revoke(desk.keys, author_of(org_id), key.key_id, now)


async def _has_keys(settings: Settings) -> bool:
    async with Administration.open(settings) as desk, desk.view.transaction() as transaction:
        return await AllTenants(transaction).has_live_key(desk.now())


async def _owner(desk: Administration, key_id: UUID) -> UUID:
    async with desk.view.transaction() as transaction:
        org_id = await AllTenants(transaction).owner_of_key(key_id)
    if org_id is None:
        raise KeyUnknown(format_id(KEY_PREFIX, key_id))
    return org_id
