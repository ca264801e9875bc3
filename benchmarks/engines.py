"""Rows in each engine, counted as one writes it there to hold `count_missions` against, and rows that stay in files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    Made = tuple[Any, Callable[[], object]]

_SQL: Final = """
    SELECT year(start_date) - CAST(month(start_date) < 7 AS INT) AS year, wco_region, count(*) AS missions
    FROM {table} GROUP BY ALL
"""


def of_pandas(rows: pd.DataFrame) -> Made:
    """Return the rows, and what counts them in pandas."""

    def native() -> object:
        year = (rows["start_date"].dt.year - (rows["start_date"].dt.month < 7)).rename(
            "year"
        )
        return (
            rows.groupby([year, "wco_region"], observed=True, dropna=False)
            .size()
            .reset_index()
        )

    return rows, native


def of_polars(rows: pd.DataFrame) -> Made:
    """Return the rows, and what counts them, in Polars."""
    import polars as pl

    frame = pl.from_pandas(rows)
    day = pl.col("start_date").dt
    by = [(day.year() - (day.month() < 7)).alias("year"), "wco_region"]
    return frame, lambda: frame.lazy().group_by(by).agg(pl.len()).collect().to_pandas()


def of_duckdb(rows: pd.DataFrame) -> Made:
    """Return the rows, and what counts them, in DuckDB."""
    import duckdb

    table = pa.Table.from_pandas(rows, preserve_index=False)
    connection = duckdb.connect()
    connection.register("arrow", table)
    connection.execute("CREATE TABLE missions AS SELECT * FROM arrow")
    return connection.table("missions"), lambda: connection.sql(
        _SQL.format(table="missions")
    ).df()


def of_spark(rows: pd.DataFrame) -> Made:
    """Return the rows, and what counts them, in Spark on this machine."""
    session = _spark()
    table = pa.Table.from_pandas(rows, preserve_index=False)
    text = [
        pa.field(
            field.name,
            pa.string() if pa.types.is_dictionary(field.type) else field.type,
        )
        for field in table.schema
    ]
    frame = session.createDataFrame(table.cast(pa.schema(text))).cache()
    frame.count()
    frame.createOrReplaceTempView("missions")
    sql = _SQL.format(table="missions").replace("GROUP BY ALL", "GROUP BY 1, 2")
    return frame, lambda: session.sql(sql).toArrow()


def in_file(path: str, engine: str) -> Any:
    """Return the rows of a file of Parquet or CSV in an engine, which reads them when they are counted."""
    form = path.rpartition(".")[2]
    if engine == "polars":
        import polars as pl

        return (
            pl.scan_parquet(path)
            if form == "parquet"
            else pl.scan_csv(path, try_parse_dates=True)
        )
    if engine == "duckdb":
        import duckdb

        return duckdb.read_parquet(path) if form == "parquet" else duckdb.read_csv(path)
    reader = _spark().read
    return (
        reader.parquet(path)
        if form == "parquet"
        else reader.csv(path, header=True, inferSchema=True)
    )


def _spark() -> Any:
    from pyspark.sql import SparkSession

    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
    }
    session = (
        SparkSession.builder.master(f"local[{os.cpu_count()}]")
        .config(map=settings)
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    return session


ENGINES: Final[dict[str, Callable[[pd.DataFrame], Made]]] = {
    "pandas": of_pandas,
    "polars": of_polars,
    "duckdb": of_duckdb,
    "spark": of_spark,
}
