"""The loop that sends what waits in the outbox.

Every mail is sent at least once: a process that dies between sending a mail and noting it leaves it
to be sent again. Two processes never have the same mail while a lease lasts.
"""

import asyncio
import logging
import random
from collections.abc import Callable

import msgspec

from playhead.base.errors import PlayheadError
from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.kernel.mail.bell import Bell
from playhead.kernel.mail.errors import MailInvalid, MailRefused, MailUndelivered
from playhead.kernel.mail.model import Mail, is_given_up, next_attempt
from playhead.kernel.mail.outbox import PURPOSE
from playhead.kernel.mail.ports import MailTransport
from playhead.kernel.mail.repository import Lent, WaitingMails
from playhead.storage.postgres import Database, DatabaseUnavailable
from playhead.storage.sealing import SealBroken, Sealer

AT_ONCE = 8
LEASE = Micros(300 * MICROS_PER_SECOND)
LONGEST_SENDING_SECONDS = 90.0
POLL_SECONDS = 5.0
GLANCE_SECONDS = 0.02
_log = logging.getLogger(__name__)


class MailSender:
    """Sends mails that are due, through ``transport``.

    Args:
        database: Connected as the service role.
        bell: Rung by the `Outbox` of this process.
        random: Gives a number in [0, 1), for the moment of the next attempt.
    """

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        transport: MailTransport,
        *,
        now: Callable[[], Micros],
        bell: Bell | None = None,
        random: Callable[[], float] = random.random,
    ) -> None:
        self._mails = WaitingMails(database)
        self._sealer = sealer
        self._transport = transport
        self._now = now
        self._bell = bell or Bell()
        self._random = random

    async def run(self) -> None:
        """Send until cancelled.

        The bell rings before the transaction of the mail commits, so after it the outbox is looked
        at soon, then less and less often, down to once in five seconds.
        """
        pause = POLL_SECONDS
        while True:
            if await self._tried() == AT_ONCE:
                continue  # there may be more
            rang = await self._bell.wait(pause)
            pause = GLANCE_SECONDS if rang else min(pause * 2, POLL_SECONDS)

    async def send_due(self) -> int:
        """Send the mails that are due, eight at most; return how many were tried.

        Raises:
            DatabaseUnavailable: It is not known what is due.
        """
        now = self._now()
        lent = await self._mails.lend(now=now, lease_until=Micros(now + LEASE), most=AT_ONCE)
        await asyncio.gather(*(self._attend(each) for each in lent))
        return len(lent)

    async def _tried(self) -> int:
        try:
            return await self.send_due()
        except DatabaseUnavailable as error:
            _log.warning("mails wait: %s", error.message)
        except Exception:  # noqa: BLE001 -- the loop outlives a database that is not migrated yet
            _log.exception("mails wait")
        return 0

    async def _attend(self, lent: Lent) -> None:
        failure = await self._send(lent)
        try:
            await self._note(lent, failure)
        except DatabaseUnavailable as error:
            _log.warning("mail %s may be sent twice: %s", lent.mail_id, error.message)

    async def _note(self, lent: Lent, failure: PlayheadError | None) -> None:
        now = self._now()
        if failure is None:
            await self._mails.forget(lent.mail_id)
        elif isinstance(failure, MailRefused) or is_given_up(
            attempts=lent.attempts, created_at=lent.created_at, now=now
        ):
            _log.error("mail %s is given up: %s", lent.mail_id, failure.message)
            await self._mails.forget(lent.mail_id)
        else:
            due_at = next_attempt(attempts=lent.attempts, now=now, random=self._random())
            await self._mails.postpone(lent.mail_id, due_at=due_at, error=failure.message)

    async def _send(self, lent: Lent) -> PlayheadError | None:
        """Return why the mail was not sent, or None."""
        try:
            mail = self._opened(lent)
            async with asyncio.timeout(LONGEST_SENDING_SECONDS):
                await self._transport.send(mail, mail_id=lent.mail_id, at=lent.created_at)
        except (MailRefused, MailUndelivered, SealBroken) as error:
            return error
        except TimeoutError:
            return MailUndelivered("the mail server takes too long")
        except Exception:  # noqa: BLE001 -- the supervision point: no mail may hold up the others
            _log.exception("mail %s failed", lent.mail_id)
            return MailUndelivered("sending failed in a way that nobody foresaw")
        return None

    def _opened(self, lent: Lent) -> Mail:
        plain = self._sealer.open(lent.sealed, purpose=PURPOSE)
        try:
            return msgspec.json.decode(plain, type=Mail)
        except (msgspec.DecodeError, MailInvalid) as error:  # sealed by another version of us
            raise MailRefused("the mail cannot be read") from error
