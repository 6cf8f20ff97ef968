"""What was measured in the blood of people after a known intake: one study in a file."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from equipoise.records.assay import Spread
from equipoise.records.provenance import Basis, Locator, Reading
from equipoise.values.missing import Missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """A schedule of a study: the conditions of its numbers. ``dose_mg`` is of ``analyte``, each time."""

    id: str
    product: str
    analyte: str
    dose_mg: Decimal | Missing
    every_h: Decimal | None = None
    times: int | None = None
    people: int | Missing
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One printed number of one analyte after one intake (by its id). ``of``: what a ratio is a ratio to."""

    id: str
    intake: str
    analyte: str
    metric: Literal[
        "cmax", "tmax", "t-half", "auc-inf", "auc-tau", "auc-last", "trough", "cl-f", "vz-f", "vd-f", "ratio", "accumulation",
        "time-to-steady-state", "fu", "excreted", "bioavailability",
    ]  # fmt: skip
    of: str | None = None
    statistic: Literal["median", "mean", "geometric-mean", "range", "single"]
    value: Decimal | Missing
    unit: Literal["nM", "ng/mL", "h", "d", "nM*h", "ng*h/mL", "L/h", "L/h/kg", "L", "L/kg", "ratio", "percent"]
    spread: Spread | None = None
    n: int | None = None
    basis: Basis
    derivation: str | None = None
    sources: tuple[Locator, ...]
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """A study of concentrations in people. ``paid_by``: who funded it, as printed."""

    id: str
    title: str
    population: str
    route: Literal["oral", "intravenous", "other"]
    paid_by: str | Missing
    intakes: tuple[Intake, ...]
    observations: tuple[Observation, ...]
    extracted: Reading
    checked: tuple[Reading, ...] = ()
    note: str | None = None
