"""An assessment of one person as JSON and as text; ``schemas/assessment.schema.json`` is the contract of the JSON."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from equipoise.documents.assessment import Assessment, Line, MissingAnswer, Section
from equipoise.documents.lines import one_line
from equipoise.documents.monograph import HelpEntry
from equipoise.outputs.phrases import upper_first, wrap
from equipoise.outputs.plain import dumped, plain

SCHEMA = Path(__file__).parent / "schemas" / "assessment.schema.json"

Register = Literal["person", "clinician"]

MARKS = {
    "urgent": "‼",
    "life-threatening": "‼",
    "serious": "!",
    "moderate": "▲",
    "unknown": "?",
    "minor": "·",
    "fact": "·",
}
_WHOLE = ("medicines", "conditions", "exposure", "product", "law")
_MOST_SIGNS = 4


def assessment_data(answer: Assessment) -> dict[str, Any]:
    """The answer as dicts and lists: its lines in both registers, and in short what each engine gave."""
    data: dict[str, Any] = {name: plain(getattr(answer, name)) for name in answer.__dataclass_fields__ if name not in _WHOLE}
    exposure, product = answer.exposure, answer.product
    data["exposure"] = None if exposure is None else {"sentence": exposure.sentence, "numbers": plain(exposure.numbers)}
    data["product"] = None
    if product is not None:
        counts = {"above": product.above, "cannot_tell": product.cannot_tell, "within": product.within}
        data["product"] = {"sentence": product.sentence, **counts}
    data["law"] = [
        {"place": one.place, "verdict": one.verdict, "sentence": one.sentence, "stale": one.stale} for one in answer.law
    ]
    return data


def assessment_json(answer: Assessment, *, lines: bool = True) -> str:
    """The answer as JSON; in one line for a machine."""
    return dumped(assessment_data(answer), lines=lines)


def assessment_text(answer: Assessment, register: Register = "person") -> str:
    """The answer for a terminal or a mail: help first where it is urgent, then what matters most, then the parts."""
    return "\n".join(_lines(answer, register)) + "\n"


def said(line: Line | MissingAnswer, register: Register) -> str:
    """The line in one of the two registers."""
    return line.person if register == "person" else line.clinician


def titled(section: Section, register: Register) -> tuple[str, str | None]:
    """The title of a section in one of the two registers, and what stands under it."""
    if register == "person":
        return section.title, section.note
    return section.clinician_title or section.title, section.clinician_note or section.note


def help_words(entry: HelpEntry) -> str:
    """``988 Suicide & Crisis Lifeline (crisis, United States): call 988, text 988``."""
    old = " (may be out of date)" if entry.stale else ""
    return f"{entry.name} ({entry.kind}, {entry.country}): {', '.join(f'{by} {to}' for by, to in entry.channels)}{old}"


def _lines(answer: Assessment, register: Register) -> Iterator[str]:
    for line in answer.urgent:
        yield from wrap(f"{MARKS['urgent']} {said(line, register)}")
    yield from _help(answer)
    if answer.first not in answer.urgent:
        yield from wrap(f"First: {said(answer.first, register)}")
        yield ""
    for section in answer.sections:
        yield from _section(section, register)
    if answer.inputs:
        yield "What became of what you gave"
        for item in answer.inputs:
            yield from wrap(f"{item.field}: {one_line(item.given)}. {item.sentence}", first="  - ", indent=4)
        yield ""
    if answer.missing:
        yield "Not given, and what it would change"
        for gap in answer.missing:
            yield from wrap(f"{upper_first(gap.label)}: {said(gap, register)}", first="  - ", indent=4)
        yield ""
    yield "Questions to take along"
    for question in answer.questions:
        yield from wrap(question, first="  - ", indent=4)
    yield ""
    yield from wrap(f"{answer.notice} As of {answer.as_of}, Equipoise {answer.version}.")


def _help(answer: Assessment) -> Iterator[str]:
    yield "Help now"
    if answer.help_note is not None:
        yield from wrap(answer.help_note, first="  ", indent=2)
    for entry in answer.help:
        yield from wrap(help_words(entry), first="  - ", indent=4)
    yield ""


def _section(section: Section, register: Register) -> Iterator[str]:
    title, note = titled(section, register)
    yield title
    if note is not None:
        yield from wrap(note, first="  ", indent=2)
    told: set[str] = set()
    for line in section.lines:
        yield from wrap(f"{MARKS[line.weight]} {said(line, register)}", first="  ", indent=4)
        signs = f"{'; '.join(line.watch[:_MOST_SIGNS])}."
        if line.watch and signs not in told:
            told.add(signs)
            yield from wrap(f"Signs: {signs}", first="    ", indent=4)
        if line.ask is not None and line.ask not in told:
            told.add(line.ask)
            yield from wrap(f"Ask: {line.ask}", first="    ", indent=4)
        if register == "clinician":
            yield from _basis(line)
    yield ""


def _basis(line: Line) -> Iterator[str]:
    for more in line.more:
        yield from wrap(more, first="    - ", indent=6)
    if line.certainty is not None:
        yield from wrap(f"Basis: {line.certainty}.", first="    ", indent=4)
    if line.sources:
        shown = dict.fromkeys(f"{one.text}, {one.at}" if one.at else one.text for one in line.sources)
        yield from wrap(f"Sources: {'; '.join(shown)}.", first="    ", indent=4)
