"""What is listed at the start, and the windows that follow one another, drawn from a seed."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from random import Random

from playhead.base.exact import format_scaled
from playhead.base.time import MICROS_PER_SECOND, Micros, datetime_of
from playhead.history.books import DOLLAR, Price
from playhead.history.exchange.simulated.catalogue import STANDING, Shape, Template
from playhead.history.exchange.simulated.identity import dice_of, uuid_of
from playhead.history.exchange.simulated.listing import EventListing, Listing, Status, Strike

_HEAVIEST = 1_000.0
_OPENS_SOON_SHARE = 0.03
_MOST_MARKETS_OF_AN_EVENT = 200
_DAY = 86_400 * MICROS_PER_SECOND
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


@dataclass(frozen=True, slots=True)
class Draft:
    """A market about to be listed, with what its crowd starts from."""

    listing: Listing
    fair: Price
    weight: float


@dataclass(frozen=True, slots=True)
class _Answer:
    suffix: str
    yes: str
    no: str
    strike: Strike
    fair: Price


class Universe:
    """Draws events and markets; numbers them in the order in which they are listed."""

    def __init__(self, seed: int, start: Micros) -> None:
        self._seed = seed
        self._start = start
        self._numbers = count(1)
        self._turns = count()
        self._closings: dict[str, Micros] = {}
        self._random = dice_of(seed, "universe")

    def standing(self, markets: int) -> Iterator[Draft]:
        """Yield ``markets`` markets that were listed before the start, most of them open."""
        left = markets
        while left > 0:
            drafts = self.event(Micros(self._start - 3 * _DAY), self._start, left)
            yield from drafts
            left -= len(drafts)

    def event(self, created_at: Micros, now: Micros, most: int) -> list[Draft]:
        """Return the markets of the next event in turn; at most ``most`` of them.

        Those of an event created before ``now`` are open already, but for a few that open soon.
        """
        template = STANDING[next(self._turns) % len(STANDING)]
        close_at = self._closing(template, now)
        event = _event_listing(template, close_at, created_at)
        answers = _answers(self._random, template, min(self._width(template), most))
        return [self._standing_draft(template, event, answer, now) for answer in answers]

    def _width(self, template: Template) -> int:
        if template.shape is Shape.CHOICE and template.series.category == "Sports":
            return 2
        width = int(self._random.lognormvariate(math.log(4.5), 1.13))
        return min(max(width, 1), _MOST_MARKETS_OF_AN_EVENT)

    def _closing(self, template: Template, now: Micros) -> Micros:
        every = template.every_seconds * MICROS_PER_SECOND
        earliest = (now // every + 2) * every
        last = self._closings.get(template.series.ticker, 0)
        close_at = Micros(max(earliest, last + every))
        self._closings[template.series.ticker] = close_at
        return close_at

    def _standing_draft(
        self, template: Template, event: EventListing, answer: _Answer, now: Micros
    ) -> Draft:
        opens_soon = event.created_at == now or self._random.random() < _OPENS_SOON_SHARE
        soon = now + self._random.randint(5, 90) * MICROS_PER_SECOND
        open_at = Micros(soon if opens_soon else event.created_at)
        listing = self._listing(template, event, answer, (open_at, event.strike_at), now)
        return Draft(listing, answer.fair, self._weight(answer.fair))

    def _weight(self, fair: Price) -> float:
        # Pareto with exponent 1, capped; what is nearly decided trades less.
        moneyness = 0.1 + 3.6 * fair * (DOLLAR - fair) / DOLLAR**2
        return min(1 / (1 - self._random.random()), _HEAVIEST) * moneyness

    def window(self, template: Template, close_at: Micros, created_at: Micros) -> Draft:
        """Return the market about the span that ends at ``close_at``.

        It is open if ``created_at``, the present, lies in that span.
        """
        event = _event_listing(template, close_at, created_at)
        level = format_scaled(template.base + self._random.randint(-900, 900), 2, 2)
        strike = Strike("greater_or_equal", floor=level)
        suffix = str(datetime_of(close_at).minute).rjust(2, "0")
        answer = _Answer(suffix, f"{level} or above", f"Below {level}", strike, Price(DOLLAR // 2))
        open_at = Micros(close_at - template.every_seconds * MICROS_PER_SECOND)
        listing = self._listing(template, event, answer, (open_at, close_at), created_at)
        return Draft(listing, answer.fair, self._random.uniform(8.0, 25.0))

    def _listing(
        self,
        template: Template,
        event: EventListing,
        answer: _Answer,
        times: tuple[Micros, Micros],
        now: Micros,
    ) -> Listing:
        ticker = f"{event.ticker}-{answer.suffix}"
        open_at, close_at = times
        return Listing(
            number=next(self._numbers),
            ticker=ticker,
            market_id=uuid_of(self._seed, "market", ticker),
            event=event,
            title=f"{event.title}: {answer.yes}?",
            yes_sub_title=answer.yes,
            no_sub_title=answer.no,
            strike=answer.strike,
            structure=template.series.structure,
            created_at=event.created_at,
            updated_at=event.created_at,
            open_at=open_at,
            close_at=close_at,
            settlement_timer_seconds=5 if template.shape is Shape.WINDOW else 20,
            is_fractional=self._random.random() < template.fractional_share,
            status=Status.ACTIVE if open_at <= now < close_at else Status.INITIALIZED,
        )


def _event_listing(template: Template, close_at: Micros, created_at: Micros) -> EventListing:
    moment = datetime_of(close_at)
    return EventListing(
        ticker=f"{template.series.ticker}-{_stamp(moment, template.every_seconds)}",
        series=template.series,
        title=template.series.title,
        sub_title=f"{moment:%b} {moment.day}, {moment:%Y %H:%M} UTC",
        strike_at=close_at,
        mutually_exclusive=template.shape in (Shape.BETWEEN, Shape.CHOICE),
        created_at=Micros(created_at),
    )


def _stamp(moment: datetime, every_seconds: int) -> str:
    day = f"{moment:%y}{_MONTHS[moment.month - 1]}{moment:%d}"
    return day if every_seconds >= 86_400 else f"{day}{moment:%H%M}"


def _answers(random: Random, template: Template, width: int) -> list[_Answer]:
    if template.shape is Shape.ABOVE:
        return _rising(random, template, width)
    if template.shape is Shape.BETWEEN:
        return _brackets(random, template, width)
    return _choices(random, width)


def _rising(random: Random, template: Template, width: int) -> list[_Answer]:
    middle, slope = random.uniform(0, width), random.uniform(0.6, 3.0)
    answers = []
    for index in range(width):
        level = format_scaled(template.base + index * template.step, 2, 2)
        chance = 1 / (1 + math.exp(min((index - middle) / slope, 40.0)))
        strike = Strike("greater", floor=level)
        answers.append(
            _Answer(f"T{level}", f"Above {level}", f"{level} or below", strike, _fair(chance))
        )
    return answers


def _brackets(random: Random, template: Template, width: int) -> list[_Answer]:
    middle, spread = random.uniform(0, width), random.uniform(0.8, 3.0)
    answers = []
    for index in range(width):
        low = template.base + index * template.step
        floor, cap = format_scaled(low, 2, 2), format_scaled(low + template.step, 2, 2)
        chance = 0.5 / spread * math.exp(-(((index - middle) / spread) ** 2) / 2)
        centre = format_scaled(low + template.step // 2, 2, 1)
        strike, span = Strike("between", floor=floor, cap=cap), f"{floor} to {cap}"
        answers.append(_Answer(f"B{centre}", span, f"Not {span}", strike, _fair(chance)))
    return answers


def _choices(random: Random, width: int) -> list[_Answer]:
    shares = [random.expovariate(1.0) + 0.01 for _ in range(width)]
    total = sum(shares) + (0.0 if width > 1 else shares[0])
    strike = Strike("custom")
    return [
        _Answer(name, f"{name} wins", f"{name} does not win", strike, _fair(share / total))
        for name, share in zip(_names(random, width), shares, strict=True)
    ]


def _names(random: Random, width: int) -> list[str]:
    names: dict[str, None] = {}
    while len(names) < width:
        names["".join(random.choices("ABCDEFGHIKLMNOPRSTVZ", k=3))] = None
    return list(names)


def _fair(chance: float) -> Price:
    return Price(min(max(int(chance * DOLLAR), 5_000), DOLLAR - 5_000))
