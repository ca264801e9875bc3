"""The command for a chart: `chart`."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated

import typer

from cbcstats.commands.output import Overwrite, errors_as_sentences, printable


class Kind(enum.StrEnum):
    """What is drawn of an indicator."""

    counts = "counts"
    changes = "changes"


class Per(enum.StrEnum):
    """Whether figures of a period or of a month are drawn."""

    period = "period"
    month = "month"


class Theme(enum.StrEnum):
    """The page that a chart is for."""

    light = "light"
    dark = "dark"


def chart(
    name: Annotated[str, typer.Argument(help="An indicator, such as missions.")],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="File to write: .png, .svg or .pdf; without an ending all three.",
        ),
    ] = None,
    kind: Annotated[
        Kind, typer.Option(help="The figures, or their changes.")
    ] = Kind.counts,
    per: Annotated[
        Per, typer.Option(help="Figures of a period, or of a month.")
    ] = Per.period,
    scope: Annotated[
        str | None, typer.Option(help="One scope of the indicator, such as delivered.")
    ] = None,
    counts: Annotated[
        Path | None,
        typer.Option(help="Counts of your own; by default those of cbcstats."),
    ] = None,
    title: Annotated[
        str | None, typer.Option(help="Title that says the finding.")
    ] = None,
    width: Annotated[
        float | None,
        typer.Option(help="Width in cm, 5 to 120: 8.5 for a column, 17 a page."),
    ] = None,
    height: Annotated[
        float | None, typer.Option(help="Height in cm, 5 to 120.")
    ] = None,
    theme: Annotated[
        Theme, typer.Option(help="For a light or a dark page.")
    ] = Theme.light,
    transparent: Annotated[
        bool, typer.Option("--transparent", help="Leave out the background.")
    ] = False,
    overwrite: Overwrite = False,
) -> None:
    """Draw one chart of an indicator, and write its data beside it.

    Exits with 0 when the files are written, and with 2 when they are not.
    """
    import matplotlib as mpl

    from cbcstats.arguments import check_choice
    from cbcstats.changes.year_on_year import year_on_year
    from cbcstats.charts.changes import plot_changes
    from cbcstats.charts.counts import plot_counts
    from cbcstats.charts.saving import save_chart
    from cbcstats.tables.loaders import load_counts

    mpl.use("agg")
    with errors_as_sentences():
        figures = load_counts(name, source=counts)
        if scope is not None:
            check_choice("scope", scope, sorted(figures["scope"].unique()))
            figures = figures[figures["scope"] == scope]
        if kind is Kind.changes:
            ax = plot_changes(year_on_year(figures, per=per.value), title=title)
        else:
            ax = plot_counts(figures, per=per.value, title=title)
        written = save_chart(
            ax,
            output or Path(name),
            width=width,
            height=height,
            theme=theme.value,
            transparent=transparent,
            overwrite=overwrite,
        )
        for path in written:
            typer.echo(printable(f"Wrote {path}"))
