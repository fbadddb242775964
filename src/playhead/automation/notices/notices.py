"""Tell the people of an organisation, and its audit log, what was paused."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from playhead.automation.notices.model import Pause, pause_mail
from playhead.automation.notices.repository import administrators
from playhead.base.time import Micros
from playhead.kernel.audit import AuditPort
from playhead.kernel.mail import MailInvalid, MailPort
from playhead.storage.postgres import Transaction

ACTOR = "automation"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Notices:
    """Where features leave what people must be told."""

    mail: MailPort
    audit: AuditPort

    async def paused(
        self, transaction: Transaction, org_id: UUID, pauses: Sequence[Pause], *, now: Micros
    ) -> None:
        """Tell owners and admins by mail, and the audit log, of every pause; none costs nothing.

        All of it is told if, and only if, ``transaction``, one of the organisation, commits. Do it
        last: the entries hold the head of the organisation's log.
        """
        if not pauses:
            return
        for recipient in await administrators(transaction):
            for pause in pauses:
                await self._write(transaction, org_id, pause, recipient, now)
        for pause in pauses:
            await self._note(transaction, org_id, pause, now)

    async def _write(
        self, transaction: Transaction, org_id: UUID, pause: Pause, recipient: str, now: Micros
    ) -> None:
        try:
            await self.mail.put(transaction, pause_mail(pause, recipient, now), now=now)
        except MailInvalid:
            # It is paused all the same, and the audit log tells so.
            _log.warning("somebody of %s cannot be written to", org_id, exc_info=True)

    async def _note(
        self, transaction: Transaction, org_id: UUID, pause: Pause, now: Micros
    ) -> None:
        await self.audit.append(
            transaction,
            org_id=org_id,
            actor=ACTOR,
            action=f"{pause.kind}.paused",
            subject=pause.subject,
            details={"name": pause.name, "failures": pause.failures, "error": pause.error[:500]},
            address="",
            request_id="",
            now=now,
        )
