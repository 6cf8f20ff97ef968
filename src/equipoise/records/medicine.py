"""A medicine: how people write it, what it is, what clears it, and what it does that matters beside kratom."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from equipoise.records.provenance import Locator, Reading
from equipoise.values.missing import Missing

Enzyme = Literal["CYP1A2", "CYP2B6", "CYP2C8", "CYP2C9", "CYP2C19", "CYP2D6", "CYP3A", "UGT", "P-gp", "MAO", "renal", "other"]
How = Literal["clinical-trial", "genotype-study", "label", "in-vitro", "review", "assumed"]
"""How a fraction is known, the strongest first: a trial with an inhibitor; people who lack the enzyme; a label; a dish; a
review that names no data; nobody measured it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pathway:
    """The fraction of clearance by one enzyme: as known best, and bounds that hold 90% of what is plausible.

    The models draw it with ``fraction`` as the median and 5% beyond each bound. ``makes``: what the enzyme makes of the
    medicine, where that is what acts, so that even a small fraction is no minor way.
    """

    enzyme: Enzyme
    fraction: Decimal
    low: Decimal
    high: Decimal
    how: How
    derivation: str | None = None
    makes: str | None = None
    sources: tuple[Locator, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GutAvailability:
    """The fraction that escapes CYP3A of the gut wall: one where CYP3A is not what removes it there; drawn like a pathway."""

    value: Decimal
    low: Decimal
    high: Decimal
    how: How
    derivation: str | None = None
    sources: tuple[Locator, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActsOn:
    """What the medicine does to an enzyme that clears others."""

    enzyme: Enzyme
    effect: Literal["inhibitor", "inducer"]
    strength: Literal["strong", "moderate", "weak"]
    sources: tuple[Locator, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """A property that a rule of combined effects asks for: a word of ``vocabulary/properties.csv``."""

    property: str
    sources: tuple[Locator, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Medicine:
    """One active ingredient. ``names``: other names of it; ``brands``: of products that hold it alone.

    ``classes`` are words of ``vocabulary/medicine-classes.csv``. ``rxnorm``: the code of the ingredient, where it was read.
    """

    id: str
    name: str
    names: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    rxnorm: str | Missing
    unii: str | Missing
    markets: tuple[Literal["us", "eu"], ...]
    classes: tuple[str, ...]
    properties: tuple[Property, ...] = ()
    pathways: tuple[Pathway, ...] = ()
    gut: GutAvailability | None = None
    acts_on: tuple[ActsOn, ...] = ()
    sources: tuple[Locator, ...]
    extracted: Reading
    checked: tuple[Reading, ...] = ()
    note: str | None = None
