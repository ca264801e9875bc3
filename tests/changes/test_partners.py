"""The figure of a year before, and whether both can be compared: worked by hand, and by brute force."""

import datetime
import math
import random
from pathlib import Path

import pandas as pd
import pytest

from cbcstats import year_on_year
from cbcstats.changes.partners import NO_PARTNER, find_partners
from tests.properties import given, settings, st

# ---- Worked by hand


def read_cases():
    path = Path(__file__).parents[1] / "cases" / "partners.txt"
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def ends(text):
    """Return the first and the last day of a year, a quarter, a month, a day, or first..last."""
    if ".." in text:
        return tuple(text.split(".."))
    if len(text) == len("2020-12-31"):
        return None, text
    period = pd.Period(text)
    return str(period.start_time.date()), str(period.end_time.date())


def figure(text):
    text, _, status = text.partition("!")
    text, _, tolerance = text.partition("~")
    period, has_value, value = text.partition("=")
    start, end = ends(period)
    number = (float(value) if value else None) if has_value else 100.0
    return {"period_start": start, "period_end": end, "value": number, "obs_status": status or None,
            "period_tolerance": float(tolerance) if tolerance else None}  # fmt: skip


@pytest.mark.parametrize("case", read_cases())
def test_a_case_worked_by_hand(case):
    kind, figures, partner, *judged = (part.strip() for part in f"{case} ".split(" | "))
    rows = [figure(text) for text in figures.split()]
    basis = "inferred" if "inferred" in kind else "stated"
    counts = pd.DataFrame(rows).assign(measure=kind.split()[0], period_basis=basis)
    changes = year_on_year(counts, per="month" if "per month" in kind else "period")
    asked = changes[changes["period_end"] == rows[-1]["period_end"]]
    start = rows[-1]["period_start"]
    asked = asked[asked["period_start"].isna() if start is None else asked["period_start"] == start]
    if partner == "no row":
        assert asked.empty
        return
    [change] = asked.to_dict("records")
    days = [change["previous_period_start"], change["previous_period_end"]]
    before = [None, None] if partner == "none" else ends(partner)
    assert days == [pd.NaT if day is None else pd.Timestamp(day) for day in before]
    assert [{True: "yes", False: "no"}[change["comparable"]], change["why"]] == judged


# ---- By brute force: all pairs, one by one, in days of the calendar


def a_year_earlier(day):
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, day=28)


def partners_by_hand(figures):
    """Return for each (measure, start, end) of a chain the places that may be its partner, and if it has a row."""
    rows = []
    for measure, start, end in figures:
        is_point = measure != "flow" or start is None
        length = math.inf if is_point else (end - start).days + 1
        rows.append((end if is_point else start, end, length))
    lane = {}
    for length in sorted({row[2] for row in rows}):
        last = max(lane, default=length)
        lane[length] = lane.get(last, 0) + (length > 1.6 * last)
    steps = [
        min([length, *(abs((end - other[1]).days) for other in rows
             if lane[other[2]] == lane[length] and other[1] != end)])
        for _, end, length in rows
    ]  # fmt: skip
    first_day = min(row[0] for row in rows)
    found = []
    for place, (start, end, length) in enumerate(rows):
        target_start, target_end = a_year_earlier(start), a_year_earlier(end)
        signed = {
            other: ((target_start - row[0]).days, (target_end - row[1]).days)
            for other, row in enumerate(rows)
            if lane[row[2]] == lane[length] and row[1] < end
        }
        off = {other: max(map(abs, days)) for other, days in signed.items()}
        nearest = [other for other in off if off[other] == min(off.values())]
        partners = set()
        for other in nearest:
            step = min(steps[place], steps[other])
            months = 12 + sum(signed[other]) / 2 / 30.4375
            lengths = [days for days in (length, rows[other][2]) if days < math.inf]
            is_session = step >= 303 and max(lengths, default=0) <= 460 and 9.9 <= months <= 15.1
            is_near = off[other] <= min(max(7, step // 5), (step - 1) // 2)
            partners.add(other if is_near or is_session else NO_PARTNER)
        found.append((partners or {NO_PARTNER}, target_start >= first_day))
    return found


DAY = datetime.timedelta(days=1)


def month_after(first, months):
    return datetime.date(
        first.year + (first.month - 1 + months) // 12, (first.month - 1 + months) % 12 + 1, 1
    )


def whole_months(first, months):
    return first, month_after(first, months) - DAY


def in_a_row(first, count, days):
    return [(first + n * days * DAY, first + ((n + 1) * days - 1) * DAY) for n in range(count)]


def periods(kind, rng):
    """Return the periods of some years of a kind, as (measure, first, last)."""
    year = rng.choice([1999, 2003, 2015])
    january = datetime.date(year, 1, 1)
    quarters = [month_after(january, 3 * n) for n in range(16)]
    months = [month_after(january, n) for n in range(27)]
    to_date = [(datetime.date(year + n, 4, 1), m) for n in range(3) for m in range(1, 13)]
    if kind in ("sessions", "stocks"):
        days, day = [], january
        for _ in range(6):
            end = day + rng.randint(280, 470) * DAY if kind == "sessions" else day
            days.append((day, end))
            day = end + rng.randint(1, 3 if kind == "sessions" else 500) * DAY
    else:
        days = {
            "years": [whole_months(first, 12) for first in quarters[::4]],
            "halves": [whole_months(first, 6) for first in quarters[::2]],
            "quarters": [whole_months(first, 3) for first in quarters],
            "months": [whole_months(first, 1) for first in months],
            "weeks": in_a_row(january, 120, 7),
            "years of weeks": in_a_row(january, 4, rng.choice([364, 371])),
            "rolling years": [whole_months(first, 12) for first in months],
            "year to date": [whole_months(*span) for span in to_date],
            "two years": [whole_months(first, 24) for first in quarters[::4]],
            "school years": [
                (first + 240 * DAY, first + rng.randint(540, 560) * DAY) for first in quarters[::4]
            ],
            "events": [(first + rng.randint(60, 150) * DAY,) * 2 for first in quarters[::2]],
            "month ends": [(first, first - DAY) for first in months],
            "totals": [(january, first - DAY) for first in months[3:]],
        }[kind]
    measure = {"events": "event", "stocks": "stock", "month ends": "stock", "totals": "cumulative"}
    if kind in ("stocks", "month ends"):
        days = [(None, end) for _, end in days]
    return [(measure.get(kind, "flow"), *span) for span in days]


KINDS = ["years", "halves", "quarters", "months", "weeks", "years of weeks", "rolling years", "year to date",
         "two years", "school years", "sessions", "stocks", "events", "month ends", "totals"]  # fmt: skip


def chain_of(kinds, share, rng):
    """Return the figures of one or two kinds of one measure, with holes."""
    figures = [figure for kind in kinds for figure in periods(kind, rng) if rng.random() < share]
    figures = figures or periods(kinds[0], rng)
    figures = [figure for figure in dict.fromkeys(figures) if figure[0] == figures[0][0]]
    rng.shuffle(figures)
    return figures


def found_partners(chains):
    """Return for each figure of each chain its partner and whether it has a row, all found at once and shuffled."""
    rows = [
        (name, place, *figure)
        for name, chain in enumerate(chains)
        for place, figure in enumerate(chain)
    ]
    random.Random(1).shuffle(rows)  # noqa: S311
    table = pd.DataFrame(rows, columns=["chain", "place", "measure", "period_start", "period_end"])
    days = {name: pd.to_datetime(table[name]) for name in ("period_start", "period_end")}
    found = find_partners(table.assign(**days), table["chain"].to_numpy())
    result = {}
    for row, (name, place, *_) in enumerate(rows):
        other = found.partner[row]
        partner = NO_PARTNER if other == NO_PARTNER else rows[other][1]
        assert other == NO_PARTNER or rows[other][0] == name
        result[name, place] = partner, found.has_row[row]
    return result


chains = st.tuples(
    st.lists(st.sampled_from(KINDS), min_size=1, max_size=2),
    st.sampled_from([1.0, 0.9, 0.7, 0.5, 0.2]),
    st.integers(0, 10**6),
)


@settings(max_examples=25)
@given(st.lists(chains, min_size=1, max_size=4))
def test_partners_are_those_of_brute_force(drawn):
    made = [chain_of(kinds, share, random.Random(seed)) for kinds, share, seed in drawn]  # noqa: S311
    found = found_partners(made)
    for name, chain in enumerate(made):
        for place, (partners, is_later) in enumerate(partners_by_hand(chain)):
            partner, has_row = found[name, place]
            assert partner in partners, chain[place]
            assert has_row == (is_later or partner != NO_PARTNER), chain[place]
        # A chain alone gives the same as among others.
        assert found_partners([chain]) == {
            (0, place): found[name, place] for place in range(len(chain))
        }
