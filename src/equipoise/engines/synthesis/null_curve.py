"""The specification curve against curves of data in which nothing happens: all specifications tested at once."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from equipoise.engines.synthesis.declaration import HOW, Choices, Table, text
from equipoise.engines.synthesis.distributions import central_quantiles, two_sided_ps
from equipoise.engines.synthesis.least_squares import Location
from equipoise.engines.synthesis.multiverses import Multiverse, run
from equipoise.engines.synthesis.pooling import estimate_tau2
from equipoise.engines.synthesis.shared_scale import SharedScale, linearised
from equipoise.engines.synthesis.specifications import Analyses, Plan, distinct_analyses, fitted, tested

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.intp]
Kind = Literal["sign-flip", "bootstrap"]

RANKS = 20_000
"""Ranks of the curve that get an envelope; a longer curve is thinned evenly."""

DRAWN = 1_000_000
"""Results of drawn specifications that are held at once, in a few arrays of 8 bytes each."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Null:
    """The specification curve against curves of data in which nothing happens.

    ``observed``, ``p_value`` (3,): of ``statistics``. ``ranks``: ranks of the sorted curve, counted from 0; ``curve``: its
    estimates there; ``envelope`` (2, ranks): the central 95% of the draws' curves, on the readable scale. ``draws``: data sets;
    ``exact``: these are all there are, the observed one among them. ``units``: studies, each turned or drawn as one.
    """

    kind: Kind
    statistics: tuple[str, ...] = ("median", "significant", "mean z")
    observed: Floats
    p_value: Floats
    ranks: Indices
    curve: Floats
    envelope: Floats
    draws: int
    exact: bool
    units: int


def null(
    table: Table,
    choices: Choices,
    *,
    primary: Mapping[str, str],
    rng: np.random.Generator,
    kind: Kind = "sign-flip",
    draws: int = 1000,
    study: str = "study",
    threshold: float | None = None,
    level: float = 0.95,
    baseline: float | None = None,
) -> Null:
    r"""Test all specifications at once against data in which every study's true effect is the threshold [1]_ [2]_.

    - ``sign-flip``: effects less the threshold, on the scale of each measure, get a random sign: one for all rows of a study
      and for all measures. It asks that they lie symmetrically about the threshold, and nothing of variances. Where there are
      no more than ``draws`` patterns of signs, each is taken once.
    - ``bootstrap``: :math:`y^*_i = z_{s(i)} \sqrt{v_i + \hat\tau^2_m}`, with one standard normal z for all rows of a study and
      all measures, and for each measure m the REML estimate of tau squared in the primary's rows.

    Variances stay as they are, and in each data set the whole curve is computed again. Statistics: ``median``, of the
    estimates (of their logarithms for ratios), less the threshold; ``significant``, the share of specifications with
    p < 1 - level on that side of the threshold on which the median lies; ``mean z``, of the normal deviates of the p-values,
    signed as the estimates (0 where a standard error is 0). All are taken without their sign, so that tests are two-sided. A
    p-value is (r + 1)/(m + 1) with r of m draws at least as extreme [3]_, or r/m where each pattern was taken once.

    Parameters
    ----------
    table, choices, primary, threshold, level, baseline
        As for :func:`~.multiverses.multiverse`; there must be a threshold.
    kind, draws
        As above; at least 1 draw.
    study
        The column that names the study of a row; without that column, or a word in it, a row is a study of its own.

    Raises
    ------
    ValueError
        As :func:`~.multiverses.multiverse`; no threshold, no feasible specification, no draw, an unknown kind.

    References
    ----------
    .. [1] Simonsohn, Simmons & Nelson 2020, Nature Human Behaviour 4:1208-1214.
    .. [2] Voracek, Kossmeier & Tran 2019, Zeitschrift für Psychologie 227:64-82.
    .. [3] Phipson & Smyth 2010, Statistical Applications in Genetics and Molecular Biology 9:39.
    """
    if kind not in ("sign-flip", "bootstrap"):
        raise ValueError(f"kind is {kind!r}; it should be sign-flip or bootstrap")
    if draws < 1:
        raise ValueError(f"draws is {draws}; it should be at least 1, such as 1000")
    seen, plan, view = run(table, choices, primary, threshold=threshold, level=level, baseline=baseline)
    if math.isnan(seen.threshold):
        raise ValueError(f"there is no threshold on the {seen.unit} to test the curve against; one should be given")
    if not seen.order.size:
        raise ValueError("no specification is feasible; there is no curve to test")
    unit, units = _units(table, plan, study)
    exact = kind == "sign-flip" and 2**units <= draws
    count = 2**units if exact else draws
    curve, size = _curve(seen, plan, view, unit), _sizes(plan, seen, view, kind)
    ranks = np.unique(np.linspace(0, seen.order.size - 1, min(seen.order.size, RANKS)).round().astype(np.intp))
    observed = curve.statistics(np.ones((units, 1)), _distances(plan, view))[0][:, 0]
    extreme = np.zeros(3, dtype=np.int64)
    drawn = np.empty((count, ranks.size), dtype=np.float32)
    for start, factors in _draws(kind, rng, units, count, max(1, DRAWN // curve.cells), exact=exact):
        found, curves = curve.statistics(factors, size)
        extreme += (found >= observed[:, None] * (1 - 1e-7)).sum(axis=1)
        drawn[start : start + factors.shape[1]] = curves[ranks].T
    return Null(
        kind=kind,
        observed=observed,
        p_value=extreme / count if exact else (extreme + 1) / (count + 1),
        ranks=ranks,
        curve=seen.estimate[seen.order[ranks]],
        envelope=_central(drawn),
        draws=count,
        exact=exact,
        units=units,
    )


def _units(table: Table, plan: Plan, study: str) -> tuple[Indices, int]:
    """Return the unit of each row of the table (0 for a row that is never pooled), and how many units the pooled rows have."""
    used = np.flatnonzero(plan.sets.any(axis=0))
    cells = table.get(study, [None] * plan.sets.shape[1])
    numbers: dict[object, int] = {}
    unit = np.zeros(plan.sets.shape[1], dtype=np.intp)
    for row in used.tolist():
        word = text(cells[row])
        unit[row] = numbers.setdefault(("row", row) if word is None else word, len(numbers))
    return unit, len(numbers)


def _draws(
    kind: Kind, rng: np.random.Generator, units: int, count: int, size: int, *, exact: bool
) -> Iterator[tuple[int, Floats]]:
    """Yield the number of the first draw, and signs or normal deviates of shape (units, draws), at most ``size`` at a time."""
    for start in range(0, count, size):
        many = min(size, count - start)
        if exact:
            bits = np.arange(start, start + many)[:, None] >> np.arange(units) & 1
        elif kind == "sign-flip":
            bits = rng.integers(0, 2, size=(many, units))
        else:
            deviates: Floats = rng.standard_normal((many, units), dtype=np.float64)
            yield start, deviates.T
            continue
        yield start, np.where(bits.T == 0, 1.0, -1.0)


def _sizes(plan: Plan, seen: Multiverse, view: SharedScale, kind: Kind) -> Floats:
    """Return what signs or normal deviates multiply, shape (K, N): distances from the threshold, or standard deviations."""
    if kind == "sign-flip":
        return _distances(plan, view)
    primary = seen.choice[seen.primary].tolist()
    rows = plan.rows_of(primary)
    tau2 = np.zeros(len(plan.measures))
    for at in range(len(plan.measures)):
        data = plan.data_of[at, primary[HOW.index("continuity")], primary[HOW.index("vtype")], rows]
        mine = np.flatnonzero(plan.data.measure == at)
        if data < 0 and mine.size:
            data = mine[-1]  # the largest that has this measure
        if data >= 0 and plan.data.k[data] > 1:
            deep = int(plan.data.k[data])
            effect = plan.data.effect[:deep, data] - plan.data.effect[0, data]
            model = Location(effect=effect[:, None], variance=plan.data.variance[:deep, data][:, None])
            tau2[at] = estimate_tau2(model, "REML")[0][0]
    spread = np.sqrt(plan.data.variance + tau2[plan.data.measure])
    return np.where(np.isfinite(spread), spread, 0.0)


def _distances(plan: Plan, view: SharedScale) -> Floats:
    against = view.against(plan.data.measure, plan.data.people)
    return np.where(np.isfinite(plan.data.variance), plan.data.effect - against, 0.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Curve:
    """What it takes to compute the curve of drawn data sets.

    ``analyses`` with the ``count`` of specifications, the threshold and the people of each (A,); ``of``: the analysis at each
    place of the curve; ``unit`` (K, N): the unit of each effect.
    """

    seen: Multiverse
    plan: Plan
    view: SharedScale
    analyses: Analyses
    count: Floats
    of: Indices
    unit: Indices
    against: Floats
    people: Floats

    @property
    def cells(self) -> int:
        """Numbers that one draw takes."""
        return max(self.plan.data.effect.size, self.of.size)

    def statistics(self, factors: Floats, size: Floats) -> tuple[Floats, Floats]:
        """Return the three statistics (3, R), and the sorted estimates (curve, R), of effects about 0 of R draws.

        ``factors`` (units, R): signs or normal deviates; ``size`` (K, N): what they multiply.
        """
        data, draws = self.plan.data, factors.shape[1]
        effect = size[:, :, None] * factors[self.unit]
        wide = np.repeat(data.variance, draws, axis=1)
        fits = fitted(effect.reshape(wide.shape), wide, np.repeat(data.k, draws), self.plan.methods)
        if fits.failed:
            raise ArithmeticError(f"a drawn data set has no estimate: {next(iter(fits.failed.values()))}")
        parts = (array.reshape(-1, data.k.size, draws) for array in (fits.mean, fits.error, fits.factor))
        mean, error, factor = parts
        distance, errors, df = tested(self.plan, self.analyses, replace(fits, mean=mean, error=error, factor=factor))
        shown = self.view.readable(data.measure[self.analyses.data], distance + self.against[:, None], self.people)
        curve = np.sort(shown.T[:, self.of], axis=1).T
        z, significant = _deviates(distance, errors, df, self.seen.level)
        middle = linearised(curve[[(self.of.size - 1) // 2, self.of.size // 2]], self.seen.no_effect).mean(axis=0)
        middle = middle - linearised(np.array(self.view.threshold), self.seen.no_effect)
        dominant = significant & (np.sign(distance) == np.sign(middle))
        mean_z = self.count @ z / self.of.size
        return np.stack([np.abs(middle), self.count @ dominant / self.of.size, np.abs(mean_z)]), curve


def _curve(seen: Multiverse, plan: Plan, view: SharedScale, unit: Indices) -> _Curve:
    analyses = distinct_analyses(plan)
    people = plan.data.typical[analyses.data]
    of = analyses.of[seen.order]
    count = np.bincount(of, minlength=people.size).astype(np.float64)
    return _Curve(
        seen=seen,
        plan=plan,
        view=view,
        analyses=analyses,
        count=count,
        of=of,
        unit=unit[plan.data.row],
        against=view.against(plan.data.measure[analyses.data], people),
        people=people,
    )


def _deviates(distance: Floats, error: Floats, df: Floats, level: float) -> tuple[Floats, Flags]:
    """Return signed normal deviates of two-sided p-values, 0 where there is no standard error, and which are significant."""
    from scipy.special import ndtri  # type: ignore[import-untyped] # noqa: PLC0415 - slow to import

    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = np.where(error > 0, distance / error, 0.0)
    significant = np.abs(statistic) > central_quantiles(level, df)[:, None]
    t = np.flatnonzero(~np.isnan(df))
    z = statistic.copy()
    p_value = np.maximum(two_sided_ps(statistic[t], np.broadcast_to(df[t, None], (t.size, distance.shape[1]))), 1e-300)
    z[t] = -np.sign(statistic[t]) * ndtri(p_value / 2)
    return z, significant


def _central(drawn: NDArray[np.float32]) -> Floats:
    """Return the central 95% of each column, a block of columns at a time."""
    blocks = range(0, drawn.shape[1], 1000)
    return np.concatenate([np.quantile(drawn[:, at : at + 1000], [0.025, 0.975], axis=0) for at in blocks], axis=1)
