"""stub"""

from playhead.automation.models.prices import PriceBook
from playhead.automation.skills.model import Definition


def check_definition(definition: Definition, prices: PriceBook) -> None:
    """Return if a definition can be run."""
    raise NotImplementedError
