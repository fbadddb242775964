"""``playhead orgs``: organisations, made and listed at the shell."""

import asyncio
import json
from typing import Annotated

import typer

from playhead.base.ids import format_id
from playhead.base.time import format_instant
from playhead.entrypoints.administration import (
    Administration,
    OrgRecord,
    create_organisation,
    organisations,
)
from playhead.entrypoints.cli.asked import NotUsable, org_name
from playhead.entrypoints.cli.tables import plain_console, print_table, second_text, shown
from playhead.entrypoints.settings import load_settings
from playhead.kernel.access import PLANS
from playhead.kernel.identity.model import ORG_PREFIX

MAX_LIMIT = 1000
HEADINGS = ("organisation", "name", "plan", "members", "keys", "since")
NUMBERS = {"members", "keys"}
OPERATOR_PLAN = "operator"

app = typer.Typer(help="Organisations.", no_args_is_help=True)


@app.command("list")
def print_organisations(
    search: Annotated[str | None, typer.Option(help="A part of the name.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=MAX_LIMIT, help="How many at most.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Print the organisations, the oldest first."""
    found = asyncio.run(_list(search, limit + 1))
    if as_json:
        for each in found[:limit]:
            typer.echo(json.dumps(_facts(each)))
    elif found:
        console = plain_console()
        print_table(console, HEADINGS, [_cells(each) for each in found[:limit]], numbers=NUMBERS)
        if len(found) > limit:
            console.print(f"there are more than {limit}; --limit shows more", style="dim")
    else:
        typer.echo("No organisation matches." if search else "There is no organisation yet.")


@app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="What it is called.")],
    plan: Annotated[
        str, typer.Option(help=f"How much it may ask for: {', '.join(PLANS)}.")
    ] = OPERATOR_PLAN,
) -> None:
    """Make an organisation and print its id: alone, so that ORG=$(playhead orgs create X) works.

    Nobody belongs to it yet: `playhead users create --org` lets people in.
    """
    if plan not in PLANS:
        raise NotUsable(f"--plan: there is no plan {plan!r}; there are {', '.join(PLANS)}")
    typer.echo(asyncio.run(_create(org_name(name, "NAME"), plan)))


async def _list(search: str | None, limit: int) -> list[OrgRecord]:
    async with Administration.open(load_settings()) as desk:
        return await organisations(desk, part=search, limit=limit)


async def _create(name: str, plan: str) -> str:
    async with Administration.open(load_settings()) as desk:
        return format_id(ORG_PREFIX, await create_organisation(desk, name, plan=plan))


def _cells(org: OrgRecord) -> tuple[str, ...]:
    counts = (f"{org.members:,}", f"{org.live_keys:,}")
    return (org.id, shown(org.name), org.plan, *counts, second_text(org.created_at))


def _facts(org: OrgRecord) -> dict[str, object]:
    return {
        "id": org.id,
        "name": org.name,
        "plan": org.plan,
        "members": org.members,
        "live_keys": org.live_keys,
        "created_at": format_instant(org.created_at),
    }
