"""A helpline: where a person in a crisis or after a poisoning finds help, and when that was last verified."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from equipoise.records.provenance import Locator, Reading
from equipoise.values.missing import Missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One way to reach it: ``{by: call, to: "988"}``."""

    by: Literal["call", "text", "chat", "email", "web"]
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Helpline:
    """``verified_on`` is the day on which the number was last seen at its source; older than 180 days fails the check."""

    id: str
    country: str
    name: str
    kind: Literal["emergency", "crisis", "poison", "substance-use"]
    channels: tuple[Channel, ...]
    hours: str | Missing
    languages: str | Missing
    verified_on: date
    sources: tuple[Locator, ...]
    extracted: Reading
    checked: tuple[Reading, ...] = ()
    note: str | None = None
