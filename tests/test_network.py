"""The guard of the whole suite refuses other machines, and a report is made without any network."""

import os
import shutil
import socket
import sys

import pytest

from tests.command_line import run_command, run_python
from tests.notebook_files import make_notebook

ELSEWHERE = ("192.0.2.1", 80)  # an address that no machine has
POSIX = pytest.mark.skipif(os.name != "posix", reason="kernels need the network elsewhere")


def test_guard_refuses_other_machines_in_a_test(network_log):
    datagrams = socket.socket(type=socket.SOCK_DGRAM)
    for reach in (
        lambda: socket.create_connection(ELSEWHERE, timeout=1),
        lambda: socket.getaddrinfo("example.org", 80),
        lambda: socket.gethostbyname("example.org"),
        lambda: datagrams.sendto(b"x", ELSEWHERE),
    ):
        with pytest.raises(ConnectionRefusedError, match="tests reach no other machine"):
            reach()
    datagrams.close()
    assert len(network_log.read_text(encoding="utf-8").splitlines()) == 4
    network_log.write_text("", encoding="utf-8")  # otherwise this test would fail, too


def test_guard_refuses_other_machines_in_processes_of_a_test(network_log):
    code = "import pandas; pandas.read_csv('http://192.0.2.1/a.csv')"
    within = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {code!r}], check=True)"
    done = run_python("-c", within)
    assert done.returncode == 1
    assert "192.0.2.1: tests reach no other machine" in done.stderr
    assert network_log.read_text(encoding="utf-8") == "socket.getaddrinfo 192.0.2.1\n"
    network_log.write_text("", encoding="utf-8")


@POSIX
@pytest.mark.slow
def test_report_is_made_without_any_network(tmp_path):
    alone = [shutil.which("unshare") or "false", "--user", "--map-root-user", "--net"]
    if run_command([*alone, "true"]).returncode:
        pytest.skip("this system lets nobody take the network away from a process")
    source = "import cbcstats\ncbcstats.plot_counts(cbcstats.load_counts('wco_members'))"
    make_notebook(tmp_path / "mine.ipynb", source)
    code = "import cbcstats; cbcstats.save_report('report', notebooks=['mine.ipynb'])"
    done = run_command([*alone, sys.executable, "-c", code], cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "report" / "charts").iterdir())) == 4
    code = "import socket; socket.create_connection(('127.0.0.1', 9))"
    done = run_command([*alone, sys.executable, "-c", code])
    assert "Network is unreachable" in done.stderr  # so that the report would have failed
