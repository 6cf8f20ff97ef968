"""Amounts of an analyte and the limits that laws set on them, converted without rounding.

Everything is a :class:`fractions.Fraction`: 0.05 percent, 500 ppm and 0.5 mg/g are one number. What is not known is an interval
of what it can be, so that a limit is met, is exceeded, or cannot be told.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

Unit = Literal["percent", "ppm", "mg/g", "mg", "ratio"]
Basis = Literal["dry-weight", "product-weight", "alkaloid-fraction", "per-serving", "per-container", "to-mitragynine"]
Operator = Literal["<", "<=", ">", ">="]

_PER_GRAM = {
    "%": Fraction(1, 100),
    "percent": Fraction(1, 100),
    "ppm": Fraction(1, 1_000_000),
    "mg/g": Fraction(1, 1000),
    "mg/kg": Fraction(1, 1_000_000),
    "ug/g": Fraction(1, 1_000_000),
    "µg/g": Fraction(1, 1_000_000),
    "g/kg": Fraction(1, 1000),
    "g/g": Fraction(1),
}
"""Shares of the weight: grams of analyte in a gram of product."""

_MASS = {"g": Fraction(1), "mg": Fraction(1, 1000), "ug": Fraction(1, 1_000_000), "µg": Fraction(1, 1_000_000)}
"""Masses in grams."""

_MOST = 1_000_000
"""Grams: no product holds more."""

_WRITTEN = re.compile(r"\s*([+-]?[0-9]+(?:\.[0-9]+)?)\s*([^\s0-9.+-]\S*?)\s*")


@dataclass(frozen=True, slots=True)
class Amount:
    """How much of an analyte: grams in a gram of product, in a serving or in a container.

    Raises
    ------
    ValueError
        Below zero, or a share of the weight above the whole.
    """

    grams: Fraction
    per: Literal["gram", "serving", "container"]

    def __post_init__(self) -> None:
        if self.grams < 0:
            raise ValueError(f"an amount is {float(self.grams):g} g; should not be below zero")
        if self.grams > _MOST:
            raise ValueError("an amount is above a tonne; should be what a product holds")
        if self.per == "gram" and self.grams > 1:
            raise ValueError(f"an amount is {float(self.grams):g} g in a gram; should be at most the whole")

    @classmethod
    def parse(cls, text: str) -> "Amount":
        """Read ``0.4mg/g``, ``0.05%``, ``400ppm``, ``1mg/serving`` or ``20mg/container``; anything else is a ValueError."""
        number, unit = _split(text)
        mass, _, holder = unit.partition("/")
        if unit in _PER_GRAM:
            return cls(number * _PER_GRAM[unit], "gram")
        if mass in _MASS and holder in ("serving", "container"):
            return cls(number * _MASS[mass], "serving" if holder == "serving" else "container")
        right = f"{', '.join(_PER_GRAM)}, mg/serving or mg/container"
        raise ValueError(f"{text!r} has the unit {unit!r}; should be one of {right}")


def mass(text: str) -> Fraction:
    """Grams of ``3g`` or ``500mg``; zero, less than zero and other units are a ValueError."""
    number, unit = _split(text)
    if unit not in _MASS:
        raise ValueError(f"{text!r} has the unit {unit!r}; should be one of {', '.join(_MASS)}")
    if number <= 0:
        raise ValueError(f"{text!r} is not above zero; should be a weight such as 3g")
    if number * _MASS[unit] > _MOST:
        raise ValueError("a weight is above a tonne; should be that of a serving or container, such as 3g")
    return number * _MASS[unit]


def _split(text: str) -> tuple[Fraction, str]:
    match = _WRITTEN.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not an amount; should be a number and a unit, such as 0.4mg/g")
    return Fraction(Decimal(match[1])), match[2]


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a number can be: from ``low`` to ``high`` (None: no bound known)."""

    low: Fraction
    high: Fraction | None

    def compare(self, operator: Operator, value: Fraction) -> bool | None:
        """Whether it stands in that relation to ``value``; None where it cannot be told."""
        low, high = self.low, self.high
        match operator:
            case ">":
                return True if low > value else False if high is not None and high <= value else None
            case ">=":
                return True if low >= value else False if high is not None and high < value else None
            case "<":
                return True if high is not None and high < value else False if low >= value else None
            case "<=":
                return True if high is not None and high <= value else False if low > value else None


ANY = Bounds(Fraction(0), None)
"""Nothing known."""


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
        shares = {"percent": Fraction(1, 100), "ppm": Fraction(1, 1_000_000), "mg/g": Fraction(1, 1000)}
        units: dict[Basis, dict[str, Fraction]] = {
            "dry-weight": shares,
            "product-weight": shares,
            "alkaloid-fraction": shares,
            "per-serving": {"mg": Fraction(1, 1000)},
            "per-container": {"mg": Fraction(1, 1000)},
            "to-mitragynine": {"ratio": Fraction(1), "percent": Fraction(1, 100)},
        }
        if unit not in units[basis]:
            raise ValueError(f"a limit {basis} has the unit {unit}; should be {' or '.join(units[basis])}")
        amount = _WORDS[unit].format(value)
        return cls(analyte=analyte, operator=operator, value=Fraction(value) * units[basis][unit], basis=basis, amount=amount)


_WORDS = {"percent": "{}%", "ppm": "{} ppm", "mg/g": "{} mg/g", "mg": "{} mg", "ratio": "{} to 1"}
_PLACES = {
    "dry-weight": "of the dry weight",
    "product-weight": "of the product's weight",
    "alkaloid-fraction": "of all alkaloids",
    "per-serving": "in a serving",
    "per-container": "in a container",
    "to-mitragynine": "against mitragynine",
}
