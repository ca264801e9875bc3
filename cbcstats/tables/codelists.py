"""Code lists: the values that columns with a fixed vocabulary can have."""

from typing import Final

# Short names for chart labels, by official name.
SHORT_REGIONS: Final = {
    "East and Southern Africa": "East and Southern Africa",
    "Europe": "Europe",
    "Far East, South and South East Asia, Australasia and the Pacific Islands": (
        "Asia and the Pacific"
    ),
    "North of Africa, Near and Middle East": "North Africa and Middle East",
    "South America, North America, Central America and the Caribbean": (
        "Americas and the Caribbean"
    ),
    "West and Central Africa": "West and Central Africa",
}
WCO_REGIONS: Final = tuple(SHORT_REGIONS)
# Areas that are neither a country nor a WCO region, as the UN standard M49 names them.
CONTINENTS: Final = (
    "World",
    "Africa",
    "Americas",
    "Asia",
    "Europe",
    "Latin America and the Caribbean",
    "Oceania",
)
NO_REGION: Final = "no WCO region"  # for a place that is in none
KINDS_OF_NAME: Final = ("short", "official", "former", "customs")
LANGUAGES: Final = ("en", "fr", "es")
LANGUAGES_OF_CLDR: Final = ("ar", "de", "pt", "ru", "zh")  # of names of places only
PRECISIONS: Final = ("day", "month", "year")
