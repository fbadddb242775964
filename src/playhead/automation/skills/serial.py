"""Definitions as JSON, for tables: exact numbers are texts in it."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast

from playhead.automation.skills.model import Definition, OutputFormat, Parameters


def written(definition: Definition) -> dict[str, object]:
    """Return a definition as JSON; `read` gives it back."""
    return {
        "prompt_template": definition.prompt_template,
        "system_template": definition.system_template,
        "model": definition.model,
        "parameters": written_parameters(definition.parameters),
        "input_schema": definition.input_schema,
        "output_format": definition.output_format.value,
    }


def read(told: Mapping[str, object]) -> Definition:
    """Return the definition that `written` wrote."""
    fields = cast(Mapping[str, Any], told)
    return Definition(
        prompt_template=fields["prompt_template"],
        system_template=fields["system_template"],
        model=fields["model"],
        parameters=read_parameters(fields["parameters"]),
        input_schema=fields["input_schema"],
        output_format=OutputFormat(fields["output_format"]),
    )


def same(one: Definition, other: Definition) -> bool:
    """Return whether two definitions do the same: as JSON, where true is not 1."""
    texts = (json.dumps(written(each), sort_keys=True) for each in (one, other))
    return len(set(texts)) == 1


def written_parameters(parameters: Parameters) -> dict[str, object]:
    """Return parameters as JSON."""
    return {
        "max_tokens": parameters.max_tokens,
        "temperature": _text(parameters.temperature),
        "top_p": _text(parameters.top_p),
        "stop": list(parameters.stop),
    }


def read_parameters(told: Mapping[str, Any]) -> Parameters:
    """Return the parameters that `written_parameters` wrote."""
    return Parameters(
        told["max_tokens"], _number(told["temperature"]), _number(told["top_p"]), (*told["stop"],)
    )


def _text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
