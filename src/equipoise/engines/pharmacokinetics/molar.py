"""Amounts of substance from masses: molar masses by formula, nmol, nM and ng/mL."""

import re
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

ATOMIC_WEIGHTS: Mapping[str, float] = MappingProxyType({"H": 1.00794, "C": 12.0107, "N": 14.00674, "O": 15.9994})
"""Standard atomic weights 1995: Pure and Applied Chemistry 68:2339-2359, Table 2."""

MITRAGYNINE = "C23H30N2O4"
HYDROXYMITRAGYNINE = "C23H30N2O5"


def molar_mass(formula: str) -> float:
    """Molar mass in g/mol of a formula such as ``C23H30N2O4``: carbon, hydrogen, nitrogen and oxygen alone.

    Raises
    ------
    ValueError
        A formula that is not written so, or one with an element that is not in :data:`ATOMIC_WEIGHTS`.
    """
    parts = re.findall(r"([A-Z][a-z]?)([1-9][0-9]*)?", formula)
    if not parts or "".join(element + count for element, count in parts) != formula:
        raise ValueError(f"{formula!r} is not a formula; should be like C23H30N2O4")
    unknown = sorted({element for element, _ in parts} - set(ATOMIC_WEIGHTS))
    if unknown:
        raise ValueError(f"{formula} has {', '.join(unknown)}; atomic weights are known of {', '.join(ATOMIC_WEIGHTS)}")
    return sum(ATOMIC_WEIGHTS[element] * int(count or 1) for element, count in parts)


def nmol(mg: ArrayLike, formula: str = MITRAGYNINE) -> Floats:
    """Amount of substance in nmol of a mass in mg."""
    return np.asarray(mg, dtype=np.float64) * (1e6 / molar_mass(formula))


def nanomolar(ng_per_ml: ArrayLike, formula: str) -> Floats:
    """Concentration in nM (nmol/L) of one in ng/mL."""
    return np.asarray(ng_per_ml, dtype=np.float64) * (1e3 / molar_mass(formula))


def ng_per_ml(nanomolar: ArrayLike, formula: str) -> Floats:
    """Concentration in ng/mL of one in nM (nmol/L)."""
    return np.asarray(nanomolar, dtype=np.float64) * (molar_mass(formula) / 1e3)
