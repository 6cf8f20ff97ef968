"""The mechanistic static model: one concentration for the gut, one for the liver, and enzymes that have come to rest."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from equipoise.engines.interactions.kinetics import Floats, Kinetics, Victim, checked

CUT_OFF = 1.25
"""A rise of exposure to 1.25 asks for a closer look (Vieira 2014, Clinical Pharmacology & Therapeutics 95:189-198)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Static:
    """AUC with the perpetrator over AUC without it, and the two factors that it is the product of."""

    auc: Floats
    gut: Floats
    liver: Floats


def static(
    *, gut_um: ArrayLike, liver_um: ArrayLike, gut: Kinetics | None, liver: Mapping[str, Kinetics], victim: Victim
) -> Static:
    r"""The ratio of AUCs by the mechanistic static model of ICH M12.

    .. math::
        \mathrm{AUCR} = \frac{1}{A_g B_g C_g (1 - F_g) + F_g} \cdot
        \frac{1}{\sum_e A_e B_e C_e f_{m,e} + 1 - \sum_e f_{m,e}}

    with :math:`A = 1/(1+I/K_i)`, :math:`B = k_{deg}/(k_{deg} + k_{inact} I/(K_I+I))` and
    :math:`C = 1 + E_{max} I/(EC_{50}+I)` (section 7.5.1.2 [1]_; the guideline writes one enzyme, the sum over several is ours).

    The concentrations are the largest there are, and they are taken to last: what the model gives for a single dose of a
    perpetrator that destroys enzyme is therefore too much.

    Parameters
    ----------
    gut_um, liver_um
        In the wall of the gut (:func:`~.concentrations.wall`); unbound, at the inlet of the liver
        (:func:`~.concentrations.inlet`).
    gut
        CYP3A in the wall of the gut; None where the perpetrator leaves it alone.
    liver
        By enzyme; those that are not named are left alone.
    victim
        Its fractions by enzyme, and what escapes the gut.

    Raises
    ------
    ValueError
        A concentration below zero.

    References
    ----------
    .. [1] ICH M12 as ddir 0.16.0 restates it: R/cyp.R, mech_stat_cyp_risk.
    """
    in_gut, in_liver = checked("gut_um", gut_um, least=0.0), checked("liver_um", liver_um, least=0.0)
    availability = np.asarray(victim.gut_availability, float)
    active = np.asarray(1.0) if gut is None else _active(gut, in_gut)
    gut_factor = 1 / (active * (1 - availability) + availability)
    rest = victim.untouched()
    for enzyme, fraction in victim.fractions.items():
        rest = rest + np.asarray(fraction, float) * (_active(liver[enzyme], in_liver) if enzyme in liver else 1.0)
    return Static(auc=np.asarray(gut_factor / rest), gut=np.asarray(gut_factor), liver=np.asarray(1 / rest))


def _active(kinetics: Kinetics, inhibitor_um: Floats) -> Floats:
    return np.asarray(kinetics.free(inhibitor_um) * kinetics.left(inhibitor_um) * kinetics.synthesis(inhibitor_um))
