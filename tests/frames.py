"""Tables that tests share, and texts that a spreadsheet would compute."""

import pandas as pd

import cbcstats
from cbcstats import load_beneficiaries, load_counts, load_sources, year_on_year
from cbcstats.frames import text_column

# What makes pandas read each number as it was written; from 3.1 on it always does.
EXACTLY = {} if pd.__version__ >= "3.1" else {"float_precision": "round_trip"}

TEXT = pd.Series(["a"]).dtype  # `str` in pandas 3, `object` in pandas 2

COMPUTED = [
    "=cmd|' /C calc'!A0",
    "=1+1",
    "+1+1",
    "-1+1",
    "-A1",
    "+SUM(A1:A3)",
    "-3 +cmd|' /C calc'!A0",
    "+3 cmd|' /C calc'!A0",
    "+3 HYPERLINK(A1)",
    "-3 A1:A9",
    "+3 words\t=1",
    "-",
    "- a dash",
    "+1 2",
    "+49%\n=1+1",
    "@SUM",
    "\t=1",
    "\r=1",
    "\n=1",
    "\uff1d1+1",
    '=HYPERLINK("https://example.org","click")',
]


def example_rows():
    """Return the missions of the invented register, whose index is the row of the file."""
    columns = {"member": "Country", "start_date": "Start", "end_date": "End"}
    return cbcstats.read_register(
        cbcstats.example_register(), columns=columns, date_format="%d/%m/%Y"
    ).rows


def contributions():
    return cbcstats.contributions(cbcstats.count_missions(example_rows(), by="wco_region"))


FRAMES = {
    "counts": load_counts,
    "missions": lambda: load_counts("capacity_building_missions"),
    "beneficiaries": load_beneficiaries,
    "changes": lambda: year_on_year(load_counts("capacity_building_missions"), per="month"),
    "contributions": contributions,
    "members": cbcstats.load_members,
    "sources": load_sources,
    "claims": lambda: cbcstats.check_claims(load_counts("capacity_building_missions")),
}


def as_text(frame):
    """Return a frame in which all cells are text, but for missing ones."""
    return frame.apply(text_column)


def without_empty_texts(frame):
    """Neither CSV nor Excel tells an empty text from a missing one."""
    texts = [name for name in frame if frame[name].dtype == TEXT]
    return frame.assign(
        **{name: frame[name].where(frame[name] != "", float("nan")) for name in texts}
    )
