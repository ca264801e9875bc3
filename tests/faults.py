"""The public writers of files, each of an old and of a new content."""

import hashlib

import matplotlib as mpl

import cbcstats
from tests.command_line import call

mpl.use("agg")
COUNTS = cbcstats.load_counts("capacity_building_missions")
READING = ["-c", "member=Country", "-c", "start_date=Start", "--date-format", "%d/%m/%Y"]


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


def _save_document(folder, new):
    content = {"Missions": _frame(new)}
    cbcstats.save_document(content, folder / "report.docx", overwrite=new)


def _save_slide(folder, new):
    cbcstats.save_slide(_chart(new), folder / "slide.pptx", overwrite=new)


def _save_template(folder, new):
    kind = "missions" if new else "beneficiaries"
    cbcstats.save_template(folder / "form.xlsx", kind=kind, overwrite=new)


def _save_problems(folder, new):
    columns = {"member": "Country", "start_date": "Start"} | ({"end_date": None} if new else {})
    example = cbcstats.example_register()
    register = cbcstats.read_register(example, columns=columns, date_format="%d/%m/%Y")
    register.save_problems(folder / "problems.xlsx", overwrite=new)


def _command(name, target, old, new):
    def write(folder, is_new):
        target_and_options = [folder / target, *(["--overwrite", *new] if is_new else old)]
        option = {"count": "-o", "check": "--problems"}[name]
        example = cbcstats.example_register()
        code, printed = call(name, example, *READING, option, *target_and_options)
        if code == 2:
            raise OSError(f"cbcstats {name} ended in 2: {printed}")

    return write


WRITERS = {
    "save_chart": _save_chart,
    **{
        f"save_table {ending}": _table(ending)
        for ending in (".csv", ".sdmx.csv", ".xlsx", ".parquet", ".html", ".md")
    },
    "save_datapackage": _save_datapackage,
    "save_document": _save_document,
    "save_slide": _save_slide,
    "save_template": _save_template,
    "save_problems": _save_problems,
    "cbcstats count": _command("count", "counts.csv", ["--year-start", "7"], ["--year-start", "1"]),
    "cbcstats check": _command("check", "to_correct.xlsx", [], ["--strict"]),
}


def contents(folder):
    """Return each file of a folder, hidden ones as well, by its path and its hash."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
