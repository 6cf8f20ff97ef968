"""What each person's curves come to: peaks, areas, troughs, half-lives and the share of 7-hydroxymitragynine."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.engines.pharmacokinetics.disposition import (
    Legs,
    Nearby,
    Parameters,
    Step,
    areas,
    checked_times,
    curves,
    legs,
    rounding_h,
    slopes,
    walk,
)
from equipoise.engines.pharmacokinetics.intakes import Schedule
from equipoise.engines.pharmacokinetics.molar import nmol
from equipoise.engines.pharmacokinetics.terminal import Sampling, studied_half_life

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]
Bools = NDArray[np.bool_]

DAY = 24.0
OFFSETS = 2.0 ** np.arange(-3, 11)
"""Hours after an intake where a peak is looked for first: at every rate one of them is within a factor of two of it."""
SETTLED = 1e-4
"""A peak is found once its place moves by less than this share of where it can be; what is left is of the order of its cube."""
ROUNDING_H = 1e-6
"""Hours by which an intake that rounding moved may miss the day it begins."""
MOST_STEPS = 60
TOGETHER = 2048
"""People who are solved together."""
MOST_CELLS = 50_000_000
"""People times moments, so that no request takes all memory."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Analyte:
    """One analyte in each person, arrays of shape (people,); NaN where a number does not exist.

    - ``concentration``: nM, shape (people, times).
    - ``cmax_nm``: the highest concentration, between and after the times asked, too; ``peak_h``: when, as intakes count hours;
      ``tmax_h``: how long after the intake before it.
    - ``auc_first_day_nm_h``, ``auc_last_day_nm_h``: areas of the 24 h from the first intake, and of the day, counted from
      there, that has the last intake; ``accumulation``: the second over the first, NaN unless as much was taken on both.
      ``auc_inf_nm_h``: from the first intake on for ever.
    - ``trough_nm``: just before the last intake; NaN if there is but one.
    - ``half_life_h``: terminal, of the model. ``half_life_studied_h``: as a study with the given sampling would print it.
    """

    concentration: Floats
    cmax_nm: Floats
    peak_h: Floats
    tmax_h: Floats
    auc_first_day_nm_h: Floats
    auc_last_day_nm_h: Floats
    auc_inf_nm_h: Floats
    accumulation: Floats
    trough_nm: Floats
    half_life_h: Floats
    half_life_studied_h: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class Profile:
    """Both analytes at ``times_h``; the ratios are of molar areas of a day, 7-hydroxymitragynine to mitragynine."""

    times_h: Floats
    mitragynine: Analyte
    hydroxymitragynine: Analyte
    ratio_first_day: Floats
    ratio_last_day: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class Course:
    """What a solution of the model gives, both analytes in order: nM (2, grid, people), peaks, areas (2, people) in nM h."""

    concentration: Floats
    peak: Floats
    peak_h: Floats
    first_day: Floats
    last_day: Floats
    forever: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class Clock:
    """The moments that matter: ``times_h`` asked, the ``grid`` of all, the days, and the samples after the last intake."""

    times_h: Floats
    grid: Floats
    first_day: tuple[float, float]
    last_day: tuple[float, float]
    samples: Floats


def hourly(taken: Schedule) -> Floats:
    """Each full hour from the first intake to the end of the day, counted from there, of the last one."""
    first, last = float(taken.time_h[0]), float(taken.time_h[-1])
    return first + np.arange(0.0, DAY * (np.floor((last - first) / DAY + 1e-9) + 1) + 0.5)


def clock(taken: Schedule, times_h: ArrayLike | None, sampling: Sampling | None) -> Clock:
    """Return the moments at which a solution is wanted: those asked, which may be none, and those that its numbers need."""
    times = hourly(taken) if times_h is None else np.asarray(times_h, dtype=np.float64)
    times = checked_times(times) if times.size else times
    first, last = float(taken.time_h[0]), float(taken.time_h[-1])
    begins = first + DAY * float(np.floor((last - first) / DAY + 1e-9))
    days = ((first, first + DAY), (begins, begins + DAY))
    samples = np.array([]) if sampling is None else last + np.asarray(sampling.times_h, dtype=np.float64)
    until = np.diff(taken.time_h, append=np.inf)[:, None]
    near = (taken.time_h[:, None] + OFFSETS)[(until > OFFSETS) & ~_outdone(taken)[:, None]]
    grid = np.unique(np.concatenate([times, taken.time_h, samples, near]))
    return Clock(times_h=times, grid=grid, first_day=days[0], last_day=days[1], samples=samples)


def _outdone(taken: Schedule) -> Bools:
    """Return whether no peak needs to be looked for after an intake: all up to it are taken again a day later, and as much.

    What is taken since then only adds, so that each concentration until the next intake is at most that of a day later.
    """
    later = taken.time_h + DAY
    place = np.minimum(np.searchsorted(taken.time_h, later - rounding_h(taken.time_h)), taken.time_h.size - 1)
    again = (np.abs(taken.time_h[place] - later) <= rounding_h(taken.time_h)) & (taken.mg[place] >= taken.mg)
    return np.logical_and.accumulate(again)


def profile(
    p: Parameters,
    taken: Schedule,
    *,
    times_h: ArrayLike | None = None,
    content: ArrayLike = 1.0,
    sampling: Sampling | None = None,
) -> Profile:
    """Curves and their numbers for each person after reported intakes, in closed form.

    Parameters
    ----------
    times_h
        Where curves are wanted, ascending, in h, or none; each full hour to the end of the last day if not given.
    content
        Factors on all amounts of a person, one number or shape (people,).
    sampling
        Gives ``half_life_studied_h``.

    Raises
    ------
    ValueError
        Times that are not finite, ascending and distinct; factors that are not finite and above 0; people times moments
        beyond 50 million.
    """
    return assembled(p, taken, clock(taken, times_h, sampling), linear, content=content, sampling=sampling)


def assembled(
    p: Parameters,
    taken: Schedule,
    moments: Clock,
    solve: Callable[[Parameters, Schedule, Clock, Floats], Course],
    *,
    content: ArrayLike,
    sampling: Sampling | None,
) -> Profile:
    """Return a profile from a solution of the model, linear or not."""
    factor = np.asarray(content, dtype=np.float64)
    if factor.ndim > 1 or factor.size not in (1, p.people) or not (np.isfinite(factor) & (factor > 0)).all():
        raise ValueError("content should be a factor, finite and above 0, or one for each person")
    if moments.grid.size * p.people > MOST_CELLS:
        raise ValueError(
            f"{p.people:,} people at {moments.grid.size:,} moments are too many; should be {MOST_CELLS:,} in all, or fewer"
        )
    course = solve(p, taken, moments, np.ascontiguousarray(np.broadcast_to(factor, (p.people,))))
    wanted, sampled = np.searchsorted(moments.grid, moments.times_h), np.searchsorted(moments.grid, moments.samples)
    before_last = int(np.searchsorted(moments.grid, taken.time_h[-1]))
    limits = (None, None) if sampling is None else (sampling.loq_mitragynine_nm, sampling.loq_hydroxymitragynine_nm)
    alike = _alike(taken, moments)
    analytes = []
    for number, (own, limit) in enumerate(zip(p.half_life_h, limits, strict=True)):
        rows, nothing = course.concentration[number], np.full(p.people, np.nan)
        first, last = course.first_day[number], course.last_day[number]
        analytes.append(
            Analyte(
                concentration=rows[wanted].T,
                cmax_nm=course.peak[number],
                peak_h=course.peak_h[number],
                tmax_h=_since(taken, course.peak_h[number]),
                auc_first_day_nm_h=first,
                auc_last_day_nm_h=last,
                auc_inf_nm_h=course.forever[number],
                accumulation=_over(last, first) if alike else nothing,
                trough_nm=rows[before_last].copy() if taken.time_h.size > 1 else nothing,
                half_life_h=own,
                half_life_studied_h=nothing
                if limit is None
                else studied_half_life(moments.samples, rows[sampled].T, loq=limit),
            )
        )
    parent, metabolite = analytes
    return Profile(
        times_h=moments.times_h,
        mitragynine=parent,
        hydroxymitragynine=metabolite,
        ratio_first_day=_over(metabolite.auc_first_day_nm_h, parent.auc_first_day_nm_h),
        ratio_last_day=_over(metabolite.auc_last_day_nm_h, parent.auc_last_day_nm_h),
    )


def _alike(taken: Schedule, moments: Clock) -> bool:
    """Return whether as much was taken on the last day as on the first, without which their areas tell no accumulation."""
    days = (moments.first_day, moments.last_day)
    within = [(taken.time_h > begin - ROUNDING_H) & (taken.time_h < end - ROUNDING_H) for begin, end in days]
    first, last = (float(taken.mg[held].sum()) for held in within)
    return math.isclose(first, last, rel_tol=1e-9)


def _over(above: Floats, below: Floats) -> Floats:
    ratio = np.full(above.shape, np.nan)
    np.divide(above, below, out=ratio, where=below > 0)
    return ratio


def _since(taken: Schedule, peak_h: Floats) -> Floats:
    """Return hours since the intake before each peak. No peak is at an intake, after which curves rise faster than before."""
    known = np.isfinite(peak_h)
    place = np.searchsorted(taken.time_h, np.where(known, peak_h, taken.time_h[0]), side="left") - 1
    return np.where(known, peak_h - taken.time_h[np.maximum(place, 0)], np.nan)


def linear(p: Parameters, taken: Schedule, moments: Clock, factor: Floats, *, near: Nearby | None = None) -> Course:
    """Solve the model in closed form, some people at a time; ``near`` is of all of them, and helps where they are few."""
    grid = moments.grid
    found = Course(
        concentration=np.empty((2, grid.size, p.people)),
        **{name: np.empty((2, p.people)) for name in ("peak", "peak_h", "first_day", "last_day", "forever")},
    )
    held = legs(grid, taken.time_h)
    for begin in range(0, p.people, TOGETHER):
        part = slice(begin, begin + TOGETHER)
        whole = p.people <= TOGETHER
        some, ready = (p, near) if whole else (p.some(part), None)
        _fill(found, part, some, factor[part], taken=taken, moments=moments, held=held, near=ready)
    return found


def _fill(
    found: Course,
    part: slice,
    p: Parameters,
    factor: Floats,
    *,
    taken: Schedule,
    moments: Clock,
    held: Legs,
    near: Nearby | None,
) -> None:
    """Solve for some of the people of a course."""
    times = np.unique(np.concatenate([held.begin_h, moments.first_day, moments.last_day]))
    states, amounts = walk(p, taken, times, factor)
    for area_of, day in ((found.first_day, moments.first_day), (found.last_day, moments.last_day)):
        begin, end = np.searchsorted(times, day)
        area_of[:, part] = areas(p, states[begin], states[end], amounts[begin + 1 : end + 1].sum() * factor)
    nothing = np.zeros((4, p.people))
    found.forever[:, part] = areas(p, nothing, nothing, amounts.sum() * factor)
    own = np.searchsorted(times, held.begin_h)
    states, amounts = states[own], amounts[own]
    concentration = curves(p, held, states, out=found.concentration[:, :, part], near=near)
    found.peak[:, part], found.peak_h[:, part] = _peaks(p, held, states, amounts, concentration)


def _peaks(p: Parameters, held: Legs, states: Floats, amounts: Floats, concentration: Floats) -> tuple[Floats, Floats]:
    """Return the highest concentrations and their times, shape (2, people): at or beside the highest moment of the grid."""
    grid, row = held.grid, concentration.argmax(axis=1)
    highest = np.take_along_axis(concentration, row[:, None], axis=1)[:, 0]
    low, high = np.maximum(row - 1, 0), np.minimum(row + 1, grid.size - 1)
    # A curve bends where something is taken, so that each side has its own peak.
    bent = ((amounts[held.leg] > 0) & (np.diff(held.leg, prepend=-1) > 0))[row]
    value, time = _summit(p, held, states, concentration, np.stack([low, row, np.where(bent, row, high)]))
    if bent.any():
        other, its_time = _summit(p, held, states, concentration, np.stack([np.where(bent, row, low), row, high]))
        value, time = np.where(other > value, other, value), np.where(other > value, its_time, time)
    better = value > highest
    time = np.where(better, time, grid[row])
    return np.where(better, value, highest), np.where(highest > 0, time, np.nan)


def _summit(p: Parameters, held: Legs, states: Floats, concentration: Floats, sides: Whole) -> tuple[Floats, Floats]:
    """Return where the slopes are 0 between moments of the grid, by Halley's method: concentrations and times, (2, people).

    ``sides``: rows of the first moment, of the highest, and of the last, shape (3, 2, people).
    """
    analyte, person = np.ogrid[:2, : p.people]
    leg = held.leg[sides[0]]
    begin = held.begin_h[leg]
    start = np.ascontiguousarray(np.moveaxis(states[leg, :, person], -1, 0))
    left, _, right = places = held.grid[sides] - begin
    length = right - left
    x = _vertex(places, concentration[analyte, sides, person])
    value = np.zeros_like(x)
    for _ in range(MOST_STEPS):
        state = Step(p, x).after(start)
        first = slopes(p, state)
        second = slopes(p, first)
        slope, bend, twist = (_own(p, one) for one in (first, second, slopes(p, second)))
        left, right = np.where(slope > 0, x, left), np.where(slope > 0, right, x)
        below = 2 * bend * bend - slope * twist
        move = -2 * slope * bend / np.where(below > 0, below, 1.0)
        moved = np.where((bend < 0) & (below > 0) & (x + move >= left) & (x + move <= right), x + move, (left + right) / 2)
        move = moved - x
        x = moved
        value = _own(p, state) + move * (slope + move * (bend / 2 + move * twist / 6))
        if (np.abs(move) <= SETTLED * length).all():
            break
    return value, begin + x


def _own(p: Parameters, states: Floats) -> Floats:
    """Return each analyte of its own state, or derivative of one: shape (2, people) of (4, 2, people)."""
    return np.stack([states[1, 0] / p.v1, states[3, 1]])


def _vertex(places: Floats, values: Floats) -> Floats:
    """Return where the parabola through three points is highest; half way where two of them are one, or it is not curved so."""
    (left, middle, right), (before, there, after) = places, values
    back, ahead = middle - left, right - middle
    three = (back > 0) & (ahead > 0)
    back, ahead = np.where(three, back, 1.0), np.where(three, ahead, 1.0)
    rise, fall = (there - before) / back, (there - after) / ahead
    curved = three & (rise + fall > 0)
    move = (rise * ahead - fall * back) / (2 * np.where(curved, rise + fall, 1.0))
    return np.asarray(np.where(curved, middle + move, (left + right) / 2))


def area(
    p: Parameters, taken: Schedule, *, start_h: float, end_h: float = np.inf, content: ArrayLike = 1.0
) -> tuple[Floats, Floats]:
    """Areas in nM h under the curves of mitragynine and 7-hydroxymitragynine from one time to another, in closed form.

    Shape (people,) each. Intakes at ``start_h`` count, those at ``end_h`` add nothing yet; an infinite end counts all intakes.

    Raises
    ------
    ValueError
        A start that is not finite or not before the end.
    """
    if not (np.isfinite(start_h) and start_h < end_h):
        raise ValueError(f"the area from {start_h} to {end_h} h has no meaning; the start should be finite and before the end")
    factor = np.ascontiguousarray(np.broadcast_to(np.asarray(content, dtype=np.float64), (p.people,)))
    ends = [start_h] if np.isinf(end_h) else [start_h, end_h]
    times = np.union1d(ends, taken.time_h[taken.time_h <= ends[-1]])
    states, amounts = walk(p, taken, times, factor)
    first = int(np.searchsorted(times, start_h))
    if np.isinf(end_h):
        later = float(nmol(taken.mg[taken.time_h > start_h]).sum())
        return areas(p, states[first], np.zeros((4, p.people)), later * factor)
    return areas(p, states[first], states[-1], amounts[first + 1 :].sum() * factor)
