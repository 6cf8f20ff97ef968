"""Mitragynine and 7-hydroxymitragynine in one person or many, exactly: the linear model, from one moment to the next."""

import math
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.engines.pharmacokinetics.exponentials import Convolutions
from equipoise.engines.pharmacokinetics.intakes import Schedule
from equipoise.engines.pharmacokinetics.molar import nmol

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]
State = Floats
"""Mitragynine in gut, central and peripheral compartment, in nmol, and 7-hydroxymitragynine in nM; shape (4, people)."""

CELLS = 65_536
"""People times steps that are worked out together: so few that they stay in the cache of a processor."""
FEWEST_STEPS = 16
PIECE = 16
"""Moments after which a leg of a walk may end, so that the same few steps lead to all moments of a regular grid."""


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

    def some(self, part: slice) -> "Parameters":
        """Return those of some people."""
        return Parameters(**{item.name: getattr(self, item.name)[part] for item in fields(self)})

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
    """What becomes of a state after ``hours``, which broadcast with people: the matrix exponential of the model.

    Each entry is a sum of terms none of which is negative, so that nothing cancels, whichever rates are equal.
    """

    def __init__(self, p: Parameters, hours: ArrayLike) -> None:
        t = np.asarray(hours, dtype=np.float64)
        self._p = p
        self._of = Convolutions((p.ka, p.rates.alpha, p.rates.beta, p.km), t)
        self._shape = np.broadcast_shapes(t.shape, (p.people,))

    def to_central(self) -> Floats:
        """Return what gut, central and peripheral compartment add to the central one, shape (3, ...)."""
        p, r, (_, alpha, beta, _) = self._p, self._p.rates, self._of.one
        ka_alpha, ka_beta, _, alpha_beta, *_ = self._of.two
        found = np.empty((3, *self._shape))
        found[0] = p.f * p.ka * (r.first * ka_alpha + r.second * ka_beta)
        found[1] = r.first * alpha + r.second * beta
        found[2] = r.k21 * alpha_beta
        return found

    def to_formed(self) -> Floats:
        """Return what gut, central and peripheral compartment and 7-hydroxymitragynine add to the latter, shape (4, ...)."""
        return self._to_formed(self._of.three(_FORMED))

    def _to_formed(self, three: Floats) -> Floats:
        p, r, (*_, km) = self._p, self._p.rates, self._of.one
        _, _, ka_km, _, alpha_km, beta_km = self._of.two
        formed = p.km * p.b / p.v1
        found = np.empty((4, *self._shape))
        found[0] = p.ka * (p.km * p.sp * ka_km + p.f * formed * (r.first * three[0] + r.second * three[1]))
        found[1] = formed * (r.first * alpha_km + r.second * beta_km)
        found[2] = formed * r.k21 * three[2]
        found[3] = km
        return found

    def matrix(self) -> Floats:
        """Return all of it, shape (4, 4, ...): what each row becomes is from the columns."""
        p, r, (ka, alpha, beta, _) = self._p, self._p.rates, self._of.one
        three = self._of.three((*_FORMED, _PERIPHERAL))
        found = np.zeros((4, 4, *self._shape))
        found[0, 0] = ka
        found[1, :3] = self.to_central()
        found[2, 0] = p.f * p.ka * r.k12 * three[3]
        found[2, 1] = r.k12 * self._of.two[3]
        found[2, 2] = r.second * alpha + r.first * beta
        found[3] = self._to_formed(three)
        return found

    def after(self, state: State) -> State:
        """Return the state that follows."""
        return np.asarray(np.einsum("ab...,b...->a...", self.matrix(), state))


_FORMED = ((0, 1, 3), (0, 2, 3), (1, 2, 3))
_PERIPHERAL = (0, 1, 2)
"""Threes of the rates of a :class:`Step` (ka, alpha, beta, km) on the ways to 7-hydroxymitragynine and to the periphery."""


def walk(p: Parameters, taken: Schedule, times_h: Floats, factor: Floats) -> tuple[Floats, Floats]:
    """Return the states at times after an intake there, shape (times, 4, people), and what is taken there, (times,) in nmol.

    ``times_h`` is sorted, distinct and holds every intake up to its end; ``factor`` (people,) scales all amounts of a person.
    """
    amounts = np.zeros(times_h.size)
    counted = taken.time_h <= times_h[-1]
    amounts[np.searchsorted(times_h, taken.time_h[counted])] = nmol(taken.mg[counted])
    states = np.zeros((times_h.size, 4, p.people))
    states[:, 0] = amounts[:, None] * factor
    # Steps that differ by rounding alone are one, so that regular intakes need few matrices, made together.
    hours = np.diff(times_h)
    keys = np.round(hours / rounding_h(times_h)).tolist()
    most = max(FEWEST_STEPS, CELLS // p.people)
    made: dict[float, Floats] = {}
    for number, key in enumerate(keys):
        if key not in made:
            chosen: dict[float, int] = {}
            for place, one in enumerate(keys[number:], start=number):
                if len(chosen) == most:
                    break
                chosen.setdefault(one, place)
            matrices = Step(p, hours[list(chosen.values())][:, None]).matrix()
            made = {one: matrices[:, :, place] for place, one in enumerate(chosen)}
        states[number + 1] += np.einsum("abp,bp->ap", made[key], states[number])
    return states, amounts


@dataclass(frozen=True, kw_only=True, eq=False)
class Legs:
    """Moments of a grid in legs of a walk: leg k begins at ``begin_h[k]`` and has the moments ``row[k]`` up to ``row[k + 1]``.

    ``lag`` says which of the few ``lag_h`` each moment is after the beginning of its leg.
    """

    grid: Floats
    begin_h: Floats
    row: Whole
    lag: Whole
    lag_h: Floats

    @cached_property
    def leg(self) -> Whole:
        """The leg of each moment."""
        return np.repeat(np.arange(self.begin_h.size), np.diff(self.row))

    @cached_property
    def alike(self) -> tuple[tuple[int, int, Whole], ...]:
        """Legs that follow each other, from one up to another, whose moments have the same lags; and these."""
        found: list[tuple[int, int, Whole]] = []
        seen = b""
        for number, (begin, end) in enumerate(pairwise(self.row.tolist())):
            lags = self.lag[begin:end]
            if lags.tobytes() == seen:
                found[-1] = (found[-1][0], number + 1, lags)
            else:
                seen = lags.tobytes()
                found.append((number, number + 1, lags))
        return tuple(found)


def legs(grid: Floats, known_h: Floats) -> Legs:
    """Return a sorted grid in legs: one begins at its first moment, at each of ``known_h`` in it, and where one gets long."""
    fresh = np.isin(grid, known_h)
    fresh[0] = True
    origin = np.flatnonzero(fresh)
    counts = np.diff(np.append(origin, grid.size))
    since = grid - np.repeat(grid[origin], counts)
    span = PIECE * float(np.median(np.diff(grid))) if grid.size > 1 else 1.0
    piece = np.where(np.repeat(counts > PIECE, counts), np.floor(since / span + 1e-12), 0.0)
    begins = grid - since + piece * span
    fresh[1:] |= np.diff(piece) != 0
    first = np.flatnonzero(fresh)
    within = np.arange(grid.size) - np.repeat(first, np.diff(np.append(first, grid.size)))
    crowded = (within > 0) & (within % (2 * PIECE) == 0)
    begins[crowded] = grid[crowded]
    row = np.flatnonzero(fresh | crowded)
    lag_h = np.maximum(grid - np.repeat(begins[row], np.diff(np.append(row, grid.size))), 0.0)
    _, first, lag = np.unique(np.round(lag_h / rounding_h(grid)), return_index=True, return_inverse=True)
    return Legs(grid=grid, begin_h=begins[row], row=np.append(row, grid.size), lag=lag, lag_h=lag_h[first])


def rounding_h(times_h: Floats) -> float:
    """Hours by which two times that are sums of others may differ by rounding alone."""
    return max(abs(float(times_h[0])), abs(float(times_h[-1])), 1.0) * 1e-13


@dataclass(frozen=True, kw_only=True, eq=False)
class Nearby:
    """What a state adds to both concentrations of some people after the hours of ``lag_h``, the first of which is 0.

    ``central`` has the shape (3, lags, people), ``formed`` (4, lags, people).
    """

    lag_h: Floats
    central: Floats
    formed: Floats

    def places(self, lag_h: Floats, within: float) -> Whole | None:
        """Return where lags are among these; None where one is not."""
        place = np.minimum(np.searchsorted(self.lag_h, lag_h - within), self.lag_h.size - 1)
        return place if (np.abs(self.lag_h[place] - lag_h) <= within).all() else None


def nearby(p: Parameters, lag_h: ArrayLike) -> Nearby:
    """Work out for good what the same few hours do to the same people, whatever they take; ``lag_h`` is sorted."""
    lags = np.append(0.0, lag_h)
    step = Step(p, lags[:, None])
    return Nearby(lag_h=lags, central=step.to_central() / p.v1, formed=step.to_formed())


def curves(p: Parameters, held: Legs, states: Floats, *, out: Floats | None = None, near: Nearby | None = None) -> Floats:
    """Return both concentrations in nM at all moments of legs, shape (2, moments, people), from ``states`` at their begin.

    ``near``: what was worked out of these people before; it is used where it has all lags.
    """
    found = np.empty((2, held.lag.size, p.people)) if out is None else out
    most = max(2 * PIECE, CELLS // p.people)
    place = np.full(held.lag_h.size, -1)
    central = formed = found
    ready = None if near is None else near.places(held.lag_h, rounding_h(held.grid))
    if near is not None and ready is not None:
        place, central, formed = ready, near.central, near.formed
    for number, (begin, end, lags) in enumerate(held.alike):
        if (place[lags] < 0).any():
            chosen: dict[int, None] = {}
            for _, _, others in held.alike[number:]:
                added = [one for one in others.tolist() if one not in chosen]
                if chosen and len(chosen) + len(added) > most:
                    break
                chosen.update(dict.fromkeys(added))
            step = Step(p, held.lag_h[list(chosen)][:, None])
            central, formed = step.to_central() / p.v1, step.to_formed()
            place[:] = -1
            place[list(chosen)] = np.arange(len(chosen))
        rows = slice(held.row[begin], held.row[end])
        shape = (end - begin, lags.size, p.people)
        for curve, table in zip(found, (central, formed), strict=True):
            part = states[begin:end, : len(table)]
            np.einsum("alp,nap->nlp", table[:, place[lags]], part, out=curve[rows].reshape(shape))
    return found


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
    held = legs(grid, taken.time_h)
    states, _ = walk(p, taken, held.begin_h, np.ones(p.people))
    parent, metabolite = curves(p, held, states)[:, np.isin(grid, times)]
    return Curves(times_h=times, mitragynine=parent.T, hydroxymitragynine=metabolite.T)


def areas(p: Parameters, start: State, end: State, taken_nmol: ArrayLike) -> tuple[Floats, Floats]:
    r"""Areas in nM h under both curves between two states with an amount taken between them, by balance of mass.

    .. math:: \int C_1 = \frac{f (A_g^0 + D - A_g) + A_1^0 - A_1 + A_2^0 - A_2}{CL}, \qquad
              \int C_m = S_p (A_g^0 + D - A_g) + b \int C_1 - \frac{C_m - C_m^0}{k_m}.
    """
    absorbed = start[0] - end[0] + np.asarray(taken_nmol, dtype=np.float64)
    parent = (p.f * absorbed + start[1] - end[1] + start[2] - end[2]) / p.cl
    return parent, p.sp * absorbed + p.b * parent - (end[3] - start[3]) / p.km


def slopes(p: Parameters, state: State) -> State:
    """The time derivative of a state; that of a derivative is the next one, since the model is linear."""
    r = p.rates
    gut, central, peripheral, formed = state
    absorbed = p.ka * gut
    found = np.empty_like(state)
    found[0] = -absorbed
    found[1] = p.f * absorbed - (r.k10 + r.k12) * central + r.k21 * peripheral
    found[2] = r.k12 * central - r.k21 * peripheral
    found[3] = p.km * (p.sp * absorbed + p.b * central / p.v1 - formed)
    return found
