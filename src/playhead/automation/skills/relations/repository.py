"""Reads what refers to a skill, in a transaction of its organisation's tenant."""

from uuid import UUID

from playhead.automation.skills.relations.model import (
    HabitOfSkill,
    Ran,
    ReflexOfSkill,
    Relations,
)
from playhead.storage.named_sql import load_sql
from playhead.storage.postgres import Row, Transaction

SQL = load_sql(__package__)
MOST_EXECUTIONS = 5
MOST_LISTED = 100


class RelationRows:
    """What refers to one skill."""

    def __init__(self, transaction: Transaction, org_id: UUID, skill_id: UUID) -> None:
        self._transaction = transaction
        self._named = {"org_id": org_id, "skill_id": skill_id}

    async def read(self, *, in_full: bool) -> Relations:
        """Return the counts and the newest 5 executions; ``in_full`` also habits and reflexes.

        At most 100 of each are listed.
        """
        (counts,) = await self._transaction.fetch_all(SQL.counts, **self._named)
        ran = await self._newest(SQL.executions, MOST_EXECUTIONS)
        habits = await self._newest(SQL.habits, MOST_LISTED) if in_full else []
        reflexes = await self._newest(SQL.reflexes, MOST_LISTED) if in_full else []
        return Relations(
            counts.habits,
            counts.reflexes,
            tuple(Ran(*row) for row in ran),
            tuple(HabitOfSkill(*row) for row in habits),
            tuple(ReflexOfSkill(*row) for row in reflexes),
        )

    async def _newest(self, query: str, most: int) -> list[Row]:
        return await self._transaction.fetch_all(query, **self._named, most=most)
