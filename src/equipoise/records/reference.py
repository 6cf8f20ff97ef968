"""A published source, under the field names of the Citation Style Language."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from equipoise.records.provenance import Reading
from equipoise.values.dates import PartialDate
from equipoise.values.missing import Missing

ReferenceType = Literal[
    "article-journal",
    "article-newspaper",
    "book",
    "chapter",
    "dataset",
    "legislation",
    "paper-conference",
    "post",
    "regulation",
    "report",
    "thesis",
    "webpage",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A person (``family``, ``given``) or a body (``literal``)."""

    family: str | None = None
    given: str | None = None
    literal: str | None = None

    def __post_init__(self) -> None:
        if (self.family is None) == (self.literal is None):
            raise ValueError("a name has either family (and given) or literal")

    def __str__(self) -> str:
        return self.literal or self.family or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieval:
    """The address where the source was seen, the day, and how much of it was seen."""

    url: str
    date: date
    saw: Literal["full-text", "abstract", "excerpt", "listing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One source. ``id`` is surname-year, with a letter or word after it where two would be alike."""

    id: str
    type: ReferenceType
    title: str
    author: tuple[Name, ...] | Missing
    issued: PartialDate | Missing
    container_title: str | None = field(default=None, metadata={"key": "container-title"})
    publisher: str | None = None
    volume: str | None = None
    issue: str | None = None
    page: str | None = None
    number: str | None = None
    DOI: str | None = None
    PMID: str | None = None
    PMCID: str | None = None
    URL: str | None = None
    retrieved: tuple[Retrieval, ...]
    extracted: Reading
    checked: tuple[Reading, ...] = ()
    note: str | None = None
