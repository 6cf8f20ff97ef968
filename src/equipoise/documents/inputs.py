"""What became of each thing that was given, what was not given and would change the answer, and questions for the visit."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from equipoise.documents import lines
from equipoise.documents.desk import Desk
from equipoise.documents.gathered import Gathered, given
from equipoise.findings.exposure_answer import ExposureAnswer
from equipoise.findings.people import ConditionAnswer
from equipoise.findings.places import Found
from equipoise.records.case import Case, KratomUse

Became = Literal["used", "asked", "not recognised", "no data", "not used"]


@dataclass(frozen=True, slots=True, kw_only=True)
class InputAnswer:
    """What became of one thing that was given: its field, the text as given, and a sentence."""

    field: str
    given: str
    became: Became
    sentence: str
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingAnswer:
    """A thing that was not given, and what it would change, for the person and for a clinician."""

    field: str
    label: str
    person: str
    clinician: str


def inputs(held: Gathered) -> Iterator[InputAnswer]:
    """Everything that was given, each by name: nothing is dropped without a word."""
    case = held.case
    yield from _medicine_inputs(held)
    yield from _condition_inputs(held)
    fields = [*(["place"] if given(case.place) else []), *(["travel"] * len(case.travel))]
    for field, found in zip(fields, held.found, strict=True):
        yield _place_input(field, found)
    yield from _person_inputs(case, held.conditions, tested=held.product is not None, asked=bool(held.law))
    if case.kratom is not None:
        yield from _kratom_inputs(case.kratom, held.exposure, held.why_not)
    if held.product is not None:
        sentence = f"Read: {len(held.product.lines)} lines, held against {len(held.product.limits)} limits."
        yield InputAnswer(field="certificate", given="lab report", became="used", sentence=sentence)
    if case.note is not None:
        yield InputAnswer(
            field="note",
            given="your own words",
            became="used",
            sentence="Read for urgent signs, in English and a few words of other languages; nothing else was taken from it.",
        )


_BECAME: Mapping[str, Became] = {
    "medicine": "used",
    "topic": "used",
    "which": "asked",
    "did-you-mean": "asked",
    "unregistered": "no data",
}


def _medicine_inputs(held: Gathered) -> Iterator[InputAnswer]:
    for one in () if held.listed is None else held.listed.names:
        yield InputAnswer(
            field=held.moved.get(one.typed, "medicines"),
            given=one.typed,
            became=_BECAME.get(one.kind, "not recognised"),
            sentence=one.sentence,
            suggestions=one.suggestions,
        )
    if "medicines" in held.none:
        sentence = "No medicine was given, so none was checked."
        yield InputAnswer(field="medicines", given="none", became="used", sentence=sentence)


def _condition_inputs(held: Gathered) -> Iterator[InputAnswer]:
    for one in held.typed:
        yield InputAnswer(
            field=held.moved.get(one.typed, "conditions"),
            given=one.typed,
            became="used" if one.conditions else "asked" if one.suggestions else "not recognised",
            sentence=one.sentence,
            suggestions=one.suggestions,
        )
    if "conditions" in held.none:
        yield InputAnswer(field="conditions", given="none", became="used", sentence="No condition was given.")


def _place_input(field: str, found: Found) -> InputAnswer:
    if found.spot is not None:
        return InputAnswer(field=field, given=found.typed, became="used", sentence=f"Read as {found.spot.name}.")
    near = (
        f"Did you mean {' or '.join(found.called)}?"
        if found.near
        else "A place is a code such as TH, US-TN or US-CA/San Diego."
    )
    return InputAnswer(
        field=field,
        given=found.typed,
        became="asked" if found.near else "not recognised",
        sentence=f"Not a place that is known here, so no law was looked up for it. {near}",
        suggestions=found.near,
    )


_RULED = "A rule on record is about it: it stands in the answer."
_NO_RULE = "Nothing on record is about it."


def _person_inputs(case: Case, conditions: Sequence[ConditionAnswer], *, tested: bool, asked: bool) -> Iterator[InputAnswer]:
    """``tested``: there is a lab report, whose limits hold for some people and not for others; ``asked``: law was looked up."""
    ruled = {because for one in conditions for because in one.because}
    if case.age is not None:
        by_law = " Some laws ask for it." if asked else ""
        chosen = " It chooses among the limits of the lab report." if tested else ""
        said = f"{_RULED if f'age {case.age}' in ruled else _NO_RULE}{by_law}{chosen}"
        yield InputAnswer(field="age", given=str(case.age), became="used", sentence=said)
    if case.sex is not None:
        said = "It chooses among the limits of the lab report." if tested else "No rule on record differs by it."
        yield InputAnswer(field="sex", given=case.sex, became="used" if tested else "not used", sentence=said)
    for field in ("pregnant", "breastfeeding"):
        answer = getattr(case, field)
        if answer is not None:
            said = _RULED if field in ruled else "Nothing was looked up for it." if answer == "no" else _NO_RULE
            yield InputAnswer(field=field, given=answer, became="used", sentence=said)
    if case.phenotypes is not None:
        for field in ("cyp2d6", "cyp3a"):
            word = getattr(case.phenotypes, field)
            if word is not None:
                said = _RULED if f"{field.upper()}: {word}" in ruled else _NO_RULE
                became: Became = "used" if said == _RULED else "no data"
                yield InputAnswer(field=f"phenotypes.{field}", given=word, became=became, sentence=said)


_KRATOM = {
    "use": "Taken into account in what is said of kratom.",
    "product": "It decides which law and which model are asked.",
    "grams": "",
    "mg_per_g": "",
    "mitragynine_mg": "",
    "times_per_day": "",
    "times": "",
    "since": "",
    "stopped": "Taken into account in what is said of kratom.",
    "reason": "Read for urgent signs only.",
    "serving_g": "Used for limits of a serving.",
    "unit_g": "Used for limits of a unit.",
    "container_g": "Used for limits of a package.",
}


def _kratom_inputs(use: KratomUse, exposure: ExposureAnswer | None, why_not: str) -> Iterator[InputAnswer]:
    computed = "Used in the model." if exposure is not None else f"Not used: {why_not.removeprefix('not supported: ')}."
    for field, said in _KRATOM.items():
        value = getattr(use, field)
        if value is None or value == ():
            continue
        text = ", ".join(value) if isinstance(value, tuple) else "your own words" if field == "reason" else str(value)
        sentence = said or computed
        if field == "times_per_day" and use.times:
            sentence = "Not used: the times themselves were given."
        became: Became = "not used" if sentence.startswith("Not used") else "used"
        yield InputAnswer(field=f"kratom.{field}", given=text, became=became, sentence=sentence)


def missing(held: Gathered) -> Iterator[MissingAnswer]:
    """What was not given, and what it would change."""
    case, use = held.case, held.case.kratom
    takes_none = use is not None and use.use in ("considering", "never")  # an intake that is only thought of is not asked for
    there = {
        "age": case.age is not None,
        "pregnancy": case.pregnant is not None
        or case.sex == "male"
        or any(one.id in ("pregnancy", "breastfeeding") for one in held.conditions),
        "place": bool(given(case.place)),
        "medicines": case.medicines is not None,
        "conditions": case.conditions is not None,
        "phenotypes": case.phenotypes is not None,
        "kratom": use is not None,
        "amount": use is not None and (takes_none or use.grams is not None or use.mitragynine_mg is not None),
        "times": use is not None and (takes_none or bool(use.times or use.times_per_day)),
        "since": use is not None and (takes_none or use.since is not None),
        "certificate": case.certificate is not None or held.product is not None,
    }
    for field, (label, person, clinician) in lines.MISSING.items():
        if not there[field]:
            yield MissingAnswer(field=field, label=label, person=person, clinician=clinician)


def questions(desk: Desk, held: Gathered) -> Iterator[str]:
    """Those that this person's answers raise first, then those that anybody may ask; each once."""
    yield from dict.fromkeys((*_own_questions(held), *desk.page.questions))


def _own_questions(held: Gathered) -> Iterator[str]:
    names = () if held.listed is None else held.listed.names
    for one in names:
        if not one.medicines and one.kind != "topic":
            yield f"What is “{lines.shown(one.typed)}”, and does it matter beside kratom?"
    answers = () if held.listed is None else held.listed.medicines
    grave = [answer.name for answer in answers if answer.rules and answer.rules[0].severity in ("life-threatening", "serious")]
    if grave:
        yield f"What does kratom mean for my {lines.joined(grave)}? Which signs are an emergency?"
    for typed in held.typed:
        if not typed.conditions:
            yield f"Does “{lines.shown(typed.typed)}” matter beside kratom?"
    for condition in held.conditions:
        yield from condition.questions
    if held.case.kratom is not None and held.case.kratom.use not in ("considering", "never"):
        yield "I use kratom. Is it in my record, and who else should know?"
