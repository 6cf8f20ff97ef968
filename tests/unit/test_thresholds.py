"""Proportions at several thresholds: agreement with metafor, the nested covariance, and words for counts that cannot be."""

import numpy as np
import pytest

from equipoise.engines.synthesis.cut_points import proportions, thresholds

COLUMNS = {
    "threshold": [5, 10, 15, 5, 10, 10, 5, 10, 20, 10, 5, 15],
    "events": [60, 30, 12, 80, 33, 41, 25, 9, 1, 66, 110, 28],
    "total": [120, 120, 120, 150, 150, 130, 90, 90, 90, 200, 210, 210],
    "study": list("aaabbcdddeff"),
}


def test_a_line_that_varies_in_level_agrees_with_metafor():
    """As R metafor 3.8-1: rma.mv(qlogis(x / n), V, mods = ~ t, random = ~ 1 | study), V with 1 / (n p_j (1 - p_k))."""
    found = thresholds(**COLUMNS)
    assert found.estimate == pytest.approx([1.0734094220924, -0.2155741653448], rel=1e-8)
    assert found.standard_error == pytest.approx([0.2147946328947, 0.0141324088934], rel=1e-8)
    assert found.psi == pytest.approx(np.array([[0.1744822699542, 0], [0, 0]]), rel=1e-7)
    assert found.q + found.misfit_q == pytest.approx(29.6995054433, rel=1e-10)
    assert (found.q_df, found.misfit_df, found.maxima, found.studies) == (8, 2, 1, 6)


def test_a_line_that_varies_in_level_and_spread_agrees_with_metafor():
    """As R metafor 3.8-1: random = ~ I(t - 10) | study, struct = "GEN"; to its own stopping."""
    found = thresholds(**COLUMNS, varying="level-and-spread")
    turn = np.array([[1, 10], [0, 1]])  # to the logit at threshold 10
    assert turn @ found.estimate == pytest.approx([-1.1000168143879, -0.2183116751398], rel=1e-6)
    assert np.sqrt(np.diag(turn @ found.covariance @ turn.T)) == pytest.approx([0.2003978929109, 0.0167190130552], rel=1e-6)
    psi = np.array([[0.20391705485740, 0.004500544777037], [0.004500544777037, 0.000300883438693]])
    assert turn @ found.psi @ turn.T == pytest.approx(psi, rel=2e-6)


def test_logits_of_nested_proportions_covary_as_simulated_people_do():
    """The spread of the curve's height from one study of three thresholds is that of its repetitions."""
    rng = np.random.default_rng(8)
    share = np.array([0.4, 0.35, 0.15, 0.1])  # people by category, from the lowest
    people = rng.multinomial(400, share, size=4000)
    above = people[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]
    y = np.log(above / (400 - above))
    p = share[::-1].cumsum()[::-1][1:]
    low, high = np.maximum.outer(p, p), np.minimum.outer(p, p)
    exact = 1 / (400 * low * (1 - high))
    assert np.cov(y.T) == pytest.approx(exact, rel=0.08)
    x = np.column_stack((np.ones(3), [5, 10, 15]))
    w = np.linalg.inv(exact)
    one = thresholds([5, 10, 15], 400 * p, [400] * 3, "aaa", method="common")
    assert one.covariance == pytest.approx(np.linalg.inv(x.T @ w @ x), rel=1e-10)
    assert one.estimate == pytest.approx(np.linalg.solve(x.T @ w @ x, x.T @ w @ np.log(p / (1 - p))), rel=1e-10)


def test_scores_of_a_logistic_distribution_give_it_back():
    t = np.array([2.0, 4, 8, 16])
    for scale, g in (("identity", t), ("log", np.log(t))):
        p = 1 / (1 + np.exp(-(1.5 - 0.8 * g)))
        found = thresholds(np.tile(t, 3), np.tile(p, 3) * 1000, [1000] * 12, np.repeat([1, 2, 3], 4).tolist(), scale=scale)
        assert found.estimate == pytest.approx([1.5, -0.8], rel=1e-9)
        assert found.location == pytest.approx(1.5 / 0.8 if scale == "identity" else np.exp(1.5 / 0.8), rel=1e-9)
        assert found.spread == pytest.approx(np.pi / np.sqrt(3) / 0.8, rel=1e-9)
        assert (found.at_boundary, found.psi[0, 0]) == (True, 0)
        assert proportions(found, t).estimate == pytest.approx(p, rel=1e-9)


def test_curves_fall_and_predictions_hold_intervals():
    found = thresholds(**COLUMNS)
    at = proportions(found, [2, 5, 10, 15, 27])
    assert (np.diff(at.estimate) < 0).all()
    assert (at.prediction_interval[:, 0] < at.interval[:, 0]).all()
    assert (at.prediction_interval[:, 1] > at.interval[:, 1]).all()
    assert at.outside.tolist() == [True, False, False, False, True]
    assert np.isnan(proportions(thresholds(**COLUMNS, method="common"), [10]).prediction_interval).all()


def test_units_and_origin_of_the_scale_do_not_matter():
    plain = proportions(thresholds(**COLUMNS, varying="level-and-spread"), [5, 10, 15])
    for c, shift in ((1e-3, 0), (1e3, 0), (1, 40)):
        moved = {**COLUMNS, "threshold": np.array(COLUMNS["threshold"]) * c + shift}
        other = proportions(thresholds(**moved, varying="level-and-spread"), np.array([5, 10, 15]) * c + shift)
        assert other.estimate == pytest.approx(plain.estimate, rel=1e-7)
        assert other.prediction_interval == pytest.approx(plain.prediction_interval, rel=1e-5)


def test_an_empty_category_gets_a_half_in_all_of_its_study():
    found = thresholds([5, 10, 5, 10], [30, 30, 40, 20], [100] * 4, list("aabb"), method="common")
    assert found.corrected.tolist() == [True, True, False, False]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"threshold": [10] * 12, "study": list(range(12))}, "all studies cut the scale at one threshold"),
        ({"total": [120, 121, *COLUMNS["total"][2:]]}, "study a has totals from 120 to 121"),
        ({"threshold": [5, 5, *COLUMNS["threshold"][2:]]}, "study a has a threshold twice"),
        ({"events": [20, 30, *COLUMNS["events"][2:]]}, "study a has more people above a higher threshold"),
        ({"events": [121, *COLUMNS["events"][1:]]}, "events of row 0 is 121"),
        ({"study": ["a"]}, "study has 1 entries and threshold 12"),
        ({"varying": "all"}, "varying is 'all'"),
        ({"threshold": [0, *COLUMNS["threshold"][1:]], "scale": "log"}, "threshold of row 0 is 0; it should be above 0"),
        ({"threshold": [5, 10], "events": [20, 60], "total": [100, 100], "study": ["a", "b"]}, "does not fall"),
    ],
)
def test_counts_that_cannot_be_are_told_why(change, words):
    with pytest.raises(ValueError, match=words):
        thresholds(**{**COLUMNS, "method": "common", **change})
