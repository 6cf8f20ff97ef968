"""Amounts of an analyte: units, what a number can be, and text such as ``0.4mg/g``, all converted without rounding.

Everything is a :class:`fractions.Fraction`: 0.05 percent, 500 ppm and 0.5 mg/g are one number. What is not known is an interval
of what it can be, so that a limit is met, is exceeded, or cannot be told.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal, get_args

Per = Literal["gram", "serving", "unit", "container", "millilitre"]
"""What an amount is in; a ``unit`` is one capsule, tablet or piece."""

PERS: tuple[Per, ...] = get_args(Per)

Unit = Literal[
    "percent", "mg/g", "ug/g", "ng/g", "mg/serving", "ug/serving", "mg/unit", "mg/container", "mg/mL", "cfu/g", "not-said"
]
"""The units in which amounts are kept as printed; other spellings of them are the same numbers."""

Operator = Literal["<", "<=", ">", ">="]

_UG, _NG = Fraction(1, 10**6), Fraction(1, 10**9)

MASSES: Mapping[str, Fraction] = {"g": Fraction(1), "mg": Fraction(1, 1000), "ug": _UG, "mcg": _UG, "ng": _NG}
"""Masses in grams."""

_SHARES = {
    **dict.fromkeys(("%", "percent", "%w/w", "w/w%", "%wt", "wt%"), Fraction(1, 100)),
    "ppm": _UG,
    "ppb": _NG,
}
"""Words for shares of the weight: grams in a gram."""

_HOLDERS: Mapping[str, tuple[Per, int]] = {
    "g": ("gram", 1),
    "kg": ("gram", 1000),
    "100g": ("gram", 100),
    "serving": ("serving", 1),
    **dict.fromkeys(("unit", "capsule", "tablet", "piece"), ("unit", 1)),
    **dict.fromkeys(("container", "package", "bottle"), ("container", 1)),
    **dict.fromkeys(("ml", "mL"), ("millilitre", 1)),
}
"""What stands behind the stroke of a unit, and how many of it."""

_COUNTS = frozenset({"cfu/g", "cfu/gram", "mpn/g"})
"""Microbes: a most probable number is read as a count of colonies."""

_MOST = 1_000_000
"""Grams: no product holds more."""

_WRITTEN = re.compile(r"\s*([+-]?[0-9]+(?:\.[0-9]+)?)\s*([^\s0-9.+-]\S*?)\s*")


@dataclass(frozen=True, slots=True)
class Measure:
    """One of a unit: ``size`` grams in one ``per``; ``counted``: colony-forming units and not grams."""

    size: Fraction
    per: Per
    counted: bool = False


def measure(unit: str) -> Measure | None:
    """What ``ppm``, ``µg/g``, ``g/kg``, ``mg/serving`` or ``cfu/g`` measures; None where the word is no unit of ours."""
    flat = _ascii(unit)
    if flat in _COUNTS:
        return Measure(Fraction(1), "gram", counted=True)
    if flat in _SHARES:
        return Measure(_SHARES[flat], "gram")
    mass, _, holder = flat.partition("/")
    if mass not in MASSES or holder not in _HOLDERS:
        return None
    per, many = _HOLDERS[holder]
    return Measure(MASSES[mass] / many, per)


def _ascii(unit: str) -> str:
    return unit.replace("µ", "u").replace("μ", "u")


UNITS: Mapping[Unit, Measure] = {unit: found for unit in get_args(Unit) if (found := measure(unit)) is not None}
"""All units but ``not-said``."""

SHARES: Mapping[Unit, Fraction] = {unit: one.size for unit, one in UNITS.items() if one.per == "gram" and not one.counted}
"""Units of the weight: grams in a gram."""

_UNIT_OF = {one: unit for unit, one in UNITS.items()}


def unit_of(text: str) -> Unit | None:
    """The unit of a spelling in any case and with any spaces: ``MCG / g``, ``mg per serving``, ``% (w/w)``; None for no unit.

    Spellings of one unit are equal by definition, so that no number beside them changes.
    """
    flat = re.sub(r"\s+", "", _ascii(text.casefold())).replace("per", "/").strip(".()[]")
    found = measure("percent" if flat in {"/cent", "/cent."} else flat)
    return None if found is None else _UNIT_OF.get(found)


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
        number, written = _split(text)
        match measure(written):
            case Measure(size, "gram" | "serving" | "container" as per, False):
                return cls(number * size, per)
        right = "%, percent, ppm, mg/g, mg/kg, ug/g, µg/g, g/kg, g/g, ppb, ng/g, mg/serving or mg/container"
        raise ValueError(f"{text!r} has the unit {written!r}; should be one of {right}")


def mass(text: str) -> Fraction:
    """Grams of ``3g`` or ``500mg``; zero, less than zero and other units are a ValueError."""
    number, written = _split(text)
    one = MASSES.get(_ascii(written))
    if one is None:
        raise ValueError(f"{text!r} has the unit {written!r}; should be one of {', '.join(MASSES)}")
    if number <= 0:
        raise ValueError(f"{text!r} is not above zero; should be a weight such as 3g")
    if number * one > _MOST:
        raise ValueError("a weight is above a tonne; should be that of a serving or container, such as 3g")
    return number * one


def _split(text: str) -> tuple[Fraction, str]:
    match = _WRITTEN.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not an amount; should be a number and a unit, such as 0.4mg/g")
    return Fraction(Decimal(match[1])), match[2]


@dataclass(frozen=True, slots=True)
class Bounds:
    """What an amount can be: from ``low`` to ``high``; None: nothing bounds it from above.

    Raises
    ------
    ValueError
        Below zero, or the wrong way round.
    """

    low: Fraction
    high: Fraction | None

    def __post_init__(self) -> None:
        if self.low < 0 or (self.high is not None and self.high < self.low):
            raise ValueError(f"an amount is from {self.low} to {self.high}; it should be from zero or more to no less")

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

    def __mul__(self, factor: Fraction) -> "Bounds":
        return Bounds(self.low * factor, None if self.high is None else self.high * factor)

    def __add__(self, other: "Bounds") -> "Bounds":
        return Bounds(self.low + other.low, None if self.high is None or other.high is None else self.high + other.high)

    def hull(self, other: "Bounds") -> "Bounds":
        """From the lower low to the higher high: what two measurements leave open together."""
        high = None if self.high is None or other.high is None else max(self.high, other.high)
        return Bounds(min(self.low, other.low), high)

    def apart(self, other: "Bounds") -> bool:
        """Whether no amount lies in both."""
        return any(one.high is not None and two.low > one.high for one, two in ((self, other), (other, self)))


NONE = Bounds(Fraction(0), Fraction(0))
"""Nothing of it."""

ANY = Bounds(Fraction(0), None)
"""Nothing known."""
