"""Results that bear on kratom and depression: PHQ-9 and its ninth item, GAD-7, liver tests, QTc; the newest of each.

A number is read as the laboratory gave it, with its own upper limit and its own flag; no limit of ours is known here.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from equipoise.intake.fhir.resources import (
    LOINC,
    VOID,
    Concept,
    Gathered,
    Moment,
    Resource,
    concept,
    moment,
    name_of,
    number,
    some,
    string,
)
from equipoise.values.dates import PartialDate

ITEM_9 = "PHQ-9 item 9"
NAMES: Mapping[str, str] = {
    "44261-6": "PHQ-9",
    "44260-8": ITEM_9,
    "70274-6": "GAD-7",
    "1742-6": "ALT",
    "1743-4": "ALT",
    "1744-2": "ALT",
    "1920-8": "AST",
    "30239-8": "AST",
    "88112-8": "AST",
    "1975-2": "total bilirubin",
    "14631-6": "total bilirubin",
    "8636-3": "QTc",
    "76634-5": "QTc",
    "76635-2": "QTc",
}
"""LOINC codes and what they are called here. ALT and AST: without a method, with and without pyridoxal phosphate; bilirubin: by
mass, by moles; QTc: without a method, by Fridericia, by Bazett."""
HIGHEST: Mapping[str, int] = {"PHQ-9": 27, "GAD-7": 21}
"""The highest sum of a scale: of nine and of seven items, each of three at most."""
ANSWERS: Mapping[str, int] = {"LA6568-5": 0, "LA6569-3": 1, "LA6570-1": 2, "LA6571-9": 3}
"""LOINC's answers to an item of the PHQ-9: not at all, several days, more than half the days, nearly every day."""
ITEM_ANSWERS = frozenset({0, 1, 2, 3})
_WORDS: Mapping[str, int] = {"not at all": 0, "several days": 1, "more than half the days": 2, "nearly every day": 3}
_LETTERS = re.compile(r"[a-z]+")
"""Of an answer such as "1 - Several days" or "Several days (1)", the words."""

Comparator = Literal["<", "<=", ">=", ">"]
Flag = Literal["high", "abnormal"]
_COMPARATORS: Mapping[str, Comparator] = {"<": "<", "<=": "<=", ">=": ">=", ">": ">"}
_FLAGS: Mapping[str, Flag] = {
    **dict.fromkeys(("h", "hh", "hu", "h>", "hx", ">", "high"), "high"),
    **dict.fromkeys(("a", "aa", "abnormal"), "abnormal"),
}
"""HL7's interpretations that say high, and those that say abnormal without saying where; codes or their plain words."""
_MS: Mapping[str, int] = {
    **dict.fromkeys(("ms", "msec", "msecs", "millisecond", "milliseconds"), 1),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1000),
}
_INTERVAL_MS = range(100, 2001)
"""What is taken for a QT interval at all; beyond it a unit has slipped."""
_UNIT = re.compile(r"[\w/\[\]{}%*.^µμ-]{1,20}")
_RANGE = re.compile(
    r"(?:(?P<low>\d{1,6}(?:\.\d{1,4})?)\s*[-–]\s*|(?:<=?|≤)\s*)(?P<high>\d{1,6}(?:\.\d{1,4})?)\s*(?P<unit>\S{0,20})", re.ASCII
)
"""A range written out: ``7-52 U/L``, ``<=40``. What says more, such as a limit for each sex, is not taken apart."""
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A result: a number with its unit, or an answer of a scale as its number. ``record`` is the resource that holds it.

    ``comparator``: where the number is only a bound, which. ``upper``: the laboratory's own upper limit, in the same unit; of
    several the highest. ``limited``: whether a limit came that cannot be used, and none that can. ``flag``: what the laboratory
    says of it, where that is high or abnormal. ``preliminary``: not yet final. QTc is in milliseconds.
    """

    name: str
    on: PartialDate | None
    value: Decimal
    unit: str | None
    record: str
    comparator: Comparator | None = None
    upper: Decimal | None = None
    flag: Flag | None = None
    limited: bool = False
    preliminary: bool = False


def results(held: Gathered) -> tuple[Result, ...]:
    """The results of each name, the newest first; of one moment what is final first, then the higher.

    One without a date is older than any with one. One that cannot be used is named, unless a newer one can be.
    """
    several: list[tuple[tuple[str, bool, Decimal], Result]] = []
    newest: dict[str, str] = {}
    lost: list[tuple[str, str, str, str]] = []
    for resource in held.resources:
        if resource.get("resourceType") != "Observation" or string(resource.get("status")) in VOID:
            continue
        named = list(_named(resource))
        at = moment(resource, held, "effectiveDateTime", "effectiveInstant", "effectivePeriod", "issued") if named else None
        for name, part in named:
            order = at.order if at else ""
            try:
                found = _result(name, part, resource, at)
            except ValueError as fault:
                lost.append((name, order, name_of(resource), f"{name} {fault}"))
                continue
            several.append(((order, not found.preliminary, found.value), found))
            newest[name] = max(order, newest.get(name, order))
    for name, order, record, why in lost:
        if name not in newest or order >= newest[name]:
            held.told(record, why)
    several.sort(key=lambda one: one[0], reverse=True)
    return tuple(found for _, found in several)


def _named(resource: Resource) -> Iterator[tuple[str, Resource]]:
    """The parts of an observation that have a name here: the whole, or its components."""
    for part in (resource, *some(resource.get("component"))):
        name = next((NAMES[code] for code in concept(part.get("code")).codes(LOINC) if code in NAMES), None)
        if name is not None:
            yield name, part


def _result(name: str, part: Resource, resource: Resource, at: Moment | None) -> Result:
    """One result; what cannot be used is a ValueError that says why."""
    quantity = part.get("valueQuantity")
    value, unit, comparator = number(part.get("valueInteger")), None, None
    if isinstance(quantity, Mapping):
        value, unit = number(quantity.get("value")), _unit(quantity)
        comparator = _COMPARATORS.get(string(quantity.get("comparator")) or "")
    elif value is None:
        value = _answered(concept(part.get("valueCodeableConcept")), part)
    if value is None or (name == ITEM_9 and value not in ITEM_ANSWERS):
        raise ValueError("without a value that can be read")
    if value < _ZERO:
        raise ValueError("with a value below zero")
    if name in HIGHEST and value not in range(HIGHEST[name] + 1):
        raise ValueError(f"with a sum that its scale, of 0 to {HIGHEST[name]}, does not have")
    if name == "QTc":
        value, unit = _milliseconds(value, quantity), "ms"
    upper, limited = _upper(part, quantity)
    return Result(
        name=name,
        on=at.on if at else None,
        value=value,
        unit=unit,
        record=name_of(resource),
        comparator=comparator,
        upper=upper,
        flag=_flag(part),
        limited=limited,
        preliminary=string(resource.get("status")) == "preliminary",
    )


def _unit(quantity: Resource) -> str | None:
    """The unit as the record writes it, where that can be one."""
    written = "".join((string(quantity.get("unit")) or string(quantity.get("code")) or "").split())
    return written if _UNIT.fullmatch(written) else None


def _milliseconds(value: Decimal, quantity: object) -> Decimal:
    words = (string(quantity.get(one)) for one in ("code", "unit")) if isinstance(quantity, Mapping) else ()
    factors = {_MS.get(word.casefold()) for word in words if word}
    factor = next(iter(factors)) if len(factors) == 1 else None
    if factor is None:
        raise ValueError("in a unit other than milliseconds or seconds, or without one")
    if int(value * factor) not in _INTERVAL_MS:
        raise ValueError("of a length that no QT interval has; its unit may be wrong")
    return value * factor


def _upper(part: Resource, quantity: object) -> tuple[Decimal | None, bool]:
    """The upper limit that came with a result, where it is one of health and in its unit; of several the highest.

    Without any, whether one came that cannot be used: in another unit, or in words that are not taken apart.
    """
    found, units, lost = [], _units(quantity), False
    for one in some(part.get("referenceRange")):
        kinds = {code.code for code in concept(one.get("type")).codings}
        if kinds and "normal" not in kinds:
            continue
        high, text = one.get("high"), string(one.get("text"))
        if isinstance(high, Mapping):
            limit, own = number(high.get("value")), _units(high)
        elif text is not None and not isinstance(one.get("low"), Mapping):
            limit, own = _written_limit(text)
        else:
            continue
        same = not own or not units or bool(own & units)
        if limit is not None and limit > _ZERO and same:
            found.append(limit)
        else:
            lost = True
    return max(found, default=None), lost and not found


def _units(quantity: object) -> set[str]:
    """A unit in each way in which a quantity writes it."""
    held = quantity if isinstance(quantity, Mapping) else {}
    words = ("".join((string(held.get(name)) or "").split()) for name in ("unit", "code"))
    return {word.casefold() for word in words if _UNIT.fullmatch(word)}


def _written_limit(text: str) -> tuple[Decimal | None, set[str]]:
    """The upper end of a range that is written out, with its unit."""
    found = _RANGE.fullmatch(text)
    if found is None or (found["low"] is not None and Decimal(found["low"]) >= Decimal(found["high"])):
        return None, set()
    return Decimal(found["high"]), {found["unit"].casefold()} - {""}


def _flag(part: Resource) -> Flag | None:
    """What the laboratory says of a result; high, where it says both."""
    words = [word for one in some(part.get("interpretation")) for word in _said(concept(one))]
    flags = {_FLAGS[word] for word in words if word in _FLAGS}
    return "high" if "high" in flags else "abnormal" if flags else None


def _said(meant: Concept) -> Iterator[str]:
    for word in (*(one.code for one in meant.codings), *meant.words):
        if word:
            yield word.casefold()


def _answered(answer: Concept, part: Resource) -> Decimal | None:
    by_code = (ANSWERS[one] for one in answer.codes(LOINC) if one in ANSWERS)
    text = string(part.get("valueString")) or ""
    texts = (*answer.words, text)
    by_word = (_WORDS[said] for one in texts if (said := " ".join(_LETTERS.findall(one.casefold()))) in _WORDS)
    found = next(iter((*by_code, *by_word)), None)
    if found is not None:
        return Decimal(found)
    return Decimal(text) if text.isascii() and text.isdecimal() and len(text) <= 4 else None
