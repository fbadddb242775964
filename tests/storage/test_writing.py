"""What a session of a worker sends is what the tables hold."""

from collections.abc import Iterable, Iterator

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from playhead.storage.postgres import Session
from playhead.storage.rows import NULL, Column

INT8 = st.integers(-(2**63) + 1, 2**63 - 1)
LISTS = st.lists(st.none() | INT8)
INT2 = st.integers(-(2**15), 2**15 - 1)
ROWS = st.lists(st.tuples(st.none() | INT8, INT2, st.none() | INT8))


@pytest.fixture(scope="module")
def session(module_database_url: str) -> Iterator[Session]:
    with Session.open(module_database_url) as opened:
        opened.execute("CREATE TEMP TABLE written (at bigint, side smallint, size bigint)")
        yield opened


def ints(given: Iterable[int | None]) -> NDArray[np.int64]:
    return np.array([NULL if value is None else value for value in given], dtype=np.int64)


@given(rows=ROWS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_rows_of_integers_arrive(
    session: Session, rows: list[tuple[int | None, int, int | None]]
) -> None:
    session.execute("TRUNCATE written")
    session.copy_in(
        "written",
        [
            Column("at", 8, ints(row[0] for row in rows), nullable=True),
            Column("side", 2, ints(row[1] for row in rows)),
            Column("size", 8, ints(row[2] for row in rows), nullable=True),
        ],
    )

    assert [tuple(row) for row in session.fetch_all("SELECT * FROM written")] == rows


@given(told=LISTS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_lists_of_integers_arrive(session: Session, told: list[int | None]) -> None:
    row = session.fetch_optional("SELECT %(values)s::bigint[] AS told", values=told)

    assert row is not None
    assert row.told == told


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([True, False, None], "boolean[]"),
        (["a", 'b"\\,{}', "NULL", None], "text[]"),
        ([b"\0\xff", None, b""], "bytea[]"),
        ([1, 2, None], "smallint[]"),
        ([None, None], "integer[]"),
    ],
)
def test_other_lists_arrive_too(session: Session, values: list[object], kind: str) -> None:
    row = session.fetch_optional(f"SELECT %(values)s::{kind} AS told", values=values)

    assert row is not None
    assert row.told == values


def test_lists_of_several_kinds_in_one_statement_arrive(session: Session) -> None:
    row = session.fetch_optional(
        "SELECT %(a)s::int[] AS a, %(b)s::text[] AS b, %(c)s::bigint[] AS c, %(d)s::int[] AS d",
        a=[1],
        b=["x"],
        c=[2**40],
        d=[],
    )

    assert row == ([1], ["x"], [2**40], [])
