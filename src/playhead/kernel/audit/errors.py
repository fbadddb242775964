"""What can be wrong with a question about the audit log."""

from playhead.base.errors import NotFound


class EntryNotFound(NotFound):
    """The audit log has no entry of this number."""

    code = "audit.entry_not_found"

    def __init__(self, number: int) -> None:
        super().__init__(f"the audit log has no entry {number}", field="after", number=number)
