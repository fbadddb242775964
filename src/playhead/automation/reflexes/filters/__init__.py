"""Conditions in the form of filters, turned into CEL when they are saved."""

from playhead.automation.reflexes.filters.convert import as_cel

__all__ = ["as_cel"]
