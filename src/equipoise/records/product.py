"""What was found in products: surveys of potency and contaminants, outbreaks and recalls."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from equipoise.records.assay import Spread
from equipoise.records.provenance import Basis, Locator, Reading
from equipoise.values.dates import PartialDate
from equipoise.values.missing import Missing

ProductKind = Literal["leaf", "powder", "capsule", "extract", "drink", "7-oh-product", "several", "not-said"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """One printed number of one analyte over ``products`` of a survey (a word of ``vocabulary/analytes.csv``).

    ``detected``: in how many it was found. ``above``: in how many it was over the limit that the paper names. ``op`` ``<``:
    below a limit of quantitation, which is a censored value and not zero.
    """

    id: str
    analyte: str
    product: ProductKind
    products: int | Missing
    statistic: Literal["mean", "median", "minimum", "maximum", "single", "geometric-mean", "percentile-90", "count"]
    op: Literal["=", "<", ">"] = "="
    value: Decimal | Missing
    unit: Literal["mg/g", "ug/g", "ng/g", "percent", "mg/serving", "mg/day", "cfu/g", "products", "percent-of-products"]
    spread: Spread | None = None
    detected: int | None = None
    above: int | None = None
    limit: str | None = None
    basis: Basis
    derivation: str | None = None
    sources: tuple[Locator, ...]
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """A survey of products: where and when they were bought, and what was found in them."""

    id: str
    paper: str
    title: str
    country: tuple[str, ...]
    bought: str | Missing
    products: int | Missing
    method: str | Missing
    contents: tuple[Content, ...]
    extracted: Reading
    checked: tuple[Reading, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """An outbreak, a recall or an import alert: what was found, by whom, and how many people it reached."""

    id: str
    kind: Literal["outbreak", "recall", "import-alert", "warning"]
    agent: str
    firm: str | Missing
    country: str
    began: PartialDate | Missing
    ended: PartialDate | Missing | None = None
    cases: int | Missing | None = None
    hospitalised: int | Missing | None = None
    deaths: int | Missing | None = None
    says: str
    basis: Basis
    sources: tuple[Locator, ...]
    extracted: Reading
    checked: tuple[Reading, ...] = ()
    note: str | None = None
