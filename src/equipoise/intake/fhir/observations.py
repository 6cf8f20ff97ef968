"""Results that bear on kratom and depression: PHQ-9 and its ninth item, GAD-7, liver tests, QTc; the newest of each."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

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
    "1920-8": "AST",
    "1975-2": "total bilirubin",
    "8636-3": "QTc",
    "76634-5": "QTc",
    "76635-2": "QTc",
}
"""LOINC codes and what they are called here. QTc: without a method, by Fridericia, by Bazett."""
ANSWERS: Mapping[str, int] = {"LA6568-5": 0, "LA6569-3": 1, "LA6570-1": 2, "LA6571-9": 3}
"""LOINC's answers to an item of the PHQ-9: not at all, several days, more than half the days, nearly every day."""
ITEM_ANSWERS = frozenset({0, 1, 2, 3})
_WORDS: Mapping[str, int] = {"not at all": 0, "several days": 1, "more than half the days": 2, "nearly every day": 3}
_LETTERS = re.compile(r"[a-z]+")
"""Of an answer such as "1 - Several days" or "Several days (1)", the words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A result: a number with its unit, or an answer of a scale as its number. ``record`` is the resource that holds it."""

    name: str
    on: PartialDate | None
    value: Decimal
    unit: str | None
    record: str


def results(held: Gathered) -> tuple[Result, ...]:
    """The newest result of each name; of two of one moment the higher. One without a date is older than any with one."""
    newest: dict[str, tuple[tuple[str, Decimal], Result]] = {}
    for resource in held.resources:
        if resource.get("resourceType") != "Observation" or string(resource.get("status")) in VOID:
            continue
        named = list(_named(resource))
        at = moment(resource, held, "effectiveDateTime", "effectiveInstant", "effectivePeriod", "issued") if named else None
        for name, part in named:
            found = _result(name, part, resource, at)
            if found is None:
                held.told(name_of(resource), f"{name} without a value that can be read")
                continue
            key = (at.order if at else "", found.value)
            if name not in newest or key > newest[name][0]:
                newest[name] = (key, found)
    return tuple(found for _, found in newest.values())


def _named(resource: Resource) -> Iterator[tuple[str, Resource]]:
    """The parts of an observation that have a name here: the whole, or its components."""
    for part in (resource, *some(resource.get("component"))):
        name = next((NAMES[code] for code in concept(part.get("code")).codes(LOINC) if code in NAMES), None)
        if name is not None:
            yield name, part


def _result(name: str, part: Resource, resource: Resource, at: Moment | None) -> Result | None:
    quantity = part.get("valueQuantity")
    value, unit = number(part.get("valueInteger")), None
    if isinstance(quantity, Mapping):
        value, unit = number(quantity.get("value")), string(quantity.get("unit")) or string(quantity.get("code"))
    elif value is None:
        value = _answered(concept(part.get("valueCodeableConcept")), part)
    if value is None or (name == ITEM_9 and value not in ITEM_ANSWERS):
        return None
    return Result(name=name, on=at.on if at else None, value=value, unit=unit, record=name_of(resource))


def _answered(answer: Concept, part: Resource) -> Decimal | None:
    by_code = (ANSWERS[one] for one in answer.codes(LOINC) if one in ANSWERS)
    text = string(part.get("valueString")) or ""
    texts = (*answer.words, text)
    by_word = (_WORDS[said] for one in texts if (said := " ".join(_LETTERS.findall(one.casefold()))) in _WORDS)
    found = next(iter((*by_code, *by_word)), None)
    if found is not None:
        return Decimal(found)
    return Decimal(text) if text.isascii() and text.isdecimal() and len(text) <= 4 else None
