"""Workers, API and servers killed again and again while a thousand executions are asked for."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random, SystemRandom

import httpx2
import pytest

from playhead.entrypoints.embedded.postgres import EmbeddedPostgres
from playhead.entrypoints.embedded.valkey import EmbeddedValkey
from playhead.entrypoints.settings import Settings
from playhead.storage.migrate import migrate
from playhead.storage.roles import open_service_role, service_url
from tests.automation.soak.checking import (
    Found,
    check_asked,
    check_ends,
    check_events,
    check_ticks,
    until_quiet,
)
from tests.automation.soak.fleet import Fleet, Mortal
from tests.automation.soak.ledger import make_ledger
from tests.automation.soak.load import TICKS_PLANNED, Load, Sizes, spread_ticks
from tests.automation.soak.nursery import WORKER
from tests.automation.soak.outside import Outside, admitted, settled_home
from tests.automation.soak.storm import Blow, Postman, Storm

SHORT = Sizes(asked=16, habits=1, webhooks=8, seconds=4)
SHORT_DECK = (Blow.WORKER, Blow.WORKERS, Blow.API, Blow.API, Blow.VALKEY, Blow.FREEZE)
LONG = Sizes(asked=270, habits=18, webhooks=80, seconds=150)
LONG_DECK = (*SHORT_DECK, Blow.WORKER, Blow.VALKEY, Blow.ALL, Blow.POSTGRES) * 6
ORGANISATIONS = ("Acme", "Bolt")


@dataclass(frozen=True, slots=True)
class Trial:
    """One run of the whole, with its seed."""

    seed: int
    sizes: Sizes
    deck: tuple[Blow, ...]
    between: tuple[float, float]
    patience: float
    lease: float = 2.0

    async def run(self, settings: Settings, valkey: Mortal, postgres: Mortal | None = None) -> None:
        """Let it happen, and check what came of it."""
        url, random = str(settings.database_url), Random(self.seed)
        make_ledger(url)
        began = time.monotonic()
        async with (
            Fleet.afloat(settings, random, lease=self.lease) as fleet,
            _client(settings.port) as client,
        ):
            outsides = [
                Outside(client, await admitted(settings, name), name, Random(random.random()))
                for name in ORGANISATIONS
            ]
            loads = [Load(each, self.sizes, Random(random.random())) for each in outsides]
            for load in loads:
                await load.prepare()
            storm = Storm(fleet, valkey, random, postgres=postgres, freeze=self.lease + 1)
            postman = Postman(url, str(settings.valkey_url), random)
            print(f"prepared after {time.monotonic() - began:.1f} s")
            await self._rage(url, loads, storm, postman)
            print(f"calm after {time.monotonic() - began:.1f} s")
            for load in loads:
                await load.end()
            await until_quiet(url, self.patience)
            found = Found.read(url)
            await postman.send_all_again(time.monotonic() + self.patience)
        self._tell(found, outsides, storm, fleet, postman, began)
        await self._check(found, outsides)
        assert Found.read(url) == found
        assert fleet.unasked == []

    async def _rage(self, url: str, loads: list[Load], storm: Storm, postman: Postman) -> None:
        spread_ticks(url, self.sizes.seconds, Random(self.seed))
        sending = asyncio.create_task(postman.go_round())
        async with asyncio.timeout(self.sizes.seconds + self.patience):
            await asyncio.gather(
                storm.blow(self.deck, self.between), *(load.offer() for load in loads)
            )
            await storm.calm()
        sending.cancel()

    async def _check(self, found: Found, outsides: list[Outside]) -> None:
        await check_ends(found)
        check_asked(found, {k: v for each in outsides for k, v in each.executed.items()})
        check_ticks(found, (TICKS_PLANNED - 1) * self.sizes.habits * len(ORGANISATIONS))
        check_events(found, {k: v for each in outsides for k, v in each.fired.items()})
        assert len(found.executions) >= self.sizes.executions * len(ORGANISATIONS)

    def _tell(
        self,
        found: Found,
        outsides: list[Outside],
        storm: Storm,
        fleet: Fleet,
        postman: Postman,
        began: float,
    ) -> None:
        repeats = sum(each.repeats for each in outsides)
        replayed = sum(each.replayed for each in outsides)
        print(
            f"seed {self.seed}: {found.summary()}; {dict(storm.fallen)};"
            f" {fleet.lives(WORKER)} lives of workers, {repeats} requests made again,"
            f" {replayed} answers given again, {postman.sent} messages sent besides;"
            f" {time.monotonic() - began:.0f} s"
        )


@asynccontextmanager
async def _client(port: int) -> AsyncIterator[httpx2.AsyncClient]:
    limits = httpx2.Limits(max_connections=64)
    async with httpx2.AsyncClient(
        base_url=f"http://127.0.0.1:{port}", timeout=30, limits=limits, trust_env=False
    ) as client:
        yield client


@asynccontextmanager
async def _valkey(folder: Path) -> AsyncIterator[tuple[Mortal, str]]:
    server = EmbeddedValkey(folder)
    folder.mkdir()
    mortal = Mortal(server, folder / "valkey.log")
    await mortal.start()
    try:
        yield mortal, server.url
    finally:
        mortal.end(server.stop)


@asynccontextmanager
async def _postgres(folder: Path) -> AsyncIterator[tuple[Mortal, str]]:
    server = EmbeddedPostgres(folder, {"shared_buffers": "64MB"})
    folder.mkdir()
    mortal = Mortal(server, folder / "postgres.log")
    await mortal.start()
    try:
        migrate(server.url)
        open_service_role(server.url, None)
        yield mortal, server.url
    finally:
        mortal.end(server.stop)


def test_whoever_is_killed_each_execution_ends_once_and_none_is_lost(
    tmp_path: Path, database_url: str, service_database_url: str
) -> None:
    seed = SystemRandom().randrange(1_000_000)
    print(f"seed {seed}")

    async def happen() -> None:
        async with _valkey(tmp_path / "valkey") as (valkey, valkey_url):
            home = tmp_path / "home"
            home.mkdir()
            settings = settled_home(home, database_url, service_database_url, valkey_url)
            trial = Trial(seed, SHORT, SHORT_DECK, (0.2, 0.9), patience=120)
            await trial.run(settings, valkey)

    asyncio.run(happen())


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_a_thousand_executions_survive_a_storm_that_kills_the_database_too(
    tmp_path: Path,
) -> None:
    seed = SystemRandom().randrange(1_000_000)
    print(f"seed {seed}")

    async def happen() -> None:
        async with AsyncExitStack() as stack:
            valkey, valkey_url = await stack.enter_async_context(_valkey(tmp_path / "valkey"))
            postgres, url = await stack.enter_async_context(_postgres(tmp_path / "postgres"))
            home = tmp_path / "home"
            home.mkdir()
            settings = settled_home(home, url, service_url(url, None), valkey_url)
            trial = Trial(seed, LONG, LONG_DECK, (1.0, 4.0), patience=400, lease=4.0)
            await trial.run(settings, valkey, postgres)

    asyncio.run(happen())
