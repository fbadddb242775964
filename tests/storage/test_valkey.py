"""The client of Valkey."""

import asyncio
from pathlib import Path

import pytest

from playhead.storage.valkey import Valkey, ValkeyUnavailable


def test_opening_connects_nowhere_and_asking_says_that_nobody_is_there(tmp_path: Path) -> None:
    async def ask() -> None:
        async with Valkey.open(f"unix://{tmp_path}/nobody.sock") as valkey:
            with pytest.raises(ValkeyUnavailable):
                await valkey.ping()
            with pytest.raises(ValkeyUnavailable):
                await valkey.run("return {1}", [], [])

    asyncio.run(ask())


@pytest.mark.parametrize("scheme", ["redis", "valkey"])
def test_an_address_may_name_either_server(scheme: str) -> None:
    async def ask() -> None:
        async with Valkey.open(f"{scheme}://127.0.0.1:1") as valkey:
            with pytest.raises(ValkeyUnavailable):
                await valkey.ping()

    asyncio.run(ask())


def test_a_script_gets_keys_and_arguments_and_gives_integers(valkey_url: str) -> None:
    async def ask() -> list[int]:
        async with Valkey.open(valkey_url, timeout_seconds=5) as valkey:
            await valkey.ping()
            return await valkey.run("return {#KEYS[1], ARGV[1] + 1}", [b"\x00\xff\r\n"], [41])

    assert asyncio.run(ask()) == [4, 42]


def test_an_error_of_the_script_is_no_answer(valkey_url: str) -> None:
    async def ask() -> None:
        async with Valkey.open(valkey_url, timeout_seconds=5) as valkey:
            with pytest.raises(ValkeyUnavailable):
                await valkey.run("return redis.call('NONSENSE')", [], [])

    asyncio.run(ask())
