"""An organisation with reflexes on markets, and a tape that grows."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from playhead.automation.reflexes.model import Chosen, Reflex, Rules, Trigger, TriggerType
from playhead.base.ids import new_uuid
from playhead.base.time import Micros
from playhead.entrypoints.timeline import TapeTimeline
from playhead.storage.postgres import Database
from playhead.storage.roles import service_url
from playhead.storage.tenants import Tenant, Tenants
from tests.entrypoints.timeline.taping import BLOCK
from tests.history.ingest.frames import START
from tests.history.taping import now_micros
from tests.kernel.stage import make_organisation

SINCE = Micros(START - 1_000_000)
_BEGUN = now_micros()


def tape_clock() -> Micros:
    """A clock that began with the tape."""
    return Micros(START + now_micros() - _BEGUN)


@dataclass
class Stage:
    """What a watcher works with."""

    database: Database
    tenants: Tenants
    timeline: TapeTimeline
    org_id: UUID

    async def reflex(
        self, config: dict[str, Any], condition: str | None, *, since: Micros = SINCE
    ) -> Reflex:
        """A reflex that is active since an instant."""
        skill_id, reflex_id = new_uuid(SINCE), new_uuid(SINCE)
        async with self.tenants.transaction(Tenant(self.org_id)) as transaction:
            await transaction.execute(
                "INSERT INTO skills (skill_id, org_id, name, category, version, created_by,"
                " created_at, updated_at) VALUES (%(id)s, %(org)s, %(name)s, 'custom', 1, 'usr_1',"
                " 1, 1)",
                id=skill_id,
                org=self.org_id,
                name=str(skill_id),
            )
            await transaction.execute(
                "INSERT INTO reflexes (reflex_id, org_id, skill_id, trigger_type, trigger_config,"
                " condition, debounce, throttle, dedupe_window, pause_after, active_since,"
                " created_by, created_at, updated_at) VALUES (%(id)s, %(org)s, %(skill)s, 'market',"
                " %(config)s::jsonb, %(condition)s, 0, 0, 1, 3, %(since)s, 'usr_1', %(since)s,"
                " %(since)s)",
                id=reflex_id,
                org=self.org_id,
                skill=skill_id,
                config=json.dumps(config),
                condition=condition,
                since=since,
            )
        trigger = Trigger(TriggerType.MARKET, config)
        chosen = Chosen(skill_id, trigger, condition=condition, rules=Rules())
        return Reflex(reflex_id, self.org_id, chosen, True, 1, since, "usr_1", since, since)

    async def set_active(self, reflex: Reflex, *, is_active: bool) -> None:
        """Activate a reflex, or not."""
        async with self.tenants.transaction(Tenant(self.org_id)) as transaction:
            await transaction.execute(
                "UPDATE reflexes SET is_active = %(is_active)s WHERE reflex_id = %(id)s",
                is_active=is_active,
                id=reflex.reflex_id,
            )

    async def events(self, reflex: Reflex) -> list[Any]:
        """What reached a reflex, in order."""
        async with self.tenants.transaction(Tenant(self.org_id)) as transaction:
            return await transaction.fetch_all(
                "SELECT * FROM reflex_events WHERE reflex_id = %(id)s ORDER BY at, source_id",
                id=reflex.reflex_id,
            )


@asynccontextmanager
async def staged(url: str) -> AsyncIterator[Stage]:
    """An organisation in the database at ``url``, which is its owner's."""
    async with Database.open(service_url(url, None), connections=6) as database:
        tenants = Tenants(database)
        timeline = TapeTimeline(database, tape_clock, events_a_block=BLOCK)
        yield Stage(database, tenants, timeline, await make_organisation(tenants))
