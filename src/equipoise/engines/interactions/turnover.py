"""The dynamic model: enzymes of gut and liver that are made, destroyed and hindered while the perpetrator comes and goes."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from equipoise.engines.interactions.kinetics import Floats, Kinetics, Victim, checked


@dataclass(frozen=True, slots=True, kw_only=True)
class Turnover:
    """With the perpetrator over without it: AUC to infinity, Cmax, half-life; shape () or (draws,).

    ``gut_enzyme`` and ``liver_enzyme``: the least that was left in any step, hindered or not, as a share of the usual.
    """

    auc: Floats
    cmax: Floats
    half_life: Floats
    gut_enzyme: Floats
    liver_enzyme: Mapping[str, Floats]


def turnover(
    times_h: ArrayLike,
    *,
    gut_um: ArrayLike,
    liver_um: ArrayLike,
    gut: Kinetics | None,
    liver: Mapping[str, Kinetics],
    victim: Victim,
    taken_h: float = 0.0,
    window_h: tuple[float, float] = (4.0, 12.0),
) -> Turnover:
    r"""What the perpetrator does to one intake of the victim.

    Each enzyme, in the gut and in the liver, as a share of the usual:

    .. math:: \frac{dE}{dt} = k_{deg}\left(1 + \frac{E_{max} I}{EC_{50}+I}\right)
              - \left(k_{deg} + \frac{k_{inact} I}{K_I + I}\right) E, \qquad a(t) = \frac{E}{1 + I/K_i}

    The victim is absorbed at first order through gut and liver into one compartment, with :math:`r = \sum_e f_{m,e} a_e +
    1 - \sum_e f_{m,e}` and, for a well-stirred liver, :math:`x = E_h/(1-E_h)`:

    .. math::
        F_g(t) = \frac{F_g}{a_g (1 - F_g) + F_g}, \quad F_h(t) = \frac{1}{1 + r x}, \quad
        k(t) = k \, \frac{r (1 + x)}{1 + r x}

    Each step is solved exactly with the rates at its middle (second order, positive, stable at any step). With concentrations
    that last, the AUC is that of the mechanistic static model.

    Parameters
    ----------
    times_h
        Shape (steps + 1,), rising: :func:`~.concentrations.grid`, with every intake among its breaks.
    gut_um, liver_um
        The perpetrator in the middle of each step, in the wall of the gut and, unbound, at the inlet of the liver:
        :func:`~.concentrations.course`; shape (steps,) or (draws, steps).
    gut, liver, victim
        As in :func:`~.static.static`; numbers or shape (draws,).
    taken_h
        When the victim is taken, on the same clock, before the end of the grid.
    window_h
        After the intake of the victim: from when to when its half-life is measured.

    Raises
    ------
    ValueError
        Times that do not rise, shapes that do not belong together, a concentration below zero, a window outside the grid.
    """
    times = _times(times_h, taken_h)
    steps = np.diff(times)
    in_gut, in_liver = _curve("gut_um", gut_um, steps), _curve("liver_um", liver_um, steps)
    shape = np.broadcast_shapes(
        np.shape(gut_um)[:-1], np.shape(liver_um)[:-1], victim.shape, *(one.shape for one in (gut, *liver.values()) if one)
    )

    gut_left, gut_free = (np.ones((1, 1)),) * 2 if gut is None else _enzyme(gut, in_gut, steps)
    active = gut_left * gut_free
    availability = np.asarray(victim.gut_availability, float)
    passed = 1 / (active * (1 - availability) + availability)

    remaining: Floats = np.ones((1, 1)) * victim.untouched()
    lowest: dict[str, Floats] = {}
    for enzyme, kinetics in liver.items():
        left, free = _enzyme(kinetics, in_liver, steps)
        lowest[enzyme] = left.min(axis=0)
        if enzyme in victim.fractions:
            remaining = remaining + np.asarray(victim.fractions[enzyme], float) * (left * free)
    for enzyme in sorted(victim.fractions.keys() - liver.keys()):
        remaining = remaining + np.asarray(victim.fractions[enzyme], float)

    extraction = np.asarray(victim.extraction, float)
    odds = extraction / (1 - extraction)
    spared = (1 + odds) / (1 + remaining * odds)
    rate = np.log(2) / np.asarray(victim.half_life_h, float)
    left = np.exp(-np.maximum(times - taken_h, 0.0)[:, None] * np.atleast_1d(np.asarray(victim.absorption_per_h, float)))
    entered, later = left[:-1] - left[1:], left[-1]
    window = _window(times - taken_h, window_h)
    usual = _follow(entered, later, rate * np.ones((1, 1)), steps, window)
    reach = passed * spared
    changed = _follow(entered * reach, later * reach[-1], rate * remaining * spared, steps, window)
    auc, cmax, slope = (_shaped(with_it / without, shape) for with_it, without in zip(changed, usual, strict=True))
    return Turnover(
        auc=auc,
        cmax=cmax,
        half_life=np.asarray(1 / slope),
        gut_enzyme=_shaped(gut_left.min(axis=0), shape),
        liver_enzyme={enzyme: _shaped(left, shape) for enzyme, left in lowest.items()},
    )


def _shaped(values: Floats, shape: tuple[int, ...]) -> Floats:
    return np.array(np.broadcast_to(values, shape or (1,))).reshape(shape)


def _times(times_h: ArrayLike, taken_h: float) -> Floats:
    times = checked("times_h", times_h)
    if times.ndim != 1 or times.size < 2 or np.any(np.diff(times) <= 0):
        raise ValueError("times_h should be at least two times that rise")
    if not times[0] <= taken_h < times[-1]:
        raise ValueError(f"the victim is taken at {taken_h:g} h; should be between {times[0]:g} and {times[-1]:g} h")
    return times


def _curve(name: str, values: ArrayLike, steps: Floats) -> Floats:
    """By step, then by draw."""
    array = np.asarray(values, float)
    if array.ndim not in (1, 2) or array.shape[-1] != steps.size:
        raise ValueError(f"{name} has shape {array.shape}; should have {steps.size} values, one for each step, last")
    if np.any(~np.isfinite(array)) or np.any(array < 0):
        raise ValueError(f"{name} has a value below zero or none; should be concentrations")
    return np.ascontiguousarray(np.atleast_2d(array).T)


def _enzyme(kinetics: Kinetics, inhibitor_um: Floats, steps: Floats) -> tuple[Floats, Floats]:
    """How much there is, on average over each step, and what share of it is free."""
    free = kinetics.free(inhibitor_um)
    if not kinetics.lasting:
        return np.ones((1, 1)), free
    degradation = np.asarray(kinetics.degradation_per_h, float)
    loss = degradation + kinetics.inactivation(inhibitor_um)
    rest = degradation * kinetics.synthesis(inhibitor_um) / loss
    exponent = loss * steps[:, None]
    kept = np.exp(-exponent)
    begins = np.empty_like(kept)
    level = np.ones(kept.shape[1])
    for step in range(steps.size):
        begins[step] = level
        level = rest[step] + (level - rest[step]) * kept[step]
    return rest + (begins - rest) * (1 - kept) / exponent, free


def _window(since_h: Floats, window_h: tuple[float, float]) -> tuple[int, int]:
    begins, ends = (int(at) for at in np.searchsorted(since_h, np.asarray(window_h) - 1e-9))
    if not 0 < begins < ends < since_h.size:
        raise ValueError(f"the window from {window_h[0]:g} to {window_h[1]:g} h after the intake should lie in the grid")
    return begins, ends


def _follow(
    entered: Floats, later: Floats, rate: Floats, steps: Floats, window: tuple[int, int]
) -> tuple[Floats, Floats, Floats]:
    """AUC to infinity, highest amount, and the fall of its logarithm over the window, by draw.

    ``entered`` in each step, and ``later`` than the last; cleared at ``rate``, which stays as it is after the last step.
    """
    width = np.broadcast_shapes(entered.shape, rate.shape)[-1]
    exponent = rate * steps[:, None]
    kept = np.exp(-exponent)
    gained = entered * (-np.expm1(-exponent) / exponent)
    kept, gained, rate = (np.broadcast_to(one, (steps.size, width)) for one in (kept, gained, rate))
    amount, highest, area = np.zeros(width), np.zeros(width), np.zeros(width)
    marks = []
    for step in range(steps.size):
        if step in window:
            marks.append(amount)
        following = amount * kept[step] + gained[step]
        # What came in and is not there any more was cleared: rate times area.
        area = area + (entered[step] + amount - following) / rate[step]
        amount = following
        highest = np.maximum(highest, amount)
    if len(marks) < 2:
        marks.append(amount)
    first, last = marks
    return area + (amount + later) / rate[-1], highest, np.log(first / last)
