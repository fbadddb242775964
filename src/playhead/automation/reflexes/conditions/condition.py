"""Conditions and keys: compiled once, run on many events."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

import msgspec
from cel_expr_python import cel

from playhead.automation.reflexes.conditions.bounds import is_too_much, loops
from playhead.automation.reflexes.conditions.environment import checking, running
from playhead.automation.reflexes.conditions.errors import ConditionInvalid
from playhead.automation.reflexes.conditions.folding import folded
from playhead.automation.reflexes.conditions.kinds import Kind, Kinds
from playhead.automation.reflexes.conditions.wording import at_run, at_save
from playhead.base.time import Micros, datetime_of

LONGEST_SOURCE = 40_000
"""Characters; of what people write far less is taken (see the bodies)."""

LONGEST_KEY = 200
_ERROR = cel.Type.ERROR.name()
_KEYS = frozenset({"STRING", "INT", "UINT", "BOOL", "DYN", "DOUBLE", "price", "contracts"})


@dataclass(frozen=True, slots=True)
class Judgement:
    """What came of a condition.

    Attributes:
        reason: Why it could not be said to match: something that it looks at is not there, or is
            of another type. None where it came to true or false.
    """

    matched: bool
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """What a key came to; ``text`` is None where it could not be told, and ``reason`` says why."""

    text: str | None
    reason: str | None = None


class Program:
    """A compiled expression."""

    def __init__(self, source: str, kinds: Kinds, expression: cel.Expression) -> None:
        self._expression = expression
        self._names = tuple((name, kind) for name, kind in kinds.items() if name in source)
        self._loops = loops(source)

    def judge(self, facts: Mapping[str, object]) -> Judgement:
        """Return whether the condition holds of ``facts``; it never raises.

        Args:
            facts: By name. Prices, sizes and instants are integers; what is None is not known.
        """
        value, reason = self._run(facts)
        if reason is None and not isinstance(value, bool):
            reason = "it is neither true nor false"
        return Judgement(value is True and reason is None, reason)

    def key(self, facts: Mapping[str, object]) -> Key:
        """Return the value of a key as a text: equal values give equal texts."""
        value, reason = self._run(facts)
        if reason is None and (value is None or not isinstance(value, str | int | float)):
            reason = "it is neither a text nor a number"
        if reason is not None:
            return Key(None, reason)
        text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
        if len(text) > LONGEST_KEY or not text.isprintable():
            text = "sha256:" + sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        return Key(text)

    def _run(self, facts: Mapping[str, object]) -> tuple[object, str | None]:
        data: dict[str, object] = {}
        for name, kind in self._names:
            fact = facts.get(name)
            if kind is Kind.INSTANT and isinstance(fact, int):
                data[name] = datetime_of(Micros(fact))
            elif kind is Kind.ANY and is_too_much(fact, self._loops):
                return None, "the event is too large for a condition with loops like these"
            elif fact is not None or (kind is Kind.ANY and name in facts):
                data[name] = fact
        try:
            value = self._expression.eval(data=data)
            plain = value.plain_value()
        except RuntimeError as error:
            return None, at_run(str(error))
        if value.type().name() == _ERROR:
            return None, at_run(str(plain))
        return plain, None


def compile_condition(source: str, kinds: Kinds, *, field: str = "condition") -> Program:
    """Return a condition that comes to true or false, ready to run.

    Raises:
        ConditionInvalid: It does not, or it is no CEL over these variables; names ``field``.
    """
    return _compiled(source, tuple(kinds.items()), field, False)


def compile_key(source: str, kinds: Kinds, *, field: str = "dedupe_key") -> Program:
    """Return an expression that comes to a text, a number or a truth, ready to run.

    Raises:
        ConditionInvalid: It does not, or it is no CEL over these variables; names ``field``.
    """
    return _compiled(source, tuple(kinds.items()), field, True)


@lru_cache(maxsize=2048)
def _compiled(
    source: str, kinds: tuple[tuple[str, Kind], ...], field: str, is_key: bool
) -> Program:
    if not source.strip() or len(source) > LONGEST_SOURCE or "\0" in source:
        raise ConditionInvalid(
            f"an expression has 1 to {LONGEST_SOURCE} characters, U+0000 not among them",
            field=field,
        )
    known = dict(kinds)
    try:
        given = checking(known).compile(source).return_type().name()
        expression = running(known).compile(folded(source, field=field))
    except (RuntimeError, ValueError) as error:
        raise at_save(str(error), field=field) from error
    _check_type(given, is_key=is_key, field=field)
    return Program(source, known, expression)


def _check_type(given: str, *, is_key: bool, field: str) -> None:
    if is_key and given not in _KEYS:
        raise ConditionInvalid(
            f"a key is a text or a number, this is of type {given.lower()}", field=field
        )
    if not is_key and given != "BOOL":
        hint = "; compare it, such as == true" if given == "DYN" else ""
        raise ConditionInvalid(
            f"a condition comes to true or false, this is of type {given.lower()}{hint}",
            field=field,
        )
