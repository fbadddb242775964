"""Comparisons of rebuilt books with what the exchange said they are."""

from playhead.history.coverage.audits.model import Asked, Audit, AuditKind, Before, Rate, RatesBy
from playhead.history.coverage.audits.repository import Audits

__all__ = ["Asked", "Audit", "AuditKind", "Audits", "Before", "Rate", "RatesBy"]
