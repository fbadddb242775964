"""List API keys, and how they were used, a page at a time."""

from collections.abc import Sequence
from uuid import UUID

from playhead.base.time import Micros
from playhead.kernel.api_keys.dependencies import KeysQuery, UsageQuery
from playhead.kernel.api_keys.model import ApiKey
from playhead.kernel.api_keys.repository import KeyReader
from playhead.kernel.api_keys.schemas import KeyPage, UsagePage, key_view, usage_view
from playhead.web.cursors import Cursors


async def browse(
    reader: KeyReader, org_id: UUID, asked: KeysQuery, cursors: Cursors, now: Micros
) -> KeyPage:
    """Return one page of an organisation's keys, the newest first.

    Raises:
        CursorInvalid: The cursor is none of ours, or of another query.
    """
    found = await reader.page(
        org_id, before=asked.before(cursors), revoked=asked.revoked, limit=asked.limit + 1
    )
    return KeyPage(
        data=[key_view(key, now) for key in found[: asked.limit]],
        next_cursor=_next(found, asked, cursors),
        has_more=len(found) > asked.limit,
    )


async def browse_usage(
    reader: KeyReader, org_id: UUID, asked: UsageQuery, cursors: Cursors, now: Micros
) -> UsagePage:
    """Return one page of an organisation's keys, revoked ones too, with the days they were used.

    Raises:
        CursorInvalid: The cursor is none of ours, or of another query.
        IntervalInvalid: The days asked for are none, or too many.
    """
    since, until = asked.days(now)
    found = await reader.page(
        org_id, before=asked.before(cursors), revoked=True, limit=asked.limit + 1
    )
    keys = found[: asked.limit]
    days = await reader.usage(org_id, [key.key_id for key in keys], since=since, until=until)
    return UsagePage(
        data=[usage_view(key, days[key.key_id], now) for key in keys],
        next_cursor=_next(found, asked, cursors),
        has_more=len(found) > asked.limit,
    )


def _next(found: Sequence[ApiKey], asked: KeysQuery | UsageQuery, cursors: Cursors) -> str | None:
    if len(found) <= asked.limit:
        return None
    return asked.cursor_after(found[asked.limit - 1].key_id, cursors)
