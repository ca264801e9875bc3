"""Temporary."""

import pandas as pd

from cbcstats.counts.qualifiers import parse_qualified
from cbcstats.errors import DataError
from cbcstats.frames import as_text, text_column


def split_figures(series):
    out = []
    for c in series:
        t = as_text(c)
        try:
            q = parse_qualified(t)
            out.append((q.value, q.qualifier, None, None, None, None))
        except DataError as e:
            out.append((None, None, None, None, str(e) if t else None, None))
    d = pd.DataFrame(
        out,
        index=series.index,
        columns=["value", "qualifier", "rounded_to", "unit", "problem", "obs_status"],
    )
    for n in ("qualifier", "unit", "problem", "obs_status"):
        d[n] = text_column(d[n])
    d["value"] = d["value"].astype("Float64")
    d["rounded_to"] = d["rounded_to"].astype("Float64")
    return d
