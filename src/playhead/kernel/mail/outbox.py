"""Where features leave their mails."""

from collections.abc import Callable
from uuid import UUID

import msgspec

from playhead.base.ids import new_uuid
from playhead.base.time import Micros
from playhead.kernel.mail.bell import Bell
from playhead.kernel.mail.model import Mail
from playhead.kernel.mail.repository import put
from playhead.storage.postgres import Transaction
from playhead.storage.sealing import Sealer

PURPOSE = "mail"


class Outbox:
    """Takes mails that are sent if, and only if, a transaction commits.

    What is put is sealed: mails hold links that sign somebody in.
    """

    def __init__(
        self,
        sealer: Sealer,
        *,
        bell: Bell | None = None,
        new_id: Callable[[Micros], UUID] = new_uuid,
    ) -> None:
        """``bell`` is the one that the `MailSender` of this process listens to, if it has one."""
        self._sealer = sealer
        self._bell = bell
        self._new_id = new_id

    async def put(self, transaction: Transaction, mail: Mail, *, now: Micros) -> None:
        """Leave ``mail`` in ``transaction``, of whichever tenant. Costs no round trip."""
        sealed = self._sealer.seal(msgspec.json.encode(mail), purpose=PURPOSE)
        await put(transaction, mail_id=self._new_id(now), sealed=sealed, now=now)
        if self._bell is not None:
            self._bell.ring()
