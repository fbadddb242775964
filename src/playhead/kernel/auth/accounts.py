"""What people do about an account whose password is kept here."""

from collections.abc import Callable
from uuid import UUID

from playhead.base.time import Micros
from playhead.kernel.audit import Action
from playhead.kernel.auth.errors import PasswordWrong
from playhead.kernel.auth.journal import SOMEBODY, Journal
from playhead.kernel.auth.mail_tokens import MailTokenRows, MailTokens, Purpose
from playhead.kernel.auth.model import Visit
from playhead.kernel.auth.pace import Pace
from playhead.kernel.auth.passwords import Passwords
from playhead.kernel.auth.sessions import Ending, SessionRows
from playhead.kernel.auth.squatting import Eviction
from playhead.kernel.people import Email, People, Person
from playhead.storage.postgres import Transaction
from playhead.storage.tenants import NOBODY, Tenant, Tenants


class BuiltInAccounts:
    """Verifies addresses, sets passwords and names."""

    def __init__(
        self,
        tenants: Tenants,
        passwords: Passwords,
        mail_tokens: MailTokens,
        *,
        journal: Journal,
        eviction: Eviction,
        pace: Pace,
        now: Callable[[], Micros],
    ) -> None:
        self._tenants = tenants
        self._passwords = passwords
        self._mail_tokens = mail_tokens
        self._journal = journal
        self._eviction = eviction
        self._pace = pace
        self._now = now

    async def forget_password(self, email: Email, visit: Visit) -> None:
        """Mail a way to set another password, if somebody has the address.

        Neither an error nor the time it takes tells whether somebody has.
        """
        began = self._pace.begin()
        async with self._tenants.transaction(NOBODY) as transaction:
            user_id = await People(transaction).id_by_email(email.key)
        if user_id is not None:
            await self._send(user_id, Purpose.RESET_PASSWORD)
            await self._note(user_id, Action.PASSWORD_RESET_REQUESTED, visit, actor=SOMEBODY)
        await self._pace.wait(began)

    async def reset_password(self, token: str, password: str, visit: Visit) -> None:
        """Set the password of whom ``token`` was mailed to, and end all of their sessions.

        Who reads the mail of an address has it: it counts as verified as well. If nobody had shown
        that before, somebody else may have signed up with it: the keys of the organisations that
        the person owns are revoked, before the password is set and once more when no session is
        left that could make another.

        Raises:
            MailTokenInvalid: It is none, was used, has expired, or is of an older mail.
            PasswordsBusy: Too many people sign in at this moment.
        """
        # Only who has a good token makes us work.
        user_id = await self._mail_tokens.owner(token, Purpose.RESET_PASSWORD)
        password_hash = await self._passwords.hash(password)
        is_squatted = await self._eviction.is_due(user_id)
        if is_squatted:
            await self._eviction.evict(user_id, visit, self._now())
        await self._reset(user_id, token, password_hash)
        if is_squatted:
            await self._eviction.evict(user_id, visit, self._now())
        await self._note(user_id, Action.PASSWORD_RESET, visit)

    async def _reset(self, user_id: UUID, token: str, password_hash: str) -> None:
        async with self._tenants.transaction(Tenant(user_id=user_id)) as transaction:
            person = await People(transaction).lock(user_id)
            await self._mail_tokens.use(transaction, token, Purpose.RESET_PASSWORD)
            await People(transaction).verify_email(user_id, self._now())
            await self._set(transaction, person, password_hash, kept_session=None)

    async def verify_email(self, token: str, visit: Visit) -> None:
        """Note that the address which ``token`` was mailed to is that person's.

        Raises:
            MailTokenInvalid: It is none, was used, has expired, or is of an older mail.
        """
        user_id = await self._mail_tokens.owner(token, Purpose.VERIFY_EMAIL)
        async with self._tenants.transaction(Tenant(user_id=user_id)) as transaction:
            await People(transaction).lock(user_id)
            await self._mail_tokens.use(transaction, token, Purpose.VERIFY_EMAIL)
            await People(transaction).verify_email(user_id, self._now())
        await self._note(user_id, Action.EMAIL_VERIFIED, visit)

    async def resend_verification(self, user_id: UUID, visit: Visit) -> None:
        """Mail another token to an address that is not verified yet; nothing if it is."""
        await self._send(user_id, Purpose.VERIFY_EMAIL)

    async def rename(
        self, user_id: UUID, first_name: str | None, last_name: str | None, visit: Visit
    ) -> None:
        """Change the names that are given."""
        async with self._tenants.transaction(Tenant(user_id=user_id)) as transaction:
            await People(transaction).rename(
                user_id, first_name=first_name, last_name=last_name, now=self._now()
            )
        await self._note(user_id, Action.PERSON_UPDATED, visit)

    async def change_password(
        self, user_id: UUID, session_id: UUID | None, old: str, new: str, visit: Visit
    ) -> None:
        """Set another password, and end all sessions but ``session_id``.

        Raises:
            PasswordWrong: ``old`` is not the password.
            PasswordsBusy: Too many people sign in at this moment.
        """
        async with self._tenants.transaction(Tenant(user_id=user_id)) as transaction:
            person = await People(transaction).find(user_id)
        if not await self._passwords.matches(old, person.password_hash):
            await self._note(user_id, Action.SIGN_IN_FAILED, visit)
            raise PasswordWrong
        password_hash = await self._passwords.hash(new)
        async with self._tenants.transaction(Tenant(user_id=user_id)) as transaction:
            locked = await People(transaction).lock(user_id)
            if locked.password_set_at != person.password_set_at:
                raise PasswordWrong  # it was changed while the old one was checked
            await self._set(transaction, person, password_hash, kept_session=session_id)
        await self._note(user_id, Action.PASSWORD_CHANGED, visit)

    async def _set(
        self,
        transaction: Transaction,
        person: Person,
        password_hash: str,
        *,
        kept_session: UUID | None,
    ) -> None:
        now, user_id = self._now(), person.user_id
        await People(transaction).set_password(user_id, password_hash, now)
        await SessionRows(transaction).end_others(user_id, kept_session, Ending.PASSWORD, now)
        await MailTokenRows(transaction).withdraw(user_id, Purpose.RESET_PASSWORD, now)
        await self._mail_tokens.tell_changed(transaction, person)

    async def _send(self, user_id: UUID, purpose: Purpose) -> None:
        async with self._tenants.transaction(Tenant(user_id=user_id)) as transaction:
            person = await People(transaction).lock(user_id)
            if purpose is Purpose.RESET_PASSWORD or person.email_verified_at is None:
                await self._mail_tokens.send(transaction, person, purpose)

    async def _note(
        self, user_id: UUID, action: Action, visit: Visit, *, actor: str | None = None
    ) -> None:
        await self._journal.note_everywhere(user_id, action, visit, actor=actor, now=self._now())
