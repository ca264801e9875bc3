"""Nothing reaches for the network: every public name and every command, seen by a hook that the interpreter calls.

`python tests/test_network.py FOLDER` makes the calls. The tests run it in an interpreter whose hook writes down what
sockets and names of hosts are asked for, and refuses what is not this machine; kernels of notebooks have the hook, too.
"""

import os
import shutil
import sys
from pathlib import Path

import pytest

import cbcstats
from tests.command_line import run_command
from tests.needs import needed

HOOK = """
import os, sys
def _watch(event, arguments):
    if not event.startswith("socket."):
        return
    of_socket = event in ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg")
    asked = arguments[1:] if of_socket else arguments
    place = asked[0] if asked else None
    if event in ("socket.__new__", "socket.gethostname", "socket.sethostname") or isinstance(place, (str, bytes)) and (
        event in ("socket.connect", "socket.bind")
    ):
        return  # a socket that leads nowhere yet, the name of this machine, a file
    host = place[0] if isinstance(place, tuple) else place
    is_here = host in ("127.0.0.1", "::1", "localhost", b"localhost")
    with open(os.environ["NETWORK_LOG"], "a", encoding="utf-8") as log:
        print("here" if is_here else "network", event, host, file=log)
    if not is_here:
        raise OSError(f"{event} {host}: the network is not to be used")
sys.addaudithook(_watch)
"""
REGISTER = ["-c", "member=Country", "-c", "start_date=Start", "--date-format", "%d/%m/%Y"]


def calls(folder):
    """Return a call of each public name that can be called."""
    counts, members = cbcstats.load_counts("missions"), cbcstats.load_beneficiaries()
    columns = {"member": "Country", "start_date": "Start"}
    read = {"columns": columns, "date_format": "%d/%m/%Y"}
    register = cbcstats.read_register(cbcstats.example_register(), **read)
    tallied = cbcstats.count_missions(register.rows, by="wco_region")
    changes = cbcstats.year_on_year(counts)
    lists = members[members["programme"] == members["programme"].iloc[0]]
    tables = {"missions": counts}
    reached = cbcstats.load_counts("accelerate_programme_countries_reached")
    made = {
        "ArgumentError": lambda: str(cbcstats.ArgumentError("a")),
        "Bounds": lambda: cbcstats.Bounds(1, 2),
        "CbcstatsError": lambda: str(cbcstats.CbcstatsError("a")),
        "DataError": lambda: str(cbcstats.DataError("a")),
        "Growth": lambda: cbcstats.parse_change("+49%"),
        "Qualified": lambda: cbcstats.parse_qualified("more than 330"),
        "Register": lambda: (repr(register), register.save_problems(folder / "problems.xlsx")),
        "ReportError": lambda: str(cbcstats.ReportError("a")),
        "bounds": lambda: cbcstats.bounds(330, "more_than"),
        "check_claims": lambda: cbcstats.check_claims(counts),
        "check_totals": lambda: cbcstats.check_totals(reached, part="scope", total="all_regions"),
        "compare_releases": lambda: cbcstats.compare_releases(counts, counts),
        "contributions": lambda: cbcstats.contributions(tallied),
        "count_interval": lambda: cbcstats.count_interval(42),
        "count_missions": lambda: cbcstats.count_missions(register.rows),
        "describe": lambda: cbcstats.describe(cbcstats.plot_counts(counts)),
        "example_register": cbcstats.example_register,
        "format_range": lambda: cbcstats.format_range(1, 2),
        "growth_rate": lambda: cbcstats.growth_rate(counts),
        "implied_previous": lambda: cbcstats.implied_previous(492, "+49%"),
        "index_to": lambda: cbcstats.index_to(counts, "2014"),
        "is_member": lambda: cbcstats.is_member(members["member"], on="2018-01-01"),
        "load_beneficiaries": cbcstats.load_beneficiaries,
        "load_counts": cbcstats.load_counts,
        "load_members": cbcstats.load_members,
        "load_places": cbcstats.load_places,
        "load_sources": cbcstats.load_sources,
        "membership_changes": lambda: cbcstats.membership_changes(lists),
        "parse_change": lambda: cbcstats.parse_change("a 20% fall"),
        "parse_qualified": lambda: cbcstats.parse_qualified("almost 400"),
        "plot_beneficiaries": lambda: cbcstats.plot_beneficiaries(lists),
        "plot_changes": lambda: cbcstats.plot_changes(changes),
        "plot_claims": lambda: cbcstats.plot_claims(cbcstats.check_claims(counts)),
        "plot_contributions": lambda: cbcstats.plot_contributions(cbcstats.contributions(tallied)),
        "plot_counts": lambda: cbcstats.plot_counts(counts),
        "plot_members": lambda: cbcstats.plot_members(lists),
        "rate_ratio": lambda: cbcstats.rate_ratio(42, 33),
        "read_register": lambda: cbcstats.read_register(cbcstats.example_register(), **read),
        "save_chart": lambda: cbcstats.save_chart(cbcstats.plot_counts(counts), folder / "chart"),
        "save_datapackage": lambda: cbcstats.save_datapackage(tables, folder / "package"),
        "save_report": lambda: cbcstats.save_report(
            folder / "report", notebooks=[notebook(folder)]
        ),
        "save_slide": lambda: cbcstats.save_slide(
            cbcstats.plot_counts(counts), folder / "slide.pptx"
        ),
        "save_table": lambda: [
            cbcstats.save_table(counts, folder / f"table{ending}")
            for ending in (".csv", ".xlsx", ".parquet", ".html", ".md", ".sdmx.csv")
        ],
        "save_template": lambda: cbcstats.save_template(folder / "form.xlsx"),
        "to_iso3": lambda: cbcstats.to_iso3(
            members["name"] if "name" in members else members["member"]
        ),
        "wco_region": lambda: cbcstats.wco_region(members["member"]),
        "year_on_year": lambda: cbcstats.year_on_year(counts, per="month"),
    }
    schemas = {"Counts": counts, "Beneficiaries": members, "Members": cbcstats.load_members()}
    schemas |= {"Places": cbcstats.load_places(), "Sources": cbcstats.load_sources()}
    for name, frame in schemas.items():
        made[name] = lambda name=name, frame=frame: getattr(cbcstats, name).validate(frame)
    for name in ("MissionRegister", "BeneficiaryRegister"):
        made[name] = lambda name=name: getattr(cbcstats, name).to_schema()
    return made


def commands(folder):
    """Return the arguments of each command."""
    example = cbcstats.example_register()
    return {
        "check": [example, *REGISTER, "--problems", folder / "to_correct.xlsx"],
        "chart": ["missions", "-o", folder / "missions.svg"],
        "claims": ["--format", "csv"],
        "count": [example, *REGISTER, "-o", folder / "counts.xlsx"],
        "implied": ["492", "+49%"],
        "report": ["-n", notebook(folder), "-o", folder / "second"],
        "template": [folder / "second.xlsx"],
    }


def notebook(folder):
    """Write a notebook that shows a table and a chart."""
    from tests.notebook_files import make_notebook

    shown = "import cbcstats\ncounts = cbcstats.load_counts('missions')\ncounts"
    return make_notebook(folder / "mine.ipynb", shown, "ax = cbcstats.plot_counts(counts)")


def call_everything(folder, log):
    """Make all calls, and write down the name of each before it."""
    import matplotlib as mpl

    from tests.faults import command

    mpl.use("agg")

    def begin(name):
        with log.open("a", encoding="utf-8") as file:
            print("call", name, file=file)

    begin("import and load")
    for name, call in calls(folder).items():
        begin(name)
        call()
    for name, arguments in commands(folder).items():
        begin(f"cbcstats {name}")
        code = command(name, *arguments)
        assert code in (0, 1), (name, code)
    begin("end")


def watched(folder, *command, before=()):
    """Run Python with the hook, in it and in what it starts; return what was asked of sockets by the call, and more."""
    (folder / "sitecustomize.py").write_text(HOOK, encoding="utf-8")
    log = folder / "network.log"
    log.touch()
    paths = os.pathsep.join([str(folder), str(Path(cbcstats.__file__).parent.parent)])
    environment = os.environ | {"PYTHONPATH": paths, "NETWORK_LOG": str(log)}
    done = run_command([*before, sys.executable, *command], env=environment)
    found, name = {}, ""
    for line in log.read_text(encoding="utf-8").splitlines():
        kind, said = line.split(" ", maxsplit=1)
        name = said if kind == "call" else name
        found.setdefault(name, []).extend([] if kind == "call" else [line])
    return found, done


@pytest.mark.slow
def test_no_public_name_and_no_command_reaches_for_the_network(tmp_path):
    from cbcstats.cli import app

    needed("pptx")
    (tmp_path / "made").mkdir()
    found, done = watched(tmp_path, __file__, str(tmp_path / "made"))
    assert done.returncode == 0, done.stdout + done.stderr
    asked = {name for name in cbcstats.__all__ if callable(getattr(cbcstats, name))}
    named = {command.name or command.callback.__name__ for command in app.registered_commands}
    assert set(found) == asked | {f"cbcstats {name}" for name in named} | {"import and load", "end"}
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "code",
    [
        "import urllib.request; urllib.request.urlopen('http://192.0.2.1/', timeout=1)",
        "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)",
        "import socket; socket.getaddrinfo('example.org', 80)",
        "import pandas; pandas.read_csv('http://192.0.2.1/a.csv')",
        """import subprocess, sys
subprocess.run([sys.executable, "-c", "import socket; socket.create_connection(('192.0.2.1', 80))"], check=True)""",
    ],
)
def test_the_hook_would_see_the_network_being_used(code, tmp_path):
    found, done = watched(tmp_path, "-c", code)
    assert done.returncode == 1
    assert found[""]
    assert all(line.startswith("network socket.") for line in found[""])


@pytest.mark.slow
@pytest.mark.skipif(
    os.name != "posix", reason="kernels are reached by a file on systems of POSIX alone"
)
def test_a_report_needs_not_even_the_network_of_this_machine(tmp_path):
    alone = [shutil.which("unshare") or "false", "--user", "--map-root-user", "--net"]
    if run_command([*alone, "true"]).returncode:
        pytest.skip("this system lets nobody take the network away from a process")
    report, notebooks = str(tmp_path / "report"), [str(notebook(tmp_path))]
    code = f"import cbcstats; cbcstats.save_report({report!r}, notebooks={notebooks!r})"
    found, done = watched(tmp_path, "-c", code, before=alone)
    assert done.returncode == 0, done.stdout + done.stderr
    assert found == {}
    assert len(list((tmp_path / "report" / "charts").iterdir())) == 4
    shown = "import socket; socket.create_connection(('127.0.0.1', 9), timeout=1)"
    done = run_command([*alone, sys.executable, "-c", shown])
    assert "Network is unreachable" in done.stderr  # so that the report would have failed


if __name__ == "__main__":
    call_everything(Path(sys.argv[1]), Path(os.environ["NETWORK_LOG"]))
