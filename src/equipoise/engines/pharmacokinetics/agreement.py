"""Whether printed pharmacokinetic numbers can all be true."""

import math
from dataclasses import dataclass

FOLD = 2.0
"""Means of ratios and ratios of means differ, and so do medians of different people; more than twofold is another matter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """``implied``: the clearance that volume and half-life ask for, in L/h; ``ratio``: printed to implied; ``holds``: within
    ``fold`` either way.
    """  # noqa: D205 - one sentence

    implied: float
    ratio: float
    fold: float
    holds: bool


def consistent(*, cl_f: float, vz_f: float, half_life_h: float, fold: float = FOLD) -> Agreement:
    r"""Hold a printed oral clearance (L/h) against the printed volume of the terminal phase (L) and half-life (h).

    .. math:: CL/F = \frac{\ln 2 \; V_z/F}{t_{1/2}}

    Raises
    ------
    ValueError
        A number that is not finite and above 0, or a fold that is not above 1.
    """
    for name, value in (("cl_f", cl_f), ("vz_f", vz_f), ("half_life_h", half_life_h)):
        if not (math.isfinite(value) and value > 0):
            raise ValueError(f"{name} is {value}; should be finite and above 0")
    if not fold > 1:
        raise ValueError(f"fold is {fold}; should be above 1")
    implied = math.log(2) * vz_f / half_life_h
    ratio = cl_f / implied
    return Agreement(implied=implied, ratio=ratio, fold=fold, holds=1 / fold <= ratio <= fold)
