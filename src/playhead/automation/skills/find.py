"""Find the version of a skill to run."""

from collections.abc import Sequence
from uuid import UUID

from playhead.automation.skills.model import SkillVersion
from playhead.automation.skills.repository import VersionRows
from playhead.automation.skills.wanted import Wanted
from playhead.base.errors import NotFound
from playhead.storage.postgres import Transaction


async def find_versions(
    transaction: Transaction, wanted: Sequence[Wanted]
) -> list[SkillVersion | NotFound]:
    """Return for each of ``wanted`` its version, or why there is none, in the same order.

    One statement, however many there are. Whether the skill is active is told, not checked.
    """
    return await VersionRows(transaction).find(wanted)


async def find_version(
    transaction: Transaction,
    skill_id: UUID,
    *,
    version: int | None = None,
    label: str | None = None,
) -> SkillVersion:
    """Return one version of a skill: by number, by label, or the newest.

    Raises:
        SkillNotFound: The tenant has no such skill.
        VersionNotFound: The skill has no version of this number.
        LabelNotFound: No version of the skill bears this label.
    """
    (found,) = await find_versions(transaction, [Wanted(skill_id, version, label)])
    if isinstance(found, NotFound):
        raise found
    return found
