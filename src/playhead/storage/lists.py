"""Lists of integers as parameters, quickly: the driver's own way is a look at every element.

A statement that takes whole columns as lists spends most of its time there.
"""

from typing import Any

from psycopg import postgres
from psycopg.abc import DumperKey
from psycopg.adapt import PyFormat
from psycopg.types.array import BaseListDumper, ListDumper

_INTEGERS: set[type] = {int, type(None)}


class QuickListDumper(ListDumper):
    """Writes lists; those of integers and None as bigint[], which SQL casts to what it needs."""

    def get_key(self, obj: list[Any], format: PyFormat) -> DumperKey:
        """Tell lists of integers from others."""
        return (self.cls, int) if _is_of_integers(obj) else super().get_key(obj, format)

    def upgrade(self, obj: list[Any], format: PyFormat) -> BaseListDumper:
        """Return what writes lists of the same key."""
        if _is_of_integers(obj):
            return _IntegerListDumper(self.cls, self._tx)
        return super().upgrade(obj, format)


class _IntegerListDumper(ListDumper):
    oid = postgres.types["int8"].array_oid

    def dump(self, obj: list[int | None]) -> bytes:
        """Return the text of ``obj``."""
        return f"{{{repr(obj)[1:-1]}}}".replace("None", "NULL").encode()


def _is_of_integers(values: list[Any]) -> bool:
    kinds = set(map(type, values))
    return int in kinds and kinds <= _INTEGERS
