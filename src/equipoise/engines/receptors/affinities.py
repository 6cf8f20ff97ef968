r"""One affinity from several assays: a Bayesian random-effects model on the log scale, integrated exactly, without a sampler.

Measurement j of paper i is :math:`y_{ij} = \ln K_{ij}`, with the standard error :math:`s_{ij}` that the paper prints:

.. math::
    y_{ij} = \mu + u_i + w_{ij} + e_{ij}, \qquad
    u_i \sim N(0, \rho\tau^2), \quad w_{ij} \sim N(0, (1 - \rho)\tau^2), \quad e_{ij} \sim N(0, s_{ij}^2).

Assays differ by far more than any of them says of itself, so :math:`\tau` carries the interval. Measurements of one paper
share the part :math:`\rho` of its variance; the rest is between assays of the same paper (two cell lines, two radioligands).
The prior of :math:`\mu` is uniform, that of :math:`\tau` half-normal with the scale 0.6 in natural logarithms: it expects
a third of assays to lie off by a factor of 1.5 or more, one in thirteen by 3 or more. With one measurement the prior alone
says how far another assay may be; with many it hardly matters.

A value printed as ``>`` 10,000 nM says :math:`P(y > \ln 10\,000)` and no more, ``<`` the opposite: given :math:`\mu`,
:math:`\tau` and the exact values of its paper, :math:`u_i` is normal and is integrated by Gauss-Hermite.

Human and animal receptors are kept apart: we have no source for a prior of the difference between species, and with few
assays that prior would decide the answer. What is pooled is of one kind, and the result says which.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.values.distributions import Mixture, weighted_quantiles

Floats = NDArray[np.float64]
Op = Literal["=", ">", "<"]

TAU_SCALE = 0.6
"""Scale of the half-normal prior of tau, in natural logarithms."""

SHARED = 0.5
"""Part of the variance between assays that measurements of one paper have in common; an assumption, as no source gives it."""

UNPRINTED = 0.2
"""Standard error of ln K where a paper prints none: an assumption, small beside tau."""

_PANELS = np.array([0, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10])
"""Borders of Gauss-Legendre panels of tau, in scales of its prior: narrow near zero, where equal values make it steep."""

_NODES = 16
_STEP = 0.08
_REACH = 8.0
_KERNEL = 0.5
"""Where values are censored mu has points each 0.08 of its conditional standard deviation, up to 8 of those on both sides; each
stands for a normal of half a step, which leaves no ripple and widens the interval by 0.1%."""

_HERMITE = 24
_NEGLIGIBLE = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class Affinity:
    """An equilibrium constant over assays, in nM.

    - ``constant``: posterior median; ``interval_90``, ``interval_95``, (2,): of the constant.
    - ``prediction_90``, ``prediction_95``, (2,): of a new assay in a new paper. Wider than the interval, and the one
      that tells how little a single number means.
    - ``tau``: posterior median of the standard deviation between assays, in natural logarithms; ``tau_90``, (2,).
    - ``k`` measurements of ``papers``, ``censored`` of them bounds only; ``kind``: on ``human`` or ``animal`` receptors.
    - ``log_mean`` and ``log_new``: distributions of ln constant and of ln constant in a new assay (K in nM), to draw from.
    """

    constant: float
    interval_90: Floats
    interval_95: Floats
    prediction_90: Floats
    prediction_95: Floats
    tau: float
    tau_90: Floats
    k: int
    papers: tuple[str, ...]
    censored: int
    kind: Literal["human", "animal"]
    tau_scale: float
    shared: float
    log_mean: Mixture
    log_new: Mixture

    @property
    def p(self) -> float:
        """Negative decimal logarithm of the constant in mol/L (pKi)."""
        return 9 - math.log10(self.constant)


def pool(
    constant_nm: ArrayLike,
    *,
    log_se: ArrayLike,
    paper: Sequence[str],
    species: Sequence[str],
    op: Sequence[Op] | None = None,
    tau_scale: float = TAU_SCALE,
    shared: float = SHARED,
) -> Affinity:
    r"""Pool equilibrium constants of one ligand at one receptor, measured in one way (Ki with Ki, EC50 with EC50).

    Parameters
    ----------
    constant_nm
        Shape (k,), k >= 1, above zero, in nM. Where ``op`` is ``>`` or ``<``, the bound.
    log_se
        Shape (k,): standard errors of their natural logarithms (see :func:`log_se`), NaN where the paper prints none
        (:data:`UNPRINTED` stands in). Those of bounds are not used.
    paper
        Shape (k,): measurements with the same word come from one paper.
    species
        Shape (k,): all ``human``, or none of them.
    op
        Shape (k,): ``=``, ``>`` or ``<``; all ``=`` where not given.
    tau_scale, shared
        Scale of the prior of tau, above zero; part of the variance that a paper shares, from 0 to 1.

    Raises
    ------
    ValueError
        Unequal shapes, a constant or standard error that is not above zero, human and animal receptors together, or bounds
        alone: they are to be told as printed, since no number follows from them.

    References
    ----------
    .. [1] Röver 2020, Journal of Statistical Software 93(6): the model without censoring or papers.
    """
    data = _checked(constant_nm, log_se, paper, species, op)
    if not (math.isfinite(tau_scale) and tau_scale > 0 and 0 <= shared <= 1):
        raise ValueError(f"tau_scale is {tau_scale} and shared is {shared}; they should be above 0, and from 0 to 1")
    if not data.exact.any():
        raise ValueError("every constant is a bound; at least one should be a value")
    tau, share = _tau_nodes(tau_scale)
    mean, variance, log_likelihood = _exact(data, tau, shared)
    log_weight = log_likelihood + np.log(share)
    mu, width = mean, np.sqrt(variance)
    if not data.exact.all():
        z = np.arange(-_REACH, _REACH + _STEP / 2, _STEP)
        grid = mean[:, None] + width[:, None] * z
        log_weight = log_weight[:, None] - z**2 / 2 + _censored(data, grid, tau[:, None], shared)
        mu, log_weight = grid.ravel(), log_weight.ravel()
        tau, width = np.repeat(tau, z.size), np.repeat(_KERNEL * _STEP * width, z.size)
    weight = np.exp(log_weight - log_weight.max())
    kept = weight > _NEGLIGIBLE * weight.sum()
    mu, width, tau, weight = mu[kept], width[kept], tau[kept], weight[kept] / weight[kept].sum()
    log_mean = Mixture(mean=mu, sd=width, weight=weight)
    log_new = Mixture(mean=mu, sd=np.sqrt(width**2 + tau**2), weight=weight)
    tau_quantile = weighted_quantiles(tau, weight, [0.05, 0.5, 0.95])
    middle = np.exp(log_mean.quantile([0.5, 0.05, 0.95, 0.025, 0.975]))
    new = np.exp(log_new.quantile([0.05, 0.95, 0.025, 0.975]))
    return Affinity(
        constant=float(middle[0]),
        interval_90=middle[1:3],
        interval_95=middle[3:5],
        prediction_90=new[:2],
        prediction_95=new[2:],
        tau=float(tau_quantile[1]),
        tau_90=tau_quantile[[0, 2]],
        k=data.y.size,
        papers=tuple(sorted(set(paper))),
        censored=int((~data.exact).sum()),
        kind="human" if species[0] == "human" else "animal",
        tau_scale=tau_scale,
        shared=shared,
        log_mean=log_mean,
        log_new=log_new,
    )


def readings(
    constant_nm: ArrayLike,
    *,
    reading: Sequence[str],
    log_se: ArrayLike,
    paper: Sequence[str],
    species: Sequence[str],
    op: Sequence[Op] | None = None,
) -> dict[str, Affinity]:
    """Pool what print contradicts, once for each way to read it, and once without it.

    ``reading``, shape (k,): empty for a measurement that nobody disputes, otherwise a name of the reading to which it belongs
    (``as-printed``, ``order-swapped``). Each result rests on the undisputed measurements and those of one reading; ``without``
    on the undisputed alone, and is absent where there are none. Other arguments and errors as in :func:`pool`.
    """
    words = np.asarray(reading, dtype=object)
    value, se = np.asarray(constant_nm, dtype=float), np.asarray(log_se, dtype=float)
    ops: Sequence[Op] = ["="] * value.size if op is None else op
    if "without" in reading or words.size != value.size:
        raise ValueError("reading should have one word for each constant, and none of them 'without'")
    found = {}
    for name in [*sorted(set(reading) - {""}), ""]:
        rows = [int(row) for row in np.flatnonzero((words == "") | (words == name))]
        if any(ops[row] == "=" for row in rows):
            found[name or "without"] = pool(
                value[rows],
                log_se=se[rows],
                paper=[paper[row] for row in rows],
                species=[species[row] for row in rows],
                op=[ops[row] for row in rows],
            )
    return found


@dataclass(frozen=True, kw_only=True, eq=False)
class _Data:
    """Log constants with their standard errors and signs; ``papers``: which of them each paper holds."""

    y: Floats
    se: Floats
    ops: NDArray[np.str_]
    papers: tuple[NDArray[np.bool_], ...]

    @property
    def exact(self) -> NDArray[np.bool_]:
        return np.asarray(self.ops == "=")


def _checked(
    constant_nm: ArrayLike, log_se: ArrayLike, paper: Sequence[str], species: Sequence[str], op: Sequence[Op] | None
) -> _Data:
    value = np.asarray(constant_nm, dtype=float)
    se = np.asarray(log_se, dtype=float)
    ops = np.array(["="] * value.size if op is None else list(op), dtype=str)
    if value.ndim != 1 or value.size == 0 or {se.shape, ops.shape, (len(paper),), (len(species),)} != {value.shape}:
        raise ValueError(
            f"there are {value.shape} constants, {se.shape} standard errors, {ops.shape} signs, {len(paper)} papers and "
            f"{len(species)} species; they should be one each, and not none"
        )
    if not (np.isfinite(value) & (value > 0)).all():
        raise ValueError(f"the constants {value} nM should be finite and above zero")
    if not set(ops) <= set(get_args(Op)):
        raise ValueError(f"the signs {sorted(set(ops))} should be among =, > and <")
    se = np.where(np.isnan(se), UNPRINTED, se)
    if not (np.isfinite(se) & (se > 0)).all():
        raise ValueError(f"the standard errors {se} should be finite and above zero, or NaN")
    if len({one == "human" for one in species}) > 1:
        raise ValueError("human and animal receptors are together; they should be pooled apart")
    papers = tuple(np.array([one == name for one in paper]) for name in sorted(set(paper)))
    return _Data(y=np.log(value), se=se, ops=ops, papers=papers)


def _tau_nodes(scale: float) -> tuple[Floats, Floats]:
    """Points of tau and the prior probability that each stands for."""
    points, weights = np.polynomial.legendre.leggauss(_NODES)
    half = np.diff(_PANELS)[:, None] * scale / 2
    tau = (_PANELS[:-1, None] * scale + half * (1 + points)).ravel()
    share = (half * weights).ravel() * np.exp(-((tau / scale) ** 2) / 2)
    return tau, share / share.sum()


def _exact(data: _Data, tau: Floats, shared: float) -> tuple[Floats, Floats, Floats]:
    """Mean and variance of mu given tau and the exact values, and their log marginal likelihood; each of tau's shape."""
    known = [paper & data.exact for paper in data.papers if (paper & data.exact).any()]
    parts = [_precision(data.y[one], data.se[one], tau, shared) for one in known]
    one_v_one = np.sum([part[0] for part in parts], axis=0)
    one_v_y = np.sum([part[1] for part in parts], axis=0)
    y_v_y = np.sum([part[2] for part in parts], axis=0)
    log_det = np.sum([part[3] for part in parts], axis=0)
    mean = one_v_y / one_v_one
    return mean, 1 / one_v_one, -(log_det + np.log(one_v_one) + y_v_y - one_v_y * mean) / 2


def _precision(y: Floats, se: Floats, tau: Floats, shared: float) -> tuple[Floats, Floats, Floats, Floats]:
    """1'V1, 1'Vy, y'Vy with V the inverse covariance of one paper's values, and the log determinant of the covariance.

    The covariance is diagonal plus a constant, so Sherman and Morrison's formula inverts it.
    """
    weight = 1 / (se**2 + (1 - shared) * np.square(tau)[:, None])
    common = shared * np.square(tau)
    total, first, second = weight.sum(axis=1), weight @ y, weight @ y**2
    shrink = common / (1 + common * total)
    log_det = -np.log(weight).sum(axis=1) + np.log1p(common * total)
    return total - shrink * total**2, first - shrink * total * first, second - shrink * first**2, log_det


def _censored(data: _Data, mu: Floats, tau: Floats, shared: float) -> Floats:
    """Log probability of all bounds, given mu, tau and the exact values; of the shape of ``mu``."""
    bounded = [paper for paper in data.papers if (paper & ~data.exact).any()]
    return np.asarray(np.sum([_bounds_of(data, paper, mu, tau, shared) for paper in bounded], axis=0))


def _bounds_of(data: _Data, paper: NDArray[np.bool_], mu: Floats, tau: Floats, shared: float) -> Floats:
    """The bounds of one paper. Its u, given its exact values, is normal; their errors count as :data:`UNPRINTED`."""
    from scipy.special import log_ndtr  # type: ignore[import-untyped] # noqa: PLC0415 - slow to import

    own, common = (1 - shared) * tau**2, shared * tau**2
    precision, pull = np.zeros_like(tau), np.zeros_like(mu)
    for y, se in zip(data.y[paper & data.exact], data.se[paper & data.exact], strict=True):
        precision = precision + 1 / (se**2 + own)
        pull = pull + (y - mu) / (se**2 + own)
    variance = common / (1 + common * precision)
    points, shares = np.polynomial.hermite_e.hermegauss(_HERMITE)
    terms = []
    for point, share in zip(points, shares / shares.sum(), strict=True):
        at = mu + variance * pull + np.sqrt(variance) * point
        term = np.full_like(mu, np.log(share))
        for bound, sign in zip(data.y[paper & ~data.exact], data.ops[paper & ~data.exact], strict=True):
            above = (at - bound) / np.sqrt(own + UNPRINTED**2)
            term = term + log_ndtr(above if sign == ">" else -above)
        terms.append(term)
    return np.asarray(np.logaddexp.reduce(terms, axis=0))
