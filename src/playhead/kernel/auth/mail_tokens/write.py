"""Mailing tokens, and taking them back."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from uuid import UUID

from playhead.base.time import Micros
from playhead.kernel.auth import bearer
from playhead.kernel.auth.errors import MailTokenInvalid
from playhead.kernel.auth.letters import Letters
from playhead.kernel.auth.mail_tokens.model import MailTokenPolicy, Purpose
from playhead.kernel.auth.mail_tokens.repository import MailTokenRows, person_of_mail_token
from playhead.kernel.mail import MailPort
from playhead.kernel.people import Person
from playhead.storage.postgres import Transaction
from playhead.storage.tenants import Tenant, Tenants


class MailTokens:
    """Mails one-use tokens to people, and finds out whose a token is."""

    def __init__(
        self,
        tenants: Tenants,
        mail: MailPort,
        letters: Letters,
        *,
        now: Callable[[], Micros],
        policy: MailTokenPolicy,
    ) -> None:
        self._tenants = tenants
        self._mail = mail
        self._letters = letters
        self._now = now
        self._policy = policy

    async def send(self, transaction: Transaction, person: Person, purpose: Purpose) -> None:
        """Mail a token in ``transaction``, which holds the lock on that person or made them."""
        now, token = self._now(), bearer.new_secret(purpose.prefix)
        await MailTokenRows(transaction).replace(
            person.user_id,
            purpose,
            email=person.email,
            token_hash=bearer.digest(token),
            expires_at=self._policy.expires_at(purpose, now),
            now=now,
        )
        verify = purpose is Purpose.VERIFY_EMAIL
        write = self._letters.verification if verify else self._letters.reset
        await self._mail.put(transaction, write(person, token), now=now)

    async def tell_changed(self, transaction: Transaction, person: Person) -> None:
        """Mail that the password is another, in ``transaction``."""
        await self._mail.put(transaction, self._letters.changed(person), now=self._now())

    async def owner(self, token: str, purpose: Purpose) -> UUID:
        """Return whose token it is.

        Raises:
            MailTokenInvalid: It is nobody's, or could not be used now.
        """
        if not bearer.is_shaped(token, purpose.prefix):
            raise MailTokenInvalid
        token_hash = bearer.digest(token)
        user_id = await person_of_mail_token(self._tenants, token_hash)
        if user_id is None:
            raise MailTokenInvalid
        async with self._of(user_id) as transaction:
            if not await MailTokenRows(transaction).is_good(token_hash, purpose, self._now()):
                raise MailTokenInvalid
        return user_id

    async def use(self, transaction: Transaction, token: str, purpose: Purpose) -> None:
        """Use a token up in ``transaction``, which is one of its owner.

        Raises:
            MailTokenInvalid: Somebody was faster.
        """
        rows = MailTokenRows(transaction)
        if not await rows.use(bearer.digest(token), purpose, self._now()):
            raise MailTokenInvalid

    def _of(self, user_id: UUID) -> AbstractAsyncContextManager[Transaction]:
        return self._tenants.transaction(Tenant(user_id=user_id))
