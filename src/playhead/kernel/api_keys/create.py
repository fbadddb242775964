"""Make API keys."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from playhead.base.ids import format_id
from playhead.base.time import Micros
from playhead.kernel.api_keys.desk import KeyDesk
from playhead.kernel.api_keys.errors import TooManyKeys
from playhead.kernel.api_keys.issue import issue
from playhead.kernel.api_keys.model import (
    MOST_LIVE_KEYS,
    Author,
    IssuedKey,
    KeySettings,
    check_expiry,
)
from playhead.kernel.api_keys.record import tell, told
from playhead.kernel.api_keys.repository import KeyRows
from playhead.kernel.audit import Action, AuditPort
from playhead.kernel.identity import Scope
from playhead.kernel.identity.model import PERSON_PREFIX
from playhead.storage.postgres import Transaction
from playhead.storage.tenants import Tenant

FIRST_NAME = "First key"
FIRST_SCOPES = frozenset(Scope) - {Scope.ADMIN}
"""What the key of a new organisation may do: all but change the organisation itself."""


async def create(
    desk: KeyDesk, author: Author, settings: KeySettings, now: Micros, *, is_test: bool = False
) -> IssuedKey:
    """Make a key and return it with its text, which is kept nowhere.

    Raises:
        KeyScopeExceeded: The author lacks a scope that the key is to have.
        ExpiryPassed: The key would have expired already.
        TooManyKeys: The organisation has as many live keys as it may.
        ScopeMissing: The author administers the organisation no more.
    """
    author.check_scopes(settings.scopes)
    check_expiry(settings.expires_at, now)
    issued = issue(author, settings, now, is_test=is_test, random=desk.random)
    async with desk.tenants.transaction(Tenant(author.org_id)) as transaction:
        rows = KeyRows(transaction, author.org_id)
        await rows.admit(author, now)
        if await rows.count_live(now) >= MOST_LIVE_KEYS:
            raise TooManyKeys(MOST_LIVE_KEYS)
        issued = await made_by(rows, author, issued)
        await _write(desk.audit, transaction, author, issued, now)
    return issued


async def made_by(rows: KeyRows, author: Author, issued: IssuedKey) -> IssuedKey:
    """Return a new key as one of the person who made the key that makes it, where one does.

    So that, when they leave, nothing is left with which they could come back.
    """
    if author.key_id is None:
        return issued
    maker = await rows.maker_of(author.key_id)
    return replace(issued, key=replace(issued.key, created_by=maker))


@dataclass(frozen=True, slots=True)
class FirstKey:
    """Makes the key that a new organisation begins with.

    Attributes:
        random: Gives that many random bytes.
    """

    audit: AuditPort
    random: Callable[[int], bytes] = secrets.token_bytes

    async def create_first(
        self, transaction: Transaction, *, org_id: UUID, user_id: UUID, now: Micros
    ) -> str:
        """Make it within a ``transaction`` of its organisation, and return its text."""
        author = Author(org_id, FIRST_SCOPES, format_id(PERSON_PREFIX, user_id), user_id)
        settings = KeySettings(FIRST_NAME, FIRST_SCOPES)
        issued = issue(author, settings, now, is_test=False, random=self.random)
        await _write(self.audit, transaction, author, issued, now)
        return issued.text


async def _write(
    audit: AuditPort, transaction: Transaction, author: Author, issued: IssuedKey, now: Micros
) -> None:
    await KeyRows(transaction, author.org_id).insert(issued.key, issued.hash)
    details = {"test": issued.key.is_test, **told(issued.key.settings)}
    await tell(audit, transaction, author, Action.KEY_CREATED, issued.key, now=now, details=details)
