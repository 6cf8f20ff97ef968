"""Trim and fill: how many studies would make a funnel plot symmetric, and the mean with these filled in."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.engines.synthesis.asymmetry import egger
from equipoise.engines.synthesis.effects import check_options, studies
from equipoise.engines.synthesis.pooling import Pooled, pool

Floats = NDArray[np.float64]
Estimator = Literal["L0", "R0", "Q0"]
Side = Literal["left", "right"]


@dataclass(frozen=True, kw_only=True)
class TrimAndFill:
    """What :func:`trim_and_fill` found.

    ``missing``: studies filled in, on ``side``; ``missing_standard_error`` of that number, NaN where its variance formula
    is below 0 (nothing is missing then); ``missing_p``: probability of so long a run if none is missing (``R0``; NaN
    else). ``effect``, ``variance``, ``filled`` (k + missing,): the studies given and then the invented ones, which
    ``filled`` marks. ``pooled``: their mean. ``iterations``: rounds until the number stayed.
    """

    missing: int
    missing_standard_error: float
    missing_p: float
    side: Side
    estimator: Estimator
    effect: Floats
    variance: Floats
    filled: NDArray[np.bool_]
    pooled: Pooled
    trimming: str
    iterations: int


def trim_and_fill(
    effect: ArrayLike,
    variance: ArrayLike,
    *,
    estimator: Estimator = "L0",
    side: Side | None = None,
    method: str = "REML",
    trimming: str | None = None,
    test: str = "z",
    level: float = 0.95,
) -> TrimAndFill:
    r"""Nonparametric trim and fill of Duval and Tweedie.

    Round by round the :math:`k_0` furthest effects of the fuller side are trimmed, the rest is pooled, all effects are
    ranked by their distance from that mean, and :math:`k_0` is estimated anew and rounded, until it stays. With T the sum of
    the ranks on the fuller side and :math:`\gamma` the number of the furthest effects before the first on the other side
    [1]_ [2]_,

    .. math::
        L_0 = \frac{4 T - k (k + 1)}{2 k - 1}, \qquad R_0 = \gamma - 1, \qquad
        Q_0 = k - \tfrac12 - \sqrt{2 k^2 - 4 T + \tfrac14}.

    Then the trimmed effects are mirrored at that mean and all are pooled. With none missing R0's run has
    :math:`P(\gamma \ge g) = 2^{-g}`. A sensitivity analysis under one mechanism, the suppression of the most extreme
    effects: no better estimate of the truth, and misled by heterogeneity.

    Parameters
    ----------
    effect, variance
        Shape (k,), k >= 3; variances above zero, in squared units of the effects.
    estimator
        ``L0`` and ``R0`` are the authors' recommendations; ``Q0`` need not exist.
    side
        Where studies are missing; None: the side away from which small studies lean, by the slope of :func:`egger` under
        ``rma`` with ``method``.
    method, test, level
        Of :func:`pool`, for the mean in the end.
    trimming
        Method of the means while trimming; None: ``method``. ``common`` with ``method="REML"`` is the fixed-random
        procedure, R meta's.

    Raises
    ------
    ValueError
        Fewer than three studies, unequal lengths, a variance not above zero, an unknown option, or no ``side`` where the
        variances are all equal.
    ArithmeticError
        The number of missing studies runs in a circle, or Q0 has no real value; it says between which numbers.

    References
    ----------
    .. [1] Duval & Tweedie 2000, Journal of the American Statistical Association 95:89-98.
    .. [2] Duval & Tweedie 2000, Biometrics 56:455-463.
    """
    check_options(estimator=(estimator, get_args(Estimator)))
    if side not in (None, *get_args(Side)):
        raise ValueError(f"side is {side!r}; it should be 'left', 'right' or None to let the slope decide")
    y, v = studies(effect, variance)
    if y.size < 3:
        raise ValueError(f"trim and fill was asked of {y.size} studies; a side and a rank need at least 3")
    if side is None:
        side = "right" if egger(y, v, model="rma", method=method).slope < 0 else "left"
    sign = 1.0 if side == "left" else -1.0
    order = np.argsort(sign * y, kind="stable")
    centre, missing, raw, run, rounds = _trim(sign * y[order], v[order], estimator, trimming or method)
    mirrored = order[y.size - missing :]
    whole = np.concatenate([y, 2 * sign * centre - y[mirrored]])
    variances = np.concatenate([v, v[mirrored]])
    return TrimAndFill(
        missing=missing,
        missing_standard_error=_standard_error(raw, y.size, estimator),
        missing_p=0.5**run if estimator == "R0" else np.nan,
        side=side,
        estimator=estimator,
        effect=whole,
        variance=variances,
        filled=np.arange(whole.size) >= y.size,
        pooled=pool(whole, variances, method=method, test=test, level=level),
        trimming=trimming or method,
        iterations=rounds,
    )


def _trim(effect: Floats, variance: Floats, estimator: Estimator, method: str) -> tuple[float, int, float, int, int]:
    """Trim sorted effects from above: the last centre, the number missing, unrounded, the run R0 counts, and the rounds."""
    k, missing, tried = effect.size, 0, [0]
    while True:
        kept = k - missing
        centre = float(pool(effect[:kept], variance[:kept], method=method, test="z").estimate)
        raw, run = _missing(effect - centre, estimator, tried)
        found = min(max(0, round(raw)), k - 1)
        if found == missing:
            return centre, missing, raw, run, len(tried)
        if found in tried:
            circle = tried[tried.index(found) :]
            raise ArithmeticError(
                f"trim and fill with {estimator} runs in a circle: {', '.join(map(str, circle))} and {found} studies missing "
                "in turn; another estimator or method for trimming may settle, or there is no answer"
            )
        missing = found
        tried.append(found)


def _missing(away: Floats, estimator: Estimator, tried: list[int]) -> tuple[float, int]:
    """Estimate the number missing, unrounded, from effects sorted and centred; and the run of the furthest above the centre."""
    k = away.size
    ranks = np.empty(k)
    ranks[np.argsort(np.abs(away), kind="stable")] = np.arange(1, k + 1)
    above = ranks[away > 0].sum()
    run = int(k - ranks[away <= 0].max(initial=0))
    if estimator == "R0":
        return run - 1.0, run
    if estimator == "L0":
        return float((4 * above - k * (k + 1)) / (2 * k - 1)), run
    inside = 2 * k**2 - 4 * above + 0.25
    if inside < 0:
        raise ArithmeticError(
            f"Q0 has no real value after {', '.join(map(str, tried))} studies were trimmed: the ranks on one side sum to "
            f"{above:g} of {k * (k + 1) / 2:g}; L0 and R0 always have one"
        )
    return float(k - 0.5 - np.sqrt(inside)), run


def _standard_error(missing: float, k: int, estimator: Estimator) -> float:
    r"""Return the standard error of an unrounded number of missing studies (Duval & Tweedie 2000, Biometrics 56:455-463).

    .. math::
        \operatorname{var} T = \tfrac1{24} \left(k (k + 1) (2 k + 1) + 10 k_0^3 + 27 k_0^2 + 17 k_0 - 18 k k_0^2 - 18 k k_0 + 6
        k^2 k_0\right)
    """
    if estimator == "R0":
        return float(np.sqrt(2 * max(0.0, missing) + 2))
    ranks = k * (k + 1) * (2 * k + 1) + 10 * missing**3 + 27 * missing**2 + 17 * missing
    ranks += -18 * k * missing**2 - 18 * k * missing + 6 * k**2 * missing
    scale = 16 / (2 * k - 1) ** 2 if estimator == "L0" else 4 / ((k - 0.5) ** 2 - missing * (2 * k - missing - 1))
    variance = ranks / 24 * scale
    return float(np.sqrt(variance)) if variance >= 0 else np.nan
