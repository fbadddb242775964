"""The audit log of an organisation: who did what and when, in a chain that shows any change."""

from playhead.kernel.audit.actions import Action
from playhead.kernel.audit.chain import Break, Verification
from playhead.kernel.audit.errors import EntryNotFound
from playhead.kernel.audit.model import Entry, Filters
from playhead.kernel.audit.ports import AuditPort
from playhead.kernel.audit.repository import AuditLog, AuditReader
from playhead.kernel.audit.verify import verify

__all__ = [
    "Action",
    "AuditLog",
    "AuditPort",
    "AuditReader",
    "Break",
    "Entry",
    "EntryNotFound",
    "Filters",
    "Verification",
    "verify",
]
