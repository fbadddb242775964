"""Letting a new person in: their account, their organisation, its first key."""

from dataclasses import dataclass
from uuid import UUID

from playhead.base.ids import new_uuid
from playhead.base.time import Micros
from playhead.kernel.auth.ports import FirstKey, Founding
from playhead.kernel.people import Email, People
from playhead.storage.postgres import Transaction
from playhead.storage.tenants import Tenant


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who is let in, with the ids that they get.

    Attributes:
        organisation: The name of theirs; None: it is made up from their first name.
        password_hash: None for who signs in elsewhere.
        verified: Whether the address is known to be theirs.
    """

    user_id: UUID
    org_id: UUID
    email: Email
    first_name: str
    last_name: str
    organisation: str | None
    password_hash: str | None
    verified: bool

    @classmethod
    def named(
        cls,
        email: Email,
        first_name: str,
        last_name: str,
        *,
        organisation: str | None = None,
        password_hash: str | None = None,
        verified: bool = False,
        now: Micros,
    ) -> "Newcomer":
        """Return somebody with new ids."""
        return cls(
            new_uuid(now),
            new_uuid(now),
            email,
            first_name,
            last_name,
            organisation,
            password_hash,
            verified,
        )

    @property
    def tenant(self) -> Tenant:
        """Whose rows the transaction of their admission touches."""
        return Tenant(self.org_id, self.user_id)


class Admission:
    """Makes people together with what they begin with."""

    def __init__(self, founding: Founding, first_key: FirstKey) -> None:
        self._founding = founding
        self._first_key = first_key

    async def admit(self, transaction: Transaction, new: Newcomer, now: Micros) -> str:
        """Let ``new`` in, in a ``transaction`` of ``new.tenant``; return the first API key.

        Raises:
            EmailTaken: Somebody has the address, even if they got it at this very moment.
        """
        await People(transaction).add(
            new.user_id,
            new.email,
            first_name=new.first_name,
            last_name=new.last_name,
            password_hash=new.password_hash,
            verified=new.verified,
            now=now,
        )
        name = new.organisation or f"{new.first_name}'s organisation"
        await self._founding.found(
            transaction, org_id=new.org_id, name=name, owner=new.user_id, now=now
        )
        return await self._first_key.create_first(
            transaction, org_id=new.org_id, user_id=new.user_id, now=now
        )
