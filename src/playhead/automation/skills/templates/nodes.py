"""The parts of Liquid that are made anew here: what prints, and what loops."""

from collections.abc import Iterator
from typing import Any, TextIO, cast

from liquid import RenderContext, Token
from liquid.ast import BlockNode, Node
from liquid.builtin.expressions import LoopExpression
from liquid.builtin.output import Output, OutputNode
from liquid.builtin.tags.for_tag import ForLoop, ForNode, ForTag
from liquid.exceptions import BreakLoop, ContinueLoop

from playhead.automation.skills.errors import TemplateFailed
from playhead.automation.skills.templates.room import Room
from playhead.automation.skills.templates.values import MOST_ITEMS, text_of


def room_of(context: RenderContext) -> Room:
    """Return what a rendering may use up."""
    return cast(Room, cast(Any, context).room)


class PrintNode(OutputNode):
    """``{{ ... }}``: prints lists and objects as JSON, and numbers exactly."""

    __slots__ = ()

    async def render_to_output_async(self, context: RenderContext, buffer: TextIO) -> int:
        """Print the value of the expression."""
        text = text_of(await self.expression.evaluate_async(context))
        await room_of(context).turn(1 + len(text) // 1000)
        return buffer.write(text)


class Print(Output):
    """Makes `PrintNode`."""

    node_class = PrintNode


class BoundedLoop(LoopExpression):
    """What a loop goes over; refused before it is laid out when that is too much."""

    __slots__ = ()

    def _to_iter(self, obj: object, context: RenderContext) -> tuple[Iterator[Any], int]:
        if isinstance(obj, range) and (obj.stop - obj.start) > MOST_ITEMS:
            raise TemplateFailed(f"a loop goes over more than {MOST_ITEMS} items")
        found, length = super()._to_iter(obj, context)
        if length > MOST_ITEMS:
            raise TemplateFailed(f"a loop goes over more than {MOST_ITEMS} items")
        return found, length


class BoundedForNode(ForNode):
    """``{% for %}``: each turn costs as many steps as the block has parts."""

    __slots__ = ("weight",)

    def __init__(
        self,
        token: Token,
        expression: LoopExpression,
        block: BlockNode,
        default: BlockNode | None = None,
    ) -> None:
        super().__init__(token, _bounded(expression), block, default)
        self.weight = 1 + weight_of(block)

    async def render_to_output_async(self, context: RenderContext, buffer: TextIO) -> int:
        """Render the block for each item."""
        items, length = await self.expression.evaluate_async(context)
        if not length:
            return await self.default.render_async(context, buffer) if self.default else 0
        name, room, written = self.expression.identifier, room_of(context), 0
        forloop = ForLoop(
            name=f"{name}-{self.expression.iterable}",
            it=items,
            length=length,
            parentloop=context.parentloop(),
        )
        namespace: dict[str, object] = {"forloop": forloop, name: None}
        with context.loop(namespace, forloop):
            for namespace[name] in forloop:
                await room.turn(self.weight)
                try:
                    written += await self.block.render_async(context, buffer)
                except ContinueLoop:
                    continue
                except BreakLoop:
                    break
        return written


class BoundedFor(ForTag):
    """Makes `BoundedForNode`."""

    node_class = BoundedForNode


def weight_of(node: Node) -> int:
    """Return how many parts a node has, loops inside counted once."""
    inner = node.children(cast(RenderContext, None), include_partials=False)
    return 1 + sum(weight_of(each) for each in inner)


def _bounded(loop: LoopExpression) -> BoundedLoop:
    return BoundedLoop(
        loop.token,
        loop.identifier,
        loop.iterable,
        limit=loop.limit,
        offset=loop.offset,
        reversed_=loop.reversed,
        cols=loop.cols,
    )
