"""Market records of the REST API."""

import tarfile
from io import BytesIO
from typing import Any

import msgspec
import pytest
import zstandard

from playhead.base.time import Micros
from playhead.history.books import Price
from playhead.history.kalshi import MarketFacts, Unreadable, parse_market
from tests.history.kalshi.recordings import RECORDINGS

TODAY: dict[str, Any] = {
    "can_close_early": True,
    "close_time": "2026-12-09T18:55:00Z",
    "created_time": "2026-06-01T14:00:00.5Z",
    "event_ticker": "KXFED-26DEC",
    "exchange_index": 0,
    "floor_strike": 3.75,
    "open_time": "2026-06-01T14:00:00Z",
    "price_level_structure": "linear_cent",
    "price_ranges": [{"end": "1.0000", "start": "0.0000", "step": "0.0100"}],
    "result": "yes",
    "settlement_value_dollars": "1.0000",
    "status": "finalized",
    "ticker": "KXFED-26DEC-T3.75",
    "title": "Above 3.75%?",
}


def test_a_record_of_today_has_its_facts() -> None:
    assert parse_market(TODAY) == MarketFacts(
        ticker="KXFED-26DEC-T3.75",
        event_ticker="KXFED-26DEC",
        title="Above 3.75%?",
        status="finalized",
        open_at=Micros(1_780_322_400_000_000),
        close_at=Micros(1_796_842_500_000_000),
        created_at=Micros(1_780_322_400_500_000),
        result="yes",
        settlement_value=Price(1_000_000),
        price_level_structure="linear_cent",
        price_ranges=((Price(0), Price(1_000_000), Price(10_000)),),
        exchange_index=0,
        is_combo=False,
        is_provisional=False,
    )


def test_a_market_without_a_result_has_none() -> None:
    assert parse_market({**TODAY, "result": ""}).result is None


def test_a_combination_is_known_by_its_collection() -> None:
    assert parse_market({**TODAY, "mve_collection_ticker": "C"}).is_combo


@pytest.mark.parametrize(
    "wrong",
    [
        {"ticker": None},
        {"status": 7},
        {"close_time": "soon"},
        {"price_ranges": [{"start": "0", "end": "1", "step": "0.00000001"}]},
        {"settlement_value_dollars": "2"},
    ],
)
def test_a_record_that_is_wrong_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(Unreadable, match="a market record cannot be read"):
        parse_market({**TODAY, **wrong})


@pytest.mark.parametrize("name", ["rest-demo-2026-06", "rest-prod-2026-01-12"])
def test_every_recorded_market_is_read(name: str) -> None:
    records = [market for body in recorded_bodies(name) for market in markets_in(body)]

    assert len(records) > 5
    assert all(parse_market(record).close_at for record in records)


def recorded_bodies(name: str) -> list[dict[str, Any]]:
    path = RECORDINGS / f"{name}.tar.zst"
    if not path.exists():
        pytest.skip(f"the recording {name} is not on this machine")
    plain = zstandard.ZstdDecompressor().stream_reader(path.read_bytes()).read()
    with tarfile.open(fileobj=BytesIO(plain)) as archive:
        files = [archive.extractfile(m) for m in archive if m.name.endswith(".json")]
        bodies = [msgspec.json.decode(file.read()) for file in files if file]
    return [body.get("response", body) for body in bodies if isinstance(body, dict)]


def markets_in(body: dict[str, Any]) -> list[dict[str, Any]]:
    single = body.get("market")
    several = body.get("markets")
    found = [single] if isinstance(single, dict) else several if isinstance(several, list) else []
    return [record for record in found if isinstance(record, dict) and "close_time" in record]
