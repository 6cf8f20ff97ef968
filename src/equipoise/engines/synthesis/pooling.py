"""One mean effect from several studies, its interval, heterogeneity and what a new study may show: of one analysis or many."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.engines.synthesis import generalised_q, moments
from equipoise.engines.synthesis.distributions import central_quantiles, chi2_quantiles, f_uppers, two_sided_ps
from equipoise.engines.synthesis.effects import check_level, check_options
from equipoise.engines.synthesis.heterogeneity import heterogeneity, q_profile
from equipoise.engines.synthesis.inputs import Batch, batch
from equipoise.engines.synthesis.least_squares import Fit, Location, Model, regression
from equipoise.engines.synthesis.likelihood import maximise

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Method = Literal["common", "DL", "HE", "HS", "HSk", "SJ", "ML", "REML", "EB", "PM", "PMM", "DLIT", "SJIT", "GENQ", "GENQM"]
Test = Literal["z", "t", "knapp-hartung", "adhoc"]

OTHER_NAMES: Mapping[str, str] = MappingProxyType({"EE": "common", "FE": "common", "CE": "common", "knha": "knapp-hartung"})
"""metafor's names for what has another name here."""

CELLS = 12_000
"""Studies times analyses that are worked on at once: few enough to stay in the processor's cache."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Pooled:
    """What :func:`pool` found, on the scale of the effects it was given; NaN where a number does not exist.

    For one analysis fields are numbers, and intervals have shape (2,); for a batch there is a first axis of B. With moderators
    ``estimate``, ``standard_error``, ``statistic``, ``p_value`` and ``interval`` have an axis of p coefficients, the intercept
    first, after that.

    - ``estimate``, ``standard_error``, ``interval``, ``statistic``, ``p_value``: the mean effect, its interval at ``level`` and
      the test of no effect, normal where ``df`` is NaN and Student's t otherwise. ``statistic`` and ``p_value`` are NaN where
      the standard error is 0. ``covariance`` (p, p) of the coefficients.
    - ``tau2``: variance of true effects (0 by assumption for ``common``); ``tau2_interval`` its Q-profile interval, which does
      not depend on ``method``, or for GENQ and GENQM the interval of the generalised Q; ``tau2_interval_empty`` if no tau
      squared makes effects so alike as these probable, and both bounds are 0.
    - ``i2``: share of the variance of effects that is not sampling error, 0 to 1, from tau squared: tau2 / (tau2 + s2), s2 the
      sampling variance of a typical study. ``h2`` = (tau2 + s2) / s2. For ``common`` both come from Q, as in metafor, and
      ``h2`` may be under 1. ``i2_q``: the same share from Q, max(0, 1 - (k - p) / Q). They agree for DL alone.
    - ``q``, ``q_df``, ``q_p``: Cochran's test that all studies share one effect (or one regression line).
    - ``prediction_interval``: where the true effect of a new study lies, at ``level``: normal for ``z``, t with k - 1 degrees
      of freedom otherwise (metafor's). ``prediction_interval_riley``: t with k - 2 (Higgins, Thompson and Spiegelhalter;
      Riley), from k = 3. NaN for ``common``, which denies that true effects differ, and with moderators.
    - ``weights``: share of each study, in the order given, summing to 1.
    - ``qm``, ``qm_df``, ``qm_df2``, ``qm_p``: the test that all coefficients but the intercept are 0 (chi-squared for z, F
      otherwise), NaN where their errors are 0; ``r2`` the share of tau squared that moderators account for, NaN where it is 0
      without them and for ``common``, GENQ and GENQM. NaN without moderators.
    - ``at_boundary``: tau squared was estimated, and is 0. ``maxima``: local maxima of the profile likelihood, the best of
      which was taken; 0 for methods without a likelihood. ``iterations``: evaluations that took, 0 for closed forms.
    - ``k``: studies; ``method``, ``test``, ``level``: what was asked. A single study is always itself with its normal interval.
    """

    estimate: Floats
    standard_error: Floats
    interval: Floats
    statistic: Floats
    p_value: Floats
    df: Floats
    covariance: Floats
    tau2: Floats
    tau2_interval: Floats
    tau2_interval_empty: NDArray[np.bool_]
    i2: Floats
    i2_q: Floats
    h2: Floats
    q: Floats
    q_df: Floats
    q_p: Floats
    prediction_interval: Floats
    prediction_interval_riley: Floats
    weights: Floats
    qm: Floats
    qm_df: Floats
    qm_df2: Floats
    qm_p: Floats
    r2: Floats
    at_boundary: NDArray[np.bool_]
    maxima: Ints
    iterations: Ints
    k: Ints
    method: Method
    test: Test
    level: float


FIELDS = tuple(field.name for field in fields(Pooled) if field.name not in ("method", "test", "level", "k"))
"""Fields of :class:`Pooled` that an analysis fills."""


def pool(
    effect: ArrayLike,
    variance: ArrayLike,
    *,
    method: str = "REML",
    test: str = "knapp-hartung",
    moderators: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    mask: ArrayLike | None = None,
    level: float = 0.95,
    profile: bool = True,
) -> Pooled:
    r"""Inverse-variance mean of study effects, or their regression on moderators.

    .. math:: \hat\mu = \frac{\sum_i w_i y_i}{\sum_i w_i}, \qquad w_i = \frac{1}{v_i + \hat\tau^2}

    with :math:`\tau^2 = 0` (``common``), or its estimate by moments (``DL``, ``HE``, ``HS``, ``HSk``, ``SJ``; ``PM``, ``EB``,
    ``DLIT`` and ``SJIT``, which are one; ``PMM``), by restricted (``REML``) or full (``ML``) maximum likelihood, or by the
    generalised Q with the caller's weights (``GENQ``, ``GENQM``), which then weigh the mean, too. The standard error is
    :math:`s / \sqrt{\sum_i w_i}`, where

    - ``z``: s = 1 and the normal distribution;
    - ``t``: s = 1 and Student's t with k - p degrees of freedom;
    - ``knapp-hartung``: :math:`s^2 = \sum_i w_i (y_i - \hat\mu)^2 / (k - p)` and Student's t with k - p degrees of
      freedom [1]_; s may be far below 1, and is 0 if all effects are equal;
    - ``adhoc``: the same, but s at least 1, so that the interval never shrinks [2]_.

    Parameters
    ----------
    effect, variance
        Shape (k,), k >= 1, for one analysis; (B, k) for a batch. Variances above zero, in squared units of the effects.
    method, test
        As above, by metafor's names; its EE, FE and CE are ``common``, its knha is ``knapp-hartung``.
    moderators
        Columns of numbers, shape (k,) or (k, q), or (B, k, q) where analyses differ; an intercept is added.
    weights
        Shape (k,) or (B, k), for GENQ and GENQM alone.
    mask
        Shape of the effects: which studies take part. In a batch an analysis is all NaN if it has no study, or no more
        studies than coefficients, or collinear moderators.
    level
        Of all intervals, between 0 and 1.
    profile
        No leaves ``tau2_interval`` NaN, and saves its search: a fifth of a fit.

    Returns
    -------
    Pooled
        On the scale of the effects. With k = 1 it is that study with its normal interval, and says nothing of heterogeneity.

    Raises
    ------
    ValueError
        No study, fewer studies than coefficients, lengths that do not fit, a value that is not finite, a variance not above
        zero, collinear moderators, a level outside (0, 1), an unknown option.
    ArithmeticError
        A search for tau squared that does not end; it says what was tried.

    References
    ----------
    .. [1] Knapp & Hartung 2003, Statistics in Medicine 22:2693-2710.
    .. [2] Röver, Knapp & Friede 2015, BMC Medical Research Methodology 15:99.
    """
    chosen, tested = options(method=method, test=test, level=level)
    given = batch(effect, variance, mask=mask, moderators=moderators, weights=weights)
    if (chosen in ("GENQ", "GENQM")) != (given.weight is not None):
        found = "without weights" if given.weight is None else "with weights"
        raise ValueError(f"method {chosen!r} is called {found}; GENQ and GENQM need them, and no other method takes them")
    columns = 1 if given.design is None else given.design.shape[0]
    count = given.taking.sum(axis=1)
    size = max(1, CELLS // given.effect.shape[1])
    many = np.flatnonzero(given.settled)
    results: dict[str, Any]
    if many.size == count.size <= size:
        solved = _analyse(given, many, chosen, tested, level, profile=profile)
        results = {name: solved[name] if name in solved else _blank(name, given, columns) for name in FIELDS}
    else:
        results = {name: _blank(name, given, columns) for name in FIELDS}
        for start in range(0, many.size, size):
            part = many[start : start + size]
            for name, value in _analyse(given, part, chosen, tested, level, profile=profile).items():
                results[name][part] = value
        if columns == 1:
            _lonely(given, np.flatnonzero(count == 1), results, level)
    results["k"] = count
    if given.single:
        results = {name: value[0] for name, value in results.items()}
    return Pooled(method=chosen, test=tested, level=level, **results)


def options(*, method: str, test: str, level: float = 0.95) -> tuple[Method, Test]:
    """Return method and test by the names used here, or refuse them."""
    check_level(level)
    method, test = OTHER_NAMES.get(method, method), OTHER_NAMES.get(test, test)
    check_options(method=(method, get_args(Method)), test=(test, get_args(Test)))
    return method, test  # type: ignore[return-value]


def _blank(name: str, given: Batch, columns: int) -> Any:
    """Return a field of :class:`Pooled` for a batch: NaN, 0 or no."""
    analyses, k = given.effect.shape
    if name in ("weights", "at_boundary", "tau2_interval_empty", "maxima", "iterations"):
        kind = {"weights": np.float64, "maxima": np.int64, "iterations": np.int64}.get(name, np.bool_)
        return np.zeros((analyses, k) if name == "weights" else analyses, dtype=kind)
    each: tuple[int, ...] = (analyses,)
    if name == "covariance":
        each = (analyses, columns, columns)
    elif name in ("tau2_interval", "prediction_interval", "prediction_interval_riley"):
        each = (analyses, 2)
    elif name in ("estimate", "standard_error", "statistic", "p_value", "interval"):
        each = (analyses, columns) if given.design is not None else each
        each = (*each, 2) if name == "interval" else each
    return np.full(each, np.nan)


def _lonely(given: Batch, few: NDArray[np.intp], results: dict[str, Any], level: float) -> None:
    """Put a single study down as itself with its normal interval."""
    if few.size == 0:
        return
    row = np.argmax(given.taking[few], axis=1)
    estimate, error = given.effect[few, row], np.sqrt(given.variance[few, row])
    half = central_quantiles(level, np.array([np.nan]))[0] * error
    shape = (few.size, *results["estimate"].shape[1:])
    results["estimate"][few] = estimate.reshape(shape)
    results["standard_error"][few] = error.reshape(shape)
    results["interval"][few] = np.stack([estimate - half, estimate + half], axis=-1).reshape(*shape, 2)
    results["statistic"][few] = (estimate / error).reshape(shape)
    results["p_value"][few] = two_sided_ps(estimate / error, np.nan).reshape(shape)
    results["covariance"][few] = (error**2)[:, None, None]
    results["weights"][few, row] = 1.0


def _model(given: Batch, part: NDArray[np.intp]) -> tuple[Model, Floats, NDArray[np.intp]]:
    """Return analyses in the form of :mod:`least_squares`, the origin of each, and which row each row was, shape (k, B)."""
    effect, taking = given.effect[part].T, given.taking[part].T
    variance = np.where(taking, given.variance[part].T, np.inf)
    every = np.arange(part.size)
    lead = np.argmin(variance, axis=0)
    origin = effect[lead, every]
    effect = np.where(taking, effect - origin, 0.0)
    if given.design is not None:
        shared = given.design.shape[2] == 1
        design = np.broadcast_to(given.design, (*given.design.shape[:2], part.size)) if shared else given.design[:, :, part]
        model, place = regression(effect, variance, design)
        return model, origin, place
    place = np.repeat(np.arange(effect.shape[0])[:, None], part.size, axis=1)
    place[lead, every], place[0] = 0, lead
    return Location(effect=effect[place, every], variance=variance[place, every]), origin, place


@dataclass(frozen=True, kw_only=True)
class _Solved:
    """B analyses with their tau squared: coefficients (p, B), their covariance (p, p, B), k - p, and the df of tests."""

    model: Model
    method: Method
    level: float
    tau2: Floats
    estimate: Floats
    covariance: Floats
    df: Floats
    freedom: Floats


def _analyse(
    given: Batch, part: NDArray[np.intp], method: Method, test: Test, level: float, *, profile: bool
) -> dict[str, Any]:
    """Return the fields of :class:`Pooled` of analyses with more studies than coefficients."""
    model, origin, place = _model(given, part)
    own = None
    if given.weight is not None:
        own = np.where(given.taking[part], given.weight[part], 0.0)[np.arange(part.size), place]
    tau2, maxima, iterations = estimate_tau2(model, method, own)
    w = np.reciprocal(model.variance + tau2)
    weights = w if own is None else own
    fit = model.fit(weights)
    estimate = fit.coefficient.copy()
    estimate[0] += origin
    df = moments.degrees(model).astype(np.float64)
    solved = _Solved(
        model=model,
        method=method,
        level=level,
        tau2=tau2,
        estimate=estimate,
        covariance=_covariance(model, fit, w, own) * _scale(model, tau2, df, test),
        df=df,
        freedom=np.full(df.shape, np.nan) if test == "z" else df,
    )
    shares = np.empty((part.size, weights.shape[0]))
    shares[np.arange(part.size), place] = weights / weights.sum(axis=0)
    results = _inference(solved) if given.design is None else _coefficients(solved)
    if given.design is None and method != "common":
        results |= _prediction(solved)
    results |= vars(heterogeneity(model, tau2, df, common=method == "common"))
    if profile:
        bounds = q_profile(model, tau2, df, level=level) if own is None else _generalised_bounds(model, own, level)
        results |= {"tau2_interval": bounds, "tau2_interval_empty": bounds[:, 1] == 0}
    return results | {
        "tau2": tau2,
        "df": solved.freedom,
        "weights": shares,
        "at_boundary": (tau2 == 0) & (method != "common"),
        "maxima": maxima,
        "iterations": iterations,
    }


def estimate_tau2(model: Model, method: Method, own: Floats | None = None) -> tuple[Floats, Ints, Ints]:
    """Return tau squared by a method, the local maxima it was chosen from and the evaluations spent, each of shape (B,)."""
    none = np.zeros(model.effect.shape[1], dtype=np.int64)
    if method == "ML" or method == "REML":  # noqa: PLR1714 - mypy narrows the literal on == alone
        best = maximise(model, method=method)
        return best.tau2, best.maxima, best.iterations
    if method in ("PM", "EB", "DLIT", "SJIT", "PMM"):
        df = moments.degrees(model).astype(np.float64)
        tau2, steps = moments.tau2_at(model, chi2_quantiles(0.5, df) if method == "PMM" else df)
        return tau2, none, steps
    return _closed(model, method, own), none, none


def _closed(model: Model, method: Method, own: Floats | None) -> Floats:
    """Return tau squared by a method without a search through analyses at once."""
    if own is not None:
        if method == "GENQ":
            return moments.general(model, own)
        each = range(own.shape[1])
        return np.array([_generalised(model.take(np.array([one])), own[:, one], 0.5) for one in each])
    if method in ("HS", "HSk"):
        return moments.hunter_schmidt(model, corrected=method == "HSk")
    if method == "SJ":
        return moments.sidik_jonkman(model)
    if method == "HE":
        return moments.general(model, moments.studies(model).astype(np.float64))
    return moments.general(model, np.reciprocal(model.variance)) if method == "DL" else np.zeros(model.effect.shape[1])


def _generalised(one: Model, weight: Floats, probability: float) -> float:
    taking = moments.studies(one)[:, 0]
    design = np.ones((1, taking.size)) if isinstance(one, Location) else one.design[:, :, 0]
    return generalised_q.tau2_at(
        probability, one.effect[taking, 0], one.variance[taking, 0], design[:, taking].T, weight[taking]
    )


def _generalised_bounds(model: Model, own: Floats, level: float) -> Floats:
    shares = ((1 - level) / 2, (1 + level) / 2)
    each = [(model.take(np.array([one])), own[:, one]) for one in range(own.shape[1])]
    return np.array([[_generalised(one, weight, share) for share in shares] for one, weight in each])


def _covariance(model: Model, fit: Fit, w: Floats, own: Floats | None) -> Floats:
    """Return the covariance (p, p, B) of the coefficients before any scale: a sandwich where weights are the caller's own."""
    if own is None:
        return fit.inverse
    loads = own * np.where(w > 0, own / np.where(w > 0, w, 1.0), 0.0)
    if isinstance(model, Location):
        middle = loads.sum(axis=0)[None, None]
    else:
        middle = np.einsum("ikb,kb,jkb->ijb", model.design, loads, model.design)
    return np.asarray(np.einsum("ijb,jlb,lmb->imb", fit.inverse, middle, fit.inverse))


def _scale(model: Model, tau2: Floats, df: Floats, test: Test) -> Floats:
    """Knapp and Hartung's factor on the variance of the estimate, shape (B,); with a caller's weights as without them."""
    if test in ("z", "t"):
        return np.ones(df.shape)
    scale = model.q(tau2)[0] / df
    return np.maximum(1.0, scale) if test == "adhoc" else scale


def _inference(solved: _Solved) -> dict[str, Any]:
    """Return the mean, its interval and test."""
    found = _coefficients(solved)
    single = ("estimate", "standard_error", "statistic", "p_value", "interval")
    return found | {name: found[name][:, 0] for name in single}


def _coefficients(solved: _Solved) -> dict[str, Any]:
    """Return coefficients, their intervals and tests, and the test of all but the intercept."""
    estimate, covariance = solved.estimate.T, solved.covariance.transpose(2, 0, 1)
    error = np.sqrt(np.einsum("bii->bi", covariance))
    statistic = np.divide(estimate, error, out=np.full(error.shape, np.nan), where=error > 0)
    half = central_quantiles(solved.level, solved.freedom)[:, None] * error
    results = {
        "estimate": estimate,
        "standard_error": error,
        "statistic": statistic,
        "p_value": two_sided_ps(statistic, solved.freedom[:, None]),
        "interval": np.array([estimate - half, estimate + half]).transpose(1, 2, 0),
        "covariance": covariance,
    }
    return results if estimate.shape[1] == 1 else results | _moderation(solved)


def _prediction(solved: _Solved) -> dict[str, Floats]:
    """Return both prediction intervals."""
    estimate, spread = solved.estimate[0], np.sqrt(solved.covariance[0, 0] + solved.tau2)
    found = {}
    for name, df in (("prediction_interval", solved.freedom), ("prediction_interval_riley", solved.df - 1)):
        half = central_quantiles(solved.level, df) * spread
        found[name] = np.array([estimate - half, estimate + half]).T
    return found


def _moderation(solved: _Solved) -> dict[str, Floats]:
    """Return the test that all coefficients but the intercept are 0, and the share of tau squared they account for."""
    slopes, block = solved.estimate[1:], np.moveaxis(solved.covariance[1:, 1:], -1, 0)
    count = np.full(slopes.shape[1], float(slopes.shape[0]))
    normal = np.isnan(solved.freedom)
    exact = np.einsum("bii->b", block) == 0  # no line fits better than this one, and no test is left
    turned = np.linalg.solve(np.where(exact[:, None, None], np.eye(slopes.shape[0]), block), slopes.T[:, :, None])
    per_slope = np.where(exact, np.nan, np.einsum("qb,bq->b", slopes, turned[:, :, 0]) / count)
    r2 = np.full(count.shape, np.nan)
    if solved.method not in ("common", "GENQ", "GENQM"):
        alone = Location(effect=solved.model.effect, variance=solved.model.variance)
        without = estimate_tau2(alone, solved.method)[0]
        with np.errstate(divide="ignore", invalid="ignore"):
            r2 = np.where(without > 0, np.maximum(0.0, 1 - solved.tau2 / without), np.nan)
    return {
        "qm": np.where(normal, per_slope * count, per_slope),
        "qm_df": count,
        "qm_df2": solved.freedom,
        "qm_p": f_uppers(per_slope, count, solved.freedom),
        "r2": r2,
    }
