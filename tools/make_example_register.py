"""Write `example_register.csv`: an invented register of missions, with the faults that such registers have.

`python tools/make_example_register.py` writes it anew; the same seed gives the same file.
"""

from __future__ import annotations

import csv
import datetime
import random
from pathlib import Path
from typing import Any

ROWS = 600
TITLE = ["Invented example: no row is about a real mission"]
HEADER = [
    "Mission ID",
    "Country",
    "Start",
    "End",
    "Programme",
    "Kind",
    "Experts",
    "Participants",
    "Of which women",
    "Source",
]
PLACES = {
    "East and Southern Africa": [
        "Kenya",
        "Namibia",
        "Zambia",
        "Madagascar",
        "MOZAMBIQUE",
        "eSwatini",
        "Mauritius",
    ],
    "West and Central Africa": [
        "Senegal",
        "Côte d\u2019Ivoire",
        "Gambia, The",
        "Congo, Dem. Rep.",
        "Ghana",
        "Cameroun",
    ],
    "Far East and Pacific": [
        "Viet Nam",
        "Fiji",
        "Lao PDR",
        "Sri Lanka",
        "Tonga",
        "Hong Kong, China",
        "Philippines",
    ],
    "Americas": [
        "Perú",
        "Brazil",
        "Jamaica",
        "Bolivia (Plurinational State of)",
        "St. Lucia",
        "Guatemala",
    ],
    "Europe": ["Georgia", "Republic of Moldova", "Türkiye", "Kazakhstan", "Serbia"],
    "North Africa and Middle East": [
        "Tunisia",
        "Jordan",
        "Egypt, Arab Rep.",
        "Morocco",
    ],
}
WEIGHTS = [5, 5, 5, 4, 3, 2]
PROGRAMMES = ["Programme A", "Programme B", "Programme C", ""]
KINDS = ["diagnostic", "workshop", "training", "advice"]
# Each fault: how many rows have it, the column, and what is typed there instead.
FAULTS = [
    (6, "Country", "Southern Africa"),
    (5, "Country", "Kenya / Uganda"),
    (4, "Country", "Guinea Bisau"),
    (3, "Country", "TBC"),
    (2, "Country", "Greenland"),
    (7, "Start", "2019-02-30"),
    (4, "Start", ""),
    (3, "Start", "12 May 2018"),
    (2, "Start", "07/23/2018"),
    (3, "End", "n/a"),
    (4, "End", "01/01/2015"),
    (6, "Participants", "1,234"),
    (5, "Participants", "about 40"),
    (4, "Participants", "-"),
    (3, "Experts", "2.5"),
    (2, "Of which women", "400"),
]


def main(path: Path) -> None:
    """Write the register."""
    draw = random.Random(2018)  # noqa: S311 - nothing secret
    rows = [_mission(draw, number) for number in range(1, ROWS + 1)]
    rows.sort(key=lambda row: row[2])
    for number, row in enumerate(rows, start=1):
        row[0] = f"EX-{number:04}"
        row[2:4] = [day.strftime("%d/%m/%Y") for day in row[2:4]]
    chosen = draw.sample(range(20, ROWS - 20), sum(count for count, _, _ in FAULTS) + 3)
    for count, column, typed in FAULTS:
        for place in [chosen.pop() for _ in range(count)]:
            rows[place][HEADER.index(column)] = typed
    for place in chosen:  # an id that was copied with its row
        rows[place][0] = rows[place - 1][0]
    rows.insert(300, HEADER)
    rows.insert(150, ["", "Sub-total", "", "", "", "", "", "2480", "", ""])
    rows.append(["", "Grand total", "", "", "", "", "", "9731", "", ""])
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([TITLE, [], HEADER, *rows])


def _mission(draw: random.Random, number: int) -> list[Any]:
    region = draw.choices(list(PLACES), WEIGHTS)[0]
    # Missions grow over five reporting years, from July 2014 to June 2019, so that there is something to see.
    year = draw.choices(range(2014, 2019), [8, 9, 11, 14, 17])[0]
    start = datetime.date(year, 7, 1) + datetime.timedelta(days=draw.randrange(365))
    end = start + datetime.timedelta(days=draw.choice([2, 3, 4, 4, 4, 9, 11]))
    participants = draw.randrange(8, 60)
    women = draw.randrange(participants // 5, participants * 3 // 5)
    place = draw.choice(PLACES[region])
    programme = draw.choices(PROGRAMMES, [4, 3, 2, 1])[0]
    return [
        number,
        place,
        start,
        end,
        programme,
        draw.choice(KINDS),
        draw.randrange(1, 4),
        participants,
        women,
        "invented",
    ]


if __name__ == "__main__":
    main(Path(__file__).with_name("example_register.csv"))
