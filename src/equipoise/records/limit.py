"""Limits of toxicology for an amount a day, whatever the law of a place: one text that sets them in a file."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from equipoise.records.provenance import Basis, Locator, Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyLimit:
    """The most of an analyte (a word of ``vocabulary/analytes.csv``) a day by mouth, for ``people``.

    ``form``: the part of an element that the limit is for, inorganic arsenic or methylmercury; absent: all of it.
    """

    id: str
    analyte: str
    form: Literal["inorganic", "methyl"] | None = None
    value: Decimal
    unit: Literal["ug/day", "mg/day"]
    people: Literal["adults", "women-who-may-become-pregnant", "children", "anyone"]
    basis: Basis
    derivation: str | None = None
    sources: tuple[Locator, ...]
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MicrobialLimit:
    """The most of a microbe in a gram (``cfu/g``), or none at all in ``absent_in_g`` grams."""

    id: str
    analyte: str
    value: Decimal | None = None
    absent_in_g: Decimal | None = None
    basis: Basis
    sources: tuple[Locator, ...]
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitSet:
    """The limits of one text: ICH Q3D, USP <232>, FDA's interim reference levels."""

    id: str
    title: str
    body: str
    daily: tuple[DailyLimit, ...] = ()
    microbes: tuple[MicrobialLimit, ...] = ()
    extracted: Reading
    checked: tuple[Reading, ...] = ()
    note: str | None = None
