"""The location-scale model against R metafor, against direct matrix algebra, and at its edges."""

import itertools

import numpy as np
import pytest
from scipy.optimize import minimize

from equipoise.engines.synthesis import effect_size, pool
from equipoise.engines.synthesis.scale_model import location_scale

BCG = effect_size(  # vaccinated with and without tuberculosis, controls with and without; Colditz et al. 1994, JAMA 271:698-702
    "RR",
    a=(4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27),
    b=(119, 300, 228, 13536, 5036, 1361, 2537, 87886, 7470, 1699, 50448, 2493, 16886),
    c=(11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29),
    d=(128, 274, 209, 12619, 5761, 1079, 619, 87892, 7232, 1600, 27197, 2338, 17825),
)
LATITUDE = np.array((44, 55, 42, 52, 13, 44, 19, 13, 27, 42, 18, 33, 33))
WRITING = np.array((  # effects in hundredths, variances in thousandths, pupils; Bangert-Drowns et al. 2004, metadat
    (65, -75, -21, -4, 23, 3, 26, 6, 6, 12, 77, 0, 52, 54, 20, 20, -16, 42, 60, 51, 58, 54, 9, 37, -1, -13, 18, 27, -2, 33, 59,
     84, -32, 12, 112, -12, -44, -7, 70, 49, 20, 58, 15, 63, 4, 146, 4, 25),
    (70, 126, 42, 19, 22, 9, 106, 7, 40, 52, 107, 21, 37, 83, 86, 91, 167, 52, 91, 65, 73, 61, 100, 60, 83, 37, 69, 18, 9, 53,
     17, 112, 60, 44, 129, 23, 205, 33, 265, 39, 21, 67, 14, 168, 16, 99, 87, 72),
    (60, 34, 95, 209, 182, 462, 38, 542, 99, 77, 40, 190, 113, 50, 47, 44, 24, 78, 46, 64, 57, 68, 40, 68, 48, 107, 58, 225,
     446, 77, 243, 39, 67, 91, 36, 177, 20, 120, 16, 105, 195, 62, 289, 25, 250, 51, 46, 56),
))  # fmt: skip


@pytest.mark.parametrize(
    ("method", "mean", "scale", "log_likelihood", "tests"),
    [  # rma(yi, vi, mods = ~ ablat, scale = ~ ablat, method, control = list(optimizer = "optim", optmethod = "BFGS",
        # reltol = 1e-16)), metafor 3.8-1, R 4.2.2; columns: estimates, standard errors; QS, QM
        ("REML", (0.251476047769, -0.0291105216909, 0.250569981855, 0.00721526972530),
         (-2.54250126804, -0.000730141922326, 3.41988597715, 0.0795768078965), -8.08727792524,
         (8.41863230660e-05, 16.2777672920)),
        ("ML", (0.304468036071, -0.0297726914447, 0.143790406133, 0.00498385111311),
         (-4.95749076971, 0.0385932609871, 3.26758827014, 0.0730425722572), -7.53929025009,
         (0.279171342529, 35.6866739949)),
    ],
)  # fmt: skip
def test_metafor_agrees_on_bcg(method, mean, scale, log_likelihood, tests):
    """To 1e-5 of the coefficients, where metafor's steps end."""
    fit = location_scale(BCG.effect, BCG.variance, moderators=LATITUDE, scale=LATITUDE, method=method)
    assert (*fit.estimate, *fit.standard_error) == pytest.approx(mean, rel=1e-6)
    assert (*fit.scale.estimate, *fit.scale.standard_error) == pytest.approx(scale, rel=2e-5)
    assert fit.log_likelihood == pytest.approx(log_likelihood, abs=1e-9)
    assert (fit.scale.qm, fit.qm) == pytest.approx(tests, rel=5e-5)
    assert fit.tau2 == pytest.approx(np.exp(fit.scale.estimate[0] + fit.scale.estimate[1] * LATITUDE))


@pytest.mark.parametrize(
    ("method", "mean", "scale", "log_likelihood", "tests"),
    [  # rma(yi, vi, mods = ~ I(ni / 100), scale = ~ I(ni / 100), method, test = "t", control as above); columns: estimates,
        # standard errors, lower bounds; QS, its p, QM, its p
        ("REML", (0.301681359197, -0.0552663294788, 0.0661161531120, 0.0197546209803, 0.168596445581, -0.0950303191084),
         (-1.92087852674, -0.917428956158, 0.668982484765, 0.514064898593, -3.26747042608, -1.95218792809), -14.6505619967,
         (3.18499669460, 0.0809128439357, 7.82679286639, 0.00749275215595)),
        ("ML", (0.300318548000, -0.0549947799502, 0.0650682072116, 0.0194007509719, 0.169343040074, -0.0940464661974),
         (-1.90495546827, -0.992854103040, 0.661420090931, 0.508876001268, -3.23632505835, -2.01716836639), -13.2375438105,
         (3.80668490521, 0.0571545513118, 8.03536955299, 0.00679299469245)),
    ],
)  # fmt: skip
def test_metafor_agrees_on_writing_to_learn(method, mean, scale, log_likelihood, tests):
    y, v, n = WRITING[0] / 100, WRITING[1] / 1000, WRITING[2] / 100
    fit = location_scale(y, v, moderators=n, scale=n, method=method, test="t")
    assert (*fit.estimate, *fit.standard_error, *fit.interval[:, 0]) == pytest.approx(mean, rel=1e-6)
    s = fit.scale
    assert (*s.estimate, *s.standard_error, *s.interval[:, 0]) == pytest.approx(scale, rel=2e-6)
    assert fit.log_likelihood == pytest.approx(log_likelihood, abs=1e-9)
    assert (s.qm, s.qm_p, fit.qm, fit.qm_p) == pytest.approx(tests, rel=2e-6)
    assert (fit.df, s.df, fit.maxima, fit.at_boundary) == (46, 46, 1, False)


@pytest.mark.parametrize(
    ("method", "metafor"),
    [("REML", -7.98876530800), ("ML", -7.13928898409)],  # the same with link = "identity" and metafor's own optimizer
)
def test_the_identity_link_ends_at_the_bound_where_the_likelihood_does(method, metafor):
    fit = location_scale(BCG.effect, BCG.variance, moderators=LATITUDE, scale=LATITUDE, method=method, link="identity")
    assert metafor <= fit.log_likelihood < metafor + 1e-6
    assert (fit.tau2 >= 0).all()
    assert fit.at_boundary
    assert (fit.tau2 == 0).any()
    assert np.isnan(fit.scale.standard_error).all()


def log_likelihood(y, m, x):
    """Restricted, by the textbook."""
    w = np.diag(1 / m)
    information = x.T @ w @ x
    residual = y - x @ np.linalg.solve(information, x.T @ w @ y)
    design = np.linalg.slogdet(x.T @ x)[1] - np.linalg.slogdet(information)[1]
    return (design - np.log(m).sum() - residual @ w @ residual - (y.size - x.shape[1]) * np.log(2 * np.pi)) / 2


@pytest.mark.parametrize("link", ["log", "identity"])
@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_a_naive_search_finds_no_higher_likelihood(seed, link):
    rng = np.random.default_rng(seed)
    z, v = rng.normal(size=20), rng.uniform(0.01, 0.2, 20)
    y = rng.normal(size=20) * np.exp(-0.5 + 0.6 * z) + rng.normal(size=20) * np.sqrt(v)
    x = np.column_stack([np.ones(20), z])

    def deficit(a):
        tau2 = np.exp(np.clip(x @ a, -200, 200)) if link == "log" else x @ a
        return 1e9 if (tau2 < 0).any() else -log_likelihood(y, v + tau2, x)

    starts = itertools.product((-4, -1, 1), (-1, 1)) if link == "log" else ((1, 0), (0.1, 0.01), (1, 0.3))
    best = -min(
        minimize(deficit, s, method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-12, "maxiter": 4000}).fun for s in starts
    )
    fit = location_scale(y, v, moderators=z, scale=z, link=link)
    assert fit.log_likelihood == pytest.approx(log_likelihood(y, v + fit.tau2, x), abs=1e-9)
    assert -1e-8 < fit.log_likelihood - best < 1e-6


@pytest.mark.parametrize("link", ["log", "identity"])
def test_without_scale_moderators_it_is_the_random_effects_model(link):
    p = pool(BCG.effect, BCG.variance, method="REML", test="z", moderators=LATITUDE)
    fit = location_scale(BCG.effect, BCG.variance, moderators=LATITUDE, link=link)
    assert fit.tau2 == pytest.approx(np.full(13, float(p.tau2)), rel=1e-8)
    assert fit.interval == pytest.approx(p.interval, rel=1e-8)
    assert (fit.q, fit.qm, fit.qm_p) == pytest.approx((float(p.q), float(p.qm), float(p.qm_p)), rel=1e-8)
    assert fit.scale.estimate[0] == pytest.approx(np.log(float(p.tau2)) if link == "log" else float(p.tau2), rel=1e-8)
    assert (fit.scale.qm_df, np.isnan(fit.scale.qm)) == (0, True)
    t = location_scale(BCG.effect, BCG.variance, moderators=LATITUDE, link=link, test="t")
    assert (t.df, t.scale.df) == (11, 12)


@pytest.mark.parametrize("c", [1e-6, 1e6])
@pytest.mark.parametrize("link", ["log", "identity"])
def test_units_do_not_matter(c, link):
    y, v, n = WRITING[0] / 100, WRITING[1] / 1000, WRITING[2] / 100
    one = location_scale(y, v, moderators=n, scale=n, link=link)
    other = location_scale(c * y, c**2 * v, moderators=n, scale=1000 * n - 5, link=link)
    assert other.tau2 / c**2 == pytest.approx(one.tau2, rel=1e-6, abs=1e-9)
    assert other.interval / c == pytest.approx(one.interval, rel=1e-7)
    assert other.scale.statistic[1] == pytest.approx(one.scale.statistic[1], rel=1e-6, nan_ok=True)


@pytest.mark.parametrize("c", [1e-6, 1e6])
def test_units_do_not_matter_to_variances_away_from_their_bound(c):
    y, v = np.array(BCG.effect), np.array(BCG.variance)
    one, other = (location_scale(s * y, s**2 * v, scale=LATITUDE, link="identity") for s in (1, c))
    assert not one.at_boundary
    assert other.scale.interval / c**2 == pytest.approx(one.scale.interval, rel=1e-6)


def test_effects_all_alike_have_no_logarithm_of_a_variance():
    """But the identity link has its 0."""
    with pytest.raises(ArithmeticError, match="the likelihood has no maximum: it rises as tau squared goes to 0"):
        location_scale([0.1] * 4, [0.02] * 4)
    fit = location_scale([0.1] * 4, [0.02] * 4, link="identity")
    assert ((fit.tau2 == 0).all(), fit.at_boundary, fit.estimate[0]) == (True, True, pytest.approx(0.1))


def test_what_cannot_be_is_said_in_one_sentence():
    one = [0.1, 0.3, 0.5, 0.2]
    with pytest.raises(ValueError, match="scale coefficient 1 has no data of its own"):
        location_scale(one, [1] * 4, moderators=[0, 0, 0, 1], scale=[0, 0, 0, 1])
    with pytest.raises(ValueError, match="variance of row 1 is 0; it should be above 0"):
        location_scale(one, [1, 0, 1, 1])
    with pytest.raises(ValueError, match="link is 'probit'; it should be one of log, identity"):
        location_scale(one, [1] * 4, link="probit")
    with pytest.raises(ValueError, match="moderators have shape"):
        location_scale(one, [1] * 4, scale=[1, 2])
