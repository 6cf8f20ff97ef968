"""Effects and sampling variances from correlations."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Pair = tuple[Floats, Floats]


def raw_correlation(*, r: Floats, n: Floats, vtype: Literal["LS", "AV"] = "LS") -> Pair:
    r"""Correlation as it is (COR).

    .. math:: y = r, \qquad v = \frac{(1 - r^2)^2}{n - 1}

    with ``AV`` the mean of all correlations, weighted by n, in the variance.

    References
    ----------
    .. [1] Borenstein 2009, in Cooper, Hedges & Valentine (eds), Handbook of Research Synthesis and Meta-Analysis, 2nd edition,
       equation 12.27.
    """
    typical = np.average(r, weights=n) if vtype == "AV" else r
    return r, (1 - typical**2) ** 2 / (n - 1)


def unbiased_correlation(*, r: Floats, n: Floats, vtype: Literal["LS", "UB", "AV"] = "LS") -> Pair:
    r"""Correlation without its bias towards 0 (UCOR), exactly, by Gauss's hypergeometric function F.

    .. math:: y = r \; F\!\left(\tfrac12, \tfrac12; \tfrac{n - 2}{2}; 1 - r^2\right)

    The variance is that of :func:`raw_correlation` at y (``LS``), at the mean of all y weighted by n (``AV``), or unbiased
    (``UB``): y squared less the unbiased estimate of the squared correlation,

    .. math:: v = y^2 - 1 + \frac{n - 3}{n - 2} (1 - r^2) \; F\!\left(1, 1; \tfrac n2; 1 - r^2\right)

    References
    ----------
    .. [1] Olkin & Pratt 1958, Annals of Mathematical Statistics 29:201-211, equation 2.3.
    .. [2] Hedges 1989, Journal of Applied Psychology 74:469-477.
    """
    rest = 1 - r**2
    y = r * _gauss(0.5, (n - 2) / 2, rest)
    if vtype == "UB":
        return y, y**2 - 1 + (n - 3) / (n - 2) * rest * _gauss(1.0, n / 2, rest)
    return y, raw_correlation(r=y, n=n, vtype=vtype)[1]


def _gauss(a: float, c: Floats, x: Floats) -> Floats:
    """Return F(a, a; c; x) for 0 <= x <= 1, from c = 10 by its series.

    SciPy's function is NaN near x = 1 for large c, where a few terms of the series are enough; its k-th falls as k^(2a-c-1).
    """
    from scipy.special import hyp2f1  # type: ignore[import-untyped] # noqa: PLC0415 - slow to import

    term, total = np.ones_like(x), np.ones_like(x)
    for k in range(200):
        term = term * (a + k) ** 2 / ((c + k) * (k + 1)) * x
        total = total + term
    return np.where(c < 10, hyp2f1(a, a, np.minimum(c, 10), x), total)


def fisher_z(*, r: Floats, n: Floats) -> Pair:
    r"""Fisher's z of a correlation (ZCOR).

    .. math:: y = \operatorname{artanh} r, \qquad v = \frac{1}{n - 3}

    References
    ----------
    .. [1] Fisher 1921, Metron 1:3-32.
    """
    return np.arctanh(r), 1 / (n - 3)
