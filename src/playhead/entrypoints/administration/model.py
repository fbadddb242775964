"""Organisations and people as an operator sees them."""

from dataclasses import dataclass
from uuid import UUID

from playhead.base.ids import format_id
from playhead.base.time import Micros
from playhead.kernel.identity.model import ORG_PREFIX, PERSON_PREFIX


@dataclass(frozen=True, slots=True)
class OrgRecord:
    """An organisation, with how many belong to it and how many keys of it open something."""

    org_id: UUID
    name: str
    plan: str
    created_at: Micros
    members: int
    live_keys: int

    @property
    def id(self) -> str:
        """The id as it is written outside."""
        return format_id(ORG_PREFIX, self.org_id)


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """A person, without what only they may see.

    Attributes:
        organisations: The names of theirs with their role in each, by when they joined.
        live_sessions: How many sign-ins go on.
    """

    user_id: UUID
    email: str
    is_verified: bool
    name: str
    has_password: bool
    created_at: Micros
    organisations: tuple[tuple[str, str], ...]
    live_sessions: int

    @property
    def id(self) -> str:
        """The id as it is written outside."""
        return format_id(PERSON_PREFIX, self.user_id)
