"""A study: who was studied, how, and what was found, with the numbers as printed and the place of each."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from equipoise.records.provenance import Basis, Locator, Reading
from equipoise.values.dates import PartialDate
from equipoise.values.missing import Missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Conducted:
    """When the data were gathered; ``until`` is absent for a single time."""

    since: PartialDate
    until: PartialDate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """How many were analysed, and of what: ``people``, ``reports``, ``deaths``, ``animals``, ``samples``, ``studies``."""

    size: int | Missing
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """``events`` of ``total`` and the percentage as printed."""

    events: int | None = None
    total: int | Missing
    percent: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One group of a comparison."""

    name: str
    events: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A measured number: what statistic it is, its spread or interval and what that spread is."""

    statistic: Literal["mean", "median", "value", "minimum", "maximum", "total", "geometric-mean-ratio"]
    value: Decimal
    low: Decimal | None = None
    high: Decimal | None = None
    interval: Literal["range", "IQR", "90% CI", "95% CI", "95% CrI"] | None = None
    sd: Decimal | None = None
    se: Decimal | None = None
    n: int | Missing
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Association:
    """A measure of association between groups or variables, with its interval as printed."""

    measure: Literal["OR", "RR", "RD", "HR", "IRR", "SMD", "MD", "COR", "d"]
    value: Decimal
    low: Decimal | None = None
    high: Decimal | None = None
    level: Decimal | None = None
    n: int | Missing
    adjusted: str | Missing
    contrast: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One result of a study. Exactly one of count, arms, quantity, association or stated holds what was found."""

    id: str
    outcome: str
    among: str
    count: Count | None = None
    arms: tuple[Arm, ...] | None = None
    quantity: Quantity | None = None
    association: Association | None = None
    stated: str | None = None
    printed: str | None = None
    basis: Basis
    derivation: str | None = None
    source: Locator
    note: str | None = None

    def __post_init__(self) -> None:
        given = [name for name in ("count", "arms", "quantity", "association", "stated") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(
                f"has {' and '.join(given) or 'no result'}; should have one of count, arms, quantity, association, stated"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Risk of bias in one domain, with the reason. ``domain`` is a word of ``vocabulary/bias-domains.csv``."""

    domain: str
    judgement: Literal["low", "some-concerns", "high", "no-information"]
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskOfBias:
    """Judgements under one instrument; the whole is as bad as its worst domain."""

    instrument: str
    domains: tuple[Judgement, ...]

    @property
    def overall(self) -> Literal["low", "some-concerns", "high", "no-information"]:
        """The worst domain; no-information counts as some concerns only when nothing is worse."""
        judged = {item.judgement for item in self.domains}
        for level in ("high", "some-concerns", "no-information"):
            if level in judged:
                return level
        return "low"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """Another study that shares people or data with this one: at most one of them is pooled.

    ``distinct`` says that two samples of one size and country were looked at and are not the same.
    """

    study: str
    how: Literal["same-sample", "subset", "superset", "partial", "suspected", "review-includes", "distinct"]
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """One study. ``id`` is surname-year; it equals the id of its main reference where it has one."""

    id: str
    title: str
    design: str
    frame: str
    dataset: str | None = None
    country: tuple[str, ...] | Missing
    conducted: Conducted | Missing
    registered: str | None = None
    funding: str | Missing
    interests: str | Missing
    population: str
    recruitment: str | Missing
    sample: Sample
    conditions: str | None = None
    instruments: tuple[str, ...] | Missing
    outcomes: tuple[Outcome, ...]
    risk_of_bias: RiskOfBias | Missing
    overlaps: tuple[Overlap, ...] = ()
    sources: tuple[Locator, ...]
    extracted: Reading
    checked: tuple[Reading, ...] = ()
    note: str | None = None
