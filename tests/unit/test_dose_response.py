"""Dose-response: bases, rebuilt covariances, and random coefficients against the whole likelihood."""

import numpy as np
import pytest

from equipoise.engines.synthesis.doses import (
    curve,
    dose_response,
    log_risk_covariance,
    random_coefficients,
    spline_basis,
)

CRUDE = {
    "log_rr": [0, 0.3, 0.5, 0.9],
    "standard_error": [0, 0.2, 0.25, 0.3],
    "cases": [40, 50, 30, 20],
    "total": [200, 210, 95, 60],
}

# Berkey et al. 1998, five trials of periodontal treatment: probing depth and attachment level (metadat 1.2-0, dat.berkey1998)
BERKEY = np.array([[0.47, -0.32], [0.20, -0.60], [0.40, -0.12], [0.26, -0.31], [0.56, -0.39]])
BERKEY_V = np.array(
    [
        [[0.0075, 0.0030], [0.0030, 0.0077]],
        [[0.0057, 0.0009], [0.0009, 0.0008]],
        [[0.0021, 0.0007], [0.0007, 0.0014]],
        [[0.0029, 0.0009], [0.0009, 0.0015]],
        [[0.0148, 0.0072], [0.0072, 0.0304]],
    ]
)


def studies(seed: int, k: int = 6) -> dict:
    """Cohorts with three to five doses each, whose curves vary."""
    rng = np.random.default_rng(seed)
    columns = {name: [] for name in ("dose", "log_rr", "standard_error", "cases", "total", "study")}
    for study in range(k):
        dose = np.concatenate(([0.0], np.sort(rng.uniform(2, 40, size=rng.integers(2, 5)))))
        slope, bend = rng.normal(0.02, 0.02), rng.normal(0.0005, 0.0005)
        total = rng.integers(800, 4000, size=dose.size).astype(float)
        log_rr = slope * dose + bend * dose**2 + rng.normal(0, 0.05, size=dose.size) * (dose > 0)
        cases = np.maximum(np.round(total * 0.03 * np.exp(log_rr)), 3)
        columns["dose"] += dose.tolist()
        columns["log_rr"] += log_rr.tolist()
        columns["standard_error"] += [0.0, *(1.1 * np.sqrt(1 / cases[1:] + 1 / cases[0])).tolist()]
        columns["cases"] += cases.tolist()
        columns["total"] += total.tolist()
        columns["study"] += [study] * dose.size
    return columns


def parts(columns, powers, kind="incidence-rate"):
    """Effects, designs and covariances study by study, for the slow likelihood."""
    names = np.array(columns["study"])
    found = []
    for name in dict.fromkeys(columns["study"]):
        own = names == name
        values = {key: np.array(columns[key])[own] for key in ("log_rr", "standard_error", "cases", "total")}
        design = np.array(columns["dose"])[own][1:, None] ** np.array(powers)
        found.append((values["log_rr"][1:], design, log_risk_covariance(**values, kind=kind)))
    return [list(part) for part in zip(*found, strict=True)]


def naive(effects, designs, covariances, psi, *, restricted=True):
    """Minus twice the (restricted) log-likelihood, up to a constant, from whole covariance matrices."""
    p = designs[0].shape[1]
    m, v, value = np.zeros((p, p)), np.zeros(p), 0.0
    for y, x, s in zip(effects, designs, covariances, strict=True):
        w = np.linalg.inv(s + x @ psi @ x.T)
        m, v = m + x.T @ w @ x, v + x.T @ w @ y
        value += y @ w @ y - np.linalg.slogdet(w)[1]
    return value - v @ np.linalg.solve(m, v) + (np.linalg.slogdet(m)[1] if restricted else 0), np.linalg.solve(m, v)


def test_the_spline_is_harrells_and_straight_beyond_its_knots():
    """As R Hmisc, rcspline.eval(c(0, 7, 20, 44, 90), knots = c(5, 20, 45, 80), inclx = TRUE)."""
    basis = spline_basis([0, 7, 20, 44, 90], [5, 20, 45, 80])
    assert basis[:, 0].tolist() == [0, 7, 20, 44, 90]
    assert basis[:, 1] == pytest.approx([0, 0.00142222222222222, 0.6, 10.5456, 74.66666666666666], rel=1e-13)
    assert basis[:, 2] == pytest.approx([0, 0, 0, 2.4576, 33.3333333333333], rel=1e-13)
    beyond = spline_basis([80, 100, 120, 140], [5, 20, 45, 80])
    assert np.diff(beyond, n=2, axis=0) == pytest.approx(np.zeros((2, 3)), abs=1e-10)


@pytest.mark.parametrize("kind", ["case-control", "incidence-rate", "cumulative-incidence"])
def test_unadjusted_counts_give_their_own_covariances(kind):
    """Crude log relative risks of a table have covariance s0, and so have both approximations of them."""
    cases, total = np.array([40.0, 50, 30]), np.array([200.0, 210, 95])
    other = {"case-control": total - cases, "incidence-rate": total, "cumulative-incidence": total}[kind]
    part = 1 / cases + {"case-control": 1 / other, "incidence-rate": 0 * total, "cumulative-incidence": -1 / total}[kind]
    log_rr = np.log(cases / other) - np.log(cases[0] / other[0])
    standard_error = np.concatenate(([0], np.sqrt(part[0] + part[1:])))
    exact = part[0] + np.diag(part[1:])
    for approximation in ("greenland-longnecker", "hamling"):
        found = log_risk_covariance(log_rr, standard_error, cases, total, kind=kind, approximation=approximation)
        assert found == pytest.approx(exact, rel=1e-8)
    assert log_risk_covariance(log_rr, standard_error, cases, total, kind=kind, approximation="independent") == pytest.approx(
        np.diag(standard_error[1:] ** 2)
    )


def test_adjusted_counts_keep_their_margins():
    """Odds of the fitted cases meet the relative risks: with a larger referent, its share of the variance falls."""
    small = log_risk_covariance(**CRUDE, kind="case-control")
    assert np.sqrt(np.diag(small)) == pytest.approx(CRUDE["standard_error"][1:])
    assert np.linalg.eigvalsh(small)[0] > 0
    large = {**CRUDE, "cases": [400, 50, 30, 20], "total": [2000, 210, 95, 60]}
    assert (log_risk_covariance(**large, kind="case-control")[0, 1:] < small[0, 1:]).all()


@pytest.mark.parametrize(
    ("method", "estimate", "standard_error", "variances", "correlation"),
    [
        ("REML", [0.353428163187, -0.339215168238], [0.0588486365, 0.0879051513], [0.0117330283, 0.0326513453], 0.608799049),
        ("ML", [0.344839256484, -0.337938115208], [0.0494599334, 0.0797632093], [0.0070020384, 0.0261445598], 0.699229535),
    ],
)
def test_two_outcomes_agree_with_metafor(method, estimate, standard_error, variances, correlation):
    """As R metafor 3.8-1: rma.mv(yi, V, mods = ~ outcome - 1, random = ~ outcome | trial, struct = "UN").

    It stops a bit early: its place is no better than ours on the plain likelihood, and no step from ours leads up.
    """
    found = random_coefficients(list(BERKEY), [np.eye(2)] * 5, list(BERKEY_V), method=method)
    assert found.estimate == pytest.approx(estimate, rel=1e-5)
    assert np.sqrt(np.diag(found.covariance)) == pytest.approx(standard_error, rel=1e-5)
    assert np.diag(found.psi) == pytest.approx(variances, rel=1e-5)
    assert found.psi[0, 1] / np.sqrt(np.diag(found.psi).prod()) == pytest.approx(correlation, rel=1e-5)
    assert (found.q, found.q_df, found.maxima, found.at_boundary) == (pytest.approx(128.226716213, rel=1e-10), 8, 1, False)

    def height(psi):
        return naive(list(BERKEY), [np.eye(2)] * 5, list(BERKEY_V), psi, restricted=method == "REML")[0]

    spread = np.sqrt(variances)
    theirs = np.outer(spread, spread) * np.array([[1, correlation], [correlation, 1]])
    assert height(found.psi) <= height(theirs) + 1e-12
    for shift in (np.diag([1.0, 0.0]), np.diag([0.0, 1.0]), np.array([[0.0, 0.3], [0.3, 0.0]])):
        assert min(height(found.psi + 1e-5 * shift), height(found.psi - 1e-5 * shift)) > height(found.psi)


@pytest.mark.parametrize("seed", range(6))
def test_curves_are_the_maximum_of_the_whole_likelihood(seed):
    """Nothing that a free search of the plain likelihood finds is better, and beta is the generalised least squares one."""
    from scipy.optimize import minimize

    columns = studies(seed)
    found = dose_response(**columns, kind="incidence-rate", shape="quadratic")
    whole = parts(columns, [1, 2])
    height, beta = naive(*whole, found.psi)
    assert found.estimate == pytest.approx(beta, rel=1e-6)

    def free(flat):
        lower = np.array([[flat[0], 0], [flat[1], flat[2]]]) * np.array([[0.02], [0.0005]])
        return naive(*whole, lower @ lower.T)[0]

    for start in ([0.5, 0, 0.5], [2, -1, 1], [0.1, 1, 2]):
        assert height <= minimize(free, start, method="Nelder-Mead", options={"maxiter": 400}).fun + 1e-7


def test_linear_trends_are_the_two_stage_method():
    """Slopes of each study by generalised least squares, pooled with a REML tau squared, as long as each has a slope."""
    columns = studies(11)
    effects, designs, covariances = parts(columns, [1])
    information = [(x.T @ np.linalg.solve(s, x)).item() for x, s in zip(designs, covariances, strict=True)]
    weighted = [(x.T @ np.linalg.solve(s, y)).item() for y, x, s in zip(effects, designs, covariances, strict=True)]
    slope, v = np.divide(weighted, information), 1 / np.array(information)
    found = dose_response(**columns, kind="incidence-rate")
    tau2 = found.psi[0, 0]
    w = 1 / (v + tau2)
    mean = w @ slope / w.sum()
    assert found.estimate[0] == pytest.approx(mean, rel=1e-10)
    assert tau2 > 0
    assert w**2 @ (slope - mean) ** 2 == pytest.approx(w.sum() - w @ w / w.sum(), rel=1e-8)  # the REML equation
    assert (found.q_df, found.misfit_df) == (5, found.doses - 6)


def test_a_study_of_one_dose_bends_no_curve_but_counts():
    columns = studies(12)
    extra = {"dose": [0, 10], "log_rr": [0, 0.25], "standard_error": [0, 0.05], "cases": [900, 1000], "total": [9e3, 8e3]}
    more = {key: [*values, *extra.get(key, ["one", "one"])] for key, values in columns.items()}
    for shape in ("quadratic", "spline"):
        plain, found = (dose_response(**c, kind="incidence-rate", shape=shape, knots=[5, 15, 30]) for c in (columns, more))
        assert found.q_df == plain.q_df + 1
        at = curve(found, [10])
        assert at.standard_error[0] < curve(plain, [10]).standard_error[0]


def test_units_of_dose_do_not_matter():
    columns = studies(13)
    for shape in ("linear", "quadratic", "spline"):
        plain = dose_response(**columns, kind="incidence-rate", shape=shape)
        dose = np.array([0, 5, 20, 60])
        for c in (1e-6, 1e6):
            scaled = dose_response(**{**columns, "dose": np.array(columns["dose"]) * c}, kind="incidence-rate", shape=shape)
            ours, theirs = curve(plain, dose), curve(scaled, dose * c)
            assert theirs.log_rr == pytest.approx(ours.log_rr, rel=1e-6, abs=1e-9)
            assert theirs.standard_error == pytest.approx(ours.standard_error, rel=1e-5, abs=1e-9)
            assert scaled.q == pytest.approx(plain.q, rel=1e-8)


def test_the_curve_is_nothing_at_its_reference_and_says_where_evidence_ends():
    fit = dose_response(**studies(14), kind="incidence-rate", shape="spline", knots=3)
    at = curve(fit, [10, 0, 500], reference_dose=10)
    assert (at.log_rr[0], at.standard_error[0]) == (0, 0)
    assert at.outside.tolist() == [False, False, True]
    assert at.log_rr[1] == pytest.approx(-curve(fit, [10]).log_rr[0])
    assert fit.knots.size == 3
    assert fit.nonlinear_p == pytest.approx(1 - _chi2(fit.nonlinear_chi2), abs=1e-12)


def _chi2(value: float) -> float:
    """One degree of freedom."""
    from math import erf, sqrt

    return erf(sqrt(value / 2))


@pytest.mark.parametrize(
    ("change", "options", "words"),
    [
        ({"standard_error": [0, 0, 0.2, 0.2]}, {}, "study a has 2 rows without a standard error; it should have one"),
        ({"log_rr": [0.1, 0.3, 0.5, 0.9]}, {}, "its referent, with log_rr 0"),
        ({"cases": [40, 0, 30, 20]}, {}, "study a: cases of row 1 is 0; it should be above 0"),
        ({"total": [200, 50, 95, 60]}, {}, "study a: total of row 1 is 50; it should be above its cases"),
        ({}, {"shape": "cubic"}, "shape is 'cubic'"),
        ({}, {"kind": "cohort"}, "kind is 'cohort'"),
        ({}, {"shape": "spline", "knots": 7}, "knots is 7; it should be 3, 4 or 5"),
        ({}, {"shape": "spline", "knots": [1, 1, 2]}, "knots are 1, 1, 2; they should be three or more, each above the last"),
        ({"dose": [0, 5, 5, 5]}, {"shape": "quadratic"}, "the studies together cannot carry 2 coefficients"),
        ({"dose": [0, 5, 5]}, {}, "dose has 3, study 4"),
    ],
)
def test_data_that_cannot_be_are_told_why(change, options, words):
    columns = {"dose": [0, 5, 10, 20], **CRUDE, "study": ["a"] * 4, **change}
    with pytest.raises(ValueError, match=words):
        dose_response(**columns, **{"kind": "case-control", "method": "common", **options})


def test_a_misspelt_option_is_refused_by_the_parts_as_by_the_whole():
    """And does not stand for the last one there is."""
    with pytest.raises(ValueError, match="approximation is 'hamlin'; it should be one of greenland-longnecker, hamling"):
        log_risk_covariance(**CRUDE, kind="case-control", approximation="hamlin")
    with pytest.raises(ValueError, match="method is 'reml'; it should be one of common, ML, REML"):
        random_coefficients(BERKEY, [np.eye(2)] * 5, BERKEY_V, method="reml")
