"""The rows of skills: the only module of the feature that knows their tables.

Everything works in a transaction of that organisation's tenant.
"""

import json
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from psycopg.errors import UniqueViolation

from playhead.automation.skills.errors import (
    LabelNotFound,
    SkillNameTaken,
    SkillNotFound,
    VersionNotFound,
)
from playhead.automation.skills.model import (
    Category,
    Definition,
    Facts,
    Label,
    OutputFormat,
    Skill,
    SkillVersion,
    Version,
)
from playhead.automation.skills.serial import read_parameters, written
from playhead.automation.skills.wanted import SkillFilters, Wanted
from playhead.base.errors import NotFound
from playhead.base.texts import is_storable
from playhead.base.time import Micros
from playhead.storage.named_sql import load_sql
from playhead.storage.postgres import Row, Transaction
from playhead.web.pages import Slice

SQL = load_sql(__package__)


class SkillRows:
    """The skills of one organisation."""

    def __init__(self, transaction: Transaction, org_id: UUID) -> None:
        self._transaction = transaction
        self._org_id = org_id

    async def count(self) -> int:
        """Return how many there are."""
        return int((await self._one(SQL.count)).many)

    async def insert(self, skill: Skill, note: str | None) -> bool:
        """Add a skill with its first version; return False when its name is taken."""
        row = await self._find(
            SQL.insert,
            skill_id=skill.skill_id,
            **_facts(skill.facts),
            **_definition(skill.definition),
            note=note,
            by=skill.created_by,
            now=skill.created_at,
        )
        return row is not None

    async def find(self, skill_id: UUID) -> Skill:
        """Return a skill with its newest version.

        Raises:
            SkillNotFound: The organisation has none of this id.
        """
        row = await self._find(SQL.find, skill_id=skill_id)
        if row is None:
            raise SkillNotFound(skill_id)
        return _skill(row)

    async def take(self, skill_id: UUID) -> Skill:
        """Return a skill and keep others from changing it until we commit.

        Raises:
            SkillNotFound: The organisation has none of this id.
        """
        if await self._find(SQL.take, skill_id=skill_id) is None:
            raise SkillNotFound(skill_id)
        return await self.find(skill_id)  # after the lock: what it is once all others are done

    async def page(self, filters: SkillFilters, part: Slice) -> tuple[list[Skill], int | None]:
        """Return a part of the list, the newest first, and the total where it is wanted."""
        chosen = {
            "category": filters.category,
            "is_active": filters.is_active,
            "search": filters.search,
        }
        rows = await self._transaction.fetch_all(
            SQL.page,
            org_id=self._org_id,
            **chosen,
            before_at=part.before and part.before.at,
            before_id=part.before and part.before.id,
            most=part.most,
            skip=part.skip,
        )
        total = (await self._one(SQL.page_total, **chosen)).many if part.counted else None
        return [_skill(row) for row in rows], total

    async def save(self, skill: Skill) -> None:
        """Write what may change about a skill, and the number of its newest version.

        Raises:
            SkillNameTaken: Another skill has the name.
        """
        try:
            await self._one(
                SQL.save,
                skill_id=skill.skill_id,
                **_facts(skill.facts),
                version=skill.version,
                now=skill.updated_at,
            )
        except UniqueViolation as error:
            raise SkillNameTaken(skill.facts.name) from error

    async def add_version(self, skill: Skill, note: str | None, by: str) -> None:
        """Add the newest version of a skill. Costs no round trip."""
        await self._transaction.send(
            SQL.add_version,
            org_id=self._org_id,
            skill_id=skill.skill_id,
            version=skill.version,
            **_definition(skill.definition),
            note=note,
            by=by,
            now=skill.updated_at,
        )

    async def names_like(self, beginning: str) -> frozenset[str]:
        """Return the names, in small letters, that begin so."""
        rows = await self._transaction.fetch_all(
            SQL.names_like, org_id=self._org_id, beginning=beginning
        )
        return frozenset(row.name for row in rows)

    async def take_many(self, skill_ids: Collection[UUID]) -> dict[UUID, bool]:
        """Return which of the skills there are, and whether they are active; locked."""
        rows = await self._transaction.fetch_all(
            SQL.take_many, org_id=self._org_id, skill_ids=list(skill_ids)
        )
        return {row.skill_id: row.is_active for row in rows}

    async def set_active(
        self, skill_ids: Collection[UUID], now: Micros, *, is_active: bool
    ) -> None:
        """Switch skills on or off. Costs no round trip."""
        await self._send(SQL.set_active, skill_ids=list(skill_ids), is_active=is_active, now=now)

    async def take_to_delete(self, skill_ids: Collection[UUID]) -> dict[UUID, str]:
        """Lock skills with their habits and reflexes; return the names of those there are."""
        named = {"org_id": self._org_id, "skill_ids": list(skill_ids)}
        await self._transaction.send(SQL.take_habits, **named)
        await self._transaction.send(SQL.take_reflexes, **named)
        rows = await self._transaction.fetch_all(SQL.take_to_delete, **named)
        return {row.skill_id: str(row.name) for row in rows}

    async def delete_many(self, skill_ids: Collection[UUID]) -> None:
        """Delete skills with all that belongs to them. Costs no round trip."""
        await self._send(SQL.delete_many, skill_ids=list(skill_ids))

    async def _find(self, query: str, **parameters: object) -> Row | None:
        return await self._transaction.fetch_optional(query, org_id=self._org_id, **parameters)

    async def _one(self, query: str, **parameters: object) -> Row:
        row = await self._find(query, **parameters)
        assert row is not None
        return row

    async def _send(self, query: str, **parameters: object) -> None:
        await self._transaction.send(query, org_id=self._org_id, **parameters)


class HistoryRows:
    """The versions and labels of one skill."""

    def __init__(self, transaction: Transaction, org_id: UUID, skill_id: UUID) -> None:
        self._transaction = transaction
        self._named = {"org_id": org_id, "skill_id": skill_id}
        self._skill_id = skill_id

    async def newest(self) -> int:
        """Return the number of the newest version.

        Raises:
            SkillNotFound: There is no such skill.
        """
        row = await self._transaction.fetch_optional(SQL.newest_version, **self._named)
        if row is None:
            raise SkillNotFound(self._skill_id)
        return int(row.version)

    async def page(self, part: Slice) -> list[Version]:
        """Return a part of the versions, the newest first; a place in them is their number."""
        rows = await self._versions(
            before=None if part.before is None else part.before.at,
            most=part.most,
            skip=part.skip,
        )
        return [_version(row) for row in rows]

    async def version(self, number: int) -> Version:
        """Return one version.

        Raises:
            SkillNotFound: There is no such skill.
            VersionNotFound: The skill has none of this number.
        """
        for row in await self._versions(version=number):
            return _version(row)
        await self.newest()
        raise VersionNotFound(self._skill_id, number)

    async def labels(self) -> list[Label]:
        """Return every label, by name."""
        rows = await self._transaction.fetch_all(SQL.labels, **self._named)
        return [Label(row.label, row.version, row.updated_at) for row in rows]

    async def set_label(self, label: Label) -> None:
        """Let a label point to a version, which must be there. Costs no round trip."""
        await self._transaction.send(
            SQL.set_label,
            **self._named,
            label=label.label,
            version=label.version,
            now=label.updated_at,
        )

    async def remove_label(self, label: str) -> int:
        """Remove a label; return the version that it pointed to.

        Raises:
            LabelNotFound: No version of the skill bears it.
        """
        row = await self._transaction.fetch_optional(SQL.remove_label, **self._named, label=label)
        if row is None:
            raise LabelNotFound(self._skill_id, label)
        return int(row.version)

    async def _versions(
        self,
        *,
        version: int | None = None,
        before: int | None = None,
        most: int = 1,
        skip: int = 0,
    ) -> list[Row]:
        return await self._transaction.fetch_all(
            SQL.versions, **self._named, version=version, before=before, most=most, skip=skip
        )


class VersionRows:
    """Versions of a tenant's skills, to be run."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def keep(self, skill_ids: Collection[UUID]) -> None:
        """Keep skills from being deleted until we commit. Costs no round trip."""
        await self._transaction.send(SQL.keep, skill_ids=list(skill_ids))

    async def find(self, wanted: Sequence[Wanted]) -> list[SkillVersion | NotFound]:
        """Return each version that is wanted, or why there is none, in one statement."""
        rows = await self._transaction.fetch_all(
            SQL.find_versions,
            skill_ids=[each.skill_id for each in wanted],
            versions=[each.version for each in wanted],
            labels=[_askable(each.label) for each in wanted],
        )
        return [_found(each, row) for each, row in zip(wanted, rows, strict=True)]


def _askable(label: str | None) -> str | None:
    # What PostgreSQL could not keep is no label; none is empty.
    return label if label is None or is_storable(label) else ""


def _found(wanted: Wanted, row: Row) -> SkillVersion | NotFound:
    if row.skill_id is None:
        return SkillNotFound(wanted.skill_id)
    if row.version is None and wanted.label is not None:
        return LabelNotFound(wanted.skill_id, wanted.label)
    if row.version is None:
        return VersionNotFound(wanted.skill_id, wanted.version or 0)
    return SkillVersion(
        skill_id=row.skill_id,
        name=row.name,
        version=row.version,
        is_active=row.is_active,
        **_does(row),
    )


def _skill(row: Row) -> Skill:
    return Skill(
        skill_id=row.skill_id,
        facts=Facts(row.name, row.description, Category(row.category), row.is_active),
        definition=Definition(**_does(row)),
        version=row.version,
        created_by=row.created_by,
        created_at=row.created_at,
        updated_at=row.updated_at,
        execution_count=row.execution_count,
        last_executed_at=row.last_executed_at,
    )


def _version(row: Row) -> Version:
    return Version(
        row.version,
        Definition(**_does(row)),
        row.note,
        row.created_by,
        row.created_at,
        tuple(row.labels),
    )


def _does(row: Row) -> dict[str, Any]:
    return {
        "prompt_template": row.prompt_template,
        "system_template": row.system_template,
        "model": row.model,
        "parameters": read_parameters(row.parameters),
        "input_schema": row.input_schema,
        "output_format": OutputFormat(row.output_format),
    }


def _facts(facts: Facts) -> dict[str, object]:
    return {
        "name": facts.name,
        "description": facts.description,
        "category": facts.category.value,
        "is_active": facts.is_active,
    }


def _definition(definition: Definition) -> dict[str, object]:
    told, schema = written(definition), definition.input_schema
    return told | {
        "parameters": json.dumps(told["parameters"]),
        "input_schema": None if schema is None else json.dumps(schema, ensure_ascii=False),
    }
