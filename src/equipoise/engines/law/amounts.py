"""The limits that laws set on the amount of an analyte, converted without rounding."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from equipoise.values.amounts import MASSES, SHARES, Operator

Unit = Literal["percent", "ppm", "mg/g", "mg", "ratio"]
Basis = Literal["dry-weight", "product-weight", "alkaloid-fraction", "per-serving", "per-container", "to-mitragynine"]

_SHARES = {"percent": SHARES["percent"], "ppm": SHARES["ug/g"], "mg/g": SHARES["mg/g"]}
_MASSES = {"mg": MASSES["mg"]}
_UNITS: dict[Basis, dict[str, Fraction]] = {
    "dry-weight": _SHARES,
    "product-weight": _SHARES,
    "alkaloid-fraction": _SHARES,
    "per-serving": _MASSES,
    "per-container": _MASSES,
    "to-mitragynine": {"ratio": Fraction(1), "percent": SHARES["percent"]},
}
"""The units that a basis can have, in its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """``analyte operator value`` in a unit and on a basis, as a law writes it. ``value`` is in the basis' own unit.

    The own unit of a weight or alkaloid share is the share (1 = all of it), of a serving or container the gram, of a ratio one.
    ``amount``: value and unit in words.
    """

    analyte: str
    operator: Operator
    value: Fraction
    basis: Basis
    amount: str

    @property
    def printed(self) -> str:
        """The amount with its basis in words: ``2% of all alkaloids``."""
        return f"{self.amount} {_PLACES[self.basis]}"

    @classmethod
    def of(cls, *, analyte: str, operator: Operator, value: Decimal, unit: Unit, basis: Basis) -> "Limit":
        """A limit as printed, converted exactly.

        Raises
        ------
        ValueError
            A unit that the basis cannot have, or a value below zero.
        """
        if value < 0:
            raise ValueError(f"a limit is {value}; should not be below zero")
        if unit not in _UNITS[basis]:
            raise ValueError(f"a limit {basis} has the unit {unit}; should be {' or '.join(_UNITS[basis])}")
        amount = _WORDS[unit].format(value)
        return cls(analyte=analyte, operator=operator, value=Fraction(value) * _UNITS[basis][unit], basis=basis, amount=amount)


_WORDS = {"percent": "{}%", "ppm": "{} ppm", "mg/g": "{} mg/g", "mg": "{} mg", "ratio": "{} to 1"}
_PLACES = {
    "dry-weight": "of the dry weight",
    "product-weight": "of the product's weight",
    "alkaloid-fraction": "of all alkaloids",
    "per-serving": "in a serving",
    "per-container": "in a container",
    "to-mitragynine": "against mitragynine",
}
