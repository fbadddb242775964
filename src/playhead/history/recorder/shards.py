"""Which recorder records which market, where several share them. Pure."""

from collections.abc import Callable
from zlib import crc32


def shard_of(ticker: str, shards: int) -> int:
    """Return a market's shard, from 0: the same on every machine, for ever."""
    return crc32(ticker.encode()) % shards


def accepts_shard(shard: int, shards: int) -> Callable[[str], bool]:
    """Return the test that the markets of one shard pass."""
    return lambda ticker: shard_of(ticker, shards) == shard
