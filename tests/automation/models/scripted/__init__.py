"""A provider on loopback that does as a test says, in the words of three protocols."""

from tests.automation.models.scripted.script import COUNTS, Counted, Fault, Script
from tests.automation.models.scripted.server import Exchange, ScriptedProvider, scripted_provider

__all__ = [
    "COUNTS",
    "Counted",
    "Exchange",
    "Fault",
    "Script",
    "ScriptedProvider",
    "scripted_provider",
]
