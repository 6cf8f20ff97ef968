r"""The perpetrator where the enzymes are: in the gut's lumen, in its wall, and in the blood that enters the liver.

Amounts in µmol, volumes in L, times in h: concentrations are µM. An amount in mg is 1000 / (g/mol) µmol.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from equipoise.engines.interactions.kinetics import Floats, checked

LUMEN_L = 0.25
"""The glass of water that the largest concentration in the gut's lumen is reckoned with: dose / 250 mL [1]_.

.. [1] ICH M12 as ddir 0.16.0 restates it: R/compounds.R, key_concentrations, "Gut concentration".
"""
GUT_FLOW_L_H = 18.0
"""Blood that leaves the villi of the gut: 0.3 L/min (ddir 0.16.0, R/compounds.R, default of key_concentrations)."""
LIVER_FLOW_L_H = 1.616 * 60
"""Blood through the liver: 1.616 L/min (the same place)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Concentrations in the wall of the gut and, unbound, at the inlet of the liver, µM; shape (..., steps)."""

    gut_um: Floats
    liver_um: Floats


def lumen(dose_umol: ArrayLike) -> Floats:
    """The largest concentration in the lumen of the gut, µM: all of the dose in 250 mL."""
    return np.asarray(checked("dose_umol", dose_umol, least=0.0) / LUMEN_L)


def wall(
    dose_umol: ArrayLike, *, absorption_per_h: ArrayLike, absorbed: ArrayLike = 1.0, flow_l_h: ArrayLike = GUT_FLOW_L_H
) -> Floats:
    r"""The largest concentration in the wall of the gut, µM.

    .. math:: I_g = F_a k_a \, \mathrm{Dose} / Q_{en}

    References
    ----------
    .. [1] ICH M12 section 7.5.1.2 as ddir 0.16.0 restates it: R/compounds.R, "Enteric (villous) concentration".
    """
    dose = checked("dose_umol", dose_umol, least=0.0)
    fraction = _share("absorbed", absorbed)
    return np.asarray(
        fraction * checked("absorption_per_h", absorption_per_h, above=0.0) * dose / checked("flow_l_h", flow_l_h, above=0.0)
    )


def inlet(
    cmax_um: ArrayLike,
    dose_umol: ArrayLike,
    *,
    unbound: ArrayLike,
    absorption_per_h: ArrayLike,
    absorbed: ArrayLike = 1.0,
    gut_availability: ArrayLike = 1.0,
    flow_l_h: ArrayLike = LIVER_FLOW_L_H,
    blood_plasma: ArrayLike = 1.0,
) -> Floats:
    r"""The largest unbound concentration at the inlet of the liver, µM.

    .. math:: I_h = f_u \left(C_{max} + \frac{F_a F_g k_a \, \mathrm{Dose}}{Q_h R_B}\right)

    References
    ----------
    .. [1] ICH M12 section 7.5.1.2 as ddir 0.16.0 restates it: R/compounds.R, "Unbound hepatic inlet concentration".
    """
    rate = wall(dose_umol, absorption_per_h=absorption_per_h, absorbed=absorbed, flow_l_h=1.0)
    portal = rate * _share("gut_availability", gut_availability) / _flow(flow_l_h, blood_plasma)
    return np.asarray(_share("unbound", unbound) * (checked("cmax_um", cmax_um, least=0.0) + portal))


def course(
    dose_umol: ArrayLike,
    taken_h: ArrayLike,
    at_h: ArrayLike,
    *,
    systemic_um: ArrayLike,
    unbound: ArrayLike,
    absorption_per_h: ArrayLike,
    absorbed: ArrayLike = 1.0,
    gut_availability: ArrayLike = 1.0,
    gut_unbound: ArrayLike = 1.0,
    gut_flow_l_h: float = GUT_FLOW_L_H,
    liver_flow_l_h: float = LIVER_FLOW_L_H,
    blood_plasma: float = 1.0,
) -> Course:
    r"""The same two concentrations over time, for any list of intakes that are absorbed at first order.

    .. math::
        v(t) = F_a k_a \sum_{t_j \le t} D_j e^{-k_a (t - t_j)}, \qquad
        I_g = f_{u,g}\, v / Q_{en}, \qquad I_h = f_u \left(C + F_g v / (Q_h R_B)\right)

    At the moment of a first dose these are the largest concentrations of the static model, apart from Cmax.

    Parameters
    ----------
    dose_umol, taken_h
        Shape (intakes,): how much, when.
    at_h
        Shape (steps,): the times asked for; ``middles`` of a grid, for the turnover model.
    systemic_um
        The total concentration in plasma at these times; shape (steps,) or (draws, steps).
    unbound, absorption_per_h, absorbed, gut_availability, gut_unbound
        Of the perpetrator; numbers or shape (draws,).

    Raises
    ------
    ValueError
        Shapes that do not belong together, or a value outside its range.
    """
    doses = checked("dose_umol", np.atleast_1d(np.asarray(dose_umol, float)), least=0.0)
    taken, at = checked("taken_h", np.atleast_1d(np.asarray(taken_h, float))), checked("at_h", at_h)
    systemic = np.asarray(systemic_um, float)
    if doses.shape != taken.shape or systemic.shape[-1:] != at.shape:
        raise ValueError(
            f"{doses.size} doses at {taken.size} times, and {systemic.shape} concentrations at {at.size} times; "
            "should have a time for each dose, and a concentration for each time"
        )
    if np.any(~np.isfinite(systemic)) or np.any(systemic < 0):
        raise ValueError("systemic_um has a value below zero or none; should be concentrations")
    velocity = _absorption(doses, taken, at, checked("absorption_per_h", absorption_per_h, above=0.0))
    velocity = velocity * _share("absorbed", absorbed)[..., None]
    portal = velocity * _share("gut_availability", gut_availability)[..., None] / _flow(liver_flow_l_h, blood_plasma)
    return Course(
        gut_um=_share("gut_unbound", gut_unbound)[..., None] * velocity / checked("gut_flow_l_h", gut_flow_l_h, above=0.0),
        liver_um=_share("unbound", unbound)[..., None] * (systemic + portal),
    )


def _absorption(doses: Floats, taken: Floats, at: Floats, rate: Floats) -> Floats:
    """How fast all intakes together are absorbed; each time asks only the last intake before it, which carries those before."""
    order = np.argsort(taken, kind="stable")
    doses, taken = doses[order], taken[order]
    waiting = np.empty((taken.size + 1, *rate.shape))
    waiting[0] = left = np.zeros(rate.shape)
    for intake, dose in enumerate(doses):
        since = taken[intake] - taken[max(intake - 1, 0)]
        waiting[intake + 1] = left = left * np.exp(-rate * since) + dose
    last = np.searchsorted(taken, at, side="right")
    since = at - taken[np.maximum(last - 1, 0)]
    return np.asarray(rate[..., None] * np.moveaxis(waiting[last], 0, -1) * np.exp(-rate[..., None] * np.maximum(since, 0.0)))


def grid(
    until_h: float,
    *,
    breaks_h: ArrayLike = (),
    finest_h: float = 0.02,
    coarsest_h: float = 0.5,
    growth: float = 1.12,
    spacing: Literal["growing", "even"] = "growing",
) -> Floats:
    """Times from 0 to ``until_h``, shape (steps + 1,): fine after each break (an intake, of either), then coarser.

    A break is always one of the times. ``even`` has steps of ``finest_h`` throughout, at most.

    Raises
    ------
    ValueError
        An end that is not above zero, or steps that cannot grow.
    """
    checked("until_h", until_h, above=0.0)
    if not 0 < finest_h <= coarsest_h or growth <= 1:
        raise ValueError(
            f"steps of {finest_h:g} to {coarsest_h:g} h cannot grow by {growth:g}; should grow from a small to a large step"
        )
    inner = np.asarray(breaks_h, float)
    corners = np.unique(np.concatenate([[0.0, until_h], inner[(inner > 0) & (inner < until_h)]]))
    pieces = [np.zeros(1)]
    for begins, ends in pairwise(corners):
        span = ends - begins
        if spacing == "even":
            count = int(np.ceil(span / finest_h))
            widths = np.full(count, span / count)
        else:
            rising = finest_h * growth ** np.arange(np.ceil(np.log(coarsest_h / finest_h) / np.log(growth)))
            widths = np.concatenate([rising, np.full(int(np.ceil(span / coarsest_h)), coarsest_h)])
            widths = widths[: int(np.searchsorted(np.cumsum(widths), span)) + 1]
            widths *= span / widths.sum()
        steps = begins + np.cumsum(widths)
        steps[-1] = ends
        pieces.append(steps)
    return np.concatenate(pieces)


def middles(times_h: ArrayLike) -> Floats:
    """The middle of each step of a grid, where the turnover model asks for concentrations; shape (steps,)."""
    times = np.asarray(times_h, float)
    return np.asarray((times[1:] + times[:-1]) / 2)


def _share(name: str, value: ArrayLike) -> Floats:
    return checked(name, value, least=0.0, most=1.0)


def _flow(flow_l_h: ArrayLike, blood_plasma: ArrayLike) -> Floats:
    flow, ratio = checked("flow_l_h", flow_l_h, above=0.0), checked("blood_plasma", blood_plasma, above=0.0)
    return np.asarray(flow * ratio)
