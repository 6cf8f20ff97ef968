"""An assessment of one person as a page: one file that asks nobody for anything, and the parts that a web page sets.

What was typed is only ever text here: it is escaped, kept apart from the direction of the words around it, and without signs
that nobody sees.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType

from markupsafe import Markup

from equipoise.documents.assessment import Assessment, InputAnswer, Line, Section
from equipoise.documents.lines import WEIGHTS, Source, one_line
from equipoise.documents.monograph import HelpEntry
from equipoise.findings.finding import Citation, Level
from equipoise.findings.interactions import KIND_WORDS, LIKELY, SEVERE, MedicineAnswer, PieceAnswer, RuleAnswer, partner
from equipoise.outputs import figures
from equipoise.outputs.assessment import MARKS, Register, said, titled
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
_STANDS = {"for": "for it", "against": "against it", "unclear": "unclear"}
_KINDS = list(KIND_WORDS)
_FEWEST = 3
"""Medicines from which on their list stands before what is known of each."""
_BECAME = {"asked": "Asked back", "not recognised": "Not recognised", "no data": "No data", "not used": "Not used"}
_LEVELS = {level.value: level for level in Level if level is not Level.NOT_GRADED}


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """A line in the words of its page. ``whose`` tells its links from those of other lines for those who only hear them.

    ``rows``: how severe, how likely, by what evidence, what to watch for and whom to ask, as far as ``text`` does not say it.
    What opens is ``more``, each with its own sources, and the other ``sources``; ``part`` is where all that stands instead.
    """

    weight: str
    mark: str
    label: str
    text: str
    whose: str
    rows: tuple[tuple[str, str], ...]
    certainty: str
    dots: Markup
    more: tuple[tuple[str, tuple[Link, ...]], ...]
    sources: tuple[Link, ...]
    finding: str
    part: str = ""

    @property
    def opens(self) -> str:
        """What opens under it, if anything."""
        return "Basis and sources" if self.more else "Sources" if self.sources or self.finding else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GlanceView:
    """A medicine in one row: what weighs most, as ``part`` tells it, and ``others``; or ``note`` where nothing is on record."""

    name: str
    part: str
    mark: str = ""
    what: str = ""
    severe: str = ""
    likely: str = ""
    others: tuple[tuple[str, str], ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupView:
    """Lines on one thing: those in sight, and those that open. ``typed``: the words in which it was given.

    ``each``: lines in place of those, where each thing among them has but few.
    """

    name: str = ""
    id: str = ""
    mark: str = ""
    typed: tuple[str, ...] = ()
    lines: tuple[LineView, ...] = ()
    rest: tuple[LineView, ...] = ()
    each: tuple[tuple[str, tuple[LineView, ...]], ...] = ()


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
    """The answer in the order of its page. ``beside``: inputs that were not used as given; ``used``: the others.

    ``glance``: each medicine in a row, for a clinician; ``tiers``: their names by how severe the worst is, for a person.
    """

    register: Register
    cards: tuple[CardView, ...]
    help: tuple[HelpEntry, ...]
    help_note: str
    place: str
    first: LineView | None
    glance: tuple[GlanceView, ...]
    tiers: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]
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
        help_note=answer.help_note or "",
        place=countries.pop() if len(countries) == 1 else "",
        first=None if answer.first in answer.urgent else _first(answer, setting),
        glance=tuple(_glance(answer)) if register == "clinician" else (),
        tiers=tuple(_tiers(answer)) if register == "person" else (),
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

    def line(self, line: Line, *, name: str = "", told: Collection[str] = (), pieces: Sequence[PieceAnswer] = ()) -> LineView:
        """A line; under the heading ``name`` it does not begin with it. What stands in ``told`` is not said again."""
        text = one_line(said(line, self.register))
        clinician = self.register == "clinician"
        rows = (*(_axes(line, text) if clinician else ()), *self.signs(line, told))
        beside = _beside(pieces, line.sources)
        more = [(dated(one_line(one)), _own(one, pieces, beside)) for one in line.more] if clinician else []
        used = {link for _, links in more for link in links}
        return LineView(
            weight=line.weight,
            mark=MARKS[line.weight],
            label="" if clinician else _LABELS.get(line.weight, ""),
            text=dated(_without(text, name)),
            whose=name or f"{text[:60].rsplit(' ', 1)[0]} …",
            rows=rows,
            certainty="" if any(title == "Evidence" for title, _ in rows) else _certainty(line),
            dots=figures.dots(_LEVELS[line.certainty]) if line.certainty in _LEVELS else Markup(),
            more=tuple(more),
            sources=tuple(link for link in map(_link, line.sources) if link not in used),
            finding=self.address(line),
        )

    def signs(self, line: Line, told: Collection[str]) -> Iterator[tuple[str, str]]:
        """What to watch for, and whom to ask: for a person of what is grave alone."""
        if self.register == "clinician" or line.weight in _GRAVE:
            if line.watch and _signs(line) not in told:
                yield "Signs", f"{'; '.join(map(one_line, line.watch))}."
            if line.ask and line.ask not in told:
                yield "Ask", one_line(line.ask)

    def address(self, line: Line) -> str:
        """Where the finding behind a line stands."""
        return "" if self.findings is None or line.finding is None else f"{self.findings}{line.finding}"


def _signs(line: Line) -> str:
    return "; ".join(line.watch)


def _axes(line: Line, text: str) -> Iterator[tuple[str, str]]:
    """How severe and how likely, where the sentence does not say both, and by what evidence."""
    if line.severity is None:
        return
    severe = SEVERE.get(line.severity, line.severity)
    if severe not in text:
        yield "How severe", severe
        if line.likelihood is not None:
            yield "How likely", LIKELY.get(line.likelihood, line.likelihood)
    if line.certainty is not None:
        yield "Evidence", one_line(line.certainty)


def _beside(pieces: Iterable[PieceAnswer], sources: Iterable[Source]) -> Mapping[Citation, Link]:
    """Each citation of some pieces as the link that the line has for it."""
    held = {(one.ref, one.at): one for one in sources}
    cited = (one for each in pieces for one in each.sources)
    found = ((one, held.get((one.ref, one.at or "" if one.ref else f"made on {one.on}"))) for one in cited)
    return {one: _link(source) for one, source in found if source is not None}


def _own(text: str, pieces: Iterable[PieceAnswer], beside: Mapping[Citation, Link]) -> tuple[Link, ...]:
    """The sources of the piece that a sentence tells."""
    told = next((one for one in pieces if text.endswith(f": {one.says}")), None)
    return () if told is None else tuple(beside[one] for one in told.sources if one in beside)


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
    if section.id != "medicines":
        groups = _whole(answer, section.lines, setting)
    elif setting.register == "clinician":
        groups = _by_rule(answer, section.lines, setting)
    else:
        groups = _by_medicine(answer, section.lines, setting)
    title, note = titled(section, setting.register)
    return SectionView(id=section.id, title=one_line(title), note=one_line(note or ""), groups=tuple(groups))


def _first(answer: Assessment, setting: _Setting) -> LineView:
    """What matters most; of a rule the clinician's part has the basis, once."""
    view, rule = setting.line(answer.first), _rules(answer).get(answer.first.id)
    if setting.register == "person" or rule is None:
        return view
    return replace(view, more=(), sources=(), finding="", part=f"rule-{rule[1].id}")


def _whole(answer: Assessment, lines: Sequence[Line], setting: _Setting, name: str = "") -> Iterator[GroupView]:
    """All lines in sight."""
    if lines:
        pieces = {f"condition/{one.id}": one.evidence for one in answer.conditions}
        yield GroupView(name=name, id="alone" if name else "", lines=tuple(_told(lines, setting, set(), pieces=pieces)))


def _known(answer: Assessment) -> dict[str, MedicineAnswer]:
    return {} if answer.medicines is None else {one.id: one for one in answer.medicines.medicines}


def _medicines(answer: Assessment) -> tuple[dict[str, list[Line]], list[Line]]:
    """The lines on each medicine, and on names that are none."""
    known = _known(answer)
    held: dict[str, list[Line]] = {}
    alone: list[Line] = []
    for line in (line for section in answer.sections if section.id == "medicines" for line in section.lines):
        if line.medicine in known:
            held.setdefault(line.medicine, []).append(line)
        else:
            alone.append(line)
    return held, alone


def _heaviest(lines: Iterable[Line]) -> Line:
    return min(lines, key=lambda line: WEIGHTS.index(line.weight))


def _tiers(answer: Assessment) -> Iterator[tuple[str, str, tuple[tuple[str, str], ...]]]:
    """The names by how severe the worst of each is, where there are several, each with the part that it has."""
    held, alone = _medicines(answer)
    names = [(_heaviest(lines).weight, upper_first(_known(answer)[of].name), of) for of, lines in held.items()]
    names += [(line.weight, one_line(", ".join(line.about)), "alone") for line in alone]
    if len(names) < _FEWEST:
        return
    for weight in WEIGHTS:
        alike = tuple((name, part) for own, name, part in names if own == weight)
        if alike:
            yield MARKS[weight], _LABELS.get(weight, "Nothing severe on record"), alike


def _by_medicine(answer: Assessment, lines: Sequence[Line], setting: _Setting) -> Iterator[GroupView]:
    """A group for each medicine: its heaviest line is in sight and the others open; then names on their own."""
    held, alone = _medicines(answer)
    told: set[str] = set() if answer.first not in lines or answer.first in answer.urgent else {*_signs_of(answer.first)}
    for of, group in held.items():
        known = _known(answer)[of]
        name, worst = upper_first(known.name), _heaviest(group)
        yield GroupView(
            name=name,
            id=of,
            typed=tuple(text for text in map(one_line, known.typed) if text.casefold() != name.casefold()),
            lines=tuple(_told([worst], setting, told, name)),
            rest=tuple(_told([line for line in group if line is not worst], setting, set(told), name)),
        )
    yield from _whole(answer, alone, setting, "Nothing on record")


def _rules(answer: Assessment) -> dict[str, tuple[MedicineAnswer, RuleAnswer]]:
    """The rule that a line tells, by the id of the line."""
    return {f"interaction/{one.id}/{rule.id}": (one, rule) for one in _known(answer).values() for rule in one.rules}


def _glance(answer: Assessment) -> Iterator[GlanceView]:
    """A row for each medicine, with what weighs most in it, and for each name that is none."""
    (held, alone), rules = _medicines(answer), _rules(answer)
    for of, lines in held.items():
        name = upper_first(_known(answer)[of].name)
        ranked = sorted((line for line in lines if line.id in rules), key=lambda line: WEIGHTS.index(line.weight))
        if not ranked:
            slight = any(line.weight == "minor" for line in lines)
            note = "Only by ways that clear little of it." if slight else "No rule on record: unknown."
            yield GlanceView(name=name, part="levels" if slight else "alone", note=note)
            continue
        (_, rule), others = rules[ranked[0].id], [rules[line.id][1] for line in ranked[1:]]
        yield GlanceView(
            name=name,
            part=f"rule-{rule.id}",
            mark=MARKS[ranked[0].weight],
            what=upper_first(partner(rule.title)),
            severe=rule.severity,
            likely=rule.seen,
            others=tuple((partner(one.title), f"rule-{one.id}") for one in others),
        )
    for line in alone:
        yield GlanceView(name=one_line(", ".join(line.about)), part="alone", note="Not checked: unknown.")


def _by_rule(answer: Assessment, lines: Sequence[Line], setting: _Setting) -> Iterator[GroupView]:
    """A group for each rule, with all medicines that it is about; then what has no rule; then minor ways, and levels."""
    rules, known = _rules(answer), _known(answer)
    alike: dict[str, list[Line]] = {}
    for line in lines:
        if line.id in rules:
            alike.setdefault(rules[line.id][1].id, []).append(line)
    told: dict[str, str] = {}
    for group in sorted(alike.values(), key=lambda group: (WEIGHTS.index(group[0].weight), not group[0].short_list)):
        yield _rule(group, rules, setting, told)
    others = [line for line in lines if line.id not in rules]
    unknown = [line for line in others if line.medicine not in known or line.weight == "unknown"]
    yield from _whole(answer, unknown, setting, "Nothing on record")
    each: dict[str, list[LineView]] = {}
    for line in others:
        if line not in unknown and line.medicine is not None:
            each.setdefault(upper_first(known[line.medicine].name), []).append(setting.line(line))
    if each:
        name = "Levels, and ways that clear little"
        yield GroupView(name=name, id="levels", each=tuple((name, tuple(held)) for name, held in each.items()))


def _rule(
    alike: Sequence[Line], rules: Mapping[str, tuple[MedicineAnswer, RuleAnswer]], setting: _Setting, told: dict[str, str]
) -> GroupView:
    """One rule on some medicines, told once; each piece of its evidence has its sources beside it."""
    line, held = alike[0], [rules[one.id] for one in alike]
    rule = held[0][1]
    likely: dict[str, list[str]] = {}
    pieces: dict[tuple[str, str, str], list[str]] = {}
    cited: dict[tuple[str, str, str], PieceAnswer] = {}
    for medicine, own in held:
        likely.setdefault(own.seen, []).append(medicine.name)
        for piece in own.evidence:
            key = piece.kind, piece.stands, piece.says
            cited[key] = piece
            pieces.setdefault(key, []).extend([medicine.name] if piece.about == "this medicine" else [])
    sources = dict.fromkeys(source for one in alike for source in one.sources)
    beside = _beside(cited.values(), sources)
    more: list[tuple[str, tuple[Link, ...]]] = [(f"Mechanism: {rule.mechanism}", ()), (f"Severity: {rule.severe_because}", ())]
    more += [(f"Why this rule, {medicine.name}: {'; '.join(own.because)}.", ()) for medicine, own in held]
    for key in sorted(pieces, key=lambda key: (not pieces[key], _KINDS.index(key[0]))):
        kind, stands, says = key
        whose = f", with {', '.join(pieces[key])}" if pieces[key] else ""
        links = tuple(beside[one] for one in cited[key].sources if one in beside)
        more.append((f"{upper_first(KIND_WORDS[kind])}{whose}, {_STANDS[stands]}: {says}", links))
    more += [] if rule.note is None else [(rule.note, ())]
    used = {link for _, links in more for link in links}
    rows = (
        ("With", ", ".join(medicine.name for medicine, _ in held)),
        ("How severe", SEVERE[rule.severity]),
        ("How likely", "; ".join(words if len(likely) == 1 else f"{', '.join(of)}: {words}" for words, of in likely.items())),
        *((("Evidence", one_line(line.certainty)),) if line.certainty else ()),
        *((title, f"as with {told[words]}" if words in told else words) for title, words in setting.signs(line, ())),
    )
    told.update({words: partner(rule.title) for _, words in setting.signs(line, ()) if words not in told})
    view = LineView(
        weight=line.weight,
        mark=MARKS[line.weight],
        label="",
        text=one_line(rule.effect),
        whose=rule.title,
        rows=rows,
        certainty="",
        dots=Markup(),
        more=tuple((dated(one_line(text)), links) for text, links in more),
        sources=tuple(link for link in map(_link, sources) if link not in used),
        finding=setting.address(line),
    )
    return GroupView(name=upper_first(partner(rule.title)), id=f"rule-{rule.id}", mark=view.mark, lines=(view,))


def _signs_of(line: Line) -> set[str]:
    """What is told of a line once: what to watch for, and whom to ask."""
    return {_signs(line), line.ask or ""}


def _told(
    lines: Iterable[Line],
    setting: _Setting,
    told: set[str],
    name: str = "",
    pieces: Mapping[str, Sequence[PieceAnswer]] = MappingProxyType({}),
) -> Iterator[LineView]:
    """Lines; the same signs, and the same person to ask, stand once."""
    for line in lines:
        yield setting.line(line, name=name, told=told, pieces=pieces.get(line.id, ()))
        if setting.register == "clinician" or line.weight in _GRAVE:
            told |= _signs_of(line)


def _input(one: InputAnswer) -> InputView:
    return InputView(
        field=upper_first(one.field.replace(".", ": ").replace("_", " ")),
        given=one_line(one.given),
        became=_BECAME.get(one.became, ""),
        sentence=dated(one_line(one.sentence)),
    )


_TEMPLATES = templates()

__all__ = ["AnswerView", "answer_view", "assessment_page"]
