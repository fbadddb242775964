"""``playhead users``: people, let in and helped at the shell."""

import asyncio
import json
from typing import Annotated
from uuid import UUID

import typer

from playhead.base.ids import format_id
from playhead.base.time import format_instant
from playhead.entrypoints.administration import (
    Administration,
    Joining,
    Newcomer,
    PersonRecord,
    create_person,
    find_organisation,
    find_person,
    new_signing_key,
    people,
    set_password,
    sign_out,
)
from playhead.entrypoints.cli.asked import NotUsable, org_name, person_name, read_password
from playhead.entrypoints.cli.tables import plain_console, print_table, second_text, shown
from playhead.entrypoints.kernel_settings import SignInKind
from playhead.entrypoints.secrets_of_home import open_sealer
from playhead.entrypoints.settings import Settings, load_settings
from playhead.kernel.identity import Role
from playhead.kernel.identity.model import PERSON_PREFIX
from playhead.kernel.people import parse_email

MAX_LIMIT = 1000
HEADINGS = ("person", "e-mail", "name", "belongs to", "signed in", "since")
NUMBERS = {"signed in"}

app = typer.Typer(help="People.", no_args_is_help=True)
EmailArgument = Annotated[str, typer.Argument(metavar="EMAIL", help="Their e-mail address.")]


@app.command("list")
def print_people(
    search: Annotated[str | None, typer.Option(help="A part of the address.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=MAX_LIMIT, help="How many at most.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Print the people, the oldest first: where they belong, how many sign-ins of theirs go on."""
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
        typer.echo("Nobody matches." if search else "There is nobody yet.")


@app.command("create")
def create(
    email: EmailArgument,
    first_name: Annotated[str, typer.Option(help="Their first name.")],
    last_name: Annotated[str, typer.Option(help="Their last name.")],
    organisation: Annotated[
        str | None,
        typer.Option(help="Name of an organisation that is made for them; else after them."),
    ] = None,
    org: Annotated[
        str | None, typer.Option(help="An organisation to join instead, by id or name.")
    ] = None,
    role: Annotated[Role | None, typer.Option(help="What they are in --org; else viewer.")] = None,
    no_password: Annotated[
        bool,
        typer.Option("--no-password", help="They set one by mail, like who forgot theirs."),
    ] = False,
) -> None:
    """Let somebody in and print their id. You vouch for the address: it counts as verified.

    The password is asked for, or read from the first line of the input.
    """
    if organisation is not None and org is not None:
        raise NotUsable("--organisation makes one and --org joins one: give one of the two")
    if role is not None and org is None:
        raise NotUsable("--role says what they are in --org: give that too")
    address, settings = parse_email(email, field="EMAIL"), load_settings()
    first = person_name(first_name, "--first-name")
    own = org_name(organisation or f"{first}'s organisation", "--organisation")
    last = person_name(last_name, "--last-name")
    password = None
    if not no_password:
        check_passwords_are_ours(settings)
        password = read_password()

    async def let_in() -> str:
        async with Administration.open(settings) as desk:
            joined = None if org is None else await find_organisation(desk, org)
            belongs = own if joined is None else Joining(joined.org_id, role or Role.VIEWER)
            new = Newcomer(address, first, last, belongs, password)
            return format_id(PERSON_PREFIX, await create_person(desk, new))

    typer.echo(asyncio.run(let_in()))


@app.command("set-password")
def change_password(email: EmailArgument) -> None:
    """Set somebody's password, end all of their sessions, and tell them by mail.

    The password is asked for, or read from the first line of the input.
    """
    settings = load_settings()
    check_passwords_are_ours(settings)
    person = asyncio.run(_find(settings, email))  # before anybody types a password in vain
    password = read_password()

    async def change() -> int:
        async with Administration.open(settings) as desk:
            return await set_password(desk, person, password)

    typer.echo(f"{email} has another password; {_ended(asyncio.run(change()))}")


@app.command("sign-out")
def end_sessions(email: EmailArgument) -> None:
    """End all sessions of somebody: whoever uses one has to sign in again."""
    settings = load_settings()

    async def end() -> int:
        async with Administration.open(settings) as desk:
            return await sign_out(desk, await find_person(desk, email))

    typer.echo(f"{email}: {_ended(asyncio.run(end()))}")


@app.command("new-signing-key")
def replace_signing_key(
    withdraw: Annotated[
        bool,
        typer.Option(
            "--withdraw", help="Refuse what earlier keys signed: one was stolen, or cannot be read."
        ),
    ] = False,
) -> None:
    """Make another key that signs access tokens, and print its id. Nobody is signed out."""
    settings = load_settings()

    async def make() -> str:
        async with Administration.open(settings) as desk:
            return await new_signing_key(desk, open_sealer(settings), withdraw=withdraw)

    typer.echo(asyncio.run(make()))


def check_passwords_are_ours(settings: Settings) -> None:
    """Return if people sign in with passwords that are kept here.

    Raises:
        NotUsable: A provider keeps them.
    """
    if settings.sign_in is SignInKind.OIDC:
        raise NotUsable(
            f"PLAYHEAD_SIGN_IN is oidc: {settings.oidc_issuer} keeps the passwords, set them there"
        )


async def _list(search: str | None, limit: int) -> list[PersonRecord]:
    async with Administration.open(load_settings()) as desk:
        return await people(desk, part=search, limit=limit)


async def _find(settings: Settings, email: str) -> UUID:
    async with Administration.open(settings) as desk:
        return await find_person(desk, email)


def _ended(count: int) -> str:
    return {0: "no session went on", 1: "1 session ended"}.get(count, f"{count} sessions ended")


def _cells(person: PersonRecord) -> tuple[str, ...]:
    belongs = ", ".join(f"{shown(name, 24)} ({role})" for name, role in person.organisations)
    email = person.email if person.is_verified else f"{person.email} (unverified)"
    return (
        person.id,
        email,
        shown(person.name, 24),
        belongs or "-",
        str(person.live_sessions),
        second_text(person.created_at),
    )


def _facts(person: PersonRecord) -> dict[str, object]:
    return {
        "id": person.id,
        "email": person.email,
        "email_verified": person.is_verified,
        "name": person.name,
        "has_password": person.has_password,
        "organisations": [{"name": n, "role": r} for n, r in person.organisations],
        "live_sessions": person.live_sessions,
        "created_at": format_instant(person.created_at),
    }
