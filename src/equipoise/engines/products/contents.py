"""What was measured in a product: each amount an interval of what it can be, since ``< LOQ`` is not zero.

Exact fractions throughout, so that 0.05%, 500 ppm and 0.5 mg/g are one number and an amount at its limit is not above it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from equipoise.values.amounts import ANY, NONE, PERS, UNITS, Bounds, Per, Unit
from equipoise.values.analytes import ALKALOIDS, TOTAL

MOIST = Fraction(15, 100)
"""An assumption: the most water in a gram of a product whose moisture was not measured; ``docs/products.md`` has the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """An amount of an analyte: ``bounds`` in grams (microbes: colony-forming units) in one ``per``; None: no unit was said.

    ``censored``: ``high`` is a limit of detection or quantitation, or unknown. ``detected``: it was found, whatever the amount.
    ``absent_in``: no microbe was found in so many grams; that is no count. ``form``: the part of an element that was measured
    (``inorganic``); None: all of it. ``dry``: whether it is by dry weight; None: not said. ``rounding``: half a unit of the
    last printed digit.

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
    form: str | None = None
    dry: bool | None = None
    rounding: Fraction = Fraction(0)

    def __post_init__(self) -> None:
        if self.per == "gram" and not self.counted and self.bounds.low > 1:
            raise ValueError(f"{self.analyte} is {float(self.bounds.low):g} g in a gram; it should be at most the whole")
        if self.absent_in is not None and self.absent_in <= 0:
            raise ValueError(f"{self.analyte} is absent in {self.absent_in} g; the sample should be above zero")

    @classmethod
    def of(
        cls,
        analyte: str,
        *,
        low: Decimal,
        high: Decimal | None,
        unit: Unit,
        censored: bool = False,
        form: str | None = None,
        dry: bool | None = None,
    ) -> "Content":
        """An amount as printed: ``low`` is ``high`` where it was measured, and zero where it is below ``high``.

        Raises
        ------
        ValueError
            A unit that is none of :data:`Unit`, or bounds that no amount can have.
        """
        bounds = Bounds(Fraction(low), None if high is None else Fraction(high))
        if unit == "not-said":
            return cls(analyte=analyte, bounds=bounds, per=None, censored=censored, form=form)
        if unit not in UNITS:
            raise ValueError(f"{analyte} has the unit {unit!r}; it should be one of {', '.join(UNITS)} or not-said")
        one = UNITS[unit]
        return cls(
            analyte=analyte,
            bounds=bounds * one.size,
            per=one.per,
            censored=censored,
            counted=one.counted,
            form=form,
            dry=dry,
            rounding=Fraction(Decimal(1).scaleb(int(low.as_tuple().exponent))) / 2 * one.size,
        )

    @classmethod
    def absent(cls, analyte: str, *, in_g: Decimal | None) -> "Content":
        """A microbe that was not found in ``in_g`` grams; None where the size of the sample was not said."""
        sample = None if in_g is None else Fraction(in_g)
        return cls(analyte=analyte, bounds=ANY, per="gram", censored=True, counted=True, absent_in=sample)

    @classmethod
    def found(cls, analyte: str) -> "Content":
        """An analyte that was detected, nobody said how much."""
        return cls(analyte=analyte, bounds=ANY, per="gram", counted=True, detected=True)


def by_weight(contents: Sequence[Content], *, dry: bool | None, moisture: Bounds | None) -> tuple[Content, ...]:
    r"""The contents all by dry weight, or all by the weight of the product as it is.

    .. math:: a_\text{dry} = \frac{a}{1 - m}

    with :math:`m` the ``moisture`` in a gram; where it is None :math:`m` can be anything from zero to :data:`MOIST`. An amount
    of which nobody said by which weight it is counts as that of the product as it is. ``dry`` None: the contents as they are,
    unless some are by dry weight and some not.
    """
    if dry is None:
        if len({content.dry is True for content in contents if not content.counted}) < 2:
            return tuple(contents)
        dry = False
    if all(content.counted or (content.dry is True) == dry for content in contents):
        return tuple(contents)
    return tuple(_by_weight(content, dry=dry, moisture=moisture or Bounds(Fraction(0), MOIST)) for content in contents)


def _by_weight(content: Content, *, dry: bool, moisture: Bounds) -> Content:
    if content.counted or (content.dry is True) == dry:
        return content
    least, most = 1 - (1 if moisture.high is None else moisture.high), 1 - moisture.low  # of dry matter in a gram
    low, high = content.bounds.low, content.bounds.high
    if dry:
        low = low / most if most > 0 else low
        high = None if high is None or least <= 0 else high / least
    elif content.per == "gram":
        low, high = low * max(least, Fraction(0)), None if high is None else high * most
    if content.per == "gram":  # the whole is the most that there can be
        low, high = min(low, Fraction(1)), high if high is None else min(high, Fraction(1))
    return replace(content, bounds=Bounds(low, high), dry=dry)


def amount(
    contents: Iterable[Content], analyte: str, *, per: Per, grams: Mapping[Per, Fraction], form: str | None = None
) -> Bounds | None:
    """What an analyte amounts to in one ``per``; None where it was not measured, or not in what can be converted.

    ``grams``: the weight of a serving, a unit, a container or a millilitre, as far as they are known. Several measurements of
    one analyte leave open all that any of them does. ``form``: a part of it; where only the whole was measured the part is
    from nothing to that, and where only parts were the whole is at least the largest of them.
    """
    held = [content for content in contents if content.analyte == analyte]
    own = _hull([content for content in held if content.form == form], per=per, grams=grams)
    if form is None:
        named = {content.form for content in held} - {None}
        parts = [_hull([content for content in held if content.form == one], per=per, grams=grams) for one in named]
        least = [part.low for part in parts if part is not None]
        return Bounds(max(least), None) if own is None and least else own
    whole = _hull([content for content in held if content.form is None], per=per, grams=grams)
    if own is None or whole is None or whole.high is None or own.low > whole.high:
        return own if own is not None or whole is None else Bounds(Fraction(0), whole.high)
    return Bounds(own.low, whole.high if own.high is None else own.high)


def _hull(contents: Iterable[Content], *, per: Per, grams: Mapping[Per, Fraction]) -> Bounds | None:
    weights = {**grams, "gram": Fraction(1)}
    found: Bounds | None = None
    for content in contents:
        if content.per is None:
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


def total_disagrees(contents: Sequence[Content], *, grams: Mapping[Per, Fraction] | None = None) -> bool:
    """Whether the alkaloids come to more than their measured total, by more than their last digits leave open."""
    opened = [
        replace(
            one,
            bounds=Bounds(
                max(one.bounds.low - one.rounding, Fraction(0)),
                None if one.bounds.high is None else one.bounds.high + one.rounding,
            ),
        )
        for one in contents
    ]
    for per in PERS:
        whole = amount(opened, TOTAL, per=per, grams=grams or {})
        if whole is not None and whole.high is not None and total(opened, per=per, grams=grams).low > whole.high:
            return True
    return False


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
    only ``of`` the ``measured``; ``of`` ``all`` it is zero. Where ``total-alkaloids`` was measured it stands for the whole;
    where its parts come to more than it (:func:`total_disagrees`) the share is what either of them leaves open.

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
        if part is None or (whole is None and not known):
            continue
        rest = sum(known, NONE)
        high = Fraction(1) if part.high is None else _share(part.high, rest.low)
        low = Fraction(0) if of == "all" or not known or rest.high is None else _share(part.low, rest.high)
        if whole is None:
            return Bounds(low, high)
        if total_disagrees(contents, grams=grams):
            return _of_total(part, whole).hull(Bounds(low, high))
        return _of_total(part, at_least(whole, part.low + rest.low))
    return None


def at_least(whole: Bounds, parts: Fraction) -> Bounds:
    """A total that was rounded to less than the sum of its ``parts`` is that sum."""
    return Bounds(max(whole.low, parts), None if whole.high is None else max(whole.high, parts))


def _of_total(part: Bounds, whole: Bounds) -> Bounds:
    low = min(part.low / whole.high, Fraction(1)) if whole.high else Fraction(0)
    high = Fraction(1) if part.high is None or not whole.low else min(part.high / whole.low, Fraction(1))
    return Bounds(low, high)


def _share(part: Fraction, rest: Fraction) -> Fraction:
    return part / (part + rest) if part else Fraction(0)
