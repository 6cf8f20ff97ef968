"""An assessment of one person as a page: one file that asks nobody for anything, and the parts that a web page sets.

What was typed is only ever text here: it is escaped, kept apart from the direction of the words around it, and without signs
that nobody sees.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from markupsafe import Markup

from equipoise.documents.assessment import Assessment, InputAnswer, Line, Section
from equipoise.documents.lines import WEIGHTS, Source, one_line
from equipoise.documents.monograph import HelpEntry
from equipoise.findings.finding import Level
from equipoise.findings.interactions import LIKELY, SEVERE
from equipoise.outputs import figures
from equipoise.outputs.assessment import MARKS, Register, said
from equipoise.outputs.html import templates
from equipoise.outputs.pages import Link, dated, outside
from equipoise.outputs.phrases import upper_first

_STATIC = Path(__file__).parent / "static"
_FACES = re.compile(r"@font-face\s*\{[^}]*\}\s*")

_GRAVE = frozenset({"urgent", "life-threatening", "serious"})
_LABELS = {
    "life-threatening": "Can be life-threatening",
    "serious": "Serious",
    "moderate": "Moderate",
    "unknown": "Not known",
    "minor": "Minor",
}
_CARDS = {
    "crisis": "Talk to someone now",
    "emergency": "This can be an emergency",
    "poison": "This can be poisoning",
    "doctor-today": "See a doctor today",
}
_BECAME = {"asked": "Asked back", "not recognised": "Not recognised", "no data": "No data", "not used": "Not used"}
_LEVELS = {level.value: level for level in Level if level is not Level.NOT_GRADED}


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """A line in the words of its page. ``whose`` tells its links from those of other lines for those who only hear them."""

    weight: str
    mark: str
    label: str
    text: str
    whose: str
    axes: tuple[tuple[str, str], ...]
    certainty: str
    dots: Markup
    watch: tuple[str, ...]
    ask: str
    more: tuple[str, ...]
    sources: tuple[Link, ...]
    finding: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupView:
    """Lines on one thing: those in sight, and those that open. ``typed``: the words in which it was given."""

    name: str
    typed: tuple[str, ...]
    lines: tuple[LineView, ...]
    rest: tuple[LineView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionView:
    """A part of the answer."""

    id: str
    title: str
    note: str
    groups: tuple[GroupView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CardView:
    """Urgent signs that ask for one kind of help, and that help."""

    title: str
    lines: tuple[LineView, ...]
    help: tuple[HelpEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InputView:
    """What became of one thing that was given."""

    field: str
    given: str
    became: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerView:
    """The answer in the order of its page. ``beside``: inputs that were not used as given; ``used``: the others."""

    register: Register
    cards: tuple[CardView, ...]
    help: tuple[HelpEntry, ...]
    place: str
    first: LineView | None
    sections: tuple[SectionView, ...]
    beside: tuple[InputView, ...]
    used: tuple[InputView, ...]
    missing: tuple[tuple[str, str], ...]
    questions: tuple[str, ...]
    notice: str
    as_of: date
    version: str

    @property
    def clinician(self) -> bool:
        """Whether everything stands in sight, with numbers."""
        return self.register == "clinician"


def assessment_page(answer: Assessment, register: Register = "person") -> str:
    """The whole answer as one page that can be kept, sent and printed."""
    held = answer_view(answer, register)
    text = _TEMPLATES.get_template("assessment.html").render(view=held, style=Markup(_style()))  # noqa: S704 - our own files
    return "\n".join(line for line in text.splitlines() if line.strip()) + "\n"


def answer_view(answer: Assessment, register: Register = "person", findings: str | None = None) -> AnswerView:
    """The answer as the macro ``answer`` of ``assessment-parts.html`` takes it.

    ``findings``: what stands before the id of a finding in the address of its page, where there are such pages.
    """
    setting = _Setting(register=register, findings=findings)
    made = [_input(one) for one in answer.inputs]
    countries = {entry.country for entry in answer.help}
    return AnswerView(
        register=register,
        cards=tuple(_cards(answer, setting)),
        help=answer.help,
        place=countries.pop() if len(countries) == 1 else "",
        first=None if answer.first in answer.urgent else setting.line(answer.first),
        sections=tuple(_section(answer, section, setting) for section in answer.sections),
        beside=tuple(one for one in made if one.became),
        used=tuple(one for one in made if not one.became),
        missing=tuple((upper_first(one_line(gap.label)), one_line(said(gap, register))) for gap in answer.missing),
        questions=tuple(map(one_line, answer.questions)),
        notice=answer.notice,
        as_of=answer.as_of,
        version=answer.version,
    )


def _style() -> str:
    """The style of our pages without its fonts, whose files would have to be asked for."""
    style, own = ((_STATIC / name).read_text(encoding="utf-8") for name in ("style.css", "assessment.css"))
    return f"{_FACES.sub('', style)}{own}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Setting:
    """Puts lines into the words of one register."""

    register: Register
    findings: str | None

    def line(self, line: Line, *, name: str = "", told: Iterable[str] = ()) -> LineView:
        """A line; under the heading ``name`` it does not begin with it. What stands in ``told`` is not said again."""
        text = one_line(said(line, self.register))
        clinician = self.register == "clinician"
        axes = tuple(_axes(line)) if clinician else ()
        return LineView(
            weight=line.weight,
            mark=MARKS[line.weight],
            label="" if clinician else _LABELS.get(line.weight, ""),
            text=dated(_without(text, name)),
            whose=name or f"{text[:60].rsplit(' ', 1)[0]} …",
            axes=axes,
            certainty="" if axes else _certainty(line),
            dots=figures.dots(_LEVELS[line.certainty]) if line.certainty in _LEVELS else Markup(),
            watch=tuple(map(one_line, line.watch)) if _signs(line) not in told and (clinician or line.weight in _GRAVE) else (),
            ask=one_line(line.ask) if line.ask and line.ask not in told and (clinician or line.weight in _GRAVE) else "",
            more=tuple(dated(one_line(text)) for text in line.more) if clinician else (),
            sources=tuple(map(_link, line.sources)),
            finding="" if self.findings is None or line.finding is None else f"{self.findings}{line.finding}",
        )


def _signs(line: Line) -> str:
    return "; ".join(line.watch)


def _axes(line: Line) -> Iterator[tuple[str, str]]:
    if line.severity is not None:
        yield "How severe", SEVERE.get(line.severity, line.severity)
    if line.likelihood is not None:
        yield "How likely", LIKELY.get(line.likelihood, line.likelihood)
        if line.certainty is not None:
            yield "Evidence", one_line(line.certainty)


def _certainty(line: Line) -> str:
    if line.certainty is None:
        return ""
    if line.certainty in _LEVELS:
        return f"{upper_first(line.certainty)} certainty"
    return "Not graded" if line.certainty == Level.NOT_GRADED.value else f"Evidence: {one_line(line.certainty)}"


def _link(source: Source) -> Link:
    return Link(text=one_line(source.text), outside=None if source.url is None else outside(source.url), at=one_line(source.at))


def _without(text: str, name: str) -> str:
    """``text`` without the name that stands over it."""
    if not name or not text.casefold().startswith(name.casefold()) or text[len(name) : len(name) + 1] not in (":", "."):
        return text
    return upper_first(text[len(name) + 1 :].strip())


def _cards(answer: Assessment, setting: _Setting) -> Iterator[CardView]:
    """A card for each kind of help: all lines of help on the first, and on another those of its kind."""
    kinds = list(dict.fromkeys(line.help or "doctor-today" for line in answer.urgent))
    for place, kind in enumerate(kinds):
        lines = tuple(setting.line(line) for line in answer.urgent if (line.help or "doctor-today") == kind)
        wanted = answer.help if place == 0 else tuple(entry for entry in answer.help if entry.kind == kind)
        yield CardView(title=_CARDS.get(kind, "Urgent"), lines=lines, help=wanted)


def _section(answer: Assessment, section: Section, setting: _Setting) -> SectionView:
    groups = _medicines(answer, section.lines, setting) if section.id == "medicines" else _whole(section.lines, setting)
    return SectionView(id=section.id, title=one_line(section.title), note=one_line(section.note or ""), groups=tuple(groups))


def _whole(lines: Sequence[Line], setting: _Setting) -> Iterator[GroupView]:
    """All lines in sight."""
    if not lines:
        return
    told: set[str] = set()
    yield GroupView(name="", typed=(), lines=tuple(_told(lines, setting, told)), rest=())


def _medicines(answer: Assessment, lines: Sequence[Line], setting: _Setting) -> Iterator[GroupView]:
    """A group for each medicine: for a person its heaviest line is in sight and the others open; then names on their own."""
    known = {} if answer.medicines is None else {one.id: one for one in answer.medicines.medicines}
    held: dict[str, list[Line]] = {}
    alone: list[Line] = []
    for line in lines:
        if line.medicine in known:
            held.setdefault(line.medicine, []).append(line)
        else:
            alone.append(line)
    told: set[str] = set()
    for of, group in held.items():
        name = upper_first(known[of].name)
        in_sight = group if setting.register == "clinician" else [min(group, key=lambda line: WEIGHTS.index(line.weight))]
        first = tuple(_told(in_sight, setting, told, name))
        others = [line for line in group if not any(line is one for one in in_sight)]
        yield GroupView(
            name=name,
            typed=tuple(text for text in map(one_line, known[of].typed) if text.casefold() != name.casefold()),
            lines=first,
            rest=tuple(_told(others, setting, set(told), name)),
        )
    yield from _whole(alone, setting)


def _told(lines: Iterable[Line], setting: _Setting, told: set[str], name: str = "") -> Iterator[LineView]:
    """Lines; the same signs, and the same person to ask, stand once."""
    for line in lines:
        view = setting.line(line, name=name, told=told)
        told |= {said for said, shown in ((_signs(line), view.watch), (line.ask or "", view.ask)) if shown}
        yield view


def _input(one: InputAnswer) -> InputView:
    return InputView(
        field=upper_first(one.field.replace(".", ": ").replace("_", " ")),
        given=one_line(one.given),
        became=_BECAME.get(one.became, ""),
        sentence=dated(one_line(one.sentence)),
    )


_TEMPLATES = templates()

__all__ = ["AnswerView", "answer_view", "assessment_page"]
