"""What was measured in a product: each amount an interval of what it can be, since ``< LOQ`` is not zero.

Exact fractions throughout, so that 0.05%, 500 ppm and 0.5 mg/g are one number and an amount at its limit is not above it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from equipoise.values.amounts import ANY, NONE, PERS, UNITS, Bounds, Per, Unit
from equipoise.values.analytes import ALKALOIDS, TOTAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """An amount of an analyte: ``bounds`` in grams (microbes: colony-forming units) in one ``per``; None: no unit was said.

    ``censored``: ``high`` is a limit of detection or quantitation, or unknown. ``detected``: it was found, whatever the amount.
    ``absent_in``: no microbe was found in so many grams; that is no count.

    Raises
    ------
    ValueError
        More than a gram in a gram, or a sample that is not above zero.
    """

    analyte: str
    bounds: Bounds
    per: Per | None
    censored: bool = False
    counted: bool = False
    detected: bool = False
    absent_in: Fraction | None = None

    def __post_init__(self) -> None:
        if self.per == "gram" and not self.counted and self.bounds.low > 1:
            raise ValueError(f"{self.analyte} is {float(self.bounds.low):g} g in a gram; it should be at most the whole")
        if self.absent_in is not None and self.absent_in <= 0:
            raise ValueError(f"{self.analyte} is absent in {self.absent_in} g; the sample should be above zero")

    @classmethod
    def of(cls, analyte: str, *, low: Decimal, high: Decimal | None, unit: Unit, censored: bool = False) -> "Content":
        """An amount as printed: ``low`` is ``high`` where it was measured, and zero where it is below ``high``.

        Raises
        ------
        ValueError
            A unit that is none of :data:`Unit`, or bounds that no amount can have.
        """
        bounds = Bounds(Fraction(low), None if high is None else Fraction(high))
        if unit == "not-said":
            return cls(analyte=analyte, bounds=bounds, per=None, censored=censored)
        if unit not in UNITS:
            raise ValueError(f"{analyte} has the unit {unit!r}; it should be one of {', '.join(UNITS)} or not-said")
        one = UNITS[unit]
        return cls(analyte=analyte, bounds=bounds * one.size, per=one.per, censored=censored, counted=one.counted)

    @classmethod
    def absent(cls, analyte: str, *, in_g: Decimal | None) -> "Content":
        """A microbe that was not found in ``in_g`` grams; None where the size of the sample was not said."""
        sample = None if in_g is None else Fraction(in_g)
        return cls(analyte=analyte, bounds=ANY, per="gram", censored=True, counted=True, absent_in=sample)

    @classmethod
    def found(cls, analyte: str) -> "Content":
        """An analyte that was detected, nobody said how much."""
        return cls(analyte=analyte, bounds=ANY, per="gram", counted=True, detected=True)


def amount(contents: Iterable[Content], analyte: str, *, per: Per, grams: Mapping[Per, Fraction]) -> Bounds | None:
    """What an analyte amounts to in one ``per``; None where it was not measured, or not in what can be converted.

    ``grams``: the weight of a serving, a unit, a container or a millilitre, as far as they are known. Several measurements of
    one analyte leave open all that any of them does.
    """
    weights = {**grams, "gram": Fraction(1)}
    found: Bounds | None = None
    for content in contents:
        if content.analyte != analyte or content.per is None:
            continue
        if content.per == per:
            bounds = content.bounds
        elif content.per in weights and per in weights:
            bounds = content.bounds * (weights[per] / weights[content.per])
        else:
            continue
        found = bounds if found is None else found.hull(bounds)
    return found


def total(contents: Sequence[Content], *, per: Per = "gram", grams: Mapping[Per, Fraction] | None = None) -> Bounds:
    """The measured alkaloids together. Those below a limit of quantitation add anything from zero to that limit."""
    parts = [amount(contents, name, per=per, grams=grams or {}) for name in ALKALOIDS]
    return sum((part for part in parts if part is not None), NONE)


def fraction(
    contents: Sequence[Content],
    analyte: str,
    *,
    of: Literal["measured", "all"] = "measured",
    grams: Mapping[Per, Fraction] | None = None,
) -> Bounds | None:
    r"""Share of one alkaloid in the alkaloids, from 0 to 1, as an interval.

    .. math:: \frac{a}{a + \overline{r}} \le \text{share} \le \frac{\overline{a}}{\overline{a} + r}

    with :math:`a` and :math:`\overline{a}` the bounds of the alkaloid, :math:`r` and :math:`\overline{r}` those of the other
    measured ones. Alkaloids that were not measured can only make it smaller: the upper bound holds for them too, the lower one
    only ``of`` the ``measured``; ``of`` ``all`` it is zero. Where ``total-alkaloids`` was measured it stands for the whole.

    Returns
    -------
    Bounds or None
        None where the alkaloid was not measured, or nothing else and no total.
    """
    for per in PERS:
        part = amount(contents, analyte, per=per, grams=grams or {})
        whole = amount(contents, TOTAL, per=per, grams=grams or {})
        others = [amount(contents, name, per=per, grams=grams or {}) for name in ALKALOIDS if name != analyte]
        known = [other for other in others if other is not None]
        if part is not None and whole is not None:
            return _of_total(part, whole)
        if part is not None and known:
            rest = sum(known, NONE)
            high = Fraction(1) if part.high is None else _share(part.high, rest.low)
            low = Fraction(0) if of == "all" or rest.high is None else _share(part.low, rest.high)
            return Bounds(low, high)
    return None


def _of_total(part: Bounds, whole: Bounds) -> Bounds:
    low = min(part.low / whole.high, Fraction(1)) if whole.high else Fraction(0)
    high = Fraction(1) if part.high is None or not whole.low else min(part.high / whole.low, Fraction(1))
    return Bounds(low, high)


def _share(part: Fraction, rest: Fraction) -> Fraction:
    return part / (part + rest) if part else Fraction(0)
