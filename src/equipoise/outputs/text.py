"""The monograph, a finding and lists of records as plain text; also the words and proportions that print shares with it."""

import math
import re
import textwrap
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from equipoise.documents.monograph import Cell, ChapterPage, HelpEntry, Map, Monograph, Strip
from equipoise.documents.prose import Block, Bullets, Heading, Paragraph, Shown, plain
from equipoise.findings.finding import Citation, Finding, Level, Option, Reason
from equipoise.outputs.law_table import PlaceRow, Register, split
from equipoise.outputs.phrases import WIDTH, counted, field, upper_first, wrap
from equipoise.values.estimate import Estimate, Interval, Part, rounded
from equipoise.values.multiverse import Multiverse
from equipoise.values.panels import Panel

MANY = 30
"""Sources above which a list of them is their numbers alone."""

_INTERVALS = {"IQR": "interquartile range", "range": "range"}
_NEED = {
    "crisis": "in a crisis",
    "poison": "after a poisoning",
    "emergency": "in an emergency",
    "substance-use": "about substance use",
}
_STEPS = {1: "one level", 2: "two levels"}


def monograph_text(document: Monograph) -> str:
    """The whole monograph at 80 columns: help first, then every chapter, the references and the helplines."""
    number = {name: place for place, name in enumerate(document.references, 1)}
    lines = [
        *_title(document.title, "="),
        *wrap(document.subtitle),
        *wrap(f"As of {document.as_of}. Made by equipoise {document.version} from the records it cites."),
        "",
        *_title("Help", "-"),
    ]
    lines += [line for entry in urgent_help(document.urgent) for line in wrap(entry)]
    lines += [*wrap("Helplines of other countries stand at the end."), ""]
    for page in document.chapters:
        lines += _chapter(page, document, number)
    lines += _title("References", "-")
    for name, reference in document.references.items():
        lines += wrap(reference.text, first=f"{number[name]:>4}. ", indent=6)
        lines += [f"      {reference.url}"] if reference.url else []
    lines += ["", *_title("Searches", "-")]
    for search in document.searches.values():
        lines += [*wrap(f"{search.id}: {search.question} Found: {search.found}", first="- ", indent=2)]
        lines += [line for query in search.queries for line in wrap(query, first="    ", indent=4)]
    lines += ["", *_title("Help by country", "-")]
    for helpline in document.help:
        lines += wrap(f"{helpline.country}: {helpline.name}: {help_words(helpline)}", first="- ", indent=2)
    return _clean(lines)


def finding_text(finding: Finding, document: Monograph) -> str:
    """One finding: its sentence, number, certainty and why, sources with place and address, and how to compute it again."""
    lines = [*wrap(finding.statement), "", *field("Question", finding.question)]
    if finding.estimate is not None:
        lines += field("Number", number_words(finding.estimate))
    lines += field("Certainty", f"{dots(finding.certainty)} {certainty_words(finding.certainty)}".strip())
    lines += [line for reason in finding.because for line in wrap(reason_words(reason), first="  - ", indent=4)]
    shape = plot(finding)
    if shape is not None:
        lines += ["", *_plot(shape)]
    if finding.multiverse is not None:
        lines += ["", "Other analyses", *_multiverse(finding.multiverse)]
    lines += ["", "Sources"]
    for source, after in zip(finding.sources, (*finding.sources[1:], None), strict=True):
        lines += wrap(source_words(source, document), first="  - ", indent=4)
        if source.ref is not None and document.references[source.ref].url and (after is None or after.ref != source.ref):
            lines.append(f"    {document.references[source.ref].url}")
    if finding.caveats:
        lines += ["", "Caveats"]
        lines += [line for caveat in finding.caveats for line in wrap(caveat, first="  - ", indent=4)]
    lines += ["", "Compute it again", f"  {command(finding, document)}"]
    lines += wrap(f"{finding.basis.kind} by {finding.basis.engine}, equipoise {finding.basis.version}", first="  ", indent=2)
    for name, value in finding.basis.options:
        lines += wrap(f"{name}: {option_words(value)}", first="  ", indent=4)
    lines += ["  records:", *(f"    {record}" for record in finding.basis.records)]
    return _clean(lines)


def table(kind: str, records: Iterable[Any]) -> str:
    """Records of one kind, a line each; the columns are padded and the last one runs on, so that it greps and pipes well."""
    columns = _COLUMNS[kind]
    rows = [[" ".join(str(column(record)).split()) for column in columns.values()] for record in records]
    widths = [max(map(len, cells)) for cells in zip(list(columns), *rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in [list(columns), *rows]
    ]
    return _clean(lines)


# Words that print and terminal share.


def certainty_words(level: Level) -> str:
    """``low certainty``, or ``not graded``."""
    return level.value if level is Level.NOT_GRADED else f"{level.value} certainty"


def dots(level: Level) -> str:
    """The mark of four dots; none where nothing is graded."""
    return "" if level is Level.NOT_GRADED else "●" * level.dots + "○" * (4 - level.dots)


def number_words(estimate: Estimate) -> str:
    """``proportion 65% (95% confidence interval 61% to 69%; 312 of 480)``."""
    unit = estimate.unit
    if unit == "percentage points" or estimate.measure == "distance between studies":
        said = f"{estimate.measure} {_amount(estimate.value, unit)}"
        extra = [_signed(estimate.printed)]
    else:
        said = _signed(estimate.printed)
        said = said if estimate.measure == "value" else f"{estimate.measure} {said}"
        extra = []
    if estimate.interval is not None:
        extra.append(interval_words(estimate.interval, unit))
    if estimate.prediction is not None:
        extra.append(interval_words(estimate.prediction, unit))
    if estimate.counts is not None:
        counts = f"{estimate.counts.events:,} of {estimate.counts.total:,}"
        extra += [counts] if counts != estimate.printed else []
    if estimate.heterogeneity is not None:
        extra.append(f"I² {estimate.heterogeneity.i2:.0f}%")
    return f"{said} ({'; '.join(extra)})" if extra else said


def interval_words(interval: Interval, unit: str) -> str:
    """``95% confidence interval 61% to 69%``; the bounds alone carry the unit that a short one has."""
    kind, _, how = interval.kind.partition(" (")
    name = _INTERVALS.get(kind, f"{kind} interval")
    level = "" if interval.level is None else f"{interval.level:.0%} "
    said = f"{level}{name} {bounds(interval, unit)}"
    return f"{said}, {how.rstrip(')')}" if how else said


def bounds(interval: Interval, unit: str) -> str:
    """``61% to 69%``."""
    mark = "%" if unit == "%" else ""
    return f"{_digits(interval.low, unit)}{mark} to {_digits(interval.high, unit)}{mark}"


def _amount(value: float, unit: str) -> str:
    return f"{_digits(value, unit)}{'%' if unit == '%' else f' {unit}'}"


def _digits(value: float, unit: str) -> str:
    return _signed(rounded(value, unit))


def _signed(printed: str) -> str:
    """A number's hyphen as the minus that it means."""
    return re.sub(r"(?<![\w.])-(?=[\d.])", "\N{MINUS SIGN}", printed)


def reason_words(reason: Reason) -> str:
    """``risk of bias, one level down: high risk in selection``."""
    steps = _STEPS.get(abs(reason.change), f"{abs(reason.change)} levels")
    moved = "" if reason.change == 0 else f", {steps} {'down' if reason.change < 0 else 'up'}"
    return reason.why if reason.domain == "start" else f"{reason.domain}{moved}: {reason.why}"


def source_words(source: Citation, document: Monograph) -> str:
    """``Garcia-Romeu and others 2020, Table 2``, or the question of a search and its day."""
    if source.ref is not None:
        return f"{document.references[source.ref].short}, {source.at}"
    return f"Search, {source.on}: {document.searches[str(source.search)].question}"


def strip_words(strip: Strip) -> str:
    """What stands under a chapter's title."""
    parts = [f"As of {strip.as_of}"]
    if strip.studies:
        parts.append(counted(strip.studies))
    if strip.people:
        parts.append(f"{strip.people:,} people")
    if strip.laws:
        parts.append(counted(strip.laws, "law", "laws"))
    if strip.last_search is not None:
        parts.append(f"last search {strip.last_search}")
    if strip.records:
        parts.append(f"checked by a second reader {strip.checked:,} of {strip.records:,}")
    return " · ".join(parts)


def help_words(entry: HelpEntry) -> str:
    """``call or text 988; chat https://…; all hours; seen on 2026-11-22``."""
    ways: dict[str, list[str]] = {}
    for by, to in entry.channels:
        ways.setdefault(to, []).append(by)
    said = [f"{' or '.join(by)} {to}" for to, by in ways.items()]
    said += [entry.hours] if entry.hours != "not reported" else []
    return "; ".join([*said, f"seen on {entry.verified_on}{', may be out of date' if entry.stale else ''}"])


def urgent_help(entries: Sequence[HelpEntry]) -> list[str]:
    """One line a country: ``United States: in a crisis call or text 988 · after a poisoning call 1-800-222-1222``."""
    lines: dict[str, list[str]] = {}
    for entry in entries:
        ways: dict[str, list[str]] = {}
        for by, to in entry.channels:
            if by in {"call", "text"}:
                ways.setdefault(to, []).append(by)
        said = " or ".join(f"{' or '.join(by)} {to}" for to, by in ways.items())
        if said:
            old = " (may be out of date)" if entry.stale else ""
            lines.setdefault(entry.country, []).append(f"{_NEED.get(entry.kind, entry.name)} {said}{old}")
    return [f"{country}: {' · '.join(said)}" for country, said in lines.items()]


def option_words(value: Option) -> str:
    """An option of an engine as a reader sees it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) or "any" if isinstance(value, tuple) else str(value)


def command(finding: Finding, document: Monograph) -> str:
    """The command that computes it again."""
    return f"equipoise show {finding.id} --topic {document.id} --as-of {document.as_of}"


# Proportions of an interval plot.


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of an interval plot; ``at``, ``low`` and ``high`` are shares of its width."""

    label: str
    value: str
    weight: str
    at: float
    low: float | None
    high: float | None
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """Rows over one axis; ``ends`` label its two ends, ``none`` the line of no difference at ``null``."""

    title: str
    rows: tuple[Row, ...]
    ends: tuple[str, str]
    null: float | None
    none: str


def plot(finding: Finding) -> Plot | None:
    """The interval plot of a finding that has parts on one scale; None for any other."""
    estimate = finding.estimate
    if estimate is None or finding.basis.kind not in {"pooled", "contrast", "series"} or len(estimate.parts) < 2:
        return None
    unit = "%" if estimate.unit == "percentage points" else estimate.unit
    whole = finding.basis.kind == "pooled"
    shown = [(part.value, part.interval) for part in estimate.parts]
    shown += [(estimate.value, estimate.interval), (estimate.value, estimate.prediction)] if whole else []
    seen = [value for value, _ in shown] + [bound for _, held in shown if held is not None for bound in (held.low, held.high)]
    ratio = unit.endswith("ratio") and min(seen) > 0
    low, high, null = _axis(seen, unit, ratio=ratio)
    place = _log_place(low, high) if ratio else _place(low, high)
    rows = [_row(part, unit, place) for part in estimate.parts]
    if whole:
        pooled = Part(label="Together", record="", value=estimate.value, interval=estimate.interval)
        rows.append(_row(pooled, unit, place, whole=True))
        if estimate.prediction is not None:
            expected = Part(label="Next study", record="", value=estimate.value, interval=estimate.prediction)
            rows.append(_row(expected, unit, place))
    return Plot(
        title=estimate.measure if whole else finding.question,
        rows=tuple(rows),
        ends=(_end(low, unit), _end(high, unit)),
        null=None if null is None else place(null),
        none="" if null is None else f"{null:.0f}",
    )


def _axis(seen: Sequence[float], unit: str, *, ratio: bool) -> tuple[float, float, float | None]:
    """Both ends and, for ratios and differences, the value of no difference."""
    if ratio:
        return 1 / _nice(1 / min(*seen, 0.8)), _nice(max(*seen, 1.25)), 1.0
    if unit == "%":
        return 0.0, min(100.0, _nice(max(seen))), None
    if min(seen) >= 0:
        return 0.0, _nice(max(seen)), None
    return -_nice(-min(seen)), _nice(max(0.0, *seen)), 0.0


def _end(value: float, unit: str) -> str:
    return _digits(value, unit) if unit.endswith(("ratio", "correlation")) else _amount(value, unit)


def _nice(value: float) -> float:
    """The next round number."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 3, 4, 5, 6, 8, 10) if step * power >= value * (1 - 1e-12))


def _place(low: float, high: float) -> Callable[[float], float]:
    return lambda value: min(1.0, max(0.0, (value - low) / (high - low)))


def _log_place(low: float, high: float) -> Callable[[float], float]:
    inner = _place(math.log(low), math.log(high))
    return lambda value: inner(math.log(value))


def _row(part: Part, unit: str, place: Callable[[float], float], *, whole: bool = False) -> Row:
    held = part.interval
    value = f"{_digits(part.value, unit)}{'%' if unit == '%' else ''}"
    return Row(
        label=part.label,
        value=value if held is None else f"{value} ({bounds(held, unit)})",
        weight="" if part.weight is None else f"{part.weight:.0f}%",
        at=place(part.value),
        low=None if held is None else place(held.low),
        high=None if held is None else place(held.high),
        whole=whole,
    )


def _plot(shape: Plot) -> Iterator[str]:
    label = min(22, max(len(row.label) for row in shape.rows))
    value = max(len(row.value) for row in shape.rows)
    width = max(12, WIDTH - label - value - 6)
    for row in shape.rows:
        cells = [" "] * width
        if row.low is not None and row.high is not None:
            for cell in range(round(row.low * (width - 1)), round(row.high * (width - 1)) + 1):
                cells[cell] = "─"
        cells[round(row.at * (width - 1))] = "◆" if row.whole else "●"
        yield f"  {row.label[:label]:<{label}}  {''.join(cells)}  {row.value}".rstrip()
    low, high = shape.ends
    axis = f"{low}{high:>{max(len(high) + 1, width - len(low))}}"
    if shape.null is not None:
        middle = round(shape.null * (width - 1))
        axis = f"{axis[:middle]}{shape.none}{axis[middle + 1 :]}" if axis[middle - 1 : middle + 2].isspace() else axis
    yield f"  {'':<{label}}  {axis}"


# Other analyses.


def choice_rows(held: Multiverse) -> list[tuple[str, str, str, str, str]]:
    """A row for each option: choice, share of the variance, option (a star at the one taken), median, and share that agrees."""
    rows = []
    for choice in held.choices:
        moves = "" if choice.total is None else f"{100 * choice.total:.0f}%"
        for at, (option, middle, agree) in enumerate(zip(choice.options, choice.median, choice.agree, strict=True)):
            first, second = (choice.factor, moves) if at == 0 else ("", "")
            named = f"{option} *" if at == choice.primary else option
            value = "none" if middle is None else f"{_digits(middle, held.unit)}{'%' if held.unit == '%' else ''}"
            rows.append((first, second, named, value, "" if agree is None else f"{100 * agree:.0f}%"))
    return rows


def _multiverse(held: Multiverse) -> Iterator[str]:
    yield from wrap(held.said, first="  ", indent=2)
    yield ""
    rows = [("Choice", "Moves", "Option (* as shown)", "Median", "Agree"), *choice_rows(held)]
    wide = [min(26, max(len(row[0]) for row in rows)), 5, 0, max(len(row[3]) for row in rows), 5]
    wide[2] = min(max(len(row[2]) for row in rows), WIDTH - 2 - sum(wide) - 8)
    for row in rows:
        folded = [textwrap.wrap(cell, width) or [""] for cell, width in zip(row, wide, strict=True)]
        for cells in zip_longest(*folded, fillvalue=""):
            placed = zip(cells, wide, (str.ljust, str.rjust, str.ljust, str.rjust, str.rjust), strict=True)
            yield f"  {'  '.join(side(cell, width) for cell, width, side in placed)}".rstrip()
    yield ""
    for said in held.details:
        yield from wrap(said, first="  - ", indent=4)
    yield from wrap(f"Declared grid: {held.declared}", first="  - ", indent=4)


# Lines.


def _title(text: str, rule: str) -> list[str]:
    lines = wrap(text)
    return [*lines, rule * max(map(len, lines)), ""]


def _clean(lines: Iterable[str]) -> str:
    """No control character but the line's end, so that no record can speak to a terminal."""
    lines = list(lines)
    controls = {ord(sign): None for sign in set().union(*lines) if unicodedata.category(sign) in {"Cc", "Cf"}}
    return "".join(f"{line.translate(controls)}\n" for line in lines)


def _chapter(page: ChapterPage, document: Monograph, number: Mapping[str, int]) -> Iterator[str]:
    yield from _title(page.title.upper(), "=")
    yield from wrap(strip_words(page.strip))
    yield ""
    if page.map is not None:
        yield from _map(page.map)
    opening, body = split(page)
    for block in opening:
        yield from _block(block, document, number)
        yield ""
    register = None if document.law is None or not page.atlas else Register(document.law)
    if register is not None:
        yield from _places(register)
    for block in body:
        yield from _block(block, document, number)
        yield ""
    if register is not None:
        yield from _changes(register)


def _places(register: Register) -> Iterator[str]:
    """The table by place, a paragraph each: a verdict for each question."""
    day = register.atlas.as_of
    yield from _title(f"The law on {day}, place by place", "-")
    yield from wrap(f"Each place was asked the same, for {register.ages}.")
    yield ""
    for at, question in enumerate(register.atlas.questions):
        for name, where in (("us", "states"), ("world", "countries")):
            if name in question.maps:
                yield from wrap(f"{question.title}, {where}: {register.counted(at, name)}", first="- ", indent=2)
    yield ""
    for title, rows in register.tables:
        yield from wrap(title)
        for row in rows:
            yield from wrap(f"{row.name}: {_answers(row, register)} ({row.verified})", first="  ", indent=4)
        yield ""


def _answers(row: PlaceRow, register: Register) -> str:
    """The verdicts of a place, those that are alike together: ``unlawful``, or ``Selling leaf: unlawful; ...``."""
    alike: dict[str, list[str]] = {}
    for question, (_, word) in zip(register.atlas.questions, row.cells, strict=True):
        alike.setdefault(word, []).append(question.title)
    return "; ".join(word if len(alike) == 1 else f"{', '.join(titles)}: {word}" for word, titles in alike.items())


def _changes(register: Register) -> Iterator[str]:
    yield from _title("What changed", "-")
    for change in (*register.recent, *register.earlier):
        entry = change.entry
        said = f"{upper_first(entry.place_name)}, {change.what}: {change.says} [{entry.citation}]"
        yield from wrap(said, first=f"- {entry.date}  ", indent=2)
    yield ""


def _block(block: Block, document: Monograph, number: Mapping[str, int]) -> Iterator[str]:
    match block:
        case Heading():
            text = plain(block.spans)
            yield from wrap(text)
            yield "-" * min(WIDTH, len(text))
        case Paragraph():
            yield from wrap(plain(block.spans))
        case Bullets():
            for item in block.items:
                yield from wrap(plain(item), first="- ", indent=2)
        case Shown():
            yield from _shown(document.findings[block.finding], document, number)


def _shown(finding: Finding, document: Monograph, number: Mapping[str, int]) -> Iterator[str]:
    yield from wrap(finding.statement, first="  * ", indent=4)
    graded = f"{certainty_words(finding.certainty)} {dots(finding.certainty)}".strip()
    yield from wrap(f"{graded[0].upper()}{graded[1:]}.", first="    ", indent=4)
    if finding.estimate is not None:
        yield from wrap(f"Number: {number_words(finding.estimate)}.", first="    ", indent=4)
    if finding.multiverse is not None:
        yield from wrap(f"Other analyses: {finding.multiverse.said}", first="    ", indent=4)
    if finding.panel is not None:
        yield from _panel(finding.panel)
    many = len(finding.sources) > MANY
    said = []
    for source in finding.sources:
        mark = "" if source.ref is None else f"[{number[source.ref]}]"
        said.append(mark if mark and many else f"{mark} {source_words(source, document)}".strip())
    yield from wrap(f"Sources: {(', ' if many else '; ').join(said)}", first="    ", indent=4)
    if finding.caveats:
        yield from wrap(f"Read with care: {' '.join(finding.caveats)}", first="    ", indent=4)
    yield from wrap(f"More: equipoise show {finding.id}", first="    ", indent=4)


def _panel(held: Panel) -> Iterator[str]:
    """A figure as its table, a line for each row."""
    yield from wrap(f"{held.title}. {held.said}", first="    ", indent=4)
    for row in held.table.rows:
        cells = [f"{name}: {cell}" for name, cell in zip(held.table.columns[1:], row[1:], strict=True) if cell]
        yield from wrap(": ".join([row[0], *(["; ".join(cells)] if cells else [])]), first="    - ", indent=6)


def _cell(cell: Cell) -> str:
    people = f"{cell.people:,} people, " if cell.people else ""
    return f"{counted(len(cell.studies))}, {people}{certainty_words(cell.certainty)}"


def _map(held: Map) -> Iterator[str]:
    yield "What was studied, and how"
    for outcome, cells in held.rows:
        said = [f"{design}: {_cell(cell)}" for design, cell in zip(held.designs, cells, strict=True) if cell is not None]
        yield from wrap(f"{outcome}: {'; '.join(said) or 'no study'}.", first="- ", indent=2)
    yield ""


# Columns of `equipoise evidence list`.


def _countries(study: Any) -> str:
    return " ".join(study.country) if isinstance(study.country, tuple) else str(study.country)


def _readers(record: Any) -> str:
    return str(len(record.checked))


_COLUMNS: Mapping[str, Mapping[str, Callable[[Any], object]]] = {
    "references": {
        "id": lambda item: item.id,
        "issued": lambda item: item.issued,
        "type": lambda item: item.type,
        "checked": _readers,
        "title": lambda item: item.title,
    },
    "studies": {
        "id": lambda item: item.id,
        "design": lambda item: item.design,
        "country": _countries,
        "size": lambda item: item.sample.size,
        "of": lambda item: item.sample.unit,
        "outcomes": lambda item: len(item.outcomes),
        "checked": _readers,
        "title": lambda item: item.title,
    },
    "searches": {
        "id": lambda item: item.id,
        "queries": lambda item: len(item.queries),
        "checked": _readers,
        "question": lambda item: item.question,
    },
    "positions": {
        "id": lambda item: item.id,
        "date": lambda item: item.date,
        "stance": lambda item: item.stance,
        "kind": lambda item: item.holder.kind,
        "checked": _readers,
        "holder": lambda item: item.holder.name,
    },
    "helplines": {
        "id": lambda item: item.id,
        "country": lambda item: item.country,
        "kind": lambda item: item.kind,
        "verified": lambda item: item.verified_on,
        "reached by": lambda item: ", ".join(f"{channel.by} {channel.to}" for channel in item.channels),
    },
    "corrections": {
        "id": lambda item: item.id,
        "concerns": lambda item: item.concerns,
        "checked": _readers,
        "used": lambda item: item.used,
    },
    "law": {
        "id": lambda item: item.id,
        "kind": lambda item: item.instrument.kind,
        "force": lambda item: item.instrument.force,
        "axis": lambda item: item.axis,
        "verified": lambda item: item.last_verified,
        "checked": _readers,
        "citation": lambda item: item.instrument.citation,
    },
    "assays": {
        "id": lambda item: item.id,
        "measurements": lambda item: len(item.measurements),
        "checked": _readers,
        "paper": lambda item: item.paper,
    },
    "exposures": {
        "id": lambda item: item.id,
        "intakes": lambda item: len(item.intakes),
        "observations": lambda item: len(item.observations),
        "checked": _readers,
        "title": lambda item: item.title,
    },
    "parameters": {
        "id": lambda item: item.id,
        "parameters": lambda item: len(item.parameters),
        "checked": _readers,
        "title": lambda item: item.title,
    },
    "medicines": {
        "id": lambda item: item.id,
        "rxnorm": lambda item: item.rxnorm,
        "checked": _readers,
        "classes": lambda item: " ".join(item.classes),
        "name": lambda item: item.name,
    },
    "interactions": {
        "id": lambda item: item.id,
        "severity": lambda item: item.severity,
        "evidence": lambda item: len(item.evidence),
        "checked": _readers,
        "title": lambda item: item.title,
    },
    "conditions": {
        "id": lambda item: item.id,
        "applies": lambda item: item.applies.to,
        "severity": lambda item: item.severity,
        "evidence": lambda item: len(item.evidence),
        "checked": _readers,
        "label": lambda item: item.label,
    },
    "products": {
        "id": lambda item: item.id,
        "country": lambda item: " ".join(item.country),
        "products": lambda item: item.products,
        "contents": lambda item: len(item.contents),
        "checked": _readers,
        "title": lambda item: item.title,
    },
    "recalls": {
        "id": lambda item: item.id,
        "kind": lambda item: item.kind,
        "country": lambda item: item.country,
        "began": lambda item: item.began,
        "cases": lambda item: "" if item.cases is None else item.cases,
        "checked": _readers,
        "agent": lambda item: item.agent,
    },
    "limits": {
        "id": lambda item: item.id,
        "daily": lambda item: len(item.daily),
        "microbes": lambda item: len(item.microbes),
        "checked": _readers,
        "title": lambda item: item.title,
    },
    "topics": {
        "id": lambda item: item.id,
        "chapters": lambda item: len(item.chapters),
        "findings": lambda item: len(item.findings),
        "title": lambda item: item.title,
    },
}
