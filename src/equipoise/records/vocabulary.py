"""The words that records may use: small tables, one row a word."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

OutcomeKind = Literal[
    "motive",
    "self-rated",
    "symptom",
    "use",
    "dependence",
    "withdrawal",
    "harm",
    "death",
    "effect",
    "case",
    "exposure",
    "mechanism",
    "animal",
    "product",
    "background",
    "treatment",
    "context",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeWord:
    """``label`` is a noun phrase; ``phrase`` completes "65% of <among> ..."."""

    id: str
    label: str
    kind: OutcomeKind
    phrase: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignWord:
    """``start``: the GRADE certainty a body of such studies starts from on a question of effect; ``rank`` orders tables."""

    id: str
    label: str
    evidence: Literal["human", "review", "product", "animal", "in-vitro"]
    start: Literal["high", "low", "very low", "none"]
    rank: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word and what it says to a reader."""

    id: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BiasDomain:
    """A domain of an instrument for risk of bias."""

    instrument: str
    domain: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Someone who extracts or checks records."""

    id: str
    name: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """ISO 3166-1 alpha-2 code (``XX`` for several) and English name."""

    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProperName:
    """A name that carries a digit (CYP2D6): the only digits that prose may have."""

    name: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Analyte:
    """What is measured in a product, in blood or at a receptor; ``formula`` is ``none`` for mixtures, metals and microbes."""

    id: str
    label: str
    kind: Literal["alkaloid", "mixture", "metal", "microbe", "comparator"]
    formula: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a substance acts on."""

    id: str
    label: str
    kind: Literal["receptor", "enzyme", "transporter", "channel"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """A name on a box that is not one ingredient: a ``combination`` of several, or a ``family`` of products that differ.

    ``ingredients`` are ids of medicines with a space between; ``ref`` and ``at`` say where that was seen.
    """

    brand: str
    ingredients: str
    kind: Literal["combination", "family"]
    ref: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductCode:
    """A code of RxNorm for something that holds a medicine of the register: a product, a pack, a brand or a salt.

    ``medicines`` are ids with a space between; ``others`` are names of what else is in it, with ``|`` between, or ``none``.
    ``kind`` is RxNorm's term type: SCD a product by its ingredients, SBD by its brand, GPCK and BPCK packs of these, BN a brand
    alone, PIN a salt, IN a second code of an ingredient. ``ref`` and ``at`` say where code and name were seen side by side.
    """

    rxcui: str
    medicines: str
    others: str
    kind: Literal["SCD", "SBD", "GPCK", "BPCK", "BN", "PIN", "IN"]
    ref: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """An urgent sign in what a person writes: ``words`` with ``|`` between, each of which stands for it; ``*`` ends a stem.

    ``help``: which help stands first. ``ref`` and ``at`` say where it was seen that the sign is urgent.
    """

    id: str
    label: str
    help: Literal["emergency", "crisis", "poison", "doctor-today"]
    words: str
    ref: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultLimit:
    """A published limit of a result: what a value at or above ``at_least`` is called, among whom.

    ``unit`` is ``upper-limits`` where the limit is a multiple of the laboratory's own upper limit. ``kind``: a ``band`` or the
    ``cut`` of a scale, ``raised``, or ``high``, which is worse. ``ref`` and ``at`` say where it was seen.
    """

    id: str
    result: str
    at_least: Decimal
    unit: Literal["score", "ms", "upper-limits"]
    sex: Literal["male", "female", "any"]
    kind: Literal["band", "cut", "raised", "high"]
    word: str
    ref: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """All tables, each by its first column (bias domains by instrument). Those from ``analytes`` on are of the mechanism."""

    outcomes: Mapping[str, OutcomeWord]
    designs: Mapping[str, DesignWord]
    frames: Mapping[str, Word]
    units: Mapping[str, Word]
    instruments: Mapping[str, Word]
    bias_domains: Mapping[str, tuple[BiasDomain, ...]]
    questions: Mapping[str, Word]
    people: Mapping[str, Person]
    countries: Mapping[str, Country]
    names: Mapping[str, ProperName]
    substances: Mapping[str, Word]
    analytes: Mapping[str, Analyte] = field(default_factory=dict)
    targets: Mapping[str, Target] = field(default_factory=dict)
    medicine_classes: Mapping[str, Word] = field(default_factory=dict)
    properties: Mapping[str, Word] = field(default_factory=dict)
    brands: Mapping[str, Brand] = field(default_factory=dict)
    product_codes: Mapping[str, ProductCode] = field(default_factory=dict)
    signs: Mapping[str, Sign] = field(default_factory=dict)
    result_limits: Mapping[str, ResultLimit] = field(default_factory=dict)
