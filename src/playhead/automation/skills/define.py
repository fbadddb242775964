"""Check what a version of a skill is to do, before it is saved or tried."""

from playhead.automation.models import Completion, CompletionInvalid, Message, Speaker
from playhead.automation.models.prices import PriceBook
from playhead.automation.skills.errors import TemplateInvalid
from playhead.automation.skills.input_schema import RESERVED, check_schema, declared_names
from playhead.automation.skills.model import Definition
from playhead.automation.skills.templates import check_templates
from playhead.base.texts import is_storable


def check_definition(definition: Definition, prices: PriceBook) -> None:
    """Return if a definition can be run.

    Raises:
        ModelUnknown: The price book has no such model.
        CompletionInvalid: A parameter is out of bounds; ``field`` names it.
        SchemaInvalid: The input schema is none, or out of bounds.
        TemplateInvalid: A template cannot be understood, or uses a name that the input schema does
            not have.
    """
    prices.find_anywhere(definition.model)
    _check_parameters(definition)
    for field in ("prompt_template", "system_template"):
        if not is_storable(getattr(definition, field) or ""):
            raise TemplateInvalid("a character that cannot be kept", field=field)
    if not all(map(is_storable, definition.parameters.stop)):
        told = "parameters: stop: a character that cannot be kept"
        raise CompletionInvalid(told, field="parameters.stop")
    if definition.input_schema is not None:
        check_schema(definition.input_schema)
    for field, names in check_templates(definition).items():
        _check_names(definition, field, names)


def _check_parameters(definition: Definition) -> None:
    asked = definition.parameters
    try:
        Completion(
            model=definition.model,
            messages=(Message(Speaker.USER, "?"),),
            max_tokens=asked.max_tokens,
            temperature=asked.temperature,
            top_p=asked.top_p,
            stop=asked.stop,
        )
    except CompletionInvalid as error:
        field = error.field if error.field == "model" else f"parameters.{error.field}"
        raise CompletionInvalid(f"parameters: {error.message}", field=field) from error


def _check_names(definition: Definition, field: str, used: frozenset[str]) -> None:
    if definition.input_schema is None:
        return
    declared = declared_names(definition.input_schema)
    unknown = sorted(used - declared - set(RESERVED)) if declared is not None else []
    if unknown:
        raise TemplateInvalid(f"{unknown[0][:100]} is not in input_schema", field=field, line=None)
