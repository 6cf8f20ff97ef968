"""A search: the record behind "nothing was found"."""

from dataclasses import dataclass
from datetime import date

from equipoise.records.provenance import Locator, Reading
from equipoise.values.missing import Missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One query to one database: how many hits, how many were looked at, and which records were kept."""

    database: str
    date: date | Missing
    query: str | Missing
    hits: int | Missing
    screened: int | Missing
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What was looked for, where, when, by whom, what was found. ``sources`` is set for a search that others published.

    ``places``: those whose law was looked for and not found.
    """

    id: str
    question: str
    places: tuple[str, ...] = ()
    queries: tuple[Query, ...]
    found: str
    limits: str
    sources: tuple[Locator, ...] = ()
    extracted: Reading
    checked: tuple[Reading, ...] = ()
    note: str | None = None
