"""The monograph as a static site: a page for each chapter, the register of studies, the sources, and help in every country.

Pages link to each other by relative addresses, ask nobody for anything and run no script. What a template shows is put into
words here, so that a template only sets it in its place.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup

from equipoise.documents.citations import CitedReference
from equipoise.documents.monograph import Cell, ChapterPage, HelpEntry, Map, Monograph, SearchEntry, StudyEntry
from equipoise.documents.prose import Bullets, Heading, Paragraph, Shown, plain
from equipoise.findings.finding import Citation, Finding, Level, Option, Reason
from equipoise.outputs import figures, multiverse
from equipoise.outputs.law_pages import LawPages
from equipoise.outputs.law_table import split
from equipoise.outputs.pages import Link, dated, day, environment, outside
from equipoise.outputs.panels import panel
from equipoise.outputs.phrases import differences, upper_first
from equipoise.outputs.text import choice_rows
from equipoise.values.estimate import Estimate, Interval

_HERE = Path(__file__).parent
_LOOSE = re.compile(r"[^\d+]")
_NOTES = 4
"""So many sources stand beside a sentence; the others stand inside."""
_REGISTERS = ("studies.html", "sources.html", "help.html")
_ADDRESS = 60
"""So many characters of an address are shown; its link has them all."""
_KINDS = {
    "emergency": "Emergency",
    "crisis": "Suicide or crisis",
    "poison": "Poisoning",
    "substance-use": "Drug or alcohol use",
}
_CHANGES = {
    -3: "down three levels",
    -2: "down two levels",
    -1: "down one level",
    0: "no change",
    1: "up one level",
    2: "up two levels",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingView:
    """A finding in the words of its page."""

    finding: Finding
    certainty: str
    dots: Markup
    notes: tuple[Link, ...]
    more: int
    plainly: tuple[str, ...]
    parts: tuple[tuple[str, str], ...]
    caveats: tuple[str, ...]
    numbers: tuple[tuple[str, str], ...]
    reasons: tuple[tuple[str, str, str], ...]
    sources: tuple[Link, ...]
    searches: tuple[SearchEntry, ...]
    records: tuple[Link, ...]
    options: tuple[tuple[str, str], ...]
    plot: Markup
    share: int
    people: Markup
    table: tuple[tuple[str, ...], ...]
    analyses: "AnalysesView | None" = None
    panel: Markup | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysesView:
    """The multiverse of a finding: the curve under the number, and what opens: the whole curve, the choices, what to know."""

    said: str
    count: int
    small: Markup
    whole: Markup
    choices: tuple[tuple[str, ...], ...]
    details: tuple[str, ...]
    declared: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CellView:
    """A cell of an evidence map: its mark, its words, and where its studies stand."""

    bubble: Markup
    studies: int
    people: int
    certainty: str
    links: tuple[Link, ...]


@dataclass(frozen=True, kw_only=True)
class Site:
    """The document and where its parts are found. ``asks``: pages that answer questions, which only a server has."""

    document: Monograph
    pages: Mapping[str, str]
    studies: frozenset[str]
    law: LawPages | None = None
    asks: tuple[tuple[str, str], ...] = ()

    @property
    def urgent_place(self) -> str:
        """The country of the help on every page, where it is one."""
        places = {entry.country for entry in self.document.urgent}
        return places.pop() if len(places) == 1 else ""

    @cached_property
    def laws(self) -> Mapping[str, str]:
        """Where each law stands, by the name of its reference."""
        return {} if self.law is None else {f"law/{name}": link.href or "" for name, link in self.law.links.items()}

    def href(self, target: str | None) -> str | None:
        """Where a link in prose leads: to a chapter by its id, or outside; None for what is neither."""
        if target is None:
            return None
        name, _, place = target.partition("#")
        page = self.pages.get(name.removesuffix(".html")) or (name if name in _REGISTERS else None)
        return f"{page}{'#' if place else ''}{place}" if page else outside(target)

    def source(self, cited: tuple[str, str]) -> Link:
        """A reference and the place in it, as a link."""
        ref, at = cited
        held = self.document.references.get(ref)
        if held is None:
            return Link(text=ref, at=at)
        href = self.laws.get(ref) or f"sources.html#ref-{ref}"
        return Link(text=held.short, href=href, outside=outside(held.url), at=at)


def dial(channel: tuple[str, str]) -> str | None:
    """Where a channel of a helpline leads: a number to call or text, an address to write to, a page."""
    by, to = channel
    if by == "email":
        return f"mailto:{to}"
    if by in {"call", "text"}:
        digits = _LOOSE.sub("", to)
        plainly_a_number = bool(digits) and not any(letter.isalpha() for letter in to)
        return f"{'tel' if by == 'call' else 'sms'}:{digits}" if plainly_a_number else None
    return outside(to)


def shown(url: str) -> str:
    """An address as a reader needs it: no scheme, no tail."""
    bare = url.partition("://")[2].removeprefix("www.").rstrip("/") or url
    return bare if len(bare) <= _ADDRESS else f"{bare[: _ADDRESS - 1]}…"


def templates() -> Environment:
    """Our templates with the words of the site."""
    made = environment()
    made.tests.update(
        shown=lambda block: isinstance(block, Shown),
        heading=lambda block: isinstance(block, Heading),
        bullets=lambda block: isinstance(block, Bullets),
    )
    made.filters.update(
        day=day,
        dated=dated,
        outside=outside,
        dial=dial,
        shown=shown,
        upper_first=upper_first,
        kind=lambda kind: _KINDS.get(kind, kind),
    )
    return made


_TEMPLATES = templates()


def site(document: Monograph) -> dict[str, bytes]:
    """Every file of the site by its name."""
    held = held_site(document)
    return files(held, finding_views(held))


def held_site(document: Monograph, asks: tuple[tuple[str, str], ...] = ()) -> Site:
    """The document and where its parts are found; ``asks`` names the pages of a server that answer questions."""
    pages = {chapter.id: f"{chapter.id}.html" if place else "index.html" for place, chapter in enumerate(document.chapters)}
    law = None if document.law is None else LawPages(document.law)
    studies = frozenset(study.id for study in document.studies)
    return Site(document=document, pages=pages, studies=studies, law=law, asks=asks)


def finding_views(held: Site) -> dict[str, FindingView]:
    """Every finding in the words of its page."""
    return {name: _view(held, finding) for name, finding in held.document.findings.items()}


def files(held: Site, views: Mapping[str, FindingView]) -> dict[str, bytes]:
    """Every file of a site by its name."""
    document = held.document
    made = {
        name: _page("chapter", held, name, findings=views, **_chapter(held, place))
        for place, name in enumerate(held.pages.values())
    }
    made["studies.html"] = _page("studies", held, "studies.html", groups=_groups(document))
    made["sources.html"] = _page("sources", held, "sources.html", references=_references(document))
    made |= {name: _page("place", held, name, **more) for name, more in _places(held)}
    made["help.html"] = _page("help", held, "help.html", countries=_countries(document.help))
    return {
        **{name: text.encode() for name, text in made.items()},
        "style.css": (_HERE / "static" / "style.css").read_bytes(),
        **{
            f"fonts/{face.name}": face.read_bytes()
            for face in sorted((_HERE / "fonts").iterdir())
            if face.suffix in {".woff2", ".txt"}
        },
    }


def _page(template: str, held: Site, name: str, **more: object) -> str:
    text = _TEMPLATES.get_template(f"{template}.html").render(site=held, document=held.document, here=name, **more)
    return "\n".join(line for line in text.splitlines() if line.strip()) + "\n"


def _chapter(held: Site, place: int) -> dict[str, object]:
    chapters = held.document.chapters
    opening, body = split(chapters[place])
    return {
        "chapter": chapters[place],
        "first": place == 0,
        "before": chapters[place - 1] if place else None,
        "after": chapters[place + 1] if place + 1 < len(chapters) else None,
        "lines": {chapter.id: _opening(chapter) for chapter in chapters},
        "opening": opening,
        "body": body,
        "map": _map(chapters[place].map),
        "law": held.law,
        "map_shades": figures.shades() if chapters[place].map else Markup(),
    }


def _opening(chapter: ChapterPage) -> str:
    """The first sentence of a chapter, for the list of contents."""
    text = next((plain(block.spans) for block in chapter.blocks if isinstance(block, Paragraph)), "")
    return re.split(r"(?<=[.?!])\s", text, maxsplit=1)[0]


def _view(held: Site, finding: Finding) -> FindingView:
    sources = tuple(_source(held, source) for source in finding.sources)
    notes = tuple({link.text: link for link in reversed(sources)}.values())[::-1]
    plainly = _plainly(held, finding)
    estimate, ident = finding.estimate, f"figure-{finding.id}"
    share = figures.of_hundred(finding)
    return FindingView(
        finding=finding,
        certainty="Not graded"
        if finding.certainty is Level.NOT_GRADED
        else f"{finding.certainty.value.capitalize()} certainty",
        dots=Markup() if finding.certainty is Level.NOT_GRADED else figures.dots(finding.certainty),
        notes=notes[:_NOTES],
        more=max(0, len(notes) - _NOTES),
        plainly=plainly,
        parts=_parts(finding),
        caveats=tuple(caveat for caveat in map(dated, finding.caveats) if caveat not in plainly),
        numbers=() if estimate is None else _numbers(estimate),
        reasons=tuple((reason.domain, _change(reason), reason.why) for reason in finding.because),
        sources=sources,
        searches=_searches(held, finding),
        records=tuple(_record(held, name, kind=finding.basis.kind) for name in finding.basis.records),
        options=tuple((name, _option(value)) for name, value in finding.basis.options),
        plot=figures.interval_plot(finding, ident=ident) if share is None and finding.panel is None else Markup(),
        share=share or 0,
        people=Markup() if share is None else figures.icon_array(share, ident=ident, title=finding.question),
        table=_table(finding) if share is None else (),
        analyses=_analyses(finding),
        panel=None if finding.panel is None else panel(finding.panel, ident=f"panel-{finding.id}"),
    )


def _analyses(finding: Finding) -> AnalysesView | None:
    held = finding.multiverse
    if held is None:
        return None
    return AnalysesView(
        said=held.said,
        count=len(held.specifications),
        small=multiverse.small_curve(finding),
        whole=multiverse.whole_curve(finding),
        choices=tuple(choice_rows(held)),
        details=held.details,
        declared=held.declared,
    )


def _source(held: Site, source: Citation) -> Link:
    if source.ref is not None:
        return held.source((source.ref, source.at or ""))
    return Link(text=f"Search, {day(source.on or 'date not reported')}", href=f"sources.html#search-{source.search}")


def _record(held: Site, name: str, *, kind: str) -> Link:
    """A record behind a finding of this kind, which says whether it is a search, a position or a result of a study."""
    if kind == "absence":
        return Link(text=name, href=f"sources.html#search-{name}")
    study = name.partition("/")[0]
    if kind == "law":
        return Link(text=name, href=held.laws.get(f"law/{name}"))
    return Link(text=name, href=f"studies.html#{study}" if kind != "position" and study in held.studies else None)


def _searches(held: Site, finding: Finding) -> tuple[SearchEntry, ...]:
    names = (source.search for source in finding.sources if source.search is not None)
    return tuple(held.document.searches[name] for name in names if name in held.document.searches)


def _plainly(held: Site, finding: Finding) -> tuple[str, ...]:
    """What stands under the sentence for all to see, beside what ``caveats`` hold."""
    sighted = tuple(map(dated, finding.in_sight))
    match finding.basis.kind:
        case "position":
            options = dict(finding.basis.options)
            return (f"Held by {options['holder']} ({str(options['kind']).replace('-', ' ')}).", *sighted)
        case "absence":
            searches = _searches(held, finding)
            asked = sum(len(search.queries) for search in searches)
            days = (day(search.on) if search.on[:1].isdigit() else "on a day that is not reported" for search in searches)
            said = f"Searched {' and '.join(dict.fromkeys(days))}: {asked} {'query' if asked == 1 else 'queries'}"
            return (f"{said}, each named inside with what it could not see.",) if searches else ()
        case "series" | "contrast":
            return tuple(map(dated, finding.caveats[:1]))
        case _:
            return sighted


def _parts(finding: Finding) -> tuple[tuple[str, str], ...]:
    """The dated values of a series and the sides of a contrast, which stand in sight."""
    estimate = finding.estimate
    if estimate is None or finding.basis.kind not in {"series", "contrast"}:
        return ()
    unit = figures.scale(estimate)
    return tuple((part.label, f"{figures.number(part.value, unit)}{figures.suffix(unit)}") for part in estimate.parts)


def _numbers(estimate: Estimate) -> tuple[tuple[str, str], ...]:
    unit = figures.suffix(estimate.unit)
    name = "lowest to highest" if estimate.measure.startswith("distance") else estimate.measure
    said = [(name, estimate.printed if estimate.unit in estimate.printed else f"{estimate.printed}{unit}")]
    if estimate.unit == "percentage points":
        said = [("result", estimate.printed), (estimate.measure, f"{figures.number(estimate.value, estimate.unit)}{unit}")]
    if estimate.counts is not None:
        said.append(("counts", f"{estimate.counts.events:,} of {estimate.counts.total:,}"))
    if estimate.interval is not None:
        said.append((_interval(estimate.interval), f"{figures.between(estimate.interval, estimate.unit)}{unit}"))
    if estimate.prediction is not None:
        said.append(
            (
                _interval(estimate.prediction),
                f"{figures.between(estimate.prediction, estimate.unit)}: where a new study would lie",
            )
        )
    spread = estimate.heterogeneity
    if spread is not None:
        tau2, i2, q, chance = differences(spread)
        said.append(("differences between studies", f"{i2}, {tau2}, {q} ({chance})"))
    return tuple(said)


def _interval(interval: Interval) -> str:
    kind, _, how = interval.kind.partition(" (")
    level = f"{100 * interval.level:g}% " if interval.level is not None else ""
    words = f"{level}{kind}{' interval' if kind in {'confidence', 'credible', 'prediction'} else ''}"
    return f"{words} ({how}" if how else words


def _change(reason: Reason) -> str:
    return "" if reason.domain in {"start", "override", "search"} else _CHANGES.get(reason.change, f"{reason.change:+d} levels")


def _option(value: Option) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case tuple():
            return ", ".join(value) or "any"
        case _:
            return str(value)


def _table(finding: Finding) -> tuple[tuple[str, ...], ...]:
    """The rows of a plot in words, the names of the columns first; a column that nobody fills is left out."""
    rows = figures.rows(finding)
    if finding.estimate is None or not rows:
        return ()
    unit = figures.scale(finding.estimate)
    lines = [("What", "Value", "Interval", "Counts", "Weight")]
    lines += [
        (
            row.label,
            f"{figures.number(row.value, unit)}{figures.suffix(unit)}",
            figures.between(row.interval, unit) if row.interval else "",
            f"{row.counts.events:,} of {row.counts.total:,}" if row.counts else "",
            f"{row.weight:.0f}%" if row.weight is not None else "",
        )
        for row in rows
    ]
    return figures.filled_columns(lines)


def _map(shown: Map | None) -> tuple[tuple[str, tuple[CellView | None, ...]], ...]:
    if shown is None:
        return ()
    most = max((cell.people for _, cells in shown.rows for cell in cells if cell), default=0)
    return tuple((label, tuple(_cell(cell, max(most, 1)) for cell in cells)) for label, cells in shown.rows)


def _cell(cell: Cell | None, most: int) -> CellView | None:
    if cell is None:
        return None
    return CellView(
        bubble=figures.bubble(people=cell.people, most=most, studies=len(cell.studies), level=cell.certainty),
        studies=len(cell.studies),
        people=cell.people,
        certainty=cell.certainty.value,
        links=tuple(Link(text=name, href=f"studies.html#{name}") for name in cell.studies),
    )


def _groups(document: Monograph) -> list[tuple[str, list[StudyEntry]]]:
    return [(design, list(studies)) for design, studies in groupby(document.studies, key=lambda study: study.design)]


def _places(held: Site) -> Iterator[tuple[str, dict[str, object]]]:
    """The page of each place, and what stands on it."""
    if held.law is None:
        return
    home = next((page for page in held.document.chapters if page.atlas), None)
    for place in held.law.places:
        yield f"{place.page}.html", {"law": held.law, "place": held.law.view(place), "home": home}


def _references(document: Monograph) -> list[tuple[CitedReference, str]]:
    """The sources by name, each with what was seen of it; an address that stands in its link is not said twice."""
    held = sorted(document.references.values(), key=lambda item: (item.text.casefold(), item.id))
    return [(item, "; ".join(saw.removesuffix(f" at {item.url}") for saw in item.saw) or "not seen") for item in held]


def _countries(entries: Sequence[HelpEntry]) -> list[tuple[str, list[HelpEntry]]]:
    return [(country, list(lines)) for country, lines in groupby(entries, key=lambda entry: entry.country)]
