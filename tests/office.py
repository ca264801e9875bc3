"""LibreOffice, which opens what the tests write, and workbooks of which all is text."""

import re
import zipfile
from xml.etree import ElementTree

from tests.command_line import run_command
from tests.needs import Needed, installed

openpyxl = Needed("openpyxl")


def converted(path, form, folder, *options):
    """Open a file in LibreOffice without a screen, save it in another form in a folder, and return the path of that."""
    office = installed(
        "soffice", hint="LibreOffice: install Debian's libreoffice-calc, -impress and -writer"
    )
    folder.mkdir(exist_ok=True)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    target = ["--convert-to", form, "--outdir", folder]
    command = [office, "--headless", profile, *options, *target, path]
    run_command(command, check=True)
    return folder / f"{path.stem}.{form.partition(':')[0]}"


def assert_only_text(path):
    """Check that a workbook can be read, and holds no formula, no link out of it, and no macro; return it."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            if name.endswith((".xml", ".rels", ".vml")):
                ElementTree.fromstring(content)  # noqa: S314
            assert not re.search(
                rb"<f[ >]|ddeLink|externalLink|TargetMode=\"External\"|<hyperlink [^>]*r:id",
                content,
            ), name
        assert not [name for name in archive.namelist() if "vba" in name or "external" in name]
    book = openpyxl.load_workbook(path)
    assert all(cell.data_type != "f" for sheet in book for row in sheet for cell in row)
    return book
