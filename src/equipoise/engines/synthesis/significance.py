"""Excess significance: whether more studies are significant than their power lets expect."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.engines.synthesis.distributions import central_quantile, chi2_upper
from equipoise.engines.synthesis.effects import studies

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class ExcessSignificance:
    """What :func:`excess_significance` found.

    ``observed``: significant studies of ``k``; ``expected``: sum of their ``power`` (k,) at the mean ``effect``; ``p_value``:
    the exact probability of so many or more; ``chi2``, ``chi2_p``: Pearson's statistic of observed against expected, and its
    approximate one-sided p-value (NaN where nothing can vary).
    """

    observed: int
    expected: float
    power: Floats
    p_value: float
    chi2: float
    chi2_p: float
    effect: float
    alpha: float
    k: int


def excess_significance(
    effect: ArrayLike, variance: ArrayLike, *, mean: float | None = None, alpha: float = 0.05
) -> ExcessSignificance:
    r"""Test of excess significance [1]_, with the exact distribution of the number of significant studies.

    .. math::
        1 - \beta_i = \Phi\left(\frac{\mu}{\sqrt{v_i}} - z\right) + \Phi\left(-\frac{\mu}{\sqrt{v_i}} - z\right), \quad
        E = \sum_i (1 - \beta_i), \quad X^2 = \frac{(O - E)^2}{E} + \frac{(O - E)^2}{k - E}

    for two-sided tests at ``alpha`` [2]_. All true effects are taken as equal: with heterogeneity the test finds an excess
    that is none. It asks about the set of studies and never names one.

    Parameters
    ----------
    effect, variance
        Shape (k,), k >= 1; variances above zero, in squared units of the effects.
    mean
        The true effect; None: the common-effect mean.
    alpha
        Level of the studies' own tests, between 0 and 1.

    Raises
    ------
    ValueError
        No study, unequal lengths, a variance not above zero, an alpha outside its bounds.

    References
    ----------
    .. [1] Ioannidis & Trikalinos 2007, Clinical Trials 4:245-253.
    .. [2] Francis 2013, Journal of Mathematical Psychology 57:153-169 (the exact test).
    """
    from scipy.special import ndtr  # type: ignore[import-untyped] # noqa: PLC0415 - slow to import

    y, v = studies(effect, variance)
    if y.size == 0:
        raise ValueError("there is no study; the test needs at least one")
    if not 0 < alpha < 1:
        raise ValueError(f"alpha is {alpha}; it should be between 0 and 1, such as 0.05")
    mu = float((y / v).sum() / (1 / v).sum()) if mean is None else mean
    critical = central_quantile(1 - alpha)
    shift = mu / np.sqrt(v)
    power = ndtr(shift - critical) + ndtr(-shift - critical)
    observed = int((np.abs(y) / np.sqrt(v) >= critical).sum())
    expected = float(power.sum())
    chance = np.ones(1)
    for one in power:
        chance = np.convolve(chance, [1 - one, one])
    varies = 0 < expected < y.size
    chi2 = (observed - expected) ** 2 * (1 / expected + 1 / (y.size - expected)) if varies else np.nan
    tail = chi2_upper(chi2, 1) / 2 if varies else np.nan
    return ExcessSignificance(
        observed=observed,
        expected=expected,
        power=power,
        p_value=min(1.0, float(chance[observed:].sum())),
        chi2=chi2,
        chi2_p=tail if observed >= expected else 1 - tail,
        effect=mu,
        alpha=alpha,
        k=y.size,
    )
