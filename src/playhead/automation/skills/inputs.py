"""stub"""

from collections.abc import Mapping

from playhead.automation.skills.model import Definition


def check_input(version: Definition, given: Mapping[str, object]) -> dict[str, object]:
    """Return ``given`` with the defaults of the input schema filled in."""
    raise NotImplementedError
