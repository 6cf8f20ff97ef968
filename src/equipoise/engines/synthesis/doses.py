r"""Dose-response meta-analysis: one curve of risk over dose from studies that report log relative risks by category of dose.

The log relative risks of one study share its referent, so they are correlated; print seldom says how much. The covariances are
rebuilt from the numbers of cases and people. Each study then has a curve, :math:`y_i = X_i \beta_i + e_i`,
:math:`e_i \sim N(0, S_i)`, with basis functions of the dose measured from the referent's, and curves vary between
studies, :math:`\beta_i \sim N(\beta, \Psi)`. The (restricted) likelihood of
:math:`y_i \sim N(X_i \beta, S_i + X_i \Psi X_i')` is that of the two-stage method where every study has enough doses for its
own curve, and keeps the studies that have fewer.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.engines.synthesis.ascent import line_maxima
from equipoise.engines.synthesis.distributions import central_quantile, chi2_upper
from equipoise.engines.synthesis.effects import check_level, check_options, columns, refuse

Floats = NDArray[np.float64]
Kind = Literal["case-control", "incidence-rate", "cumulative-incidence"]
Shape = Literal["linear", "quadratic", "spline"]
Approximation = Literal["greenland-longnecker", "hamling", "independent"]
Method = Literal["common", "ML", "REML"]

PERCENTILES = {3: (10, 50, 90), 4: (5, 35, 65, 95), 5: (5, 27.5, 50, 72.5, 95)}
"""Where knots stand by default [Harrell, Regression Modeling Strategies, 2nd edition 2015]."""


@dataclass(frozen=True, kw_only=True)
class RandomCoefficients:
    """What :func:`random_coefficients` found for p coefficients from n studies.

    - ``estimate``, shape (p,), ``covariance``, shape (p, p): the mean coefficients.
    - ``psi``, shape (p, p): covariance of the coefficients between studies; 0 for columns that do not vary, and for ``common``.
    - ``q``, ``q_df``, ``q_p``: Cochran's test that studies share all coefficients; ``i2_q``: max(0, 1 - q_df / q).
    - ``misfit_q``, ``misfit_df``, ``misfit_p``: test that, within studies, the curve has the shape of the columns. p-values
      without degrees of freedom are NaN.
    - ``at_boundary``: psi is singular (a variance of 0 or a correlation of 1); ``maxima``: distinct local maxima that the
      starts led to; ``iterations``: evaluations. 0 for ``common``.
    """

    estimate: Floats
    covariance: Floats
    psi: Floats
    q: float
    q_df: int
    q_p: float
    i2_q: float
    misfit_q: float
    misfit_df: int
    misfit_p: float
    at_boundary: bool
    maxima: int
    iterations: int


@dataclass(frozen=True, kw_only=True)
class DoseResponse(RandomCoefficients):
    """What :func:`dose_response` found, with the fields of :class:`RandomCoefficients`.

    - ``estimate``, ``standard_error``, shape (p,), ``interval``, shape (p, 2), ``covariance``, shape (p, p): coefficients of
      the basis of ``shape``, on the log scale per unit of dose: the slope; slope and square; or slope and p - 1 spline terms.
    - ``chi2``, ``p_value``: Wald's test of no association, p degrees of freedom; ``nonlinear_chi2``, ``nonlinear_p``: of all
      but the slope, p - 1 degrees of freedom, NaN for ``linear``.
    - ``knots``, shape (p + 1,), empty unless ``spline``; ``lowest``, ``highest``: doses between which there is evidence.
    - ``studies``, ``doses``: how many studies, and doses that are not referents.
    """

    standard_error: Floats
    interval: Floats
    chi2: float
    p_value: float
    nonlinear_chi2: float
    nonlinear_p: float
    knots: Floats
    lowest: float
    highest: float
    studies: int
    doses: int
    shape: Shape
    approximation: Approximation
    method: Method
    level: float


@dataclass(frozen=True, kw_only=True)
class Curve:
    """Log relative risk at each dose against the reference dose: ``log_rr``, ``standard_error`` (n,), ``interval`` (n, 2).

    ``outside`` (n,) says which doses lie beyond the evidence. At the reference dose all are 0.
    """

    dose: Floats
    reference_dose: float
    log_rr: Floats
    standard_error: Floats
    interval: Floats
    outside: NDArray[np.bool_]


def dose_response(
    dose: ArrayLike,
    log_rr: ArrayLike,
    standard_error: ArrayLike,
    *,
    cases: ArrayLike,
    total: ArrayLike,
    study: Sequence[Hashable],
    kind: Kind | Sequence[Kind],
    shape: Shape = "linear",
    knots: int | ArrayLike = 4,
    approximation: Approximation = "greenland-longnecker",
    method: Method = "REML",
    level: float = 0.95,
) -> DoseResponse:
    r"""Mean curve of the log relative risk over dose [1]_, [2]_, [3]_.

    Parameters
    ----------
    dose, log_rr, standard_error, cases, total
        Shape (m,), one entry a category of dose. Each study has one referent, of log_rr 0 and standard_error 0 or NaN. Cases
        are above 0; ``total`` is cases and controls (``case-control``), person-time (``incidence-rate``) or people
        (``cumulative-incidence``). ``cases`` and ``total`` are those before adjustment.
    study
        Shape (m,): labels.
    kind
        Design of all studies, or shape (m,).
    shape
        ``linear``, ``quadratic``, or ``spline``: restricted cubic splines, linear beyond the outer knots.
    knots
        The knots, in units of dose, or how many (3 to 5) at Harrell's percentiles of all doses, referents included.
    approximation
        See :func:`log_risk_covariance`.
    method
        Of psi: none (``common``), or of maximal (restricted) likelihood, the best of several starts.

    Raises
    ------
    ValueError
        A study without one referent, counts that cannot be, doses that cannot carry the curve, an unknown option.
    ArithmeticError
        No start of the likelihood search ended at a maximum.

    References
    ----------
    .. [1] Greenland & Longnecker 1992, American Journal of Epidemiology 135:1301-1309.
    .. [2] Orsini, Li, Wolk, Khudyakov & Spiegelman 2012, American Journal of Epidemiology 175:66-73.
    .. [3] Crippa, Discacciati, Bottai, Spiegelman & Orsini 2019, Statistical Methods in Medical Research 28:1579-1596.
    """
    check_level(level)
    check_options(
        shape=(shape, get_args(Shape)),
        approximation=(approximation, get_args(Approximation)),
        method=(method, get_args(Method)),
    )
    (x,) = columns(dose=dose)
    kinds = [kind] * x.size if isinstance(kind, str) else list(kind)
    if not len(kinds) == len(study) == x.size:
        raise ValueError(f"dose has {x.size}, study {len(study)} and kind {len(kinds)} entries; each has one a category")
    rows: dict[Hashable, list[int]] = {}
    for row, name in enumerate(study):
        rows.setdefault(name, []).append(row)
    places = _knots(x, knots) if shape == "spline" else np.zeros(0)
    basis = _basis(x, shape, places)
    y, se, a, n = (np.atleast_1d(np.asarray(column, dtype=np.float64)) for column in (log_rr, standard_error, cases, total))
    if not {y.shape, se.shape, a.shape, n.shape} == {x.shape}:
        raise ValueError(f"columns have shapes {[c.shape for c in (x, y, se, a, n)]}; they should be of one length")
    effects, designs, covariances = [], [], []
    for name, own in rows.items():
        referent = _referent(name, own, y, se)
        others = [row for row in own if row != referent]
        try:
            s = log_risk_covariance(
                y[[referent, *others]],
                se[[referent, *others]],
                a[[referent, *others]],
                n[[referent, *others]],
                kind=kinds[referent],
                approximation=approximation,
            )
        except ValueError as error:
            raise ValueError(f"study {name}: {error} (rows counted from its referent)") from error
        effects.append(y[others])
        designs.append(basis[others] - basis[referent])
        covariances.append(s)
    found = random_coefficients(effects, designs, covariances, method=method)
    beta, v = found.estimate, found.covariance
    standard = np.sqrt(np.diag(v))
    chi2, bent = _wald(beta, v), _wald(beta[1:], v[1:, 1:]) if beta.size > 1 else np.nan
    return DoseResponse(
        **vars(found),
        standard_error=standard,
        interval=_around(beta, standard, level),
        chi2=chi2,
        p_value=chi2_upper(chi2, beta.size),
        nonlinear_chi2=bent,
        nonlinear_p=chi2_upper(bent, beta.size - 1),
        knots=places,
        lowest=float(x.min()),
        highest=float(x.max()),
        studies=len(rows),
        doses=sum(effect.size for effect in effects),
        shape=shape,
        approximation=approximation,
        method=method,
        level=level,
    )


def curve(fit: DoseResponse, dose: ArrayLike, *, reference_dose: float | None = None) -> Curve:
    r"""Mean curve at given doses against a reference dose, with bands at the level of the fit.

    .. math:: \ln RR(d) = (g(d) - g(d_0))' \hat\beta

    The reference dose is the lowest dose of the data where it is None.
    """
    (x,) = columns(dose=dose)
    zero = fit.lowest if reference_dose is None else reference_dose
    if not np.isfinite(zero):
        raise ValueError(f"reference_dose is {zero}; it should be a finite number")
    rows = _basis(x, fit.shape, fit.knots) - _basis(np.array([zero]), fit.shape, fit.knots)
    log_rr = rows @ fit.estimate
    standard_error = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", rows, fit.covariance, rows), 0.0))
    return Curve(
        dose=x,
        reference_dose=zero,
        log_rr=log_rr,
        standard_error=standard_error,
        interval=_around(log_rr, standard_error, fit.level),
        outside=(x < fit.lowest) | (x > fit.highest),
    )


def spline_basis(dose: ArrayLike, knots: ArrayLike) -> Floats:
    r"""Restricted cubic spline basis, shape (n, K - 1) for K knots, linear beyond the outer ones.

    .. math::
        g_1(x) = x, \quad g_{j+1}(x) = \frac{(x - t_j)_+^3 - (x - t_{K-1})_+^3 \frac{t_K - t_j}{t_K - t_{K-1}} +
        (x - t_K)_+^3 \frac{t_{K-1} - t_j}{t_K - t_{K-1}}}{(t_K - t_1)^2}, \quad j = 1, \dots, K - 2

    References
    ----------
    .. [1] Harrell, Regression Modeling Strategies, 2nd edition 2015.
    """
    (x,) = columns(dose=dose)
    (t,) = columns(knots=knots)
    if t.size < 3 or not (np.diff(t) > 0).all():
        raise ValueError(f"knots are {', '.join(f'{knot:g}' for knot in t)}; they should be three or more, each above the last")
    cubes = np.maximum(x[:, None] - t, 0.0) ** 3
    last, before = t[-1], t[-2]
    bent = (
        cubes[:, :-2]
        - cubes[:, [-2]] * (last - t[:-2]) / (last - before)
        + cubes[:, [-1]] * (before - t[:-2]) / (last - before)
    )
    return np.column_stack((x, bent / (last - t[0]) ** 2))


def log_risk_covariance(
    log_rr: ArrayLike,
    standard_error: ArrayLike,
    cases: ArrayLike,
    total: ArrayLike,
    *,
    kind: Kind,
    approximation: Approximation = "greenland-longnecker",
) -> Floats:
    r"""Covariance of the log relative risks of one study against their common referent.

    ``greenland-longnecker`` [1]_: the counts of cases that fit the (adjusted) relative risks and keep the margins, all cases
    and each ``total``, say how correlated crude log relative risks would be,

    .. math:: r_{ij} = \frac{s_0}{\sqrt{s_i s_j}}, \quad s_0 = \frac{1}{A_0} + \frac{1}{B_0}, \quad
        s_i = s_0 + \frac{1}{A_i} + \frac{1}{B_i}

    with non-cases B = N - A for ``case-control``, 1 / B left out for ``incidence-rate``, -1 / N in place of 1 / B for
    ``cumulative-incidence`` (whose relative risks are ratios of risks, not of odds); the covariance is :math:`r_{ij}` times the
    standard errors given. ``hamling`` [2]_: counts that also fit the standard errors, and keep the share of the referent among
    non-cases (or the total) and their ratio to cases; the covariance is then :math:`s_0`. ``independent``: none.

    Parameters
    ----------
    log_rr, standard_error, cases, total
        Shape (m + 1,), the referent first (log_rr 0, standard error 0 or NaN); cases above 0 and below people.

    Returns
    -------
    ndarray
        Shape (m, m).

    Raises
    ------
    ValueError
        Counts that cannot be, or that no adjusted table can fit; an unknown option.

    References
    ----------
    .. [1] Greenland & Longnecker 1992, American Journal of Epidemiology 135:1301-1309.
    .. [2] Hamling, Lee, Weitkunat & Ambühl 2008, Statistics in Medicine 27:954-970.
    """
    y, a, n = columns(log_rr=log_rr, cases=cases, total=total)
    se = np.atleast_1d(np.asarray(standard_error, dtype=np.float64))
    if y.size < 2:
        raise ValueError("a study needs its referent and at least one other dose")
    check_options(kind=(kind, get_args(Kind)), approximation=(approximation, get_args(Approximation)))
    refuse(~np.concatenate(([True], se[1:] > 0)), "standard_error", se, "above 0")
    refuse(~(a > 0), "cases", a, "above 0")
    refuse(~((n > 0) & ((a < n) | (kind == "incidence-rate"))), "total", n, "above its cases")
    if approximation == "independent":
        return np.diag(se[1:] ** 2)
    if approximation == "hamling":
        adjusted, of = _hamling_counts(y, se[1:] ** 2, a, n, kind)
        shared = np.full((y.size - 1, y.size - 1), float(_spread(adjusted, of, kind)[0]))
        np.fill_diagonal(shared, se[1:] ** 2)
        return shared
    spread = _spread(_longnecker_cases(y, a, n, kind), n, kind)
    root = np.sqrt(spread[0] + spread[1:])
    correlation = spread[0] / np.outer(root, root)
    np.fill_diagonal(correlation, 1.0)
    covariance: Floats = correlation * np.outer(se[1:], se[1:])
    return covariance


def _spread(cases: Floats, total: Floats, kind: Kind) -> Floats:
    """Each category's own part of the variance of a log relative risk."""
    other = {"case-control": 1 / (total - cases), "incidence-rate": 0.0 * total, "cumulative-incidence": -1 / total}
    part: Floats = 1 / cases + other[kind]
    return part


def _longnecker_cases(log_rr: Floats, cases: Floats, total: Floats, kind: Kind) -> Floats:
    """Return the cases that fit the relative risks with all cases and each total kept."""
    ratio = np.exp(log_rr)
    if kind != "case-control":
        fitted: Floats = total * ratio * cases.sum() / (total @ ratio)
        if kind == "cumulative-incidence":
            refuse(~(fitted < total), "total", total, "above the cases that its relative risk implies")
        return fitted
    from scipy.optimize import brentq  # type: ignore[import-untyped] # noqa: PLC0415 - slow to import
    from scipy.special import expit  # type: ignore[import-untyped] # noqa: PLC0415 - slow to import

    def excess(log_odds: float) -> float:
        return float(total @ expit(log_odds + log_rr) - cases.sum())

    # at these ends every category has less, or more, than its share of all cases
    middle = float(np.log(cases.sum() / (total - cases).sum()))
    log_odds = brentq(excess, middle - log_rr.max() - 1, middle - log_rr.min() + 1, xtol=1e-300, rtol=1e-14)
    odds: Floats = total * expit(log_odds + log_rr)
    return odds


def _hamling_counts(log_rr: Floats, variance: Floats, cases: Floats, total: Floats, kind: Kind) -> tuple[Floats, Floats]:
    """Return cases and totals that fit relative risks and their variances, and keep two shares of the crude table."""
    from scipy.optimize import root  # noqa: PLC0415 - slow to import

    ratio = np.exp(log_rr[1:])

    def counts(unknown: Floats) -> tuple[Floats, Floats]:
        a0, n0 = np.exp(unknown)
        if kind == "case-control":
            b0 = n0  # here the second unknown is the referent's non-cases
            rest = variance - 1 / a0 - 1 / b0
            a, b = (1 + a0 * ratio / b0) / rest, (1 + b0 / (a0 * ratio)) / rest
            return np.concatenate(([a0], a)), np.concatenate(([a0 + b0], a + b))
        share = 1 / n0 if kind == "cumulative-incidence" else 0.0
        a = (1 - a0 * share * ratio) / (variance - 1 / a0 + share)
        return np.concatenate(([a0], a)), np.concatenate(([n0], a * n0 / (a0 * ratio)))

    def shares(a: Floats, n: Floats) -> Floats:
        other = n - a if kind == "case-control" else n
        return np.array([other[0] / other.sum(), other.sum() / a.sum()])

    target = shares(cases, total)

    def missed(unknown: Floats) -> Floats:
        return shares(*counts(unknown)) / target - 1

    referent = np.array([cases[0], total[0] - cases[0] if kind == "case-control" else total[0]])
    for start in (0.75, 1.0, 0.5, 2.0, 0.25, 4.0, 8.0):
        with np.errstate(all="ignore"):
            found = root(missed, np.log(referent * start), tol=1e-13)
            a, n = counts(found.x)
        if np.abs(found.fun).max() < 1e-9 and (a > 0).all() and (_spread(a, n, kind) > 0).all() and (n > 0).all():
            return a, n
    raise ValueError("no table of counts fits these relative risks and standard errors; use 'greenland-longnecker'")


def _referent(name: Hashable, rows: list[int], log_rr: Floats, standard_error: Floats) -> int:
    found = [row for row in rows if np.isnan(standard_error[row]) or standard_error[row] == 0]
    if len(found) != 1 or log_rr[found[0]] != 0:
        raise ValueError(
            f"study {name} has {len(found)} rows without a standard error; it should have one, its referent, with log_rr 0"
        )
    return found[0]


def _knots(dose: Floats, knots: int | ArrayLike) -> Floats:
    if not isinstance(knots, int):
        return np.atleast_1d(np.asarray(knots, dtype=np.float64))
    if knots not in PERCENTILES:
        raise ValueError(f"knots is {knots}; it should be 3, 4 or 5, or the knots themselves")
    return np.percentile(dose, PERCENTILES[knots])


def _basis(dose: Floats, shape: Shape, knots: Floats) -> Floats:
    if shape == "spline":
        return spline_basis(dose, knots)
    return dose[:, None] if shape == "linear" else np.column_stack((dose, dose**2))


def random_coefficients(
    effects: Sequence[Floats],
    designs: Sequence[Floats],
    covariances: Sequence[Floats],
    *,
    varying: int | None = None,
    method: Method = "REML",
) -> RandomCoefficients:
    r"""Mean coefficients of curves that vary between studies.

    .. math:: y_i \sim N\left(X_i \beta, \; S_i + X_i \Psi X_i'\right)

    with known :math:`S_i`. The first ``varying`` columns (all, where None) have coefficients that vary, with an unstructured
    covariance :math:`\Psi` of maximal (restricted) likelihood; beta is its generalised least squares estimate. In coordinates
    in which a typical study has unit information, :math:`\Psi = L L'`; with one varying column the likelihood is scanned on a
    logarithmic grid, else quasi-Newton searches from full and singular starts of several sizes end in Newton steps, and the
    best maximum is taken. Units of effects and columns do not matter.

    Parameters
    ----------
    effects, designs, covariances
        For each study shapes (m_i,), (m_i, p) and (m_i, m_i).

    Raises
    ------
    ValueError
        A covariance that is not positive definite; columns that all studies together cannot carry; an unknown method.
    ArithmeticError
        No start ended at a maximum.
    """
    check_options(method=(method, get_args(Method)))
    kept = designs[0].shape[1]
    information, weighted, rank, within = _stack(effects, designs, covariances)
    whole = information.sum(axis=0)
    size = np.sqrt(np.diag(whole))
    if not (size > 0).all() or np.linalg.matrix_rank(whole / np.outer(size, size), tol=1e-10, hermitian=True) < kept:
        raise ValueError(
            f"the studies together cannot carry {kept} coefficients; they need more different values, or fewer terms"
        )
    common = np.linalg.solve(whole, weighted.sum(axis=0))
    # upper triangular, so that the varying columns stay the first ones
    turn = np.triu(np.linalg.inv(np.linalg.cholesky(whole / len(effects))).T)
    likelihood = _Likelihood(
        information=turn.T @ information @ turn,
        weighted=(weighted - information @ common) @ turn,
        restricted=method == "REML",
        varying=kept if varying is None else varying,
    )
    found = likelihood.maximum() if method != "common" else _Search(psi=np.zeros((kept, kept)), maxima=0, iterations=0)
    beta, covariance = likelihood.mean(found.psi)
    q = float(sum(w @ np.linalg.pinv(a, rcond=1e-11, hermitian=True) @ w for a, w in likelihood.studies()))
    q_df, misfit_df = int(rank.sum()) - kept, sum(effect.size for effect in effects) - int(rank.sum())
    block = np.linalg.eigvalsh(found.psi[: likelihood.varying, : likelihood.varying])
    return RandomCoefficients(
        estimate=common + turn @ beta,
        covariance=turn @ covariance @ turn.T,
        psi=turn @ found.psi @ turn.T,
        q=q,
        q_df=q_df,
        q_p=chi2_upper(q, q_df),
        i2_q=np.nan if q_df == 0 else max(0.0, 1 - q_df / q) if q > q_df else 0.0,
        misfit_q=within if misfit_df else 0.0,
        misfit_df=misfit_df,
        misfit_p=chi2_upper(within, misfit_df),
        at_boundary=method != "common" and bool(block[0] <= 1e-9 * max(1.0, block[-1])),
        maxima=found.maxima,
        iterations=found.iterations,
    )


def _stack(
    effects: Sequence[Floats], designs: Sequence[Floats], covariances: Sequence[Floats]
) -> tuple[Floats, Floats, NDArray[np.int64], float]:
    """Return X'S^-1 X and X'S^-1 y of each study, the rank of each X, and the sum of squares that no curve of X explains."""
    information, weighted, rank, within = [], [], [], 0.0
    for i, (y, x, s) in enumerate(zip(effects, designs, covariances, strict=True)):
        scale = np.sqrt(np.diag(s))
        try:
            root = np.linalg.cholesky(s / np.outer(scale, scale))
        except np.linalg.LinAlgError as error:
            raise ValueError(f"the covariance of study {i} is not positive definite; check its counts") from error
        yw, xw = np.linalg.solve(root, y / scale), np.linalg.solve(root, x / scale[:, None])
        information.append(xw.T @ xw)
        weighted.append(xw.T @ yw)
        norm = np.linalg.norm(xw, axis=0)
        left, singular, _ = np.linalg.svd(xw / np.where(norm > 0, norm, 1.0), full_matrices=False)
        carried = int((singular > 1e-9 * singular[0]).sum()) if singular[0] > 0 else 0
        rank.append(carried)
        within += float(np.square(yw - left[:, :carried] @ (left[:, :carried].T @ yw)).sum())
    return np.array(information), np.array(weighted), np.array(rank), within


@dataclass(frozen=True, kw_only=True)
class _Search:
    psi: Floats
    maxima: int
    iterations: int


@dataclass(frozen=True, kw_only=True)
class _Likelihood:
    """Minus twice the profile log-likelihood of psi, from information (n, p, p) and weighted effects (n, p) of n studies."""

    information: Floats
    weighted: Floats
    restricted: bool
    varying: int

    def studies(self) -> list[tuple[Floats, Floats]]:
        return list(zip(self.information, self.weighted, strict=True))

    def _parts(self, psi: Floats) -> tuple[Floats, ...]:
        """Return I + A psi, M_i = A (I + psi A)^-1, m_i = (I + A psi)^-1 w, the inverse of sum M_i, and beta."""
        tilt = np.eye(psi.shape[0]) + self.information @ psi
        own = np.linalg.solve(tilt, self.information).astype(np.float64)
        mean = np.linalg.solve(tilt, self.weighted[..., None])[..., 0].astype(np.float64)
        inverse = np.linalg.inv(own.sum(axis=0)).astype(np.float64)
        beta: Floats = inverse @ mean.sum(axis=0)
        return tilt, own, mean, inverse, beta

    def mean(self, psi: Floats) -> tuple[Floats, Floats]:
        _, _, _, inverse, beta = self._parts(psi)
        return beta, inverse

    def height(self, psi: Floats) -> tuple[float, Floats]:
        """Minus twice the log-likelihood, up to a constant, and its gradient by psi, shape (p, p)."""
        tilt, own, mean, inverse, beta = self._parts(psi)
        value = np.linalg.slogdet(tilt)[1].sum() - np.einsum("ij,jk,ik->", self.weighted, psi, mean) - beta @ mean.sum(axis=0)
        residual = mean - own @ beta
        slope = own.sum(axis=0) - residual.T @ residual
        if self.restricted:
            value -= np.linalg.slogdet(inverse)[1]
            slope = slope - (own @ inverse @ own).sum(axis=0)
        return float(value), slope

    def maximum(self) -> _Search:
        return self._scan() if self.varying == 1 else self._climb()

    def _scan(self) -> _Search:
        def psi(variance: float) -> Floats:
            matrix = np.zeros(self.information.shape[1:])
            matrix[0, 0] = variance
            return matrix

        def slope(variance: float) -> float:
            return -float(self.height(psi(variance))[1][0, 0])

        # units of information: least is a thousandth of the smallest sampling variance, most beyond all spread there is
        own = self.information[:, 0, 0]
        least = 1e-3 / float(own.max())
        most = 1e3 * (1 / float(own[own > 0].min()) + float(np.square(self.weighted[:, 0] / np.maximum(own, least)).sum()))
        grid = np.concatenate(([0.0], np.geomspace(least, most, 2 + int(12 * np.log10(most / least)))))
        tops, iterations = line_maxima(slope, grid)
        if not tops:
            raise ArithmeticError(f"the likelihood still rises at a variance of {most:g} sampling variances")
        best = min(tops, key=lambda variance: self.height(psi(variance))[0])
        return _Search(psi=psi(best), maxima=len(tops), iterations=iterations)

    def _psi(self, lower: Floats) -> Floats:
        matrix = np.zeros(self.information.shape[1:])
        matrix[: self.varying, : self.varying] = lower @ lower.T
        return matrix

    def _climb(self) -> _Search:
        from scipy.optimize import minimize  # noqa: PLC0415 - slow to import

        r = self.varying
        places = np.tril_indices(r)

        def lower(flat: Floats) -> Floats:
            matrix = np.zeros((r, r))
            matrix[places] = flat
            return matrix

        def value(flat: Floats) -> tuple[float, Floats]:
            height, slope = self.height(self._psi(lower(flat)))
            return height, 2 * (slope[:r, :r] @ lower(flat))[places]

        spread = float(np.sqrt(np.square(self.weighted).sum() / len(self.weighted)))
        starts = [size * np.eye(r)[places] for size in sorted({0.1, 0.5, 1.0, 3.0, max(spread, 0.05)})]
        starts += [np.diag(np.where(np.arange(r) == j, max(spread, 1.0), 0.05))[places] for j in range(r)]
        starts += [np.ones((r, r))[places] * max(spread, 1.0) / r]
        ends, iterations = [], 0
        for start in starts:
            found = minimize(value, start, jac=True, method="BFGS", options={"gtol": 1e-9, "maxiter": 2000})
            flat, calls = _polished(value, found.x)
            iterations += int(found.nfev) + calls
            psi = self._psi(lower(flat))
            height, slope = self.height(psi)
            # at a maximum psi cannot gain in any direction, not even in one that it does not have
            worst = float(np.linalg.eigvalsh(slope[:r, :r])[0])
            if max(float(np.abs((slope @ psi)[:r, :r]).max()), -worst) < 1e-6 * len(self.weighted):
                ends.append((height, psi))
        if not ends:
            tried = f"{len(starts)} starts of the likelihood search and {iterations} evaluations"
            raise ArithmeticError(f"{tried} did not end at a maximum; fewer coefficients may vary, or method may be 'common'")
        ends.sort(key=lambda end: end[0])
        heights = np.array([height for height, _ in ends])
        maxima = 1 + int((np.diff(heights) > 1e-6 * (1 + np.abs(heights[1:]))).sum())
        return _Search(psi=ends[0][1], maxima=maxima, iterations=iterations)


def _polished(value: Callable[[Floats], tuple[float, Floats]], flat: Floats) -> tuple[Floats, int]:
    """Take Newton's steps, with a Hessian from differences of the gradient, as long as the gradient shrinks."""
    calls = 0
    height, slope = value(flat)
    for _ in range(20):
        steps = 1e-5 * np.maximum(np.abs(flat), 1e-2)
        hessian = np.array(
            [(value(flat + step)[1] - value(flat - step)[1]) / (2 * step[i]) for i, step in enumerate(np.diag(steps))]
        )
        calls += 2 * flat.size + 1
        trial = flat - np.linalg.lstsq((hessian + hessian.T) / 2, slope, rcond=1e-9)[0]
        trial_height, trial_slope = value(trial)
        if trial_height > height + 1e-9 * (1 + abs(height)) or np.abs(trial_slope).max() >= 0.5 * np.abs(slope).max():
            break
        flat, height, slope = trial, trial_height, trial_slope
    return flat, calls


def _wald(estimate: Floats, covariance: Floats) -> float:
    return float(estimate @ np.linalg.solve(covariance, estimate))


def _around(estimate: Floats, standard_error: Floats, level: float) -> Floats:
    half = central_quantile(level) * standard_error
    return np.stack((estimate - half, estimate + half), axis=-1)
