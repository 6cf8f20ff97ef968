"""A printed spread as the standard error of the logarithm of its value: one scale for all that papers print."""

import math
from typing import Literal

from equipoise.values.distributions import log_sd

SpreadKind = Literal["sem", "sd", "se", "confidence-95", "confidence-90", "range", "log-sem", "not-said"]

_HALF_WIDTH = {"confidence-95": 1.959963984540054, "confidence-90": 1.6448536269514722}
"""Quantiles of the normal distribution that the two kinds of interval reach to."""


def log_se(
    value: float,
    *,
    kind: SpreadKind,
    spread: float | None = None,
    low: float | None = None,
    high: float | None = None,
    n: int | None = None,
) -> float:
    r"""Standard error of :math:`\ln x` from what is printed beside :math:`x`.

    .. math::
        \text{sem, se: } \sqrt{\ln\!\left(1 + (s/x)^2\right)}, \quad
        \text{interval: } \frac{\ln b - \ln a}{2 z}, \quad \text{log-sem: } s \ln 10

    An ``sd`` is divided by :math:`\sqrt n` where ``n`` is given. What would be a guess is read on the wide side: an ``sd``
    without ``n`` and a number behind the sign whose kind is ``not-said`` count as the standard error itself, half of the
    logarithmic ``range`` as well.

    Parameters
    ----------
    value
        Above zero, in any unit; ``spread``, ``low`` and ``high`` are in the same. A ``log-sem`` is of the decimal logarithm.
    spread
        For ``sem``, ``sd``, ``se``, ``log-sem`` and ``not-said``. ``low`` and ``high``: for the intervals and the ``range``.

    Returns
    -------
    float
        In natural logarithms, above zero.

    Raises
    ------
    ValueError
        A number that the kind needs is missing or not above zero, or an interval that is the wrong way round.
    """
    if not (math.isfinite(value) and value > 0):
        raise ValueError(f"value is {value}; it should be above zero")
    if kind in {*_HALF_WIDTH, "range"}:
        if low is None or high is None or not 0 < low < high < math.inf:
            raise ValueError(f"a spread of the kind {kind} has the bounds {low} and {high}; it should have 0 < low < high")
        return (math.log(high) - math.log(low)) / (2 * _HALF_WIDTH.get(kind, 1.0))
    if spread is None or not 0 < spread < math.inf:
        raise ValueError(f"a spread of the kind {kind} is {spread}; it should be above zero")
    if kind == "log-sem":
        return spread * math.log(10)
    if kind == "sd" and n is not None:
        if n < 1:
            raise ValueError(f"n is {n}; it should be 1 or more")
        spread /= math.sqrt(n)
    return log_sd(value, spread)
