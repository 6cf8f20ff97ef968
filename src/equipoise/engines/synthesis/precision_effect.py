"""Estimates that lean on the precise studies: PET, PEESE, their conditional estimator, and weighted least squares."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.engines.synthesis.asymmetry import RegressionTest, egger
from equipoise.engines.synthesis.distributions import central_quantile, two_sided_p
from equipoise.engines.synthesis.effects import check_level, check_options, studies

Floats = NDArray[np.float64]

ADEQUATE = 2.8
"""Standard errors between no effect and one that a two-sided test at 5% finds with 80% power: 1.96 + 0.84."""


@dataclass(frozen=True, kw_only=True)
class PetPeese:
    """Both regressions and the one that the rule chooses.

    ``pet``, ``peese``: the regressions on the standard error and on the variance; their ``limit`` is the estimate.
    ``pet_p``: of PET's limit, by the test that ``alternative`` names. ``chosen``: ``PEESE`` if ``pet_p`` is below
    ``alpha``, else ``PET``; ``estimate``, ``standard_error``, ``interval`` (2,) are its limit's. ``k`` studies.
    """

    pet: RegressionTest
    peese: RegressionTest
    pet_p: float
    chosen: Literal["PET", "PEESE"]
    estimate: float
    standard_error: float
    interval: Floats
    alternative: str
    alpha: float
    k: int


@dataclass(frozen=True, kw_only=True)
class WeightedLeastSquares:
    """A mean of ``k`` studies by unrestricted weighted least squares.

    ``estimate``, ``standard_error``, ``interval`` (2,), ``statistic``, ``p_value``: Student's t with ``df`` = k - 1.
    ``dispersion``: residual variance in units of the sampling variances, Q / (k - 1); it may be below 1, and the interval
    then is narrower than the common-effect one. With one study all but the estimate is NaN. ``adequate``: which of the
    studies given were used (all, except for :func:`waap`).
    """

    estimate: float
    standard_error: float
    interval: Floats
    statistic: float
    p_value: float
    df: int
    dispersion: float
    adequate: NDArray[np.bool_]
    k: int
    level: float


def pet_peese(
    effect: ArrayLike,
    variance: ArrayLike,
    *,
    alternative: Literal["greater", "less", "two.sided"] = "greater",
    alpha: float = 0.05,
    model: Literal["lm", "rma"] = "lm",
    method: str = "REML",
    test: str = "z",
    level: float = 0.95,
) -> PetPeese:
    r"""Effect of an endless study, from a regression on the standard error (PET) or its square (PEESE), as a rule chooses [1]_.

    .. math:: y_i = \beta_0 + \beta_1 \sqrt{v_i} + e_i \;\text{(PET)}, \qquad y_i = \beta_0 + \beta_1 v_i + e_i \;\text{(PEESE)}

    PET is right where there is no effect, and takes too much away where there is one; PEESE takes too much away where
    there is none. The rule: where PET's intercept is significant, take PEESE's, else PET's. The defaults are one-sided, in
    the direction of benefit, at 5%. Very poor with fewer than 20 studies or large heterogeneity, when it may
    even turn the sign [2]_: an estimate to set beside others, not to report alone.

    Parameters
    ----------
    effect, variance
        Shape (k,), k >= 3; variances above zero, in squared units of the effects. With standardised mean differences,
        whose variance contains the effect, use variances that do not, such as 1/n1 + 1/n2.
    alternative, alpha
        PET's test of no effect that decides: towards ``greater`` or ``less`` (where harm counts down), or ``two.sided``;
        and its level, between 0 and 1.
    model, method, test, level
        As in :func:`egger`: ``lm`` is the authors' choice, ``rma`` the additive one.

    Raises
    ------
    ValueError
        As :func:`egger` raises; an alpha outside its bounds, an unknown alternative.

    References
    ----------
    .. [1] Stanley & Doucouliagos 2014, Research Synthesis Methods 5:60-78.
    .. [2] Stanley 2017, Social Psychological and Personality Science 8:581-591.
    """
    if not 0 < alpha < 1:
        raise ValueError(f"alpha is {alpha}; it should be between 0 and 1, such as 0.05")
    check_options(alternative=(alternative, ("greater", "less", "two.sided")))
    pet, peese = (
        egger(effect, variance, model=model, predictor=x, method=method, test=test, level=level) for x in ("sei", "vi")
    )
    p = pet.intercept_p
    if alternative != "two.sided":
        expected = pet.intercept > 0 if alternative == "greater" else pet.intercept < 0
        p = p / 2 if expected else 1 - p / 2
    chosen = peese if p < alpha else pet
    return PetPeese(
        pet=pet,
        peese=peese,
        pet_p=p,
        chosen="PEESE" if p < alpha else "PET",
        estimate=chosen.intercept,
        standard_error=chosen.intercept_standard_error,
        interval=chosen.intercept_interval,
        alternative=alternative,
        alpha=alpha,
        k=pet.k,
    )


def uwls(effect: ArrayLike, variance: ArrayLike, *, level: float = 0.95) -> WeightedLeastSquares:
    r"""Unrestricted weighted least squares: the common-effect mean, with an error that heterogeneity widens [1]_.

    .. math::
        \hat\mu = \frac{\sum y_i / v_i}{\sum 1 / v_i}, \qquad
        s^2_{\hat\mu} = \frac{1}{\sum 1 / v_i} \cdot \frac{\sum (y_i - \hat\mu)^2 / v_i}{k - 1}

    It gives small studies less weight than a random-effects mean, and so is less moved by what small studies hide.

    Parameters
    ----------
    effect, variance
        Shape (k,), k >= 1; variances above zero, in squared units of the effects.
    level
        Of the interval, between 0 and 1.

    Raises
    ------
    ValueError
        No study, unequal lengths, a variance not above zero, a level outside (0, 1).

    References
    ----------
    .. [1] Stanley & Doucouliagos 2015, Statistics in Medicine 34:2116-2127.
    """
    y, v = _studies(effect, variance, level)
    return _weighted(y, v, np.ones(y.size, dtype=np.bool_), level)


def waap(effect: ArrayLike, variance: ArrayLike, *, level: float = 0.95) -> WeightedLeastSquares:
    r"""Weighted average of the adequately powered: :func:`uwls` of the studies that could have found its estimate [1]_.

    A study is adequate if :math:`\sqrt{v_i} \le |\hat\mu_\text{uwls}| / 2.8`, that is, has 80% power at 5% two-sided. With
    fewer than two of them it is :func:`uwls` of all studies, and ``adequate`` is true for all. Parameters and errors as
    there.

    References
    ----------
    .. [1] Stanley, Doucouliagos & Ioannidis 2017, Statistics in Medicine 36:1580-1598.
    """
    y, v = _studies(effect, variance, level)
    everyone = np.ones(y.size, dtype=np.bool_)
    adequate = np.sqrt(v) <= abs(_weighted(y, v, everyone, level).estimate) / ADEQUATE
    return _weighted(y, v, adequate if adequate.sum() > 1 else everyone, level)


def _studies(effect: ArrayLike, variance: ArrayLike, level: float) -> tuple[Floats, Floats]:
    check_level(level)
    y, v = studies(effect, variance)
    if y.size == 0:
        raise ValueError("there is no study to average; at least one is needed, and two for an interval")
    return y, v


def _weighted(effect: Floats, variance: Floats, adequate: NDArray[np.bool_], level: float) -> WeightedLeastSquares:
    w = 1 / variance[adequate]
    centre = effect[adequate][np.argmax(w)]
    y = effect[adequate] - centre
    df = w.size - 1
    mean = w @ y / w.sum()
    dispersion = w @ (y - mean) ** 2 / df if df else np.nan
    error = np.sqrt(dispersion / w.sum())
    estimate = mean + centre
    statistic = estimate / error if error > 0 else np.nan
    half = central_quantile(level, df) * error if df else np.nan
    return WeightedLeastSquares(
        estimate=estimate,
        standard_error=error,
        interval=np.array([estimate - half, estimate + half]),
        statistic=statistic,
        p_value=two_sided_p(statistic, df) if error > 0 else np.nan,
        df=df,
        dispersion=dispersion,
        adequate=adequate,
        k=w.size,
        level=level,
    )
