"""What each person's curves come to: peaks, areas, troughs, half-lives and the share of 7-hydroxymitragynine."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.engines.pharmacokinetics.disposition import Parameters, State, Step, areas, checked_times, slopes, walk
from equipoise.engines.pharmacokinetics.intakes import Schedule
from equipoise.engines.pharmacokinetics.molar import nmol
from equipoise.engines.pharmacokinetics.terminal import Sampling, studied_half_life

Floats = NDArray[np.float64]

DAY = 24.0
OFFSETS = 2.0 ** np.arange(-3, 11)
"""Hours after an intake where a peak is looked for first: at every rate one of them is within a factor of two of it."""
SETTLED = 1e-7
"""A peak is found once its place moves by less than this share of where it can be; its height is then off by the square."""
ROUNDING_H = 1e-6
"""Hours by which an intake that rounding moved may miss the day it begins."""
MOST_STEPS = 60
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
    """Return the moments at which a solution is wanted."""
    times = hourly(taken) if times_h is None else checked_times(times_h)
    first, last = float(taken.time_h[0]), float(taken.time_h[-1])
    begins = first + DAY * float(np.floor((last - first) / DAY + 1e-9))
    days = ((first, first + DAY), (begins, begins + DAY))
    samples = np.array([]) if sampling is None else last + np.asarray(sampling.times_h, dtype=np.float64)
    following = np.append(taken.time_h[1:], np.inf)
    near = [begin + OFFSETS[end - begin > OFFSETS] for begin, end in zip(taken.time_h, following, strict=True)]
    grid = np.unique(np.concatenate([times, taken.time_h, samples, np.ravel(days), *near]))
    return Clock(times_h=times, grid=grid, first_day=days[0], last_day=days[1], samples=samples)


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
        Where curves are wanted, ascending, in h; each full hour to the end of the last day if none are given.
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


class _Peak:
    """The highest point of a grid so far, with the states on both sides of which the true peak can be."""

    def __init__(self, people: int) -> None:
        self.value = np.zeros(people)
        self.place = np.full(people, -1)
        self.before = np.zeros((4, people))
        self.at = np.zeros((4, people))

    def see(self, value: Floats, place: int, before: State, at: State) -> None:
        higher = value > self.value
        if not higher.any():
            return
        np.copyto(self.value, value, where=higher)
        self.place[higher] = place
        for row, (left, here) in enumerate(zip(before, at, strict=True)):
            np.copyto(self.before[row], left, where=higher)
            np.copyto(self.at[row], here, where=higher)

    def found(self, p: Parameters, grid: Floats, analyte: int) -> tuple[Floats, Floats]:
        """Return the peak and its time, where the slope is 0: between grid points, by Newton's method kept inside them."""
        there = self.place >= 0
        place = np.maximum(self.place, 1)
        still_rising = (slopes(p, _state(self.at))[2 * analyte] > 0) & (place < grid.size - 1)
        start = _state(np.where(still_rising, self.at, self.before))
        begins = grid[np.where(still_rising, place, place - 1)]
        length = grid[np.where(still_rising, np.minimum(place + 1, grid.size - 1), place)] - begins
        low, high, x = np.zeros(p.people), length.copy(), length / 2
        for _ in range(MOST_STEPS):
            slope, bend = slopes(p, Step(p, x).after(start))[2 * analyte : 2 * analyte + 2]
            low, high = np.where(slope > 0, x, low), np.where(slope > 0, high, x)
            newton = x - np.divide(slope, bend, out=np.full_like(x, np.inf), where=bend < 0)
            moved = np.where((newton > low) & (newton < high), newton, (low + high) / 2)
            done = bool((np.abs(moved - x) <= SETTLED * length).all())
            x = moved
            if done:
                break
        end = Step(p, x).after(start)
        value = end[3] if analyte else end[1] / p.v1
        better = value > self.value
        time = np.where(better, begins + x, grid[place])
        return np.where(better, value, self.value), np.where(there, time, np.nan)


def _state(rows: Floats) -> State:
    return rows[0], rows[1], rows[2], rows[3]


def linear(p: Parameters, taken: Schedule, moments: Clock, factor: Floats) -> Course:
    """Solve the model in closed form."""
    grid = moments.grid
    concentration = np.empty((2, grid.size, p.people))
    peaks = _Peak(p.people), _Peak(p.people)
    marks = {*moments.first_day, *moments.last_day}
    marked: dict[float, tuple[State, Floats]] = {}
    previous: State | None = None
    for row, (time, (state, later, total)) in enumerate(zip(grid.tolist(), walk(p, taken, grid, factor), strict=True)):
        np.divide(state[1], p.v1, out=concentration[0, row])
        concentration[1, row] = state[3]
        if previous is not None:
            for analyte, peak in enumerate(peaks):
                peak.see(concentration[analyte, row], row, previous, later)
        if time in marks:
            marked[time] = (state, total)
        previous = later
    days = []
    for begin, end in (moments.first_day, moments.last_day):
        (start, taken_before), (stop, taken_after) = marked[begin], marked[end]
        days.append(np.stack(areas(p, start, stop, taken_after - taken_before)))
    found = [peak.found(p, grid, analyte) for analyte, peak in enumerate(peaks)]
    nothing: State = (np.zeros(p.people),) * 4
    return Course(
        concentration=concentration,
        peak=np.stack([value for value, _ in found]),
        peak_h=np.stack([time for _, time in found]),
        first_day=days[0],
        last_day=days[1],
        forever=np.stack(areas(p, nothing, nothing, float(nmol(taken.mg).sum()) * factor)),
    )


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
    last = ends[-1]
    grid = np.union1d(ends, taken.time_h[taken.time_h <= last])
    marked = {
        time: (state, total)
        for time, (state, _, total) in zip(grid.tolist(), walk(p, taken, grid, factor), strict=True)
        if time in ends
    }
    start, before = marked[start_h]
    if np.isinf(end_h):
        zero = np.zeros(p.people)
        return areas(p, start, (zero,) * 4, float(nmol(taken.mg).sum()) * factor - before)
    stop, after = marked[end_h]
    return areas(p, start, stop, after - before)
