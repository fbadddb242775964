"""A small tape in a real database, made of frames as the exchange sends them."""

import json
from collections.abc import Iterable
from pathlib import Path

from playhead.base.time import Micros, Nanos, format_instant
from playhead.history.capture import CaptureStore, import_recording
from playhead.history.ingest import Follower, IngestStore
from playhead.history.tape import Partitions
from playhead.storage.postgres import Session
from tests.history.rewind.builders import TICKER, second

Frame = tuple[int, dict[str, object]]


def snapshot(at: int, seq: int, yes: dict[str, str], no: dict[str, str]) -> Frame:
    levels = {
        "yes_dollars_fp": [list(level) for level in yes.items()],
        "no_dollars_fp": [list(level) for level in no.items()],
    }
    body = {"market_ticker": TICKER, "market_id": "m", **levels}
    return at, {"type": "orderbook_snapshot", "sid": 1, "seq": seq, "msg": body}


def delta(at: int, seq: int, price: str, size: str, side: str = "yes") -> Frame:
    body = {
        "market_ticker": TICKER,
        "market_id": "m",
        "price_dollars": price,
        "delta_fp": size,
        "side": side,
        "ts": format_instant(Micros(second(at) - 1500)),
    }
    return at, {"type": "orderbook_delta", "sid": 1, "seq": seq, "msg": body}


def ingest_frames(frames: Iterable[Frame], *, database_url: str, folder: Path) -> None:
    """Import ``frames`` as a recording and bring them on to the tape."""
    subscribed = {"type": "subscribed", "id": 1, "msg": {"channel": "orderbook_delta", "sid": 1}}
    recording = folder / "small.frames.jsonl"
    recording.write_text(
        "".join(_line(at, frame) for at, frame in [(0, subscribed), *frames]), encoding="utf-8"
    )
    captures = CaptureStore(folder / "captures", lambda: Nanos(second(0) * 1000))
    import_recording(captures, recording)
    with (
        Session.open(database_url) as session,
        Follower(
            captures, IngestStore(session, Partitions(session)), now=lambda: second(100)
        ) as follower,
    ):
        follower.catch_up()


def _line(at: int, frame: dict[str, object]) -> str:
    line = {"received_at_ns": second(at) * 1000, "connection": 1, "frame": json.dumps(frame)}
    return json.dumps(line) + "\n"
