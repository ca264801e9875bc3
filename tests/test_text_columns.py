"""Columns of text: alike in pandas 2 and 3, and what is missing stays missing."""

import pandas as pd
import pytest

from cbcstats.frames import text_column
from tests.frames import TEXT


@pytest.mark.parametrize(
    ("cells", "texts"),
    [
        ([1, 2.5, None, "nan"], ["1", "2.5", None, "nan"]),
        (pd.Series([1, 2.5]), ["1.0", "2.5"]),
        (pd.Series([1, None], dtype="Int64"), ["1", None]),
        (pd.Series(["a", None], dtype="category"), ["a", None]),
        (pd.Series(pd.to_datetime(["2018-02-28", None])), ["2018-02-28", None]),
        (pd.Series([True, False]), ["True", "False"]),
        (pd.Series([None, float("nan"), pd.NA, pd.NaT], dtype="object"), [None] * 4),
        ([], []),
        (pd.Series([], dtype="float64"), []),
    ],
)
def test_cells_become_text_and_missing_ones_stay_missing(cells, texts):
    column = text_column(cells)
    assert column.dtype == TEXT
    assert column.isna().tolist() == [text is None for text in texts]
    assert column.dropna().tolist() == [text for text in texts if text is not None]
    assert all(isinstance(cell, float) for cell in column[column.isna()])  # and not None


def test_a_column_keeps_its_index_and_its_name():
    column = text_column(pd.Series([1, None], index=["x", "y"], name="value"))
    assert column.index.tolist() == ["x", "y"]
    assert column.name == "value"
    assert text_column(["a"], ["z"]).index.tolist() == ["z"]
