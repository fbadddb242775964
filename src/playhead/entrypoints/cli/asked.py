"""What a person types about keys, people and organisations, checked: errors name the option."""

import re
import sys
from typing import Any

import typer
from pydantic import TypeAdapter, ValidationError

from playhead.base.errors import Invalid
from playhead.base.time import MICROS_PER_SECOND, Micros, parse_instant
from playhead.kernel.api_keys import Network
from playhead.kernel.api_keys.bodies import Networks
from playhead.kernel.auth.bodies import Name, NewPassword, OrganisationName

MINUTE, HOUR, DAY = 60, 3600, 86_400
SECONDS_OF = {"m": MINUTE, "h": HOUR, "d": DAY}
_LENGTH = re.compile(r"(\d{1,5})([mhd])", re.ASCII)
_PERSON_NAME: TypeAdapter[str] = TypeAdapter(Name)
_ORG_NAME: TypeAdapter[str] = TypeAdapter(OrganisationName)
_NETWORKS: TypeAdapter[list[Network]] = TypeAdapter(Networks)
_PASSWORD: TypeAdapter[str] = TypeAdapter(NewPassword)


class NotUsable(Invalid):
    """An option or argument has a value that cannot be used."""

    code = "option.not_usable"


def expiry_of(text: str | None, *, now: Micros) -> Micros | None:
    """Return when ``30d``, ``24h``, ``15m`` from now, or an RFC 3339 time is; None: never.

    Raises:
        NotUsable: It is none of these, or not in the future.
    """
    if text is None:
        return None
    length = _LENGTH.fullmatch(text)
    if length is not None:
        seconds = int(length.group(1)) * SECONDS_OF[length.group(2)]
        at = Micros(now + seconds * MICROS_PER_SECOND)
    else:
        at = _instant(text)
    if at <= now:
        raise NotUsable(f"--expires: {text} is not in the future")
    return at


def networks_of(texts: list[str]) -> tuple[Network, ...]:
    """Return the networks of texts such as ``203.0.113.0/24`` or a single address.

    Raises:
        NotUsable: One is none, or there are too many.
    """
    try:
        return tuple(_NETWORKS.validate_python(texts))
    except ValidationError as error:
        why = error.errors(include_url=False, include_input=False)[0]["msg"]
        raise NotUsable(f"--network: {why}") from error


def org_name(text: str, option: str) -> str:
    """Return the name of an organisation.

    Raises:
        NotUsable: It is empty, longer than 100 characters, or more than a line of text.
    """
    return _checked(_ORG_NAME, text, f"{option}: a name is a line of 1 to 100 characters")


def person_name(text: str, option: str) -> str:
    """Return the first or last name of a person.

    Raises:
        NotUsable: It is empty, longer than 50 characters, or more than a line of text.
    """
    return _checked(_PERSON_NAME, text, f"{option}: a name is a line of 1 to 50 characters")


def read_password() -> str:
    """Ask for a password twice, or read a line of the input where that is no terminal.

    Raises:
        NotUsable: It is too short, too long, or has characters that nobody can type.
    """
    if sys.stdin.isatty():
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    else:
        password = sys.stdin.readline().removesuffix("\n").removesuffix("\r")
    return _checked(
        _PASSWORD,
        str(password),
        "the password needs 8 to 128 characters, none of them a control character; it is read from"
        " the terminal, or from the first line of the input",
    )


def _instant(text: str) -> Micros:
    try:
        return parse_instant(text)
    except Invalid as error:
        raise NotUsable(
            f"--expires: {text!r} is neither a length such as 30d, 24h or 15m nor a time such as"
            " 2027-01-31T00:00:00Z"
        ) from error


def _checked(adapter: TypeAdapter[Any], text: str, sentence: str) -> str:
    try:
        return str(adapter.validate_python(text))
    except ValidationError as error:
        raise NotUsable(sentence) from error
