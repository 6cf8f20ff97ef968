"""Effects from counts, correlations and printed intervals, and what they refuse."""

import math

import numpy as np
import pytest

from equipoise.engines.synthesis import (
    correlation,
    fisher_z,
    from_interval,
    generic,
    log_odds_ratio,
    log_risk_ratio,
    logit_proportion,
    pool,
    proportion,
    ratio,
    readable,
    risk_difference,
)


def test_a_zero_cell_gets_half_a_person_and_other_rows_get_none():
    effects = logit_proportion([0, 5, 12], [10, 10, 12])
    assert effects.effect == pytest.approx((math.log(0.5 / 10.5), 0, math.log(12.5 / 0.5)), abs=1e-12)
    assert effects.variance == pytest.approx((1 / 0.5 + 1 / 10.5, 0.4, 1 / 12.5 + 1 / 0.5), abs=1e-12)
    assert effects.corrected == (True, False, True)
    assert (effects.measure, effects.rows) == ("PLO", (0, 1, 2))


@pytest.mark.parametrize(("to", "corrected"), [("only0", (True, False)), ("all", (True, True)), ("if0all", (True, True))])
def test_the_rows_to_correct_follow_metafor_s_rules(to, corrected):
    assert log_odds_ratio([0, 3], [9, 7], [2, 4], [8, 6], to=to).corrected == corrected


def test_without_a_zero_cell_if0all_corrects_nothing():
    assert log_odds_ratio([1, 3], [9, 7], [2, 4], [8, 6], to="if0all").corrected == (False, False)


def test_two_by_two_measures_of_one_table():
    """4 of 123 vaccinated and 11 of 139 controls (Aronson 1948), by hand."""
    table = ([4], [119], [11], [128])
    assert log_odds_ratio(*table).effect == pytest.approx([math.log(4 * 128 / (119 * 11))], abs=1e-14)
    assert log_odds_ratio(*table).variance == pytest.approx([1 / 4 + 1 / 119 + 1 / 11 + 1 / 128], abs=1e-14)
    assert log_risk_ratio(*table).effect == pytest.approx([math.log(4 / 123 / (11 / 139))], abs=1e-14)
    assert log_risk_ratio(*table).variance == pytest.approx([1 / 4 - 1 / 123 + 1 / 11 - 1 / 139], abs=1e-14)
    assert risk_difference(*table).effect == pytest.approx([4 / 123 - 11 / 139], abs=1e-14)
    assert risk_difference(*table).variance == pytest.approx([4 * 119 / 123**3 + 11 * 128 / 139**3], abs=1e-14)


def test_a_row_where_nobody_or_everybody_has_the_event_stays_unless_dropped():
    table = ([0, 4, 50], [50, 119, 0], [0, 11, 50], [50, 128, 0])  # nobody, some, everybody
    assert log_odds_ratio(*table).effect[::2] == pytest.approx((0, 0), abs=1e-14)
    assert log_risk_ratio(*table, drop00=True).rows == (1,)
    with pytest.raises(ValueError, match="drop00 left no row"):
        log_odds_ratio([0], [50], [0], [50], drop00=True)


def test_a_printed_interval_gives_back_its_effect():
    """An odds ratio of 2 whose log has standard error 0.3."""
    low, high = (math.exp(math.log(2) + sign * 1.959963984540054 * 0.3) for sign in (-1, 1))
    effects = from_interval(2, low, high, measure="OR")
    assert effects.effect == pytest.approx([math.log(2)], abs=1e-12)
    assert effects.variance == pytest.approx([0.09], abs=1e-12)
    assert effects.measure == "OR"
    assert from_interval([1.0], [0.0], [2.0], level=0.6826894921370859, scale="identity").variance == pytest.approx(
        [1], abs=1e-9
    )


def test_fisher_z_and_back():
    effects = fisher_z([0.5, -0.2], [28, 103])
    assert effects.variance == pytest.approx([0.04, 0.01], abs=1e-15)
    assert correlation(effects.effect) == pytest.approx([0.5, -0.2], abs=1e-14)


def test_back_transforms_hold_at_the_ends():
    assert proportion([-800, 0, 800]) == pytest.approx([0, 0.5, 1], abs=1e-15)
    assert proportion(-20) == pytest.approx(math.exp(-20) / (1 + math.exp(-20)), rel=1e-13)
    assert ratio([0, math.log(3)]) == pytest.approx([1, 3], abs=1e-14)


def test_bounds_are_transformed_one_by_one():
    pooled = pool([0.1, 0.9, 0.4], [0.04, 0.09, 0.01])
    shown = readable(pooled, "OR")
    assert (shown.low, shown.high) == pytest.approx((math.exp(pooled.low), math.exp(pooled.high)))
    assert (shown.prediction_low, shown.prediction_riley_high) == pytest.approx(
        (math.exp(pooled.prediction_low), math.exp(pooled.prediction_riley_high))
    )
    assert readable(pool([0.1], [0.04]), "RD").prediction_low is None
    with pytest.raises(ValueError, match="measure is 'SMD'; it should be one of PLO, OR"):
        readable(pooled, "SMD")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: logit_proportion([3], [2]), "events of row 0 is 3; it should be from 0 to the total"),
        (lambda: logit_proportion([1, -1], [2, 2]), "events of row 1 is -1; it should be from 0"),
        (lambda: logit_proportion([0], [0]), "total of row 0 is 0; it should be more than 0 people"),
        (lambda: logit_proportion([1, 2], [5]), r"columns have shapes events \(2,\), total \(1,\); they should be"),
        (lambda: logit_proportion([[1]], [[5]]), "with one value a study"),
        (lambda: logit_proportion([np.nan], [5]), "events of row 0 is nan; it should be a finite number"),
        (lambda: logit_proportion([0], [5], to="none"), "row 0 has a zero cell, and to='none', add=0.5 corrects it not"),
        (lambda: logit_proportion([0], [5], add=0), "row 0 has a zero cell"),
        (lambda: logit_proportion([1], [5], add=-1), "add is -1; it should be 0 or more"),
        (lambda: logit_proportion([1], [5], to="some"), "to is 'some'; it should be one of only0, all, if0all, none"),
        (lambda: log_odds_ratio([1], [2], [-3], [4]), "c of row 0 is -3; it should be a count of 0 or more"),
        (lambda: log_risk_ratio([0], [0], [3], [4]), r"a \+ b of row 0 is 0; it should be more than 0 people"),
        (lambda: fisher_z([1], [10]), "r of row 0 is 1; it should be between -1 and 1"),
        (lambda: fisher_z([0.5], [3]), "n of row 0 is 3; it should be more than 3 people"),
        (lambda: generic([1, 2], [0.1, 0]), "variance of row 1 is 0; it should be finite and above 0"),
        (lambda: from_interval(2, 2.5, 3), "estimate of row 0 is 2; it should be within its interval"),
        (lambda: from_interval(1, 0, 3), "low of row 0 is 0; it should be above 0 for a ratio"),
        (lambda: from_interval(2, 2, 2), "high of row 0 is 2; it should be above low"),
        (lambda: from_interval(2, 1, 3, level=95), "level is 95; it should be a share between 0 and 1, such as 0.95"),
        (lambda: from_interval(2, 1, 3, scale="ln"), "scale is 'ln'; it should be 'log' for ratios or 'identity'"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_what_would_be_right(call, message):
    with pytest.raises(ValueError, match=message):
        call()
