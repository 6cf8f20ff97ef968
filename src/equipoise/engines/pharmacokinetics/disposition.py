"""Mitragynine and 7-hydroxymitragynine in one person or many, exactly: the linear model, from one moment to the next."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.engines.pharmacokinetics.exponentials import three_rates, two_rates
from equipoise.engines.pharmacokinetics.intakes import Schedule
from equipoise.engines.pharmacokinetics.molar import nmol

Floats = NDArray[np.float64]
State = tuple[Floats, Floats, Floats, Floats]
"""Mitragynine in gut, central and peripheral compartment, in nmol, and 7-hydroxymitragynine in nM; each of shape (people,)."""


@dataclass(frozen=True, init=False, eq=False)
class Parameters:
    r"""The linear model of leaf taken by mouth, of one person (numbers) or of many (arrays of shape (people,)).

    .. math::
        \dot A_g &= -k_a A_g \\
        \dot A_1 &= f k_a A_g - (CL + Q) C_1 + Q C_2, \qquad C_1 = A_1 / V_1 \\
        \dot A_2 &= Q (C_1 - C_2), \qquad C_2 = A_2 / V_2 \\
        \dot C_m &= k_m (S_p k_a A_g + b C_1 - C_m)

    ``ka`` 1/h absorption; ``v1``, ``v2`` L volumes, ``q`` L/h between them, ``cl`` L/h clearance, all apparent (over the
    bioavailability of a typical person); ``f`` bioavailability relative to that person; ``km`` 1/h loss of
    7-hydroxymitragynine; ``sp`` h/L its formation in the first pass: ``sp`` nM h of area for each nmol absorbed, not scaled by
    f, since what the first pass takes of mitragynine becomes 7-hydroxymitragynine; ``b`` its formation from mitragynine in
    blood: area to area. The record ``parameters/mitragynine-leaf`` has a parameter of the same id for each field.

    Raises
    ------
    ValueError
        A parameter that is not finite and above 0 (``sp`` and ``b``: at least 0), or shapes that do not fit.
    """

    ka: Floats
    v1: Floats
    q: Floats
    v2: Floats
    cl: Floats
    km: Floats
    sp: Floats
    b: Floats
    f: Floats

    def __init__(
        self,
        *,
        ka: ArrayLike,
        v1: ArrayLike,
        q: ArrayLike,
        v2: ArrayLike,
        cl: ArrayLike,
        km: ArrayLike,
        sp: ArrayLike,
        b: ArrayLike,
        f: ArrayLike = 1.0,
    ) -> None:
        given = {"ka": ka, "v1": v1, "q": q, "v2": v2, "cl": cl, "km": km, "sp": sp, "b": b, "f": f}
        arrays = {name: np.atleast_1d(np.asarray(value, dtype=np.float64)) for name, value in given.items()}
        for name, value in arrays.items():
            formation = name in ("sp", "b")
            if value.ndim > 1 or not (np.isfinite(value) & ((value >= 0) if formation else (value > 0))).all():
                raise ValueError(
                    f"{name} should be finite and {'at least' if formation else 'above'} 0, a number or one for each person"
                )
        shapes = {value.size for value in arrays.values()} - {1}
        if len(shapes) > 1:
            raise ValueError(f"parameters are of {' and '.join(map(str, sorted(shapes)))} people; should be of as many each")
        people = max(shapes, default=1)
        for name, value in arrays.items():
            object.__setattr__(self, name, np.ascontiguousarray(np.broadcast_to(value, (people,))))

    @property
    def people(self) -> int:
        """How many people they are of."""
        return int(self.ka.size)

    def person(self, number: int) -> "Parameters":
        """Return those of one person, counted from 0."""
        return Parameters(**{item.name: getattr(self, item.name)[number] for item in fields(self)})

    @cached_property
    def rates(self) -> "Rates":
        """The rates that follow from them."""
        k10, k12, k21 = self.cl / self.v1, self.q / self.v1, self.q / self.v2
        difference = k10 + k12 - k21
        gap = np.sqrt(difference * difference + 4 * k12 * k21)
        # Of the roots of a quadratic the larger is the sum of what has one sign; the smaller follows from their product.
        large = (np.abs(difference) + gap) / 2
        small = k12 * k21 / large
        alpha = (k10 + k12 + k21 + gap) / 2
        first = np.where(difference > 0, large, small) / gap
        second = np.where(difference > 0, small, large) / gap
        return Rates(k10=k10, k12=k12, k21=k21, alpha=alpha, beta=k10 * k21 / alpha, first=first, second=second)

    @property
    def half_life_h(self) -> tuple[Floats, Floats]:
        """Terminal half-lives of the model, of mitragynine and 7-hydroxymitragynine: those of the slowest rate they follow.

        Without formation from blood (``b`` 0) the second follows the first pass alone; without any it has none: NaN.
        """
        slowest = np.minimum(self.ka, self.rates.beta)
        feeding = np.where(self.b > 0, slowest, np.where(self.sp > 0, self.ka, math.nan))
        return math.log(2) / slowest, math.log(2) / np.minimum(feeding, self.km)


@dataclass(frozen=True, kw_only=True, eq=False)
class Rates:
    """Rates in 1/h of the two compartments: from place to place, and alpha > beta of the two decays; ``first`` and ``second``
    are the shares of an amount in the central compartment that decay so there, and sum to 1.
    """  # noqa: D205 - one sentence

    k10: Floats
    k12: Floats
    k21: Floats
    alpha: Floats
    beta: Floats
    first: Floats
    second: Floats


class Step:
    """What becomes of a state after ``hours`` (a number, or one for each person): the matrix exponential of the model.

    Each entry is a sum of terms none of which is negative, so that nothing cancels, whichever rates are equal.
    """

    def __init__(self, p: Parameters, hours: ArrayLike) -> None:
        t = np.asarray(hours, dtype=np.float64)
        r = p.rates
        alpha, beta = np.exp(-r.alpha * t), np.exp(-r.beta * t)
        between = two_rates(r.alpha, r.beta, t)
        formed = p.km * p.b / p.v1
        self.gg = np.exp(-p.ka * t)
        self.g1 = p.f * p.ka * (r.first * two_rates(p.ka, r.alpha, t) + r.second * two_rates(p.ka, r.beta, t))
        self.g2 = p.f * p.ka * r.k12 * three_rates(p.ka, r.alpha, r.beta, t)
        self.gm = p.ka * (
            p.km * p.sp * two_rates(p.ka, p.km, t)
            + p.f * formed * (r.first * three_rates(p.ka, r.alpha, p.km, t) + r.second * three_rates(p.ka, r.beta, p.km, t))
        )
        self.c11 = r.first * alpha + r.second * beta
        self.c12 = r.k12 * between
        self.c1m = formed * (r.first * two_rates(r.alpha, p.km, t) + r.second * two_rates(r.beta, p.km, t))
        self.c21 = r.k21 * between
        self.c22 = r.second * alpha + r.first * beta
        self.c2m = formed * r.k21 * three_rates(r.alpha, r.beta, p.km, t)
        self.mm = np.exp(-p.km * t)

    def after(self, state: State) -> State:
        """Return the state that follows."""
        gut, central, peripheral, formed = state
        return (
            self.gg * gut,
            self.g1 * gut + self.c11 * central + self.c21 * peripheral,
            self.g2 * gut + self.c12 * central + self.c22 * peripheral,
            self.gm * gut + self.c1m * central + self.c2m * peripheral + self.mm * formed,
        )


def walk(p: Parameters, taken: Schedule, grid: Floats, factor: Floats) -> Iterator[tuple[State, State, Floats]]:
    """Yield at each time of a grid the state before and after an intake there, and what was taken before it, in nmol.

    ``grid`` is sorted, distinct and holds every intake up to its end; ``factor`` (people,) scales all amounts of a person.
    """
    zero = np.zeros(p.people)
    state: State = (zero, zero, zero, zero)
    amounts = dict(zip(taken.time_h.tolist(), nmol(taken.mg).tolist(), strict=True))
    # Steps that differ by rounding alone are one, so that a regular grid needs few matrices.
    scale = max(abs(float(grid[0])), abs(float(grid[-1])), 1.0) * 1e-13
    steps: dict[int, Step] = {}
    total, before = zero, float(grid[0])
    for time in grid.tolist():
        if time > before:
            hours = time - before
            key = round(hours / scale)
            if key not in steps:
                if len(steps) >= 64:
                    steps.clear()
                steps[key] = Step(p, hours)
            state = steps[key].after(state)
        taken_now = amounts.get(time)
        later = state
        if taken_now is not None:
            later = (state[0] + taken_now * factor, *state[1:])
        yield state, later, total
        if taken_now is not None:
            total = total + taken_now * factor
        state, before = later, time


@dataclass(frozen=True, kw_only=True, eq=False)
class Curves:
    """Concentrations in plasma in nM, shape (people, times), at ``times_h``; 0 before the first intake."""

    times_h: Floats
    mitragynine: Floats
    hydroxymitragynine: Floats


def checked_times(times_h: ArrayLike) -> Floats:
    """Return times as an array, or refuse them: they are finite, in ascending order and distinct."""
    times = np.atleast_1d(np.asarray(times_h, dtype=np.float64))
    if times.ndim != 1 or times.size == 0 or not np.isfinite(times).all() or (np.diff(times) <= 0).any():
        raise ValueError("times_h should be finite hours in ascending order, at least one, each once")
    return times


def concentrations(p: Parameters, taken: Schedule, times_h: ArrayLike) -> Curves:
    """Concentrations of each person at times after reported intakes, in closed form.

    Raises
    ------
    ValueError
        Times that are not finite, not in ascending order, or not distinct.
    """
    times = checked_times(times_h)
    grid = np.union1d(times, taken.time_h[taken.time_h <= times[-1]])
    wanted = np.isin(grid, times)
    parent, metabolite = np.empty((times.size, p.people)), np.empty((times.size, p.people))
    row = 0
    for keep, (state, _, _) in zip(wanted.tolist(), walk(p, taken, grid, np.ones(p.people)), strict=True):
        if keep:
            np.divide(state[1], p.v1, out=parent[row])
            metabolite[row] = state[3]
            row += 1
    return Curves(times_h=times, mitragynine=parent.T, hydroxymitragynine=metabolite.T)


def areas(p: Parameters, start: State, end: State, taken_nmol: ArrayLike) -> tuple[Floats, Floats]:
    r"""Areas in nM h under both curves between two states with an amount taken between them, by balance of mass.

    .. math:: \int C_1 = \frac{f (A_g^0 + D - A_g) + A_1^0 - A_1 + A_2^0 - A_2}{CL}, \qquad
              \int C_m = S_p (A_g^0 + D - A_g) + b \int C_1 - \frac{C_m - C_m^0}{k_m}.
    """
    absorbed = start[0] - end[0] + np.asarray(taken_nmol, dtype=np.float64)
    parent = (p.f * absorbed + start[1] - end[1] + start[2] - end[2]) / p.cl
    return parent, p.sp * absorbed + p.b * parent - (end[3] - start[3]) / p.km


def slopes(p: Parameters, state: State) -> tuple[Floats, Floats, Floats, Floats]:
    """First and second time derivatives, of mitragynine's central amount and then of 7-hydroxymitragynine."""
    r = p.rates
    gut, central, peripheral, formed = state
    d_gut = -p.ka * gut
    d_central = p.f * p.ka * gut - (r.k10 + r.k12) * central + r.k21 * peripheral
    d_peripheral = r.k12 * central - r.k21 * peripheral
    d_formed = p.km * (p.sp * p.ka * gut + p.b * central / p.v1 - formed)
    dd_central = p.f * p.ka * d_gut - (r.k10 + r.k12) * d_central + r.k21 * d_peripheral
    dd_formed = p.km * (p.sp * p.ka * d_gut + p.b * d_central / p.v1 - d_formed)
    return d_central, dd_central, d_formed, dd_formed
