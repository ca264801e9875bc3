"""Report tables: the short view as text with its sources, in English and French."""

import pandas as pd
import pytest

from cbcstats import ArgumentError, load_counts, report_table, save_table, short_view, year_on_year
from cbcstats.changes.report_table import in_french

NARROW = "\N{NARROW NO-BREAK SPACE}"


def last_row(data, language="en", **arguments):
    return report_table(year_on_year(data, **arguments), language=language).iloc[-1]


@pytest.fixture(scope="module")
def missions():
    return load_counts("capacity_building_missions")


def test_a_row_has_the_figures_their_words_the_change_and_the_sources(missions):
    row = last_row(missions)
    assert row.to_dict() == {
        "Period": "Mar 2017 - Feb 2018",
        "Figure (missions)": "492",
        "Before": "more than 330 (331 to 340)",
        "Change": "+45% to +49%",
        "Comparable": "no",
        "Why": "11.3 months apart; periods differ in length (355 and 329 days, inferred); "
        "another source gives 342 (cbra-2017-04-15) for the period before",
        "Source": "WCO 2017-03-14, 2018-03-02",
    }


def test_a_row_in_french(missions):
    assert last_row(missions, "fr").to_dict() == {
        "Période": "mars 2017 - févr. 2018",
        "Chiffre (missions)": "492",
        "Chiffre précédent": "plus de 330 (331 à 340)",
        "Évolution": f"+45{NARROW}% à +49{NARROW}%",
        "Comparable": "non",
        "Raison": "11,3 mois d'écart; les périodes n'ont pas la même durée (355 et 329 jours, "
        "déduits); une autre source donne 342 (cbra-2017-04-15) pour la période précédente",
        "Source": "WCO 2017-03-14, 2018-03-02",
    }


@pytest.mark.parametrize(
    ("data", "arguments", "change", "french"),
    [
        ({2019: 100, 2020: 144}, {}, "+44.0%", f"+44,0{NARROW}%"),
        ({2019: "about 100", 2020: 144}, {}, "+25% to +69%", f"+25{NARROW}% à +69{NARROW}%"),
        ({2019: 1000, 2020: 1000}, {}, "0.0%", f"0,0{NARROW}%"),
        ({2019: 0, 2020: 1200}, {}, "+1,200", f"+1{NARROW}200"),
        ({2019: 40, 2020: 43}, {"measure": "share"}, "+3 percentage points", "+3 points de pourcentage"),
        ({2019: 100, 2020: "> 143"}, {}, "+44.0% or more", f"+44,0{NARROW}% ou plus"),
        ({2018: 1, 2020: 2}, {}, "", ""),
    ],
)  # fmt: skip
def test_changes_are_written_as_their_ranges_deserve(data, arguments, change, french):
    data = pd.DataFrame({"year": list(data), "value": list(data.values())})
    if data["value"].eq("> 143").any():
        data["qualifier"] = ["exact", "above"]
        data["value"] = [100, 143]
    assert last_row(data, **arguments)["Change"] == change
    assert last_row(data, "fr", **arguments)["Évolution"] == french


def test_a_figure_without_a_partner_says_so():
    row = last_row({2018: 1, 2020: 2})
    assert (row["Figure"], row["Before"], row["Comparable"]) == ("2", "", "no")
    assert row["Why"] == "no figure for 2019"
    assert row["Source"] == "own figures"


def test_rates_and_units_stand_in_the_header_where_all_rows_share_them(missions):
    monthly = report_table(year_on_year(missions, per="month"))
    assert monthly["Figure (missions per month)"].iloc[-1] == "41.4 to 43.0"
    assert monthly["Change"].iloc[-1] == "+29% to +44%"
    french = report_table(year_on_year(missions, per="month"), language="fr")
    assert "Chiffre (missions par mois)" in french
    mixed = report_table(year_on_year(load_counts()))
    assert list(mixed)[:6] == ["Indicator", "Scope", "Area", "Unit", "Period", "Figure"]
    assert mixed["Indicator"].eq("WCO Members").any()


def test_all_cells_are_text_and_agree_with_the_short_view():
    changes = year_on_year(load_counts())
    for language in ("en", "fr"):
        table = report_table(changes, language=language)
        assert all(isinstance(cell, str) for name in table for cell in table[name])
        assert table.index.equals(changes.index)
    english, view = report_table(changes), short_view(changes)
    assert english["Figure"].tolist() == view["value"].tolist()
    assert english["Comparable"].eq("yes").tolist() == view["comparable"].tolist()
    assert english["Source"].ne("").all()


def test_no_english_is_left_in_reasons_of_the_published_figures():
    for per in ("period", "month"):
        reasons = report_table(year_on_year(load_counts(), per=per), language="fr")["Raison"]
        assert reasons.ne("").sum() > 50
        text = " ".join(reasons.unique())
        for word in (
            " the ",
            " of ",
            "days",
            "month",
            "figure ",
            " is ",
            "period ",
            " for ",
            " and ",
        ):
            assert word not in text, word


@pytest.mark.parametrize(
    ("english", "french"),
    [
        ("no figure for the year before FY2020", "pas de chiffre pour l'année avant FY2020"),
        ("periods overlap by 1 day", "les périodes se chevauchent de 1 jour"),
        (
            "length of a period is not known, so there is no monthly rate",
            "la durée d'une période n'est pas connue, donc pas de taux mensuel",
        ),
        (
            "running total since 1 Jan 2015: the change is what was added",
            "cumul depuis le 1er janv. 2015 : l'évolution est ce qui s'est ajouté",
        ),
        (
            "totals are counted from different days",
            "les cumuls ne partent pas du même jour",
        ),
        (
            "a share: the change is in percentage points",
            "une part : l'évolution est en points de pourcentage",
        ),
        (
            "the series breaks in between; the figure before is of low reliability",
            "rupture de série entre les deux; le chiffre précédent est peu fiable",
        ),
        ("scope differs: a after none", "le champ diffère : a après none"),
        (
            "the period before may count 0, so percent change has no upper limit",
            (
                "la période précédente compte peut-être 0, "
                "donc l'évolution en pour cent n'a pas de limite supérieure"
            ),
        ),
        (
            "only a flow has a monthly rate, and this is a running total",
            "seul un flux a un taux mensuel, et ceci est un cumul",
        ),
        (
            (
                "2021 may not be covered whole: first mission on 3 May 2021; "
                "2023 is taken as covered whole"
            ),
            (
                "2021 n'est peut-être pas couvert en entier : première mission le 3 mai 2021; "
                "2023 est considéré comme couvert en entier"
            ),
        ),
        (
            "1 row of this period and 1,200 of the one before were rejected",
            f"1 ligne rejetée pour cette période et 1{NARROW}200 pour la précédente",
        ),
        (
            "31 rows of this period and 2 of the one before were rejected",
            "31 lignes rejetées pour cette période et 2 pour la précédente",
        ),
        (
            "rows of the period before that were rejected: 3",
            "lignes rejetées pour la période précédente : 3",
        ),
    ],
)
def test_a_reason_in_french(english, french):
    assert in_french(english) == french


def test_the_input_stays_and_wrong_calls_are_refused(missions):
    changes = year_on_year(missions)
    before = changes.copy()
    report_table(changes, language="fr")
    pd.testing.assert_frame_equal(changes, before)
    with pytest.raises(ArgumentError, match="`language` cannot be 'es'"):
        report_table(changes, language="es")
    with pytest.raises(ArgumentError, match="lacks the column 'previous_source_id'"):
        report_table(changes.drop(columns="previous_source_id"))


def test_it_is_a_table_for_every_export(missions, tmp_path):
    table = report_table(year_on_year(missions))
    for ending in ("xlsx", "html", "md", "csv"):
        save_table(table, tmp_path / f"report.{ending}")
    head, _, *rows = (tmp_path / "report.md").read_text(encoding="utf-8").splitlines()[2:7]
    assert head == "| Period | Figure (missions) | Before | Change | Comparable | Why | Source |"
    assert "| 492 | more than 330 (331 to 340) | +45% to +49% | no |" in rows[-1]
    sheet = pd.read_excel(
        tmp_path / "report.xlsx", sheet_name="report", header=3, engine="calamine"
    )
    assert sheet["Change"].tolist() == table["Change"].tolist()
