"""The parts of the measurement of the kernel, one after the other."""

import asyncio
from collections.abc import Sequence

from benchmarks.kernel.checks import measure_checks
from benchmarks.kernel.grounds import grounds
from benchmarks.kernel.http import whole_rows
from benchmarks.kernel.isolation import measure_isolation
from benchmarks.kernel.parts import COMMAND, part_rows
from benchmarks.kernel.serving import Place, serving
from benchmarks.kernel.sign_in import sign_in_rows
from benchmarks.kernel.tenants import Key, make_keys
from benchmarks.report import Row
from benchmarks.workshop import Workshop
from playhead.entrypoints.settings import Settings


def measure(shop: Workshop) -> list[Row]:
    """Measure the kernel over a database and a Valkey of its own."""
    with grounds(shop, "kernel") as (place, settings):
        keys = asyncio.run(make_keys(settings))
        rows = [*_requests(shop, place, keys), *_signing_in(shop, place, settings, keys)]
        shop.tell("checking keys, tokens and limits")
        rows += measure_checks(settings, keys[0], shop.sizes.repeats)
    shop.tell(f"asking {shop.sizes.tenant_rows:,} rows of many tenants")
    return rows + measure_isolation(shop.new_database(), shop.sizes.tenant_rows, shop.sizes.repeats)


def _requests(shop: Workshop, place: Place, keys: Sequence[Key]) -> list[Row]:
    seconds, repeats = shop.sizes.load_seconds, shop.sizes.repeats
    shop.tell("asking the API's process over HTTP")
    with serving(place) as api:
        rows = whole_rows(api, keys, seconds, repeats)
    shop.tell("asking endpoints that do one thing more each")
    with serving(place, COMMAND) as server:
        return [*rows, *part_rows(server, keys, seconds / 2, repeats)]


def _signing_in(shop: Workshop, place: Place, settings: Settings, keys: Sequence[Key]) -> list[Row]:
    shop.tell("signing in")
    # Behind a proxy, by which we can say of each sign-in that it comes from elsewhere.
    with serving(place, PLAYHEAD_TRUSTED_PROXIES="127.0.0.1/32") as api:
        return sign_in_rows(api, settings, keys, shop.sizes.load_seconds, shop.sizes.repeats)
