"""What one cell of a certificate means: an amount, a bound, or that something was found, absent or not tested."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from equipoise.intake.certificate_words import (
    ABSENT,
    BELOW_LOQ,
    FOUND,
    JUDGED,
    NOTHING,
    SAMPLE,
    UNDETECTED,
    Outcome,
    letters,
    weighed,
)
from equipoise.intake.table import SHOWN, shown
from equipoise.values.amounts import SHARES, UNITS, Per, Unit, unit_of

_MOST: Mapping[Per, int] = {"gram": 1, "serving": 1000, "unit": 1000, "container": 1_000_000, "millilitre": 20}
"""Grams that nothing holds more of: a kilogram in a serving, a tonne in a container, more than any matter in a millilitre."""

_MOST_COUNTED = Decimal("1e13")

_NUMBER = re.compile(
    r"(?P<sign>[<>≤≥]=?)?\s*(?P<minus>[-−])?(?P<digits>\d[\d.,' ]*?|[.,]\d+)"
    r"(?:\s*(?:e(?P<e>[+-]?\d{1,3})|[x×]\s*10\s*\^?\s*(?P<ten>[+-]?\d{1,3})))?\s*(?P<unit>[%µμa-z][^\d]*(?:100\s*g)?)?",
    re.IGNORECASE,
)

_PLUS_MINUS = re.compile(r"±|\+\s*/?\s*[-−]")
_COVERAGE = re.compile(r"[\s,;(]*\bk\s*=\s*\d(?:[.,]\d+)?\s*\)?\s*$", re.IGNORECASE)
"""How many standard deviations an uncertainty is, where a laboratory says so."""

LONGEST = 200
"""Letters of a cell that is read as a name or a number."""


class CellError(ValueError):
    """What is wrong with a cell: the column, and a sentence."""

    def __init__(self, column: str, says: str) -> None:
        super().__init__(says)
        self.column = column


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One cell of a result; ``uncertainty`` is what stands behind ``±``, in the unit of the value."""

    column: str
    outcome: Outcome
    unit: Unit
    value: Decimal | None = None
    uncertainty: Decimal | None = None
    sample_g: Decimal | None = None


def reading(column: str, cell: str, unit: str, *, microbe: bool) -> Reading:
    """What a cell of a column of results says, ``unit`` being what stands beside it or in the name of the column."""
    word = letters(cell)
    said = _said_unit(unit, "unit")
    words: list[tuple[frozenset[str], Outcome]] = [
        (NOTHING, "no-result"),
        (JUDGED, "no-result"),
        (UNDETECTED, "absent" if microbe and said == "not-said" else "not-detected"),
        (BELOW_LOQ, "below"),
        (ABSENT, "absent" if microbe else "not-detected"),
        (FOUND, "detected"),
    ]
    sample = SAMPLE.search(word)
    alone = letters(SAMPLE.sub("", word)) or word  # "3 g" alone is an amount, and no sample of nothing
    for known, outcome in words:
        if alone in known:
            of_unit = SAMPLE.fullmatch(unit) if microbe and said == "not-said" else None
            weight = sample if alone != word else of_unit
            sample_g = None if weight is None else decimal(weight[1], whole=False, column=column)
            return Reading(column=column, outcome=outcome, unit=said, sample_g=sample_g)
    return _uncertain(column, cell, said) if _PLUS_MINUS.search(cell) else _number(column, cell, said)


def _uncertain(column: str, cell: str, said: Unit) -> Reading:
    """``0.4 ± 0.1 mg/g``, ``(0.4 ± 0.1) mg/g``, ``0.4 mg/g +/- 0.1 (k=2)``."""
    plain = _COVERAGE.sub("", cell)
    inside = re.fullmatch(r"\s*\(([^()]*)\)([^()]*)", plain)
    first, *others = _PLUS_MINUS.split(plain if inside is None else inside[1] + inside[2])
    second = others[0].strip()
    if len(others) > 1 or not re.match(r"[\d.,]", second):
        raise CellError(column, f"has {shown(cell)!r}; should be a number, and what it is uncertain by behind one ±")
    by = _number(column, second, said)
    one = _number(column, first, by.unit)
    if one.outcome != "measured":
        raise CellError(column, f"has {shown(cell)!r}; should be a bound or a number with what it is uncertain by, not both")
    return replace(one, uncertainty=by.value)


def _said_unit(text: str, column: str) -> Unit:
    plain, basis = weighed(text)
    text = text if basis == "not-said" else plain
    if not text or text in {"-", "—", "n/a", "N/A"} or SAMPLE.fullmatch(text):
        return "not-said"
    unit = unit_of(text)
    if unit is None:
        raise CellError(column, f"has {text[:SHOWN]!r}; should be one of {', '.join(UNITS)}")
    return unit


def _number(column: str, cell: str, said: Unit) -> Reading:
    match = _NUMBER.fullmatch(cell.strip())
    if match is None:
        raise CellError(column, f"has {shown(cell)!r}; should be a number, <LOQ, ND, Absent or Detected")
    if match["minus"]:
        raise CellError(column, f"has {cell!r}; should not be below zero")
    own = _said_unit(match["unit"].strip(), column) if match["unit"] else "not-said"
    if own != "not-said" and said not in {own, "not-said"}:
        raise CellError(column, f"has {cell!r} beside the unit {said}; both should be the same")
    unit = own if own != "not-said" else said
    exponent = int(match["e"] or match["ten"] or 0)
    value = decimal(match["digits"], whole=unit == "cfu/g", column=column).scaleb(exponent)
    most = most_of(unit)
    if most is not None and value > most:
        more = "more than there is in a gram" if unit in SHARES else "more than a product can hold"
        raise CellError(column, f"has {cell!r}, {more}; should be at most {most:f} {unit}")
    sign = match["sign"] or ""
    outcome: Outcome = "below" if sign[:1] in {"<", "≤"} else "above" if sign else "measured"
    return Reading(column=column, outcome=outcome, unit=unit, value=value)


def most_of(unit: Unit) -> Decimal | None:
    """What nothing holds more of, in a unit; None where the unit is not said."""
    if unit == "not-said":
        return None
    one = UNITS[unit]
    return _MOST_COUNTED if one.counted else Decimal(int(_MOST[one.per] / one.size))


def bare(cell: str) -> bool:
    """Whether a cell is a number without a unit."""
    match = _NUMBER.fullmatch(_PLUS_MINUS.split(cell)[0].strip())
    return match is not None and not match["unit"]


def decimal(digits: str, *, whole: bool, column: str) -> Decimal:
    """A number with a decimal point or comma, and with or without signs between thousands.

    ``1,234`` can be 1234 or 1.234 and is refused, unless the number is ``whole``, as counts are.
    """
    text = digits.replace(" ", "").replace("'", "")
    commas, points = text.count(","), text.count(".")
    if commas and points:
        point = "," if text.rindex(",") > text.rindex(".") else "."
        thousands = "." if point == "," else ","
        fits = re.fullmatch(rf"\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})+{re.escape(point)}\d*", text)
        text = text.replace(thousands, "").replace(point, ".") if fits else ""
    elif commas > 1 or (commas and whole):
        text = text.replace(",", "") if re.fullmatch(r"\d{1,3}(?:,\d{3})+", text) else ""
    elif re.fullmatch(r"[1-9]\d{0,2},\d{3}", text):
        raise CellError(
            column, f"has {digits!r}; should be {text.replace(',', '')} or {text.replace(',', '.')}, which are different"
        )
    else:
        text = text.replace(",", ".")
    try:
        return Decimal(text)
    except InvalidOperation:
        raise CellError(column, f"has {digits!r}; should be a number with one decimal point") from None


def bound(name: str, cell: str, unit: Unit) -> Decimal | None:
    """A limit of quantitation or detection in the unit of the result."""
    if letters(cell) in NOTHING or not cell:
        return None
    found = _number(name, cell.removeprefix("<").strip(), "not-said")
    if found.value is None or found.value <= 0:
        raise CellError(name, f"has {cell!r}; should be above zero")
    if found.unit in {"not-said", unit}:
        return found.value
    if found.unit in SHARES and unit in SHARES:
        ratio = SHARES[found.unit] / SHARES[unit]
        return (found.value * ratio.numerator / ratio.denominator).normalize()
    raise CellError(name, f"has {cell!r} beside a result in {unit}; both should have one unit")


def rounding(value: Decimal) -> Decimal:
    """Half a unit of the last digit that is printed."""
    return Decimal(1).scaleb(int(value.as_tuple().exponent)) / 2


def agree(one: Reading, other: Reading) -> bool:
    """Whether two columns of one line can be the same amount, as far as last digits and uncertainties leave it open."""
    if one.unit not in SHARES or other.unit not in SHARES or one.value is None or other.value is None:
        return True
    if one.outcome != other.outcome:
        return False
    spans = [
        (Fraction(value - half) * SHARES[unit], Fraction(value + half) * SHARES[unit])
        for value, unit, open_by in ((one.value, one.unit, one.uncertainty), (other.value, other.unit, other.uncertainty))
        for half in [rounding(value) + (open_by or 0)]
    ]
    return spans[0][0] < spans[1][1] and spans[1][0] < spans[0][1]


def grams(cell: str) -> Decimal | None:
    """The weight of a serving; None where the cell tells none."""
    match = re.fullmatch(r"([\d.,]+)\s*(mg|g|grams?)?", cell.strip(), re.IGNORECASE)
    if match is None:
        return None  # "2 capsules" is no weight
    small = (match[2] or "g").lower() == "mg"
    weight = decimal(match[1], whole=False, column="serving") * (Decimal("0.001") if small else 1)
    if not 0 < weight <= 1000:
        raise CellError("serving", f"a serving has {cell!r}; should be above zero and at most 1000 g")
    return weight.normalize() if small else weight
