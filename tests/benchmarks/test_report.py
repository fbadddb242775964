"""The table."""

from benchmarks.report import Row, table


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    shown = table([Row("short", "1"), Row("much longer", "22", "rows 3", "2x", "<= 4")])
    assert shown.splitlines() == [
        "what         measured  beside it, in the same run  ratio  aim",
        "-----------  --------  --------------------------  -----  ----",
        "short        1",
        "much longer  22        rows 3                      2x     <= 4",
    ]
