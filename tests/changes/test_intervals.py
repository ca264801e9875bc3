import itertools

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest, poisson

from cbcstats import ArgumentError
from cbcstats.changes.intervals import count_interval, rate_ratio


# The 95% limits that published tables give for small counts.
@pytest.mark.parametrize(
    ("count", "low", "high"),
    [
        (0, 0, 3.69),
        (1, 0.03, 5.57),
        (2, 0.24, 7.22),
        (5, 1.62, 11.67),
        (10, 4.80, 18.39),
        (50, 37.11, 65.92),
        (100, 81.36, 121.63),
    ],
)
def test_the_interval_of_a_count_is_that_of_the_tables(count, low, high):
    found = count_interval(count).iloc[0]
    assert found["low"] == pytest.approx(low, abs=0.006)
    assert found["high"] == pytest.approx(high, abs=0.006)


@pytest.mark.parametrize("count", [1, 7, 42, 330])
def test_the_limits_leave_half_the_rest_in_each_tail(count):
    low, high = count_interval(count, level=0.9).iloc[0]
    assert poisson.sf(count - 1, low) == pytest.approx(0.05)
    assert poisson.cdf(count, high) == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("count", "previous"), [(42, 33), (10, 12), (130, 100), (0, 5), (5, 0), (1, 1)]
)
@pytest.mark.parametrize(("exposure", "previous_exposure"), [(1, 1), (11.66, 10.81), (3, 12)])
def test_the_interval_of_a_ratio_is_the_exact_one_of_a_share(
    count, previous, exposure, previous_exposure
):
    found = rate_ratio(
        count, previous, exposure=exposure, previous_exposure=previous_exposure
    ).iloc[0]
    share = binomtest(count, count + previous).proportion_ci(method="exact")
    odds = [end / (1 - end) * previous_exposure / exposure if end < 1 else np.inf for end in share]
    assert found[["low", "high"]].tolist() == pytest.approx(odds)
    assert found["low"] <= found["ratio"] <= found["high"]
    if exposure == previous_exposure:
        assert found["p_value"] == pytest.approx(binomtest(count, count + previous).pvalue)


def test_chance_is_ruled_out_exactly_where_the_interval_leaves_one_out():
    counts = pd.Series(range(60))
    found = rate_ratio(counts, 20, exposure=2.0, previous_exposure=3.0)
    outside = (found["low"] > 1) | (found["high"] < 1)
    assert (outside == (found["p_value"] < 0.05)).all()


@pytest.mark.parametrize(("exposure", "previous_exposure"), [(1, 1), (11.66, 10.81)])
def test_the_p_value_of_small_counts_is_twice_the_smaller_tail(exposure, previous_exposure):
    share = exposure / (exposure + previous_exposure)
    for count, previous in itertools.product(range(6), repeat=2):
        found = rate_ratio(count, previous, exposure=exposure, previous_exposure=previous_exposure)[
            "p_value"
        ].item()
        if count + previous:
            tails = [
                binomtest(count, count + previous, share, side).pvalue
                for side in ("less", "greater")
            ]
            assert found == pytest.approx(min(1, 2 * min(tails))), (count, previous)
        else:
            assert np.isnan(found)


def test_one_event_in_a_short_time_is_read_by_its_tail():
    # After none in nine months, one in a month: of one event, a tenth falls there by chance, and twice that is p.
    assert rate_ratio(1, 0, exposure=1, previous_exposure=9)["p_value"].item() == pytest.approx(0.2)


def test_nothing_after_nothing_says_nothing():
    assert rate_ratio(0, 0).isna().all(axis=None)
    assert rate_ratio(5, 0)["ratio"].iloc[0] == np.inf


def test_series_keep_their_index_and_missing_counts_stay_missing():
    counts = pd.Series([42, None], index=["a", "b"], dtype="Int64")
    assert count_interval(counts).index.tolist() == ["a", "b"]
    assert count_interval(counts).loc["b"].isna().all()
    found = rate_ratio(counts, pd.Series([33, 10], index=["a", "b"]))
    assert found.index.tolist() == ["a", "b"]
    assert found.loc["b"].isna().all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: count_interval(-1), "`count` must be a whole number from 0 on, but -1 was given"),
        (lambda: count_interval(1.5), "but 1.5 was given"),
        (lambda: count_interval(["12", "a dozen"]), "but a dozen was given"),
        (
            lambda: count_interval(1, level=95),
            "`level` must be between 0 and 1, such as 0.95, but 95 was given",
        ),
        (lambda: count_interval(1, level=0), "but 0 was given"),
        (lambda: count_interval(1, level=1), "but 1 was given"),
        (lambda: rate_ratio(-1, 2), "^`count` must be"),
        (lambda: rate_ratio(1, -2), "^`previous` must be"),
        (lambda: rate_ratio(1, 2, exposure=0), "^`exposure` must be a positive number"),
        (
            lambda: rate_ratio(1, 2, previous_exposure=np.inf),
            "^`previous_exposure` must be a positive number",
        ),
    ],
)
def test_what_is_no_count_is_said(call, message):
    with pytest.raises(ArgumentError, match=message):
        call()


def test_series_are_paired_by_their_index_whatever_their_order():
    # By hand: 6 / 3 = 2 for a, 5 / 10 = 0.5 for b; over twice the time 1 and 0.25.
    later, before = pd.Series({"a": 6, "b": 5}), pd.Series({"b": 10, "a": 3})
    assert rate_ratio(later, before)["ratio"].to_dict() == {"a": 2, "b": 0.5}
    assert rate_ratio(later, [3, 10])["ratio"].to_dict() == {"a": 2, "b": 0.5}
    assert rate_ratio(6, before)["ratio"].to_dict() == {"b": 0.6, "a": 2}
    double = pd.Series({"b": 2, "a": 2})
    assert rate_ratio(later, before, exposure=double)["ratio"].to_dict() == {"a": 1, "b": 0.25}
    twice = pd.Series([1, 2], index=["a", "a"])
    assert rate_ratio(twice, twice)["ratio"].tolist() == [1, 1]


def test_series_that_do_not_pair_are_refused_in_words():
    later = pd.Series({"a": 6, "b": 5})
    for other in (
        pd.Series({"a": 3, "c": 10}),
        pd.Series({"a": 3}),
        pd.Series([3, 10], index=["a", "a"]),
    ):
        with pytest.raises(
            ArgumentError, match="`previous` and `count` are indexed differently; give both"
        ):
            rate_ratio(later, other)
    with pytest.raises(ArgumentError, match="`exposure` and `count` are indexed differently"):
        rate_ratio(later, 3, exposure=pd.Series({"a": 3}))


def test_lists_of_unequal_length_are_refused_with_both_lengths():
    with pytest.raises(ArgumentError, match="`previous` holds 3 values, but `count` holds 2"):
        rate_ratio([1, 2], [1, 2, 3])
    with pytest.raises(
        ArgumentError, match="`previous_exposure` holds 3 values, but `count` holds 2"
    ):
        rate_ratio([1, 2], 3, previous_exposure=[1, 2, 3])
    with pytest.raises(ArgumentError, match="`exposure` holds 2 values, but `previous` holds 3"):
        rate_ratio(1, [1, 2, 3], exposure=[1, 2])
    assert len(rate_ratio([1], [1, 2, 3])) == 3
