"""Callers: who asks, for which organisation, with which rights."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from playhead.base.ids import format_id
from playhead.base.time import Micros
from playhead.kernel.identity.errors import NoOrganisation, NotAPerson
from playhead.storage.tenants import Tenant

PERSON_PREFIX = "usr"
ORG_PREFIX = "org"
KEY_PREFIX = "key"
SESSION_PREFIX = "ses"


class Role(StrEnum):
    """What a person is in an organisation, the most powerful first."""

    OWNER = "owner"
    ADMIN = "admin"
    EDITOR = "editor"
    VIEWER = "viewer"


class Scope(StrEnum):
    """A right that a caller has, by role or by API key."""

    HISTORY_READ = "history:read"
    AUTOMATION_READ = "automation:read"
    AUTOMATION_WRITE = "automation:write"
    ADMIN = "admin"


_READING = frozenset({Scope.HISTORY_READ, Scope.AUTOMATION_READ})
_SCOPES: Mapping[Role, frozenset[Scope]] = {
    Role.OWNER: frozenset(Scope),
    Role.ADMIN: frozenset(Scope),
    Role.EDITOR: _READING | {Scope.AUTOMATION_WRITE},
    Role.VIEWER: _READING,
}


def scopes_of(role: Role) -> frozenset[Scope]:
    """Return the scopes of a person with ``role`` in their organisation."""
    return _SCOPES[role]


@dataclass(frozen=True, slots=True)
class Claims:
    """What a valid access token says. The organisation is a hint: membership decides.

    Attributes:
        expires_at: UTC microseconds; from then on the token is of no use.
    """

    user_id: UUID
    session_id: UUID | None
    org_hint: UUID | None
    expires_at: Micros


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, once that is certain.

    Attributes:
        user_id: The person; None for an API key.
        org_id: The organisation it is for; None for a person who belongs to none.
        key_id: The API key; None for a person.
        address: The client's network address.
    """

    user_id: UUID | None
    org_id: UUID | None
    role: Role | None
    scopes: frozenset[Scope]
    session_id: UUID | None
    key_id: UUID | None
    plan: str
    address: str
    request_id: str

    @property
    def tenant(self) -> Tenant:
        """Whose rows the caller may touch."""
        return Tenant(self.org_id, self.user_id)

    @property
    def org(self) -> UUID:
        """The organisation.

        Raises:
            NoOrganisation: The caller has none.
        """
        if self.org_id is None:
            raise NoOrganisation
        return self.org_id

    @property
    def person(self) -> UUID:
        """The person.

        Raises:
            NotAPerson: The caller is an API key.
        """
        if self.user_id is None:
            raise NotAPerson
        return self.user_id

    @property
    def name(self) -> str:
        """The id that names the caller in logs: ``usr_...`` or ``key_...``."""
        if self.key_id is not None:
            return format_id(KEY_PREFIX, self.key_id)
        return format_id(PERSON_PREFIX, self.person)
