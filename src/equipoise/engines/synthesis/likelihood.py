r"""Tau squared of maximal likelihood (ML) or restricted likelihood (REML): the global maximum, on any scale, of many analyses.

The score of the profile log-likelihood of tau squared is, up to a factor of two,

.. math:: S(\tau^2) = y'PPy - \operatorname{tr} P \quad (\text{REML}), \qquad y'PPy - \operatorname{tr} W \quad (\text{ML})

with P of :mod:`least_squares`. It is a difference of two functions that only fall, and so is its slope. Between two values
of tau squared that bounds the score and its slope from the values at both ends alone: an interval is *without a maximum* if
the bounds leave the score one sign, *decided* if they leave its slope one sign, and is cut in two otherwise. What is left is
every local maximum, each alone in an interval in which the score falls, where Newton's steps find it. Nothing is sampled, so
that no maximum can hide between grid points, and nothing knows an absolute size, so that units do not matter.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from equipoise.engines.synthesis import alone
from equipoise.engines.synthesis.least_squares import Indices, Location, Model

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

FIRST_CUTS = 3
"""Intervals that the search starts from."""
ROUNDS = 200
"""Rounds of cutting, or of Newton's steps, after which the search gives up with an error."""
CLOSE = 1e-13
"""Relative width below which rounding hides the sign of the score, and an interval is decided by the signs at its ends."""


@dataclass(frozen=True, kw_only=True)
class Maximum:
    """For each analysis, shape (B,): the best tau squared, how many local maxima it was chosen from, the evaluations spent."""

    tau2: Floats
    maxima: NDArray[np.int64]
    iterations: NDArray[np.int64]


def maximise(model: Model, *, method: Literal["ML", "REML"]) -> Maximum:
    """Find the tau squared, 0 or more, of the highest profile log-likelihood of each analysis [1]_.

    Raises
    ------
    ArithmeticError
        Where the search does not end, with the analysis and what was tried.

    References
    ----------
    .. [1] Viechtbauer 2005, Journal of Educational and Behavioral Statistics 30:261-293.
    """
    restricted = method == "REML"
    analyses = model.effect.shape[1]
    if model.single:
        effect, variance = model.effect[:, 0].tolist(), model.variance[:, 0].tolist()
        best, count, spent = alone.maximise(
            effect, variance, restricted=restricted, cuts=FIRST_CUTS, close=CLOSE, rounds=ROUNDS
        )
        return Maximum(tau2=np.array([best]), maxima=np.array([count]), iterations=np.array([spent]))
    least = model.variance.min(axis=0)
    most = _highest(model, least)
    evaluations = np.zeros(analyses, dtype=np.int64)
    brackets, analysis, at_zero = _brackets(model, least, most, evaluations, restricted=restricted)
    tau2 = _roots(model.take(analysis), brackets, analysis, evaluations, restricted=restricted)
    zero = np.flatnonzero(at_zero)
    candidate, value = np.concatenate([zero, analysis]), np.concatenate([np.zeros(zero.size), tau2])
    maxima = np.bincount(candidate, minlength=analyses)
    if not maxima.all():
        lost = int(np.argmin(maxima))
        raise ArithmeticError(f"analysis {lost}: between 0 and {most[lost]:g} the likelihood of tau squared shows no maximum")
    tops = np.zeros(analyses)
    sole = maxima[candidate] == 1
    tops[candidate[sole]] = value[sole]
    if not sole.all():
        rivals, values = candidate[~sole], value[~sole]
        heights = model.take(rivals).height(values, restricted=restricted)
        order = np.argsort(heights, kind="stable")  # the highest is written last
        tops[rivals[order]] = values[order]
    return Maximum(tau2=tops, maxima=maxima, iterations=evaluations)


def _highest(model: Model, least: Floats) -> Floats:
    r"""Return a tau squared above which the score is negative.

    With :math:`u = \tau^2 + v_{min}`, the score without moderators is negative where u exceeds half the squared range of the
    effects: for shares p of the weight, the weighted sum of squares is at most range^2 (1 - sum p^2) / 2, and no weight exceeds
    1 / u. In general, with R the unweighted residual sum of squares, :math:`y'PPy \le R / u^2` and
    :math:`\operatorname{tr} P \ge (k - p) / (\tau^2 + v_{max})`: it is negative where u^2 exceeds s (u + v_max - v_min), with
    s = R / (k - p).
    """
    taking = np.isfinite(model.variance)
    count = taking.sum(axis=0)
    widest = np.where(taking, model.variance, 0.0).max(axis=0) - least
    if isinstance(model, Location):  # a study that takes no part stands at 0, as the leading one does
        squares = np.einsum("kb,kb->b", model.effect, model.effect) - model.effect.sum(axis=0) ** 2 / count
    else:
        squares = (np.where(taking, model.fit(taking.astype(np.float64)).residual, 0.0) ** 2).sum(axis=0)
    mean_square = squares / (count - model.columns)
    above = (mean_square + np.sqrt(mean_square * (mean_square + 4 * widest))) / 2
    if isinstance(model, Location):
        above = np.minimum(above, np.ptp(model.effect, axis=0) ** 2 / 2)
    return np.asarray(np.maximum(above * (1 + 1e-9) - least, 0.0))


LOW, HIGH, AT_LOW, AT_HIGH = 0, 1, slice(2, 6), slice(6, 10)
"""Rows of an array of intervals of tau squared, shape (10, n): both ends, and the curve at each."""


def _brackets(
    model: Model, least: Floats, most: Floats, evaluations: NDArray[np.int64], *, restricted: bool
) -> tuple[Floats, Indices, Flags]:
    """Return an interval for every local maximum above 0, in which the score falls, its analysis, and which have one at 0."""
    alive = np.flatnonzero(most > 0)
    origin, top = least[alive], most[alive]
    cuts = np.arange(FIRST_CUTS + 1)
    points = origin * ((top + origin) / origin) ** (cuts[:, None] / FIRST_CUTS) - origin
    points[0], points[-1] = 0.0, top
    curves = model.take(np.concatenate([alive] * cuts.size)).curve(points.ravel(), restricted=restricted)
    curves = curves.reshape(4, cuts.size, alive.size)
    at_zero = np.ones(most.size, dtype=np.bool_)
    at_zero[alive] = curves[0, 0] <= curves[2, 0]
    evaluations[alive] += cuts.size
    work: Floats = np.empty((10, FIRST_CUTS, alive.size))
    work[LOW], work[HIGH], work[AT_LOW], work[AT_HIGH] = points[:-1], points[1:], curves[:, :-1], curves[:, 1:]
    work, analysis = work.reshape(10, -1), np.concatenate([alive] * FIRST_CUTS)
    found: list[Floats] = []
    whose: list[Indices] = []
    for _ in range(ROUNDS):
        falls, unsure = _judged(work, least[analysis])
        found.append(work[:, falls])
        whose.append(analysis[falls])
        if unsure.size == 0:
            return np.concatenate(found, axis=1), np.concatenate(whose), at_zero
        work, analysis = work[:, unsure], analysis[unsure]
        np.add.at(evaluations, analysis, 1)
        work = _halved(model.take(analysis), work, least[analysis], restricted=restricted)
        analysis = np.concatenate([analysis, analysis])
    raise ArithmeticError(
        f"analysis {analysis[0]}: {ROUNDS} rounds of halving between {work[LOW, 0]:g} and {work[HIGH, 0]:g} do not say how "
        "many maxima the likelihood of tau squared has there"
    )


def _judged(work: Floats, least: Floats) -> tuple[Indices, Indices]:
    """Return which intervals hold one maximum, with the score falling all along, and which are unsure; the others hold none."""
    (spread_0, spread_fall_0, trace_0, trace_fall_0), (spread_1, spread_fall_1, trace_1, trace_fall_1) = (
        work[AT_LOW],
        work[AT_HIGH],
    )
    steepest, flattest = trace_fall_1 - spread_fall_0, trace_fall_0 - spread_fall_1  # bounds of the slope of the score
    left = np.flatnonzero((spread_1 <= trace_0) & (spread_0 >= trace_1) & (steepest <= 0))
    score_0, score_1 = spread_0[left] - trace_0[left], spread_1[left] - trace_1[left]
    steepest, flattest = steepest[left], flattest[left]
    width = work[HIGH, left] - work[LOW, left]
    single = (flattest < 0) | (width <= CLOSE * (work[HIGH, left] + least[left]))
    falls = left[single & (score_0 > 0) & (score_1 <= 0)]
    open_ = np.flatnonzero(~single)
    if open_.size == 0:
        return falls, open_
    score_0, score_1, steepest, flattest = score_0[open_], score_1[open_], steepest[open_], flattest[open_]
    width, change, bend = width[open_], score_0 - score_1, flattest - steepest
    lowest = score_0 + steepest * (change + flattest * width) / bend  # where the bounds from both ends meet
    highest = score_0 - flattest * (change + steepest * width) / bend
    empty = ((score_0 > 0) & (score_1 > 0) & (lowest > 0)) | ((score_0 < 0) & (score_1 < 0) & (highest < 0))
    return falls, left[open_[~empty]]


def _halved(part: Model, work: Floats, least: Floats, *, restricted: bool) -> Floats:
    """Return the lower halves of intervals and then the upper ones."""
    middle = np.clip(np.sqrt((work[LOW] + least) * (work[HIGH] + least)) - least, work[LOW], work[HIGH])
    halves = np.concatenate([work, work], axis=1)
    n = middle.size
    halves[HIGH, :n], halves[LOW, n:] = middle, middle
    halves[AT_HIGH, :n] = halves[AT_LOW, n:] = part.curve(middle, restricted=restricted)
    return halves


def _roots(part: Model, brackets: Floats, analysis: Indices, evaluations: NDArray[np.int64], *, restricted: bool) -> Floats:
    """Return the tau squared at which the score falls through 0 in each bracket, by Newton's steps kept inside it."""
    low, high = brackets[LOW].copy(), brackets[HIGH].copy()
    score_0, score_1 = brackets[2] - brackets[4], brackets[6] - brackets[8]
    tau2: Floats = low + (high - low) * score_0 / (score_0 - score_1)
    active = np.arange(tau2.size)
    for _ in range(ROUNDS):
        if active.size == 0:
            return tau2
        now = tau2[active]
        spread, spread_fall, trace, trace_fall = part.curve(now, restricted=restricted)
        np.add.at(evaluations, analysis[active], 1)
        rising = spread > trace
        low[active] = bottom = np.where(rising, now, low[active])
        high[active] = top = np.where(rising, high[active], now)
        with np.errstate(divide="ignore", invalid="ignore"):
            after = now - (spread - trace) / (trace_fall - spread_fall)
        after = np.where((after >= bottom) & (after <= top), after, (bottom + top) / 2)
        tau2[active] = after
        scale = part.variance.min(axis=0) + after
        # a score that is 0 up to rounding has no better tau squared
        far = (np.abs(after - now) > 1e-9 * scale) & (np.abs(spread - trace) > 1e-14 * trace)
        moving = np.flatnonzero(far & (top - bottom > 1e-15 * scale))
        if moving.size < active.size:
            active, part = active[moving], part.take(moving)
    raise ArithmeticError(
        f"analysis {analysis[active[0]]}: Newton's steps on the score of tau squared, kept between "
        f"{low[active[0]]:g} and {high[active[0]]:g}, do not settle after {ROUNDS} rounds"
    )
