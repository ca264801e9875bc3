import pandas as pd

import cbcstats


def test_regions_of_the_wco_are_no_continents():
    codes = pd.Series(["ISR", "KAZ", "SDN", "SSD", "IRN", "XKX", "HKG", "NAM"])
    assert cbcstats.wco_region(codes, short=True).tolist() == [
        "Europe",
        "Europe",
        "North Africa and Middle East",
        "East and Southern Africa",
        "Asia and the Pacific",
        "Europe",
        "Asia and the Pacific",
        "East and Southern Africa",
    ]


def test_what_is_no_member_has_no_region():
    assert cbcstats.wco_region(pd.Series(["AIA", "EUE", "", None])).isna().all()
