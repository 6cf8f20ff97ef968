"""Parameters of the models: each with its unit, its spreads by level, and how it is known."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from equipoise.records.provenance import Locator, Reading

Unit = Literal["1/h", "1/min", "h", "L", "L/h", "L/min", "h/L", "none", "uM", "nM", "g/mol", "log-sd", "mg/g", "kg"]

Known = Literal["reported", "derived", "secondary", "conflicting", "assumed"]
"""How a value came here, as of other records; ``assumed``: nobody measured it, and ``derivation`` says why this value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A typical value. Spreads are standard deviations of its logarithm, level by level, and never added into one.

    ``between_people``; ``between_studies``: of studies and their products; ``uncertainty``: of the typical value itself.
    ``studies_mean``: the mean effect of studies, as a logarithm, relative to the study to which the value belongs.
    ``low`` and ``high``: bounds of what is plausible, for a fraction. ``group``: those that share one between-person effect.
    """

    id: str
    label: str
    value: Decimal
    unit: Unit
    between_people: Decimal | None = None
    between_studies: Decimal | None = None
    studies_mean: Decimal | None = None
    uncertainty: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    group: str | None = None
    basis: Known
    derivation: str | None = None
    sources: tuple[Locator, ...]
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterSet:
    """The parameters of one model: ``mitragynine-leaf``, ``enzyme-turnover``.

    ``reference``: the study of exposures/ to which the typical values belong, where ``studies_mean`` is counted from.
    """

    id: str
    title: str
    reference: str | None = None
    parameters: tuple[Parameter, ...]
    extracted: Reading
    checked: tuple[Reading, ...] = ()
    note: str | None = None
