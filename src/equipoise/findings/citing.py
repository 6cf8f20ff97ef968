"""How findings name what they rest on: each place once, and a paper by its first author and its year."""

import re
from collections.abc import Iterable

from equipoise.findings.finding import Citation
from equipoise.records.evidence import Evidence
from equipoise.records.provenance import Locator
from equipoise.records.reference import Reference
from equipoise.values.missing import Missing

_LETTERED = re.compile(r"-(\d{4})([a-z])?(?=-|$)")
"""The year in an id, and the letter behind it where two papers of one year would be alike."""


def cited(sources: Iterable[Locator]) -> tuple[Citation, ...]:
    """Each source once, in its order."""
    return tuple(dict.fromkeys(Citation(ref=source.ref, at=source.at) for source in sources))


def paper_name(evidence: Evidence, *idents: str) -> str:
    """A paper as a figure names it, from the first of ``idents`` that is a reference: ``Garcia-Romeu 2020``.

    Where no author is reported the journal or the publisher stands instead, or else the title as far as its colon; where no id
    is a reference the words of the first one.
    """
    found = next((evidence.references[ident] for ident in idents if ident in evidence.references), None)
    return words_of(idents[0]) if found is None else _named(found)


def words_of(ident: str) -> str:
    """The name that an id tells without its reference: ``Garcia Romeu 2020``; what follows the year is left out."""
    found = _LETTERED.search(ident)
    words = (ident if found is None else ident[: found.end()]).split("-")
    return " ".join(word.capitalize() for word in words)


def _named(reference: Reference) -> str:
    authors = reference.author if isinstance(reference.author, tuple) else ()
    where = reference.container_title or reference.publisher or reference.title.partition(":")[0]
    who = str(authors[0]) if authors else where
    if isinstance(reference.issued, Missing):
        return f"{who}, no date"
    year = str(reference.issued.year)
    found = _LETTERED.search(reference.id)
    letter = found[2] or "" if found is not None and found[1] == year else ""
    return f"{who} {year}{letter}"
