"""Rows of CSV that have more or fewer cells than the header."""

import pytest

from cbcstats.files.text_table import read_text_table

SHORT = {
    "an empty cell is added to each": ("1,2,3\n4,5\n6\n", ["123", "45", "6"], {3: 2, 4: 1}),
    "a delimiter may be inside quotation marks": ('"1,2",3\n', ["1,23"], {2: 2}),
    "rows without any text are left out": ("1,2\n\n,\n7\n", ["12", "7"], {2: 2, 5: 1}),
    "rows may also be too long": ("1,2\n3,4,5,6\n", ["12", "345"], {2: 2, 3: 4}),
}


@pytest.mark.parametrize(("text", "rows", "widths"), SHORT.values(), ids=SHORT)
def test_short_rows_are_filled_and_named(text, rows, widths, tmp_path):
    path = tmp_path / "table.csv"
    path.write_text(f"a,b,c\n{text}", encoding="utf-8")
    table = read_text_table(path, lambda cells: cells[:1] == ["a"])
    assert table.cells.sum(axis="columns").tolist() == rows
    counts = {row: int(fault.split()[1]) for row, fault in table.faults.items()}
    assert counts == widths
    assert table.surplus == {row: ["6"] if width > 3 else [] for row, width in widths.items()}


def test_a_quotation_mark_that_is_never_closed_fills_no_other_row(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text('a,b,c\n1,2\n"3,4\n', encoding="utf-8")
    table = read_text_table(path, lambda cells: cells[:1] == ["a"])
    assert table.cells.loc[2].tolist() == ["1", "2", ""]
    assert table.faults[2] == "has 2 cells where the header has 3"
    assert table.faults[3] == "cannot be cut into cells: a quotation mark is never closed"
