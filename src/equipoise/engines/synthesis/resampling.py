"""The same analysis on other sets of studies: without one, as they came, with signs or rows shuffled, drawn again, all subsets.

Each is one batch through :func:`pool`, not a loop.
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.engines.synthesis.effects import columns, studies
from equipoise.engines.synthesis.pooling import Pooled, pool

Floats = NDArray[np.float64]
_Item = TypeVar("_Item", bound=np.generic)

BLOCK = 4096
"""Analyses that are put together at once, to bound the memory."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Permutation:
    """A permutation test, of the mean or of each coefficient.

    ``p_value`` (two-sided) of shape () or (p,), NaN where the observed statistic does not exist; ``qm_p`` that of the test of
    all moderators, NaN without; ``permutations`` counted; ``exact``: all that there are, and not a sample.
    """

    p_value: Floats
    qm_p: float
    permutations: int
    exact: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class Subsets:
    """Pools of subsets of studies (GOSH): ``mask`` (m, k), and the results of each, shape (m,); ``complete`` if of all."""

    mask: NDArray[np.bool_]
    estimate: Floats
    tau2: Floats
    i2: Floats
    q: Floats
    complete: bool


def leave_one_out(
    effect: ArrayLike,
    variance: ArrayLike,
    *,
    method: str = "REML",
    test: str = "knapp-hartung",
    moderators: ArrayLike | None = None,
    level: float = 0.95,
) -> Pooled:
    """Pool without each study in turn: a batch of k analyses, k >= 2, the first without the first study."""
    y, v = columns(effect=effect, variance=variance)
    if y.size < 2:
        raise ValueError(f"there is {y.size} study; leaving one out needs two at least")
    return pool(
        *_repeated(y, v), mask=~np.eye(y.size, dtype=np.bool_), method=method, test=test, moderators=moderators, level=level
    )


def cumulative(
    effect: ArrayLike,
    variance: ArrayLike,
    *,
    order: ArrayLike | None = None,
    method: str = "REML",
    test: str = "knapp-hartung",
    level: float = 0.95,
) -> Pooled:
    """Pool the first study, the first two, and so on, in the order of a column such as the year (ties as they stand).

    The fields have shape (k,); ``weights`` (k, k) are in the order of the studies as given.
    """
    y, v = columns(effect=effect, variance=variance)
    (key,) = columns(order=np.arange(y.size) if order is None else order)
    if key.size != y.size:
        raise ValueError(f"the order has {key.size} values for {y.size} effects; it should have one for each")
    rank = np.empty(y.size, dtype=np.int64)
    rank[np.argsort(key, kind="stable")] = np.arange(y.size)
    mask = rank[None] <= np.arange(y.size)[:, None]
    return pool(*_repeated(y, v), mask=mask, method=method, test=test, level=level)


def permute(
    effect: ArrayLike,
    variance: ArrayLike,
    *,
    rng: np.random.Generator,
    moderators: ArrayLike | None = None,
    method: str = "REML",
    test: str = "z",
    permutations: int = 1000,
) -> Permutation:
    r"""Test the mean by flipping signs, or moderators by shuffling their rows [1]_.

    The p-value is the share of permutations, the observed order among them, whose statistic is at least as far from 0 as the
    observed. Where all 2^k sign flips (or k! orders) are no more than ``permutations``, all are taken, once each, and the
    test is exact; otherwise they are drawn, and the observed one is counted in.

    Parameters
    ----------
    effect, variance, moderators, method, test
        As in :func:`pool`; the statistic is its ``statistic``, and ``qm``.
    rng
        The source of chance; not used by an exact test.
    permutations
        At least 1.

    References
    ----------
    .. [1] Higgins & Thompson 2004, Statistics in Medicine 23:1663-1682; Follmann & Proschan 1999, Biometrics 55:732-737.
    """
    y, v = studies(effect, variance)
    if permutations < 1:
        raise ValueError(f"permutations is {permutations}; it should be at least 1")
    observed = pool(y, v, method=method, test=test, moderators=moderators, profile=False)
    if moderators is None:
        return _flips(y, v, observed, permutations, rng)
    return _shuffles((y, v), np.asarray(moderators, dtype=np.float64).reshape(y.size, -1), observed, permutations, rng)


def bootstrap(
    effect: ArrayLike,
    variance: ArrayLike,
    *,
    rng: np.random.Generator,
    draws: int = 1000,
    kind: str = "parametric",
    method: str = "REML",
    test: str = "knapp-hartung",
) -> Pooled:
    r"""Pool samples of the same size: a batch of ``draws`` analyses.

    ``parametric``: :math:`y^*_i \sim N(\hat\mu, v_i + \hat\tau^2)` with the estimates of the method. ``studies``: k studies
    drawn with replacement; a study that comes twice counts twice.
    """
    y, v = columns(effect=effect, variance=variance)
    if kind not in ("parametric", "studies"):
        raise ValueError(f"kind is {kind!r}; it should be 'parametric' or 'studies'")
    if kind == "studies":
        rows = rng.integers(y.size, size=(draws, y.size))
        return pool(y[rows], v[rows], method=method, test=test)
    fit = pool(y, v, method=method, test=test)
    spread = np.sqrt(v + np.nan_to_num(fit.tau2))
    drawn = fit.estimate + spread * rng.standard_normal((draws, y.size))
    return pool(drawn, np.broadcast_to(v, drawn.shape), method=method, test=test)


def subsets(
    effect: ArrayLike, variance: ArrayLike, *, rng: np.random.Generator, most: int = 10_000, method: str = "common"
) -> Subsets:
    """Pool all subsets of two studies or more, or ``most`` of them drawn at random (GOSH) [1]_.

    Drawn subsets have every study in or out with equal chance, and none comes twice.

    References
    ----------
    .. [1] Olkin, Dahabreh & Trikalinos 2012, Research Synthesis Methods 3:214-223.
    """
    y, v = columns(effect=effect, variance=variance)
    k = y.size
    if k < 2:
        raise ValueError(f"there is {k} study; subsets need two at least")
    complete = k < 63 and 2**k - k - 1 <= most
    if complete:
        bits = np.arange(2**k, dtype=np.int64)[:, None] >> np.arange(k) & 1
        mask = bits[bits.sum(axis=1) >= 2].astype(np.bool_)
    else:
        drawn = _drawn(most + k + 1, k, rng)  # so many, for k + 1 sets have fewer than two studies
        mask = drawn[drawn.sum(axis=1) >= 2][:most]
    parts = [
        pool(*_repeated(y, v, rows=part.shape[0]), mask=part, method=method, test="z", profile=False) for part in _blocks(mask)
    ]
    estimate, tau2, i2, q = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("estimate", "tau2", "i2", "q")
    )
    return Subsets(mask=mask, estimate=estimate, tau2=tau2, i2=i2, q=q, complete=complete)


def _flips(y: Floats, v: Floats, observed: Pooled, permutations: int, rng: np.random.Generator) -> Permutation:
    exact = y.size < 63 and 2**y.size <= permutations
    if exact:
        signs = 1.0 - 2.0 * (np.arange(2**y.size, dtype=np.int64)[:, None] >> np.arange(y.size) & 1)
    else:
        signs = np.vstack([np.ones(y.size), rng.choice([-1.0, 1.0], size=(permutations - 1, y.size))])
    far = _far(
        [
            pool(y * part, np.broadcast_to(v, part.shape), method=observed.method, test=observed.test, profile=False).statistic
            for part in _blocks(signs)
        ],
        observed.statistic,
    )
    return Permutation(p_value=far.mean(axis=0)[()], qm_p=float("nan"), permutations=signs.shape[0], exact=exact)


def _shuffles(
    effects: tuple[Floats, Floats], rows: Floats, observed: Pooled, permutations: int, rng: np.random.Generator
) -> Permutation:
    y, v = effects
    orders, exact = _orders(y.size, permutations, rng)
    fits = [
        pool(
            *_repeated(y, v, rows=part.shape[0]),
            moderators=rows[part],
            method=observed.method,
            test=observed.test,
            profile=False,
        )
        for part in _blocks(orders)
    ]
    far = _far([fit.statistic for fit in fits], observed.statistic).mean(axis=0)
    together = _far([fit.qm for fit in fits], observed.qm)
    return Permutation(p_value=far, qm_p=float(together.mean()), permutations=orders.shape[0], exact=exact)


def _orders(k: int, most: int, rng: np.random.Generator) -> tuple[NDArray[np.int64], bool]:
    """Return every order of k rows, or as many drawn ones with the first as it is."""
    count = 1
    for factor in range(2, k + 1):
        count *= factor
        if count > most:
            drawn = rng.permuted(np.tile(np.arange(k), (most - 1, 1)), axis=1)
            return np.vstack([np.arange(k), drawn]), False
    every = np.zeros((1, 0), dtype=np.int64)
    for length in range(k):  # put the next row in at every place
        every = np.vstack([np.insert(every, place, length, axis=1) for place in range(length + 1)])
    return every, True


def _drawn(count: int, k: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return different sets of k studies, shape (count, k)."""
    if k < 63:
        return (rng.choice(2**k, size=count, replace=False)[:, None] >> np.arange(k) & 1).astype(np.bool_)
    return rng.random((count, k)) < 0.5  # of so many sets none comes twice


def _far(statistics: list[Floats], observed: Floats) -> Floats:
    """Return 1 where a statistic is at least as far from 0 as the observed one, up to rounding; NaN where that is not there.

    A statistic that is not there, for its standard error is 0, is as far as can be.
    """
    nearer = np.abs(np.concatenate(statistics)) < np.abs(observed) * (1 - 1e-10)
    return np.where(np.isnan(observed), np.nan, 1.0 - nearer)


def _repeated(y: Floats, v: Floats, *, rows: int | None = None) -> tuple[Floats, Floats]:
    shape = (y.size if rows is None else rows, y.size)
    return np.broadcast_to(y, shape), np.broadcast_to(v, shape)


def _blocks(rows: NDArray[_Item]) -> list[NDArray[_Item]]:
    return [rows[start : start + BLOCK] for start in range(0, rows.shape[0], BLOCK)]
