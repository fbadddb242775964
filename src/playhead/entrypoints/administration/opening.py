"""What the commands of an operator stand on."""

import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from playhead.base.time import Micros
from playhead.entrypoints.administration.errors import MasterKeyMissing, SchemaTooOld
from playhead.entrypoints.administration.repository import has_organisations
from playhead.entrypoints.databases import service_database_url
from playhead.entrypoints.reaching import database_url
from playhead.entrypoints.secrets_of_home import has_master_key, open_sealer
from playhead.entrypoints.settings import Settings
from playhead.kernel.api_keys import Author, KeyDesk
from playhead.kernel.audit import Action, AuditLog
from playhead.kernel.identity import Scope
from playhead.kernel.mail import Outbox
from playhead.storage.postgres import Database, Session, Transaction
from playhead.storage.tenants import SystemView, Tenants

OPERATOR = "operator"
"""How the audit log names whoever works at the shell."""

_NOTHING: Mapping[str, object] = {}


@dataclass(frozen=True, slots=True)
class Administration:
    """The database as an operator reaches it.

    Attributes:
        view: Looks across tenants, and changes nothing.
        tenants: Everything else, as the service role.
        now: UTC microseconds.
    """

    view: SystemView
    tenants: Tenants
    audit: AuditLog
    mail: Outbox
    now: Callable[[], Micros]

    @classmethod
    @asynccontextmanager
    async def open(
        cls, settings: Settings, now: Callable[[], Micros] | None = None
    ) -> AsyncIterator[Self]:
        """Open the database of the home that ``settings`` name, and close it afterwards.

        Raises:
            NothingRuns: It is the embedded one, and that is not up.
            DatabaseUnavailable: It cannot be reached, as its owner or as the service role.
            SchemaTooOld: It has no accounts yet.
            MasterKeyMissing: The home is not the one of this database.
        """
        owner = database_url(settings)
        if not has_master_key(settings):
            # Asking for it would make another, and nobody could open what that one seals.
            raise MasterKeyMissing(settings.home)
        service = service_database_url(settings)
        # A session tells at once, and in one sentence, what a pool tells after seconds of trying.
        with Session.open(owner) as session:
            if not has_organisations(session):
                raise SchemaTooOld
        with Session.open(service):
            pass
        async with (
            Database.open(owner, connections=1) as looking,
            Database.open(service, connections=1) as serving,
        ):
            yield cls(
                SystemView(looking),
                Tenants(serving),
                AuditLog(),
                Outbox(open_sealer(settings)),
                now or _clock,
            )

    @property
    def keys(self) -> KeyDesk:
        """Where keys are made and changed."""
        return KeyDesk(self.tenants, self.audit)

    async def note(
        self,
        transaction: Transaction,
        org_id: UUID,
        action: Action,
        subject: str,
        details: Mapping[str, object] = _NOTHING,
    ) -> None:
        """Append what the operator did to an audit log, in a ``transaction`` of that tenant."""
        await self.audit.append(
            transaction,
            org_id=org_id,
            actor=OPERATOR,
            action=action,
            subject=subject,
            details=details,
            address="",
            request_id="",
            now=self.now(),
        )


def author_of(org_id: UUID) -> Author:
    """Return the operator as who makes and revokes keys of an organisation: any scope is theirs."""
    return Author(org_id, frozenset(Scope), OPERATOR, user_id=None)


def _clock() -> Micros:
    return Micros(time.time_ns() // 1000)
