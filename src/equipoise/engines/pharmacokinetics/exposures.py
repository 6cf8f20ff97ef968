"""Exposure after a reported intake: the middle and the spread of people like those studied."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.engines.pharmacokinetics.disposition import Nearby
from equipoise.engines.pharmacokinetics.inactivation import Inactivation, Numerical
from equipoise.engines.pharmacokinetics.intakes import Schedule
from equipoise.engines.pharmacokinetics.molar import HYDROXYMITRAGYNINE, MITRAGYNINE
from equipoise.engines.pharmacokinetics.population import LEVELS, Drawn, Level, Population, draw
from equipoise.engines.pharmacokinetics.profiles import Analyte, Profile, assembled, clock, linear
from equipoise.engines.pharmacokinetics.terminal import Sampling

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Median over people and the interval that holds the central share of them; ``people``: those who have the number."""

    median: float
    low: float
    high: float
    people: int


@dataclass(frozen=True, kw_only=True, eq=False)
class AnalyteExposure:
    """One analyte over people: bands in nM at the times of the :class:`Exposure`, and numbers as :class:`Analyte` defines them.

    A number is None where nobody has it. ``formula`` is for :func:`ng_per_ml`.
    """

    formula: str
    median: Floats
    low: Floats
    high: Floats
    cmax_nm: Summary | None
    peak_h: Summary | None
    tmax_h: Summary | None
    auc_first_day_nm_h: Summary | None
    auc_last_day_nm_h: Summary | None
    auc_inf_nm_h: Summary | None
    accumulation: Summary | None
    trough_nm: Summary | None
    half_life_h: Summary | None
    half_life_studied_h: Summary | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Exposure:
    """Concentrations in plasma after a reported intake, and what made them.

    ``levels``: which spreads are in it; ``level``: the share of people in each interval; ``people``: how many were drawn;
    ``rng``: kind, seed and children of the generator, as it came in; ``inactivation``: whether CYP3A was lost to mitragynine.
    ``ratio_first_day``, ``ratio_last_day``: molar areas of 7-hydroxymitragynine to mitragynine.
    """

    times_h: Floats
    mitragynine: AnalyteExposure
    hydroxymitragynine: AnalyteExposure
    ratio_first_day: Summary | None
    ratio_last_day: Summary | None
    levels: tuple[Level, ...]
    level: float
    people: int
    rng: str
    inactivation: Inactivation | None


def exposure(
    taken: Schedule,
    population: Population,
    *,
    rng: np.random.Generator,
    people: int = 2000,
    times_h: ArrayLike | None = None,
    levels: Collection[Level] = LEVELS,
    level: float = 0.90,
    sampling: Sampling | None = None,
    inactivation: Inactivation | None = None,
) -> Exposure:
    """Exposure to mitragynine and 7-hydroxymitragynine of a population after reported intakes of leaf.

    Each person drawn differs at all the ``levels``, so that an interval is where one new person is expected, of another study
    and with another product. Without the level "studies" it is one of the reference study, to which the typical values belong,
    and without any level the typical person of it. The linear model is solved in closed form; with
    ``inactivation`` by a solver of differential equations, at some hundredths of a second a person.

    Parameters
    ----------
    times_h
        Ascending hours of the bands, or none; each full hour to the end of the last day if not given.
    level
        Share of people in the intervals, between 0 and 1.

    Raises
    ------
    ValueError
        As :func:`draw` and :func:`profile`; a level that is not between 0 and 1; with ``inactivation`` people times intakes
        beyond 50,000.
    """
    drawn = draw(population, people=people, rng=rng, levels=levels)
    return exposed(taken, drawn, times_h=times_h, level=level, sampling=sampling, inactivation=inactivation)


def exposed(
    taken: Schedule,
    drawn: Drawn,
    *,
    times_h: ArrayLike | None = None,
    level: float = 0.90,
    sampling: Sampling | None = None,
    inactivation: Inactivation | None = None,
    near: Nearby | None = None,
) -> Exposure:
    """:func:`exposure` of people who were drawn before.

    Parameters
    ----------
    near
        What :func:`nearby` worked out of them, where many schedules follow.
    """
    if not 0 < level < 1:
        raise ValueError(f"the level is {level}; should be between 0 and 1")
    solve = partial(linear, near=near) if inactivation is None else Numerical(inactivation=inactivation)
    moments, content = clock(taken, times_h, sampling), drawn.content(taken.content_log_sd)
    found = assembled(drawn.parameters, taken, moments, solve, content=content, sampling=sampling)
    return summarised(found, levels=drawn.levels, level=level, rng=drawn.rng, inactivation=inactivation)


def summarised(
    found: Profile, *, levels: tuple[Level, ...], level: float, rng: str, inactivation: Inactivation | None = None
) -> Exposure:
    """Return medians and intervals over the people of a profile."""
    tail = (1 - level) / 2
    shares = np.array([tail, 0.5, 1 - tail])
    analytes, names = (found.mitragynine, found.hydroxymitragynine), [item.name for item in fields(Analyte)][1:]
    numbers = [getattr(one, name) for one in analytes for name in names]
    held = _summaries(np.stack([*numbers, found.ratio_first_day, found.ratio_last_day]), shares)
    first, second = (dict(zip(names, part, strict=True)) for part in (held[: len(names)], held[len(names) : -2]))
    return Exposure(
        times_h=found.times_h,
        mitragynine=_analyte(found.mitragynine, MITRAGYNINE, first, shares),
        hydroxymitragynine=_analyte(found.hydroxymitragynine, HYDROXYMITRAGYNINE, second, shares),
        ratio_first_day=held[-2],
        ratio_last_day=held[-1],
        levels=levels,
        level=level,
        people=found.ratio_first_day.size,
        rng=rng,
        inactivation=inactivation,
    )


def _analyte(found: Analyte, formula: str, numbers: Mapping[str, Summary | None], shares: Floats) -> AnalyteExposure:
    curves = found.concentration.T
    low, median, high = _quantiles(np.sort(curves, axis=1), np.full(len(curves), curves.shape[1]), shares)
    return AnalyteExposure(formula=formula, median=median, low=low, high=high, **numbers)


def _summaries(values: Floats, shares: Floats) -> tuple[Summary | None, ...]:
    """Return a summary of each row of numbers of people, None of one that nobody has."""
    known = np.isfinite(values)
    people = known.sum(axis=1)
    ordered = np.sort(np.where(known, values, np.inf), axis=1)
    bounds = _quantiles(ordered, np.maximum(people, 1), shares).T.tolist()
    return tuple(
        Summary(median=median, low=low, high=high, people=count) if count else None
        for (low, median, high), count in zip(bounds, people.tolist(), strict=True)
    )


def _quantiles(ordered: Floats, people: Whole, shares: Floats) -> Floats:
    """Return quantiles of sorted rows, of each its first ``people``, shape (shares, rows): linear interpolation between ranks.

    A whole sort is faster than NumPy's quantiles, which look for ranks one after the other.
    """
    rank = shares[:, None] * (people - 1)
    below = np.floor(rank).astype(np.intp)
    row = np.arange(len(ordered))
    low, high = ordered[row, below], ordered[row, np.minimum(below + 1, people - 1)]
    with np.errstate(invalid="ignore"):
        return np.asarray(low + (rank - below) * (high - low))
