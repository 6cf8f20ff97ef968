"""An assessment of one person as one A4 page to hand to a pharmacist or doctor: a tagged PDF (PDF/UA-1) by Typst.

``typst/visit.typ`` measures what fits and counts what does not. Each part is given with the heaviest first.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, takewhile
from pathlib import Path
from typing import Any

from equipoise.documents.assessment import Assessment, Line
from equipoise.documents.lines import LIKELIEST, WEIGHTS, one_line
from equipoise.documents.monograph import HelpEntry
from equipoise.findings.interactions import LIKELY, ONE_CASE, SEVERE, MedicineAnswer, RuleAnswer
from equipoise.outputs.pages import dated, day
from equipoise.outputs.pdf import as_data, typeset
from equipoise.outputs.phrases import upper_first

TEMPLATE = Path(__file__).parent / "typst" / "visit.typ"

TITLE = "Kratom: a sheet for the pharmacist or doctor"
ABOUT = "Made from what one person reported. It gives what is on record with its basis, and orders nothing."

_MOST = 45
"""Lines of one part that a page could ever hold."""
_LONG, _CELL, _NAME, _HELP = 300, 170, 70, 420
"""Characters of a line, of a cell of the table, of a name in it, and of the lines of help."""
_UNREAD = {"asked": "not sure what is meant", "not recognised": "not recognised", "no data": "no data"}
_NO_RULE = "No rule on record: what the two do together is unknown."
_SLIGHT = "Only rules on enzymes that clear little of it are on record."
_PERSON = ("age", "sex", "pregnant", "breastfeeding", "phenotypes")
_SEVERE: tuple[str, ...] = WEIGHTS  # rules have their severity as text
_FIELDS = {
    "grams": "grams at a time",
    "mg_per_g": "mg of mitragynine in a gram",
    "mitragynine_mg": "mg of mitragynine at a time",
    "times": "at",
    "serving_g": "grams of a serving",
    "unit_g": "grams of a capsule",
    "container_g": "grams in the package",
}


def assessment_sheet(answer: Assessment) -> bytes:
    """The page. The same answer gives the same bytes."""
    return typeset(as_data(_data(answer)), answer.as_of, TEMPLATE)


def _data(answer: Assessment) -> dict[str, Any]:
    when = answer.as_of
    return {
        "title": TITLE,
        "about": ABOUT,
        "as_of": [when.year, when.month, when.day],
        "version": answer.version,
        "help": _help(answer.help, answer.help_note),
        "first": _cut(answer.first.clinician, _LONG),
        "parts": list(_parts(answer)),
        "notice": answer.notice,
        "foot": f"As of {day(when)}. Equipoise {answer.version}. The whole answer, with every source, is on the screen.",
    }


def _cut(text: str, most: int) -> str:
    """A text on one line, of so many characters at most."""
    held = dated(one_line(text))
    return held if len(held) <= most else f"{held[: most - 1].rstrip()}…"


def _sentences(text: str, most: int) -> str:
    """As many whole sentences of a text as stay within so many characters, and its first in any case."""
    first, *others = one_line(text).split(". ")
    held = first
    for sentence in others:
        if len(held) + len(sentence) + 3 > most:
            break
        held = f"{held}. {sentence}"
    return _cut(f"{held.rstrip('.')}.", _LONG)


def _help(entries: Sequence[HelpEntry], note: str | None) -> list[str]:
    """Where help is, and its lines: those that can be called or texted, as many whole ones as there is room for."""
    countries = list(dict.fromkeys(entry.country for entry in entries))
    said = []
    for entry in entries:
        ways = [f"{by} {to}" for by, to in entry.channels if by in ("call", "text")]
        country = f", {entry.country}" if len(countries) > 1 else ""
        old = " (may be out of date)" if entry.stale else ""
        if ways:
            said.append(f"{entry.name} ({entry.kind}{country}): {' or '.join(ways)}{old}")
    place = f", {countries[0]}" if len(countries) == 1 else ""
    ends = accumulate((len(one) + 2 for one in said), initial=0)
    shown = [one for one, end in zip(said, list(ends)[1:], strict=True) if end <= _HELP]
    rest = f"; and {len(said) - len(shown)} more on the screen" if len(shown) < len(said) else ""
    return [f"Help now{place}", " ".join((*(() if note is None else (note,)), f"{'; '.join(map(one_line, shown))}{rest}"))]


def _parts(answer: Assessment) -> Iterator[dict[str, Any]]:
    """The parts in the order of the page; a smaller ``rank`` gets room first."""
    lines = {section.id: section.lines for section in answer.sections}
    signs = [_sentences(one.clinician, 0) for one in answer.urgent if one is not answer.first]
    yield from _part("Other urgent signs", signs, rank=0, kind="urgent")
    yield from _medicines(answer, lines.get("medicines", ()))
    yield from _part("Several that do alike", _together(answer), rank=2, least=3)
    conditions = [one.clinician for one in _heaviest(lines.get("conditions", ()))]
    yield from _part("Conditions", conditions, rank=3, least=4)
    yield from _part("The person", _given(answer, _PERSON), rank=4, kind="running")
    yield from _part("Intake as reported", _intake(answer, lines.get("exposure", ())), rank=5, least=3)
    if answer.product is not None:
        yield from _part("The product", [answer.product.sentence, *_above(lines.get("product", ()))], rank=6, least=3)
    yield from _part("The law", (one.clinician for one in lines.get("law", ())), rank=7, least=2)
    unread = [
        f"{upper_first(one.field)} “{_cut(one.given, _NAME)}”: {_UNREAD[one.became]}"
        for one in answer.inputs
        if one.became in _UNREAD
    ]
    yield from _part("Not recognised, or no data", unread, rank=8, least=6, kind="running")
    absent = (gap.clinician.partition(":")[0].rstrip(".") for gap in answer.missing)
    yield from _part("Not given", absent, rank=9, least=12, kind="running")
    yield from _part("Questions", answer.questions, rank=10, least=4)
    yield from _part("Sources", _sources(answer, lines), rank=11, least=6, kind="running")


def _part(title: str, items: Iterable[str], *, rank: int, least: int = 8, kind: str = "lines") -> Iterator[dict[str, Any]]:
    """A part, where it has something; ``kind``: lines of their own, or running on."""
    held = [_cut(item, _LONG) for item in items]
    if held:
        yield {"title": title, "kind": kind, "items": held[:_MOST], "total": len(held), "rank": rank, "least": least}


def _heaviest(lines: Sequence[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: WEIGHTS.index(line.weight))


def _given(answer: Assessment, fields: Sequence[str]) -> Iterator[str]:
    """What was reported under some fields, in a few words each."""
    for one in answer.inputs:
        if one.field.partition(".")[0] in fields:
            name = one.field.rpartition(".")[2]
            if name != "reason":
                yield f"{_FIELDS.get(name, name.replace('_', ' '))}: {_cut(one.given, _NAME)}"


def _intake(answer: Assessment, lines: Sequence[Line]) -> Iterator[str]:
    said = list(_given(answer, ("kratom",)))
    if said:
        yield f"Reported: {'; '.join(said)}."
    yield from (line.clinician for line in lines)
    if answer.exposure is not None:
        yield answer.exposure.notice


def _above(lines: Sequence[Line]) -> Iterator[str]:
    return (line.clinician for line in lines if line.weight != "fact")


def _together(answer: Assessment) -> Iterator[str]:
    """What several medicines do alike, how severe before their names, which may be many."""
    for one in () if answer.medicines is None else answer.medicines.together:
        names, count = _names(one.medicines), len(one.medicines)
        yield f"{upper_first(SEVERE[one.severity])}: {count} may {one.effect}, and kratom may add to it ({names})"


def _names(names: Sequence[str]) -> str:
    """As many whole names as a cell holds, and how many more there are."""
    shown = len(list(takewhile(lambda end: end <= _CELL, accumulate(len(name) + 2 for name in names))))
    rest = f" and {len(names) - shown} more" if shown < len(names) else ""
    return f"{', '.join(names[:shown])}{rest}"


def _medicines(answer: Assessment, lines: Sequence[Line]) -> Iterator[dict[str, Any]]:
    """A row for each rule on each medicine that is not minor, and for each medicine without one; all others are counted."""
    if answer.medicines is None:
        return
    evidence = {line.id: line.certainty or "" for line in lines}
    ranked: list[tuple[tuple[int, bool, int], dict[str, Any]]] = []
    total = 0
    for medicine in answer.medicines.medicines:
        name = upper_first(medicine.name)
        total += len(medicine.rules) or 1
        graver = [rule for rule in medicine.rules if not rule.minor]
        if not graver:
            kind, said = ("minor", _SLIGHT) if medicine.rules else ("unknown", _NO_RULE)
            cells = [_as_given(medicine), said, kind, "unknown", "on the screen" if medicine.rules else "none"]
            ranked.append(((_SEVERE.index(kind), False, len(LIKELIEST)), {"cells": cells, "heavy": False}))
        for at, rule in enumerate(graver):
            order = (_SEVERE.index(rule.severity), at > 0, LIKELIEST.index(rule.likelihood))
            held = _cut(evidence.get(f"interaction/{medicine.id}/{rule.id}", ""), _CELL)
            cells = [name if at else _as_given(medicine), *_cells(rule), held]
            ranked.append((order, {"cells": cells, "heavy": rule.severity in ("life-threatening", "serious")}))
    for place, (_, row) in enumerate(ranked):
        row["place"] = place
    rows = [row for _, row in sorted(ranked, key=lambda one: one[0])]
    if rows:
        yield {
            "title": "Medicines with kratom",
            "kind": "table",
            "heads": ["Medicine", "What may happen", "If it happens", "How likely", "Evidence"],
            "columns": [1.1, 2.5, 0.95, 1.25, 1.8],
            "items": rows[:_MOST],
            "total": total,
            "rank": 1,
            "least": 8,
        }


def _as_given(medicine: MedicineAnswer) -> str:
    other = [text for text in medicine.typed if one_line(text).casefold() != medicine.name.casefold()]
    return upper_first(medicine.name) + (f" (as given: {_cut(', '.join(other), _NAME)})" if other else "")


def _cells(rule: RuleAnswer) -> list[str]:
    likely = ONE_CASE if rule.one_case else LIKELY[rule.likelihood]
    own = ", this medicine" if rule.decided_by == "this medicine" else ", its kind"
    seen = rule.likelihood not in ("expected", "unknown")
    return [_sentences(rule.effect, _CELL), rule.severity, f"{likely}{own if seen else ''}"]


def _sources(answer: Assessment, lines: dict[str, tuple[Line, ...]]) -> list[str]:
    """The sources of what stands above, those of the heaviest lines first."""
    parts = ("medicines", "conditions", *(() if answer.product is None else ("product",)), "law")
    own = [line for name in parts for line in lines.get(name, ())]
    held = (source.text for line in _heaviest((*answer.urgent, *own)) for source in line.sources)
    return list(dict.fromkeys(_cut(text, _NAME) for text in held))


__all__ = ["assessment_sheet"]
