"""An answer as it is handed in, and a verdict as it is sent."""

from collections.abc import Mapping
from typing import Annotated, Self

import msgspec
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from playhead.base.exact import InexactNumber
from playhead.history.books import (
    DOLLAR,
    Book,
    Price,
    Size,
    best_levels,
    format_price,
    format_size,
    parse_price,
    parse_size,
)
from playhead.history.rewind import Clock
from playhead.history.verify.errors import NothingToVerify
from playhead.history.verify.model import Claim, Finding
from playhead.web.parameters import InstantParameter, PathName
from playhead.web.wire import Instant, Wire, instant, instant_text

MOST_LEVELS = 20_000
LevelTexts = list[tuple[str, str]]


def _levels(texts: LevelTexts) -> dict[Price, Size]:
    return {parse_price(price): parse_size(size) for price, size in texts}


def _exact(texts: LevelTexts) -> LevelTexts:
    try:
        levels = _levels(texts)
    except InexactNumber as error:
        raise ValueError(error.message) from error
    if len(levels) != len(texts):
        raise ValueError("a price comes twice")
    return texts


SentLevels = Annotated[LevelTexts, Field(max_length=MOST_LEVELS), AfterValidator(_exact)]


class SentCertificate(BaseModel):
    """What the answer rests on. Further fields are ignored."""

    model_config = ConfigDict(frozen=True)

    digest: str = Field(pattern=r"^sha256:[0-9a-f]{64}$", description="Of the whole book.")
    capture: str | None = Field(None, max_length=64, description="Name of the capture.")
    from_position: int | None = Field(
        None, ge=0, lt=2**63, description="Where the interval begins."
    )


class SentAnswer(BaseModel):
    """An answer of `GET /markets/{ticker}/book` as it was given. Further fields are ignored.

    Levels may be cut to a depth, shown as `yes` and `no` or as `bids` and `asks`, or left out: the
    digest is always that of the whole book.
    """

    model_config = ConfigDict(frozen=True)

    ticker: PathName
    at: InstantParameter
    clock: Clock
    certificate: SentCertificate | None = Field(None, description="null: the book is unknown.")
    yes: SentLevels | None = None
    no: SentLevels | None = None
    bids: SentLevels | None = None
    asks: SentLevels | None = None

    @model_validator(mode="after")
    def _sides_come_in_pairs(self) -> Self:
        if (self.yes is None) != (self.no is None) or (self.bids is None) != (self.asks is None):
            raise ValueError("levels are those of both sides, or of none")
        return self

    def claim(self) -> Claim:
        """Return what the answer claims.

        Raises:
            NothingToVerify: Nothing: it says that the book is unknown.
        """
        if self.certificate is None:
            raise NothingToVerify
        return Claim(
            ticker=self.ticker,
            at=self.at,
            clock=self.clock,
            digest=self.certificate.digest,
            shown=self._shown(),
            capture=self.certificate.capture,
            from_position=self.certificate.from_position,
        )

    def _shown(self) -> Book | None:
        """Return the levels that are shown, each side in its own price."""
        if self.yes is not None and self.no is not None:
            return Book(yes=_levels(self.yes), no=_levels(self.no))
        if self.bids is not None and self.asks is not None:
            asks = _levels(self.asks).items()
            return Book(_levels(self.bids), {Price(DOLLAR - price): size for price, size in asks})
        return None


LevelView = tuple[str, str]
LevelsView = Annotated[
    list[LevelView], msgspec.Meta(description="`[price, size]` each, as decimal strings.")
]


class ChecksView(Wire, frozen=True, kw_only=True):
    """What was checked on the way.

    Attributes:
        checksums: Every record that was read is whole.
        sequence_unbroken: No number of the subscription is missing as far as was read.
        snapshot_found: The reading began with a snapshot of the market.
        confirmed_at: The time, by the clock of the answer, of the message whose number shows that
            nothing up to the instant is missing; null: there is none.
    """

    checksums: bool
    sequence_unbroken: bool
    snapshot_found: bool
    confirmed_at: Instant | None


class FindingView(Wire, frozen=True, kw_only=True):
    """The verdict, and what it rests on.

    Attributes:
        verdict: `same`: the raw capture gives the same book. `different`: it gives another one, or
            the levels shown are not those of the digest. `unverifiable`: it proves none at the
            instant, or is not here.
        reason: A sentence; null when the verdict is `same`.
        digest: Of the book that the capture gives; null if it gives none.
        given_digest: The one of the answer.
        capture: Number and name, as its folder; null if the tape here has no such interval.
        from_offset, to_offset: The stretch of the capture that was read; null: none was.
        records, frames: Those read, and of them the messages of the subscription.
        first_number, last_number: The unbroken run of its numbers.
        changes: Of the market, after the snapshot and up to the instant.
        snapshots_agreed: Further snapshots, up to the instant, that said what the book was.
        yes, no: The book that the capture gives, ascending, best last; null if it gives none.
    """

    verdict: str
    reason: str | None
    digest: str | None
    given_digest: str
    ticker: str
    at: Instant
    clock: str
    capture: str | None
    connection: int | None
    sid: int | None
    from_offset: int | None
    to_offset: int | None
    records: int
    frames: int
    first_number: int | None
    last_number: int | None
    changes: int
    snapshots_agreed: int
    checks: ChecksView
    yes: LevelsView | None
    no: LevelsView | None


def finding_view(finding: Finding) -> FindingView:
    """Return ``finding`` as it is sent."""
    claim, trail, found = finding.claim, finding.trail, finding.derivation
    book = None if found is None else found.book
    return FindingView(
        verdict=finding.verdict.value,
        reason=finding.reason,
        digest=finding.digest,
        given_digest=claim.digest,
        ticker=claim.ticker,
        at=instant_text(claim.at),
        clock=claim.clock.value,
        capture=None if trail is None else trail.folder_name,
        connection=None if trail is None else trail.connection,
        sid=None if trail is None else trail.sid,
        from_offset=None if found is None else found.from_offset,
        to_offset=None if found is None else found.to_offset,
        records=0 if found is None else found.records,
        frames=0 if found is None else found.frames,
        first_number=None if found is None else found.first_number,
        last_number=None if found is None else found.last_number,
        changes=0 if found is None else found.changes,
        snapshots_agreed=0 if found is None else found.agreed,
        checks=ChecksView(
            checksums=found is not None and found.is_intact,
            sequence_unbroken=found is not None and found.sequence_unbroken,
            snapshot_found=found is not None and found.snapshot_found,
            confirmed_at=None if found is None else instant(found.confirmed_at),
        ),
        yes=None if book is None else _texts(book.yes),
        no=None if book is None else _texts(book.no),
    )


def _texts(levels: Mapping[Price, Size]) -> list[LevelView]:
    ascending = best_levels(levels)
    return [(format_price(level.price), format_size(level.size)) for level in ascending]
