"""A provider's key as a value that never shows itself. Pure; where keys are kept is not here."""

import hmac
import re
from collections.abc import Callable
from typing import NoReturn

from playhead.base.errors import Invalid

SHOWN = "[provider key]"
_KEY = re.compile(r"[\x21-\x7e]{8,512}", re.ASCII)


class InvalidProviderKey(Invalid):
    """A text that cannot be a key: 8 to 512 visible ASCII characters. It is not repeated here."""

    code = "model.key_invalid"

    def __init__(self) -> None:
        super().__init__("a key is 8 to 512 visible ASCII characters", field="key")


class ProviderKey:
    """A key, readable only by :meth:`reveal`.

    Its ``repr``, ``str``, formatting and attributes say that it is a key and nothing of it, and it
    cannot be pickled, copied into a state or compared by order, so that no log, error text or
    message carries it by accident.
    """

    __slots__ = ("__reveal",)

    def __init__(self, text: str) -> None:
        """Take a key.

        Raises:
            InvalidProviderKey: The text cannot be a key.
        """
        stripped = text.strip()
        if not _KEY.fullmatch(stripped):
            raise InvalidProviderKey
        # In a closure: whoever walks over attributes finds a function.
        self.__reveal: Callable[[], str] = lambda: stripped

    def reveal(self) -> str:
        """Return the key itself, for the header of a request and for sealing."""
        return self.__reveal()

    def scrub(self, text: str) -> str:
        """Return ``text`` with every occurrence of the key replaced."""
        return text.replace(self.reveal(), SHOWN)

    def __repr__(self) -> str:
        return SHOWN

    def __reduce__(self) -> NoReturn:
        raise TypeError("a provider key is not pickled; seal what reveal() returns")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ProviderKey):
            return NotImplemented
        return hmac.compare_digest(other.reveal(), self.reveal())

    def __hash__(self) -> int:
        return hash(self.reveal())
