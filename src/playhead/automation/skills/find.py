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

    Two statements in one round trip, however many there are. Whether the skill is active is told,
    not checked. None of the skills is deleted until ``transaction`` ends.
    """
    rows = VersionRows(transaction)
    await rows.keep({each.skill_id for each in wanted})
    return await rows.find(wanted)


async def find_version(
    transaction: Transaction,
    skill_id: UUID,
    *,
    version: int | None = None,
    label: str | None = None,
    keep: bool = False,
) -> SkillVersion:
    """Return one version of a skill: by number, by label, or the newest.

    With ``keep`` the skill is not deleted until ``transaction`` ends, for whoever refers to it.

    Raises:
        SkillNotFound: The tenant has no such skill.
        VersionNotFound: The skill has no version of this number.
        LabelNotFound: No version of the skill bears this label.
    """
    rows = VersionRows(transaction)
    if keep:
        await rows.keep([skill_id])
    (found,) = await rows.find([Wanted(skill_id, version, label)])
    if isinstance(found, NotFound):
        raise found
    return found
