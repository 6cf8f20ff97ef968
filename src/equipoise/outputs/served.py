"""The site as a server shows it: the same pages, each finding at its own address, and pages that answer what somebody asks.

Every link is relative, so that a server may stand at any path. A page with an answer is made and forgotten.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup

from equipoise.documents.monograph import Monograph
from equipoise.findings.certificates import amount_words
from equipoise.findings.finding import Citation
from equipoise.outputs.html import FindingView, Site, files, finding_views, held_site, templates
from equipoise.outputs.interactions import MARKS as SEVERITY_MARKS
from equipoise.outputs.law import MARKS as VERDICT_MARKS
from equipoise.outputs.law import ahead_words, ground_words, verdict_words
from equipoise.outputs.pages import Link
from equipoise.outputs.panels import panel
from equipoise.values.estimate import rounded
from equipoise.values.panels import Panel

_HERE = Path(__file__).parent
_FILE = re.compile(r"^certificate\.\w+:(?:(\d+):)? ")
"""The name under which what was pasted is read: it means nothing to those who pasted it."""
_RELATIVE = re.compile(r'\b(href|src|action)="(?![a-z]+:|/|#)')

ASKS = (
    ("assessment", "One person"),
    ("interactions", "Your medicines"),
    ("product", "Your product"),
    ("law", "The law of a place"),
    ("exposure", "Your intake"),
    ("evidence", "The evidence, to search"),
    ("about", "About these pages"),
)
"""Pages that only a server has, and their names."""

STATIC = ("assessment.css", "forms.css", "htmx.min.js", "LICENSE-htmx.txt")
"""Files beside those of the site."""


@dataclass(frozen=True, kw_only=True)
class Form:
    """A form as it was filled in: what stands in each field, and what is wrong in it."""

    values: Mapping[str, str]
    faults: tuple[tuple[str, str], ...] = ()

    def value(self, field: str) -> str:
        """What was typed into a field."""
        return self.values.get(field, "")

    def fault(self, field: str) -> str:
        """What is wrong in a field, if anything."""
        return "; ".join(_spoken(message) for name, message in self.faults if bare(name) == field)

    def wrong(self, labels: Mapping[str, str]) -> list[tuple[str, str, str]]:
        """Each fault with the label of its field, in the order of the fields."""
        order = {field: place for place, field in enumerate(labels)}
        faults = sorted(self.faults, key=lambda fault: order.get(bare(fault[0]), len(order)))
        return [(bare(name), labels.get(bare(name), name), f"{_spoken(message)}.") for name, message in faults]


def _spoken(message: str) -> str:
    return _FILE.sub(lambda found: f"in line {found[1]}: " if found[1] else "", message).rstrip(".")


def bare(field: str) -> str:
    """The field of a form that holds an item of a list, or a part: ``medicines`` for ``medicines[3]``."""
    return {"certificate.text": "certificate"}.get(field, field.partition("[")[0])


@dataclass(frozen=True, kw_only=True)
class Served:
    """The pages of one document, rendered once, and the templates of the others."""

    site: Site
    views: Mapping[str, FindingView]
    environment: Environment

    @cached_property
    def files(self) -> Mapping[str, bytes]:
        """Every page and part of the site by its name, with what forms need."""
        made = files(self.site, self.views)
        return made | {name: (_HERE / "static" / name).read_bytes() for name in STATIC}

    @cached_property
    def findings(self) -> Mapping[str, bytes]:
        """The page of each finding by its id."""
        home = {name: page for page in self.site.document.chapters for name in page.findings}
        return {
            name: deeper(self.page("app-finding", "findings", view=view, home=home.get(name))).encode()
            for name, view in self.views.items()
        }

    def page(self, template: str, here: str, **more: object) -> str:
        """A page of a server."""
        return self.environment.get_template(f"{template}.html").render(
            site=self.site, document=self.site.document, here=here, **more
        )


def deeper(page: str) -> str:
    """A page that stands one folder below the others, so that its links lead one up."""
    return _RELATIVE.sub(r'\1="../', page)


def served(document: Monograph) -> Served:
    """The site of a document as a server shows it."""
    held = held_site(document, ASKS)
    environment = templates()
    environment.filters.update(
        severity_mark=SEVERITY_MARKS.__getitem__,
        verdict_mark=VERDICT_MARKS.__getitem__,
        verdict=verdict_words,
        ground=ground_words,
        ahead=ahead_words,
        amount=amount_words,
        rounded=rounded,
        cited=lambda source: cited(held, source),
        drawn=drawn,
        spelled=lambda word: (word, word.replace("-", " ")),
        twice=lambda word: (word, word),
    )
    pages = {} if held.law is None else {place.id: f"{place.page}.html" for place in held.law.places}
    environment.globals["page_of"] = pages.get
    return Served(site=held, views=finding_views(held), environment=environment)


def cited(held: Site, source: Citation) -> Link:
    """A source of an answer as a link: into the list of sources where it stands there, else in words."""
    if source.ref is None:
        href = f"sources.html#search-{source.search}" if source.search in held.document.searches else None
        return Link(text="Search", href=href, at=source.on or "")
    return held.source((source.ref, source.at or ""))


def drawn(shown: Panel | None, ident: str) -> Markup:
    """A figure of an answer."""
    return Markup() if shown is None else panel(shown, ident=ident)


def file_type(name: str) -> str:
    """The media type of a file of the site."""
    known = {
        ".html": "text/html; charset=utf-8",
        ".css": "text/css; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".woff2": "font/woff2",
        ".txt": "text/plain; charset=utf-8",
    }
    return known[Path(name).suffix]
