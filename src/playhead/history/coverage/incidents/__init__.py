"""What ended knowledge: one thing that hit one or many markets, a line each."""

from playhead.history.coverage.incidents.model import Asked, Before, Incident, Shard
from playhead.history.coverage.incidents.repository import Incidents

__all__ = ["Asked", "Before", "Incident", "Incidents", "Shard"]
