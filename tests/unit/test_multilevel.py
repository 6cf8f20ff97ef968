"""Multilevel and multivariate models against direct matrix algebra, against each other, and at their edges."""

import itertools

import numpy as np
import pytest
from scipy.optimize import minimize

from equipoise.engines.synthesis import pool
from equipoise.engines.synthesis.clusters import working_covariance
from equipoise.engines.synthesis.levels import multilevel, multivariate
from equipoise.engines.synthesis.mixed import STRUCTURES, Problem, squares, surface_of


def log_likelihood(y, m, x, method):
    """By the textbook, dense."""
    w = np.linalg.inv(m)
    information = x.T @ w @ x
    residual = y - x @ np.linalg.solve(information, x.T @ w @ y)
    k, p = x.shape
    value = -(np.linalg.slogdet(m)[1] + residual @ w @ residual) / 2
    if method == "ML":
        return value - k * np.log(2 * np.pi) / 2
    design = np.linalg.slogdet(x.T @ x)[1] - np.linalg.slogdet(information)[1]
    return value + (design - (k - p) * np.log(2 * np.pi)) / 2


def data(seed, *, sizes=(3, 1, 4, 2, 2, 5), between=0.3, within=0.2):
    rng = np.random.default_rng(seed)
    study = np.repeat(np.arange(len(sizes)), sizes)
    v = rng.uniform(0.01, 0.15, study.size)
    y = rng.normal(0, between, len(sizes))[study] + rng.normal(0, np.sqrt(within**2 + v))
    return y, v, study


@pytest.mark.parametrize("method", ["ML", "REML"])
@pytest.mark.parametrize(
    ("seed", "sizes", "between", "within", "rho"),
    [
        (1, (3, 1, 4, 2, 2, 5), 0.3, 0.2, 0.0),
        (2, (3, 1, 4, 2, 2, 5), 0.0, 0.5, 0.5),
        (3, (3, 1, 4, 2, 2, 5), 0.5, 0.0, 0.8),
        (4, (2, 1), 0.3, 0.2, 0.0),
        (5, (1, 2, 1), 30.0, 0.2, 0.0),
        (6, (4, 4), 0.1, 20.0, 0.3),
    ],
)
def test_a_naive_search_finds_no_higher_likelihood(seed, sizes, between, within, rho, method):  # noqa: PLR0917
    y, v, study = data(seed, sizes=sizes, between=between, within=within)
    sampling = working_covariance(v, study, rho)
    together = (study[:, None] == study).astype(float)
    x = np.ones((y.size, 1))

    def deficit(logs):
        m = sampling + np.exp(logs[0]) * together + np.exp(logs[1]) * np.eye(y.size)
        return -log_likelihood(y, m, x, method)

    best = -min(
        minimize(deficit, start, method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-12, "maxiter": 2000}).fun
        for start in itertools.product((-6, -2, 4), repeat=2)
    )
    fit = multilevel(y, sampling, levels=(study, np.arange(y.size)), method=method, profile=False)
    assert fit.log_likelihood == pytest.approx(log_likelihood(y, fit.marginal, x, method), abs=1e-9)
    assert -1e-10 < fit.log_likelihood - best < 1e-6
    assert (fit.at_boundary == (fit.sigma2 == 0)).all()


@pytest.mark.parametrize("c", [1e-6, 1e-3, 1e3, 1e6])
def test_units_do_not_matter(c):
    y, v, study = data(1)
    one = multilevel(y, v, levels=(study, np.arange(y.size)))
    other = multilevel(c * y, c**2 * v, levels=(study, np.arange(y.size)))
    assert other.sigma2 / c**2 == pytest.approx(one.sigma2, rel=1e-9)
    assert other.sigma2_interval / c**2 == pytest.approx(one.sigma2_interval, rel=1e-8)
    assert other.interval / c == pytest.approx(one.interval, rel=1e-10)
    assert other.i2 == pytest.approx(one.i2, rel=1e-9)
    arms = np.arange(y.size) % 2
    one, other = (multivariate(s * y, s**2 * v, study=study, outcome=arms) for s in (1, c))
    assert other.random / c**2 == pytest.approx(one.random, rel=1e-8)


@pytest.mark.parametrize("method", ["ML", "REML"])
def test_one_level_is_the_random_effects_model(method):
    """Of all studies, without and with a moderator."""
    y, v, _ = data(7)
    x = np.linspace(0, 1, y.size) ** 2
    for moderators in (None, np.column_stack([x, np.sqrt(x)])):
        fit = multilevel(y, v, levels=(np.arange(y.size),), moderators=moderators, method=method, test="t", profile=False)
        p = pool(y, v, method=method, test="t", moderators=moderators)
        assert fit.sigma2[0] == pytest.approx(float(p.tau2), rel=1e-8)
        assert fit.estimate == pytest.approx(np.atleast_1d(p.estimate), rel=1e-8)
        assert fit.interval.ravel() == pytest.approx(np.ravel(p.interval), rel=1e-8)
        assert (fit.q, fit.q_p, fit.i2[0]) == pytest.approx((float(p.q), float(p.q_p), float(p.i2)), rel=1e-8)
        if moderators is not None:
            assert (fit.qm, fit.qm_p) == pytest.approx((float(p.qm), float(p.qm_p)), rel=1e-8)


def test_order_of_rows_and_names_of_groups_do_not_matter():
    y, v, study = data(1)
    shuffled = np.random.default_rng(0).permutation(y.size)
    one = multilevel(y, v, levels=(study, np.arange(y.size)))
    names = np.array(["f", "e", "d", "c", "b", "a"], dtype=object)[study]
    other = multilevel(y[shuffled], v[shuffled], levels=(names[shuffled], shuffled.astype(str)))
    assert other.sigma2_interval == pytest.approx(one.sigma2_interval, rel=1e-8)
    assert other.marginal == pytest.approx(one.marginal[np.ix_(shuffled, shuffled)], rel=1e-9)


def test_labels_count_within_their_outer_group_unless_levels_cross():
    """School 1 of one district is another school than school 1 of the next."""
    y, v, study = data(1)
    place = np.concatenate([np.arange(n) for n in (3, 1, 4, 2, 2, 5)])
    nested = multilevel(y, v, levels=(study, place), profile=False)
    crossed = multilevel(y, v, levels=(study, place), crossed=True, profile=False)
    assert (nested.groups, crossed.groups) == ((6, 17), (6, 5))
    assert nested.sigma2 == pytest.approx(multilevel(y, v, levels=(study, np.arange(17)), profile=False).sigma2, rel=1e-9)
    turned = multilevel(y, v, levels=(place, study), crossed=True, profile=False)
    assert turned.sigma2[::-1] == pytest.approx(crossed.sigma2, rel=1e-8)


@pytest.mark.parametrize(("seed", "between", "within"), [(11, 0.6, 0.2), (48, 0.9, 0.0)])
def test_profile_intervals_end_where_the_likelihood_ratio_test_begins_to_reject(seed, between, within):
    """With the other variance maximised anew by direct search; 3.8415 is the quantile of chi-squared."""
    y, v, study = data(seed, between=between, within=within)
    fit = multilevel(y, v, levels=(study, np.arange(y.size)))
    assert (fit.sigma2[1] == 0) == (within == 0)
    together = (study[:, None] == study).astype(float)
    parts = (together, np.eye(y.size))
    assert (fit.sigma2_interval[:, 0] > 0).any()
    for j, bound in itertools.product((0, 1), (0, 1)):
        at = fit.sigma2_interval[j, bound]
        assert (at <= fit.sigma2[j]) == (bound == 0)
        if at == 0:
            continue
        grid = np.concatenate(([0], np.geomspace(1e-5, 10, 4000)))
        fixed = np.diag(v) + at * parts[j]
        best = max(log_likelihood(y, fixed + other * parts[1 - j], np.ones((17, 1)), "REML") for other in grid)
        assert 2 * (fit.log_likelihood - best) == pytest.approx(3.8414588, abs=1e-4)


@pytest.mark.parametrize(
    ("y", "v", "sigma2"),
    [
        ((1.1, 0.6, 1.5, 1.9, -2.2, -0.8), (1, 1, 0.1, 0.001, 1, 1), (1.60516749, 0.03812338)),
        ((-2.0, -0.4, -0.3, 1.1, 0.4, 0.7), (1, 1, 0.001, 0.1, 1, 0.1), (0, 0.39476695)),
    ],
)
def test_the_higher_of_two_maxima_is_taken(y, v, sigma2):
    """One has the differences between studies, the other within them."""
    study = np.repeat((1, 2, 3), 2)
    fit = multilevel(y, v, levels=(study, range(6)), method="ML", profile=False)
    assert fit.sigma2 == pytest.approx(sigma2, rel=1e-6)
    assert fit.maxima == 2
    together, x = np.equal.outer(study, study), np.ones((6, 1))
    values = itertools.product(np.concatenate(([0], np.geomspace(1e-4, 10, 60))), repeat=2)
    heights = [log_likelihood(np.array(y), np.diag(v) + a * together + b * np.eye(6), x, "ML") for a, b in values]
    assert fit.log_likelihood >= max(heights)


@pytest.mark.parametrize("method", ["ML", "REML"])
@pytest.mark.parametrize("structure", ["levels", "UN", "HCS", "CS", "DIAG"])
def test_slope_and_curvature_are_those_of_the_height(structure, method):
    """By central differences, for three outcomes of nine studies with correlated errors."""
    y, v, study = data(5, sizes=(3,) * 9)
    outcome = np.tile((0, 1, 2), 9)
    together = np.equal.outer(study, study).astype(float)
    if structure == "levels":
        parts, shape = np.stack([together, np.eye(27)]), squares
    else:
        entries, shape = STRUCTURES[structure](3)
        parts = entries[:, outcome][:, :, outcome] * together
    v = working_covariance(v, study, 0.3)
    problem = Problem.of(y, v, np.eye(3)[outcome], parts, restricted=method == "REML")
    surface = surface_of(problem, shape)
    count = {"levels": 2, "UN": 6, "HCS": 4, "CS": 2, "DIAG": 3}[structure]
    at = np.array((0.8, 0.3, 0.9, -0.2, 0.4, 0.7))[:count]
    height, slope, curvature = surface(at)
    assert height == pytest.approx(problem.heights(shape(at)[0][None])[0], rel=1e-12)
    steps = 1e-5 * np.eye(count)
    assert slope == pytest.approx(np.array([surface(at + s)[0] - surface(at - s)[0] for s in steps]) / 2e-5, rel=1e-6, abs=1e-7)
    differences = np.array([surface(at + s)[1] - surface(at - s)[1] for s in steps]) / 2e-5
    assert curvature == pytest.approx(differences, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("structure", ["UN", "HCS", "CS", "DIAG"])
def test_an_outcome_turned_over_turns_its_correlation(structure):
    """Of two outcomes; the likelihood stays, and a correlation below 0 is found as well as one above."""
    y, v, study = data(5, sizes=(2,) * 9, between=0.5)
    outcome = np.tile(("a", "b"), 9)
    sign = np.tile((1, -1), 9)
    sampling = working_covariance(v, study, 0.3)
    one = multivariate(y, sampling, study=study, outcome=outcome, structure=structure)
    other = multivariate(sign * y, sampling * np.outer(sign, sign), study=study, outcome=outcome, structure=structure)
    assert other.log_likelihood == pytest.approx(one.log_likelihood, abs=1e-9)
    assert other.correlation[0, 1] == pytest.approx(-one.correlation[0, 1], rel=1e-7)
    assert other.estimate == pytest.approx((1, -1) * one.estimate, rel=1e-8)
    assert structure == "DIAG" or one.correlation[0, 1] > 0.2


def test_diagonal_outcomes_are_separate_analyses():
    y, v, study = data(3, sizes=(2,) * 12)
    outcome = np.tile(("a", "b"), 12)
    fit = multivariate(y, v, study=study, outcome=outcome, structure="DIAG")
    for i, name in enumerate("ab"):
        p = pool(y[outcome == name], v[outcome == name], method="REML", test="z")
        assert (fit.tau2[i], fit.estimate[i]) == pytest.approx((float(p.tau2), float(p.estimate)), rel=1e-8, abs=1e-12)


def test_more_freedom_is_never_less_likely():
    """And for three outcomes each structure is what direct search makes of it."""
    y, v, study = data(5, sizes=(3,) * 9, between=0.5)
    outcome = np.tile((0, 1, 2), 9)
    fits = {s: multivariate(y, v, study=study, outcome=outcome, structure=s, method="ML") for s in ("UN", "HCS", "CS", "DIAG")}
    height = {name: fit.log_likelihood for name, fit in fits.items()}
    assert height["UN"] >= height["HCS"] - 1e-9
    assert height["HCS"] >= max(height["CS"], height["DIAG"]) - 1e-9
    x = np.eye(3)[outcome]
    lower = np.tril_indices(3)

    def deficit(entries):
        factor = np.zeros((3, 3))
        factor[lower] = entries
        t = (factor @ factor.T)[np.ix_(outcome, outcome)] * np.equal.outer(study, study)
        return -log_likelihood(y, np.diag(v) + t, x, "ML")

    best = -min(minimize(deficit, s * np.eye(3)[lower] + 0.01, method="BFGS").fun for s in (0.1, 0.5))
    assert -1e-9 < height["UN"] - best < 1e-6
    for fit in fits.values():
        assert fit.log_likelihood == pytest.approx(log_likelihood(y, fit.marginal, x, "ML"), abs=1e-9)


def test_effects_all_alike_have_no_variance_at_any_level():
    fit = multilevel([0.1] * 4, [0.02] * 4, levels=([1, 1, 2, 2], [1, 2, 3, 4]))
    assert fit.at_boundary.all()
    assert (fit.sigma2 == 0).all()
    assert fit.standard_error[0] == pytest.approx(np.sqrt(0.02 / 4))
    assert (fit.sigma2_interval[:, 0] == 0).all()


def test_two_effects_have_an_answer():
    """Effects 0 and 1, variances 0.1: the variance is 0.4, as by hand."""
    fit = multilevel([0, 1], [0.1, 0.1], levels=(["a", "b"],))
    assert (fit.estimate[0], fit.sigma2[0], fit.standard_error[0]) == pytest.approx((0.5, 0.4, 0.5), rel=1e-9)


Y, LEVEL = (0.1, 0.3, 0.2, 0.4), ([1, 1, 2, 2], [1, 2, 3, 4])


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"effect": (), "variance": ()}, "there is no effect; at least two are needed"),
        ({"variance": (1, 1, -1, 1)}, "variance of row 2 is -1; it should be above 0"),
        ({"variance": np.ones((4, 4))}, "variance is not positive definite"),
        ({"variance": np.triu(np.ones((4, 4)))}, "variance of row 0 is 1; it should be the row of a symmetric matrix"),
        ({"variance": (1, 1, 1)}, r"columns have shapes effect \(4,\), variance \(3,\)"),
        ({"effect": (0.1, np.nan, 0.2, 0.4)}, "effect of row 1 is nan; it should be a finite number"),
        ({"effect": (0, 0, 0, 1e9)}, "lie 1e.09 of the smallest standard errors apart"),
        ({"levels": ()}, "levels is empty"),
        ({"levels": ([1, 1, 1, 1], [1, 2, 3, 4])}, "level 0 has a single group"),
        ({"levels": ([1, 1, 2, 2], ["a", "a", "b", "b"])}, "levels 0 and 1 make the same groups; keep one"),
        ({"levels": (["x", None, "y", "y"],)}, "level 0 of row 1 is missing"),
        ({"levels": ([1, 1, 2],)}, r"level 0 has shape \(3,\); it should be \(4,\)"),
        ({"moderators": [0, 0, 1, 1]}, "the variance of level 0 has no data of its own"),
        ({"moderators": [[1, 2], [2, 4], [3, 6], [5, 10]]}, "column 2 of the design follows from those before it"),
        ({"moderators": np.eye(4)[:, :3]}, "there are 4 effects for 4 coefficients"),
        ({"method": "DL"}, "method is 'DL'; it should be one of REML, ML"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(changed, sentence):
    with pytest.raises(ValueError, match=sentence):
        multilevel(**{"effect": Y, "variance": (1, 1, 1, 1), "levels": LEVEL} | changed)


@pytest.mark.parametrize(
    ("outcome", "structure", "sentence"),
    [
        (["a", "a", "a", "a"], "UN", "outcome is 'a' in every row"),
        (["a", "a", "b", "b"], "UN", "no study has both 'a' and 'b', so their correlation is open"),
        (["a", "a", "b", "b"], "HCS", "no study has two outcomes"),
        (["a", "b", "a", "b"], "AR", "structure is 'AR'; it should be one of UN, CS, HCS, DIAG"),
    ],
)
def test_outcomes_that_cannot_be_told_apart_are_refused(outcome, structure, sentence):
    with pytest.raises(ValueError, match=sentence):
        multivariate(Y, [1] * 4, study=LEVEL[0], outcome=outcome, structure=structure)
