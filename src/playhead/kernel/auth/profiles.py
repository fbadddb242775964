"""What people are told about themselves."""

from dataclasses import dataclass
from uuid import UUID

from playhead.kernel.people import Belonging, People, Person
from playhead.storage.tenants import Tenant, Tenants


@dataclass(frozen=True, slots=True)
class Profile:
    """A person, and the organisations that they belong to."""

    person: Person
    belongings: list[Belonging]


class Profiles:
    """Reads profiles."""

    def __init__(self, tenants: Tenants) -> None:
        self._tenants = tenants

    async def of(self, user_id: UUID) -> Profile:
        """Return a person's profile.

        Raises:
            PersonNotFound: There is no such person.
        """
        async with self._tenants.transaction(Tenant(user_id=user_id)) as transaction:
            people = People(transaction)
            return Profile(await people.find(user_id), await people.belongings())
