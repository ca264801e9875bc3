"""Addresses that no reader is sent to: copies of pages, and ways to them that are not safe."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from cbcstats.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

_DOCUMENTS: Final = "keeps copies of documents of others"
_NEWS: Final = "re-words the news of others"
_ENCYCLOPEDIA: Final = "keeps copies of an encyclopedia"
_FOREIGN: Final = "copies pages of others under a foreign name"
_HOSTS: Final = {
    "123dok.com": _DOCUMENTS,
    "123dok.net": _DOCUMENTS,
    "56ok.com": _NEWS,
    "doczz.net": _DOCUMENTS,
    "docslib.org": _DOCUMENTS,
    "dokumen.tips": _DOCUMENTS,
    "dweb.link": _ENCYCLOPEDIA,
    "eudic.net": _ENCYCLOPEDIA,
    "f-4-c.org": _FOREIGN,
    "globebanner.com": _NEWS,
    "gracetemplefellowship.org": _FOREIGN,
    "hud7330.com": _FOREIGN,
    "kipdf.com": _DOCUMENTS,
    "mydokument.com": _DOCUMENTS,
    "pdfslide.net": _DOCUMENTS,
    "pdfslide.tips": _DOCUMENTS,
    "slidegur.com": _DOCUMENTS,
    "slideplayer.com": _DOCUMENTS,
    "soukservices.com": _DOCUMENTS,
    "studylib.net": _DOCUMENTS,
    "vdocuments.net": _DOCUMENTS,
    "vdocuments.site": _DOCUMENTS,
    "wikial.top": _ENCYCLOPEDIA,
    "wikiblah.com": _ENCYCLOPEDIA,
    "wikicestina.icu": _ENCYCLOPEDIA,
}
# The WCO publishes in English and French; the other editions repeat the English text.
_EDITIONS: Final = re.compile(
    r"https?://(www\.)?wcoomd\.org/(zh-cn|es-es|ru-ru)/", re.IGNORECASE
)
_EMPTY: Final = (
    "write the address of the publisher's own page, or leave url empty, "
    "and say in note that a copy was read"
)


def address_problems(sources: pd.DataFrame) -> list[Problem]:
    """Return what is wrong with the addresses of sources, at the rows of the frame.

    Examples
    --------
    >>> import pandas as pd
    >>> sources = pd.DataFrame({"url": ["http://192.0.2.1:80/en", "https://www.wcoomd.org/en", None]})
    >>> [problem.problem for problem in address_problems(sources)]
    ['is a number in place of the name of a site']
    """
    addresses = sources["url"].dropna()
    safe = addresses[addresses.str.startswith("https:")]
    safe_hosts = frozenset(map(_host, safe))
    rows = zip(addresses.index, addresses, strict=True)
    return [
        Problem(row, "url", address, problem, remedy)
        for row, address in rows
        for problem, remedy in _faults(address, safe_hosts)
    ]


def _faults(address: str, safe_hosts: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with an address, and what to write."""
    host = _host(address)
    if _is_number(host):
        yield "is a number in place of the name of a site", _EMPTY
    for name, reason in _HOSTS.items():
        if host == name or host.endswith(f".{name}"):
            yield f"is on a site that {reason}", _EMPTY
    if _EDITIONS.match(address):
        yield (
            "is not the English or French edition",
            "write en in place of the language",
        )
    if address.startswith("http:") and host in safe_hosts:
        yield "is not encrypted, as other addresses of this site are", "write https://"


def _host(address: str) -> str:
    """Return the name of the site, without www and without a dot at its end."""
    host = urlsplit(address).hostname or ""
    return host.rstrip(".").removeprefix("www.")


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
