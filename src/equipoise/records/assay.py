"""Measurements in a dish: what a substance of kratom does to a receptor, an enzyme or a transporter, one paper in a file."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from equipoise.records.provenance import Basis, Locator, Reading
from equipoise.values.missing import Missing

Measured = Literal["Ki", "IC50", "Kd", "EC50", "Emax", "Kb", "KI", "kinact", "IC50-shift", "inhibition", "t-half"]
"""``Ki``, ``Kd``: equilibrium constants of binding or of reversible inhibition; ``Kb``: of a functional antagonist.

``KI`` and ``kinact``: the half-maximal concentration and the maximal rate of inactivation of an enzyme. ``IC50-shift``: how
many times lower the IC50 is after preincubation with NADPH. ``inhibition``: percent at the ``at_concentration``.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """What stands behind the sign or in brackets: ``{kind: sem, value: 2.1}``, ``{kind: confidence-95, low: 1, high: 3}``."""

    kind: Literal["sem", "sd", "se", "confidence-95", "confidence-90", "range", "log-sem", "not-said"]
    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One printed number. ``ligand`` is a word of ``vocabulary/analytes.csv``, ``target`` of ``vocabulary/targets.csv``.

    ``probe``: the radioligand, probe substrate or agonist. ``relative_to``: what an Emax is a percentage of. ``op``: ``>``
    where the paper says only that the value lies above. Where print contradicts itself the basis is ``conflicting``.
    ``pool: no``: shown with the others and never pooled; ``note`` says why.
    """

    id: str
    ligand: str
    target: str
    species: Literal["human", "rat", "mouse", "guinea-pig", "cow", "hamster", "dog", "pig"] | Missing
    preparation: str | Missing
    assay: Literal[
        "radioligand-binding",
        "gtp-gamma-s",
        "bret",
        "camp",
        "calcium",
        "arrestin",
        "tissue-contraction",
        "microsomes",
        "recombinant-enzyme",
        "hepatocytes",
        "cell-transport",
        "other",
    ]
    probe: str | Missing
    measured: Measured
    op: Literal["=", ">", "<", "about"] = "="
    value: Decimal | Missing
    unit: Literal["nM", "uM", "percent", "per-min", "ug/mL", "fold", "min"]
    spread: Spread | None = None
    at_concentration: str | None = None
    n: int | None = None
    relative_to: str | None = None
    mode: (
        Literal[
            "agonist",
            "partial-agonist",
            "antagonist",
            "inverse-agonist",
            "no-activity",
            "competitive",
            "non-competitive",
            "mixed",
            "time-dependent",
            "reversible",
            "inducer",
        ]
        | None
    ) = None
    basis: Basis
    derivation: str | None = None
    pool: Literal["yes", "no"] = "yes"
    sources: tuple[Locator, ...]
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assays:
    """The measurements of one paper (``paper`` is its reference); a number seen in another text is ``secondary``."""

    id: str
    paper: str
    measurements: tuple[Measurement, ...]
    extracted: Reading
    checked: tuple[Reading, ...] = ()
    note: str | None = None
