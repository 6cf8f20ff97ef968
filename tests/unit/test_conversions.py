"""From what papers print to effects: worked examples that were seen in print, and what must hold in any case."""

import math
from statistics import NormalDist

import numpy as np
import pytest

from equipoise.engines.synthesis import effect_size
from equipoise.engines.synthesis.conversions import (
    correlation_from_smd,
    design_effect,
    effective_counts,
    from_interval,
    from_p_value,
    joined,
    log_odds_ratio_from_smd,
    mean_and_sd,
    odds_ratio_from_risk_ratio,
    risk_ratio_from_odds_ratio,
    sd_from_se,
    smd_from_correlation,
    smd_from_log_odds_ratio,
)


def test_a_printed_interval_gives_back_its_effect():
    """An odds ratio of 2 whose log has standard error 0.3."""
    low, high = (math.exp(math.log(2) + sign * 1.959963984540054 * 0.3) for sign in (-1, 1))
    effects = from_interval(2, low, high, measure="OR")
    assert effects.effect == pytest.approx([math.log(2)], abs=1e-12)
    assert effects.variance == pytest.approx([0.09], abs=1e-12)
    assert effects.measure == "OR"
    one_sigma = from_interval([1.0], [0.0], [2.0], level=0.6826894921370859, scale="identity")
    assert one_sigma.variance == pytest.approx([1], abs=1e-9)


def test_a_p_value_gives_a_standard_error():
    """Altman & Bland 2011, BMJ 343:d2090: 17 percentage points, P = 0.032, standard error 7.940.

    They approximate the normal quantile, to a part in a thousand.
    """
    assert np.sqrt(from_p_value(17, 0.032, scale="identity").variance) == pytest.approx([7.940], rel=2e-3)


@pytest.mark.xfail(strict=True, reason="the paper prints 1.4 to 32.6, from a quantile of 2.141; the normal quantile is 2.144")
@pytest.mark.parametrize(("sign", "printed"), [(-1, 1.4), (1, 32.6)])
def test_the_interval_of_a_p_value_as_printed(sign, printed):
    """Altman & Bland 2011."""
    se = math.sqrt(from_p_value(17, 0.032, scale="identity").variance[0])
    assert 17 + sign * 1.96 * se == pytest.approx(printed, abs=0.05)


def test_a_p_value_of_a_t_test():
    """Cochrane Handbook 5.1, section 7.7.3.3: difference 3.8, P = 0.008, 25 and 22 people: t 2.78, standard error 1.37."""
    se = np.sqrt(from_p_value(3.8, 0.008, df=45, scale="identity").variance)
    assert 3.8 / se == pytest.approx([2.78], abs=5e-3)
    assert se == pytest.approx([1.37], abs=5e-3)


@pytest.mark.parametrize("df", [None, [7]])
@pytest.mark.parametrize("p", [0.9, 0.05, 1e-30])
def test_an_interval_that_ends_at_no_effect_says_the_same_as_its_p_value(df, p):
    interval = from_interval([4], [1], [16], level=1 - 0.05, df=df)
    assert from_p_value([4], [0.05], df=df).variance == pytest.approx(interval.variance, rel=1e-9)
    assert np.isfinite(from_p_value([4], [p], df=df).variance).all()


def test_standard_deviations_come_back_from_standard_errors():
    assert sd_from_se(2 / math.sqrt(17), 17) == pytest.approx([2])
    assert sd_from_se([2 * math.sqrt(1 / 17 + 1 / 5)], [17], [5]) == pytest.approx([2])


def test_joined_arms_are_the_group_that_all_their_people_make():
    """Of people drawn at random, and of the example of www.statstodo.com/CombineMeansSDs.php (45 people, 12.2222, 4.5028)."""
    rng = np.random.default_rng(1)
    arms = [rng.normal(3, 2, size) for size in (2, 9, 30)]
    found = joined([arm.mean() for arm in arms], [arm.std(ddof=1) for arm in arms], [arm.size for arm in arms])
    everybody = np.concatenate(arms)
    assert (found.mean[0], found.sd[0], found.n[0]) == pytest.approx((everybody.mean(), everybody.std(ddof=1), 41), rel=1e-13)
    assert joined([1, 3], [0, 0], [1, 1]).sd == pytest.approx([math.sqrt(2)])
    shown = joined([11.8, 15.3, 8.4], [2.4, 3.2, 4.1], [10, 20, 15])
    assert (shown.n[0], shown.mean[0], shown.sd[0]) == pytest.approx((45, 12.2222, 4.5028), abs=5e-5)


def test_two_arms_join_by_the_formula_of_the_handbook():
    """Cochrane Handbook 5.1, table 7.7.a; a third arm without people changes nothing."""
    n1, m1, s1, n2, m2, s2 = 50, 26.5, 4.5, 50, 32.9, 5.8
    between = n1 * n2 / (n1 + n2) * (m1**2 + m2**2 - 2 * m1 * m2)
    sd = math.sqrt(((n1 - 1) * s1**2 + (n2 - 1) * s2**2 + between) / (n1 + n2 - 1))
    found = joined([[m1], [m2], [0]], [[s1], [s2], [0]], [[n1], [n2], [0]])
    assert (found.mean[0], found.sd[0], found.n[0]) == pytest.approx(((m1 + m2) / 2, sd, 100), rel=1e-13)


def test_clusters_inflate_the_variance_by_their_design_effect():
    """Cochrane Handbook 6.5, section 23.1.4.1: 29.8 people in a cluster, correlation 0.02: 1.576."""
    assert design_effect(size=29.8, icc=0.02) == pytest.approx([1.576], abs=5e-13)
    assert design_effect(size=1, icc=1) == pytest.approx([1])
    table = {"a": [63], "n1": [295], "c": [84], "n2": [330]}
    naive = effect_size("OR", **table)
    real = effect_size("OR", **dict(zip(table, effective_counts(*table.values(), size=29.8, icc=0.02), strict=True)))
    assert real.effect == pytest.approx(naive.effect, rel=1e-13)
    assert real.variance == pytest.approx(1.576 * naive.variance, rel=1e-12)


def test_odds_ratios_and_standardised_differences_are_one_logistic_quantity():
    """escalc(measure = "OR2DL") of metafor 3.8-1 for 4 of 123 and 11 of 139, and 5 of 10 and 2 of 10."""
    odds = effect_size("OR", a=[4, 5], n1=[123, 10], c=[11, 2], n2=[139, 10])
    d = smd_from_log_odds_ratio(odds.effect, odds.variance)
    assert d.effect == pytest.approx([-0.517529203824981, 0.764304138845688], rel=1e-12)
    assert d.variance == pytest.approx([0.108552968611653, 0.311562639700189], rel=1e-12)
    back = log_odds_ratio_from_smd(d.effect, d.variance)
    assert (back.measure, d.measure) == ("OR", "SMD")
    assert back.effect == pytest.approx(odds.effect, rel=1e-13)
    assert back.variance == pytest.approx(odds.variance, rel=1e-13)


@pytest.mark.parametrize("share", [0.5, 0.2])
def test_correlations_and_standardised_differences_go_there_and_back(share):
    """transf.dtorpb(c(0.5, 1.2)) of metafor 3.8-1 for halves; variances follow the slope of the curve."""
    d, v = np.array([0.5, 1.2]), np.array([0.02, 0.03])
    r = correlation_from_smd(d, v, share=share)
    if share == 0.5:
        assert r.effect == pytest.approx([0.242535625036333, 0.514495755427527], rel=1e-12)
    slope = (
        correlation_from_smd(d + 1e-6, v, share=share).effect - correlation_from_smd(d - 1e-6, v, share=share).effect
    ) / 2e-6
    assert r.variance == pytest.approx(slope**2 * v, rel=1e-6)
    back = smd_from_correlation(r.effect, r.variance, share=share)
    assert back.effect == pytest.approx(d, rel=1e-12)
    assert back.variance == pytest.approx(v, rel=1e-12)


def test_an_odds_ratio_is_a_risk_ratio_at_a_baseline_risk():
    """transf.logortorr(log(c(0.5, 2, 3.56)), pc = c(0.1, 0.2, 0.3)) of metafor 3.8-1; and the definition."""
    risk = [0.1, 0.2, 0.3]
    found = risk_ratio_from_odds_ratio([0.5, 2, 3.56], baseline=risk)
    assert found == pytest.approx([0.526315789473684, 1.666666666666667, 2.013574660633484], rel=1e-12)
    assert odds_ratio_from_risk_ratio(found, baseline=risk) == pytest.approx([0.5, 2, 3.56], rel=1e-12)


FIVE = {"minimum": [1.0], "q1": [2.0], "median": [4.0], "q3": [5.0], "maximum": [10.0]}
RANGE = {name: FIVE[name] for name in ("minimum", "median", "maximum")}
QUARTILES = {name: FIVE[name] for name in ("q1", "median", "q3")}


def test_a_median_and_a_range():
    """Luo.mean and Wan.std of (1, 4, 10) with 30 people, as the manual of the R package metaBLUE 1.0.0 prints them."""
    assert mean_and_sd(n=5, **RANGE).n == [5]
    found = mean_and_sd(n=30, **RANGE)
    assert (found.mean[0], found.sd[0]) == pytest.approx((4.356748, 2.205578), abs=5e-7)


@pytest.mark.parametrize(("n", "printed"), [(10, 3.078), (20, 3.735), (30, 4.086), (40, 4.322), (50, 4.498)])
def test_the_expected_range_of_a_normal_sample(n, printed):
    """Wan et al. 2014, table 1, which they approximate, to half a percent from 10 people on."""
    assert 9 / mean_and_sd(n=n, **RANGE).sd == pytest.approx([printed], rel=5e-3)


@pytest.mark.parametrize("names", [tuple(RANGE), tuple(QUARTILES), tuple(FIVE)])
@pytest.mark.parametrize("method", ["luo", "wan"])
def test_a_normal_sample_comes_back(method, names):
    """Numbers where the formulas expect them, of mean 10 and standard deviation 2."""
    n = 37
    far, near = (NormalDist().inv_cdf(p) for p in ((n - 0.375) / (n + 0.25), (0.75 * n - 0.125) / (n + 0.25)))
    numbers = dict(zip(FIVE, (10 - 2 * far, 10 - 2 * near, 10, 10 + 2 * near, 10 + 2 * far), strict=True))
    found = mean_and_sd(n=n, **{name: numbers[name] for name in names}, method=method)
    assert (found.mean[0], found.sd[0]) == pytest.approx((10, 2), rel=1e-12)


@pytest.mark.parametrize(
    ("method", "numbers", "mean"),
    [
        ("luo", QUARTILES, (0.7 + 0.39 / 16) * 3.5 + (0.3 - 0.39 / 16) * 4),
        ("luo", FIVE, 2.2 / 10.2 * 5.5 + (0.7 - 0.72 / 16**0.55) * 3.5 + (0.3 + 0.72 / 16**0.55 - 2.2 / 10.2) * 4),
        ("wan", RANGE, 4.75),
        ("wan", QUARTILES, 11 / 3),
        ("wan", FIVE, 33 / 8),
        ("bland", FIVE, 33 / 8),
    ],
)
def test_skewed_numbers_move_the_mean_by_each_method_s_weights(method, numbers, mean):
    """16 people, where n to the power 0.75 is 8."""
    assert mean_and_sd(n=16, **numbers, method=method).mean == pytest.approx([mean], rel=1e-12)


def test_shi_weighs_the_range_less_the_more_people_there_are():
    """Five numbers whose range says 3 and whose quartiles say 2."""
    n = 50
    far, near = (NormalDist().inv_cdf(p) for p in ((n - 0.375) / (n + 0.25), (0.75 * n - 0.125) / (n + 0.25)))
    five = dict(zip(FIVE, (-3 * far, -2 * near, 0, 2 * near, 3 * far), strict=True))
    assert mean_and_sd(n=n, **five).sd == pytest.approx([2 + 1 / (1 + 0.07 * n**0.6)], rel=1e-12)
    assert mean_and_sd(n=n, **five, method="wan").sd == pytest.approx([2.5], rel=1e-12)


def test_hozo_changes_rule_with_the_number_of_people():
    n = [15, 16, 25, 26, 70, 71]
    found = mean_and_sd(n=n, **{name: values * 6 for name, values in RANGE.items()}, method="hozo")
    few = math.sqrt((3**2 / 4 + 9**2) / 12)
    assert found.mean == pytest.approx([4.75, 4.75, 4.75, 4, 4, 4])
    assert found.sd == pytest.approx([few, 9 / 4, 9 / 4, 9 / 4, 9 / 4, 9 / 6])


def test_bland_s_variance_does_not_depend_on_the_origin():
    """By the printed formula, and a million away from it."""
    a, q1, m, q3, b = (values[0] for values in FIVE.values())
    printed = (a**2 + 2 * q1**2 + 2 * m**2 + 2 * q3**2 + b**2) / 16 + (a * q1 + q1 * m + m * q3 + q3 * b) / 8 - (33 / 8) ** 2
    for origin in (0, 1e6):
        found = mean_and_sd(n=20, **{name: [values[0] + origin] for name, values in FIVE.items()}, method="bland")
        assert found.sd == pytest.approx([math.sqrt(printed)], rel=1e-9)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: from_interval(2, 2.5, 3), "estimate of row 0 is 2; it should be within its interval"),
        (lambda: from_interval(1, 0, 3), "low of row 0 is 0; it should be above 0 for a ratio"),
        (lambda: from_interval(2, 2, 2), "high of row 0 is 2; it should be above low"),
        (lambda: from_interval(2, 1, 3, level=95), "level is 95; it should be a share between 0 and 1, such as 0.95"),
        (lambda: from_interval(2, 1, 3, scale="ln"), "scale is 'ln'; it should be 'log' for ratios or 'identity'"),
        (lambda: from_interval(2, 1, 3, df=0), "df of row 0 is 0; it should be above 0"),
        (lambda: from_p_value(1, 0.5), "estimate of row 0 is 1; it should be an effect, as no effect says nothing"),
        (lambda: from_p_value(-1, 0.5), "estimate of row 0 is -1; it should be above 0 for a ratio"),
        (lambda: from_p_value(2, 1), "p of row 0 is 1; it should be between 0 and 1"),
        (lambda: sd_from_se(0, 5), "se of row 0 is 0; it should be above 0"),
        (lambda: joined([1, 2], [1, 2], [5]), r"arms have shapes mean \(2,\), sd \(2,\), n \(1,\); they should"),
        (lambda: joined([1, 2], [1, -2], [5, 5]), "sd of arm 1 of row 0 is -2; it should be finite, and an sd or n 0 or more"),
        (lambda: joined([1, 2], [0, 0], [1, 0]), "n, all arms together, of row 0 is 1; it should be more than 1"),
        (lambda: design_effect(size=0.5, icc=0.1), "size of row 0 is 0.5; it should be 1 or more"),
        (lambda: design_effect(size=5, icc=1.1), "icc of row 0 is 1.1; it should be from 0 to 1"),
        (lambda: smd_from_correlation(1, 0.1), "effect of row 0 is 1; it should be between -1 and 1"),
        (lambda: correlation_from_smd(1, 0.1, share=50), "share is 50; the first group should be a share between 0 and 1"),
        (lambda: risk_ratio_from_odds_ratio(0, baseline=0.1), "odds ratio is 0; it should be above 0"),
        (lambda: risk_ratio_from_odds_ratio(2, baseline=10), "baseline is 10.0; it should be a risk between 0 and 1"),
        (lambda: odds_ratio_from_risk_ratio(4, baseline=0.5), "a risk ratio times its baseline risk is 1 or more"),
        (lambda: mean_and_sd(n=30, median=4, q1=2), "there are q1, median; for method 'luo' there should be minimum"),
        (lambda: mean_and_sd(n=30, **QUARTILES, method="hozo"), "for method 'hozo' there should be minimum, median, maximum"),
        (lambda: mean_and_sd(n=4, **RANGE), "n of row 0 is 4; it should be 5 or more"),
        (lambda: mean_and_sd(n=30, median=1, q1=2, q3=3), "median of row 0 is 1; it should be not below q1"),
        (lambda: mean_and_sd(n=30, **RANGE, method="guess"), "method is 'guess'; it should be one of luo, wan, hozo, bland"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_what_would_be_right(call, message):
    with pytest.raises(ValueError, match=message):
        call()
