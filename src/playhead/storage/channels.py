"""Calls through Valkey that nobody keeps: whoever listens at the moment hears them."""

from collections.abc import AsyncIterator
from contextlib import suppress

from redis.asyncio import Redis
from redis.exceptions import RedisError

from playhead.storage.valkey import Valkey, ValkeyUnavailable, client_url

CALL = "redis.call('PUBLISH', KEYS[1], '')\nreturn {1}"


async def call(valkey: Valkey, channel: str) -> None:
    """Call on ``channel``. Where Valkey is away nobody hears, and nothing is raised."""
    with suppress(ValkeyUnavailable):
        await valkey.run(CALL, [channel.encode()], [])


async def calls(url: str, channel: str) -> AsyncIterator[None]:
    """Yield at each call on ``channel`` of the Valkey at ``url``, and once at the beginning.

    Raises:
        ValkeyUnavailable: It cannot be reached, or goes away.
    """
    client = Redis.from_url(client_url(url))
    try:
        async with client.pubsub(ignore_subscribe_messages=False) as listening:
            await listening.subscribe(channel)
            async for _ in listening.listen():
                yield
    except (RedisError, OSError) as error:
        raise ValkeyUnavailable(f"Valkey does not answer: {error}") from error
    finally:
        await client.aclose()
