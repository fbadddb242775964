"""A simulated exchange in small: no socket, no real time."""

import json
from typing import Any

from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.history.exchange import ExchangeOptions, FaultKind, Pending, Simulation
from playhead.history.exchange.server.dialogue import Dialogue
from playhead.history.exchange.server.faults.acts import Drop
from playhead.history.exchange.server.faults.tampering import Tampering
from playhead.history.exchange.server.hub import Hub
from playhead.history.exchange.server.session import Session
from playhead.history.exchange.simulated import Market

START = Micros(1_795_262_400 * MICROS_PER_SECOND)

Frame = dict[str, Any]


def after(seconds: float) -> Micros:
    return Micros(START + int(seconds * MICROS_PER_SECOND))


def simulation(seed: int = 7, markets: int = 40, rate: float = 400.0) -> Simulation:
    return Simulation(seed=seed, start=START, markets=markets, rate=rate)


class Wire:
    """Takes the frames of a session. Full when told so."""

    def __init__(self) -> None:
        self.frames: list[str] = []
        self.is_full = False

    def put(self, frame: str) -> None:
        self.frames.append(frame)

    def take(self) -> list[Frame]:
        taken, self.frames = self.frames, []
        return [json.loads(frame) for frame in taken]


class Desk:
    """One client of a simulated exchange, its time moved by hand."""

    def __init__(self, options: ExchangeOptions | None = None, **simulated: int) -> None:
        self.simulation = simulation(**simulated)
        self.hub = Hub(self.simulation)
        self.wire = Wire()
        self.session = Session(self.simulation, self.hub, self.wire, options or ExchangeOptions())
        self.dialogue = Dialogue(self.simulation, self.hub, self.session)

    def lose_next(self, sid: int) -> None:
        """Let the next frame of ``sid`` vanish, its number with it."""
        tampering = Tampering(self.session, self.simulation, [])
        tampering.add(
            Pending(FaultKind.DROP, self.simulation.now, 1, sid), Drop(lambda frame: True, 1)
        )

    @property
    def tickers(self) -> list[str]:
        """All markets, the busiest first."""
        listed = self.simulation.venue.markets.values()
        return [one.ticker for one in sorted(listed, key=lambda one: -one.weight)]

    def market(self, ticker: str) -> Market:
        market = self.simulation.market(ticker)
        assert market is not None
        return market

    def say(self, cmd: str, **params: object) -> list[Frame]:
        """Send a command with id 1 and return what was answered at once."""
        return self.say_raw(json.dumps({"id": 1, "cmd": cmd, "params": params}))

    def update(self, sid: int, action: str, **params: object) -> list[Frame]:
        return self.say("update_subscription", sids=[sid], action=action, **params)

    def say_raw(self, text: str) -> list[Frame]:
        for _ in self.dialogue.receive(text):
            pass
        return self.wire.take()

    def subscribe(self, *channels: str, **params: object) -> list[Frame]:
        return self.say("subscribe", channels=channels, **params)

    def pass_time(self, seconds: float) -> list[Frame]:
        """Let exchange time pass and return what was sent."""
        until = Micros(self.simulation.now + int(seconds * MICROS_PER_SECOND))
        self.hub.publish(self.simulation.advance(until))
        return self.wire.take()


def types(frames: list[Frame]) -> list[str]:
    return [frame["type"] for frame in frames]


def error(frames: list[Frame]) -> int:
    """Return the code of the only frame, an error."""
    (frame,) = frames
    assert frame["type"] == "error"
    assert set(frame["msg"]) == {"code", "msg"}
    code: int = frame["msg"]["code"]
    return code
