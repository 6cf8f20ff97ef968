r"""Standard errors that hold when dependence is known only roughly: working models and the sandwich that repairs them.

Effects of one cluster (a study, a team) may go together in any way; clusters are independent. A working covariance
:math:`\Phi`, block by block of the clusters, gives weights :math:`W = \Phi^{-1}` and the estimate :math:`\hat\beta = C X'Wy`
with :math:`C = (X'WX)^{-1}`; what the residuals e really do gives its variance [1]_:

.. math:: V^R = C \Big( \sum_j X_j'W_j A_j e_j e_j' A_j' W_j X_j \Big) C

- ``CR0``: :math:`A_j = I`. Too small with few clusters.
- ``CR1``: CR0 times m / (m - 1) for m clusters; ``CR1p``: times m / (m - p), which is what metafor's ``robust()`` does.
- ``CR2``: :math:`A_j = D_j' (D_j (\Phi_j - X_j C X_j') D_j')^{+1/2} D_j` with :math:`\Phi_j = D_j'D_j`: unbiased if the working
  model is right [2]_ [3]_.

A t-test has Satterthwaite's degrees of freedom under the working model [2]_ [3]_: for a coefficient c

.. math::
    \nu = \frac{(\operatorname{tr} S)^2}{\operatorname{tr} SS}, \qquad
    S_{ij} = g_i'\big(\delta_{ij}\Phi_i - X_i C X_j'\big) g_j, \qquad g_j = A_j W_j X_j C c.

Below four of them such a test is not to be trusted [3]_.

References
----------
.. [1] Hedges, Tipton & Johnson 2010, Research Synthesis Methods 1:39-65.
.. [2] Bell & McCaffrey 2002, Survey Methodology 28:169-181.
.. [3] Tipton 2015, Psychological Methods 20:375-393; Pustejovsky & Tipton 2018, Journal of Business & Economic Statistics
   36:672-683.
"""

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.engines.synthesis.design import design_of, grouping, orthogonal, sampling
from equipoise.engines.synthesis.distributions import central_quantile, f_uppers, two_sided_ps
from equipoise.engines.synthesis.effects import check_level, check_options, columns, refuse

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.intp]
Type = Literal["CR0", "CR1", "CR1p", "CR2"]
Freedom = Literal["satterthwaite", "clusters"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Robust:
    """What :func:`robust` found: coefficients, intercept first, with cluster-robust tests.

    - ``estimate``, ``standard_error``, ``statistic``, ``p_value``, ``df`` (p,), ``interval`` (p, 2), ``covariance`` (p, p). All
      but the estimate are NaN for a coefficient that could not be estimated without one of the clusters: its error cannot be
      seen in the residuals. Statistic and p-value are NaN where all residuals, and so the standard error, are 0.
    - ``f``, ``f_df``, ``f_df2``, ``f_p``: test of all moderators at once, by Hotelling's T-squared approximation; NaN and 0
      without moderators, and NaN where its second degrees of freedom are not above 0.
    - ``clusters``: how many; ``k`` effects. ``type``, ``freedom``, ``level``: what made it.
    """

    estimate: Floats
    standard_error: Floats
    statistic: Floats
    p_value: Floats
    df: Floats
    interval: Floats
    covariance: Floats
    f: float
    f_df: int
    f_df2: float
    f_p: float
    clusters: int
    k: int
    type: Type
    freedom: Freedom
    level: float


@dataclass(frozen=True, kw_only=True, eq=False)
class WorkingModel(Robust):
    """A :class:`Robust` whose working model came by moments.

    - ``tau2`` between clusters, ``omega2`` within, ``rho`` the correlation of sampling errors that was assumed; NaN where the
      model has none. ``weights`` (k,) sum to 1.
    """

    tau2: float
    omega2: float
    rho: float
    weights: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class Aggregated:
    """One effect for each of m clusters, in the sorted order of their labels.

    ``effect`` and ``variance`` (m,), ``cluster`` the labels, ``size`` (m,) how many effects each had.
    """

    effect: Floats
    variance: Floats
    cluster: tuple[str, ...]
    size: NDArray[np.int64]


def robust(
    effect: ArrayLike,
    marginal: ArrayLike,
    *,
    cluster: ArrayLike,
    moderators: ArrayLike | None = None,
    type: Type = "CR2",  # noqa: A002 - the word of the field
    freedom: Freedom = "satterthwaite",
    level: float = 0.95,
) -> Robust:
    r"""Cluster-robust tests and intervals of the coefficients of any fit whose weights are inverse to its variances.

    The omnibus test of q moderators is Hotelling's approximation with Zhang's degrees of freedom, HTZ [1]_:

    .. math::
        F = \frac{\eta - q + 1}{\eta q} \hat\beta'(V^R)^{-1}\hat\beta \sim F(q, \eta - q + 1), \qquad
        \eta = \frac{q (q + 1)}{\sum_{s,t} \operatorname{var}(T_{st})}

    with T the robust covariance, standardised by the working one. With ``freedom="clusters"`` all tests have m - p degrees of
    freedom, m clusters, instead, and F is Wald's divided by q.

    Parameters
    ----------
    effect
        Shape (k,).
    marginal
        Variances (k,) or covariance matrix (k, k) of the effects under the working model: ``fit.marginal`` of
        :func:`multilevel` or :func:`multivariate`, or ``variance + fit.tau2`` of :func:`pool`.
    cluster
        Labels of shape (k,); effects of two clusters must have no covariance in ``marginal``.
    moderators
        Shape (k,) or (k, q), numbers; the intercept is added. To keep a design of your own, see :func:`robust_design`.
    type, freedom
        As above.
    level
        Of the intervals, between 0 and 1.

    Raises
    ------
    ValueError
        As :func:`multilevel`; fewer than two clusters, no more clusters than coefficients, or a covariance between clusters.

    References
    ----------
    .. [1] Tipton & Pustejovsky 2015, Journal of Educational and Behavioral Statistics 40:604-634.
    """
    x = design_of(moderators, np.size(effect))
    return robust_design(effect, marginal, x, cluster=cluster, tested=slice(1, None), type=type, freedom=freedom, level=level)


def robust_design(
    effect: ArrayLike,
    marginal: ArrayLike,
    design: ArrayLike,
    *,
    cluster: ArrayLike,
    tested: slice = slice(None),
    type: Type = "CR2",  # noqa: A002 - the word of the field
    freedom: Freedom = "satterthwaite",
    level: float = 0.95,
) -> Robust:
    """Do what :func:`robust` does for a design (k, p) of one's own; ``tested`` are the coefficients of the omnibus test."""
    check_level(level)
    check_options(type=(type, get_args(Type)), freedom=(freedom, get_args(Freedom)))
    y, phi = sampling(effect, marginal)
    x = np.asarray(design, dtype=np.float64)
    codes, names = grouping("cluster", cluster, y.size)
    p, m = x.shape[1], len(names)
    _check_enough(m, p)
    _check_apart(phi, codes)
    sandwich = _sandwich(y, phi, x, codes, corrected=type == "CR2")
    covariance = sandwich.covariance * {"CR1": m / (m - 1), "CR1p": m / (m - p)}.get(type, 1.0)
    df = _freedom(sandwich) if freedom == "satterthwaite" else np.full(p, float(m - p))
    df[sandwich.lone] = covariance[sandwich.lone] = covariance[:, sandwich.lone] = math.nan
    standard_error = np.sqrt(np.diag(covariance))
    with np.errstate(invalid="ignore", divide="ignore"):
        statistic = np.where(standard_error > 0, sandwich.estimate / standard_error, math.nan)
    half = np.array([central_quantile(level, one) for one in df]) * standard_error
    chosen = np.arange(p)[tested]
    f, f_df2, f_p = _omnibus(sandwich, covariance, chosen, m - p if freedom == "clusters" else None)
    return Robust(
        estimate=sandwich.estimate,
        standard_error=standard_error,
        statistic=statistic,
        p_value=two_sided_ps(statistic, df),
        df=df,
        interval=np.stack([sandwich.estimate - half, sandwich.estimate + half], axis=-1),
        covariance=covariance,
        f=f,
        f_df=chosen.size,
        f_df2=f_df2,
        f_p=f_p,
        clusters=m,
        k=y.size,
        type=type,
        freedom=freedom,
        level=level,
    )


def correlated_effects(
    effect: ArrayLike,
    variance: ArrayLike,
    *,
    cluster: ArrayLike,
    rho: float = 0.8,
    moderators: ArrayLike | None = None,
    type: Type = "CR2",  # noqa: A002 - the word of the field
    level: float = 0.95,
) -> WorkingModel:
    r"""Robust variance estimation where the effects of a cluster share their people: correlated errors [1]_.

    The k_j effects of cluster j get equal weights :math:`w_j = 1 / (k_j (\bar v_j + \hat\tau^2))`, with the moment estimate

    .. math::
        \hat\tau^2 = \max\left(0, \frac{Q_E - m + \operatorname{tr}\{C [(1 - \rho) \sum_j \frac{w_j}{k_j} X_j'X_j
        + \rho \sum_j \frac{w_j}{k_j} X_j'J_jX_j]\}}{\sum_j k_j w_j - \operatorname{tr}(C \sum_j w_j^2 X_j'J_jX_j)}\right)

    at :math:`w_j = 1 / (k_j \bar v_j)`, :math:`C = (\sum_j w_j X_j'X_j)^{-1}`, m clusters and :math:`J_j` of ones. The assumed
    correlation ``rho``, 0 to 1, enters tau squared alone: show that its choice does not matter.

    Parameters and errors as in :func:`robust`, with sampling variances (k,) in place of ``marginal``.

    References
    ----------
    .. [1] Hedges, Tipton & Johnson 2010, Research Synthesis Methods 1:39-65.
    """
    if not 0 <= rho <= 1:
        raise ValueError(f"rho is {rho}; it should be a correlation from 0 to 1")
    y, v, x, codes = _rows(effect, variance, moderators, cluster)
    size = np.bincount(codes)
    mean = np.bincount(codes, v) / size
    w = (1 / (size * mean))[codes]
    c = np.linalg.inv(x.T @ (w[:, None] * x))
    left = y - x @ (c @ (x.T @ (w * y)))
    sums = _cluster_sums(x, codes)
    shared = (1 / (size**2 * mean))[:, None] * sums
    alone = (w / size[codes])[:, None] * x
    expected = size.size - np.trace(c @ ((1 - rho) * x.T @ alone + rho * sums.T @ shared))
    slope = (1 / mean).sum() - np.trace(c @ (sums.T @ ((1 / (size * mean) ** 2)[:, None] * sums)))
    tau2 = max(0.0, float((w @ left**2 - expected) / slope))
    marginal = (size * (mean + tau2))[codes]
    fit = robust_design(y, marginal, x, cluster=codes, tested=slice(1, None), type=type, level=level)
    share = 1 / marginal
    return WorkingModel(**vars(fit), tau2=tau2, omega2=math.nan, rho=rho, weights=share / share.sum())


def hierarchical_effects(
    effect: ArrayLike,
    variance: ArrayLike,
    *,
    cluster: ArrayLike,
    moderators: ArrayLike | None = None,
    type: Type = "CR2",  # noqa: A002 - the word of the field
    level: float = 0.95,
) -> WorkingModel:
    r"""Robust variance estimation where the effects of a cluster are studies of their own: hierarchical effects [1]_.

    Weights :math:`w_{ij} = 1 / (v_{ij} + \hat\tau^2 + \hat\omega^2)`. Under the working covariance :math:`\tau^2 J_j +
    \omega^2 I + \operatorname{diag}(v_{ij})` the expectations of

    .. math:: Q_E = \sum_j e_j'W_je_j, \qquad Q_1 = \sum_j e_j'J_je_j, \qquad W = \operatorname{diag}(1 / v_{ij})

    with e the residuals of the fit by W, are linear in :math:`\tau^2` and :math:`\omega^2`; both estimates solve them and are
    cut off at 0, omega squared first.

    Parameters and errors as in :func:`robust`, with sampling variances (k,) in place of ``marginal``.

    References
    ----------
    .. [1] Hedges, Tipton & Johnson 2010, Research Synthesis Methods 1:39-65.
    """
    y, v, x, codes = _rows(effect, variance, moderators, cluster)
    w = 1 / v
    c = np.linalg.inv(x.T @ (w[:, None] * x))
    maker = np.eye(y.size) - x @ c @ (x * w[:, None]).T  # residuals = maker @ effects
    left = maker @ y
    together = (codes[:, None] == codes).astype(np.float64)
    within = maker.T @ (w[:, None] * maker)
    between = maker.T @ together @ maker
    found = np.array([w @ left**2, left @ together @ left])
    expected = np.array(
        [[np.einsum("ij,ij->", form, part) for part in (together, np.eye(y.size), np.diag(v))] for form in (within, between)]
    )
    if abs(np.linalg.det(expected[:, :2] / np.abs(expected[:, :2]).max(axis=1, keepdims=True))) < 1e-12:
        raise ValueError(
            "no cluster has two effects, or one has all; variances between and within clusters cannot be told apart"
        )
    tau2, omega2 = np.linalg.solve(expected[:, :2], found - expected[:, 2])
    omega2 = max(0.0, float(omega2))
    tau2 = max(0.0, float((found[0] - expected[0, 2] - omega2 * expected[0, 1]) / expected[0, 0]))
    marginal = v + tau2 + omega2
    fit = robust_design(y, marginal, x, cluster=codes, tested=slice(1, None), type=type, level=level)
    share = 1 / marginal
    return WorkingModel(**vars(fit), tau2=tau2, omega2=omega2, rho=math.nan, weights=share / share.sum())


def working_covariance(variance: ArrayLike, cluster: ArrayLike, rho: float) -> Floats:
    r"""Return a sampling covariance (k, k) with one correlation for all pairs of effects of a cluster.

    .. math:: V_{ij} = \rho \sqrt{v_i v_j}\ \text{within a cluster, and 0 between clusters}

    ``rho`` lies above -1 / (n - 1), n the size of the largest cluster, and below 1, so that V is positive definite.
    """
    (v,) = columns(variance=variance)
    refuse(~(v > 0), "variance", v, "above 0")
    codes, _ = grouping("cluster", cluster, v.size)
    largest = int(np.bincount(codes).max())
    lowest = -1 / (largest - 1) if largest > 1 else -1.0
    if not lowest < rho < 1:
        raise ValueError(f"rho is {rho}; with {largest} effects in a cluster it should be above {lowest:g} and below 1")
    v_matrix = np.where(codes[:, None] == codes, rho * np.sqrt(np.outer(v, v)), 0.0)
    np.fill_diagonal(v_matrix, v)
    return v_matrix


def aggregate(effect: ArrayLike, variance: ArrayLike, *, cluster: ArrayLike, rho: float = 0.0) -> Aggregated:
    r"""One effect for each cluster: the best linear mean of its effects.

    .. math:: \bar y_j = \frac{1'V_j^{-1}y_j}{1'V_j^{-1}1}, \qquad \bar v_j = \frac{1}{1'V_j^{-1}1}

    Parameters
    ----------
    effect, variance
        Shape (k,), variances above 0; or the full sampling covariance matrix (k, k), and then ``rho`` is not used.
    cluster
        Labels of shape (k,).
    rho
        Assumed correlation of the sampling errors of a cluster, as in :func:`working_covariance`. The higher it is, the more
        a mean leans on the most precise effect, to the point of negative weights.
    """
    given = np.asarray(variance, dtype=np.float64)
    y, v = sampling(effect, given if given.ndim == 2 else working_covariance(given, cluster, rho))
    codes, names = grouping("cluster", cluster, y.size)
    effects, variances = np.empty(len(names)), np.empty(len(names))
    for j in range(len(names)):
        rows = np.flatnonzero(codes == j)
        w = np.linalg.solve(v[np.ix_(rows, rows)], np.ones(rows.size))
        effects[j], variances[j] = w @ y[rows] / w.sum(), 1 / w.sum()
    return Aggregated(effect=effects, variance=variances, cluster=names, size=np.bincount(codes))


def _rows(
    effect: ArrayLike, variance: ArrayLike, moderators: ArrayLike | None, cluster: ArrayLike
) -> tuple[Floats, Floats, Floats, Codes]:
    y, v = columns(effect=effect, variance=variance)
    refuse(~(v > 0), "variance", v, "above 0")
    x = design_of(moderators, y.size)
    orthogonal(x)
    codes, names = grouping("cluster", cluster, y.size)
    _check_enough(len(names), x.shape[1])
    return y, v, x, codes


def _check_enough(m: int, p: int) -> None:
    if m < 2:
        raise ValueError("there is a single cluster; a robust variance needs two clusters or more")
    if m <= p:
        raise ValueError(f"there are {m} clusters for {p} coefficients; there should be more clusters than coefficients")


def _check_apart(phi: Floats, codes: Codes) -> None:
    across = (phi != 0) & (codes[:, None] != codes)
    if across.any():
        row, column = np.argwhere(across)[0]
        raise ValueError(
            f"marginal has a covariance between rows {row} and {column}, which are of different clusters; "
            "clusters should be the outermost groups of the model"
        )


def _cluster_sums(x: Floats, codes: Codes) -> Floats:
    """Return the sum of the rows of each cluster, shape (m, p)."""
    sums = np.zeros((int(codes.max()) + 1, x.shape[1]))
    np.add.at(sums, codes, x)
    return sums


@dataclass(frozen=True, kw_only=True, eq=False)
class _Sandwich:
    r"""Estimate (p,) and robust covariance (p, p) without a factor, and what their distribution under the working model needs.

    ``lone`` (p,): the coefficient cannot be estimated without one of the clusters. ``lengths`` (m, p, p) are
    :math:`G_j'\Phi_jG_j` with :math:`G_j = A_jW_jX_jC`, and ``shadows`` (m, p, p) :math:`G_j'X_jR` with :math:`C = RR'`.
    """

    estimate: Floats
    covariance: Floats
    lone: Flags
    lengths: Floats
    shadows: Floats

    def pairs(self, left: Floats, right: Floats) -> Floats:
        """Return S (m, m) between two combinations (p,) of coefficients."""
        s: Floats = -(left @ self.shadows) @ (right @ self.shadows).T
        s[np.diag_indices(len(s))] += left @ self.lengths @ right
        return s


def _sandwich(y: Floats, phi: Floats, x: Floats, codes: Codes, *, corrected: bool) -> _Sandwich:
    basis, triangle = orthogonal(x)
    back = np.linalg.inv(triangle)
    members = [np.flatnonzero(codes == j) for j in range(int(codes.max()) + 1)]
    blocks = [phi[np.ix_(rows, rows)] for rows in members]
    weighted = [np.linalg.solve(block, basis[rows]) for rows, block in zip(members, blocks, strict=True)]
    c = np.linalg.inv(np.sum([basis[rows].T @ wx for rows, wx in zip(members, weighted, strict=True)], axis=0))
    beta = c @ np.sum([wx.T @ y[rows] for rows, wx in zip(members, weighted, strict=True)], axis=0)
    root = np.linalg.cholesky(c)
    m, p = len(members), x.shape[1]
    lone, size = np.zeros(p, dtype=np.bool_), np.sqrt(np.diag(back @ c @ back.T))
    scores, lengths, shadows = np.empty((m, p)), np.empty((m, p, p)), np.empty((m, p, p))
    for j, (rows, block, wx) in enumerate(zip(members, blocks, weighted, strict=True)):
        g = wx @ c @ back.T
        shares, directions = np.linalg.eigh(root.T @ basis[rows].T @ wx @ root)
        held = np.abs(back @ root @ directions[:, shares > 1 - 1e-9])
        lone |= (held > 1e-6 * size[:, None]).any(axis=1)
        if corrected:
            g = _adjustment(block, basis[rows], c) @ g
        scores[j] = g.T @ (y[rows] - basis[rows] @ beta)
        lengths[j], shadows[j] = g.T @ block @ g, g.T @ basis[rows] @ root
    return _Sandwich(
        estimate=back @ beta,
        covariance=scores.T @ scores,
        lone=lone,
        lengths=lengths,
        shadows=shadows,
    )


def _freedom(sandwich: _Sandwich) -> Floats:
    """Return Satterthwaite's degrees of freedom of each coefficient."""
    df = np.full(sandwich.estimate.size, math.nan)
    for one, unit in enumerate(np.eye(df.size)):
        if not sandwich.lone[one]:
            s = sandwich.pairs(unit, unit)
            df[one] = float(np.trace(s)) ** 2 / float(np.einsum("ij,ij->", s, s))
    return df


def _omnibus(sandwich: _Sandwich, covariance: Floats, chosen: Codes, clusters_df: int | None) -> tuple[float, float, float]:
    """Return F of all chosen coefficients, its second degrees of freedom and its p-value; NaN where there is none."""
    q = chosen.size
    block = covariance[np.ix_(chosen, chosen)]
    if q == 0 or np.isnan(block).any() or np.linalg.matrix_rank(block, hermitian=True) < q:
        return math.nan, math.nan, math.nan
    some = sandwich.estimate[chosen]
    wald = float(some @ np.linalg.solve(block, some))
    if clusters_df is not None:
        return wald / q, float(clusters_df), float(f_uppers(wald / q, q, clusters_df))
    units = np.eye(sandwich.estimate.size)[chosen]
    expected = np.array([[np.trace(sandwich.pairs(a, b)) for b in units] for a in units])
    values, vectors = np.linalg.eigh(expected)
    standard = (vectors / np.sqrt(values)) @ vectors.T @ units
    s = np.array([[sandwich.pairs(a, b) for b in standard] for a in standard])
    spread = float(np.einsum("aaij,bbij->", s, s, optimize=True) + np.einsum("abij,baij->", s, s, optimize=True))
    eta = q * (q + 1) / spread
    if eta - q + 1 <= 0:
        return math.nan, eta - q + 1, math.nan
    f = (eta - q + 1) / (eta * q) * wald
    return f, eta - q + 1, float(f_uppers(f, q, eta - q + 1))


def _adjustment(phi: Floats, x: Floats, c: Floats) -> Floats:
    """Return A of CR2 for a cluster, with the pseudo-inverse where a coefficient rests on this cluster alone."""
    d = np.linalg.cholesky(phi).T
    values, vectors = np.linalg.eigh(d @ (phi - x @ c @ x.T) @ d.T)
    root = np.where(values > 1e-10 * max(float(values[-1]), 0.0), values, np.inf) ** -0.5
    a: Floats = d.T @ (vectors * root) @ vectors.T @ d
    return a
