"""The page of record: what it says, that it is safe, and that it can be had when all else fails."""

import asyncio
import hashlib
import re
from base64 import b64encode

import pytest

from playhead.base.time import Micros
from playhead.history.coverage.days import Day
from playhead.history.coverage.days.ports import DayReader
from playhead.history.coverage.page import StatusPage
from playhead.history.coverage.record import PublicRecord
from playhead.storage.postgres import Database, DatabaseUnavailable
from tests.history.coverage.fakes import empty_record
from tests.history.coverage.rows import Rows, book
from tests.history.coverage.served import Served
from tests.history.rewind.builders import second
from tests.web.client import api, ask

SAID = book(yes={"0.42": "12.5"})
HELD = book(yes={"0.42": "10", "0.41": "3"})
HOSTILE = "<script>alert('1')</script>\"&amp;"


def page(get: Served) -> str:
    """Return what a reader sees: text alone, spaces made one."""
    answer = get("/status")
    assert answer.status_code == 200
    without_style = re.sub(r"<(style|title)>.*?</\1>", "", answer.text, flags=re.DOTALL)
    return " ".join(
        re.sub(r"<[^>]+>", " ", without_style).replace("\N{NO-BREAK SPACE}", " ").split()
    )


def healthy(rows: Rows) -> int:
    """Record one market that is whole up to a second ago."""
    market = rows.market("KXBTC-1")
    rows.interval(market, 0, None, None)
    rows.stream(999)
    return market


def test_a_whole_record_is_told_in_one_sentence(rows: Rows, get: Served) -> None:
    healthy(rows)
    shown = page(get)

    assert "All that should be known is proven today; no incident is open." in shown
    assert "Proven today 100 % nothing missing, over 1 market" in shown
    assert "Lag 1.0 s the newest proof is of 12:16:39 UTC" in shown
    assert "As of 2026-11-21 12:16:40 UTC" in shown


def test_what_is_missing_and_what_is_open_is_said_first(rows: Rows, get: Served) -> None:
    healthy(rows)
    number = rows.incident("stall", 500.5, markets=2, healed=1, received_to=500, healed_at=501)
    for ticker in ("KXFED-1", "KXFED-2"):
        rows.interval(rows.market(ticker), 0, 499.999999, "stall", incident=number)
    shown = page(get)

    assert "66.65 % of what should be known is proven today; 1 incident is open." in shown
    assert "Open incidents 1 1 market waits for a book; 1 incident today" in shown
    assert (
        "Silent subscription open: 1 of 2 without a book A subscription said nothing more and"
        " answered nothing, while its connection lived. 2 markets, from 2026-11-21 12:08:20 UTC,"
        " noticed after 0.5 s, by recorder-1. KXFED-1 KXFED-2"
    ) in shown


def test_a_healed_incident_says_how_long_it_took(rows: Rows, get: Served) -> None:
    healthy(rows)
    rows.incident("gap", 500.5, healed=1, received_to=500, healed_at=503)

    assert "Messages missing healed after 3.0 s" in page(get)


def test_audits_are_summed_up_and_those_that_disagree_are_shown(rows: Rows, get: Served) -> None:
    market = healthy(rows)
    rows.audit_day("2026-11-21", market, 2999, 1)
    number = rows.audit(market, 600, SAID, HELD)
    shown = page(get)

    assert "Audits that agree today 99.96 % of 3,000 audits; 1 did not agree" in shown
    assert "KXBTC-1 2 levels differ Asked over the socket, in sequence, 2026-11-21" in shown
    assert f'href="/api/v1/audits/{number}"' in get("/status").text


def test_a_recorder_that_is_silent_is_told_at_the_top(rows: Rows, get: Served) -> None:
    rows.interval(rows.market("A"), 0, None, None)
    rows.stream(100)
    answer = get("/status").text

    assert "Nothing has been proven for 15\N{NO-BREAK SPACE}min." in answer
    assert '<header class="bad">' in answer


def test_recorders_are_listed_with_how_far_they_prove(rows: Rows, get: Served) -> None:
    rows.capture(2, started=-3600, ingested=999.5)
    for sid, reach in ((1, 998), (2, 990), (3, 995)):
        rows.stream(reach, capture=2, sid=sid)
    for sid in (1, 2):
        rows.interval(rows.market(f"M-{sid}"), 0, None, None, capture=2, sid=sid)

    assert "recorder-2 capture-2 2 2.0 s ago 10 s ago 0.5 s ago 2026-11-21 11:00:00" in page(get)


def test_fourteen_days_are_shown_the_newest_first(rows: Rows, get: Served) -> None:
    market = healthy(rows)
    rows.interval(market, -14 * 86_400, -12 * 86_400, "unsubscribed")
    shown = page(get)

    days = re.findall(r"today|\d\d-\d\d", shown.partition("Audits agree ")[2])
    assert days[:3] == ["today", "11-20", "11-19"]
    assert days[13] == "11-08"


def test_days_before_the_first_recording_are_not_shown(rows: Rows, get: Served) -> None:
    healthy(rows)

    assert get("/status").text.count('<svg class="bar') == 1


def test_an_empty_tape_has_its_own_sentence(rows: Rows, get: Served) -> None:
    rows.clear()
    shown = page(get)

    assert "Nothing has been recorded in the last days." in shown
    assert "None is recording." in shown


def test_hostile_names_are_text(rows: Rows, get: Served) -> None:
    number = rows.incident(HOSTILE, 500, markets=1)
    market = rows.market(HOSTILE)
    rows.interval(market, 0, 499, HOSTILE, incident=number)
    rows.audit(market, 600, SAID, HELD)
    shown = get("/status").text

    assert "<script" not in shown
    assert shown.count("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&#34;&amp;amp;") == 3


def test_the_page_may_do_nothing_but_show_its_own_style() -> None:
    answer = ask(api(), "/status")
    style = answer.text.partition("<style>")[2].partition("</style>")[0]
    allowed = b64encode(hashlib.sha256(style.encode()).digest()).decode()

    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{allowed}';")
    assert not re.search(r"<script|<link|<img|style=|\son\w+=|https?:", answer.text)


def test_the_page_is_not_of_the_api() -> None:
    assert "/status" not in ask(api(), "/openapi.json").json()["paths"]


def test_a_page_takes_no_other_method() -> None:
    assert ask(api(), "/status", method="POST").status_code == 405


class Down:
    async def last(self, count: int, *, now: Micros) -> list[object]:
        raise DatabaseUnavailable("gone")


def test_without_its_database_the_page_says_so() -> None:
    record = empty_record()
    down = PublicRecord(
        timelines=record.timelines,
        days=Down(),  # type: ignore[arg-type]
        audits=record.audits,
        incidents=record.incidents,
        recorders=record.recorders,
    )
    answer = ask(api(record=down), "/status")

    assert answer.status_code == 503
    assert "The record cannot be read: its database does not answer." in answer.text
    assert "'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(("later", "seen"), [(14, False), (15, True)])
def test_what_is_new_shows_after_fifteen_seconds(
    rows: Rows, module_database_url: str, later: int, seen: bool
) -> None:
    async def twice() -> str:
        async with Database.open(module_database_url, connections=2) as database:
            shown = _page_on(database)
            await shown.html(second(1000))
            rows.incident("gap", 500)
            return await shown.html(second(1000 + later))

    assert ("Messages missing</strong>" in asyncio.run(twice())) is seen


def test_a_crowd_costs_what_one_reader_costs() -> None:
    record = empty_record()
    counting = Counting(record.days)

    async def crowd() -> set[int]:
        shown = StatusPage(
            days=counting,
            audits=record.audits,
            incidents=record.incidents,
            recorders=record.recorders,
        )
        pages = await asyncio.gather(*(shown.html(second(1000)) for _ in range(1000)))
        return {id(page) for page in pages}

    assert (len(asyncio.run(crowd())), counting.asked) == (1, 1)


class Counting:
    def __init__(self, days: DayReader) -> None:
        self._days = days
        self.asked = 0

    async def last(self, count: int, *, now: Micros) -> list[Day]:
        self.asked += 1
        await asyncio.sleep(0)
        return await self._days.last(count, now=now)


def _page_on(database: Database) -> StatusPage:
    record = PublicRecord.on(database)
    return StatusPage(
        days=record.days,
        audits=record.audits,
        incidents=record.incidents,
        recorders=record.recorders,
    )


@pytest.mark.parametrize(
    ("missing", "is_open", "mood"),
    [(0, False, "good"), (0, True, "fair"), (5, False, "fair"), (100, True, "bad")],
)
def test_the_worst_of_it_colours_the_headline(
    rows: Rows, get: Served, missing: int, is_open: bool, mood: str
) -> None:
    rows.interval(rows.market("A"), 0, 999.999999 - missing, "gap")
    if is_open:
        rows.incident("gap", 500)

    assert f'<header class="{mood}">' in get("/status").text
