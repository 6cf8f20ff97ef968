"""Medicines checked against kratom, as JSON and as text; ``schemas/interactions.schema.json`` is the contract of the JSON."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from equipoise.findings.interactions import (
    TWO_AXES,
    ExposureAnswer,
    ListAnswer,
    MedicineAnswer,
    RuleAnswer,
    here,
    shortened,
)
from equipoise.outputs.phrases import wrap
from equipoise.outputs.plain import dumped, plain

SCHEMA = Path(__file__).parent / "schemas" / "interactions.schema.json"

MARKS = {"life-threatening": "‼", "serious": "!", "moderate": "▲", "unknown": "?", "minor": "·"}
_MOST_SIGNS = 4


def interactions_data(answer: ListAnswer) -> dict[str, Any]:
    """The answer as dicts and lists, what matters most first; the foremost rules by their ids."""
    data: dict[str, Any] = plain(answer)
    data["foremost"] = [
        {
            "rule": rule.id,
            "severity": rule.severity,
            "likelihood": rule.likelihood,
            "short_list": rule.short_list,
            "sentence": f"{rule.sentence} {here(rule, answer.medicines)}",
        }
        for rule in answer.foremost
    ]
    data["recognised"] = answer.recognised
    return data


def interactions_json(answer: ListAnswer) -> str:
    """The answer as JSON."""
    return dumped(interactions_data(answer))


def interactions_text(answer: ListAnswer) -> str:
    """The answer for a terminal: what matters most, then each medicine as it was typed, then what was not checked."""
    return "\n".join(_lines(answer)) + "\n"


def shown(typed: str) -> str:
    """A typed name as a line may show it: of one line, without signs that steer a terminal, and not too long."""
    return shortened(" ".join(_printable(typed).split()))


def _printable(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _lines(answer: ListAnswer) -> Iterator[str]:
    yield from wrap(answer.sentence)
    for rule in (one for one in answer.foremost[1:] if not one.minor):
        yield from wrap(f"{MARKS[rule.severity]} {rule.sentence} {here(rule, answer.medicines)}", indent=2)
    for together in answer.together:
        yield from wrap(f"{MARKS[together.severity]} {together.sentence}", indent=2)
    told: set[str] = set()
    for medicine in answer.medicines:
        yield ""
        yield from _medicine(medicine, told)
    beside = [one for one in answer.names if not one.medicines or one.others]
    if beside:
        yield ""
    for one in beside:
        yield from wrap(f"{shown(one.typed)}: {one.sentence}", indent=2)
    yield ""
    if answer.kratom is not None and answer.medicines:
        yield from wrap(
            f"Levels are computed for one cup, {answer.kratom}, drunk with the medicine. In brackets are 90% intervals: they "
            "hold how people differ and how well constants are known, not that a model may be wrong. The static model takes "
            "the largest concentrations to last, which is too much for a single cup; the dynamic one follows them."
        )
    yield from wrap(TWO_AXES)
    yield ""
    yield from wrap("Not checked")
    for item in answer.not_checked:
        yield from wrap(_printable(item), first="  - ", indent=4)
    yield ""
    for note in answer.notes:
        yield from wrap(note)


def _medicine(medicine: MedicineAnswer, told: set[str]) -> Iterator[str]:
    typed = [text for text in map(shown, medicine.typed) if text.casefold() != medicine.name.casefold()]
    yield from wrap(medicine.name.upper() + (f" (typed: {', '.join(typed)})" if typed else ""))
    if not medicine.rules:
        yield from wrap("No rule on record is about it: what kratom and it do together is not known.", first="  ", indent=2)
    for rule in medicine.rules:
        yield from _rule(rule, told)
    yield from _exposure(medicine.exposure)


def _rule(rule: RuleAnswer, told: set[str]) -> Iterator[str]:
    """A rule; what it says of every medicine is told once, and of a medicine that it hardly touches not at all."""
    again = rule.id in told
    yield from wrap(f"{MARKS[rule.severity]} {rule.sentence}", first="  ", indent=4)
    because = f"Why this rule: {'; '.join(rule.because)}"
    if rule.minor:
        yield from wrap(f"{because}.", first="    ", indent=4)
        return
    yield from wrap(f"{because}. {'More on it stands above.' if again else rule.effect}", first="    ", indent=4)
    both = " People speak on both sides." if rule.contested else ""
    yield from wrap(f"Evidence: {_evidence(rule)}.{both}", first="    ", indent=4)
    if rule.likelihood == "not-in-people" and rule.note is not None and not again:
        yield from wrap(rule.note, first="    ", indent=4)
    told.add(rule.id)
    if again or rule.severity not in ("life-threatening", "serious", "unknown"):
        return
    if rule.watch:
        yield from wrap(f"Signs: {'; '.join(rule.watch[:_MOST_SIGNS])}.", first="    ", indent=4)
    if rule.ask is not None:
        yield from wrap(f"Ask: {rule.ask}", first="    ", indent=4)


def _evidence(rule: RuleAnswer) -> str:
    """``case reports for it (1 on this medicine of 3); laboratory against it (2)``."""
    said = []
    for stands, words in (("for", "for it"), ("against", "against it"), ("unclear", "unclear")):
        held = [piece for piece in rule.evidence if piece.stands == stands]
        for kind in dict.fromkeys(piece.kind for piece in held):
            alike = [piece for piece in held if piece.kind == kind]
            own = sum(piece.about == "this medicine" for piece in alike)
            itself = f", {own} on this medicine" if own else ""
            said.append(f"{_KINDS[kind]} {words} ({len(alike)}{itself})")
    return "; ".join(said)


_KINDS = {
    "human-trial": "trial",
    "observational": "study of people",
    "case": "cases",
    "animal": "animals",
    "in-vitro": "laboratory",
    "pharmacology": "pharmacology",
}


def _exposure(exposure: ExposureAnswer) -> Iterator[str]:
    yield from wrap(exposure.sentence, first="  = ", indent=4)
    for trial in exposure.trials:
        static = "" if trial.static_stands is None else f"; the static model is {trial.static_stands} it"
        found = f"{trial.value:.2f} ({trial.low:.2f} to {trial.high:.2f}, {trial.level:.0%})"
        stands = f"The dynamic model is {trial.dynamic_stands} its interval{static}."
        yield from wrap(f"Trial, {trial.metric}: {found}, {trial.people} people. {stands}", first="    ", indent=4)
    if exposure.known:
        yield from wrap(f"Taken: {'; '.join(exposure.known)}.", first="    ", indent=4)
    if exposure.small_changes_matter:
        yield from wrap("Small changes of its level matter.", first="    ", indent=4)
