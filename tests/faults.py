"""The writers of files, each of an old and of a new content, and the command line in this process."""

import hashlib
import sys

import matplotlib as mpl

import cbcstats
from cbcstats import cli

mpl.use("agg")
COUNTS = cbcstats.load_counts("missions")
READING = ["-c", "member=Country", "-c", "start_date=Start", "--date-format", "%d/%m/%Y"]


def command(*arguments):
    """Run the command line in this process; return its exit code."""
    sys.argv = ["cbcstats", *map(str, arguments)]
    try:
        cli.main()
    except SystemExit as end:
        return end.code or 0
    return 0


def _frame(new):
    return COUNTS if new else COUNTS.head(3)


def _chart(new):
    return cbcstats.plot_counts(COUNTS, title="New" if new else "Old")


def _table(ending):
    def write(folder, new):
        cbcstats.save_table(_frame(new), folder / f"table{ending}", overwrite=new)

    return write


def _save_chart(folder, new):
    cbcstats.save_chart(_chart(new), folder / "chart", dpi=40, overwrite=new)


def _save_datapackage(folder, new):
    tables = {"missions": _frame(new), "changes": cbcstats.year_on_year(_frame(new))}
    title = "New" if new else "Old"
    cbcstats.save_datapackage(tables, folder / "package", title=title, overwrite=new)


def _save_slide(folder, new):
    cbcstats.save_slide(_chart(new), folder / "slide.pptx", overwrite=new)


def _save_template(folder, new):
    kind = "missions" if new else "beneficiaries"
    cbcstats.save_template(folder / "form.xlsx", kind=kind, overwrite=new)


def _save_problems(folder, new):
    columns = {"member": "Country", "start_date": "Start"} | ({"end_date": "End"} if new else {})
    example = cbcstats.example_register()
    register = cbcstats.read_register(example, columns=columns, date_format="%d/%m/%Y")
    register.save_problems(folder / "problems.xlsx", overwrite=new)


def _run(*arguments, new):
    example = cbcstats.example_register()
    name, *others = arguments
    code = command(name, example, *READING, *others, *["--overwrite"][:new])
    if code == 2:
        raise OSError(f"cbcstats {name} ended in {code}")


def _count(folder, new):
    year_start = "1" if new else "7"
    _run("count", "--year-start", year_start, "-o", folder / "counts.csv", new=new)


def _check(folder, new):
    end = ["-c", "end_date=End"] if new else []
    _run("check", *end, "--problems", folder / "to_correct.xlsx", new=new)


WRITERS = {
    "save_chart": _save_chart,
    **{
        f"save_table {ending}": _table(ending)
        for ending in (".csv", ".sdmx.csv", ".xlsx", ".parquet", ".html", ".md")
    },
    "save_datapackage": _save_datapackage,
    "save_slide": _save_slide,
    "save_template": _save_template,
    "save_problems": _save_problems,
    "cbcstats count": _count,
    "cbcstats check": _check,
}


def contents(folder):
    """Return each file of a folder, hidden ones as well, by its path and its hash."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
