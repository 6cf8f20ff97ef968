"""What one person reports for an assessment: a file that people write, or the body of a request. It is no evidence.

Everything is optional. ``docs/assessment.md`` documents the form.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from equipoise.values.dates import PartialDate

YesNo = Literal["yes", "no"]
Phenotype = Literal["poor", "intermediate", "normal", "ultrarapid"]
ProductKind = Literal["leaf", "powder", "capsules", "tea", "extract", "shot", "7-oh", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Phenotypes:
    """How fast the person clears by an enzyme, where a test said so."""

    cyp2d6: Phenotype | None = None
    cyp3a: Phenotype | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KratomUse:
    """Kratom as the person reports it.

    One intake is ``grams`` of a product, with ``mg_per_g`` of mitragynine where a label or a certificate says so, or
    ``mitragynine_mg``. ``times`` are those of a day (``08:00``), ``times_per_day`` how many where the times are not known.
    ``serving_g``, ``unit_g`` and ``container_g``: the weight of a serving, of one capsule and of what is in the package.
    """

    use: Literal["now", "stopped", "considering", "never"] | None = None
    product: ProductKind | None = None
    grams: Decimal | None = None
    mg_per_g: Decimal | None = None
    mitragynine_mg: Decimal | None = None
    times_per_day: int | None = None
    times: tuple[str, ...] = ()
    since: PartialDate | None = None
    stopped: PartialDate | None = None
    reason: str | None = None
    serving_g: Decimal | None = None
    unit_g: Decimal | None = None
    container_g: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A lab certificate: its text, in the form that ``docs/certificates.md`` documents, or a file beside the case."""

    form: Literal["csv", "json"] | None = None
    text: str | None = None
    file: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One person. ``medicines`` and ``conditions`` are as typed; an empty list says that there are none, a missing one nothing.

    ``place`` is where the person is, ``travel`` where they go. ``note``: anything in their own words, read for urgent signs.
    """

    age: int | None = None
    sex: Literal["female", "male", "other"] | None = None
    pregnant: YesNo | None = None
    breastfeeding: YesNo | None = None
    place: str | None = None
    travel: tuple[str, ...] = ()
    medicines: tuple[str, ...] | None = None
    conditions: tuple[str, ...] | None = None
    phenotypes: Phenotypes | None = None
    kratom: KratomUse | None = None
    certificate: Report | None = None
    note: str | None = None
