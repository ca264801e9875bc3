"""What columns mean: in the words of the schemas, and of what is computed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cbcstats import columns as c
from cbcstats.loaders import SCHEMAS

if TYPE_CHECKING:
    import pandas as pd

_COMPUTED: Final = {
    c.LOW: "lowest value that the figure can have",
    c.HIGH: "highest value that the figure can have; inf where there is no upper end",
    c.CHANGE: "value less the value of the period before",
    c.PERCENT_CHANGE: "change in percent of the value of the period before",
    c.COMPARABLE: "whether the figures of the two periods can be compared",
    c.WHY: "what forbids to compare, or what to know where nothing does",
    c.CONTRIBUTION: "percentage points that the part contributes to the change of the total",
    c.INDEX: "value in percent of the base",
    c.GROWTH_RATE: "growth in percent a year",
    c.YEARS: "years between the two figures",
    c.TOTAL_PERCENT_CHANGE: "change of the total in percent",
}
_ENDS: Final = {"_low": "lowest, given the ranges", "_high": "highest, given the ranges"}
_PREVIOUS: Final = "previous_"


def meanings(frame: pd.DataFrame) -> dict[str, str]:
    """Return what each column means, empty where nothing is known of it.

    Examples
    --------
    >>> import pandas as pd
    >>> meanings(pd.DataFrame({"value": [492], "previous_low": [331.0], "mine": [1]}))
    {'value': 'number printed; empty for a change that is claimed without it', \
'previous_low': 'of the period before: lowest value that the figure can have', 'mine': ''}
    """
    named = {str(name) for name in frame}
    schemas = [model.to_schema().columns for model in SCHEMAS.values()]
    # The table that has most of the columns says what they mean; note and source_id stand in several.
    nearest = sorted(schemas, key=lambda columns: -len(named & set(columns)))
    said: dict[str, str] = {}
    for columns in nearest:
        said |= {name: column.description for name, column in columns.items() if name not in said}
    return {name: _meaning(name, said) for name in map(str, frame)}


def _meaning(name: str, said: dict[str, str]) -> str:
    if name.startswith(_PREVIOUS):
        of_before = _meaning(name.removeprefix(_PREVIOUS), said)
        return f"of the period before: {of_before}" if of_before else ""
    for end, words in _ENDS.items():
        if name.endswith(end):
            of_value = _meaning(name.removesuffix(end), said)
            return f"{of_value}: {words}" if of_value else ""
    return _COMPUTED.get(name) or said.get(name, "")
