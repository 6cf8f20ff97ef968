"""The monograph as a tagged PDF (PDF/UA-1) by Typst.

``typst/monograph.typ`` is the page design. What it sets travels as JSON and is only ever text to it: nothing in a record
is read as code.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import typst

from equipoise.documents.monograph import ChapterPage, HelpEntry, Map, Monograph, SearchEntry
from equipoise.documents.prose import Block, Bullets, Heading, Paragraph, Span
from equipoise.findings.finding import Finding, Level, Reason
from equipoise.outputs import multiverse, plots, text
from equipoise.outputs.law import WORDS
from equipoise.outputs.law_table import MAPS, MEANS, MONTHS, Register, split
from equipoise.outputs.panels import panel
from equipoise.outputs.phrases import counted, upper_first

TEMPLATE = Path(__file__).parent / "typst" / "monograph.typ"
FONTS = Path(__file__).parent / "fonts"

BESIDE = 6
"""Sources that stand as side notes; a longer list runs under the finding."""
SHORT = 60
"""Characters above which an option, such as a reason in words, stands with the finding alone."""
TALL = 2_000
"""Characters above which a finding may break over pages."""

_SHOWN = (
    "\u0020-\u007e\u00a0-\u00ac\u00ae-\u024f\u0384-\u038a\u038e-\u03a1\u03a3-\u0482\u048a-\u04ff"  # Latin, Greek, Cyrillic
    "\u05d0-\u05ea\u0621-\u063a\u0641-\u064a\u0660-\u0669"  # Hebrew, Arabic
    "\u1e00-\u1eff\u2010-\u2027\u2030-\u203e\u2074-\u208e\u20ac\u2122"  # more Latin, punctuation, raised and lowered figures
    "\u2190-\u21ff\u2200-\u22ff\u25a0-\u25ff\u2713\u2717"  # arrows, mathematics, shapes
)
"""What the fonts of the PDF can show, a test sets every one: our own fonts and, for what they lack, those inside Typst."""
_UNSHOWN = re.compile(f"[^{_SHOWN}]")
_LINK = re.compile(r"(?:https?://|mailto:|tel:|sms:)\S+")


def pdf(document: Monograph) -> bytes:
    """The whole monograph. The same document gives the same bytes."""
    return typeset(words(document), document.as_of)


def words(document: Monograph) -> str:
    """All that the page design sets, as JSON."""
    return as_data(_data(document))


def as_data(held: Mapping[str, Any]) -> str:
    """What a page design sets, as JSON, in signs that its fonts can show."""
    return json.dumps(_shown(held), ensure_ascii=False)


def typeset(data: str, as_of: date, template: Path = TEMPLATE) -> bytes:
    """The PDF of :func:`as_data`, of the day of the document; meanwhile Typst leaves the interpreter to other threads."""
    made = typst.compile(
        template,
        root=template.parent,
        font_paths=[FONTS],
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": data},
        pdf_standards="ua-1",
        timestamp=datetime(as_of.year, as_of.month, as_of.day, tzinfo=UTC),
    )
    if not isinstance(made, bytes):
        raise TypeError(f"Typst gave {type(made).__name__}; should be the bytes of one PDF")
    return made


def _shown(value: Any) -> Any:
    """Text with what no font can show spelt out: a sign by its name in brackets, controls left out."""
    if isinstance(value, str):
        return _UNSHOWN.sub(_spelt, value)
    if isinstance(value, dict):
        return {key: _shown(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(item) for item in value]
    return value


def _spelt(match: re.Match[str]) -> str:
    sign = match[0]
    if sign.isspace():
        return " "
    if unicodedata.category(sign) in {"Cc", "Cf"}:
        return ""
    return f"[{unicodedata.name(sign, f'U+{ord(sign):04X}').lower()}]"


def _data(document: Monograph) -> dict[str, Any]:
    number = {name: place for place, name in enumerate(document.references, 1)}
    search = {name: place for place, name in enumerate(document.searches, 1)}
    return {
        "title": document.title,
        "subtitle": document.subtitle,
        "id": document.id,
        "as_of": [document.as_of.year, document.as_of.month, document.as_of.day],
        "version": document.version,
        "urgent": text.urgent_help(document.urgent),
        "chapters": [_chapter(page, document, number, search) for page in document.chapters],
        "studies": [
            [item.id, item.design, item.countries, item.size_text, item.bias, item.checked, _numbers(item.sources, number)]
            for item in document.studies
        ],
        "searches": [_search(item, number) for item in document.searches.values()],
        "references": [
            {"text": item.text, "url": item.url if _LINK.fullmatch(item.url) else ""} for item in document.references.values()
        ],
        "help": [_help(item) for item in document.help],
        "again": [
            _again(document.findings[name], page.title) for page in document.chapters for name in dict.fromkeys(page.findings)
        ],
    }


def _numbers(sources: Sequence[tuple[str, str]], number: Mapping[str, int]) -> list[int]:
    return sorted({number[ref] for ref, _ in sources if ref in number})


def _chapter(page: ChapterPage, document: Monograph, number: Mapping[str, int], search: Mapping[str, int]) -> dict[str, Any]:
    opening, body = split(page)
    return {
        "title": page.title,
        "strip": text.strip_words(page.strip),
        "map": None if page.map is None else _map(page.map),
        "law": None if document.law is None or not page.atlas else _law(Register(document.law)),
        "opening": list(_blocks(opening, document, number, search)),
        "blocks": list(_blocks(body, document, number, search)),
    }


def _law(register: Register) -> dict[str, Any]:
    """The maps, the tables by place, and the changes of the last months; the pages of places are for the screen."""
    return {
        "asked": f"Each place was asked the same, for {register.ages}.",
        "maps": list(_maps(register)),
        "key": [[word, MEANS[look]] for look, word in WORDS.items()],
        "heads": ["Place", *(question.title for question in register.atlas.questions), "Verified"],
        "groups": [
            {"title": title, "rows": [[row.name, *(list(cell) for cell in row.cells), row.verified] for row in rows]}
            for title, rows in register.tables
        ],
        "months": MONTHS,
        "changes": [
            [
                change.entry.date,
                f"{upper_first(change.entry.place_name)}, {change.what}",
                change.says,
                change.entry.citation,
            ]
            for change in register.recent
        ],
    }


def _maps(register: Register) -> Iterator[dict[str, str]]:
    for name, (draw, sheet) in MAPS.items():
        for at, question in enumerate(register.atlas.questions):
            if name in question.maps:
                said = f"{question.title}: {sheet}"
                shades, looks = register.shades(at, name), register.looks(at, name)
                drawn = draw(shades, looks, ident=f"map-{name}-{question.id}", title=said, plain=True)
                counted = register.counted(at, name)
                yield {"title": said, "svg": plots.standalone(drawn), "counted": counted, "alt": f"Map. {said}. {counted}"}


def _blocks(
    blocks: Sequence[Block], document: Monograph, number: Mapping[str, int], search: Mapping[str, int]
) -> Iterator[dict[str, Any]]:
    level = 1
    for block in blocks:
        match block:
            case Heading():
                level = min(max(2, block.level), level + 1)  # a level that is left out would break the outline of the document
                yield {"kind": "heading", "level": level, "spans": _spans(block.spans)}
            case Paragraph():
                yield {"kind": "paragraph", "spans": _spans(block.spans)}
            case Bullets():
                yield {"kind": "bullets", "items": [_spans(item) for item in block.items]}
            case shown:
                yield {"kind": "finding", **_finding(document.findings[shown.finding], document, number, search)}


def _spans(spans: Sequence[Span]) -> list[dict[str, str]]:
    return [
        {"text": span.text, "mark": span.mark, "href": span.href if span.href and _LINK.fullmatch(span.href) else ""}
        for span in spans
    ]


def _finding(finding: Finding, document: Monograph, number: Mapping[str, int], search: Mapping[str, int]) -> dict[str, Any]:
    shape = None if finding.panel is not None else text.plot(finding)  # one figure says it
    sources = [
        {
            "to": f"ref-{number[source.ref]}" if source.ref is not None else f"search-{search[source.search or '']}",
            "mark": str(number[source.ref]) if source.ref is not None else f"S{search[source.search or '']}",
            "said": text.source_words(source, document),
        }
        for source in finding.sources
    ]
    said = {
        "statement": finding.statement,
        "dots": None if finding.certainty is Level.NOT_GRADED else finding.certainty.dots,
        "certainty": text.certainty_words(finding.certainty),
        "number": "" if finding.estimate is None else text.number_words(finding.estimate),
        "because": _sentence("; ".join(_brief(finding.because))),
        "caveats": " ".join(finding.caveats),
    }
    return {
        **said,
        "id": finding.id,
        "beside": sources if len(sources) <= BESIDE else [],
        "under": sources if len(sources) > BESIDE else [],
        "many": len(sources) > text.MANY,
        "plot": None if shape is None else _plot(shape),
        "curve": _curve(finding),
        "panel": None
        if finding.panel is None
        else {
            "said": finding.panel.said,
            "svg": plots.standalone(panel(finding.panel, ident=f"panel-{finding.id}")),
            "alt": f"{finding.panel.title}. {finding.panel.said}",
        },
        "keep": finding.panel is None
        and sum(len(item["said"]) for item in sources) + sum(len(str(item)) for item in said.values()) < TALL
        and (shape is None or len(shape.rows) <= 20),
    }


def _curve(finding: Finding) -> dict[str, str] | None:
    """The small curve of all analyses as a picture of its own, and the sentence on it."""
    held = finding.multiverse
    if held is None:
        return None
    drawn = multiverse.small_curve(finding)
    return {
        "said": held.said,
        "svg": plots.standalone(drawn) if drawn else "",
        "alt": f"Curve of all analyses, from the lowest estimate to the highest. {held.said}",
    }


def _brief(because: Sequence[Reason]) -> Iterator[str]:
    """Where the certainty starts, what moved it, and what could not be judged."""
    for reason in because:
        if reason.change or reason.domain in {"start", "search", "override"} or reason.unjudged:
            yield text.reason_words(reason)


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}." if words else ""


def _plot(shape: text.Plot) -> dict[str, Any]:
    rows = [
        {
            "label": row.label,
            "value": row.value,
            "weight": row.weight,
            "at": row.at,
            "low": row.low,
            "high": row.high,
            "whole": row.whole,
        }
        for row in shape.rows
    ]
    said = "; ".join(f"{row.label} {row.value}" for row in shape.rows)
    return {
        "alt": f"Interval plot. {shape.title} From {shape.ends[0]} to {shape.ends[1]}: {said}.",
        "rows": rows,
        "ends": shape.ends,
        "null": shape.null,
        "none": shape.none,
        "weighted": any(row.weight for row in shape.rows),
    }


def _map(held: Map) -> dict[str, Any]:
    return {
        "designs": held.designs,
        "rows": [
            {
                "outcome": outcome,
                "cells": [
                    None
                    if cell is None
                    else {
                        "studies": counted(len(cell.studies)),
                        "people": f"{cell.people:,} people" if cell.people else "",
                        "dots": None if cell.certainty is Level.NOT_GRADED else cell.certainty.dots,
                        "certainty": cell.certainty.value,
                    }
                    for cell in cells
                ],
            }
            for outcome, cells in held.rows
        ],
    }


def _search(item: SearchEntry, number: Mapping[str, int]) -> dict[str, Any]:
    return {
        "id": item.id,
        "question": item.question,
        "on": item.on,
        "queries": item.queries,
        "found": item.found,
        "limits": item.limits,
        "sources": _numbers(item.sources, number),
    }


def _help(item: HelpEntry) -> list[str]:
    seen = f"{item.verified_on}{', may be out of date' if item.stale else ''}"
    reached = "; ".join(f"{by} {to}" for by, to in item.channels)
    return [item.country, item.name, item.kind.replace("-", " "), reached, item.hours, seen]


def _again(finding: Finding, chapter: str) -> list[str]:
    said = [(name, text.option_words(value)) for name, value in finding.basis.options]
    options = "; ".join(f"{name}: {value}" for name, value in said if len(value) <= SHORT)
    records = len(finding.basis.records)
    return [
        finding.id,
        chapter,
        f"{finding.basis.kind} by {finding.basis.engine}. {options}",
        f"{records:,} {'record' if records == 1 else 'records'}",
    ]
