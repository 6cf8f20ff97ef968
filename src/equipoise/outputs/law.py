"""Answers about the law as JSON and as text for a terminal; ``schemas/law.schema.json`` is the contract of the JSON."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from equipoise.findings.law_answer import Ahead, ChangeEntry, FoodLaw, Ground, LawAnswer, Otherwise
from equipoise.outputs.phrases import counted, field, wrap
from equipoise.outputs.plain import dumped, plain

SCHEMA = Path(__file__).parent / "schemas" / "law.schema.json"

MARKS = {
    "unlawful": "✗",
    "lawful-if": "◐",
    "lawful": "✓",
    "not-scheduled": "○",
    "unknown": "?",
    "stale": "…",
    "conflict": "≠",
}

WORDS = {
    "unlawful": "unlawful",
    "lawful-if": "under conditions",
    "lawful": "lawful",
    "not-scheduled": "not scheduled",
    "unknown": "unknown",
    "stale": "stale",
    "conflict": "disputed",
}
"""A verdict in a table."""


def verdict_words(answer: LawAnswer | FoodLaw) -> str:
    """``unlawful``; ``stale (was unlawful)``."""
    was = f" (was {WORDS[answer.last]})" if answer.verdict == "stale" and answer.last is not None else ""
    return f"{WORDS[answer.verdict]}{was}"


def answer_data(answer: LawAnswer) -> dict[str, Any]:
    """An answer as dicts and lists, the verdict first."""
    data: dict[str, Any] = plain(answer)
    asked = [(name, value) for name, value in answer.asked if name != "analyte"]
    analytes = [value for name, value in answer.asked if name == "analyte"]
    data["asked"] = {**dict(asked), **({"analytes": analytes} if analytes else {})}
    data["searched"] = [{"place": place, "on": on} for place, on in answer.searched]
    data["food_law"] = plain(answer.food_law)
    return data


def law_json(answers: Sequence[LawAnswer]) -> str:
    """One answer as an object; those of a route under ``route``, in order."""
    if len(answers) == 1:
        return dumped(answer_data(answers[0]))
    return dumped({"route": [answer_data(answer) for answer in answers]})


def changes_json(changes: Sequence[ChangeEntry], *, since: str, until: str) -> str:
    """The changes between two days."""
    return dumped({"since": since, "until": until, "changes": [plain(change) for change in changes]})


def law_text(answers: Sequence[LawAnswer]) -> str:
    """Answers for a terminal: the verdict first, then what it rests on, and what was left open."""
    return "\n\n".join("\n".join(_answer(answer)) for answer in answers) + "\n"


def _answer(answer: LawAnswer) -> Iterator[str]:
    yield from wrap(f"{MARKS[answer.verdict]} {answer.sentence}")
    yield ""
    asked = "; ".join(value if name == "question" else f"{name.replace('_', ' ')} {value}" for name, value in answer.asked)
    if answer.segment is not None:
        yield from field("Segment", answer.segment)
    yield from field("Asked", f"{answer.place}: {asked}")
    said = answer.verdict if answer.last is None else f"{answer.verdict} (as the record stands: {answer.last})"
    yield from field("Verdict", said)
    yield from _list("Why", answer.why)
    yield from _list("Conditions", answer.conditions)
    yield from _list("Because", [line for ground in answer.because for line in _ground(ground)])
    food = answer.food_law
    yield from field("Food law", f"{verdict_words(food)} (asked of: {food.action})")
    yield from _list("", [line for ground in food.because for line in _ground(ground)])
    yield from _list("Set aside", [line for ground in answer.voided for line in _ground(ground)])
    yield from _list("Upcoming", [_ahead(item) for item in answer.upcoming])
    yield from _list("Others say", [_otherwise(item) for item in answer.conflicts])
    if answer.last_verified is not None:
        yield from field("Verified", f"{answer.last_verified}{', too old to rely on' if answer.stale else ''}")
    yield ""
    for note in answer.notes:
        yield from wrap(note)


def _list(name: str, items: Sequence[str]) -> Iterator[str]:
    if items and name:
        yield name
    for item in items:
        yield from wrap(item, first="  - ", indent=4)


def _ground(ground: Ground) -> Iterator[str]:
    address = "" if ground.url is None else f" {ground.url}"
    penalty = "" if ground.penalty is None else f" Penalty: {ground.penalty}."
    yield f"{ground.says}{penalty} [{ground.place}, {ground.effect}] {ground.citation}, {ground_words(ground)}.{address}"


def ground_words(ground: Ground) -> str:
    """``since 2026-07-01; official source, speaks for 2026-08-13, read 2026-11-22``."""
    since = "since a day not reported" if ground.since == "not reported" else f"since {ground.since}"
    until = "" if ground.until is None else f" until {ground.until}"
    return f"{since}{until}; {ground.grade} source, speaks for {ground.last_verified}, read {ground.read_on}"


def _ahead(item: Ahead) -> str:
    old = " Not looked at for longer than it is relied on." if item.stale else ""
    return f"{ahead_words(item)}: {item.says} {item.citation}.{old}"


def ahead_words(item: Ahead) -> str:
    """``begins 2027-01-01``, ``proposed, possible from 2026-11-13``."""
    when = item.date or "no date seen"
    return (
        f"{item.what} {when}"
        if item.certain
        else f"proposed, possible from {when}"
        if item.what == "proposed"
        else f"reported: {item.what} {when}"
    )


def _otherwise(item: Otherwise) -> str:
    weight = "leaves the answer open" if item.decides else "decides nothing"
    return f"{item.source} ({item.grade}, {weight}): {item.field} {item.says}. {item.note}"


def changes_text(changes: Sequence[ChangeEntry], *, since: str, until: str) -> str:
    """The changes between two days, a paragraph each."""
    lines = [f"{counted(len(changes), 'change', 'changes')} from {since} to {until}", ""]
    for change in changes:
        lines += wrap(
            f"{change.date}  {change.place_name} ({change.place}): {change.what}. {change.citation} ({change.grade} source)"
        )
        for said in change.says:
            lines += wrap(said, first="  - ", indent=4)
    return "\n".join(lines) + "\n"
