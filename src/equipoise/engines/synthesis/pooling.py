"""One mean effect from several studies, with its interval, its heterogeneity and what a new study may show."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.engines.synthesis.distributions import central_quantile, two_sided_p
from equipoise.engines.synthesis.effects import check_level, columns, refuse
from equipoise.engines.synthesis.heterogeneity import heterogeneity, moment_tau2
from equipoise.engines.synthesis.likelihood import Maximum, maximise

Floats = NDArray[np.float64]
Method = Literal["common", "DL", "REML", "ML"]
Test = Literal["z", "knha", "adhoc"]


@dataclass(frozen=True, kw_only=True)
class Pooled:
    """What :func:`pool` found, on the scale of the effects it was given; ``None`` where a number does not exist.

    - ``estimate``, ``standard_error``, ``low``, ``high``, ``statistic``, ``p_value``: the mean effect, its interval at
      ``level`` and the test of no effect, normal where ``df`` is None and Student's t otherwise. ``statistic`` and
      ``p_value`` are None if the standard error is 0.
    - ``tau2``: variance of true effects (0 by assumption for ``common``), ``tau2_low`` and ``tau2_high`` its Q-profile
      interval, which does not depend on ``method``; ``tau2_interval_empty`` if no tau squared makes effects so alike as
      these probable, and both bounds are 0.
    - ``i2``: share of the variance of effects that is not sampling error, 0 to 1, from tau squared: tau2 / (tau2 + s2),
      s2 the sampling variance of a typical study. ``h2`` = (tau2 + s2) / s2. For ``common`` both come from Q, as in
      metafor, and ``h2`` may be under 1. ``i2_q``: the same share from Q, max(0, 1 - (k - 1) / Q). They agree for DL
      alone.
    - ``q``, ``q_p_value``: Cochran's test that all studies share one effect.
    - ``prediction_low``, ``prediction_high``: where the true effect of a new study lies, at ``level``: normal for
      ``z``, t with k - 1 degrees of freedom otherwise (metafor's). ``prediction_riley_low``, ``prediction_riley_high``:
      t with k - 2 (Higgins, Thompson and Spiegelhalter; Riley), from k = 3. None for ``common``, which denies that true
      effects differ.
    - ``weights``: share of each study, in the order given, summing to 1.
    - ``at_boundary``: tau squared was estimated, and is 0. ``maxima``: local maxima of the profile likelihood, the best
      of which was taken; ``iterations``: evaluations that took. None and 0 for closed forms.
    - ``method``, ``test``, ``level``, ``k``: what made it. One study is always ``common`` and ``z``.
    """

    estimate: float
    standard_error: float
    low: float
    high: float
    level: float
    statistic: float | None
    p_value: float | None
    df: int | None
    k: int
    method: Method
    test: Test
    tau2: float | None
    tau2_low: float | None
    tau2_high: float | None
    tau2_interval_empty: bool
    i2: float | None
    i2_q: float | None
    h2: float | None
    q: float | None
    q_p_value: float | None
    prediction_low: float | None
    prediction_high: float | None
    prediction_riley_low: float | None
    prediction_riley_high: float | None
    weights: tuple[float, ...]
    at_boundary: bool
    maxima: int | None
    iterations: int


def pool(
    effect: ArrayLike, variance: ArrayLike, *, method: Method = "REML", test: Test = "knha", level: float = 0.95
) -> Pooled:
    r"""Inverse-variance mean of study effects.

    .. math:: \hat\mu = \frac{\sum_i w_i y_i}{\sum_i w_i}, \qquad w_i = \frac{1}{v_i + \hat\tau^2}

    with :math:`\tau^2 = 0` (``common``), its moment estimate (``DL`` [1]_), or its estimate of restricted (``REML``) or
    full (``ML``) maximum likelihood [2]_. The standard error is :math:`s / \sqrt{\sum_i w_i}`, where

    - ``z``: s = 1 and the normal distribution;
    - ``knha``: :math:`s^2 = \sum_i w_i (y_i - \hat\mu)^2 / (k - 1)` and Student's t with k - 1 degrees of freedom [3]_;
      s may be far below 1, and is 0 if all effects are equal;
    - ``adhoc``: the same, but s at least 1, so that the interval never shrinks [4]_.

    Parameters
    ----------
    effect, variance
        Shape (k,), k >= 1; variances above zero, in squared units of the effects.
    method, test
        As above; metafor's ``FE`` (or ``EE``), ``DL``, ``REML``, ``ML`` and ``z``, ``knha``, ``adhoc``.
    level
        Of all intervals, between 0 and 1.

    Returns
    -------
    Pooled
        On the scale of the effects, with two prediction intervals (the second by [5]_). With k = 1 it is that study with its
        normal interval, and says nothing of heterogeneity.

    Raises
    ------
    ValueError
        No study, unequal lengths, a value that is not finite, a variance not above zero, a level outside (0, 1), an
        unknown option.

    References
    ----------
    .. [1] DerSimonian & Laird 1986, Controlled Clinical Trials 7:177-188.
    .. [2] Viechtbauer 2005, Journal of Educational and Behavioral Statistics 30:261-293.
    .. [3] Knapp & Hartung 2003, Statistics in Medicine 22:2693-2710.
    .. [4] Röver, Knapp & Friede 2015, BMC Medical Research Methodology 15:99.
    .. [5] Riley, Higgins & Deeks 2011, BMJ 342:d549.
    """
    _check_options(method=method, test=test, level=level)
    y, v = columns(effect=effect, variance=variance)
    refuse(~(v > 0), "variance", v, "above 0")
    k = y.size
    if k == 0:
        raise ValueError("there is no study to pool; at least one is needed, and two to say how studies differ")
    if k == 1:
        method, test = "common", "z"
    centre = float(y[np.argmin(v)])  # with the most precise effect as origin, its tiny residual stays exact
    y = y - centre
    fit = _fit(y, v, method)
    w = 1 / (v + fit.tau2)
    mean = float(w @ y / w.sum())
    standard_error = _scale(w, y - mean, test) / float(np.sqrt(w.sum()))
    estimate = mean + centre
    df = None if test == "z" else k - 1
    low, high = _interval(estimate, standard_error, level, df)
    statistic = estimate / standard_error if standard_error > 0 else None
    spread = float(np.hypot(standard_error, np.sqrt(fit.tau2)))
    random = method != "common"
    prediction = _interval(estimate, spread, level, df) if random else (None, None)
    riley = _interval(estimate, spread, level, k - 2) if random and k > 2 else (None, None)
    return Pooled(
        estimate=estimate,
        standard_error=standard_error,
        low=low,
        high=high,
        level=level,
        statistic=statistic,
        p_value=None if statistic is None else two_sided_p(statistic, df),
        df=df,
        k=k,
        method=method,
        test=test,
        prediction_low=prediction[0],
        prediction_high=prediction[1],
        prediction_riley_low=riley[0],
        prediction_riley_high=riley[1],
        weights=tuple((w / w.sum()).tolist()),
        at_boundary=random and fit.tau2 == 0,
        maxima=fit.maxima or None,
        iterations=fit.iterations,
        **vars(heterogeneity(y, v, tau2=fit.tau2 if random else None, level=level)),
    )


def _fit(effect: Floats, variance: Floats, method: Method) -> Maximum:
    if method == "ML" or method == "REML":  # noqa: PLR1714 - mypy narrows the literal on == alone
        return maximise(effect, variance, method=method)
    return Maximum(tau2=moment_tau2(effect, variance) if method == "DL" else 0.0, maxima=0, iterations=0)


def _scale(w: Floats, residual: Floats, test: Test) -> float:
    """Knapp and Hartung's factor on the standard error."""
    if test == "z":
        return 1.0
    scale = float(np.sqrt(w @ residual**2 / (w.size - 1)))
    return max(1.0, scale) if test == "adhoc" else scale


def _interval(centre: float, standard_error: float, level: float, df: int | None) -> tuple[float, float]:
    half = central_quantile(level, df) * standard_error
    return centre - half, centre + half


def _check_options(*, method: str, test: str, level: float) -> None:
    check_level(level)
    for name, found, known in (("method", method, get_args(Method)), ("test", test, get_args(Test))):
        if found not in known:
            raise ValueError(f"{name} is {found!r}; it should be one of {', '.join(known)}")
