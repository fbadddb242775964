"""Records an exchange: finds its markets, keeps connections up, captures everything that comes."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from random import Random

import msgspec

from playhead.base.time import to_micros
from playhead.history.capture import Kind
from playhead.history.kalshi import MarketLifecycle, commands
from playhead.history.recorder.audits import markets_each
from playhead.history.recorder.crawl import Crawler
from playhead.history.recorder.exchange_watch import ExchangeWatch
from playhead.history.recorder.link import Link
from playhead.history.recorder.options import RecorderOptions
from playhead.history.recorder.ports import Capture, Clock, Connector, Rest
from playhead.history.recorder.rest_audits import RestAudits
from playhead.history.recorder.tallies import Rate, Tally
from playhead.history.recorder.universe import Margins, Universe


class Recorder:
    """Records everything that an exchange says about its open markets.

    It needs no database, and waits out whatever is down.
    """

    def __init__(
        self,
        options: RecorderOptions,
        *,
        capture: Capture,
        rest: Rest,
        connect: Connector,
        now: Clock,
        random: Random,
        accepts: Callable[[str], bool] = lambda _: True,
    ) -> None:
        """Prepare; nothing is connected.

        Args:
            options: What to record, and how patiently.
            capture: Where everything goes first.
            rest: Its REST lists, books and state; whatever it answers has to be captured there.
            connect: Opens its WebSocket.
            now: UTC.
            random: Spreads reconnects.
            accepts: Whether a ticker is for this recorder.
        """
        self._options = options
        self._capture = capture
        self._connect = connect
        self._now = now
        self._random = random
        self._tally = Tally()
        self._rate = Rate()
        self._links: list[Link] = []
        self._unplaced: dict[str, None] = {}
        self._universe = Universe(
            Margins(
                before_open=options.open_early_seconds,
                after_end=options.settled_grace_seconds,
                after_close=options.closed_linger_seconds,
            ),
            accepts,
        )
        self._crawler = Crawler(options, rest, self._universe, self._tally, now=now, random=random)
        self._watch = ExchangeWatch(options, rest, self._tally, random=random)
        self._rest_audits = RestAudits(options, rest, self._held, self._tally, random=random)

    async def run(self) -> None:
        """Record until cancelled.

        Raises:
            Refused: The exchange does not accept our key.
            PlayheadError: The capture does not take its first record.
        """
        started = msgspec.json.encode({"websocket_url": self._options.hosts.websocket_url})
        self._capture.append(Kind.STARTED, started, received_at=self._now())
        try:
            async with asyncio.TaskGroup() as tasks:
                self._open_link(tasks)
                tasks.create_task(self._crawler.run())
                tasks.create_task(self._watch.run())
                tasks.create_task(self._rest_audits.run())
                tasks.create_task(self._follow(tasks))
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None

    def heard(self, lifecycle: MarketLifecycle) -> None:
        """Something happened to a market."""
        self._universe.hear(lifecycle, to_micros(self._now()))

    def missed(self) -> None:
        """Something may have happened to some market, and nobody heard what."""
        self._crawler.hurry()

    def ended(self) -> None:
        """A connection has ended."""
        self._watch.hurry()

    def heal(self, tickers: Sequence[str]) -> None:
        """Ask for the books of those of these markets that are held.

        For whoever finds out, by what was captured, that a book is not known. It can be called
        again and again: what was asked for in the last ``heal_again_seconds`` is not asked for.
        """
        for link in self._links:
            link.heal(tickers)

    def status(self) -> dict[str, object]:
        """Return what there is to say about the recording now, as plain values."""
        tally = self._tally
        return {
            "state": "recording" if any(link.is_open for link in self._links) else "connecting",
            "frames": tally.frames,
            "frames_per_second": self._rate.look(tally.frames, self._now() / 1e9),
            "bytes": tally.bytes,
            "connections": sum(link.is_open for link in self._links),
            "markets_known": self._universe.known,
            "markets_wanted": self._universe.wanted_count,
            "markets_subscribed": sum(len(link.held) for link in self._links),
            "markets_unplaced": len(self._unplaced),
            "markets_refused": tally.refused,
            "markets_silent": tally.silent,
            "discovery": "complete" if self._crawler.is_complete else "under way",
            "gaps": tally.gaps,
            "sequence_backs": tally.sequence_backs,
            "heals": tally.heals,
            "healed": tally.healed,
            "missed_books": tally.missed_books,
            "audits": tally.audits,
            "rest_audits": tally.rest_audits,
            "rest_failures": tally.rest_failures,
            "feed_gaps": tally.feed_gaps,
            "duplicates": tally.duplicates,
            "unparsable": tally.unparsable,
            "skipped": tally.skipped,
            "ends": dict(tally.ends),
            "lag_ms": max(
                (lag for link in self._links if (lag := link.lag_ms) is not None), default=None
            ),
            "trouble": tally.trouble,
        }

    async def _follow(self, tasks: asyncio.TaskGroup) -> None:
        while True:
            turn = self._universe.turn(to_micros(self._now()))
            self._stop(turn.stop)
            self._unplaced.update(dict.fromkeys(turn.start))
            for link in self._links:
                self._unplaced.update(dict.fromkeys(link.overflow()))
            self._place(tasks)
            await asyncio.sleep(self._options.turn_seconds)

    def _stop(self, tickers: list[str]) -> None:
        for ticker in tickers:
            self._unplaced.pop(ticker, None)
        for link in self._links:
            link.unwant(tickers)

    def _place(self, tasks: asyncio.TaskGroup) -> None:
        while self._unplaced:
            link = next((link for link in self._links if link.free), None)
            if link is None and len(self._links) < self._options.most_connections:
                link = self._open_link(tasks)
            if link is None:
                return
            batch = list(self._unplaced)[: link.free]
            link.want(batch)
            for ticker in batch:
                del self._unplaced[ticker]

    def _open_link(self, tasks: asyncio.TaskGroup) -> Link:
        link = Link(
            self._options,
            self._capture,
            self._connect,
            self,
            self._tally,
            feeds=() if self._links else self._feeds(),
            share=self._share,
            now=self._now,
            random=self._random,
        )
        self._links.append(link)
        tasks.create_task(link.run())
        return link

    def _share(self) -> int:
        return markets_each(self._options, sum(bool(link.held) for link in self._links))

    def _held(self) -> Collection[str]:
        return {ticker: None for link in self._links for ticker in link.held}

    def _feeds(self) -> tuple[str, ...]:
        tickers = (commands.TICKERS,) if self._options.tickers else ()
        return (commands.LIFECYCLE, commands.TRADES, *tickers)
