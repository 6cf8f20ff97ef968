"""Meta-regression beyond its coefficients: factors as columns, contrasts, predictions, subgroups."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.engines.synthesis.distributions import central_quantiles, chi2_uppers, f_uppers, two_sided_ps
from equipoise.engines.synthesis.pooling import Pooled, pool

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Dummies:
    """A factor as columns of 0 and 1, shape (k, groups - 1): ``levels`` names them, ``reference`` the group without."""

    columns: Floats
    levels: tuple[str, ...]
    reference: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Contrast:
    """Linear combinations of coefficients, each of shape (m,), interval (m, 2), and the joint test that all are 0.

    ``statistic`` and ``p_value`` are NaN where the standard error is 0, as the joint test is where all are. It is chi-squared
    for z, and F, over ``joint_df``, otherwise.
    """

    estimate: Floats
    standard_error: Floats
    interval: Floats
    statistic: Floats
    p_value: Floats
    joint: float
    joint_df: int
    joint_p: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Prediction:
    """Means at chosen moderators, shape (m,), with the interval of the mean and of a new study's effect (m, 2)."""

    estimate: Floats
    standard_error: Floats
    interval: Floats
    prediction_interval: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class Subgroups:
    """A pool of each subgroup, shape (g,) fields in the order of ``names``, and the test that all have one mean.

    ``pooled`` has each subgroup's own tau squared. ``q_between`` is Cochran's Q of the subgroups' means, with ``df`` g - 1; NaN
    with one subgroup or where a subgroup has no standard error.
    """

    names: tuple[str, ...]
    pooled: Pooled
    q_between: float
    df: int
    p_value: float


def dummies(labels: Sequence[str], *, reference: str | None = None) -> Dummies:
    """Turn a factor into columns for ``moderators``; the reference is the first group in alphabetical order, as in R.

    Raises
    ------
    ValueError
        Fewer than two groups, or a reference that is none of them.
    """
    words = [str(label) for label in labels]
    groups = sorted(set(words))
    if len(groups) < 2:
        raise ValueError(f"the factor has {len(groups)} group ({', '.join(groups)}); it should have two at least")
    base = groups[0] if reference is None else reference
    if base not in groups:
        raise ValueError(f"the reference is {base!r}; it should be one of {', '.join(groups)}")
    others = tuple(group for group in groups if group != base)
    columns = np.array([[float(word == group) for group in others] for word in words])
    return Dummies(columns=columns, levels=others, reference=base)


def contrast(fit: Pooled, matrix: ArrayLike) -> Contrast:
    r"""Combine the coefficients of one regression.

    .. math:: \hat\theta = L \hat\beta, \qquad \operatorname{Var}\hat\theta = L \hat\Sigma L'

    with the test of the fit: normal and chi-squared, or Student's t and F with its degrees of freedom.

    Parameters
    ----------
    fit
        One analysis with moderators.
    matrix
        Shape (m, p) or (p,), a weight for each coefficient, the intercept's first.

    Raises
    ------
    ValueError
        A matrix that does not fit the coefficients.
    """
    weights = np.atleast_2d(np.asarray(matrix, dtype=np.float64))
    if fit.covariance.ndim != 2:
        raise ValueError(f"the fit is a batch of {fit.k.size} analyses; it should be one")
    coefficient = np.atleast_1d(fit.estimate)
    if weights.shape[1] != coefficient.size:
        raise ValueError(
            f"the contrast has shape {weights.shape}; it should have {coefficient.size} columns, one a coefficient"
        )
    estimate = weights @ coefficient
    covariance = weights @ fit.covariance @ weights.T
    error = np.sqrt(np.diag(covariance))
    df = np.full(error.shape, float(fit.df))
    half = central_quantiles(fit.level, df) * error
    rank = int(np.linalg.matrix_rank(weights))
    joint = float(estimate @ np.linalg.pinv(covariance) @ estimate) if error.any() else float("nan")
    normal = np.isnan(df[0])
    joint = joint if normal else joint / max(rank, 1)
    statistic = np.full(error.shape, np.nan)
    np.divide(estimate, error, out=statistic, where=error > 0)
    return Contrast(
        estimate=estimate,
        standard_error=error,
        interval=np.stack([estimate - half, estimate + half], axis=1),
        statistic=statistic,
        p_value=two_sided_ps(statistic, df),
        joint=joint,
        joint_df=rank,
        joint_p=float(chi2_uppers(joint, rank) if normal else f_uppers(joint, rank, df[0])),
    )


def predict(fit: Pooled, moderators: ArrayLike) -> Prediction:
    """Predict at moderators in the columns of the fit: the mean there, and a new study's effect [1]_.

    Parameters
    ----------
    fit
        One analysis with moderators.
    moderators
        Shape (m, q), or (m,) for a fit with one moderator, or (q,) for one prediction.

    Returns
    -------
    Prediction
        ``prediction_interval`` is NaN for ``common``, which denies that true effects differ.

    References
    ----------
    .. [1] Riley, Higgins & Deeks 2011, BMJ 342:d549; the degrees of freedom are those of the fit.
    """
    rows = np.asarray(moderators, dtype=np.float64)
    rows = rows[:, None] if rows.ndim == 1 and np.size(fit.estimate) == 2 else np.atleast_2d(rows)
    found = contrast(fit, np.column_stack([np.ones(rows.shape[0]), rows]))
    spread = np.sqrt(found.standard_error**2 + (np.nan if fit.method == "common" else fit.tau2))
    half = central_quantiles(fit.level, np.full(spread.shape, float(fit.df))) * spread
    return Prediction(
        estimate=found.estimate,
        standard_error=found.standard_error,
        interval=found.interval,
        prediction_interval=np.stack([found.estimate - half, found.estimate + half], axis=1),
    )


def subgroups(
    effect: ArrayLike,
    variance: ArrayLike,
    labels: Sequence[str],
    *,
    method: str = "REML",
    test: str = "knapp-hartung",
    level: float = 0.95,
) -> Subgroups:
    r"""Pool each subgroup with a tau squared of its own, and test whether their means differ.

    .. math::
        Q = \sum_g \frac{(\hat\mu_g - \bar\mu)^2}{s_g^2}, \qquad
        \bar\mu = \frac{\sum_g \hat\mu_g / s_g^2}{\sum_g 1 / s_g^2}

    is chi-squared with g - 1 degrees of freedom [1]_. For one tau squared common to all, regress on :func:`dummies`.

    References
    ----------
    .. [1] Borenstein & Higgins 2013, Prevention Science 14:134-143.
    """
    words = np.array([str(label) for label in labels])
    y = np.asarray(effect, dtype=np.float64)
    if words.shape != y.shape:
        raise ValueError(f"there are {words.size} labels for {y.size} effects; there should be one label an effect")
    names = sorted(set(words.tolist()))
    mask = words[None] == np.array(names)[:, None]
    v = np.broadcast_to(np.asarray(variance, dtype=np.float64), y.shape)
    pooled = pool(np.broadcast_to(y, mask.shape), v, mask=mask, method=method, test=test, level=level)
    with np.errstate(divide="ignore", invalid="ignore"):
        precision = 1 / pooled.standard_error**2
        q = float((precision * (pooled.estimate - (precision @ pooled.estimate) / precision.sum()) ** 2).sum())
    df = len(names) - 1
    return Subgroups(
        names=tuple(names),
        pooled=pooled,
        q_between=q if df else float("nan"),
        df=df,
        p_value=float(chi2_uppers(q, df)) if df else float("nan"),
    )
