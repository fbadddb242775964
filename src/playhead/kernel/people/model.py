"""People as values."""

from dataclasses import dataclass, field
from uuid import UUID

from playhead.base.time import Micros
from playhead.kernel.identity import Role


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in.

    Attributes:
        email_key: The address as addresses are compared.
        password_hash: Argon2id in PHC form; None for who signs in elsewhere.
    """

    user_id: UUID
    email: str
    email_key: str
    email_verified_at: Micros | None
    first_name: str
    last_name: str
    password_hash: str | None = field(repr=False)
    password_set_at: Micros | None
    created_at: Micros


@dataclass(frozen=True, slots=True)
class Belonging:
    """An organisation that a person belongs to, and as what."""

    org_id: UUID
    name: str
    plan: str
    role: Role
    created_at: Micros
    joined_at: Micros
