"""stub"""

from collections.abc import Mapping

from playhead.automation.skills.model import Rendered, SkillVersion
from playhead.automation.timeline import Timeline
from playhead.base.time import Micros


async def render(
    version: SkillVersion,
    given: Mapping[str, object],
    *,
    timeline: Timeline | None,
    at: Micros,
    event: Mapping[str, object] | None = None,
    trigger: Mapping[str, object] | None = None,
) -> Rendered:
    """Return what the model is sent."""
    raise NotImplementedError
