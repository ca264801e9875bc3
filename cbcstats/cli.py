"""The command line: each command calls one or two public functions."""

from __future__ import annotations

import contextlib
import enum
import io
import json
import logging
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

import cbcstats
from cbcstats.counts.figures_in_words import split_figures
from cbcstats.counts.period_columns import is_period_column
from cbcstats.errors import (
    SHOWN,
    ArgumentError,
    CbcstatsError,
    DataError,
    problem_line,
)
from cbcstats.files.sources import list_files
from cbcstats.files.writing import target, write_whole
from cbcstats.tables.counts import own_frame
from cbcstats.terminal import (
    echo,
    errors_as_sentences,
    print_all_letters,
    print_counts,
    print_csv,
    print_rows,
    print_verdicts,
    shown_as_reading,
    stopped,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

_TABLES: Final = (".csv", ".xlsx", ".parquet")  # files that `count` writes
_MEMBER: Final = ("member", "iso3", "name", "member_name", "country")
_STANDARD_INPUT: Final = Path("-")
_ALL_SHEETS: Final = "*"
# Options with these values need not be typed.
_DEFAULTS: Final = (None, False, "keep", "missions")
_CHANGES: Final = (".xlsx", ".csv", ".json", ".md")  # files that `change` writes


class Format(enum.StrEnum):
    """The output formats for verdicts."""

    table = "table"
    csv = "csv"
    json = "json"
    markdown = "markdown"


class Report(enum.StrEnum):
    """The output formats for the problems of a register."""

    text = "text"
    json = "json"
    csv = "csv"


class Kind(enum.StrEnum):
    """The kinds of charts of an indicator."""

    counts = "counts"
    changes = "changes"


class Per(enum.StrEnum):
    """Totals per period, or monthly rates."""

    period = "period"
    month = "month"


class Theme(enum.StrEnum):
    """The background that a chart is made for."""

    light = "light"
    dark = "dark"


# Options of several commands.
Files = Annotated[
    list[Path],
    typer.Argument(
        help="A register: CSV, Excel, OpenDocument or Parquet. Several files, a folder, "
        "or a pattern such as missions_*.csv, are one register; - is CSV from standard "
        "input.",
    ),
]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--column",
        "-c",
        help="Which column is which, such as member=Country; may be repeated. "
        "experts= leaves a column out.",
    ),
]
DateFormat = Annotated[
    str | None,
    typer.Option(
        help="How dates are written, such as %d/%m/%Y; "
        "by default only as 2017-04-03 (ISO 8601)."
    ),
]
Sheet = Annotated[
    list[str] | None,
    typer.Option(
        help="The sheet of a workbook; may be repeated. "
        "'*' is every sheet that has the needed columns."
    ),
]
Encoding = Annotated[
    str | None,
    typer.Option(
        help="The encoding of a CSV file, such as cp1251; by default UTF-8 or UTF-16, "
        "or else Windows-1252 with a warning."
    ),
]
RepeatedRows = Annotated[
    str,
    typer.Option(
        help="keep or reject rows that repeat another in all cells and have no id."
    ),
]
Strict = Annotated[
    bool,
    typer.Option(
        "--strict",
        help="Reject rows for cells that cannot be read, even if nobody needs them.",
    ),
]
NoCountry = Annotated[
    list[str] | None,
    typer.Option(
        help="A word for missions without a country, besides Regional, Online and "
        "others that are known; may be repeated."
    ),
]
Places = Annotated[
    list[str] | None,
    typer.Option(
        "--place",
        help="The place of a name or code of your own, such as OPT=PSE; "
        "may be repeated.",
    ),
]
Corrected = Annotated[
    list[Path] | None,
    typer.Option(
        help="A workbook of --problems that came back: its rows take their places; "
        "may be repeated.",
    ),
]
KindOfRegister = Annotated[str, typer.Option(help="missions or beneficiaries.")]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace an existing file.")
]

app = typer.Typer(
    name="cbcstats",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"cbcstats {cbcstats.__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Show the version and stop.",
            callback=_show_version,
            is_eager=True,
        ),
    ] = False,
) -> None:
    """Compare published counts of customs capacity building."""


@app.command(
    epilog="Examples: cbcstats report · "
    "cbcstats report --output 2018 --notebooks mine.ipynb"
)
def report(
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            help="Folder to write; an earlier report in it is replaced.",
        ),
    ] = Path("report"),
    notebooks: Annotated[
        list[Path] | None,
        typer.Option(
            "--notebooks",
            "-n",
            help="A notebook or a folder of them; may be repeated; "
            "by default those of cbcstats.",
        ),
    ] = None,
) -> None:
    """Run the notebooks and write a report: one page, with its charts and tables.

    Exits with 0 if the report is written, and with 2 if not; the page of an earlier
    report then still works.
    """
    from rich.console import Console
    from rich.progress import Progress, TaskID

    # ipykernel 6 loads a debugger, which warns of the interpreter on the error stream.
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    console = Console(stderr=True)
    console.quiet = not console.is_terminal  # rich 13.9 would end in an empty line
    bars = Progress(console=console, transient=True, disable=console.quiet)
    tasks: dict[str, TaskID] = {}

    def show(name: str, done: int, total: int) -> None:
        if name not in tasks:
            tasks[name] = bars.add_task(name, total=total)
        bars.update(tasks[name], completed=done)

    with errors_as_sentences(), bars:
        try:
            page = cbcstats.save_report(output, notebooks=notebooks, progress=show)
        except KeyboardInterrupt as interrupt:
            # The tasks of nbclient log their end with a traceback each.
            logging.getLogger("asyncio").disabled = True
            raise stopped("Stopped; the report was not finished") from interrupt
    echo(f"Wrote {page}")


@app.command(
    name="list",
    epilog="Examples: cbcstats list · cbcstats list picard · "
    "cbcstats list --publisher unctad · cbcstats list workshop --area asia",
)
def list_(
    word: Annotated[
        str | None,
        typer.Argument(help="A text in the name, the label or a former name."),
    ] = None,
    area: Annotated[
        str | None,
        typer.Option(help="A country (ISO code), WCO region or continent, or a part."),
    ] = None,
    publisher: Annotated[
        str | None, typer.Option(help="A publisher, or a part of its name.")
    ] = None,
) -> None:
    """List the published indicators: label, years, figures, comparable changes.

    Exits with 0 if there are any, and with 1 if there are none.
    """
    with errors_as_sentences():
        listing = cbcstats.list_indicators(word, area=area, publisher=publisher)
    if listing.empty:
        echo("no indicator; cbcstats list shows all of them", err=True)
        raise typer.Exit(1)
    years = listing["first"].astype("str") + " to " + listing["last"].astype("str")
    shown = listing[["label", "indicator", "figures", "comparable_changes"]]
    shown = shown.assign(years=years, publishers=listing["publishers"])
    print_rows(shown.rename(columns=lambda name: name.replace("_", " ")))


@app.command(
    epilog="Examples: cbcstats claims · "
    "cbcstats claims mine.csv --format csv > verdicts.csv"
)
def claims(
    file: Annotated[
        Path | None,
        typer.Argument(help="Counts of your own; by default those of cbcstats."),
    ] = None,
    form: Annotated[
        Format, typer.Option("--format", "-f", help="How to print the verdicts.")
    ] = Format.table,
) -> None:
    """Check every published change against the published figures.

    Exits with 0 if no figure contradicts a change, with 1 if one does, and with 2
    if the file cannot be read.
    """
    with errors_as_sentences():
        verdicts = cbcstats.check_claims(cbcstats.load_counts(source=file))
    if verdicts.empty:
        echo(
            f"{file}: no change to check; write them in a column published_change, "
            "such as +49%",
            err=True,
        )
    if form is Format.csv:
        print_csv(verdicts)
    elif form is Format.json:
        records = verdicts.to_json(
            orient="records", date_format="iso", force_ascii=False, indent=2
        )
        typer.echo(records)
    else:
        print_verdicts(verdicts, markdown=form is Format.markdown)
    if (verdicts["verdict"] == "contradicts").any():
        raise typer.Exit(1)


@app.command(
    epilog="Examples: cbcstats change mine.csv · cbcstats change mine.xlsx "
    "--by country --value missions · cbcstats change wco_members -o out.xlsx"
)
def change(
    data: Annotated[
        str,
        typer.Argument(
            help="A file with periods and numbers: CSV, Excel, OpenDocument or Parquet; "
            "or an indicator that cbcstats list shows, such as wco_members."
        ),
    ],
    by: Annotated[
        list[str] | None,
        typer.Option("--by", "-b", help="Column that tells series apart; repeatable."),
    ] = None,
    per: Annotated[
        Per, typer.Option(help="Totals per period, or monthly rates.")
    ] = Per.period,
    time: Annotated[
        str | None, typer.Option(help="Column of years, quarters, months or days.")
    ] = None,
    value: Annotated[str | None, typer.Option(help="Column of numbers.")] = None,
    measure: Annotated[
        str | None, typer.Option(help="flow, stock, cumulative, event or share.")
    ] = None,
    year_start: Annotated[
        int | None,
        typer.Option(help="Month in which fiscal years such as FY2020 begin."),
    ] = None,
    strict: Annotated[
        bool,
        typer.Option("--strict", help="Read words strictly: an open side stays open."),
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="File to write: .xlsx, .csv, .json or .md; printed by default.",
        ),
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """Compare each figure with the one of a year before.

    A file needs a column of periods and a column of numbers, which may have words
    such as "more than 330"; years may also be columns.

    Exits with 0 when the changes are printed or written, and with 2 when the data
    cannot be read.
    """
    with errors_as_sentences():
        if output:
            output = target(output, _CHANGES, overwrite=overwrite)
        changes = cbcstats.year_on_year(
            _figures(data),
            by=by,
            per=per.value,
            reading="strict" if strict else "usual",
            time=time,
            value=value,
            measure=measure,
            year_start=year_start,
        )
        # Without a column of sources, the file itself is the source.
        for name in ("source_id", "previous_source_id"):
            changes[name] = changes[name].replace("own figures", Path(data).name)
        if output is None:
            print_rows(cbcstats.short_view(changes))
            return
        is_page = output.suffix.lower() == ".md"
        table = cbcstats.short_view(changes) if is_page else changes
        written = cbcstats.save_table(table, output, overwrite=overwrite)
        echo(f"Wrote {written}")


@app.command(
    epilog="Examples: cbcstats compare counts_2024.csv counts_2025.csv · "
    "cbcstats compare old.xlsx new.xlsx --key year --key country · "
    "cbcstats compare members_2023.csv members_2024.csv"
)
def compare(
    old: Annotated[Path, typer.Argument(help="The earlier file.")],
    new: Annotated[Path, typer.Argument(help="The later file.")],
    key: Annotated[
        list[str] | None,
        typer.Option(
            "--key",
            "-k",
            help="Column that identifies a row; repeatable. "
            "By default all that both files have, but for numbers.",
        ),
    ] = None,
) -> None:
    """List what changed between two editions of a table, or two lists of Members.

    A file without a column of numbers is a list: the names or ISO codes in its column
    member, iso3, name or country, or else in its first column.

    Exits with 0 if nothing changed, with 1 if something did, and with 2 if a file
    cannot be read.
    """
    with errors_as_sentences():
        earlier, later = own_frame(old), own_frame(new)
        if key or earlier.apply(_is_numeric).any():
            keys = key or _keys_of(earlier, later)
            differences = cbcstats.compare_releases(earlier, later, keys=keys)
        else:
            differences = _changes_of_lists(earlier, later)
    if differences.empty:
        typer.echo("Nothing changed.")
        return
    print_rows(differences)
    raise typer.Exit(1)


@app.command(
    epilog="Examples: cbcstats implied 492 +49% · "
    'cbcstats implied 492 +49% --previous "more than 330"',
    # A change may begin with a minus sign, as an option does.
    context_settings={"ignore_unknown_options": True},
)
def implied(
    value: Annotated[
        str,
        typer.Argument(help="The later count, with its word: 492, or 'almost 400'."),
    ],
    change: Annotated[
        str,
        typer.Argument(help="The change that is claimed: +49%, 'a 20% fall', doubled."),
    ],
    previous: Annotated[
        str | None,
        typer.Option(
            "--previous",
            "-p",
            help="The earlier count as published, such as 'more than 330'.",
        ),
    ] = None,
    strict: Annotated[
        bool,
        typer.Option("--strict", help="Read words strictly: an open side stays open."),
    ] = False,
) -> None:
    """Print the earlier counts that are consistent with a claimed change.

    Exits with 0 if there are any, with 1 if there are none, and with 2 if an argument
    cannot be read.
    """
    with errors_as_sentences():
        figure = cbcstats.parse_qualified(value)
        earlier = cbcstats.implied_previous(
            figure.value,
            change,
            qualifier=figure.qualifier,
            rounded_to=figure.rounded_to,
            previous=previous,
            reading="strict" if strict else "usual",
        )
    if not earlier.empty:
        typer.echo(str(earlier))
        return
    reason = _why_nothing(figure.value, previous)
    typer.echo(f"nothing{reason}")
    raise typer.Exit(1)


@app.command(
    epilog="Examples: cbcstats template missions.xlsx · "
    "cbcstats template beneficiaries.xlsx --kind beneficiaries"
)
def template(
    file: Annotated[
        Path, typer.Argument(help="Workbook to write; its name ends in .xlsx.")
    ],
    kind: KindOfRegister = "missions",
    overwrite: Overwrite = False,
) -> None:
    """Write a workbook to fill in a register, with drop-down lists and checks.

    Entries that the form accepts without a warning pass `cbcstats check`.

    Exits with 0 when the workbook is written, and with 2 when it is not.
    """
    with errors_as_sentences():
        written = cbcstats.save_template(file, kind=kind, overwrite=overwrite)
        echo(f"Wrote {written}")


@app.command(
    epilog="Examples: cbcstats check missions.xlsx · "
    "cbcstats check missions.csv --column member=Country --date-format %d/%m/%Y "
    "--problems to_correct.xlsx · "
    "cbcstats check missions.xlsx --corrected to_correct.xlsx · "
    "cbcstats check missions_2023_*.csv --format json > problems.json · "
    "cbcstats check missions.xlsx --sheet 2017 --sheet 2018"
)
def check(
    files: Files,
    column: Columns = None,
    date_format: DateFormat = None,
    kind: KindOfRegister = "missions",
    sheet: Sheet = None,
    encoding: Encoding = None,
    no_country: NoCountry = None,
    place: Places = None,
    repeated_rows: RepeatedRows = "keep",
    strict: Strict = False,
    corrected: Corrected = None,
    problems: Annotated[
        Path | None,
        typer.Option(
            "--problems",
            "-p",
            help="Workbook to write, to hand back: "
            "rejected rows with bad cells marked.",
        ),
    ] = None,
    form: Annotated[
        Report,
        typer.Option(
            "--format",
            "-f",
            help="How to print the problems. json is an object with name, summary and "
            "problems, csv a table of the problems; each lists all of them.",
        ),
    ] = Report.text,
    overwrite: Overwrite = False,
) -> None:
    """Check a register: list every faulty cell, its row, and the remedy.

    With --format json or csv, only the problems are printed on standard output, in
    UTF-8, and the summary on the error stream.

    With --corrected, rows that came back are checked in their places; --problems
    then writes those that are still wrong.

    Exits with 0 when there is no error, with 1 when a row is rejected or its number
    is not known, and with 2 when a file cannot be read or written.
    """
    options: dict[str, Any] = {
        "kind": kind,
        "sheet": sheet or [],
        "encoding": encoding,
        "date_format": date_format,
        "no_country": no_country or [],
        "place": place or [],
        "repeated_rows": repeated_rows,
        "strict": strict,
    }
    is_text = form is Report.text
    with errors_as_sentences():
        if problems:
            problems = target(problems, [".xlsx"], overwrite=overwrite)
            _check_not_read(problems, files, corrected or [])
        register = _read(files, column, corrected, **options)
        _print_problems(register, form)
        if problems and len(register.rejected):
            written = register.save_problems(problems, overwrite=overwrite)
            echo(f"Wrote {written}", err=not is_text)
        if len(register.rejected) and not problems:
            hint = "To hand the rejected rows back with their bad cells marked"
            command = _check_command(files, column, corrected, options)
            echo(f"{hint}: {command} --problems problems.xlsx", err=not is_text)
    if register.summary["errors"]:
        raise typer.Exit(1)


@app.command(
    epilog="Examples: cbcstats count missions.csv --by wco_region · "
    "cbcstats count missions.csv --by programme --year-start January "
    "--from 2021-01-01 --to 2023-12-31 -o counts.xlsx · "
    "cbcstats count missions.csv --corrected to_correct.xlsx · "
    "cbcstats count missions_2023_*.csv --by file"
)
def count(
    files: Files,
    by: Annotated[
        list[str] | None,
        typer.Option(
            "--by",
            "-b",
            help="Column to count by, such as wco_region; may be repeated.",
        ),
    ] = None,
    year_start: Annotated[
        str | None,
        typer.Option(
            help="Month in which reporting years begin: 1, or January; July by default."
        ),
    ] = None,
    first: Annotated[
        str | None,
        typer.Option("--from", help="First day that the register covers: 2021-01-01."),
    ] = None,
    last: Annotated[
        str | None,
        typer.Option("--to", help="Last day that the register covers: 2023-12-31."),
    ] = None,
    status: Annotated[
        list[str] | None,
        typer.Option(help="Count only missions of this status; may be repeated."),
    ] = None,
    indicator: Annotated[
        str,
        typer.Option(
            help="missions, or the sum of experts, participants or female_participants."
        ),
    ] = "missions",
    date: Annotated[
        str, typer.Option(help="Date column that decides the year of a mission.")
    ] = "start_date",
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="File to write: .csv, .xlsx or .parquet; printed by default.",
        ),
    ] = None,
    column: Columns = None,
    date_format: DateFormat = None,
    sheet: Sheet = None,
    encoding: Encoding = None,
    no_country: NoCountry = None,
    place: Places = None,
    repeated_rows: RepeatedRows = "keep",
    strict: Strict = False,
    corrected: Corrected = None,
    overwrite: Overwrite = False,
) -> None:
    """Count the missions of a register per reporting year.

    Rejected rows that may belong to a count are in its column missing.

    Exits with 0 when no row is rejected, with 1 when some are, and with 2 when the file
    cannot be read or written.
    """
    options: dict[str, Any] = {
        "sheet": sheet or [],
        "encoding": encoding,
        "date_format": date_format,
        "no_country": no_country or [],
        "place": place or [],
        "repeated_rows": repeated_rows,
        "strict": strict,
    }
    with errors_as_sentences():
        if output:
            output = target(output, _TABLES, overwrite=overwrite)
        register = _read(files, column, corrected, **options)
        counts = cbcstats.count_missions(
            register,
            by=by or [],
            covers=(first, last),
            year_start=year_start,
            status=status,
            date=date,
            indicator=indicator,
        )
        if output:
            _write_counts(counts, output, overwrite=overwrite)
            echo(f"Wrote {output}")
        else:
            print_counts(counts, by or [])
    if year_start is None:
        hint = "Reporting years begin in July; for calendar years: --year-start 1"
        echo(hint, err=True)
    if rejected := len(register.rejected):
        rows_were = "row was" if rejected == 1 else "rows were"
        command = _check_command(files, column, corrected, options)
        echo(f"{rejected:,} {rows_were} rejected: {command}", err=True)
        raise typer.Exit(1)


@app.command(
    epilog="Examples: "
    "cbcstats chart capacity_building_missions -o missions.svg --width 17 · "
    "cbcstats chart capacity_building_missions --kind changes --per month --theme dark"
)
def chart(
    name: Annotated[
        str,
        typer.Argument(
            help="An indicator that cbcstats list shows, such as wco_members."
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="File to write: .png, .svg or .pdf; all three without an ending.",
        ),
    ] = None,
    kind: Annotated[
        Kind, typer.Option(help="Chart of the figures, or of their changes.")
    ] = Kind.counts,
    per: Annotated[
        Per, typer.Option(help="Totals per period, or monthly rates.")
    ] = Per.period,
    scope: Annotated[
        str | None, typer.Option(help="One scope of the indicator, such as delivered.")
    ] = None,
    counts: Annotated[
        Path | None,
        typer.Option(help="Counts of your own; by default those of cbcstats."),
    ] = None,
    title: Annotated[
        str | None, typer.Option(help="Title that states the finding.")
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
    """Draw a chart of an indicator, and save its data with it.

    Exits with 0 when the files are written, and with 2 when they are not.
    """
    import matplotlib as mpl

    from cbcstats.arguments import check_choice

    mpl.use("agg")  # a command opens no window
    with errors_as_sentences():
        figures = cbcstats.load_counts(name, source=counts)
        if scope is not None:
            check_choice("scope", scope, sorted(figures["scope"].unique()))
            figures = figures[figures["scope"] == scope]
        if kind is Kind.changes:
            changes = cbcstats.year_on_year(figures, per=per.value)
            ax = cbcstats.plot_changes(changes, title=title)
        else:
            ax = cbcstats.plot_counts(figures, per=per.value, title=title)
        written = cbcstats.save_chart(
            ax,
            output or Path(name),
            width=width,
            height=height,
            theme=theme.value,
            transparent=transparent,
            overwrite=overwrite,
        )
        for path in written:
            echo(f"Wrote {path}")


def _is_numeric(column: pd.Series) -> bool:
    """Tell whether all cells are figures, with or without a word: `more than 330`."""
    cells = column.dropna()
    problems = split_figures(cells)["problem"]
    return len(cells) > 0 and bool(problems.isna().all())


def _keys_of(old: pd.DataFrame, new: pd.DataFrame) -> list[str]:
    """Return the columns of both tables that are not numbers, and the years."""
    shared = new[[name for name in old if name in new]]
    is_number = shared.apply(_is_numeric)
    # Years are numbers, too, but tell rows apart.
    is_key = ~is_number | shared.apply(is_period_column)
    return list(shared.columns[is_key])


def _changes_of_lists(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Return who joined and who left, by the columns that name the Members."""
    lists = []
    for table in (old, new):
        headers = list(map(str, table))
        named = [name for name in headers if name.lower() in _MEMBER]
        name = named[0] if named else headers[0]
        lists.append(table[name])
    changes = cbcstats.membership_changes(*lists)
    has_changed = changes["change"] != "stayed"
    # Lists without dates are never comparable, which is not worth a column.
    return changes[has_changed].drop(columns="comparable")


def _why_nothing(value: float, previous: str | None) -> str:
    """Say which change the two numbers as printed would give."""
    if previous is None:
        return ""
    before = cbcstats.parse_qualified(previous).value
    if not before:
        return ""
    percent = 100 * (value / before - 1)
    change = f"{before:,} to {value:,} is {percent:+.1f}%"
    return f": {change}, which would be printed {percent:+.0f}%"


def _figures(data: str) -> pd.DataFrame:
    """Return the figures of a file, or those of an indicator of cbcstats."""
    path = Path(data)
    # The name of an indicator has no ending.
    is_file = path.suffix or path.exists()
    return own_frame(path) if is_file else cbcstats.load_counts(data)


def _read(
    files: list[Path],
    column: list[str] | None,
    corrected: list[Path] | None,
    sheet: list[str],
    place: list[str],
    **options: Any,
) -> cbcstats.Register:
    """Read a register, and the workbooks with corrected rows that came back."""
    pairs = _pairs(
        "--column", column or [], "Header, with the name of the column in the file"
    )
    # An empty name leaves out the column.
    columns = {name: header or None for name, header in pairs.items()}
    places = _pairs("--place", place, "KEN, with a name or an ISO code")
    names: Any = sheet if len(sheet) > 1 else next(iter(sheet), None)
    if _ALL_SHEETS in sheet:
        names = _ALL_SHEETS
    with shown_as_reading(files), _standard_input(files) as paths:
        source: Any = paths if len(paths) > 1 else paths[0]
        register = cbcstats.read_register(
            source, columns=columns, places=places, sheet=names, **options
        )
    for workbook in corrected or []:
        register = register.corrected(workbook)
    return register


def _pairs(option: str, pairs: list[str], example: str) -> dict[str, str]:
    """Return what was typed as name=value."""
    from cbcstats.registers.columns import as_typed

    values: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = (part.strip() for part in pair.partition("="))
        if not equals and ":" in pair:
            name, _, value = (part.strip() for part in pair.partition(":"))
            word = as_typed(f"{name}={value}")
            raise ArgumentError(f"{option} {pair}: write it as {option} {word}")
        if not equals:
            raise ArgumentError(f"{option} {pair}: write it as {pair}={example}")
        if name in values:
            what = option.removeprefix("--")
            raise ArgumentError(f"{option} names one {what} twice; give each once")
        values[name] = value
    return values


@contextlib.contextmanager
def _standard_input(files: list[Path]) -> Iterator[list[Path]]:
    """Save standard input as a file, if it is one of the files to read."""
    if _STANDARD_INPUT not in files:
        yield files
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "standard input.csv"
        path.write_bytes(sys.stdin.buffer.read())
        try:
            yield [path if file == _STANDARD_INPUT else file for file in files]
        except CbcstatsError as error:
            # The folder says nothing to who typed the command.
            message = str(error).replace(f"{folder}{os.sep}", "")
            raise DataError(message) from error


def _check_not_read(problems: Path, files: list[Path], corrected: list[Path]) -> None:
    """Refuse to write over a file that is read."""
    if not problems.exists():
        return
    of_register = list_files([file for file in files if file != _STANDARD_INPUT])
    for path in (*of_register.files.values(), *corrected):
        if path.exists() and problems.samefile(path):
            is_register = path not in corrected
            itself = "the register" if is_register else "the workbook that came back"
            raise ArgumentError(
                f"{problems} is {itself} itself; give the workbook another name"
            )


def _check_command(
    files: list[Path],
    column: list[str] | None,
    corrected: list[Path] | None,
    options: dict[str, Any],
) -> str:
    """Return the command that lists the problems of the register."""
    from cbcstats.registers.columns import as_typed

    words = ["cbcstats", "check"]
    for file in files:
        # A name that begins with a dash would be an option.
        is_like_option = str(file).startswith("-") and file != _STANDARD_INPUT
        words.append(f".{os.sep}{file}" if is_like_option else str(file))
    words += [f"--column={pair}" for pair in column or []]
    words += [f"--corrected={workbook}" for workbook in corrected or []]
    for name, value in options.items():
        option = f"--{name.replace('_', '-')}"
        if value is True:
            words.append(option)
            continue
        values = value if isinstance(value, list) else [value]
        words += [f"{option}={each}" for each in values if each not in _DEFAULTS]
    return " ".join(map(as_typed, words))


def _print_problems(register: cbcstats.Register, form: Report) -> None:
    """Print a summary of a register and its problems: the first of them as text."""
    problems = register.problems
    echo(register.in_words(), err=form is not Report.text)
    if form is Report.csv:
        print_csv(problems)
    elif form is Report.json:
        content = {
            "name": register.name,
            "summary": register.summary.to_dict(),
            "problems": problems.to_dict(orient="records"),
        }
        typer.echo(json.dumps(content, ensure_ascii=False, indent=2, default=str))
    else:
        for problem in problems.head(SHOWN).itertuples(index=False):
            echo(problem_line(problem))
        others = len(problems) - SHOWN
        if others > 0:
            typer.echo(f"  and {others:,} more")


def _write_counts(counts: pd.DataFrame, path: Path, *, overwrite: bool) -> None:
    from cbcstats.files.writing import csv_bytes

    content = io.BytesIO()
    ending = path.suffix.lower()
    if ending == ".csv":
        content.write(csv_bytes(counts))
    elif ending == ".parquet":
        counts.to_parquet(content, index=False)
    else:
        _write_sheet(counts, content)
    write_whole(path, content.getvalue(), overwrite=overwrite)


def _write_sheet(counts: pd.DataFrame, content: io.BytesIO) -> None:
    import pandas as pd

    from cbcstats.files.workbooks import text_of_cell

    cells = counts.map(
        lambda cell: text_of_cell(cell) if isinstance(cell, str) else cell
    )
    with pd.ExcelWriter(content, engine="xlsxwriter") as writer:
        sheet = writer.book.add_worksheet("Sheet1")
        # Write text as text: xlsxwriter would make a formula of {=1+1}.
        sheet.add_write_handler(str, lambda sheet, *cell: sheet.write_string(*cell))
        cells.to_excel(writer, index=False)


def main() -> None:
    """Run the command line; errors are sentences and exit codes, not tracebacks."""
    print_all_letters()
    try:
        with errors_as_sentences():
            app()
    except typer.Exit as end:
        sys.exit(end.exit_code)
