"""Commands to try, written so that they work when pasted."""

import json
import shlex
import sys
from pathlib import Path
from urllib.parse import urlsplit

from playhead.entrypoints.settings import Settings, variable_of

PROMPT = "{% book market as b %}{{ market }} is offered at {{ b.best_yes_ask }}. Is it worth that?"


def suggestions(settings: Settings, program: str, key: str, *, ticker: str, at: str) -> list[str]:
    """Return five commands about ``ticker`` at ``at``; over HTTP it takes the API ``key``.

    They carry the settings that they need to find this Playhead. An address with a password is left
    out: whoever set it has it.
    """
    prefix = "".join(f"{name}={shlex.quote(text)} " for name, text in _needed(settings).items())
    api = f"http://127.0.0.1:{settings.port}/api/v1"
    book = shlex.quote(f"{api}/markets/{ticker}/book?at={at}&view=yes&depth=5")
    curl = f"curl -s -H 'Authorization: Bearer {key}'"
    return [
        f"{prefix}{program} markets --limit 10",
        f"{prefix}{program} book {ticker} --at {at}",
        f"{prefix}{program} verify {ticker} --at {at}",
        f"{curl} {book}",
        f"{curl} -H 'Content-Type: application/json' {api}/skills/test"
        f' -d {shlex.quote(_trial(ticker, at))} | grep -o \'"output":"[^"]*"\'',
    ]


def _trial(ticker: str, at: str) -> str:
    """Return a skill that is run once without being saved, so that it can be pasted again."""
    body = {
        "model": "playhead-local-echo",
        "prompt_template": PROMPT,
        "input_data": {"market": ticker},
        "at": at,
    }
    return json.dumps(body)


def own_program() -> str:
    """Return how this program is called from the current folder."""
    program = Path(sys.executable).with_name("playhead")
    here = Path.cwd()
    return shlex.quote(str(program.relative_to(here) if program.is_relative_to(here) else program))


def _needed(settings: Settings) -> dict[str, str]:
    needed = {}
    if settings.home.absolute() != Path.cwd() / str(Settings.model_fields["home"].default):
        needed[variable_of("home")] = str(settings.home.absolute())
    if settings.database_url is not None and not urlsplit(settings.database_url).password:
        needed[variable_of("database_url")] = settings.database_url
    return needed
