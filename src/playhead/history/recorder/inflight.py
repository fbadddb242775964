"""Commands that wait for their answers. Pure."""

from dataclasses import dataclass, field
from enum import Enum, auto


class Purpose(Enum):
    """What a command is for."""

    SUBSCRIBE = auto()
    ADD = auto()
    DELETE = auto()
    SNAPSHOT = auto()


@dataclass(slots=True)
class Command:
    """A command that was sent.

    Attributes:
        deadline: When it is late; moves on with every snapshot that comes for it.
        waiting: Markets of a snapshot command that are not answered yet.
        answered: Whether any is.
        is_doubted: Whether snapshots that it brought may be lost.
    """

    purpose: Purpose
    tickers: list[str]
    deadline: float
    waiting: set[str] = field(default_factory=set)
    answered: bool = False
    is_doubted: bool = False


class InFlight:
    """The commands of one subscription that wait, by their id."""

    def __init__(self, patience_seconds: float) -> None:
        self._patience = patience_seconds
        self._commands: dict[int, Command] = {}

    def __len__(self) -> int:
        return len(self._commands)

    def put(self, command_id: int, purpose: Purpose, tickers: list[str], now: float) -> None:
        """Remember a command that is sent now."""
        waiting = set(tickers) if purpose is Purpose.SNAPSHOT else set()
        self._commands[command_id] = Command(purpose, tickers, now + self._patience, waiting)

    def holds(self, *purposes: Purpose) -> bool:
        """Whether a command of one of these purposes waits."""
        return any(command.purpose in purposes for command in self._commands.values())

    def doubt(self) -> None:
        """Note that messages are lost, snapshots of markets that are being added among them."""
        for command in self._commands.values():
            command.is_doubted = True

    def adds(self, ticker: str) -> bool:
        """Whether a command waits that puts ``ticker`` in."""
        adding = (Purpose.SUBSCRIBE, Purpose.ADD)
        return any(c.purpose in adding and ticker in c.tickers for c in self._commands.values())

    def acknowledge(self, command_id: int | None) -> Command | None:
        """Return the command that an ``ok`` completes; snapshots complete a snapshot command."""
        command = None if command_id is None else self._commands.get(command_id)
        if command is None or command.purpose is Purpose.SNAPSHOT:
            return None
        return self.refuse(command_id)

    def refuse(self, command_id: int | None) -> Command | None:
        """Return the command that an error ends, if it is one of these."""
        return None if command_id is None else self._commands.pop(command_id, None)

    def snapshot_came(self, ticker: str, now: float) -> None:
        """Note that a snapshot answers for ``ticker``, whichever command asked for it."""
        for command_id, command in list(self._commands.items()):
            if ticker in command.waiting:
                command.waiting.discard(ticker)
                command.answered = True
                command.deadline = now + self._patience
                if not command.waiting:
                    del self._commands[command_id]

    def late(self, now: float) -> list[Command]:
        """Return the commands whose time is over; they wait no longer."""
        late = [key for key, command in self._commands.items() if command.deadline <= now]
        return [self._commands.pop(key) for key in late]

    def clear(self) -> list[Command]:
        """Forget all commands, and return them."""
        forgotten = list(self._commands.values())
        self._commands.clear()
        return forgotten
