"""Check the templates of a skill, and render them."""

from collections.abc import Mapping

from liquid.exceptions import LiquidError, UndefinedError

from playhead.automation.skills.errors import InputInvalid, TemplateFailed, TemplateInvalid
from playhead.automation.skills.input_schema import RESERVED, optional_names
from playhead.automation.skills.model import Definition, Rendered
from playhead.automation.skills.templates.room import Room
from playhead.automation.skills.templates.sandbox import Sight, Template, line_of, understood
from playhead.automation.skills.templates.values import plain
from playhead.automation.timeline import Timeline
from playhead.base.time import Micros, format_instant

_MALFORMED = (ValueError, TypeError, ArithmeticError, LookupError, AttributeError, RecursionError)
"""What odd values raise in the language itself; each is the template's failure, not ours."""


def check_templates(definition: Definition) -> dict[str, frozenset[str]]:
    """Return every name that each template of a definition takes from outside, by its field.

    Raises:
        TemplateInvalid: One cannot be understood; ``field`` names it, ``line`` says where.
    """
    texts = {
        "prompt_template": definition.prompt_template,
        "system_template": definition.system_template,
    }
    return {
        field: frozenset(_understood(text, field).names)
        for field, text in texts.items()
        if text is not None
    }


def needed_names(text: str) -> tuple[str, ...]:
    """Return the names that a template prints whatever happens."""
    return understood(text).needed


async def render(
    version: Definition,
    given: Mapping[str, object],
    *,
    timeline: Timeline | None,
    at: Micros,
    event: Mapping[str, object] | None = None,
    trigger: Mapping[str, object] | None = None,
) -> Rendered:
    """Return what the model is sent.

    Args:
        version: Whose templates; its input schema says what may be left out.
        given: The input, as `check_input` returned it.
        timeline: Where markets are looked at; None where there is nothing recorded.
        at: The instant that templates look at, and their ``now``.
        event: What set it off; None where nothing did.
        trigger: Why it runs.

    Raises:
        InputInvalid: A template uses a value that is not there; ``field`` is its path.
        TemplateFailed: A limit was reached, a value is of no use for what is done with it, or a
            market was never recorded.
        Unavailable: The recorded past cannot be reached now.
    """
    names = dict.fromkeys(optional_names(version.input_schema)) | _names(given, event, trigger)
    names["now"] = format_instant(at)
    room = Room(timeline, at)
    system = None
    if version.system_template is not None:
        system = await _rendered(version.system_template, "system_template", names, room)
    prompt = await _rendered(version.prompt_template, "prompt_template", names, room)
    if not prompt.strip():
        raise TemplateFailed("the prompt comes out empty", field="prompt_template")
    return Rendered(prompt, system or None)


def _names(
    given: Mapping[str, object],
    event: Mapping[str, object] | None,
    trigger: Mapping[str, object] | None,
) -> dict[str, object]:
    names = dict(given)
    if event is not None:
        names["event"] = event
    if trigger is not None:
        names["trigger"] = trigger
    return {name: plain(value) for name, value in names.items()}


def _understood(text: str, field: str) -> Template:
    try:
        return understood(text)
    except TemplateInvalid as error:
        raise TemplateInvalid(error.told, field=field, line=error.line) from error


async def _rendered(text: str, field: str, names: dict[str, object], room: Room) -> str:
    bound = _understood(text, field).bound
    sight, buffer = Sight(bound, room, names), bound._get_buffer()
    try:
        await bound.render_with_context_async(sight, buffer)
    except UndefinedError as error:
        path = _path(str(error.message))
        raise InputInvalid(f"{path}: the template needs it", field=path) from error
    except LiquidError as error:
        line = line_of(error, text)
        place = f"line {line}: " if line else ""
        raise TemplateFailed(f"{field}: {place}{str(error.message)[:300]}", field=field) from error
    except TemplateFailed as error:
        error.field = error.field or field
        raise
    except _MALFORMED as error:
        told = f"{field}: it cannot be rendered with this input ({type(error).__name__})"
        raise TemplateFailed(told, field=field) from error
    return buffer.getvalue()


def _path(message: str) -> str:
    path = message.removesuffix(" is undefined").strip("'")[:200]
    root = path.partition(".")[0].partition("[")[0]
    return path if root in RESERVED else f"input.{path}"
