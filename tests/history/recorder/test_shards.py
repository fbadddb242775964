"""Which recorder records which market."""

from collections import Counter

from playhead.history.recorder import accepts_shard, shard_of


def test_a_market_is_always_in_the_same_shard() -> None:
    tickers = ("KXFED-26DEC-T3.75", "KXHIGHNY-26NOV21-T52", "KXBTC15M-26NOV211215-15")

    assert [shard_of(ticker, 8) for ticker in tickers] == [5, 0, 6]


def test_every_market_is_in_exactly_one_shard_and_shards_are_about_as_large() -> None:
    tickers = [f"KXHIGHNY-26NOV21-T{number}" for number in range(4_000)]
    tests = [accepts_shard(shard, 4) for shard in range(4)]

    found = Counter(tuple(test(ticker) for test in tests).index(True) for ticker in tickers)

    assert all(sum(test(ticker) for test in tests) == 1 for ticker in tickers)
    assert min(found.values()) > 800


def test_one_shard_is_everything() -> None:
    assert accepts_shard(0, 1)("KXFED-26DEC-T3.75")
