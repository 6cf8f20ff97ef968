"""One proportion, and the difference of two, with score intervals."""

import math
from dataclasses import dataclass

from equipoise.engines.synthesis.distributions import central_quantile


@dataclass(frozen=True, slots=True, kw_only=True)
class Proportion:
    """A proportion between 0 and 1 with its interval."""

    value: float
    low: float
    high: float
    level: float


def wilson(events: float, total: int, *, level: float = 0.95) -> Proportion:
    r"""Wilson's score interval of a proportion.

    .. math:: \frac{\hat p + z^2/2n \pm z\sqrt{\hat p(1-\hat p)/n + z^2/4n^2}}{1 + z^2/n}

    Parameters
    ----------
    events
        0 <= events <= total; not whole where only a percentage was printed.
    total
        At least 1.
    level
        Coverage, between 0 and 1.

    Raises
    ------
    ValueError
        Events outside 0 to total, an empty total, or a level outside 0 to 1.

    References
    ----------
    .. [1] Wilson 1927, Journal of the American Statistical Association 22:209-212.
    """
    if total < 1 or not 0 <= events <= total:
        raise ValueError(f"{events} of {total} is not a count; events should lie between 0 and a total of at least 1")
    if not 0 < level < 1:
        raise ValueError(f"the level is {level}; should lie between 0 and 1")
    share = events / total
    z = central_quantile(level)
    centre = share + z * z / (2 * total)
    spread = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    low, high = max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)
    return Proportion(value=share, low=0.0 if events == 0 else low, high=1.0 if events == total else high, level=level)


def difference(events: float, total: int, other_events: float, other_total: int, *, level: float = 0.95) -> Proportion:
    r"""The difference of two independent proportions, with Newcombe's hybrid score interval (his method 10).

    .. math:: \hat p_1-\hat p_2 - \sqrt{(\hat p_1-l_1)^2+(u_2-\hat p_2)^2},\quad
              \hat p_1-\hat p_2 + \sqrt{(u_1-\hat p_1)^2+(\hat p_2-l_2)^2}

    with :math:`l, u` the Wilson limits of each. Same parameters and errors as :func:`wilson`; the value lies between -1 and 1.

    References
    ----------
    .. [1] Newcombe 1998, Statistics in Medicine 17:873-890.
    """
    one, other = wilson(events, total, level=level), wilson(other_events, other_total, level=level)
    value = one.value - other.value
    low = value - math.hypot(one.value - one.low, other.high - other.value)
    high = value + math.hypot(one.high - one.value, other.value - other.low)
    return Proportion(value=value, low=low, high=high, level=level)
