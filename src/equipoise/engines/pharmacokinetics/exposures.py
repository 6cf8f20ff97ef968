"""Exposure after a reported intake: the middle and the spread of people like those studied."""

from collections.abc import Collection
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.engines.pharmacokinetics.inactivation import Inactivation, Numerical
from equipoise.engines.pharmacokinetics.intakes import Schedule
from equipoise.engines.pharmacokinetics.molar import HYDROXYMITRAGYNINE, MITRAGYNINE
from equipoise.engines.pharmacokinetics.population import LEVELS, Level, Population, checked_levels, draw
from equipoise.engines.pharmacokinetics.profiles import Analyte, Profile, assembled, clock, linear
from equipoise.engines.pharmacokinetics.terminal import Sampling

Floats = NDArray[np.float64]


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
        Ascending hours of the bands; each full hour to the end of the last day if none are given.
    level
        Share of people in the intervals, between 0 and 1.

    Raises
    ------
    ValueError
        As :func:`draw` and :func:`profile`; a level that is not between 0 and 1; with ``inactivation`` people times intakes
        beyond 50,000.
    """
    if not 0 < level < 1:
        raise ValueError(f"the level is {level}; should be between 0 and 1")
    said = _said(rng)
    chosen = checked_levels(levels)
    drawn = draw(population, people=people, rng=rng, levels=chosen, content_log_sd=taken.content_log_sd)
    solve = linear if inactivation is None else Numerical(inactivation=inactivation)
    moments = clock(taken, times_h, sampling)
    found = assembled(drawn.parameters, taken, moments, solve, content=drawn.content, sampling=sampling)
    return summarised(found, levels=chosen, level=level, rng=said, inactivation=inactivation)


def summarised(
    found: Profile, *, levels: tuple[Level, ...], level: float, rng: str, inactivation: Inactivation | None = None
) -> Exposure:
    """Return medians and intervals over the people of a profile."""
    return Exposure(
        times_h=found.times_h,
        mitragynine=_analyte(found.mitragynine, MITRAGYNINE, level),
        hydroxymitragynine=_analyte(found.hydroxymitragynine, HYDROXYMITRAGYNINE, level),
        ratio_first_day=_summary(found.ratio_first_day, level),
        ratio_last_day=_summary(found.ratio_last_day, level),
        levels=levels,
        level=level,
        people=found.ratio_first_day.size,
        rng=rng,
        inactivation=inactivation,
    )


def _said(rng: np.random.Generator) -> str:
    seeds = rng.bit_generator.seed_seq
    entropy, key = getattr(seeds, "entropy", None), getattr(seeds, "spawn_key", ())
    return f"{type(rng.bit_generator).__name__}, entropy {entropy}" + (f", child {key}" if key else "")


def _analyte(found: Analyte, formula: str, level: float) -> AnalyteExposure:
    tail = (1 - level) / 2
    low, median, high = _quantiles(found.concentration, (tail, 0.5, 1 - tail))
    numbers = {item.name: _summary(getattr(found, item.name), level) for item in fields(found) if item.name != "concentration"}
    return AnalyteExposure(formula=formula, median=median, low=low, high=high, **numbers)


def _summary(values: Floats, level: float) -> Summary | None:
    known = values[np.isfinite(values)]
    if known.size == 0:
        return None
    tail = (1 - level) / 2
    low, median, high = _quantiles(known[:, None], (tail, 0.5, 1 - tail))[:, 0].tolist()
    return Summary(median=median, low=low, high=high, people=int(known.size))


def _quantiles(values: Floats, shares: tuple[float, ...]) -> Floats:
    """Return quantiles over the first axis, shape (shares, columns), by linear interpolation between ranks."""
    return np.asarray(np.quantile(values.T, shares, axis=1))
