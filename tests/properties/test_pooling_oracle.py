"""Tau squared against slow and naive ways to the same: the plain likelihood on a dense grid, matrices, exact fractions."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from equipoise.engines.synthesis import pool
from equipoise.engines.synthesis.least_squares import Location, regression

METHODS = ("ML", "REML")


def log_likelihood(y, v, design, tau2, method):
    """Of the normal model with its coefficients at their best, by matrices, for tau2 of shape (n,)."""
    s = v + np.asarray(tau2)[:, None]
    gram = np.einsum("ia,ni,ib->nab", design, 1 / s, design)
    right = np.einsum("ia,ni,i->na", design, 1 / s, y)
    coefficient = np.linalg.solve(gram, right[:, :, None])[:, :, 0]
    value = -0.5 * np.log(s).sum(axis=1) - 0.5 * ((y - coefficient @ design.T) ** 2 / s).sum(axis=1)
    return value - 0.5 * np.linalg.slogdet(gram)[1] if method == "REML" else value


def golden(height, low, high):
    """Return where a function with one maximum between two points is highest."""
    share = (np.sqrt(5) - 1) / 2
    for _ in range(90):
        left, right = high - share * (high - low), low + share * (high - low)
        low, high = (low, right) if height(left) > height(right) else (left, high)
    return (low + high) / 2


def peaks(y, v, design, method):
    """Return every local maximum, as (tau squared, log-likelihood), that a grid of 60 points a decade sees."""
    top = 4 * np.ptp(y) ** 2 + v.max()
    decades = np.log10(top / v.min()) + 2
    grid = np.concatenate([[0.0], np.geomspace(v.min() / 100, top, int(60 * decades))])
    value = log_likelihood(y, v, design, grid, method)
    inner = 1 + np.flatnonzero((value[1:-1] > value[:-2]) & (value[1:-1] >= value[2:]))
    found = [(0.0, value[0])] if value[0] >= value[1] else []
    for at in inner:
        tau2 = golden(lambda t: log_likelihood(y, v, design, [t], method)[0], grid[at - 1], grid[at + 1])
        found.append((tau2, log_likelihood(y, v, design, [tau2], method)[0]))
    return found


@st.composite
def studies(draw, least=2, decades=(-4, 2)):
    """Effects of any spread, variances over some decades, at least so many studies, and 0 to 2 moderators they can bear."""
    size = st.tuples(st.integers(-3000, 3000), st.floats(*decades), st.integers(-20, 20), st.integers(-20, 20))
    rows = draw(st.lists(size, min_size=least, max_size=9))
    y, log, first, second = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    design = np.column_stack([np.ones(y.size), first, second])[:, : 1 + draw(st.integers(0, 2))]
    v = 10**log
    y = y / 1000
    return y - y[np.argmin(v)], v, design


def sound(y, design):
    return y.size > design.shape[1] and np.linalg.matrix_rank(design) == design.shape[1]


def fitted(y, v, design, method, **options):
    return pool(y, v, method=method, moderators=design[:, 1:] if design.shape[1] > 1 else None, **options)


@settings(max_examples=150)
@given(studies(), st.sampled_from(METHODS))
def test_no_tau_squared_is_likelier_and_no_maximum_is_missed(data, method):
    """Golden sections from a dense grid, with and without moderators; at the estimate P of the textbook has no score left."""
    y, v, design = data
    assume(sound(y, design))
    p = fitted(y, v, design, method)
    found = peaks(y, v, design, method)
    best = max(height for _, height in found)
    here = log_likelihood(y, v, design, [p.tau2], method)[0]
    assert here >= best - 1e-9 * max(1, abs(best))
    assert p.maxima >= len(found)
    assert p.at_boundary == (p.tau2 == 0)
    rivals = [tau2 for tau2, height in found if height >= best - 1e-6]
    if len(rivals) == 1 and p.maxima == len(found):
        assert p.at_boundary == (rivals[0] == 0) or rivals[0] < v.min() * 1e-2
        assert p.tau2 == pytest.approx(rivals[0], rel=1e-3, abs=1e-2 * v.min())  # as flat as the top is
    w = np.diag(1 / (v + p.tau2))
    projection = w - w @ design @ np.linalg.solve(design.T @ w @ design, design.T @ w)
    slope = y @ projection @ projection @ y - np.trace(projection if method == "REML" else w)
    assert slope <= 1e-7 * np.trace(w)
    assert p.at_boundary or slope >= -1e-7 * np.trace(w)


@pytest.mark.parametrize(
    ("method", "data", "lower", "higher"),
    [
        ("ML", ((1.9, 1.6, -1.8), (0.001, 0.1, 1), None), 1.6777013, 0),
        ("ML", ((0.9, -1.2, 0.2), (0.01, 1, 0.1), None), 0, 0.12089506182),
        ("ML", ((-1.8, 0.8, -0.9, 0.3), (10, 0.001, 0.001, 0.1), (3, 0, 1, 1)), 0, 0.165565862297),
        ("REML", ((1.4, 1.3, 1.4, -1.6), (0.001, 0.001, 0.01, 1), (3, 2, 3, 1)), 0.40227036, 0),
        ("REML", ((-1.6, 0.9, 1.4, 0.5), (1, 0.01, 0.001, 0.01), (0, 2, 0, 3)), 0, 1.51235680355),
    ],
)
def test_of_two_maxima_the_higher_is_taken(method, data, lower, higher):
    """Both seen by the grid, which says which is higher; one of them at 0."""
    y, v = (np.array(column, dtype=float) for column in data[:2])
    x = data[2]
    design = np.column_stack([np.ones(y.size), *([] if x is None else [x])])
    found = sorted(peaks(y, v, design, method), key=lambda peak: peak[1])
    assert [tau2 for tau2, _ in found] == pytest.approx([lower, higher], rel=1e-5)
    p = fitted(y, v, design, method)
    assert (p.maxima, p.at_boundary) == (2, higher == 0)
    assert p.tau2 == pytest.approx(higher, rel=1e-9)


def projected(y, v, design, tau2, column):
    """Return P times a column, in fractions."""
    w = [1 / (x + tau2) for x in v]
    p = range(len(design[0]))
    table = [
        [sum(u * row[a] * row[b] for u, row in zip(w, design, strict=True)) for b in p]
        + [sum(u * row[a] * c for u, row, c in zip(w, design, column, strict=True))]
        for a in p
    ]
    for i in p:
        table[i] = [entry / table[i][i] for entry in table[i]]
        for j in p:
            if j != i:
                table[j] = [one - table[j][i] * other for one, other in zip(table[j], table[i], strict=True)]
    fit = [sum(row[a] * table[a][-1] for a in p) for row in design]
    return [u * (c - f) for u, c, f in zip(w, column, fit, strict=True)]


def exact_curve(y, v, design, tau2):
    """Return y'PPy, 2y'PPPy, tr P and tr PP in fractions."""
    y, v, design = [Fraction(x) for x in y], [Fraction(x) for x in v], [[Fraction(x) for x in row] for row in design]
    t = Fraction(tau2)
    once = projected(y, v, design, t, y)
    units = ([Fraction(int(i == j)) for j in range(len(y))] for i in range(len(y)))
    columns = [projected(y, v, design, t, unit) for unit in units]
    return [
        float(sum(x * x for x in once)),
        float(2 * sum(a * b for a, b in zip(once, projected(y, v, design, t, once), strict=True))),
        float(sum(column[i] for i, column in enumerate(columns))),
        float(sum(x * x for column in columns for x in column)),
    ]


@st.composite
def uneven(draw):
    """Four or five studies, of which one or two, at any place, have a variance of 1e-6 to 1e-20, and a moderator or none."""
    y, v, design = draw(studies(least=4, decades=(-1, 1)))
    y, v, design = y[:5], v[:5], design[:5, :2]
    assume(sound(y, design))
    tiny = 10 ** draw(st.floats(-20, -6))
    places = draw(st.lists(st.integers(0, y.size - 1), min_size=1, max_size=2, unique=True))
    v[places] = tiny * np.array([1, 3])[: len(places)]
    return y - y[np.argmin(v)], v, design


@settings(max_examples=60)
@given(uneven())
def test_a_study_of_any_precision_loses_no_digit(data):
    """The score in exact fractions is 0 at the estimate, or negative at 0."""
    y, v, design = data
    p = fitted(y, v, design, "REML")
    spread, _, trace, _ = exact_curve(y, v, design, p.tau2)
    assert spread - trace <= 1e-7 * trace or p.maxima > 1
    assert p.at_boundary or abs(spread - trace) <= 1e-7 * trace


@settings(max_examples=60)
@given(uneven(), st.sampled_from((0, 1e-3, 1, 1e6)))
def test_the_search_rests_on_exact_numbers(data, times):
    """Both sides of the score and their slopes, for tau squared from 0 to far above the least variance."""
    y, v, design = data
    k, p = design.shape
    tau2 = times * v.min()
    if p == 1:
        rows = np.argsort(v)
        model = Location(effect=y[rows, None], variance=v[rows, None])
    else:
        model, order = regression(y[:, None], v[:, None], design.T[:, :, None])
        assert sorted(order[:, 0].tolist()) == list(range(k))
    found = model.curve(np.array([tau2]), restricted=True)[:, 0]
    expected = exact_curve(y, v, design, tau2)
    assert found[2:] == pytest.approx(expected[2:], rel=1e-8)
    assert found[:2] == pytest.approx(expected[:2], rel=1e-8, abs=1e-8 * max(expected[2:]))


def test_precise_studies_on_one_line_do_not_settle_a_plane():
    """Three studies of variance 1e-40 settle two of three coefficients: the others are asked for the third."""
    design = np.column_stack([np.ones(7), [0, 0.7, 2.1, 1, 2, 3, 4], [0, 1.1, 3.3, 1, 0, 2, 2]])
    y, v = np.array([0, 1, 3, 0.5, 2, -1, 4.0]), np.array([1e-40, 1e-40, 1e-40, 1, 2, 1, 0.5])
    model, order = regression(y[:, None], v[:, None], design.T[:, :, None])
    assert set(order[:2, 0]) < {0, 1, 2}
    assert order[2, 0] > 2
    assert model.curve(np.array([0.1]), restricted=True)[:, 0] == pytest.approx(exact_curve(y, v, design, 0.1), rel=1e-9)


@given(studies(decades=(-7, 3)), st.sampled_from(("PM", "PMM")))
def test_paule_and_mandel_meet_their_goal(data, method):
    """Q, by matrices, is its degrees of freedom at the estimate, or the median of chi-squared; or below it from the start."""
    from scipy.stats import chi2

    y, v, design = data
    assume(sound(y, design))
    p = fitted(y, v, design, method)
    df = y.size - design.shape[1]
    goal = df if method == "PM" else chi2.ppf(0.5, df)
    root = 1 / np.sqrt(v + p.tau2)
    left = np.linalg.lstsq(design * root[:, None], y * root, rcond=None)[0]
    q = (((y - design @ left) * root) ** 2).sum()
    assert q == pytest.approx(goal, rel=1e-6) if p.tau2 > 0 else q <= goal * (1 + 1e-6)


@settings(max_examples=40)
@given(studies(decades=(-2, 1)), st.lists(st.floats(-2, 2), min_size=9, max_size=9))
def test_closed_forms_equate_a_moment_with_its_expectation(data, logs):
    """Of the quadratic form of DL, HE and GENQ: y'Py = tr PV + tau squared tr P, with P written out."""
    y, v, design = data
    assume(sound(y, design))
    own = 10 ** np.array(logs[: y.size])
    for method, weight in (("DL", 1 / v), ("HE", np.ones(y.size)), ("GENQ", own)):
        w = np.diag(weight)
        projection = w - w @ design @ np.linalg.solve(design.T @ w @ design, design.T @ w)
        tau2 = (y @ projection @ y - np.trace(projection @ np.diag(v))) / np.trace(projection)
        p = fitted(y, v, design, method, **({"weights": own} if method == "GENQ" else {}))
        assert p.tau2 == pytest.approx(max(0, tau2), rel=1e-7, abs=1e-9 * (abs(tau2) + v.max()))


@given(studies(decades=(-3, 2)), st.sampled_from(("DL", "REML", "PM", "common")), st.sampled_from(("z", "knapp-hartung")))
def test_coefficients_are_those_of_weighted_least_squares(data, method, test):
    """By matrices: coefficients, covariance and Knapp and Hartung's factor, Q, the test of moderators, weights."""
    y, v, design = data
    assume(sound(y, design))
    p = fitted(y, v, design, method, test=test)
    w = 1 / (v + p.tau2)
    covariance = np.linalg.inv(design.T @ (w[:, None] * design))
    coefficient = covariance @ design.T @ (w * y)
    df = y.size - design.shape[1]
    scale = (w @ (y - design @ coefficient) ** 2) / df if test == "knapp-hartung" else 1
    close = {"rel": 1e-6, "abs": 1e-7}
    assert np.atleast_1d(p.estimate) == pytest.approx(coefficient, **close)
    assert np.atleast_1d(p.standard_error) ** 2 == pytest.approx(scale * np.diag(covariance), rel=1e-6, abs=1e-12)
    assert p.weights == pytest.approx(w / w.sum(), rel=1e-9)
    fixed = 1 / v
    first = np.linalg.solve(design.T @ (fixed[:, None] * design), design.T @ (fixed * y))
    assert p.q == pytest.approx(fixed @ (y - design @ first) ** 2, rel=1e-6, abs=1e-7)
    if design.shape[1] > 1 and scale > 1e-9:
        q = design.shape[1] - 1
        together = coefficient[1:] @ np.linalg.solve(covariance[1:, 1:], coefficient[1:]) / scale
        assert p.qm == pytest.approx(together if test == "z" else together / q, rel=1e-5, abs=1e-7)
        assert p.qm_df == q
