"""The recorder against an exchange that misbehaves, over real sockets."""

from typing import Any

import pytest

from playhead.base.errors import Unavailable
from playhead.history.capture import Kind
from playhead.history.kalshi import Backoff, Refused
from tests.history.recorder.stage import Json, Peer, by_the_book, staged

pytestmark = pytest.mark.anyio


def is_books(command: Json) -> bool:
    return bool(command["params"].get("channels") == ["orderbook_delta"])


class Once:
    """Does something in answer to the first command that fits, and only then."""

    def __init__(self, fits: Any, act: Any) -> None:
        self._fits, self._act, self._done = fits, act, False

    async def __call__(self, peer: Peer, command: Json) -> bool | None:
        if self._done or not self._fits(command):
            return False
        self._done = True
        result: bool | None = await self._act(peer, command)
        return result


async def test_open_markets_are_found_and_subscribed() -> None:
    async with staged() as stage:
        await stage.until_status(markets_subscribed=2, state="recording")

        assert stage.actions() == ["subscribe"]
        assert [asked["status"] for asked in stage.rest.asked] == ["open", "unopened", "paused"]


async def test_everything_received_and_sent_is_captured_in_order() -> None:
    async with staged() as stage:
        await stage.until_status(markets_subscribed=2)
        await stage.peers[0].delta()
        await stage.until(lambda: len(stage.capture.of(Kind.FRAME)) == 6)

    kinds = [kind for kind, _, _ in stage.capture.records if kind is not Kind.ALIVE]
    assert kinds[:2] == [Kind.STARTED, Kind.OPENED]
    assert kinds[-1] is Kind.CLOSED
    assert stage.capture.of(Kind.FRAME)[-1].endswith(b'"side":"yes"}}\n')
    assert len(stage.capture.of(Kind.SENT)) == 3


async def test_stopping_says_shutdown() -> None:
    async with staged() as stage:
        await stage.until_status(markets_subscribed=2)

    assert stage.capture.causes() == ["shutdown"]


async def test_pongs_are_signs_of_life_in_the_capture() -> None:
    async with staged(ping_seconds=0.02) as stage:
        await stage.until(lambda: len(stage.capture.of(Kind.ALIVE)) >= 3)

    assert {number for kind, number, _ in stage.capture.records if kind is Kind.ALIVE} == {1}


async def test_a_key_that_is_refused_ends_the_recording() -> None:
    async with staged(by_the_book, 401) as stage:
        with pytest.raises(Refused, match="401"):
            await stage.until(lambda: False)


async def test_an_upgrade_that_fails_is_tried_again() -> None:
    async with staged(by_the_book, 502, 503) as stage:
        await stage.until_status(markets_subscribed=2)


async def test_a_key_that_is_refused_later_is_tried_again() -> None:
    async def leave(peer: Peer, _command: Json) -> bool:
        await peer.socket.close(1001)
        return True

    async with staged(Once(is_books, leave), 101, 401) as stage:
        await stage.until_status(markets_subscribed=2)

    assert stage.capture.causes() == ["disconnect", "shutdown"]


async def test_a_connection_that_breaks_is_replaced_and_all_markets_asked_for_again() -> None:
    async with staged() as stage:
        await stage.until_status(markets_subscribed=2)
        stage.peers[0].socket.transport.abort()
        await stage.until(lambda: len(stage.peers) == 2)
        await stage.until_status(markets_subscribed=2)

    assert stage.actions(1) == ["subscribe"]
    assert stage.capture.causes() == ["disconnect", "shutdown"]


async def test_a_gap_is_healed_by_snapshots_of_every_market() -> None:
    async with staged() as stage:
        await stage.until_status(markets_subscribed=2)
        peer = stage.peers[0]
        peer.seq(peer.channels["orderbook_delta"])
        await peer.delta()
        await stage.until_status(gaps=1, healed=1)

        assert stage.actions() == ["subscribe", "get_snapshot"]
        assert peer.commands[-1]["params"]["market_tickers"] == ["A", "B"]


async def test_a_merged_subscription_is_understood() -> None:
    async def merge(peer: Peer, _command: Json) -> bool:
        peer.merges = True
        return False

    async with staged(merge) as stage:
        await stage.until_status(markets_subscribed=2, gaps=0)


@pytest.mark.parametrize("code", [10, 25])
async def test_a_subscription_that_the_exchange_ends_is_started_again(code: int) -> None:
    async with staged() as stage:
        await stage.until_status(markets_subscribed=2)
        peer = stage.peers[0]
        await peer.numbered("orderbook_delta", "error", {"code": code, "msg": "over"})
        del peer.channels["orderbook_delta"]
        await stage.until(lambda: stage.actions() == ["subscribe", "subscribe"])
        await stage.until_status(markets_subscribed=2)

    assert stage.capture.causes() == ["shutdown"]


async def test_renamed_fields_are_captured_and_counted_and_distrusted() -> None:
    async with staged() as stage:
        await stage.until_status(markets_subscribed=2)
        await stage.peers[0].delta(price=None, price_micros=10_000)
        await stage.until_status(unparsable=1, gaps=0, healed=1)

    assert any(b"price_micros" in frame for frame in stage.capture.of(Kind.FRAME))


async def test_a_created_market_is_subscribed_when_it_opens() -> None:
    async with staged() as stage:
        await stage.until_status(markets_subscribed=2)
        await stage.peers[0].numbered(
            "market_lifecycle_v2",
            "market_lifecycle_v2",
            {"event_type": "created", "market_ticker": "C", "open_ts": 1_795_262_405},
        )
        await stage.until_status(markets_subscribed=3)

    assert stage.actions() == ["subscribe", "add_markets"]


async def test_a_settled_market_is_deleted_and_the_others_stay() -> None:
    async with staged(settled_grace_seconds=0) as stage:
        await stage.until_status(markets_subscribed=2)
        await stage.peers[0].numbered(
            "market_lifecycle_v2",
            "market_lifecycle_v2",
            {"event_type": "settled", "market_ticker": "A", "settled_ts": 1_795_262_399},
        )
        await stage.until_status(markets_subscribed=1)

        assert stage.peers[0].commands[-1]["params"]["market_tickers"] == ["A"]
    assert stage.actions() == ["subscribe", "delete_markets"]


async def test_many_markets_take_several_connections() -> None:
    async with staged(markets_per_connection=2) as stage:
        stage.rest.open = dict.fromkeys("ABCDE", "active")
        await stage.until_status(markets_subscribed=5, connections=3)

        channels = [len(peer.channels) for peer in stage.peers]
    assert sorted(channels) == [1, 1, 3]


async def test_markets_beyond_the_most_connections_are_counted() -> None:
    async with staged(markets_per_connection=1, most_connections=1) as stage:
        await stage.until_status(markets_subscribed=1, markets_unplaced=1)


async def test_a_full_subscription_sends_the_rest_elsewhere() -> None:
    async def full(peer: Peer, command: Json) -> bool:
        if peer.number or command["params"].get("action") != "add_markets":
            return False
        await peer.say(type="error", id=command["id"], msg={"code": 26, "msg": "full"})
        return True

    async with staged(full, batch=1) as stage:
        await stage.until_status(markets_subscribed=2, connections=2)


async def test_silence_without_pongs_is_a_dead_connection() -> None:
    async def freeze(peer: Peer, _command: Json) -> bool:
        peer.socket.transport.pause_reading()
        return True

    async with staged(Once(is_books, freeze), dead_seconds=0.3, ping_seconds=0.05) as stage:
        await stage.until_status(markets_subscribed=2)

    assert stage.capture.causes() == ["dead_connection", "shutdown"]


async def test_commands_without_answers_and_pings_neither_are_a_dead_connection() -> None:
    async def freeze(peer: Peer, _command: Json) -> bool:
        peer.socket.transport.pause_reading()
        return True

    hasty = {"dead_seconds": 0.6, "command_seconds": 0.4, "ping_seconds": 0.05}
    async with staged(Once(is_books, freeze), **hasty) as stage:
        await stage.until_status(markets_subscribed=2)

    assert stage.capture.causes() == ["dead_connection", "shutdown"]


async def test_a_frozen_subscription_with_healthy_pongs_is_a_stall() -> None:
    async def ignore(peer: Peer, command: Json) -> bool:
        return peer.number == 0 and command["cmd"] == "update_subscription"

    async with staged(ignore, audit_seconds=0.1, command_seconds=0.3, ping_seconds=0.02) as stage:
        await stage.until(lambda: len(stage.peers) == 2)
        await stage.until_status(markets_subscribed=2)

    assert stage.capture.causes()[0] == "stall"
    assert "add_markets" in stage.actions()


async def test_a_market_that_answers_nothing_does_not_end_the_connection() -> None:
    async def settled(peer: Peer, command: Json) -> bool:
        if command["params"].get("action") != "get_snapshot":
            return False
        command["params"]["market_tickers"] = [
            ticker for ticker in command["params"]["market_tickers"] if ticker != "A"
        ]
        await peer.snapshots(command)
        return True

    async with staged(settled, audit_seconds=0.05, command_seconds=0.2) as stage:
        await stage.until_status(markets_silent=1)
        asked = len(stage.peers[0].commands)
        await stage.until(lambda: len(stage.peers[0].commands) > asked + 10)

        assert stage.status()["markets_subscribed"] == 2
    assert stage.capture.causes() == ["shutdown"]


async def test_nothing_but_markets_that_answer_nothing_does_not_end_the_connection() -> None:
    async def settled(_peer: Peer, command: Json) -> bool:
        return bool(command["params"].get("action") == "get_snapshot")

    async with staged(settled, audit_seconds=0.05, command_seconds=0.2) as stage:
        await stage.until_status(markets_silent=2)

    assert stage.capture.causes() == ["shutdown"]


async def test_every_market_is_audited_in_turn() -> None:
    async with staged(audit_seconds=0.02, audits_per_second=50) as stage:
        await stage.until_status(markets_subscribed=2)
        await stage.until(lambda: len(stage.actions()) > 5)

    audits = [c["params"]["market_tickers"] for c in stage.peers[0].commands if c["id"] > 3]
    assert audits[:4] == [["A"], ["B"], ["A"], ["B"]]


async def test_an_end_that_does_not_say_of_what_gives_up_the_connection() -> None:
    async with staged() as stage:
        await stage.until_status(markets_subscribed=2)
        await stage.peers[0].say(type="error", msg={"code": 25, "msg": "over"})
        await stage.until(lambda: len(stage.peers) == 2)
        await stage.until_status(markets_subscribed=2)

    assert stage.capture.causes() == ["overflow", "shutdown"]


async def test_books_over_rest_are_asked_for_in_turn() -> None:
    async with staged(rest_audit_seconds=0.02) as stage:
        await stage.until(lambda: len(stage.rest.audited) >= 2)

        assert stage.rest.audited[0] == ["A", "B"]
        assert int(stage.status()["rest_audits"]) >= 2


async def test_rest_audits_that_fail_are_counted_and_go_on() -> None:
    async with staged(rest_audit_seconds=0.02, retry=Backoff(0.01, 0.02)) as stage:
        await stage.until_status(markets_subscribed=2)
        stage.rest.failure = Unavailable("down for work")
        await stage.until(lambda: int(stage.status()["rest_failures"]) >= 2)
        stage.rest.failure = None
        await stage.until(lambda: int(stage.status()["rest_audits"]) >= 4)


async def test_the_state_of_the_exchange_is_looked_at_again_and_again() -> None:
    async with staged(status_seconds=0.02) as stage:
        await stage.until(lambda: stage.rest.looks.count("status") >= 3)

    assert stage.rest.looks[:3] == ["status", "schedule", "status"]


async def test_the_state_of_the_exchange_is_looked_at_when_a_connection_has_ended() -> None:
    async with staged(status_seconds=0.6) as stage:
        await stage.until(lambda: stage.rest.looks == ["status", "schedule"])
        await stage.until_status(markets_subscribed=2)
        stage.peers[0].socket.transport.abort()
        await stage.until(lambda: stage.rest.looks.count("status") == 2)

        assert stage.capture.causes() == ["disconnect"]


async def test_the_state_is_looked_at_while_the_exchange_is_down() -> None:
    async with staged(status_seconds=0.02) as stage:
        stage.rest.failure = Unavailable("down for work")
        await stage.until(lambda: stage.rest.looks.count("status") >= 3)
        stage.rest.failure = None
        await stage.until_status(markets_subscribed=2)


async def test_a_book_that_somebody_misses_is_asked_for() -> None:
    async with staged() as stage:
        await stage.until_status(markets_subscribed=2)
        assert stage.recorder is not None
        for _ in range(3):
            stage.recorder.heal(["B", "Z"])
        await stage.until(lambda: len(stage.actions()) == 2)

        assert stage.peers[0].commands[-1]["params"]["market_tickers"] == ["B"]
        assert stage.status()["missed_books"] == 1


async def test_the_end_of_a_process_leaves_no_word_in_the_capture() -> None:
    async with staged() as stage:
        await stage.until_status(markets_subscribed=2)
        stage.capture.refusal = Unavailable("the process has ended")

    assert stage.capture.causes() == []
    assert stage.capture.records[-1][0] is not Kind.CLOSED


async def test_the_recorder_waits_while_the_list_is_down() -> None:
    async with staged() as stage:
        stage.rest.failure = Unavailable("down for work")
        await stage.until(lambda: stage.status()["trouble"] == "down for work")
        stage.rest.failure = None
        await stage.until_status(markets_subscribed=2, discovery="complete")


async def test_a_capture_that_refuses_ends_the_connection_and_its_end_is_kept_later() -> None:
    async with staged() as stage:
        await stage.until_status(markets_subscribed=2)
        stage.capture.refusal = Unavailable("the disk is full")
        await stage.peers[0].delta()
        await stage.until(lambda: stage.status()["connections"] == 0)
        stage.capture.refusal = None
        await stage.until_status(markets_subscribed=2)

    assert stage.capture.causes() == ["error", "shutdown"]
    kept = [kind for kind, _, _ in stage.capture.records if kind in (Kind.OPENED, Kind.CLOSED)]
    assert kept == [Kind.OPENED, Kind.CLOSED, Kind.OPENED, Kind.CLOSED]


async def test_frames_that_nobody_can_look_at_in_time_are_captured_and_healed() -> None:
    async with staged(frames_waiting=50) as stage:
        await stage.until_status(markets_subscribed=2)
        peer = stage.peers[0]
        texts = []
        for _ in range(500):
            body = '{"market_ticker":"A","price":1,"delta":1,"side":"yes"}'
            texts.append(f'{{"type":"orderbook_delta","sid":3,"seq":{peer.seq(3)},"msg":{body}}}')
        for text in texts:
            peer.socket.protocol.send_text(text.encode())
        peer.socket.send_data()
        await peer.delta()
        await stage.until(lambda: len(stage.capture.of(Kind.FRAME)) >= 500)
        await peer.delta()
        await stage.until(lambda: int(stage.status()["healed"]) >= 1)

        assert int(stage.status()["skipped"]) > 0
