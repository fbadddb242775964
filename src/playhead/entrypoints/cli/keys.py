"""``playhead keys``: API keys, made, listed and revoked at the shell."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import msgspec
import typer

from playhead.base.time import Micros, format_instant
from playhead.entrypoints.administration import (
    Administration,
    OrgRecord,
    create_key,
    find_organisation,
    keys_of,
    revoke_keys,
)
from playhead.entrypoints.cli.asked import expiry_of, networks_of, org_name
from playhead.entrypoints.cli.readers import clock_now
from playhead.entrypoints.cli.tables import plain_console, print_table, second_text, shown
from playhead.entrypoints.settings import load_settings
from playhead.kernel.api_keys import FIRST_SCOPES, ApiKey, IssuedKey, KeySettings
from playhead.kernel.api_keys.model import MOST_PER_MINUTE
from playhead.kernel.api_keys.schemas import key_view, new_key_view
from playhead.kernel.identity import Scope

MAX_LIMIT = 1000
HEADINGS = ("key", "name", "starts with", "state", "scopes", "last used", "expires")

app = typer.Typer(help="API keys of an organisation.", no_args_is_help=True)
Org = Annotated[
    str | None, typer.Option(help="Organisation, by id or name; else the only one there is.")
]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.command("create")
def create(
    org: Org = None,
    name: Annotated[str, typer.Option(help="What it is for.")] = "Made at the shell",
    scopes: Annotated[
        list[Scope] | None,
        typer.Option("--scope", help="What it may do; several times. Else all but admin."),
    ] = None,
    expires: Annotated[
        str | None, typer.Option(help="30d, 24h, 15m or an RFC 3339 time; else never.")
    ] = None,
    networks: Annotated[
        list[str] | None,
        typer.Option("--network", help="Where it may be used from, as CIDR; several times."),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(min=1, max=MOST_PER_MINUTE, help="Requests a minute, below the plan's."),
    ] = None,
    is_test: Annotated[
        bool, typer.Option("--test", help="A ph_test_ key, which is limited more.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make a key and print it: alone, so that KEY=$(playhead keys create) works.

    It is shown this once; only a hash of it is kept.
    """
    now = clock_now()
    settings = KeySettings(
        name=org_name(name, "--name"),
        scopes=frozenset(scopes or FIRST_SCOPES),
        expires_at=expiry_of(expires, now=now),
        allowed_networks=networks_of(networks or []),
        limit_per_minute=limit,
    )
    owner, issued = asyncio.run(_create(org, settings, is_test=is_test))
    if as_json:
        typer.echo(msgspec.json.encode(new_key_view(issued, now)))
    else:
        typer.echo(_explained(owner, issued), err=True)
        typer.echo(issued.text)


@app.command("list")
def print_keys(
    org: Org = None,
    revoked: Annotated[bool, typer.Option("--all", help="Revoked ones too.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=MAX_LIMIT, help="How many at most.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Print the keys of an organisation, the newest first."""
    owner, found = asyncio.run(_list(org, revoked=revoked, limit=limit))
    now = clock_now()
    if as_json:
        for key in found:
            typer.echo(msgspec.json.encode(key_view(key, now)))
    elif found:
        print_table(plain_console(), HEADINGS, [_cells(key, now) for key in found])
    else:
        typer.echo(f"{shown(owner.name)} has no key; `playhead keys create` makes one.")


@app.command("revoke")
def revoke(
    keys: Annotated[list[str], typer.Argument(metavar="KEY...", help="Ids: key_...")],
) -> None:
    """Revoke keys by their ids. Within 5 s none of them opens anything."""
    for key in asyncio.run(_revoke(keys)):
        at = second_text(key.revoked_at)
        typer.echo(f"{key_view(key, clock_now()).id} ({shown(key.settings.name)}): revoked {at}")


async def _create(
    org: str | None, settings: KeySettings, *, is_test: bool
) -> tuple[OrgRecord, IssuedKey]:
    async with Administration.open(load_settings()) as desk:
        owner = await find_organisation(desk, org)
        return owner, await create_key(desk, owner.org_id, settings, is_test=is_test)


async def _list(org: str | None, *, revoked: bool, limit: int) -> tuple[OrgRecord, list[ApiKey]]:
    async with Administration.open(load_settings()) as desk:
        owner = await find_organisation(desk, org)
        return owner, await keys_of(desk, owner.org_id, revoked=revoked, limit=limit)


async def _revoke(keys: Sequence[str]) -> list[ApiKey]:
    async with Administration.open(load_settings()) as desk:
        return await revoke_keys(desk, keys)


def _explained(owner: OrgRecord, issued: IssuedKey) -> str:
    view = key_view(issued.key, clock_now())
    expires_at = issued.key.settings.expires_at
    until = "" if expires_at is None else f" until {format_instant(expires_at)}"
    return (
        f"{view.id} of {shown(owner.name)} may {', '.join(view.scopes)}{until}."
        " Keep the key now, it is not shown again:"
    )


def _cells(key: ApiKey, now: Micros) -> tuple[str, ...]:
    view = key_view(key, now)
    used, expires = key.last_used_at, key.settings.expires_at
    scopes = " ".join(view.scopes)
    name = shown(view.name, 30)
    return (
        view.id,
        name,
        view.hint,
        view.state,
        scopes,
        "never" if used is None else second_text(used),
        "never" if expires is None else second_text(expires),
    )
