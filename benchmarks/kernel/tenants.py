"""Organisations and keys to ask with, made as an operator makes them."""

from dataclasses import dataclass
from uuid import UUID

from playhead.base.ids import format_id
from playhead.entrypoints.administration import Administration, create_key, create_organisation
from playhead.entrypoints.settings import Settings
from playhead.kernel.api_keys import IssuedKey, KeySettings
from playhead.kernel.identity import Scope
from playhead.kernel.identity.model import KEY_PREFIX

ORGANISATIONS = 8
KEYS_EACH = 12


@dataclass(frozen=True, slots=True)
class Key:
    """A key that may administer its organisation, whose plan counts requests and refuses none."""

    org_id: UUID
    issued: IssuedKey

    @property
    def path(self) -> str:
        """Where the key itself is read."""
        return f"/api/v1/api-keys/{format_id(KEY_PREFIX, self.issued.key.key_id)}"

    @property
    def headers(self) -> dict[str, str]:
        """What says who asks."""
        return {"Authorization": f"Bearer {self.issued.text}"}


async def make_keys(
    settings: Settings, organisations: int = ORGANISATIONS, each: int = KEYS_EACH
) -> list[Key]:
    """Make ``organisations``, with so many keys ``each``; organisations take turns."""
    chosen = KeySettings("Benchmark", frozenset(Scope))
    async with Administration.open(settings) as desk:
        orgs = [await create_organisation(desk, f"Bench {n}") for n in range(organisations)]
        return [
            Key(org_id, await create_key(desk, org_id, chosen))
            for _ in range(each)
            for org_id in orgs
        ]
