"""Selection models against a naive likelihood, against R, and at their edges."""

import numpy as np
import pytest

from equipoise.engines.synthesis.pooling import pool
from equipoise.engines.synthesis.selection_models import selection
from equipoise.engines.synthesis.weight_functions import step_curve

MAGNESIUM = np.array(  # deaths and patients, magnesium and control; Egger, Davey Smith & Altman 2001, Systematic Reviews
    [(1, 40, 2, 36), (9, 135, 23, 135), (2, 200, 7, 200), (1, 48, 1, 46), (10, 150, 8, 148), (1, 59, 9, 56), (1, 25, 3, 23),
     (0, 22, 1, 21), (6, 76, 11, 75), (1, 27, 7, 27), (2, 89, 12, 80), (5, 23, 13, 33), (4, 130, 8, 122), (90, 1159, 118, 1157),
     (4, 107, 17, 108), (2216, 29011, 2103, 29039)], dtype=float,
)  # fmt: skip
A, N1, C, N2 = MAGNESIUM.T
CELLS = np.stack([A, N1 - A, C, N2 - C]) + 0.5 * (A == 0)
TRIALS = np.log(CELLS[0] * CELLS[3] / (CELLS[1] * CELLS[2])), (1 / CELLS).sum(axis=0)
PRACTICES = (  # Baskerville et al. 2012, Annals of Family Medicine 10:63-74: standardised mean difference and standard error
    np.array([1.01, 0.82, 0.59, 0.44, 0.84, 0.73, 1.12, 0.04, 0.24, 0.32, 1.04, 1.31, 0.59, 0.66, 0.62, 0.47, 1.08, 0.98, 0.26,
              0.39, 0.60, 0.94, 0.11]),
    np.array([0.52, 0.46, 0.23, 0.18, 0.29, 0.29, 0.36, 0.37, 0.15, 0.40, 0.32, 0.57, 0.29, 0.19, 0.31, 0.27, 0.32, 0.32, 0.18,
              0.18, 0.31, 0.53, 0.27]) ** 2,
)  # fmt: skip
MODELS = {
    "one step": {},
    "two steps": {"steps": (0.025, 0.1)},
    "two-sided": {"steps": 0.05, "alternative": "two.sided"},
    "beta": {"form": "beta"},
    "beta two-sided": {"form": "beta", "alternative": "two.sided"},
    "common": {"method": "common"},
    "fixed": {"steps": (0.025, 0.5), "weights": (1, 0.5, 0.2)},
}


def naive(effect, variance, mean, tau2, found):
    """Log-likelihood by a sum over 200,001 effects a study."""
    from scipy.special import ndtr

    total = 0.0
    sides = 2 if found.alternative == "two.sided" else 1

    def weight(z):
        p = np.asarray(2 * ndtr(-np.abs(z)) if sides == 2 else ndtr(-z))
        if found.form == "steps":
            return found.delta[np.searchsorted(found.steps, p)]
        p = np.clip(p, 1e-5, 1 - 1e-5)
        return p ** (found.delta[0] - 1) * (1 - p) ** (found.delta[1] - 1)

    for y, v in zip(effect, variance, strict=True):
        s = np.sqrt(v + tau2)
        grid = np.linspace(mean - 10 * s, mean + 10 * s, 200_001)
        density = np.exp(-(((grid - mean) / s) ** 2) / 2) / (s * np.sqrt(2 * np.pi))
        mass = (weight(grid / np.sqrt(v)) * density).sum() * (grid[1] - grid[0])
        total += np.log(weight(y / np.sqrt(v))) - ((y - mean) / s) ** 2 / 2 - np.log(s * np.sqrt(2 * np.pi)) - np.log(mass)
    return total


@pytest.mark.parametrize("model", MODELS)
def test_the_likelihood_is_what_it_says_and_lower_all_around(model):
    """The naive sum gives the same height, and is lower at a step to any side of the mean and tau squared."""
    found = selection(*PRACTICES, **MODELS[model])
    top = naive(*PRACTICES, found.estimate, found.tau2, found)
    assert found.log_likelihood == pytest.approx(top, abs=2e-4)
    for mean, tau2 in ((0.02, 0), (-0.02, 0), (0, 0.02), (0, -0.02)):
        if found.tau2 + tau2 >= 0 and (tau2 == 0 or found.method == "ML"):
            assert naive(*PRACTICES, found.estimate + mean, found.tau2 + tau2, found) < top


@pytest.mark.parametrize(
    ("model", "expected", "weights", "lrt"),
    [  # selmodel(rma(smd, se^2, method = "ML"), ...), metafor 3.8-1, control = list(reltol = 1e-15, maxit = 10000)
        ("two steps", (0.363545478, 0.126202189, 0.0174566666, 0.0355084019), (0.636935614, 0.103685353, 0.39197, 0.1014416),
         7.49510786),
        ("two-sided", (0.470825628, 0.0916065276, 0.00767241979, 0.0218350925), (0.446719404, 0.29839111), 1.44038896),
        ("common", (0.454986477, 0.0786413567, 0, np.nan), (0.404429789, 0.255799287), 2.06017149),
        ("fixed", (0.464522663, 0.0661322575, 0.0118859729, 0.0252422416), (0.5, 0.2, np.nan, np.nan), np.nan),
    ],
)  # fmt: skip
def test_metafor_agrees(model, expected, weights, lrt):
    """Mean, its error, tau squared, its error; weights, then their errors; likelihood ratio."""
    s = selection(*PRACTICES, **MODELS[model])
    found = (s.estimate, s.standard_error, s.tau2, s.tau2_standard_error)
    assert found == pytest.approx(expected, rel=1e-5, nan_ok=True)
    assert [*s.delta[1:], *s.delta_standard_error[1:]] == pytest.approx(weights, rel=1e-5, nan_ok=True)
    assert s.lrt == pytest.approx(lrt, rel=1e-6, nan_ok=True)


def test_masses_keep_their_digits_in_either_tail():
    """Twenty standard deviations below the step, and above it: the small mass is Mills' ratio, not a difference from 1."""
    curve = step_curve(np.ones(1), np.array([0.5, 1.0]), two_sided=False)
    below, above = (curve.kernels(np.array([mean]), np.ones((1, 1)), 0)[0][0, 0] for mean in (-20.0, 20.0))
    tail = np.exp(-200) / np.sqrt(2 * np.pi) / 20 * (1 - 1 / 400 + 3 / 400**2 - 15 / 400**3)
    assert (below[0], above[1]) == pytest.approx((tail, tail), rel=1e-8)


def test_metafor_stops_on_a_lower_maximum():
    """Magnesium, one step: metafor 3.8-1 gives -0.382804 at -18.8439847, and our answer at -17.30123669 when started there.

    Both are maxima: without ISIS-4's precision the trials disagree (tau squared 0.11), or all share its null and the small
    ones were selected.
    """
    found = selection(*TRIALS, alternative="less")
    assert (found.estimate, found.log_likelihood) == pytest.approx((0.03766848, -17.30123669), rel=1e-4)
    assert (found.delta[1], found.tau2, found.tau2_at_boundary) == (pytest.approx(0.0332226, rel=1e-3), 0, True)
    assert (found.maxima, found.higher_far_away) == (2, False)


def test_equal_weights_are_no_selection():
    plain = pool(*PRACTICES, method="ML", test="z")
    for model in ({"weights": (2, 2)}, {"form": "beta", "weights": (1, 1)}):
        found = selection(*PRACTICES, **model)
        assert (found.estimate, found.tau2) == pytest.approx((plain.estimate, plain.tau2), rel=1e-6)
        assert np.isnan([found.lrt, found.lrt_p]).all()
        assert np.isnan(found.delta_standard_error).all()
        assert found.lrt_df == 0


@pytest.mark.parametrize("model", ["one step", "beta"])
def test_less_is_the_mirror_of_greater(model):
    a = selection(*PRACTICES, **MODELS[model])
    b = selection(-PRACTICES[0], PRACTICES[1], **MODELS[model], alternative="less")
    assert (b.estimate, *b.interval) == pytest.approx((-a.estimate, -a.interval[1], -a.interval[0]), rel=1e-9)
    assert b.delta == pytest.approx(a.delta, rel=1e-9)


@pytest.mark.parametrize("c", [1e-6, 1e6])
@pytest.mark.parametrize("model", ["two steps", "beta two-sided"])
def test_units_and_order_do_not_matter(model, c):
    order = np.random.default_rng(4).permutation(23)
    a = selection(*PRACTICES, **MODELS[model])
    b = selection(c * PRACTICES[0][order], c**2 * PRACTICES[1][order], **MODELS[model])
    assert (b.estimate / c, b.standard_error / c, b.tau2 / c**2) == pytest.approx(
        (a.estimate, a.standard_error, a.tau2), rel=1e-6
    )
    assert (b.lrt, b.log_likelihood + 23 * np.log(c)) == pytest.approx((a.lrt, a.log_likelihood), rel=1e-8)


def test_selection_is_recovered():
    """Of 4,000 studies around 0.2, four in five that are not significant are unseen; their plain mean is far too high."""
    rng = np.random.default_rng(5)
    v = rng.uniform(0.02, 0.2, 4000)
    y = rng.normal(0.2, np.sqrt(v + 0.04))
    seen = (y > 1.959964 * np.sqrt(v)) | (rng.uniform(size=4000) < 0.2)
    found = selection(y[seen], v[seen])
    assert found.unadjusted > 0.4
    assert abs(found.estimate - 0.2) < 3 * found.standard_error < 0.1
    assert abs(found.delta[1] - 0.2) < 3 * found.delta_standard_error[1] < 0.1
    assert found.lrt_p < 1e-6


def test_an_empty_interval_is_named_or_merged():
    with pytest.raises(ValueError, match=r"no p-value lies in 0.5 < p <= 0.9, .* empty='merge' join it with the next"):
        selection(*PRACTICES, steps=(0.025, 0.5, 0.9))
    merged = selection(*PRACTICES, steps=(0.025, 0.5, 0.9), empty="merge")
    assert (merged.steps.tolist(), merged.counts.tolist()) == ([0.025, 1], [13, 10])
    assert merged.estimate == selection(*PRACTICES).estimate
    assert selection(*PRACTICES, steps=(0.025, 0.5, 0.9), weights=(1, 0.5, 0.4, 0.3)).counts.tolist() == [13, 10, 0, 0]


def test_a_weight_at_its_bound_says_so():
    """Seven effects just significant: no exponent is large enough for what p-values above them are missing."""
    y, v = [0.41, 0.25, 0.14, 0.12, 0.5, 0.61, 0.4], [0.044, 0.014, 0.004, 0.003, 0.064, 0.077, 0.041]
    found = selection(y, v, form="beta")
    assert found.delta_at_boundary.tolist() == [False, True]
    assert found.delta[1] == pytest.approx(100)
    assert np.isnan(found.delta_standard_error).tolist() == [False, True]
    assert found.higher_far_away is False


def test_a_likelihood_that_is_higher_far_from_the_data_says_so():
    y, v = [0.33, 0.61, 0.16, 0.62, 0.27, 0.32, 0.56], [0.032, 0.083, 0.007, 0.082, 0.016, 0.024, 0.066]
    found = selection(y, v, form="beta")
    assert found.higher_far_away is True
    assert -1 < found.estimate < 0


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"steps": (0.5, 0.025)}, r"steps are \[0.5, 0.025\]; they should rise"),
        ({"steps": (0.025, 1.2)}, "they should rise between 0 and 1"),
        ({"steps": 1}, "they should rise between 0 and 1"),
        ({"weights": (1, 0)}, "2 numbers above 0"),
        ({"weights": (1, 0.5, 0.2)}, "2 numbers above 0"),
        ({"form": "beta", "weights": (1, 0)}, "two exponents"),
        ({"form": "normal"}, "form is 'normal'"),
        ({"alternative": "more"}, "alternative is 'more'"),
        ({"method": "REML"}, "method is 'REML'"),
        ({"effect": (3, 0.1), "variance": (1, 1)}, "2 studies for 3 parameters"),
        ({"effect": (3, 4, 5), "variance": (1, 1, 1), "empty": "merge"}, "all 3 p-values lie in one interval"),
        ({"effect": (), "variance": ()}, "no study"),
        ({"variance": (1,) * 22 + (0,)}, "variance of row 22 is 0"),
    ],
)
def test_bad_input_is_refused_in_words(change, says):
    given = {"effect": PRACTICES[0], "variance": PRACTICES[1]} | change
    with pytest.raises(ValueError, match=says):
        selection(given.pop("effect"), given.pop("variance"), **given)
