"""Commands that wait for their answers, or for what they are to bring. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto


class Purpose(Enum):
    """What a command is for."""

    SUBSCRIBE = auto()
    ADD = auto()
    DELETE = auto()
    SNAPSHOT = auto()
    """Books that are not known."""
    AUDIT = auto()
    """Books that are known: whether the exchange says the same, and says anything."""
    PROBE = auto()
    """A market that is held is added again: is it the market that is silent, or everything?"""

    @property
    def adds(self) -> bool:
        """Whether it puts markets in."""
        return self in (Purpose.SUBSCRIBE, Purpose.ADD)

    @property
    def asks(self) -> bool:
        """Whether snapshots are its only answer."""
        return self in (Purpose.SNAPSHOT, Purpose.AUDIT)

    @property
    def is_beside(self) -> bool:
        """Whether it holds up nothing."""
        return self in (Purpose.AUDIT, Purpose.PROBE)


@dataclass(slots=True)
class Command:
    """A command that was sent.

    Attributes:
        deadline: When it is late; moves on with every snapshot that comes for it.
        waiting: Markets of which it should bring a snapshot, and none has come yet.
        is_confirmed: Whether markets were put in, so that only their snapshots are awaited.
        is_passed: Whether a later command was answered: the exchange answers in order, so that what
            it still waits for is likely not to come.
        is_doubted: Whether messages were lost since, its answer or its snapshots among them.
    """

    id: int
    purpose: Purpose
    tickers: list[str]
    sent_at: float
    deadline: float
    waiting: set[str] = field(default_factory=set)
    is_confirmed: bool = False
    is_passed: bool = False
    is_doubted: bool = False

    @property
    def open(self) -> set[str]:
        """The markets about which it is not done."""
        return self.waiting if self.is_confirmed or self.purpose.asks else set(self.tickers)


class InFlight:
    """The commands of one subscription that wait, by their id; ids count up.

    Attributes:
        answered_at: When the newest answer to any of its commands came.
    """

    def __init__(self, patience_seconds: float) -> None:
        self._patience = patience_seconds
        self._commands: dict[int, Command] = {}
        self.answered_at = float("-inf")

    def __iter__(self) -> Iterator[Command]:
        return iter(self._commands.values())

    @property
    def slots(self) -> int:
        """How many commands hold up further ones: only those whose own answer is still to come."""
        return sum(
            not (command.purpose.is_beside or command.is_confirmed or command.is_passed)
            for command in self
        )

    def put(self, command_id: int, purpose: Purpose, tickers: list[str], now: float) -> None:
        """Remember a command that is sent now."""
        waiting = set(tickers) if purpose.adds or purpose.asks else set()
        late_at = now + self._patience
        self._commands[command_id] = Command(command_id, purpose, tickers, now, late_at, waiting)

    def holds(self, *purposes: Purpose) -> bool:
        """Whether a command of one of these purposes waits."""
        return any(command.purpose in purposes for command in self)

    def doubt(self) -> None:
        """Note that messages are lost, snapshots of markets that are being added among them."""
        for command in self:
            command.is_doubted = True

    def adds_after(self, command: Command, ticker: str) -> bool:
        """Whether a later command than this one waits that puts ``ticker`` in."""
        later = (c for c in self if c.id > command.id and not c.is_confirmed)
        return any(c.purpose.adds and ticker in c.tickers for c in later)

    def leaving(self) -> set[str]:
        """Return the markets that commands take out."""
        return {t for c in self if c.purpose is Purpose.DELETE for t in c.tickers}

    def busy(self) -> set[str]:
        """Return the markets that commands put in, take out, or ask for."""
        return {ticker for command in self for ticker in command.open}

    def unheard_since(self) -> float | None:
        """Return when the first snapshot was asked for after which nothing was answered."""
        unheard = (c.sent_at for c in self if c.purpose.asks and c.sent_at >= self.answered_at)
        return min(unheard, default=None)

    def acknowledge(self, command_id: int | None, now: float) -> Command | None:
        """Return the command that an ``ok`` confirms; snapshots alone answer those that ask.

        One that puts markets in stays until their snapshots have come.
        """
        command = None if command_id is None else self._commands.get(command_id)
        if command is None or command_id is None or command.purpose.asks or command.is_confirmed:
            return None
        self._answered(command_id, now)
        self._undo_earlier(command_id, command)
        if command.purpose.adds and command.waiting:
            command.is_confirmed = True
            command.deadline = now + self._patience
        else:
            del self._commands[command_id]
        return command

    def refuse(self, command_id: int | None, now: float) -> Command | None:
        """Return the command that an error ends, if it is one of these."""
        command = None if command_id is None else self._commands.pop(command_id, None)
        if command is not None and command_id is not None:
            self._answered(command_id, now)
        return command

    def snapshot_came(self, ticker: str, command_id: int | None, now: float) -> None:
        """Note that a snapshot answers for ``ticker``, whichever command asked for it."""
        if command_id is not None and command_id in self._commands:
            self._answered(command_id, now)
        for waiting_id, command in list(self._commands.items()):
            if ticker in command.waiting:
                command.waiting.discard(ticker)
                command.deadline = now + self._patience
                self.answered_at = now
                if not command.waiting and (command.purpose.asks or command.is_confirmed):
                    del self._commands[waiting_id]

    def late(self, now: float) -> list[Command]:
        """Return the commands whose time is over; they wait no longer."""
        return self._take(lambda command: command.deadline <= now)

    def bereft(self) -> list[Command]:
        """Return the commands whose answers or snapshots were lost; they wait no longer."""
        return self._take(lambda command: command.is_doubted and command.is_passed)

    def clear(self) -> list[Command]:
        """Forget all commands, and return them."""
        return self._take(lambda _: True)

    def _answered(self, command_id: int, now: float) -> None:
        self.answered_at = now
        for earlier_id, command in self._commands.items():
            if earlier_id < command_id:
                command.is_passed = True

    def _undo_earlier(self, command_id: int, done: Command) -> None:
        """Let earlier commands forget the markets for which a later one did the opposite."""
        for earlier_id, command in self._commands.items():
            if earlier_id < command_id and _are_opposite(command.purpose, done.purpose):
                command.tickers = [t for t in command.tickers if t not in done.tickers]
                command.waiting.difference_update(done.tickers)

    def _take(self, fits: Callable[[Command], bool]) -> list[Command]:
        """Take out commands; deletions come first, so that what leaves is known of before more."""
        keys = [key for key, command in self._commands.items() if fits(command)]
        taken = [self._commands.pop(key) for key in keys]
        return sorted(taken, key=lambda command: command.purpose is not Purpose.DELETE)


def _are_opposite(one: Purpose, other: Purpose) -> bool:
    is_deletion = Purpose.DELETE in (one, other)
    return is_deletion and (one.adds or other.adds)
