"""One lasting connection: a share of the markets, through as many sessions as it takes."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from random import Random

from playhead.base.errors import PlayheadError
from playhead.history.kalshi import Connection, Listener, Refused
from playhead.history.recorder.causes import Cause, End
from playhead.history.recorder.conversation import Conversation
from playhead.history.recorder.inbox import Inbox
from playhead.history.recorder.options import RecorderOptions
from playhead.history.recorder.ports import Capture, Clock, Connector, Ears
from playhead.history.recorder.session import Session
from playhead.history.recorder.tallies import Lag, Tally


class Link:
    """Keeps a connection up and its markets subscribed.

    Attributes:
        is_open: Whether there is a connection now.
    """

    def __init__(
        self,
        options: RecorderOptions,
        capture: Capture,
        connect: Connector,
        ears: Ears,
        tally: Tally,
        *,
        feeds: Sequence[str],
        share: Callable[[], int],
        now: Clock,
        random: Random,
    ) -> None:
        self._options = options
        self._capture = capture
        self._connect = connect
        self._ears = ears
        self._tally = tally
        self._feeds = feeds
        self._share = share
        self._now = now
        self._random = random
        self._assigned: dict[str, None] = {}
        self._room = options.markets_per_connection
        self._inbox: Inbox | None = None
        self._conversation: Conversation | None = None
        self._lag = Lag()
        self.is_open = False
        self._was_open = False

    @property
    def free(self) -> int:
        """How many more markets it takes."""
        return max(0, self._room - len(self._assigned))

    @property
    def held(self) -> Collection[str]:
        """The markets that the exchange has confirmed on the connection there is."""
        return self._conversation.books.held if self._conversation else ()

    @property
    def lag_ms(self) -> int | None:
        """How much later than the quickest one its newest frame came; None without any."""
        return self._lag.millis if self.is_open else None

    def want(self, tickers: Sequence[str]) -> None:
        """Record these markets too, now and after every reconnect."""
        self._assigned.update(dict.fromkeys(tickers))
        if self._conversation and self._inbox:
            self._conversation.books.want(tickers)
            self._inbox.nudge()

    def unwant(self, tickers: Iterable[str]) -> None:
        """Stop recording those of these markets that it records."""
        mine = [ticker for ticker in tickers if ticker in self._assigned]
        for ticker in mine:
            del self._assigned[ticker]
        if mine and self._conversation and self._inbox:
            self._conversation.books.unwant(mine)
            self._inbox.nudge()

    def heal(self, tickers: Iterable[str]) -> None:
        """Ask for the books of those of these markets that it holds."""
        if self._conversation and self._inbox:
            self._conversation.books.heal(tickers, asyncio.get_running_loop().time())
            self._inbox.nudge()

    def overflow(self) -> list[str]:
        """Give back the markets that the exchange did not take, and take no more than it does."""
        if self._conversation is None or not self._conversation.books.overflow:
            return []
        back = [t for t in self._conversation.books.overflow if t in self._assigned]
        self._conversation.books.overflow.clear()
        for ticker in back:
            del self._assigned[ticker]
        self._room = min(self._room, len(self._assigned))
        return back

    async def run(self) -> None:
        """Connect, and again, for ever.

        Raises:
            Refused: The exchange does not accept our key, and never has.
        """
        clock = asyncio.get_running_loop()
        failures = 0
        while True:
            began = clock.time()
            await self._once()
            lived = clock.time() - began
            failures = 1 if lived >= self._options.healthy_seconds else failures + 1
            await asyncio.sleep(self._options.reconnect.seconds(failures, self._random))

    async def _once(self) -> None:
        inbox = Inbox(
            self._capture,
            self._now,
            self._tally,
            url=self._options.hosts.websocket_url,
            most_waiting=self._options.frames_waiting,
        )
        try:
            connection = await self._connect(Listener(inbox.on_frame, inbox.on_pong))
        except Refused as refused:
            if not self._was_open:
                raise
            self._tally.trouble = refused.message
        except PlayheadError as error:
            self._tally.trouble = error.message
        else:
            await self._record(connection, inbox)

    async def _record(self, connection: Connection, inbox: Inbox) -> None:
        end = End(Cause.SHUTDOWN, "the recorder stopped")
        try:
            inbox.open()
            end = await self._converse(connection, inbox)
        except PlayheadError as error:
            end = End(Cause.ERROR, error.message)
        except Exception as error:  # noqa: BLE001 - supervision: a fault here costs one connection
            end = End(Cause.ERROR, f"{type(error).__name__}: {error}")
        finally:
            self.is_open = False
            self._conversation = self._inbox = None
            await self._part(connection, inbox, end)

    async def _converse(self, connection: Connection, inbox: Inbox) -> End:
        conversation = Conversation(
            self._options, self._feeds, self._ears, self._random, self._tally, self._share
        )
        conversation.books.want(self._assigned)
        self._inbox, self._conversation = inbox, conversation
        if self._was_open and self._feeds:
            self._ears.missed()
        self._lag = Lag()
        self.is_open = self._was_open = True
        return await Session(connection, inbox, conversation, self._options, self._lag).run()

    async def _part(self, connection: Connection, inbox: Inbox, end: End) -> None:
        """Close, and do not go on before the end is kept: what follows would look unbroken."""
        if end.cause is Cause.SHUTDOWN:
            await connection.close()
        else:
            connection.abort()
            self._tally.trouble = end.detail
        self._tally.ended(str(end.cause))
        self._ears.ended()
        while True:
            if self._keep_end(inbox, end):
                return
            await asyncio.sleep(self._options.keep_again_seconds)

    def _keep_end(self, inbox: Inbox, end: End) -> bool:
        try:
            inbox.close(end)
        except PlayheadError as error:
            self._tally.trouble = error.message
            return end.cause is Cause.SHUTDOWN
        return True
