"""Effects that hang together: several from one study, studies from one group, several outcomes of one trial.

:mod:`mixed` has the model, its likelihood and the search for its maximum.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.engines.synthesis.design import check_identified, design_of, grouping, sampling
from equipoise.engines.synthesis.distributions import central_quantile, chi2_upper, f_uppers, two_sided_ps
from equipoise.engines.synthesis.effects import check_level, check_options
from equipoise.engines.synthesis.mixed import (
    STRUCTURES,
    Problem,
    Structure,
    outcome_lattice,
    profile_interval,
    square_lattice,
    squares,
    summit_of,
    typical_variance,
)

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.intp]
Method = Literal["REML", "ML"]
Test = Literal["z", "t"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Wald:
    """Coefficients, intercept first, and their tests.

    - ``estimate``, ``standard_error``, ``statistic``, ``p_value`` (p,), ``interval`` (p, 2), ``covariance`` (p, p): normal
      where ``df`` is NaN (test ``z``), Student's t with ``df`` degrees of freedom otherwise.
    - ``qm``, ``qm_df``, ``qm_df2``, ``qm_p``: test of all coefficients but the intercept (of all, where a model has no common
      intercept), chi-squared, or F where ``qm_df2`` is not NaN; NaN and 0 where there are none.
    """

    estimate: Floats
    standard_error: Floats
    statistic: Floats
    p_value: Floats
    interval: Floats
    covariance: Floats
    df: float
    qm: float
    qm_df: int
    qm_df2: float
    qm_p: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Coefficients(Wald):
    """Fixed effects of a model with their tests, and Cochran's test of what they leave.

    - ``q``, ``q_df``, ``q_p``: whether anything but V and the moderators makes the effects differ.
    """

    q: float
    q_df: int
    q_p: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Multilevel(Coefficients):
    """What :func:`multilevel` found, on the scale of the effects it was given.

    - ``sigma2`` (m,): variance of true effects at each level, outer to inner; ``sigma2_interval`` (m, 2) its profile-likelihood
      interval (NaN with ``profile=False``; the upper bound is infinite where the likelihood never falls enough).
    - ``i2`` (m,): share of each level in the variance of effects, 0 to 1; the sum is the share that is not sampling error.
    - ``groups`` (m,): how many groups each level has. ``at_boundary`` (m,): the variance is 0.
    - ``prediction_interval`` (2,): where the true effect of a new group at every level lies; NaN with moderators.
    - ``marginal`` (k, k): variances and covariances M of the effects under the fit, what :func:`robust` works with.
    - ``log_likelihood``: of REML or ML, with its constants, as in metafor. ``maxima``: distinct local maxima that were found,
      the best of which was taken; ``iterations``: Newton steps that took.
    """

    sigma2: Floats
    sigma2_interval: Floats
    i2: Floats
    groups: tuple[int, ...]
    at_boundary: Flags
    prediction_interval: Floats
    marginal: Floats
    log_likelihood: float
    maxima: int
    iterations: int
    k: int
    method: Method
    test: Test
    level: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Multivariate(Coefficients):
    """What :func:`multivariate` found; coefficients as it says.

    - ``outcomes`` (r,): names, in the order of everything else, which is that of sorting.
    - ``tau2`` (r,): variance of true effects of each outcome; ``correlation`` (r, r) between them, NaN where a variance is 0;
      ``random`` (r, r) their covariance matrix.
    - ``at_boundary``: that matrix is singular: a variance is 0, or outcomes determine each other (correlation 1 or -1).
    - ``marginal``, ``log_likelihood``, ``maxima``, ``iterations``: as in :class:`Multilevel`. ``studies``: how many.
    """

    outcomes: tuple[str, ...]
    tau2: Floats
    correlation: Floats
    random: Floats
    at_boundary: bool
    marginal: Floats
    log_likelihood: float
    maxima: int
    iterations: int
    k: int
    studies: int
    structure: Structure
    method: Method
    test: Test
    level: float


def multilevel(
    effect: ArrayLike,
    variance: ArrayLike,
    *,
    levels: Sequence[ArrayLike],
    moderators: ArrayLike | None = None,
    method: Method = "REML",
    test: Test = "z",
    crossed: bool = False,
    profile: bool = True,
    level: float = 0.95,
) -> Multilevel:
    r"""Mean of effects that are nested in groups, such as effects in studies, or schools in districts [1]_.

    .. math:: y_{ij} = x_{ij}'\beta + a_i + b_{ij} + e_{ij}, \qquad a_i \sim N(0, \sigma^2_1), \quad
        b_{ij} \sim N(0, \sigma^2_2), \quad e \sim N(0, V)

    and so on for more levels. For three levels give the groups and the effects themselves, ``levels=(district, study)``:
    without the innermost level, effects of one group share one true value. The share of a level in the variance of effects is

    .. math:: I^2_j = \frac{\sigma^2_j}{\sum_l \sigma^2_l + s^2}, \qquad s^2 = \frac{k - p}{\operatorname{tr} P_0}

    with :math:`P_0` the P of :mod:`mixed` at :math:`M = V` [2]_.

    Parameters
    ----------
    effect, variance
        Shape (k,), k > p; variances above 0, or the full covariance matrix of sampling errors, shape (k, k) and positive
        definite, such as :func:`working_covariance` makes.
    levels
        Labels of shape (k,), outer to inner. A label counts within its outer group (school 1 of district 11 is not school 1
        of district 12) unless ``crossed``, where each sequence of labels is a grouping of its own.
    moderators
        Shape (k,) or (k, q), numbers; the intercept is added.
    profile
        Whether the profile-likelihood intervals of the variances are wanted: they cost most of the time.
    level
        Of all intervals, between 0 and 1.

    Raises
    ------
    ValueError
        Unequal shapes, a value that is not finite, a variance not above 0, a V that is not symmetric and positive definite,
        too few effects, collinear moderators, a level with one group only, two levels that group alike, an unknown option.
    ArithmeticError
        The climb did not converge; it says from how many starts.

    References
    ----------
    .. [1] Konstantopoulos 2011, Research Synthesis Methods 2:61-76.
    .. [2] Higgins & Thompson 2002, Statistics in Medicine 21:1539-1558; by level, Cheung 2014, Psychological
       Methods 19:211-229.
    """
    check_level(level)
    check_options(method=(method, get_args(Method)), test=(test, get_args(Test)))
    y, v = sampling(effect, variance)
    groups = _groups(levels, y.size, nested=not crossed)
    x = design_of(moderators, y.size)
    alike = np.stack([(codes[:, None] == codes).astype(np.float64) for codes in groups])
    problem = Problem.of(y, v, x, alike, restricted=method == "REML")
    m = len(groups)
    check_identified(x, alike, [f"the variance of level {number}" for number in range(m)])
    summit = summit_of(problem, squares, square_lattice(problem, m))
    phi = summit.parameters
    bounds = np.full((m, 2), math.nan)
    if profile:
        bounds = np.array([profile_interval(problem, summit, j, level=level) for j in range(m)]) * problem.unit**2
    sigma2 = phi * problem.unit**2
    location = _coefficients(problem, phi, test=test, level=level, tested=slice(1, None))
    prediction = np.full(2, math.nan)
    if x.shape[1] == 1:
        half = central_quantile(level, location.df) * math.hypot(location.standard_error[0], math.sqrt(sigma2.sum()))
        prediction = location.estimate[0] + np.array([-half, half])
    return Multilevel(
        **vars(location),
        sigma2=sigma2,
        sigma2_interval=bounds,
        i2=sigma2 / (sigma2.sum() + typical_variance(v, x)),
        groups=tuple(int(codes.max()) + 1 for codes in groups),
        at_boundary=phi == 0,
        prediction_interval=prediction,
        marginal=v + np.tensordot(sigma2, alike, axes=1),
        log_likelihood=problem.log_likelihood(summit.height),
        maxima=summit.maxima,
        iterations=summit.steps,
        k=y.size,
        method=method,
        test=test,
        level=level,
    )


def multivariate(
    effect: ArrayLike,
    variance: ArrayLike,
    *,
    study: ArrayLike,
    outcome: ArrayLike,
    structure: Structure = "UN",
    moderators: ArrayLike | None = None,
    method: Method = "REML",
    test: Test = "z",
    level: float = 0.95,
) -> Multivariate:
    r"""Means of several outcomes at once, whose true effects go together within a study [1]_.

    .. math:: y_{io} = \beta_o + u_{io} + e_{io}, \qquad u_i \sim N(0, T), \qquad e \sim N(0, V)

    with T of a structure, by metafor's names: ``UN`` any covariance matrix; ``HCS`` one variance an outcome and one correlation
    for all pairs; ``CS`` one variance and one correlation; ``DIAG`` one variance an outcome and no correlation. For two
    outcomes ``UN`` and ``HCS`` are the same model.

    Every outcome has its own mean and, with moderators, its own slopes. Coefficients come as the means of all outcomes, then
    the slopes of all outcomes on the first moderator, and so on; a difference of outcomes has the variance that
    ``covariance`` gives it.

    Parameters
    ----------
    effect, variance
        Shape (k,), one row for each outcome of each study; variances above 0, or the full covariance matrix of sampling
        errors, shape (k, k).
    study, outcome
        Labels of shape (k,). A study may lack outcomes.
    moderators
        Shape (k,) or (k, q), numbers.
    level
        Of all intervals, between 0 and 1.

    Raises
    ------
    ValueError
        As :func:`multilevel`; one outcome alone; two outcomes that no study has both, which leaves their correlation open.
    ArithmeticError
        The climb did not converge; it says from how many starts.

    References
    ----------
    .. [1] Berkey, Hoaglin, Antczak-Bouckoms, Mosteller & Colditz 1998, Statistics in Medicine 17:2537-2550.
    """
    check_level(level)
    check_options(structure=(structure, get_args(Structure)), method=(method, get_args(Method)), test=(test, get_args(Test)))
    y, v = sampling(effect, variance)
    studies, _ = grouping("study", study, y.size)
    kinds, names = grouping("outcome", outcome, y.size)
    r = len(names)
    _check_outcomes(studies, kinds, names, structure)
    of_outcome = (kinds[:, None] == np.arange(r)).astype(np.float64)
    x = design_of(moderators, y.size)
    x = (x[:, :, None] * of_outcome[:, None, :]).reshape(y.size, -1)
    parts, shape = STRUCTURES[structure](r)
    parameters = [f"variance parameter {number} of {structure}" for number in range(len(parts))]
    within = (studies[:, None] == studies).astype(np.float64)
    spread = np.einsum("io,qop,jp->qij", of_outcome, parts, of_outcome) * within
    problem = Problem.of(y, v, x, spread, restricted=method == "REML")
    check_identified(x, spread, parameters)
    summit = summit_of(problem, shape, outcome_lattice(problem, structure, r))
    random = np.tensordot(summit.parameters, parts, axes=1) * problem.unit**2
    tau2 = np.diag(random).copy()
    with np.errstate(invalid="ignore", divide="ignore"):
        correlation = np.where(np.eye(r, dtype=bool), 1.0, random / np.sqrt(np.outer(tau2, tau2)))
    correlation[(tau2 == 0)[:, None] | (tau2 == 0)] = math.nan
    return Multivariate(
        **vars(_coefficients(problem, summit.parameters, test=test, level=level, tested=slice(None))),
        outcomes=names,
        tau2=tau2,
        correlation=correlation,
        random=random,
        at_boundary=bool((tau2 == 0).any() or np.linalg.eigvalsh(correlation)[0] < 1e-9),
        marginal=v + np.tensordot(summit.parameters, spread, axes=1) * problem.unit**2,
        log_likelihood=problem.log_likelihood(summit.height),
        maxima=summit.maxima,
        iterations=summit.steps,
        k=y.size,
        studies=int(studies.max()) + 1,
        structure=structure,
        method=method,
        test=test,
        level=level,
    )


# What comes in


def _groups(levels: Sequence[ArrayLike], k: int, *, nested: bool) -> list[Codes]:
    """Return the groups of each level, each within those before it if nested."""
    if len(levels) == 0:
        raise ValueError("levels is empty; it should have at least one grouping, or use pool()")
    groups: list[Codes] = []
    for number, labels in enumerate(levels):
        codes, _ = grouping(f"level {number}", labels, k)
        if nested and groups:
            codes = np.unique(groups[-1] * (codes.max() + 1) + codes, return_inverse=True)[1].reshape(-1).astype(np.intp)
        if codes.max() == 0:
            raise ValueError(f"level {number} has a single group; a variance between groups needs two or more")
        pairs = codes[:, None] == codes
        for other, earlier in enumerate(groups):
            if np.array_equal(earlier[:, None] == earlier, pairs):
                raise ValueError(f"levels {other} and {number} make the same groups; keep one of them")
        groups.append(codes)
    return groups


def _check_outcomes(studies: Codes, kinds: Codes, names: tuple[str, ...], structure: Structure) -> None:
    if len(names) < 2:
        raise ValueError(f"outcome is {names[0]!r} in every row; multivariate needs two outcomes or more, else use pool()")
    table = np.zeros((int(studies.max()) + 1, len(names)))
    np.add.at(table, (studies, kinds), 1)
    together = (table > 0).astype(np.float64).T @ (table > 0)
    for first, second in itertools.combinations(range(len(names)), 2):
        if structure == "UN" and together[first, second] == 0:
            raise ValueError(
                f"no study has both {names[first]!r} and {names[second]!r}, so their correlation is open; "
                "use structure='DIAG' or 'HCS'"
            )
    if structure in ("CS", "HCS") and np.count_nonzero(np.triu(together, 1)) == 0:
        raise ValueError("no study has two outcomes, so their correlation is open; use structure='DIAG'")


# What goes out


def _coefficients(problem: Problem, phi: Floats, *, test: Test, level: float, tested: slice) -> Coefficients:
    local = problem.local(phi)
    back = np.linalg.inv(problem.triangle)
    df = problem.k - problem.p
    found = wald(
        problem.origin + back @ local.coefficient * problem.unit,
        back @ local.inverse @ back.T * problem.unit**2,
        df=float(df) if test == "t" else math.nan,
        level=level,
        tested=tested,
    )
    return Coefficients(**vars(found), q=problem.q, q_df=df, q_p=chi2_upper(problem.q, df))


def wald(estimate: Floats, covariance: Floats, *, df: float, level: float, tested: slice) -> Wald:
    """Return coefficients with Wald's tests and intervals: t with df degrees of freedom, normal where df is NaN."""
    standard_error = np.sqrt(np.diag(covariance))
    statistic = estimate / standard_error
    half = central_quantile(level, df) * standard_error
    chosen = np.arange(estimate.size)[tested]
    qm = qm_p = math.nan
    if chosen.size:
        some = estimate[chosen]
        qm = float(some @ np.linalg.solve(covariance[np.ix_(chosen, chosen)], some))
        qm = qm if math.isnan(df) else qm / chosen.size
        qm_p = chi2_upper(qm, chosen.size) if math.isnan(df) else float(f_uppers(qm, chosen.size, df))
    return Wald(
        estimate=estimate,
        standard_error=standard_error,
        statistic=statistic,
        p_value=two_sided_ps(statistic, df),
        interval=np.stack([estimate - half, estimate + half], axis=-1),
        covariance=covariance,
        df=df,
        qm=qm,
        qm_df=chosen.size,
        qm_df2=df if chosen.size else math.nan,
        qm_p=qm_p,
    )
