"""A reference as a reader sees it in a list of sources."""

from dataclasses import dataclass

from equipoise.findings.atlas import LawEntry
from equipoise.records.reference import Name, Reference
from equipoise.values.missing import Missing

_HAPPENED = {"opened": "proposed", "earliest": "possible from"}
"""What a date of a law is called where the word of its record says too little."""

_OTHERS = "and others"
"""What stands for authors that were not seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedReference:
    """One source: who and when (``short``), the whole line (``text``), where it opens (``url``).

    ``saw`` says how much of it was seen, where and when.
    """

    id: str
    short: str
    text: str
    url: str
    doi: str | None
    saw: tuple[str, ...]
    checked: bool


def cite(reference: Reference) -> CitedReference:
    """The line of a reference: authors, year, title, where it appeared."""
    authors = reference.author if isinstance(reference.author, tuple) else ()
    undated = isinstance(reference.issued, Missing)
    year = "no date" if isinstance(reference.issued, Missing) else str(reference.issued.year)
    where = reference.container_title or reference.publisher or ""
    issue = f"({reference.issue})" if reference.issue else ""
    page = f":{reference.page}" if reference.page else ""
    numbers = f"{reference.volume or ''}{issue}{page}"
    title = reference.title.rstrip(".")
    parts = [f"{_people(authors)} ({year})", title, f"{where} {numbers}".strip()]
    url = (
        f"https://doi.org/{reference.DOI}"
        if reference.DOI
        else reference.URL or (reference.retrieved[0].url if reference.retrieved else "")
    )
    return CitedReference(
        id=reference.id,
        short=f"{_first(authors) if authors else where or 'Unsigned'}{', ' if undated else ' '}{year}",
        text=". ".join(part for part in parts if part) + ".",
        url=url,
        doi=reference.DOI,
        saw=tuple(f"{item.saw.replace('-', ' ')} seen on {item.date} at {item.url}" for item in reference.retrieved),
        checked=bool(reference.checked),
    )


def cite_law(law: LawEntry, place: str) -> CitedReference:
    """The line of a law: title, citation, place, and its dates as printed."""
    parts = [law.title, law.citation, f"{place[:1].upper()}{place[1:]}{'; ' if law.dates else ''}{'; '.join(dated(law))}"]
    return CitedReference(
        id=f"law/{law.id}",
        short=law.citation,
        text=". ".join(part.rstrip(".") for part in parts) + ".",
        url=law.url or next((seen.url for seen in law.sources if seen.url), ""),
        doi=None,
        saw=tuple(
            f"{seen.grade} source, {seen.saw.replace('-', ' ')} seen on {seen.read_on}: {seen.title}, {seen.at}"
            for seen in law.sources
        ),
        checked=law.checked,
    )


def dated(law: LawEntry) -> tuple[str, ...]:
    """The dates of a law, each with what happened: ``in force from 2026-07-01``."""
    missing = str(Missing.NOT_REPORTED)
    return tuple(f"{_HAPPENED.get(what, what)} {when.replace(missing, f'a day {missing}')}" for what, when in law.dates)


def _initials(name: Name) -> str:
    if name.family is None:
        return str(name)
    letters = "".join(part[0] for part in (name.given or "").replace("-", " ").replace(".", " ").split())
    return f"{name.family} {letters}".strip()


def _people(authors: tuple[Name, ...]) -> str:
    if not authors:
        return "Author not reported"
    named, more = _named(authors)
    shown = [_initials(name) for name in named[:3]]
    return ", ".join(shown) + (" and others" if more or len(named) > 3 else "")


def _first(authors: tuple[Name, ...]) -> str:
    named, more = _named(authors)
    return str(named[0]) + (" and others" if more or len(named) > 2 else f" and {named[1]}" if len(named) == 2 else "")


def _named(authors: tuple[Name, ...]) -> tuple[tuple[Name, ...], bool]:
    """The authors that have a name, and whether a last one says that there are others."""
    more = len(authors) > 1 and str(authors[-1]) == _OTHERS
    return authors[:-1] if more else authors, more
