"""What can be wrong with a condition."""

from playhead.base.errors import Invalid


class ConditionInvalid(Invalid):
    """The condition is no CEL, names what is not there, or does not come to true or false.

    ``details.line`` and ``details.column`` say where, from 1; null where that is not known.
    """

    code = "reflex.condition_invalid"

    def __init__(
        self, why: str, *, field: str, line: int | None = None, column: int | None = None
    ) -> None:
        where = "" if line is None else f" (line {line}, column {column})"
        super().__init__(f"{field}: {why}{where}", field=field, line=line, column=column)
