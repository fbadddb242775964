"""The people: the only module that knows their table.

Each method works in a transaction of that person (`Tenant.user_id`): nobody else is to be seen.
"""

from typing import cast
from uuid import UUID

from playhead.base.time import Micros
from playhead.kernel.identity import Role
from playhead.kernel.people.emails import Email
from playhead.kernel.people.errors import EmailTaken, PersonNotFound
from playhead.kernel.people.model import Belonging, Person
from playhead.storage.named_sql import load_sql
from playhead.storage.postgres import Row, Transaction

SQL = load_sql(__package__)


class People:
    """Adds, finds and changes the person whom a transaction names."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def id_by_email(self, email_key: str) -> UUID | None:
        """Return who has an address, whichever person the transaction names; None for nobody."""
        row = await self._transaction.fetch_optional(
            "SELECT person_of_email(%(email_key)s) AS user_id", email_key=email_key
        )
        return None if row is None else cast(UUID | None, row.user_id)

    async def add(
        self,
        user_id: UUID,
        email: Email,
        *,
        first_name: str,
        last_name: str,
        password_hash: str | None,
        verified: bool = False,
        now: Micros,
    ) -> None:
        """Add a person. ``verified`` says that the address is known to be theirs.

        Raises:
            EmailTaken: Somebody has the address, even if they got it at this very moment.
        """
        row = await self._transaction.fetch_optional(
            SQL.add,
            user_id=user_id,
            email=email.text,
            email_key=email.key,
            email_verified_at=now if verified else None,
            first_name=first_name,
            last_name=last_name,
            password_hash=password_hash,
            now=now,
        )
        if row is None:
            raise EmailTaken

    async def find(self, user_id: UUID) -> Person:
        """Return a person.

        Raises:
            PersonNotFound: There is none, or the transaction is not theirs.
        """
        return _person(await self._transaction.fetch_optional(SQL.find, user_id=user_id))

    async def lock(self, user_id: UUID) -> Person:
        """Return a person whom no other transaction changes before this one ends.

        Raises:
            PersonNotFound: There is none, or the transaction is not theirs.
        """
        return _person(await self._transaction.fetch_optional(SQL.lock, user_id=user_id))

    async def rename(
        self, user_id: UUID, *, first_name: str | None, last_name: str | None, now: Micros
    ) -> None:
        """Change the names that are given; None leaves one as it is."""
        await self._transaction.execute(
            SQL.rename, user_id=user_id, first_name=first_name, last_name=last_name, now=now
        )

    async def set_password(self, user_id: UUID, password_hash: str, now: Micros) -> None:
        """Give a person another password."""
        await self._transaction.execute(
            SQL.set_password, user_id=user_id, password_hash=password_hash, now=now
        )

    async def rehash(self, user_id: UUID, *, old: str, new: str) -> None:
        """Keep the same password under a new hash, unless it has been changed since."""
        await self._transaction.execute(SQL.rehash, user_id=user_id, old=old, new=new)

    async def verify_email(self, user_id: UUID, now: Micros) -> None:
        """Note that the address is theirs; the first time counts."""
        await self._transaction.execute(SQL.verify_email, user_id=user_id, now=now)

    async def belongings(self) -> list[Belonging]:
        """Return the organisations of whom the transaction names, by when they joined."""
        return [_belonging(row) for row in await self._transaction.fetch_all(SQL.belongings)]


def _person(row: Row | None) -> Person:
    if row is None:
        raise PersonNotFound
    return Person(
        user_id=row.user_id,
        email=row.email,
        email_key=row.email_key,
        email_verified_at=row.email_verified_at,
        first_name=row.first_name,
        last_name=row.last_name,
        password_hash=row.password_hash,
        password_set_at=row.password_set_at,
        created_at=row.created_at,
    )


def _belonging(row: Row) -> Belonging:
    return Belonging(
        org_id=row.org_id,
        name=row.name,
        plan=row.plan,
        role=Role(row.role),
        created_at=row.created_at,
        joined_at=row.joined_at,
    )
