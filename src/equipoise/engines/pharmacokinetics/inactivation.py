"""A hypothesis to test, off unless asked for: mitragynine inactivates CYP3A, which clears it."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from equipoise.engines.pharmacokinetics.disposition import Parameters
from equipoise.engines.pharmacokinetics.intakes import Schedule
from equipoise.engines.pharmacokinetics.molar import nmol
from equipoise.engines.pharmacokinetics.profiles import Clock, Course

Floats = NDArray[np.float64]

NEAR = 2.0 ** (np.arange(-32, 57) / 8)
"""Hours after an intake at which curves are solved, so close that a parabola finds a peak between them to 1 in 5000."""
MOST_SOLVED = 50_000
"""People times intakes, some minutes of solving, so that no request runs for days."""
LEFT = 1e-9
"""The share of a terminal decay that is left where an area counts as complete."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inactivation:
    r"""Turnover of hepatic CYP3A, E = 1 without mitragynine.

    .. math:: \dot E = k_{deg}(1 - E) - \frac{k_{inact} I}{K_I + I} E, \qquad I = f_u \left(C_1 + \frac{k_a A_g}{Q_h}\right)

    The clearance of mitragynine is multiplied by :math:`1 - m (1 - E)` and the formation ``b`` of 7-hydroxymitragynine by E;
    what the first pass takes stays as it is. ``kdeg`` and ``kinact`` 1/h, ``ki`` nM, ``fu`` the unbound fraction, ``share`` m
    of the clearance by CYP3A, ``portal`` :math:`Q_h` in L/h, or None for the concentration in plasma alone.

    Raises
    ------
    ValueError
        A rate, concentration or flow that is not finite and above 0, a fraction outside 0 to 1.
    """

    kdeg: float
    kinact: float
    ki: float
    fu: float
    share: float
    portal: float | None = None

    def __post_init__(self) -> None:
        for name in ("kdeg", "kinact", "ki", "portal"):
            value = getattr(self, name)
            if value is not None and not (math.isfinite(value) and value > 0):
                raise ValueError(f"{name} is {value}; should be finite and above 0")
        for name in ("fu", "share"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is {getattr(self, name)}; should be from 0 to 1")


@dataclass(frozen=True, kw_only=True)
class Numerical:
    """Solves the model by LSODA, which turns to a stiff method by itself, person by person and from intake to intake.

    With ``inactivation`` None it is the linear model, by another way than the closed form. Peaks come from a parabola through
    the three highest points of the grid, which has several after each intake.
    """

    inactivation: Inactivation | None
    rtol: float = 1e-8

    def __call__(self, p: Parameters, taken: Schedule, moments: Clock, factor: Floats) -> Course:
        """Return the solution at the moments of a clock, or refuse more work than :data:`MOST_SOLVED`."""
        if p.people * taken.time_h.size > MOST_SOLVED:
            raise ValueError(
                f"{p.people:,} people with {taken.time_h.size:,} intakes are too many to solve one by one; should be "
                f"{MOST_SOLVED:,} intakes in all, or fewer"
            )
        fine = np.concatenate([begin + NEAR for begin in taken.time_h])
        days = (*moments.first_day, *moments.last_day)
        grid = np.unique(np.concatenate([moments.grid, days, fine[fine < moments.grid[-1]]]))
        kept = np.searchsorted(grid, moments.grid)
        concentration = np.empty((2, moments.grid.size, p.people))
        peak, peak_h, first, last, forever = (np.empty((2, p.people)) for _ in range(5))
        for number in range(p.people):
            person = p.person(number)
            states, beyond = self._person(person, taken, grid, float(factor[number]))
            curves = np.stack([states[:, 1] / person.v1, states[:, 3]])
            concentration[:, :, number] = curves[:, kept]
            peak[:, number], peak_h[:, number] = zip(*(_vertex(grid, curve) for curve in curves), strict=True)
            for result, (begin, end) in ((first, moments.first_day), (last, moments.last_day)):
                begins, ends = np.searchsorted(grid, (begin, end))
                result[:, number] = states[ends, 5:] - states[begins, 5:]
            forever[:, number] = beyond
        return Course(concentration=concentration, peak=peak, peak_h=peak_h, first_day=first, last_day=last, forever=forever)

    def _person(self, p: Parameters, taken: Schedule, grid: Floats, factor: float) -> tuple[Floats, Floats]:
        """Return the states on a grid, shape (grid, 7), and the areas to infinity."""
        scale = float(nmol(taken.mg).max()) * factor
        size = np.array([scale, scale, scale, scale / p.v1[0], 1.0, scale / p.cl[0], scale / p.cl[0]])
        amounts = dict(zip(taken.time_h.tolist(), (nmol(taken.mg) * factor).tolist(), strict=True))
        states = np.zeros((grid.size, 7))
        state = np.array([0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0])
        edges = [int(np.searchsorted(grid, time)) for time in amounts] + [grid.size - 1]
        states[: edges[0] + 1] = state
        equations = _Equations(p, self.inactivation)
        for begin, end, amount in zip(edges, edges[1:], amounts.values(), strict=False):
            state = state + amount * np.eye(7)[0]
            if end > begin:
                part = grid[begin : end + 1]
                solved = equations.solve(part, state, until=float(part[-1]), rtol=self.rtol, size=size)
                states[begin + 1 : end + 1] = solved[1:]
                state = solved[-1]
        slowest = min(float(p.ka[0]), float(p.rates.beta[0]), float(p.km[0]))
        horizon = float(grid[-1]) - math.log(LEFT) / slowest
        beyond = equations.solve(grid[-1:], state, until=horizon, rtol=self.rtol, size=size)
        return states, beyond[-1, 5:]


class _Equations:
    """The model of one person for a solver: its four amounts, the enzyme, and the two areas."""

    def __init__(self, p: Parameters, held: Inactivation | None) -> None:
        self.ka, self.v1, self.q, self.v2, self.cl = (float(value[0]) for value in (p.ka, p.v1, p.q, p.v2, p.cl))
        self.km, self.sp, self.b, self.f = (float(value[0]) for value in (p.km, p.sp, p.b, p.f))
        self.held = held

    def slopes(self, _: float, state: Floats) -> list[float]:
        gut, central, peripheral, formed, enzyme = state[:5]
        c1, absorbed = central / self.v1, self.ka * gut
        lost, turned = 1.0, 0.0
        if self.held is not None:
            held = self.held
            inside = held.fu * (c1 + (absorbed / held.portal if held.portal is not None else 0.0))
            turned = held.kdeg * (1 - enzyme) - held.kinact * inside / (held.ki + inside) * enzyme
            lost = 1 - held.share * (1 - enzyme)
        exchange = self.q * (c1 - peripheral / self.v2)
        return [
            -absorbed,
            self.f * absorbed - self.cl * lost * c1 - exchange,
            exchange,
            self.km * (self.sp * absorbed + self.b * enzyme * c1 - formed),
            turned,
            c1,
            formed,
        ]

    def solve(self, at: Floats, state: Floats, *, until: float, rtol: float, size: Floats) -> Floats:
        """Return the states at times, shape (times, 7), from that at the first of them, or at ``until`` alone."""
        from scipy.integrate import solve_ivp  # type: ignore[import-untyped] # noqa: PLC0415 - slow to import

        begin = float(at[0])
        wanted = at if until == at[-1] else np.array([until])
        solution = solve_ivp(
            self.slopes, (begin, until), state, method="LSODA", t_eval=wanted, rtol=rtol, atol=rtol * 1e-4 * size
        )
        if not solution.success:
            raise ArithmeticError(f"the equations were not solved from {begin:g} to {until:g} h: {solution.message}")
        return np.asarray(solution.y.T, dtype=np.float64)


def _vertex(grid: Floats, curve: Floats) -> tuple[float, float]:
    """Return height and place of the parabola through the highest point and its neighbours."""
    place = int(np.argmax(curve))
    if curve[place] <= 0:
        return 0.0, math.nan
    if place in (0, grid.size - 1):
        return float(curve[place]), float(grid[place])
    x, y = grid[place - 1 : place + 2] - grid[place], curve[place - 1 : place + 2]
    left, right = (y[1] - y[0]) / -x[0], (y[2] - y[1]) / x[2]
    bend = (right - left) / (x[2] - x[0])
    slope = left - bend * x[0]
    move = -slope / (2 * bend) if bend < 0 else 0.0
    if not x[0] < move < x[2]:
        move = 0.0
    return float(y[1] + move * (slope + bend * move)), float(grid[place] + move)
