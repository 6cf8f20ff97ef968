"""The searches for tau squared of a single analysis without moderators, in plain numbers.

They take the same bounds, cuts and steps as :mod:`likelihood` and :mod:`moments`, which explain them. An array of ten numbers
costs more to handle than to compute: so a single fit takes half the time (docs/performance.md). Effects and variances are those
of :class:`equipoise.engines.synthesis.least_squares.Location`: the most precise study first, its effect 0, and every study
taking part.
"""

import math
from collections.abc import Iterator, Sequence
from operator import mul

Row = Sequence[float]
Ends = tuple[float, float, float, float]
"""y'PPy, its fall, the trace of P (or W), and its fall, at one tau squared."""


def q(effect: Row, variance: Row, tau2: float) -> tuple[float, float]:
    """Return y'Py and minus its slope, y'PPy."""
    w = [1 / (one + tau2) for one in variance]
    mean = sum(map(mul, w, effect)) / sum(w)
    residual = [one - mean for one in effect]
    weighted = list(map(mul, w, residual))
    return sum(map(mul, weighted, residual)), sum(map(mul, weighted, weighted))


def curve(effect: Row, variance: Row, tau2: float, *, restricted: bool) -> Ends:
    """Return what :meth:`equipoise.engines.synthesis.least_squares.Location.curve` does."""
    w = [1 / (one + tau2) for one in variance]
    lead, rest = w[0], w[1:]
    others = sum(rest)
    total = lead + others
    mean = sum(map(mul, w, effect)) / total
    weighted = list(map(mul, w, [one - mean for one in effect]))
    first = weighted[0]
    apart = [one - first for one in weighted]  # from the lead, so that its weight cancels nothing
    pull = list(map(mul, w, apart))
    spread = sum(map(mul, weighted, weighted))
    spread_fall = 2 * (sum(map(mul, pull, apart)) - sum(pull) ** 2 / total)
    squares = list(map(mul, rest, rest))
    second = sum(squares)
    if not restricted:
        return spread, spread_fall, total, lead**2 + second
    third = sum(map(mul, squares, rest))
    trace = (others * (lead + total) - second) / total
    fall = (lead**2 * (others**2 + second) + second * (total**2 + lead**2 + second) - 2 * total * third) / total**2
    return spread, spread_fall, trace, fall


def maximise(effect: Row, variance: Row, *, restricted: bool, cuts: int, close: float, rounds: int) -> tuple[float, int, int]:
    """Return the tau squared of the highest profile log-likelihood, its local maxima, and the evaluations spent.

    Raises
    ------
    ArithmeticError
        Where a search does not end.
    """
    most = _highest(effect, variance)
    if most <= 0:
        return 0.0, 1, 0
    found, at_zero, spent = brackets(effect, variance, most, restricted=restricted, cuts=cuts, close=close, rounds=rounds)
    candidates = [0.0] if at_zero else []
    for bracket in found:
        tau2, steps = root(effect, variance, bracket, restricted=restricted, rounds=rounds)
        candidates.append(tau2)
        spent += steps
    if not candidates:
        raise ArithmeticError(f"between 0 and {most:g} the likelihood of tau squared shows no maximum")
    if len(candidates) == 1:
        return candidates[0], 1, spent
    return max(candidates, key=lambda one: _height(effect, variance, one, restricted=restricted)), len(candidates), spent


def _highest(effect: Row, variance: Row) -> float:
    """Return a tau squared above which the score is negative, as :mod:`likelihood` explains."""
    k, least = len(effect), variance[0]
    mean_square = (sum(map(mul, effect, effect)) - sum(effect) ** 2 / k) / (k - 1)
    above = (mean_square + math.sqrt(mean_square * (mean_square + 4 * (max(variance) - least)))) / 2
    above = min(above, (max(effect) - min(effect)) ** 2 / 2)
    return max(0.0, float(above * (1 + 1e-9) - least))


def _height(effect: Row, variance: Row, tau2: float, *, restricted: bool) -> float:
    """Return twice the profile log-likelihood up to a constant."""
    spread = [one + tau2 for one in variance]
    value = -sum(map(math.log, spread)) - q(effect, variance, tau2)[0]
    return value - math.log(sum(1 / one for one in spread)) if restricted else value


def tau2_at(effect: Row, variance: Row, target: float, start: float, *, most: int) -> tuple[float, int]:
    """Return the tau squared at which y'Py meets a target, 0 where it starts below, and the steps spent.

    Raises
    ------
    ArithmeticError
        Where ``most`` steps do not meet it.
    """
    tau2 = start
    for step in range(1, most + 1):
        found, fall = q(effect, variance, tau2)
        after = max(0.0, tau2 + (found / target - 1) * found / (fall if fall > 0 else 1.0))
        moving = abs(after - tau2) > 1e-9 * after and abs(found - target) > 1e-13 * target
        tau2 = after
        if not moving:
            return tau2, step
    raise ArithmeticError(f"the root of Q's profile is not met after {most} Newton steps")


def brackets(
    effect: Row, variance: Row, most: float, *, restricted: bool, cuts: int, close: float, rounds: int
) -> tuple[list[tuple[float, float, Ends, Ends]], bool, int]:
    """Return the intervals with one maximum each, whether 0 is one, and the evaluations spent.

    Raises
    ------
    ArithmeticError
        Where ``rounds`` of halving do not settle every interval.
    """
    origin = variance[0]
    ratio = (most + origin) / origin
    points = [0.0, *(origin * ratio ** (cut / cuts) - origin for cut in range(1, cuts)), most]
    ends = [curve(effect, variance, point, restricted=restricted) for point in points]
    work = [(points[i], points[i + 1], ends[i], ends[i + 1]) for i in range(cuts)]
    found, spent = [], cuts + 1
    for _ in range(rounds):
        judged = [(one, _judged(*one, close * (one[1] + origin))) for one in work]
        found += [one for one, verdict in judged if verdict == "falls"]
        unsure = [one for one, verdict in judged if verdict == "unsure"]
        if not unsure:
            return found, ends[0][0] <= ends[0][2], spent
        spent += len(unsure)
        work = [half for one in unsure for half in _halves(effect, variance, one, restricted=restricted)]
    raise ArithmeticError(f"{rounds} rounds of halving do not say how many maxima the likelihood of tau squared has")


def _judged(low: float, high: float, at_low: Ends, at_high: Ends, close: float) -> str:
    """Return ``falls`` where the interval holds one maximum, ``empty`` where it holds none, or ``unsure``."""
    (spread_0, spread_fall_0, trace_0, trace_fall_0), (spread_1, spread_fall_1, trace_1, trace_fall_1) = at_low, at_high
    steepest, flattest = trace_fall_1 - spread_fall_0, trace_fall_0 - spread_fall_1
    if spread_1 > trace_0 or spread_0 < trace_1 or steepest > 0:
        return "empty"
    score_0, score_1, width = spread_0 - trace_0, spread_1 - trace_1, high - low
    if flattest < 0 or width <= close:
        return "falls" if score_0 > 0 >= score_1 else "empty"
    change, bend = score_0 - score_1, flattest - steepest
    if score_0 > 0 and score_1 > 0 and score_0 + steepest * (change + flattest * width) / bend > 0:
        return "empty"
    if score_0 < 0 and score_1 < 0 and score_0 - flattest * (change + steepest * width) / bend < 0:
        return "empty"
    return "unsure"


def _halves(
    effect: Row, variance: Row, one: tuple[float, float, Ends, Ends], *, restricted: bool
) -> Iterator[tuple[float, float, Ends, Ends]]:
    low, high, at_low, at_high = one
    origin = variance[0]
    middle = min(max(math.sqrt((low + origin) * (high + origin)) - origin, low), high)
    at_middle = curve(effect, variance, middle, restricted=restricted)
    yield low, middle, at_low, at_middle
    yield middle, high, at_middle, at_high


def root(
    effect: Row, variance: Row, bracket: tuple[float, float, Ends, Ends], *, restricted: bool, rounds: int
) -> tuple[float, int]:
    """Return the tau squared at which the score falls through 0 in a bracket, and the evaluations spent.

    Raises
    ------
    ArithmeticError
        Where ``rounds`` of Newton's steps do not settle.
    """
    low, high, at_low, at_high = bracket
    score_0, score_1 = at_low[0] - at_low[2], at_high[0] - at_high[2]
    tau2 = low + (high - low) * score_0 / (score_0 - score_1)
    for spent in range(1, rounds + 1):
        spread, spread_fall, trace, trace_fall = curve(effect, variance, tau2, restricted=restricted)
        low, high = (tau2, high) if spread > trace else (low, tau2)
        slope = trace_fall - spread_fall
        after = tau2 - (spread - trace) / slope if slope else math.nan
        if not low <= after <= high:
            after = (low + high) / 2
        scale = variance[0] + after
        # a score that is 0 up to rounding has no better tau squared
        far = abs(after - tau2) > 1e-9 * scale and abs(spread - trace) > 1e-14 * trace
        moving = far and high - low > 1e-15 * scale
        tau2 = after
        if not moving:
            return tau2, spent
    raise ArithmeticError(
        f"Newton's steps on the score of tau squared, kept between {low:g} and {high:g}, do not settle after {rounds} rounds"
    )
