r"""A proportion at or above several thresholds of one scale: one falling curve from studies that cut it at different places.

Studies report, say, 40% with PHQ-9 of 5 or more and 22% with 10 or more; others only one of these. If scores have a logistic
distribution in each study, the log odds of being at or above a threshold t are a straight line in t (or in ln t),

.. math:: \operatorname{logit} P_i(X \ge t) = \alpha_i + \beta_i\, g(t), \qquad
    (\alpha_i, \beta_i) \sim N\big((\alpha, \beta), \Psi\big),

and all thresholds of all studies bear on one curve [1]_, [2]_. The proportions of one study are nested, so that their logits
covary in a known, multinomial way [1]_: for :math:`t_j < t_k`,

.. math:: \operatorname{Cov}(y_j, y_k) = \frac{1}{n\, p_j (1 - p_k)}, \qquad
    \operatorname{Var}(y_j) = \frac{1}{n\, p_j (1 - p_j)}.

What it assumes: the shape (``misfit_p`` tests it within studies); that studies chose their thresholds regardless of their
results; and normal logits, so not many categories of few people.

References
----------
.. [1] Riley, Takwoingi, Trikalinos et al. 2014, Journal of Biometrics & Biostatistics.
.. [2] Steinhauser, Schumacher & Rücker 2016, BMC Medical Research Methodology 16:97, who weight instead of using covariances.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.engines.synthesis.distributions import central_quantile
from equipoise.engines.synthesis.doses import RandomCoefficients, random_coefficients
from equipoise.engines.synthesis.effects import check_level, check_options, columns, refuse

Floats = NDArray[np.float64]
Scale = Literal["identity", "log"]
Varying = Literal["level", "level-and-spread"]
Method = Literal["common", "ML", "REML"]


@dataclass(frozen=True, kw_only=True)
class Thresholds(RandomCoefficients):
    """What :func:`thresholds` found, with the fields of :class:`~.doses.RandomCoefficients`.

    - ``estimate``, ``standard_error``, shape (2,), ``covariance``, ``psi``, shape (2, 2): alpha and beta, and how they vary
      between studies. Beta is below 0: the curve falls.
    - ``location``: the (geometric, for ``log``) mean score of the mean curve, -alpha / beta; ``spread``: the standard deviation
      of scores (of their logarithms, for ``log``), pi / (sqrt(3) |beta|).
    - ``misfit_p`` tests the straight line within studies, NaN where none has three thresholds; ``q_p`` equal lines in all
      studies.
    - ``corrected``: rows of studies in which 1/2 was added to each category because one was empty.
    - ``lowest``, ``highest``: thresholds between which there is evidence; ``studies``, ``thresholds``: their numbers.
    """

    standard_error: Floats
    location: float
    spread: float
    corrected: NDArray[np.bool_]
    lowest: float
    highest: float
    studies: int
    thresholds: int
    scale: Scale
    varying: Varying
    method: Method
    level: float


@dataclass(frozen=True, kw_only=True)
class Proportions:
    """The pooled proportion at or above each threshold, shares from 0 to 1: ``estimate`` (n,) is that of the mean curve.

    ``interval`` and ``prediction_interval``, shape (n, 2), are normal on the logit scale and turned back; the second says
    where the proportion of a new study lies, and is NaN for ``common``. ``logit`` and ``standard_error`` (n,) are before
    turning back. ``outside`` (n,) says which thresholds lie beyond the evidence.
    """

    threshold: Floats
    estimate: Floats
    interval: Floats
    prediction_interval: Floats
    logit: Floats
    standard_error: Floats
    outside: NDArray[np.bool_]


def thresholds(
    threshold: ArrayLike,
    events: ArrayLike,
    total: ArrayLike,
    study: Sequence[Hashable],
    *,
    scale: Scale = "identity",
    varying: Varying = "level",
    method: Method = "REML",
    level: float = 0.95,
) -> Thresholds:
    """Pooled curve of the proportion at or above a threshold; the model stands at the top of the module.

    Parameters
    ----------
    threshold, events, total
        Shape (m,): a threshold, the people at or above it, and all people; above 0 for ``scale="log"``. Within a study all
        totals are equal, thresholds differ, and events do not rise with the threshold.
    study
        Shape (m,): labels.
    scale
        g of the threshold: itself, or its logarithm (for skewed scores).
    varying
        Whether studies differ in the level of the curve (alpha) or also in its slope (beta), with a covariance.

    Raises
    ------
    ValueError
        Counts that cannot be, a single threshold in all, a curve that does not fall, an unknown option.
    ArithmeticError
        The likelihood search did not end at a maximum.
    """
    check_level(level)
    check_options(scale=(scale, get_args(Scale)), varying=(varying, get_args(Varying)), method=(method, get_args(Method)))
    t, x, n = columns(threshold=threshold, events=events, total=total)
    refuse(~(n > 0), "total", n, "more than 0 people")
    refuse(~((x >= 0) & (x <= n)), "events", x, "from 0 to the total of its row")
    place = _place(t, scale)
    if len(study) != t.size:
        raise ValueError(f"study has {len(study)} entries and threshold {t.size}; each has one a row")
    if np.unique(place).size < 2:
        raise ValueError("all studies cut the scale at one threshold; pool the proportions there")
    middle = float(np.mean([place.min(), place.max()]))
    rows: dict[Hashable, list[int]] = {}
    for row in np.argsort(t, kind="stable").tolist():
        rows.setdefault(study[row], []).append(row)
    effects, designs, covariances = [], [], []
    corrected = np.zeros(t.size, dtype=np.bool_)
    for name, own in rows.items():
        effect, covariance, mended = _logits(name, t[own], x[own], n[own])
        effects.append(effect)
        covariances.append(covariance)
        designs.append(np.column_stack((np.ones(len(own)), place[own] - middle)))
        corrected[own] = mended
    found = random_coefficients(effects, designs, covariances, varying=1 if varying == "level" else 2, method=method)
    turn = np.array([[1.0, -middle], [0.0, 1.0]])  # from the middle of the thresholds to threshold 0
    alpha, beta = turn @ found.estimate
    if not beta < 0:
        said = f"the curve does not fall with the threshold (slope {beta:g})"
        raise ValueError(f"{said}; check that events are at or above it, or let varying be 'level'")
    covariance = turn @ found.covariance @ turn.T
    place_of_half = float(-alpha / beta)
    turned = replace(found, estimate=np.array([alpha, beta]), covariance=covariance, psi=turn @ found.psi @ turn.T)
    return Thresholds(
        **vars(turned),
        standard_error=np.sqrt(np.diag(covariance)),
        location=float(np.exp(place_of_half)) if scale == "log" else place_of_half,
        spread=float(np.pi / (np.sqrt(3) * -beta)),
        corrected=corrected,
        lowest=float(t.min()),
        highest=float(t.max()),
        studies=len(rows),
        thresholds=int(np.unique(t).size),
        scale=scale,
        varying=varying,
        method=method,
        level=level,
    )


def proportions(fit: Thresholds, threshold: ArrayLike) -> Proportions:
    """Proportions at or above given thresholds, from the mean curve, at the level of the fit."""
    from scipy.special import expit  # type: ignore[import-untyped] # noqa: PLC0415 - slow to import

    (t,) = columns(threshold=threshold)
    rows = np.column_stack((np.ones(t.size), _place(t, fit.scale)))
    logit = rows @ fit.estimate
    variance, between = (np.einsum("ij,jk,ik->i", rows, matrix, rows) for matrix in (fit.covariance, fit.psi))
    between = np.full_like(between, np.nan) if fit.method == "common" else np.maximum(between, 0.0)
    half = central_quantile(fit.level) * np.sqrt(np.stack((variance, variance + between)))
    low, high = expit(logit - half), expit(logit + half)
    return Proportions(
        threshold=t,
        estimate=expit(logit),
        interval=np.stack((low[0], high[0]), axis=-1),
        prediction_interval=np.stack((low[1], high[1]), axis=-1),
        logit=logit,
        standard_error=np.sqrt(variance),
        outside=(t < fit.lowest) | (t > fit.highest),
    )


def _place(threshold: Floats, scale: Scale) -> Floats:
    """Return g of each threshold, or refuse one that has no logarithm."""
    if scale == "identity":
        return threshold
    refuse(~(threshold > 0), "threshold", threshold, "above 0 for scale='log'")
    return np.asarray(np.log(threshold))


def _logits(name: Hashable, threshold: Floats, events: Floats, total: Floats) -> tuple[Floats, Floats, bool]:
    """Return the logits of one study, by rising threshold, their covariance, and whether an empty category was mended."""
    if not (total == total[0]).all():
        raise ValueError(
            f"study {name} has totals from {total.min():g} to {total.max():g}; all its thresholds are of the same people"
        )
    if not (np.diff(threshold) > 0).all():
        raise ValueError(f"study {name} has a threshold twice; each should stand once")
    if (np.diff(events) > 0).any():
        raise ValueError(f"study {name} has more people above a higher threshold; events are those at or above it")
    between = -np.diff(np.concatenate(([total[0]], events, [0.0])))  # people in each category, from the lowest
    mended = bool((between == 0).any())
    between = between + 0.5 * mended
    n = between.sum()
    above = between[::-1].cumsum()[::-1][1:] / n
    low, high = np.maximum.outer(above, above), np.minimum.outer(above, above)  # of the lower and of the higher threshold
    covariance: Floats = 1 / (n * low * (1 - high))
    return np.log(above / (1 - above)), covariance, mended
