"""Render the page of record: the same for everybody, so it is worked out once in 15 seconds."""

import hashlib
from base64 import b64encode
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined

from playhead.base.time import Micros
from playhead.history.coverage.audits import Asked as AuditsAsked
from playhead.history.coverage.audits.ports import AuditReader
from playhead.history.coverage.caching import FRESH_SECONDS, Kept
from playhead.history.coverage.days.ports import DayReader
from playhead.history.coverage.incidents import Asked as IncidentsAsked
from playhead.history.coverage.incidents.ports import IncidentReader
from playhead.history.coverage.page.model import Standing
from playhead.history.coverage.page.ports import RecorderReader
from playhead.history.coverage.page.views import page_of
from playhead.history.coverage.parameters import DEFAULT_DAYS
from playhead.history.coverage.words import WORDS
from playhead.web.parameters import END_OF_TIME

MOST_INCIDENTS = 10
MOST_MISMATCHES = 5
MOST_RECORDERS = 20
_STYLE = resources.files(__package__).joinpath("templates/status.css").read_text(encoding="utf-8")
_STYLE_HASH = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
SECURITY_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)
_BEGINNING = Micros(0)


class StatusPage:
    """Tells how the record stands."""

    def __init__(
        self,
        *,
        days: DayReader,
        audits: AuditReader,
        incidents: IncidentReader,
        recorders: RecorderReader,
    ) -> None:
        self._days = days
        self._audits = audits
        self._incidents = incidents
        self._recorders = recorders
        self._kept = Kept(self._render, seconds=FRESH_SECONDS)
        self._templates = Environment(
            loader=PackageLoader(str(__package__)),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    async def html(self, now: Micros) -> str:
        """Return the page as it was at ``now`` or at most 15 seconds before.

        Raises:
            DatabaseUnavailable: Nothing can be told.
        """
        return await self._kept.at(now)

    def unavailable(self) -> str:
        """Return the page that says that nothing can be told."""
        return self._templates.get_template("unavailable.html").render(style=_STYLE)

    async def standing(self, now: Micros) -> Standing:
        """Return how the record stands.

        Raises:
            DatabaseUnavailable: Nothing can be told.
        """
        recorders = await self._recorders.newest(MOST_RECORDERS)  # first: of ``now``, not later
        open_incidents, waiting = await self._incidents.open_now()
        return Standing(
            now=now,
            days=await self._days.last(DEFAULT_DAYS, now=now),
            rates=await self._audits.rates_by_day(DEFAULT_DAYS, now=now),
            open_incidents=open_incidents,
            waiting=waiting,
            incidents=await self._incidents.page(
                IncidentsAsked(_BEGINNING, END_OF_TIME), before=None, limit=MOST_INCIDENTS
            ),
            mismatches=await self._audits.page(
                AuditsAsked(_BEGINNING, END_OF_TIME, matches=False),
                before=None,
                limit=MOST_MISMATCHES,
            ),
            recorders=recorders,
        )

    async def _render(self, now: Micros) -> str:
        page = page_of(await self.standing(now))
        return self._templates.get_template("status.html").render(
            page=page, words=WORDS, style=_STYLE
        )
