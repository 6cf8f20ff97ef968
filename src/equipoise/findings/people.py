"""What a person is, and what they wrote, beside kratom: conditions with their evidence, and signs that are urgent.

A condition is answered as a medicine is: how severe and how likely stay two things. A sign is looked for in every word that was
written, and takes no notice of a "not" beside it: help that nobody needed does no harm.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from equipoise.engines.interactions import LIKELIHOODS, SEVERITIES
from equipoise.findings.finding import Citation
from equipoise.findings.interactions import SEVERE, PieceAnswer, likely_words, only_case, piece_answers, weighed
from equipoise.intake.medicine_names import Register, folded, recognise, register
from equipoise.records.case import Case
from equipoise.records.condition import Applies, Condition
from equipoise.records.evidence import Evidence
from equipoise.records.vocabulary import Sign

NOT_KNOWN = "Not among the conditions on record, so nothing was looked up for it. That says nothing of its risk."
ADULT_YEARS = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionAnswer:
    """A rule on a person. ``because``: what of the case it rests on, as given; ``questions`` are to be taken along."""

    id: str
    label: str
    because: tuple[str, ...]
    severity: str
    severe_because: str
    likelihood: str
    one_case: bool
    contested: bool
    sentence: str
    plain: str
    effect: str
    mechanism: str | None
    watch: tuple[str, ...]
    ask: str | None
    questions: tuple[str, ...]
    evidence: tuple[PieceAnswer, ...]
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedCondition:
    """What became of a condition as it was typed: ``conditions`` are ids that are taken as meant, ``suggestions`` never."""

    typed: str
    conditions: tuple[str, ...]
    suggestions: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignAnswer:
    """An urgent sign, in whose words it stood, and which help stands first; ``source`` says that it is urgent."""

    id: str
    label: str
    help: str
    seen_in: tuple[str, ...]
    source: Citation


def condition_register(evidence: Evidence) -> Register:
    """The names of the conditions that people name themselves; an age has none."""
    named = {
        name: (condition.id,)
        for condition in evidence.conditions.values()
        if condition.applies.to != "age"
        for name in (condition.label, *condition.names)
    }
    return register(named, families={}, topic=(), unii={})


def typed_condition(evidence: Evidence, typed: str, known: Register) -> TypedCondition:
    """What a typed condition is; one that is only similar is asked for, never taken."""
    found = recognise(typed, known)
    labels = tuple(evidence.conditions[ident].label for option in found.options for ident in option.medicines)
    if found.medicines:
        said = f"Read as {' and '.join(evidence.conditions[ident].label for ident in found.medicines)}."
    elif labels:
        said = f"Not looked up: not sure what is meant. Did you mean {' or '.join(f'“{label}”' for label in labels)}?"
    else:
        said = NOT_KNOWN
    return TypedCondition(typed=typed, conditions=found.medicines, suggestions=labels, sentence=said)


def condition_answers(evidence: Evidence, case: Case, typed: Sequence[TypedCondition]) -> tuple[ConditionAnswer, ...]:
    """Every rule that holds of the person, the worst first."""
    found = [
        _answer(condition, because)
        for condition in evidence.conditions.values()
        if (because := tuple(_because(condition, case, typed)))
    ]
    return tuple(sorted(found, key=rank))


def rank(answer: ConditionAnswer) -> tuple[int, int, str]:
    """The most severe first, of those the likeliest."""
    return SEVERITIES.index(answer.severity), LIKELIHOODS.index(answer.likelihood), answer.id


def _because(condition: Condition, case: Case, typed: Sequence[TypedCondition]) -> Iterator[str]:
    """What of the case the rule rests on."""
    applies = condition.applies
    yield from (one.typed for one in typed if condition.id in one.conditions)
    if applies.to == "age":
        yield from _aged(applies, case.age)
    elif applies.to in ("pregnant", "breastfeeding"):
        if getattr(case, applies.to) == "yes":
            yield applies.to
    elif applies.value is not None and getattr(case.phenotypes, applies.to, None) == applies.value:
        yield f"{applies.to.upper()}: {applies.value}"


def _aged(applies: Applies, age: int | None) -> Iterator[str]:
    if age is not None and of_age(applies, age):
        yield f"age {age}"


def of_age(applies: Applies, age: int) -> bool:
    """Whether a rule holds of an age, in years."""
    return (applies.below is None or age < applies.below) and (applies.above is None or age > applies.above)


def _answer(condition: Condition, because: tuple[str, ...]) -> ConditionAnswer:
    held = weighed(condition.evidence)
    return ConditionAnswer(
        id=condition.id,
        label=condition.label,
        because=because,
        severity=condition.severity,
        severe_because=condition.severe_because,
        likelihood=held.likelihood,
        one_case=only_case(condition, held) is not None,
        contested=held.contested,
        sentence=f"Kratom and {condition.label}: {SEVERE[condition.severity]}; {likely_words(condition, held)}.",
        plain=condition.plain,
        effect=condition.effect,
        mechanism=condition.mechanism,
        watch=condition.watch,
        ask=condition.ask,
        questions=condition.questions,
        evidence=piece_answers(condition.evidence, None),
        note=condition.note,
    )


# Urgent signs.

URGENT: tuple[str, ...] = ("crisis", "emergency", "poison", "doctor-today")
"""Kinds of help, in the order in which their signs stand."""


def written(case: Case) -> Mapping[str, str]:
    """Every text of a case that a person typed in their own words, by the name of its field."""
    held = {f"medicines[{place}]": text for place, text in enumerate(case.medicines or ())}
    held |= {f"conditions[{place}]": text for place, text in enumerate(case.conditions or ())}
    if case.kratom is not None and case.kratom.reason is not None:
        held["kratom.reason"] = case.kratom.reason
    if case.note is not None:
        held["note"] = case.note
    return held


def signs(evidence: Evidence, texts: Mapping[str, str]) -> tuple[SignAnswer, ...]:
    """The urgent signs that stand in some texts, those of a crisis first."""
    found: dict[str, list[str]] = {}
    for name, text in texts.items():
        plain = folded(text)
        for sign in evidence.vocabulary.signs.values():
            if _pattern(sign.words).search(plain):
                found.setdefault(sign.id, []).append(name)
    return _ordered(_sign(evidence.vocabulary.signs[ident], seen) for ident, seen in found.items())


def _ordered(found: Iterable[SignAnswer]) -> tuple[SignAnswer, ...]:
    return tuple(sorted(found, key=lambda one: URGENT.index(one.help)))


def _sign(sign: Sign, seen: Sequence[str]) -> SignAnswer:
    return SignAnswer(
        id=sign.id, label=sign.label, help=sign.help, seen_in=tuple(seen), source=Citation(ref=sign.ref, at=sign.at)
    )


@cache
def _pattern(words: str) -> re.Pattern[str]:
    """Any of the words, each whole, where ``*`` lets a word go on."""
    forms = [folded(form.replace("*", " zstarz")).replace(" zstarz", "[a-z]*") for form in words.split("|") if form.strip()]
    return re.compile(rf"(?<![a-z0-9])(?:{'|'.join(forms)})(?![a-z0-9])")
