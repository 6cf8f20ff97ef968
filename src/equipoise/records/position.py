"""A position: who holds what about what, since when, with which authority and interests, in our own words."""

from dataclasses import dataclass
from typing import Literal

from equipoise.records.provenance import Locator, Reading
from equipoise.values.dates import PartialDate
from equipoise.values.missing import Missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who holds the position."""

    name: str
    kind: Literal[
        "regulator",
        "public-health-body",
        "international-body",
        "legislature",
        "court",
        "clinical-body",
        "researcher",
        "advocate",
        "industry",
        "patient-voice",
        "press",
    ]
    country: str | Missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """``holds`` is one sentence of ours, at most 140 characters; ``about`` are words of ``vocabulary/questions.csv``."""

    id: str
    holder: Holder
    authority: str | Missing
    interests: str | Missing
    date: PartialDate | Missing
    about: tuple[str, ...]
    stance: Literal["warns", "restricts", "permits", "supports", "mixed", "calls-for-research", "neutral"]
    holds: str
    detail: str | None = None
    sources: tuple[Locator, ...]
    superseded: str | None = None
    extracted: Reading
    checked: tuple[Reading, ...] = ()
    note: str | None = None
