"""What the mail loop is given, and what whoever writes a mail asks for."""

from typing import Protocol
from uuid import UUID

from playhead.base.time import Micros
from playhead.kernel.mail.model import Mail
from playhead.storage.postgres import Transaction


class MailPort(Protocol):
    """Sends mails, once the transaction that they are put into has committed."""

    async def put(self, transaction: Transaction, mail: Mail, *, now: Micros) -> None:
        """Put one mail into ``transaction``."""
        ...


class MailTransport(Protocol):
    """Takes a mail to where its recipient will find it."""

    async def send(self, mail: Mail, *, mail_id: UUID, at: Micros) -> None:
        """Return once the mail was taken. The same ``mail_id`` is the same mail again.

        Args:
            at: When the mail was written.

        Raises:
            MailRefused: It will never be taken.
            MailUndelivered: It was not taken this time.
        """
        ...
