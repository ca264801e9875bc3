"""Code lists: the values that columns with a fixed vocabulary take."""

from typing import Final

WCO_REGIONS: Final = (
    "East and Southern Africa",
    "Europe",
    "Far East, South and South East Asia, Australasia and the Pacific Islands",
    "North of Africa, Near and Middle East",
    "South America, North America, Central America and the Caribbean",
    "West and Central Africa",
)
# Shorter names of the regions, for charts and tables.
SHORT_REGIONS: Final = {
    "East and Southern Africa": "East and Southern Africa",
    "Europe": "Europe",
    "Far East, South and South East Asia, Australasia and the Pacific Islands": "Asia and the Pacific",
    "North of Africa, Near and Middle East": "North Africa and Middle East",
    "South America, North America, Central America and the Caribbean": "Americas and the Caribbean",
    "West and Central Africa": "West and Central Africa",
}
NO_REGION: Final = "no WCO region"  # what stands for a region where there is none
KINDS_OF_NAME: Final = ("short", "official", "former", "customs")
LANGUAGES: Final = ("en", "fr", "es")
PRECISIONS: Final = ("day", "month", "year")
MEASURES: Final = ("flow", "stock", "cumulative", "event")
