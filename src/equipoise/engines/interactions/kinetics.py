"""What a perpetrator does to an enzyme, and what a victim owes to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

CYP3A = "CYP3A"
"""The one enzyme that the gut wall has here; Fg is about it alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kinetics:
    r"""One enzyme at one place in the presence of the perpetrator, all concentrations unbound.

    Parameters
    ----------
    degradation_per_h
        :math:`k_{deg}`, above zero.
    reversible_um
        :math:`K_i` of competitive inhibition; infinite where there is none.
    inactivation_um, inactivation_per_h
        :math:`K_I`, the concentration of half the fastest inactivation, and :math:`k_{inact}`, the fastest. Papers print the
        second per minute: times 60.
    induction_um, induction_fold
        :math:`EC_{50}` and :math:`E_{max}`, the largest rise of synthesis (1 doubles it).

    Each is a number or has shape (draws,).

    Raises
    ------
    ValueError
        A value that is not a number, below zero, or a zero where one has to divide by it.
    """

    degradation_per_h: ArrayLike
    reversible_um: ArrayLike = np.inf
    inactivation_um: ArrayLike = np.inf
    inactivation_per_h: ArrayLike = 0.0
    induction_um: ArrayLike = np.inf
    induction_fold: ArrayLike = 0.0

    def __post_init__(self) -> None:
        for name in ("degradation_per_h", "reversible_um", "inactivation_um", "induction_um"):
            checked(name, getattr(self, name), above=0.0, finite=name == "degradation_per_h")
        for name in ("inactivation_per_h", "induction_fold"):
            checked(name, getattr(self, name), least=0.0)

    @property
    def shape(self) -> tuple[int, ...]:
        """Of all its values together: () or (draws,)."""
        return np.broadcast_shapes(*(np.shape(getattr(self, name)) for name in self.__slots__))

    @property
    def lasting(self) -> bool:
        """Whether the perpetrator changes how much enzyme there is, and not only how free it is."""
        return bool(np.any(np.asarray(self.inactivation_per_h) > 0) or np.any(np.asarray(self.induction_fold) > 0))

    def free(self, inhibitor_um: ArrayLike) -> Floats:
        """The share of enzyme that the inhibitor leaves free, A of ICH M12: 1 / (1 + I/Ki)."""
        return np.asarray(1 / (1 + np.asarray(inhibitor_um) / np.asarray(self.reversible_um)))

    def inactivation(self, inhibitor_um: ArrayLike) -> Floats:
        """How fast enzyme is destroyed, per hour: kinact I / (KI + I)."""
        inhibitor = np.asarray(inhibitor_um)
        return np.asarray(np.asarray(self.inactivation_per_h) * inhibitor / (np.asarray(self.inactivation_um) + inhibitor))

    def synthesis(self, inhibitor_um: ArrayLike) -> Floats:
        """The synthesis of enzyme, as a multiple of that without the perpetrator, C of ICH M12: 1 + Emax I / (EC50 + I)."""
        inhibitor = np.asarray(inhibitor_um)
        return np.asarray(1 + np.asarray(self.induction_fold) * inhibitor / (np.asarray(self.induction_um) + inhibitor))

    def left(self, inhibitor_um: ArrayLike) -> Floats:
        """The share of enzyme left once destruction and synthesis are even, B of ICH M12: kdeg / (kdeg + kinact I/(KI+I))."""
        degradation = np.asarray(self.degradation_per_h)
        return np.asarray(degradation / (degradation + self.inactivation(inhibitor_um)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Victim:
    r"""A medicine whose clearance the perpetrator may change; one compartment, and a liver that is well stirred.

    Parameters
    ----------
    fractions
        :math:`f_m`: the fraction of clearance by each enzyme, together at most 1. What is left over is not touched.
    gut_availability
        :math:`F_g`: what escapes CYP3A in the wall of the gut, above 0 and at most 1; 1 where another enzyme removes it there.
    extraction
        :math:`E_h`: what the liver takes out in one passage, from 0 to below 1.
    absorption_per_h, half_life_h
        Above zero.

    Each is a number or has shape (draws,).

    Raises
    ------
    ValueError
        A value outside its range, or fractions that add up to more than 1.
    """

    fractions: Mapping[str, ArrayLike] = field(default_factory=dict)
    gut_availability: ArrayLike = 1.0
    extraction: ArrayLike = 0.0
    absorption_per_h: ArrayLike = 1.0
    half_life_h: ArrayLike = 5.0

    def __post_init__(self) -> None:
        for enzyme, fraction in self.fractions.items():
            checked(f"the fraction of {enzyme}", fraction, least=0.0, most=1.0)
        if np.any(self.untouched() < -1e-9):
            raise ValueError("the fractions add up to more than 1; should be shares of one clearance")
        checked("gut_availability", self.gut_availability, above=0.0, most=1.0)
        checked("extraction", self.extraction, least=0.0, most=1 - 1e-9)
        checked("absorption_per_h", self.absorption_per_h, above=0.0)
        checked("half_life_h", self.half_life_h, above=0.0)

    @property
    def shape(self) -> tuple[int, ...]:
        """Of all its values together: () or (draws,)."""
        others = (self.gut_availability, self.extraction, self.absorption_per_h, self.half_life_h)
        return np.broadcast_shapes(*(np.shape(value) for value in (*self.fractions.values(), *others)))

    def untouched(self) -> Floats:
        """The fraction of clearance by none of the enzymes named."""
        return np.asarray(1 - sum((np.asarray(fraction, float) for fraction in self.fractions.values()), np.asarray(0.0)))


def checked(
    name: str,
    value: ArrayLike,
    *,
    least: float | None = None,
    above: float | None = None,
    most: float | None = None,
    finite: bool = True,
) -> Floats:
    """The value as an array, if all of it lies where it should.

    Raises
    ------
    ValueError
        Says what was found and what would be right.
    """
    array = np.asarray(value, float)
    if array.ndim > 1:
        raise ValueError(f"{name} has shape {array.shape}; should be a number or have shape (draws,)")
    bad = np.isnan(array)
    if finite:
        bad |= ~np.isfinite(array)
    if least is not None:
        bad |= array < least
    if above is not None:
        bad |= array <= above
    if most is not None:
        bad |= array > most
    if np.any(bad):
        bounds = [
            f"{words} {bound:g}"
            for words, bound in (("at least", least), ("above", above), ("at most", most))
            if bound is not None
        ]
        raise ValueError(f"{name} is {array[bad].flat[0]:g}; should be {' '.join(['a number', ' and '.join(bounds)]).strip()}")
    return array
