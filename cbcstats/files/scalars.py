"""Single cells of files and frames: as they are typed, and what marks mean."""

from __future__ import annotations

import datetime
from typing import Any, Final

import numpy as np
import pandas as pd

MARKS: Final = {
    "true": True,
    "false": False,
    "yes": True,
    "no": False,
    "1": True,
    "0": False,
}  # as they are written


def as_text(cell: Any) -> str:
    """Return a cell as one would type it; a missing one is empty."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if not pd.api.types.is_scalar(cell):
        return str(cell)
    if cell is None or cell is pd.NA or cell != cell:  # NaN and NaT differ from themselves
        return ""
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat(" ")
    return str(cell).lower() if isinstance(cell, bool | np.bool_) else str(cell)
