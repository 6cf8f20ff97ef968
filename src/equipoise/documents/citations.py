"""A reference as a reader sees it in a list of sources."""

from dataclasses import dataclass

from equipoise.records.reference import Name, Reference
from equipoise.values.missing import Missing


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


def _initials(name: Name) -> str:
    if name.family is None:
        return str(name)
    letters = "".join(part[0] for part in (name.given or "").replace("-", " ").replace(".", " ").split())
    return f"{name.family} {letters}".strip()


def _people(authors: tuple[Name, ...]) -> str:
    if not authors:
        return "Author not reported"
    shown = [_initials(name) for name in authors[:3]]
    return ", ".join(shown) + (" and others" if len(authors) > 3 else "")


def _first(authors: tuple[Name, ...]) -> str:
    return str(authors[0]) + (" and others" if len(authors) > 2 else f" and {authors[1]}" if len(authors) == 2 else "")
