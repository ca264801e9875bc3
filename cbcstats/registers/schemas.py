"""The pandera models of registers: the rules for their rows.

A column that may be absent is `Optional`; one with empty cells is `nullable`. Columns
that `read_register` adds are marked `added`. The attributes of a check are its message:
`title` is the column, `error` the problem, `description` the remedy. Subclass a model
to add fields and checks.
"""

from __future__ import annotations

import datetime
import warnings
from typing import Any, Final, Optional

import pandas as pd

from cbcstats.arguments import check_choice
from cbcstats.errors import ArgumentError
from cbcstats.tables.codelists import WCO_REGIONS

# Where pyspark is installed, pandera imports its imitation of pandas, which warns of
# pandas 3. The checks of older pandera work only once they are registered.
with warnings.catch_warnings():
    warnings.filterwarnings(
        "ignore", "PySpark does not yet fully support pandas", FutureWarning
    )
    import pandera.pandas as pa
    import pandera.typing.pyspark  # noqa: F401

    pa.DataFrameSchema.register_default_backends(pd.DataFrame)

# Columns that are added where a mission went to several countries.
ALL_ISO3: Final = "all_iso3"
COUNTED_ABOVE: Final = "counted_above"
# The column that is added where a start is not known to the day, and what it holds.
PRECISION: Final = "start_precision"
PRECISIONS: Final = ("day", "month", "quarter", "year")
# The convention that set up the WCO entered into force in 1952.
FIRST_DAY: Final = pd.Timestamp("1952-01-01")
# Offered in addition to the programmes in the table of beneficiaries.
_PROGRAMMES: Final = (
    "Columbus Programme|STCE Project|UNODC-WCO Container Control Programme|"
    "WCO Fellowship Programme"
)
_KINDS_OF_SUPPORT: Final = (
    "accreditation|diagnostic|evaluation|monitoring|strategic planning|"
    "technical assistance|train the trainer|training|workshop"
)
_FIRST_EXAMPLE: Final = datetime.date(2017, 4, 3)
_LAST_EXAMPLE: Final = datetime.date(2017, 4, 7)


def _field(
    description: str,
    *,
    nullable: bool = True,
    parse: str = "",
    example: Any = None,
    options: str = "",
    **field: Any,
) -> Any:
    """Return a field; the form of `save_template` shows its example and its options.

    `options` are separated by `|`; unlike those of `isin`, they are suggestions only.
    """
    suggested = options.split("|") if options else []
    metadata = {"parse": parse, "example": example, "options": suggested}
    return pa.Field(
        description=description, nullable=nullable, metadata=metadata, **field
    )


def _added(description: str, **field: Any) -> Any:
    return pa.Field(description=description, metadata={"added": True}, **field)


class _Register(pa.DataFrameModel):
    """Columns and checks that all registers share."""

    member: pd.CategoricalDtype = _field(
        "Member, as written", nullable=False, parse="place", example="Kenya"
    )
    iso3: pd.CategoricalDtype = _added(
        "its ISO 3166 code, added", str_matches=r"^[A-Z]{3}$"
    )
    wco_region: pd.CategoricalDtype = _added(
        "its WCO region, added; missing for what is not a Member",
        isin=WCO_REGIONS,
        nullable=True,
    )

    start_precision: Optional[pd.CategoricalDtype] = _added(
        "day, month, quarter or year: how precisely the start is known, added where "
        "that is not always the day; `start_date` is then its first day",
        isin=PRECISIONS,
        nullable=True,
    )

    @pa.check(
        "start_date",
        "end_date",
        error="is before 1952, when the WCO began",
        description="correct the year",
    )
    def not_before_the_wco(cls, days: pd.Series) -> pd.Series:
        """Check that no date is before the founding of the WCO."""
        return days >= FIRST_DAY

    @pa.dataframe_check(
        title="end_date",
        error="is before the start",
        description="correct the start or the end",
        ignore_na=False,
    )
    def end_is_not_before_start(cls, rows: pd.DataFrame) -> pd.Series | bool:
        """Check that no row ends before it starts."""
        if not {"start_date", "end_date"} <= set(rows):
            return True
        is_before = rows["end_date"] < rows["start_date"]
        return ~is_before


class MissionRegister(_Register):
    """Missions, one row each, as `read_register` returns them.

    Examples
    --------
    Rules of your own:

    >>> import pandera.pandas as pa
    >>> from cbcstats import MissionRegister
    >>> class MyMissions(MissionRegister):
    ...     experts: int = pa.Field(le=50)
    """

    member: pd.CategoricalDtype = _field(
        "country, as written: one, several, or words such as Regional or Online",
        nullable=False,
        parse="countries",
        example="Kenya",
    )
    iso3: pd.CategoricalDtype = _added(
        "its ISO 3166 code, added; missing for several countries, or none",
        str_matches=r"^[A-Z]{3}$",
        nullable=True,
    )
    all_iso3: Optional[str] = _added(
        "codes of all countries of the mission, added where there are several",
        str_matches=r"^[A-Z]{3}( [A-Z]{3})*$",
        nullable=True,
    )
    counted_above: Optional[bool] = _added(
        "whether a row above is the same mission, in another country; added"
    )
    mission_id: Optional[str] = _field(
        "what identifies the mission; the same in each of its countries",
        example="2017-KEN-01",
    )
    start_date: pd.Timestamp = _field(
        "first day", nullable=False, example=_FIRST_EXAMPLE
    )
    end_date: Optional[pd.Timestamp] = _field(
        "last day, inclusive", example=_LAST_EXAMPLE
    )
    programme: Optional[pd.CategoricalDtype] = _field(
        "programme", example="Mercator", options=_PROGRAMMES
    )
    kind: Optional[pd.CategoricalDtype] = _field(
        "kind of support", example="diagnostic", options=_KINDS_OF_SUPPORT
    )
    # Not "planned": the start of a mission lies in the past.
    status: Optional[pd.CategoricalDtype] = _field(
        "delivered, under way, ...", options="delivered|under way|cancelled"
    )
    experts: Optional[pd.Int64Dtype] = _field("experts sent", ge=0, example=2)
    participants: Optional[pd.Int64Dtype] = _field("participants", ge=0, example=25)
    female_participants: Optional[pd.Int64Dtype] = _field(
        "women among them", ge=0, example=11
    )
    source: Optional[str] = _field(
        "where the row comes from", example="report of 2017-06-30"
    )

    class Config:
        """What one row is called in the form of `save_template`."""

        title = "mission"

    @pa.check(
        "start_date",
        "end_date",
        error="is in the future",
        description="correct the year, or enter it once it has come; "
        "leave an end that is still ahead empty",
    )
    def not_in_the_future(cls, days: pd.Series) -> pd.Series:
        """Check that no date is in the future."""
        return days <= pd.Timestamp(datetime.date.today())

    @pa.dataframe_check(
        title="mission_id",
        error="is already the id of an earlier row with the same country",
        description="give each mission an id of its own, or delete the row that is there twice",
        ignore_na=False,
    )
    def id_is_new(cls, rows: pd.DataFrame) -> pd.Series | bool:
        """Check that each mission has an id of its own, once for each country."""
        if "mission_id" not in rows:
            return True
        ids = rows["mission_id"]
        # Missing ids are no duplicates of each other, nor are unknown places.
        is_again = ids.notna() & rows["member"].notna() & ids.duplicated(keep=False)
        again = rows.loc[is_again, ["mission_id", "member"]]
        repeated = again.index[again.duplicated()]
        is_new = ~rows.index.isin(repeated)
        return pd.Series(is_new, rows.index)

    @pa.dataframe_check(
        title="female_participants",
        error="is more than all participants",
        description="correct one of the two",
        ignore_na=False,
    )
    def women_are_among_participants(cls, rows: pd.DataFrame) -> pd.Series | bool:
        """Check that there are no more women than participants."""
        if not {"female_participants", "participants"} <= set(rows):
            return True
        # If either number is missing, the row passes.
        more = rows["female_participants"] > rows["participants"]
        return ~more.fillna(value=False).astype(bool)


class BeneficiaryRegister(_Register):
    """Beneficiaries of programmes, one row each, as `read_register` returns them."""

    programme: pd.CategoricalDtype = _field(
        "programme", nullable=False, example="Mercator", options=_PROGRAMMES
    )
    track: Optional[pd.CategoricalDtype] = _field(
        "part of the programme", example="Tailor-Made Track"
    )
    start_date: Optional[pd.Timestamp] = _field(
        "start of the support", example=_FIRST_EXAMPLE
    )
    end_date: Optional[pd.Timestamp] = _field(
        "end of the support, which may be in the future", example=_LAST_EXAMPLE
    )
    as_of: Optional[pd.Timestamp] = _field(
        "day on which this was so", ge=FIRST_DAY, example=datetime.date(2017, 6, 30)
    )
    status: Optional[pd.CategoricalDtype] = _field(
        "active, completed, ...", options="active|completed|cancelled"
    )
    source: Optional[str] = _field(
        "where the row comes from", example="report of 2017-06-30"
    )

    class Config:
        """What one row is called in the form of `save_template`."""

        title = "Member and programme"

    @pa.check(
        "as_of",
        error="is in the future",
        description="correct the year, or enter it once it has come",
    )
    def not_in_the_future(cls, days: pd.Series) -> pd.Series:
        """Check that no date is in the future."""
        return days <= pd.Timestamp(datetime.date.today())


# The only place where a kind of register is declared.
REGISTERS: Final[dict[str, type[pa.DataFrameModel]]] = {
    "missions": MissionRegister,
    "beneficiaries": BeneficiaryRegister,
}


def schema_of(
    kind: str | None, model: type[pa.DataFrameModel] | None
) -> pa.DataFrameSchema:
    """Return the schema of a kind of register, or of a user's own model.

    Raises
    ------
    ArgumentError
        If both are given, or one is not known.
    """
    if model is None:
        kind = check_choice(
            "kind", "missions" if kind is None else kind, tuple(REGISTERS)
        )
        return REGISTERS[kind].to_schema()
    if kind is not None:
        raise ArgumentError("`kind` and `schema` say the same; give one of them")
    is_class = isinstance(model, type)
    if not is_class or not issubclass(model, tuple(REGISTERS.values())):
        raise ArgumentError(
            "`schema` must be a subclass of MissionRegister or BeneficiaryRegister, "
            f"but {model!r} was given"
        )
    return model.to_schema()


def columns_of_file(schema: pa.DataFrameSchema) -> list[str]:
    """Return the columns that a file can have; `read_register` adds the others."""
    return [
        name
        for name, column in schema.columns.items()
        if not (column.metadata or {}).get("added")
    ]


def needed_columns(schema: pa.DataFrameSchema) -> list[str]:
    """Return the columns that a file must have."""
    return [name for name in columns_of_file(schema) if schema.columns[name].required]


def is_optional(column: pa.Column) -> bool:
    """Tell whether a file may lack the column, and its cells may be empty."""
    return column.nullable and not column.required


def kind_of(column: pa.Column) -> str:
    """Return the kind of values in a column of a register."""
    if (column.metadata or {}).get("parse") in ("place", "countries"):
        return "place"
    # Ignore case: Int64 of pandas is a nullable int64.
    dtype = str(column.dtype).lower()
    if dtype.startswith("datetime64"):
        return "day"
    if dtype.startswith(("int", "uint")):
        return "whole number"
    if dtype.startswith("float"):
        return "number"
    return "mark" if dtype in ("bool", "boolean") else "text"


def takes_several_countries(column: pa.Column) -> bool:
    """Tell whether a cell may name several countries, or none, such as Regional."""
    return (column.metadata or {}).get("parse") == "countries"


def is_free_text(column: pa.Column) -> bool:
    """Tell whether nearly all cells of a column are distinct, such as ids."""
    return kind_of(column) == "text" and str(column.dtype) != "category"
