"""The ladder as it is printed."""

from io import StringIO

from rich.console import Console

from playhead.entrypoints.cli.ladder import ladder_lines, proof_line, render_book
from playhead.history.books import Book, ladder_of
from playhead.history.rewind import State
from tests.history.rewind.builders import book, known, proven, proven_answer

DEEP = book(
    yes={"0.42": "12.5", "0.41": "300", "0.4": "1000"},
    no={"0.55": "100", "0.545": "2500", "0.5": "7"},
)


def text_of(shown: Book, depth: int = 10) -> str:
    return "\n".join(line.plain for line in ladder_lines(ladder_of(shown), depth=depth))


def test_a_book_is_a_ladder_with_asks_over_bids_and_the_best_in_the_middle() -> None:
    answer = proven_answer(DEEP)
    text = render_book(answer, known(10, shown=DEEP), title="Bitcoin above $200,000?", depth=10)

    assert text.plain == (
        "KXBTC-26DEC31-T200000  Bitcoin above $200,000?\n"
        "2026-11-21T12:00:10.000000Z (received clock), position 7\n"
        "\n"
        "  YES price          size         total\n"
        "      50.0¢          7.00      2,607.00  ask\n"
        "      45.5¢      2,500.00      2,600.00  ask\n"
        "      45.0¢        100.00        100.00  ask\n"
        "  spread 3¢, middle 43.5¢\n"
        "      42.0¢         12.50         12.50  bid\n"
        "      41.0¢        300.00        312.50  bid\n"
        "      40.0¢      1,000.00      1,312.50  bid\n"
        "\n"
        "Proven without a break from 2026-11-21T12:00:00.000000Z until now, by recorder-1; "
        "last matched a fresh snapshot at 2026-11-21T12:00:00.000000Z."
    )


def test_depth_hides_the_far_levels_and_says_how_many() -> None:
    assert text_of(DEEP, depth=1) == (
        "  YES price          size         total\n"
        "  2 more asks\n"
        "        45¢        100.00        100.00  ask\n"
        "  spread 3¢, middle 43.5¢\n"
        "        42¢         12.50         12.50  bid\n"
        "  2 more bids"
    )


def test_whole_contracts_and_whole_cents_are_shown_without_a_point() -> None:
    assert text_of(book(yes={"0.42": "12"}, no={"0.5": "1"})) == (
        "  YES price          size         total\n"
        "        50¢             1             1  ask\n"
        "  spread 8¢, middle 46¢\n"
        "        42¢            12            12  bid"
    )


def test_the_finest_price_and_its_middle_keep_every_digit() -> None:
    assert text_of(book(yes={"0.000001": "0.01"}, no={"0.999996": "1"})) == (
        "  YES price          size         total\n"
        "    0.0004¢          1.00          1.00  ask\n"
        "  spread 0.0003¢, middle 0.00025¢\n"
        "    0.0001¢          0.01          0.01  bid"
    )


def test_an_empty_side_is_said_to_be_empty() -> None:
    assert text_of(book(yes={"0.42": "12"})) == (
        "  YES price          size         total\n"
        "  no asks\n"
        "  no spread: one side is empty\n"
        "        42¢            12            12  bid"
    )


def test_what_is_proven_may_have_ended_and_need_not_have_been_verified() -> None:
    ended = proven(0, 60)
    bare = type(ended)(State.PROVEN, None, None, ended.until)

    assert proof_line(bare) == (
        "Proven without a break from the beginning until 2026-11-21T12:01:00.000000Z."
    )


def printed(*, terminal: bool) -> str:
    text = render_book(proven_answer(DEEP), known(10, shown=DEEP), title=None, depth=3)
    paper = StringIO()
    Console(file=paper, force_terminal=terminal, soft_wrap=True, _environ={}).print(text)
    return paper.getvalue()


def test_colours_are_for_a_terminal_only() -> None:
    assert "\x1b[31m" in printed(terminal=True)
    assert "\x1b" not in printed(terminal=False)
