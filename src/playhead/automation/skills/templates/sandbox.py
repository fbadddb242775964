"""The language of templates: Liquid with what is listed here, and nothing else.

No tag reads another template or a file; values are plain JSON, so there are no attributes to reach
through; what was inserted is never read as a template again.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from liquid import Environment, RenderContext, Token
from liquid.ast import Node
from liquid.builtin import content, illegal
from liquid.builtin.expressions import FilteredExpression, Path
from liquid.builtin.expressions.primitive import FloatLiteral
from liquid.builtin.output import OutputNode
from liquid.builtin.tags import (
    assign_tag,
    capture_tag,
    case_tag,
    comment_tag,
    cycle_tag,
    for_tag,
    if_tag,
    inline_comment_tag,
    unless_tag,
)
from liquid.exceptions import LiquidError, LiquidSyntaxError
from liquid.expression import Expression
from liquid.template import BoundTemplate
from liquid.token import TOKEN_EXPRESSION
from liquid.undefined import FalsyStrictUndefined
from liquid.utils import ReadOnlyChainMap

from playhead.automation.skills.errors import TemplateInvalid
from playhead.automation.skills.templates.filters import FILTERS, bounded
from playhead.automation.skills.templates.market_tags import BookTag, CandlesTag, TradesTag
from playhead.automation.skills.templates.nodes import BoundedFor, Print
from playhead.automation.skills.templates.room import Room
from playhead.automation.skills.templates.values import MOST_CHARACTERS

MOST_TEMPLATE = 64 * 1024
MOST_RAW = 50
MOST_KEPT = 128
LONGEST_KEPT = 8_192
"""So many templates stay in memory as they were read, none longer than this."""

LONGEST_TAG = 4_000
_RAW = re.compile(r"\{%-?\s*(?:raw|doc)\b")
_SPACES = re.compile(r"\s{121}")
_NAME = re.compile(r"\{%-?\s*\w{33}")
"""What Liquid's own reading of a tag would take quadratic time for."""

_TAGS = (
    content.Literal,
    Print,
    illegal.Illegal,
    if_tag.IfTag,
    unless_tag.UnlessTag,
    case_tag.CaseTag,
    BoundedFor,
    for_tag.BreakTag,
    for_tag.ContinueTag,
    assign_tag.AssignTag,
    capture_tag.CaptureTag,
    cycle_tag.CycleTag,
    comment_tag.CommentTag,
    inline_comment_tag.InlineCommentTag,
    BookTag,
    TradesTag,
    CandlesTag,
)


class Missing(FalsyStrictUndefined):
    """A value that is not there: `if` and `default` may ask about it, nothing may use it."""

    force_liquid_default = True

    def __init__(
        self, name: str, *, token: Token | None, obj: object = None, hint: str | None = None
    ) -> None:
        path = f"{name}[...] is undefined" if hint == "index out of range" else hint
        super().__init__(name, token=token, obj=obj, hint=path)


class Sight(RenderContext):
    """What a template sees: what it was given, and nothing of this machine."""

    __slots__ = ("room",)

    def __init__(self, template: BoundTemplate, room: Room, names: dict[str, object]) -> None:
        super().__init__(template, globals=names)
        self.room = room
        # Liquid's own adds the clock of the machine.
        self.scope = ReadOnlyChainMap(self.locals, self.globals, self.counters)


class Sandbox(Environment):
    """Liquid with our own tags and filters, and limits."""

    block_nesting_limit = 20
    context_depth_limit = 30
    local_namespace_limit = 4 * MOST_CHARACTERS
    output_stream_limit = MOST_CHARACTERS

    def tokenizer(self) -> Callable[[str], Iterator[Token]]:
        """Return what cuts a template into tags and texts; it refuses very long tags."""
        cut = super().tokenizer()

        def read(text: str) -> Iterator[Token]:
            for token in cut(text):
                if token.kind == TOKEN_EXPRESSION and len(token.value) > LONGEST_TAG:
                    raise LiquidSyntaxError(f"{LONGEST_TAG} characters at most", token=token)
                yield token

        return read

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        """Add what the language has."""
        for tag in _TAGS:
            self.add_tag(tag)
        for name, act in FILTERS.items():
            self.add_filter(name, bounded(act))


_SANDBOX = Sandbox(undefined=Missing)


@dataclass(frozen=True, slots=True)
class Template:
    """A template that was understood.

    Attributes:
        names: Every name that it takes from outside.
        needed: Those of them that it prints without condition and without `default`.
    """

    bound: BoundTemplate
    names: tuple[str, ...]
    needed: tuple[str, ...]


def understood(text: str) -> Template:
    """Return a template from its text.

    Raises:
        TemplateInvalid: It is too long or malformed, or uses what the language does not have; the
            error's ``field`` is the caller's to set.
    """
    return _kept(text) if len(text) <= LONGEST_KEPT else _read(text)


def _read(text: str) -> Template:
    _check_shape(text)
    try:
        bound = _SANDBOX.from_string(text)
        return _analysed(bound, text)
    except LiquidError as error:
        line = line_of(error, text)
        raise TemplateInvalid(_message(error), field="template", line=line) from error
    except RecursionError as error:
        raise TemplateInvalid("an expression is nested too deeply", field="template") from error


_kept = lru_cache(maxsize=MOST_KEPT)(_read)


def _check_shape(text: str) -> None:
    if len(text.encode(errors="replace")) > MOST_TEMPLATE:
        raise TemplateInvalid(f"{MOST_TEMPLATE} bytes at most", field="template")
    if len(_RAW.findall(text)) > MOST_RAW:
        raise TemplateInvalid(f"{MOST_RAW} raw parts at most", field="template")
    if text.rfind("{%") > text.rfind("%}"):
        line = text.count("\n", 0, text.rfind("{%")) + 1
        raise TemplateInvalid("a tag is not closed by %}", field="template", line=line)
    for pattern, told in ((_SPACES, "120 spaces in a row"), (_NAME, "a name of 32 characters")):
        found = pattern.search(text)
        if found:
            line = text.count("\n", 0, found.start()) + 1
            raise TemplateInvalid(f"{told} at most", field="template", line=line)


def line_of(error: LiquidError, text: str) -> int | None:
    """Return the line of a template, from 1, that an error is about; None where it is unknown."""
    token = error.token
    if token is None or token.start_index < 0:
        return None
    # The token of an expression counts from the beginning of the whole template too.
    return text.count("\n", 0, token.start_index) + 1


def _message(error: LiquidError) -> str:
    if isinstance(error.__cause__, RecursionError):
        return "an expression is nested too deeply"
    return str(error.message)[:300]


def _analysed(bound: BoundTemplate, text: str) -> Template:
    for each in _nodes(bound.nodes):
        for expression in each.expressions():
            _make_exact(expression)
    found = bound.analyze(include_partials=False)
    for name, spans in found.filters.items():
        if name not in FILTERS:
            line = text.count("\n", 0, spans[0].index) + 1
            raise TemplateInvalid(f"there is no filter {name[:50]}", field="template", line=line)
    names = tuple(found.globals)
    needed = tuple(name for name in _printed(bound.nodes) if name in found.globals)
    return Template(bound, names, needed)


def _nodes(nodes: list[Node]) -> Iterator[Node]:
    for node in nodes:
        yield node
        yield from _nodes(list(node.children(None, include_partials=False)))  # type: ignore[arg-type]


def _make_exact(expression: Expression) -> None:
    """Have numbers that are written in a template compared and computed as decimals."""
    if isinstance(expression, FloatLiteral):
        literal: Any = expression
        literal.value = Decimal(expression.token.value)
    for inner in expression.children():
        _make_exact(inner)


def _printed(nodes: list[Node]) -> Iterator[str]:
    for node in nodes:
        if not isinstance(node, OutputNode) or not isinstance(node.expression, FilteredExpression):
            continue
        path, filters = node.expression.left, node.expression.filters or []
        if isinstance(path, Path) and all(each.name != "default" for each in filters):
            yield str(path.path[0])
