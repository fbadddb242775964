"""The rows of skills: the only module of the feature that knows their tables."""

from collections.abc import Sequence

from playhead.automation.skills.errors import LabelNotFound, SkillNotFound, VersionNotFound
from playhead.automation.skills.model import OutputFormat, SkillVersion
from playhead.automation.skills.serial import read_parameters
from playhead.automation.skills.wanted import Wanted
from playhead.base.errors import NotFound
from playhead.storage.named_sql import load_sql
from playhead.storage.postgres import Row, Transaction

SQL = load_sql(__package__)


class VersionRows:
    """Versions of a tenant's skills, to be run."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def find(self, wanted: Sequence[Wanted]) -> list[SkillVersion | NotFound]:
        """Return each version that is wanted, or why there is none, in one statement."""
        rows = await self._transaction.fetch_all(
            SQL.find_versions,
            skill_ids=[each.skill_id for each in wanted],
            versions=[each.version for each in wanted],
            labels=[each.label for each in wanted],
        )
        return [_found(each, row) for each, row in zip(wanted, rows, strict=True)]


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
        prompt_template=row.prompt_template,
        system_template=row.system_template,
        model=row.model,
        parameters=read_parameters(row.parameters),
        input_schema=row.input_schema,
        output_format=OutputFormat(row.output_format),
    )
