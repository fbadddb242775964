"""What a table is to the matrix, and what makes rows of one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal
from uuid import UUID, uuid5

NOW = 1_800_000_000_000_000

Verb = Literal["select", "insert", "update", "delete"]
VERBS: tuple[Verb, ...] = ("select", "insert", "update", "delete")
Columns = Mapping[str, object]
Maker = Callable[[UUID, UUID, int], Columns]

ALL = frozenset(VERBS)
ADDED = frozenset[Verb]({"select", "insert"})
KEPT = frozenset[Verb]({"select", "insert", "update"})

WHAT_TO_DO = "give it an entry in tests/isolation/rows.py, as that file says at its beginning"


@dataclass(frozen=True, slots=True)
class TenantTable:
    """A table whose every row belongs to an organisation or to a person."""

    name: str
    tenant: Literal["org_id", "user_id"]
    service: frozenset[Verb]
    row: Maker
    system: frozenset[Verb] = ALL

    def whose(self, org_id: UUID, user_id: UUID) -> UUID:
        """Return the one of the two that the rows of this table belong to."""
        return org_id if self.tenant == "org_id" else user_id


@dataclass(frozen=True, slots=True)
class ServiceTable:
    """A table of the service itself, not of a tenant, and why it has none."""

    name: str
    why: str
    service: frozenset[Verb]
    row: Maker
    system: frozenset[Verb] = ALL


def some_id(whose: UUID, what: str, n: int = 1) -> UUID:
    """Return the id of the n-th thing of a tenant: what refers to it finds it by the same words."""
    return uuid5(whose, f"{what} {n}")


def some_hash(whose: UUID, what: str, n: int) -> bytes:
    """Return 32 bytes that no other row has."""
    return some_id(whose, what, n).bytes * 2
