"""Prices and sizes that a condition writes out, turned to numbers once and not at each run."""

import re

from playhead.automation.reflexes.conditions.errors import ConditionInvalid
from playhead.automation.reflexes.conditions.functions import contracts, price

_SCALED = {"price": price, "contracts": contracts}
_TOKEN = re.compile(
    r"//[^\n]*"
    r"|\b(?P<name>price|contracts)\(\s*(?:\"(?P<one>[^\"\\\n]*)\"|'(?P<other>[^'\\\n]*)')\s*\)"
    r"|[rRbB]{0,2}(?:\"\"\".*?\"\"\"|'''.*?''')"
    r"|[rR][bB]?(?:\"[^\"\n]*\"|'[^'\n]*')|[bB]?(?:\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*')",
    re.DOTALL,
)


def folded(source: str, *, field: str) -> str:
    """Return ``source`` with ``price("0.60")`` written as ``(600000)``, and sizes likewise.

    What stands in texts and comments stays as it is.

    Raises:
        ConditionInvalid: One of them is no number, or has more digits than there are.
    """

    def turned(match: re.Match[str]) -> str:
        if match["name"] is None:
            return match[0]
        text = match["one"] if match["one"] is not None else match["other"]
        try:
            return f"({_SCALED[match['name']](text)})"
        except ValueError as error:
            raise ConditionInvalid(f"{match[0]}: {error}", field=field) from error

    return _TOKEN.sub(turned, source)
