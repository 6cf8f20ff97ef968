r"""Selection models: the mean effect if the p-value of a study decided how likely it was to be seen.

The likelihood (:mod:`weight_functions`) can have several maxima. The highest is sought so: over a grid of the mean and tau
squared, which is as fine as the most precise studies and spans ten standard deviations on either side, the parameters of
selection, in which the log-likelihood is concave, are put at their best; from each local maximum of that surface, and from the
fit without selection, Newton's method with exact derivatives closes in. Effects are measured in units of the median standard
error, and nothing here knows an absolute size.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.engines.synthesis.distributions import central_quantile, chi2_upper, two_sided_p
from equipoise.engines.synthesis.effects import check_level, check_options, studies
from equipoise.engines.synthesis.pooling import pool
from equipoise.engines.synthesis.weight_functions import SMALLEST_P, Seen, beta_curve, p_values, step_curve, weigh

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Alternative = Literal["greater", "less", "two.sided"]

SMALLEST_DELTA, LARGEST_DELTA = 1e-5, 100.0
"""Bounds of relative probabilities and exponents, as in metafor: beyond, the likelihood is flat."""
REACH = 10
"""The mean is sought so many total standard deviations about the mean without selection."""
SCAN_CELLS = 60_000
"""Numbers in one array of the scan: few enough to stay in the processor's cache."""


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What :func:`selection` found, on the scale of the effects; NaN where a number does not exist.

    - ``estimate``, ``standard_error``, ``interval`` (2,), ``statistic``, ``p_value``: mean effect of all studies, seen or
      not; normal. ``tau2``, ``tau2_standard_error``: variance of their true effects. Standard errors come from the
      information of the parameters that are not at a bound; NaN for those that are, and for all where the likelihood is
      flat. ``tau2_at_boundary``: it is 0.
    - ``delta``: relative probability of being seen in each interval of p, the first 1 (``steps``), or the two exponents
      (``beta``), with ``delta_standard_error`` and ``delta_interval`` (m, 2), Wald's, cut at 0; both NaN where delta was
      fixed. ``delta_at_boundary``: it ran into one of its bounds, and says only "very small" or "very large".
    - ``steps``: upper end of each interval of p, the last 1, and ``counts``: p-values in it (``beta``: both empty).
    - ``log_likelihood``; ``lrt``, ``lrt_df``, ``lrt_p``: likelihood ratio test against no selection, chi-squared; NaN, 0 and
      NaN where nothing of it was estimated. ``unadjusted``, ``unadjusted_tau2``: maximum likelihood without selection.
    - ``maxima``: distinct local maxima found from ``starts`` starting points; ``iterations``: Newton steps to the best.
      ``higher_far_away``: the likelihood is higher still where the mean is ten standard deviations (of a typical study's
      effect) from the data, and the estimate only the best nearer by: believe neither.
    """

    estimate: float
    standard_error: float
    interval: Floats
    statistic: float
    p_value: float
    tau2: float
    tau2_standard_error: float
    tau2_at_boundary: bool
    delta: Floats
    delta_standard_error: Floats
    delta_interval: Floats
    delta_at_boundary: Flags
    steps: Floats
    counts: NDArray[np.intp]
    log_likelihood: float
    lrt: float
    lrt_df: int
    lrt_p: float
    unadjusted: float
    unadjusted_tau2: float
    maxima: int
    starts: int
    higher_far_away: bool
    iterations: int
    k: int
    form: str
    alternative: str
    method: str
    level: float


def selection(
    effect: ArrayLike,
    variance: ArrayLike,
    *,
    form: Literal["steps", "beta"] = "steps",
    steps: ArrayLike = (0.025,),
    weights: ArrayLike | None = None,
    alternative: Alternative = "greater",
    method: Literal["ML", "common"] = "ML",
    empty: Literal["refuse", "merge"] = "refuse",
    level: float = 0.95,
) -> Selection:
    r"""Selection model of k studies by maximum likelihood.

    - ``form="steps"``: :math:`w(p) = \delta_j` for :math:`\alpha_{j-1} < p \le \alpha_j`, :math:`\delta_1 = 1` [1]_ [2]_. One
      step at 0.025 is the three-parameter model: a significant effect in the wanted direction, or not.
    - ``form="beta"``: :math:`w(p) = p^{\delta_1 - 1} (1 - p)^{\delta_2 - 1}` [4]_, with p held within 0.00001 of 0 and 1.

    Parameters
    ----------
    effect, variance
        Shape (k,); variances above zero, in squared units of the effects; at least as many studies as parameters.
    steps
        Rising ends of the intervals of p, between 0 and 1; a last 1 may be left out.
    weights
        None: estimated. Else fixed beforehand [3]_: one number above 0 for each interval, relative to the first (or the two
        exponents), and only the mean and tau squared are estimated: what would follow from such a selection.
    alternative
        The studies' test: ``greater`` and ``less`` one-sided, with steps at half the usual levels; ``two.sided``.
    method
        ``ML``, or ``common`` for a tau squared of 0.
    empty
        What to do with an interval that no p-value lies in, whose weight cannot be estimated: ``refuse``, or ``merge`` it
        with the next.
    level
        Of all intervals, between 0 and 1.

    Raises
    ------
    ValueError
        Unequal lengths, a variance not above zero, too few studies, steps that do not rise, weights of wrong number or
        sign, an empty interval, all p-values in one interval, an unknown option.
    ArithmeticError
        The likelihood has no maximum near the data, or none was reached; it says what was tried.

    References
    ----------
    .. [1] Hedges 1992, Statistical Science 7:246-255.
    .. [2] Vevea & Hedges 1995, Psychometrika 60:419-435.
    .. [3] Vevea & Woods 2005, Psychological Methods 10:428-443.
    .. [4] Citkowicz & Vevea 2017, Psychological Methods 22:28-41.
    """
    check_level(level)
    check_options(
        form=(form, ("steps", "beta")),
        alternative=(alternative, get_args(Alternative)),
        method=(method, ("ML", "common")),
        empty=(empty, ("refuse", "merge")),
    )
    y, v = studies(effect, variance)
    if y.size == 0:
        raise ValueError("there is no study; a selection model needs at least as many as it has parameters")
    unit, sign = float(np.sqrt(np.median(v))), -1.0 if alternative == "less" else 1.0
    y, v = sign * y / unit, v / unit**2
    two_sided = alternative == "two.sided"
    ends, counts = np.empty(0), np.empty(0, dtype=np.intp)
    if form == "steps":
        model, ends, counts = _step_model(y, v, steps, weights, two_sided=two_sided, merge=empty == "merge")
    else:
        model = _beta_model(y, v, weights, two_sided=two_sided)
    free = np.array([True, method == "ML", *[weights is None] * model.start.size])
    if y.size < free.sum():
        raise ValueError(f"there are {y.size} studies for {free.sum()} parameters; there should be as many, or fixed weights")
    plain = pool(y, v, method=method, test="z")
    start = np.array([float(plain.estimate), float(plain.tau2), *model.start])
    found = _global_maximum(model, start, free)
    point = found.best.point
    mean, tau2, delta, delta_error, at_bound = _parameters(model, point, free)
    wald = central_quantile(level) * delta_error
    df = int(free[2:].sum())
    lrt = max(0.0, 2 * (found.best.height - float(model.plain(start[:1], start[1:2])[0]))) if df else np.nan
    estimate, error = mean[0] * sign * unit, mean[1] * unit
    first = np.array([1.0] if form == "steps" else [])
    return Selection(
        estimate=estimate,
        standard_error=error,
        interval=estimate + np.array([-1.0, 1.0]) * central_quantile(level) * error,
        statistic=estimate / error,
        p_value=two_sided_p(estimate / error),
        tau2=tau2[0] * unit**2,
        tau2_standard_error=tau2[1] * unit**2,
        tau2_at_boundary=bool(free[1] and tau2[0] == 0),
        delta=np.append(first, delta),
        delta_standard_error=np.append(first * np.nan, delta_error),
        delta_interval=np.stack(
            [np.append(first * np.nan, np.maximum(delta - wald, 0)), np.append(first * np.nan, delta + wald)], 1
        ),
        delta_at_boundary=np.append(first == 0, at_bound),
        steps=ends,
        counts=counts,
        log_likelihood=found.best.height - y.size * np.log(unit),
        lrt=lrt,
        lrt_df=df,
        lrt_p=chi2_upper(lrt, df) if df else np.nan,
        unadjusted=float(start[0]) * sign * unit,
        unadjusted_tau2=float(start[1]) * unit**2,
        maxima=found.maxima,
        starts=found.starts,
        higher_far_away=found.higher_far_away,
        iterations=found.best.iterations,
        k=y.size,
        form=form,
        alternative=alternative,
        method=method,
        level=level,
    )


@dataclass(frozen=True, kw_only=True)
class _Top:
    """A local maximum: where, how high, and the Newton steps to it; ``far`` if the mean is at the end of its reach."""

    point: Floats
    height: float
    iterations: int
    far: bool


@dataclass(frozen=True, kw_only=True)
class _Search:
    """The highest of the near maxima, and what else the search met."""

    best: _Top
    maxima: int
    starts: int
    higher_far_away: bool


def _step_model(
    effect: Floats, variance: Floats, steps: ArrayLike, weights: ArrayLike | None, *, two_sided: bool, merge: bool
) -> tuple[Seen, Floats, NDArray[np.intp]]:
    """Return the likelihood, the ends of the intervals of p, and the number of p-values in each."""
    ends = np.atleast_1d(np.asarray(steps, dtype=np.float64))
    if ends.size and ends[-1] != 1:
        ends = np.append(ends, 1.0)
    if ends.size < 2 or ends.ndim > 1 or not (np.diff(ends, prepend=0.0) > 0).all() or not (ends <= 1).all():
        raise ValueError(f"steps are {np.asarray(steps).tolist()}; they should rise between 0 and 1, such as (0.025, 0.5)")
    p = p_values(effect, variance, two_sided=two_sided)
    eta = None
    if weights is None:
        ends = _inhabited(ends, p, merge=merge)
    else:
        w = np.asarray(weights, dtype=np.float64)
        if w.shape != ends.shape or not (np.isfinite(w) & (w > 0)).all():
            raise ValueError(
                f"weights are {w.tolist()}; they should be {ends.size} numbers above 0, one for each interval of p"
            )
        eta = np.log(w[1:] / w[0])
    counts = _counts(ends, p)
    curve = step_curve(np.sqrt(variance), ends, two_sided=two_sided)
    model = Seen(
        effect=effect,
        variance=variance,
        curve=curve,
        coarse=curve,
        total=counts[1:].astype(np.float64),
        low=np.full(ends.size - 1, np.log(SMALLEST_DELTA)),
        high=np.full(ends.size - 1, np.log(LARGEST_DELTA)),
        start=np.zeros(ends.size - 1) if eta is None else eta,
        logarithmic=True,
    )
    return model, ends, counts


def _inhabited(ends: Floats, p: Floats, *, merge: bool) -> Floats:
    """Return the ends of intervals that each hold a p-value, or say which does not."""
    counts = _counts(ends, p)
    if counts.all():
        return ends
    if not merge:
        void = int(np.argmin(counts))
        raise ValueError(
            f"no p-value lies in {ends[void - 1] if void else 0:g} < p <= {ends[void]:g}, so that its weight cannot be "
            "estimated; steps should leave one in each interval, or weights be fixed, or empty='merge' join it with the next"
        )
    kept = ends[counts > 0]
    kept[-1] = 1.0
    if kept.size < 2:
        raise ValueError(
            f"all {p.size} p-values lie in one interval, so that there is nothing to compare; weights may be fixed"
        )
    return kept


def _counts(ends: Floats, p: Floats) -> NDArray[np.intp]:
    """Return how many p-values lie in each interval; one at an end belongs to the interval below."""
    return np.bincount(np.searchsorted(ends, p, side="left"), minlength=ends.size)


def _beta_model(effect: Floats, variance: Floats, weights: ArrayLike | None, *, two_sided: bool) -> Seen:
    delta = np.ones(2) if weights is None else np.asarray(weights, dtype=np.float64)
    if delta.shape != (2,) or not ((delta >= SMALLEST_DELTA) & (delta <= LARGEST_DELTA)).all():
        raise ValueError(
            f"weights are {delta.tolist()}; they should be the two exponents of a beta weight, from {SMALLEST_DELTA:g} to "
            f"{LARGEST_DELTA:g}"
        )
    p = np.clip(p_values(effect, variance, two_sided=two_sided), SMALLEST_P, 1 - SMALLEST_P)
    return Seen(
        effect=effect,
        variance=variance,
        curve=beta_curve(np.sqrt(variance), 10, two_sided=two_sided),
        coarse=beta_curve(np.sqrt(variance), 3, two_sided=two_sided),
        total=np.array([np.log(p).sum(), np.log1p(-p).sum()]),
        low=np.full(2, SMALLEST_DELTA - 1),
        high=np.full(2, LARGEST_DELTA - 1),
        start=delta - 1,
        logarithmic=False,
    )


def _global_maximum(model: Seen, start: Floats, free: Flags) -> _Search:
    reach = float(np.sqrt(start[1] + 1))  # total standard deviation: effects are in units of the median standard error
    starts = [start, *_scan(model, start, free, reach)]
    tops = [_climb(model, point, free, centre=start[0], reach=REACH * reach) for point in starts]
    near = [top for top in tops if not top.far]
    if not near:
        raise ArithmeticError(
            f"the likelihood of the selection model rises until the mean is {REACH} standard deviations from the data, from "
            f"each of {len(starts)} starting points; fixed weights, or fewer steps, give an answer"
        )
    best = max(near, key=lambda top: top.height)
    distinct: list[_Top] = []
    for top in near:
        if all(np.abs(top.point[:2] - other.point[:2]).max() > 1e-3 * reach for other in distinct):
            distinct.append(top)
    return _Search(
        best=best,
        maxima=len(distinct),
        starts=len(starts),
        higher_far_away=max(top.height for top in tops) > best.height,
    )


def _scan(model: Seen, start: Floats, free: Flags, reach: float) -> list[Floats]:
    """Return the local maxima of the likelihood, eta at its best, over a grid of the mean and tau squared."""
    tau2s = start[1:2]
    if free[1]:
        least = np.sqrt(model.variance.min()) / 3
        tau2s = np.append(0.0, np.geomspace(least, 5 * reach, 2 + int(6 * np.log10(5 * reach / least))) ** 2)
    w = 1 / (model.variance + tau2s[:, None])
    error = 1 / np.sqrt(w.sum(axis=1))  # of the mean at each tau squared: no peak is much narrower
    stretch = np.arcsinh(REACH * reach / error)[:, None]
    mean = (w @ model.effect * error**2)[:, None] + error[:, None] * np.sinh(np.linspace(-1, 1, 27) * stretch)
    means, places = mean.ravel(), np.repeat(tau2s, mean.shape[1])
    size = max(1, SCAN_CELLS // (model.effect.size * model.coarse.basis.shape[0]))
    move = bool(free[2:].any())
    parts = [_profile(model, means[i : i + size], places[i : i + size], move=move) for i in range(0, means.size, size)]
    height, eta = (np.concatenate([part[j] for part in parts]) for j in (0, 1))
    padded = np.pad(np.nan_to_num(height, nan=-np.inf).reshape(mean.shape), 1, constant_values=-np.inf)
    sides = [(i, j) for i in (0, 1, 2) for j in (0, 1, 2) if (i, j) != (1, 1)]
    around = [padded[i : i + mean.shape[0], j : j + mean.shape[1]] for i, j in sides]
    tops = np.flatnonzero((padded[1:-1, 1:-1] > np.max(around, axis=0)).ravel())
    return [np.array([means[top], places[top], *eta[top]]) for top in tops]


def _profile(model: Seen, mean: Floats, tau2: Floats, *, move: bool) -> tuple[Floats, Floats]:
    """Return the log-likelihood at B points with eta at its best, by a few of Newton's steps, and that eta."""
    basis, k, m = model.coarse.basis, model.effect.size, model.start.size
    kernel = model.coarse.kernels(mean, np.sqrt(model.variance + tau2[:, None]), 0)[0]
    eta = np.tile(model.start, (mean.size, 1))
    products = (basis[:, :, None] * basis[:, None]).reshape(-1, m * m)
    for _ in range(12 if move else 0):
        weight, mass, _ = weigh(basis, eta, kernel)
        with np.errstate(divide="ignore", invalid="ignore"):
            part = 1 / mass
            x = ((kernel * weight[:, None]) @ basis) * part[..., None]
            share = weight * (part[:, None] @ kernel)[:, 0]
        bend = (share @ products).reshape(-1, m, m) - np.swapaxes(x, 1, 2) @ x + 1e-9 * k * np.eye(m)
        sound = np.isfinite(bend).all(axis=(1, 2))
        step = np.zeros_like(eta)
        step[sound] = np.linalg.solve(bend[sound], (model.total - x.sum(axis=1))[sound, :, None])[..., 0]
        last, eta = eta, np.clip(eta + np.clip(step, -2, 2), model.low, model.high)
        if np.abs(eta - last).max() < 1e-3:
            break
    return eta @ model.total + model.plain(mean, tau2) - weigh(basis, eta, kernel)[2], eta


def _climb(model: Seen, point: Floats, free: Flags, *, centre: float, reach: float) -> _Top:
    """Climb to a local maximum: Newton's steps with the curvature made negative, damped until they rise, within the bounds."""
    low = np.array([centre - reach, 0.0, *model.low])
    high = np.array([centre + reach, np.inf, *model.high])
    height, damping = model.height(point), 0.0
    for iteration in range(200):
        gradient, hessian = model.derivatives(point)
        moving = free & ~((point <= low) & (gradient < 0)) & ~((point >= high) & (gradient > 0))
        slope, curve = gradient[moving], hessian[np.ix_(moving, moving)]
        further, value = point.copy(), -np.inf
        step, gain = _uphill(slope, curve, damping)
        while gain > 1e-13 * max(1.0, abs(height)) and damping < 1e12:
            further[moving] = np.clip(point[moving] + step, low[moving], high[moving])
            value = model.height(further)
            if value > height:
                break
            damping = max(4 * damping, 0.1)
            step, _ = _uphill(slope, curve, damping)
        if value <= height:  # nothing to gain, or no more than rounding
            return _Top(point=point, height=height, iterations=iteration, far=not low[0] < point[0] < high[0])
        point, height, damping = further, value, damping / 8 if damping > 1e-3 else 0.0
    raise ArithmeticError(
        f"the selection model was not at a maximum after 200 Newton steps (mean {point[0]:g}, tau squared {point[1]:g}, in "
        "units of the median standard error); fixed weights, or fewer steps, give an answer"
    )


def _uphill(gradient: Floats, hessian: Floats, damping: float) -> tuple[Floats, float]:
    """Return a step that rises whatever the curvature, and what the undamped one should gain."""
    if gradient.size == 0:
        return gradient, 0.0
    scale = np.sqrt(np.maximum(np.abs(np.diag(hessian)), 1e-12))
    values, vectors = np.linalg.eigh(hessian / np.outer(scale, scale))
    along = vectors.T @ (gradient / scale)
    bend = np.maximum(np.abs(values), 1e-10)
    return vectors @ (along / (bend + damping)) / scale, float((along**2 / bend).sum() / 2)


def _parameters(
    model: Seen, point: Floats, free: Flags
) -> tuple[tuple[float, float], tuple[float, float], Floats, Floats, Flags]:
    """Return the mean and tau squared with their standard errors, delta, its standard errors, and which are at a bound."""
    eta = point[2:]
    at_bound = (eta <= model.low) | (eta >= model.high)
    errors = _standard_errors(model, point, free & np.array([True, point[1] > 0, *(~at_bound)]))
    delta = np.exp(eta) if model.logarithmic else eta + 1
    delta_error = delta * errors[2:] if model.logarithmic else errors[2:]
    return (point[0], errors[0]), (point[1], errors[1]), delta, delta_error, at_bound & free[2:]


def _standard_errors(model: Seen, point: Floats, loose: Flags) -> Floats:
    """Roots of the inverse information of the parameters that are not at a bound; NaN for the rest, or where it is flat."""
    errors = np.full(point.size, np.nan)
    information = -model.derivatives(point)[1][np.ix_(loose, loose)]
    scale = np.sqrt(np.abs(np.diag(information)))
    if not (scale > 0).all():
        return errors
    values, vectors = np.linalg.eigh(information / np.outer(scale, scale))
    if values[0] > 1e-10:
        errors[loose] = np.sqrt((vectors**2 / values).sum(axis=1)) / scale
    return errors
