"""The audit endpoints."""

from fastapi import APIRouter

from playhead.history.coverage.audits.browse import browse, rates
from playhead.history.coverage.audits.dependencies import (
    AuditId,
    AuditsAsked,
    AuditsOf,
    RatesAsked,
)
from playhead.history.coverage.audits.schemas import (
    AuditDetail,
    AuditPage,
    RatePage,
    audit_detail,
)
from playhead.history.coverage.errors import AuditNotFound, IntervalEmpty, ParameterMisplaced
from playhead.history.markets import MarketNotFound
from playhead.storage.postgres import DatabaseUnavailable
from playhead.web.cursors import CursorInvalid
from playhead.web.openapi import answer
from playhead.web.problems import problems
from playhead.web.state import CursorBox, Now
from playhead.web.wire import JsonBytes, encode

router = APIRouter(prefix="/audits", tags=["the public record"], default_response_class=JsonBytes)


@router.get(
    "",
    responses={
        **answer("One page, the newest first.", AuditPage),
        **problems(MarketNotFound, IntervalEmpty, CursorInvalid, DatabaseUnavailable),
    },
)
async def list_audits(asked: AuditsAsked, audits: AuditsOf, cursors: CursorBox) -> JsonBytes:
    """List comparisons of rebuilt books with what the exchange said, both books in full."""
    return JsonBytes(encode(await browse(audits, asked, cursors)))


@router.get(
    "/rates",
    responses={
        **answer("Match rates.", RatePage),
        **problems(MarketNotFound, ParameterMisplaced, CursorInvalid, DatabaseUnavailable),
    },
)
async def read_rates(
    asked: RatesAsked, audits: AuditsOf, now: Now, cursors: CursorBox
) -> JsonBytes:
    """Return how many audits agreed, by day or by market."""
    return JsonBytes(encode(await rates(audits, asked, now=now, cursors=cursors)))


@router.get(
    "/{id}",
    responses={
        **answer("The audit.", AuditDetail),
        **problems(AuditNotFound, DatabaseUnavailable),
    },
)
async def read_audit(id: AuditId, audits: AuditsOf) -> JsonBytes:
    """Return one comparison and the levels in which the two books differ."""
    return JsonBytes(encode(audit_detail(await audits.find(int(id)))))
