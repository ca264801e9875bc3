"""Compare the names of places with those of Unicode CLDR, and take names and numbers from there.

`python -m tools.cldr_names` prints which names of CLDR would be read as another place, and what
share of its names is known in each language; `python -m tools.cldr_names data` first writes short
names in further languages and M49 numbers into `data/places.csv`.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Final

import pandas as pd
from babel import Locale
from babel.core import get_global
from babel.localedata import locale_identifiers

from cbcstats.errors import plural
from cbcstats.places.spelling import iso3_of, plain_spelling
from cbcstats.tables.codelists import KINDS_OF_NAME, LANGUAGES, LANGUAGES_OF_CLDR
from cbcstats.tables.loaders import load_places

# Names of several places, and others that are not read.
_NOT_PLACES: Final = Path(__file__).parents[1] / "tests" / "cases" / "not_places.txt"
_MANY: Final = 200  # names that a language must have to be printed
_PRINTED: Final = 50  # languages
_FORMER_NUMBERS: Final = frozenset({"230", "249", "278", "280", "720", "736", "886"})


def names_in_cldr() -> pd.DataFrame:
    """Return the names of all places in all locales of CLDR.

    Returns
    -------
    pandas.DataFrame
        `locale`, such as `pt_PT`; `language`, such as `pt`; `iso3`; `name`.
    """
    iso3_by_iso2 = load_places().set_index("iso2")["iso3"].to_dict()
    rows = []
    for identifier in locale_identifiers():
        locale = Locale.parse(identifier)
        for iso2, name in locale.territories.items():
            if iso2 in iso3_by_iso2:
                rows.append((identifier, locale.language, iso3_by_iso2[iso2], name))
    return pd.DataFrame(rows, columns=["locale", "language", "iso3", "name"])


def wrong_names(names: pd.DataFrame) -> pd.DataFrame:
    """Return the names of CLDR that would be read as another place, as `found`."""
    found = pd.Series(iso3_of(names["name"].tolist()), names.index)
    is_wrong = found.notna() & (found != names["iso3"])
    return names.assign(found=found)[is_wrong]


def known_shares(names: pd.DataFrame) -> pd.Series:
    """Return the share of the names of each language that is known, in percent.

    Only languages are listed that have a name for most places.
    """
    names = names.drop_duplicates(["language", "iso3", "name"])
    found = pd.Series(iso3_of(names["name"].tolist()), names.index)
    is_known = (found == names["iso3"]).groupby(names["language"])
    shares = 100 * is_known.mean()[is_known.size() >= _MANY]
    return shares.sort_values(ascending=False, kind="stable")


def m49_numbers() -> dict[str, str]:
    """Return the M49 number of each place by its two-letter code."""
    # The aliases are former codes, three-letter codes and numbers.
    aliases = get_global("territory_aliases")
    return {
        codes[0]: alias
        for alias, codes in aliases.items()
        if alias.isdigit() and len(codes) == 1 and alias not in _FORMER_NUMBERS
    }


def names_to_take(names: pd.DataFrame, own: pd.DataFrame) -> pd.DataFrame:
    """Return the names to write: short ones, and those of other countries and scripts.

    A spelling that is another place in any locale of CLDR, or in our own list, is left
    out, and so are those of `tests/cases/not_places.txt`.
    """
    both = pd.concat([names[["iso3", "name"]], own[["iso3", "name"]]])
    spellings = both["name"].map(plain_spelling)
    places = both["iso3"].groupby(spellings).nunique()
    ambiguous = {*places.index[places > 1], *map(plain_spelling, _not_places())}
    names = names[names["language"].isin(LANGUAGES_OF_CLDR)]
    names = names.assign(spelling=names["name"].map(plain_spelling))
    names = names[~names["spelling"].isin(ambiguous)]
    is_short = names["locale"] == names["language"]
    known = {*own["name"].map(plain_spelling), *names.loc[is_short, "spelling"]}
    others = names[~is_short & ~names["spelling"].isin(known)]
    others = others.drop_duplicates("spelling")
    return pd.concat(
        [names[is_short].assign(kind="short"), others.assign(kind="customs")]
    )


def _not_places() -> list[str]:
    return _NOT_PLACES.read_text(encoding="utf-8").splitlines()


def write(path: Path) -> None:
    """Write the names and numbers of CLDR into a table of places."""
    own = pd.read_csv(path, dtype="str", keep_default_na=False)
    own = own[~own["language"].isin(LANGUAGES_OF_CLDR)]
    taken = names_to_take(names_in_cldr(), own)
    codes = own.drop_duplicates("iso3").set_index("iso3")["iso2"]
    taken["iso2"] = taken["iso3"].map(codes)
    places = pd.concat([own, taken])
    places["m49"] = places["iso2"].map(m49_numbers()).where(_has_number(places))
    languages = [*LANGUAGES, *LANGUAGES_OF_CLDR, ""]
    places["order"] = places["kind"].map(KINDS_OF_NAME.index)
    places["then"] = places["language"].map(languages.index)
    places = places.sort_values(["iso3", "order", "then"], kind="stable")
    columns = ["iso3", "iso2", "m49", "name", "language", "kind"]
    places.to_csv(
        path,
        columns=columns,
        index=False,
        lineterminator="\n",
        quoting=csv.QUOTE_MINIMAL,
    )


def _has_number(places: pd.DataFrame) -> pd.Series:
    # CLDR gives Kosovo and the European Union codes of its own.
    return ~places["iso3"].isin(["XKX", "EUE"])


def main() -> int:
    """Write names if a folder is given; print the comparison; end with 1 if one is wrong."""
    if sys.argv[1:]:
        write(Path(sys.argv[1]) / "places.csv")
    names = names_in_cldr()
    wrong = wrong_names(names)
    lists = plural(names["locale"].nunique(), "list")
    sys.stdout.write(f"{lists} of CLDR, {len(names):,} names, {len(wrong)} wrong\n")
    for name in wrong.itertuples():
        sys.stdout.write(
            f"  {name.locale}: {name.name} is {name.iso3}, not {name.found}\n"
        )
    shares = known_shares(names)
    listed = [f"{language} {share:.0f}%" for language, share in shares.items()]
    known = ", ".join(listed[:_PRINTED])
    sys.stdout.write(f"Known of the names of {len(shares)} languages: {known}, ...\n")
    return int(not wrong.empty)


if __name__ == "__main__":
    sys.exit(main())
