"""An interaction of kratom: with what, how severe, and each piece of evidence for how likely it is."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from equipoise.records.medicine import Enzyme
from equipoise.records.provenance import Locator, Reading
from equipoise.values.missing import Missing

EvidenceKind = Literal["human-trial", "observational", "case", "animal", "in-vitro", "pharmacology"]
"""``pharmacology``: expected from what both are known to do, with no study of the two together."""
Severity = Literal["life-threatening", "serious", "moderate", "minor", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """Exposure with kratom over exposure without it, as a trial gives it; ``level`` in percent."""

    medicine: str
    metric: Literal["auc", "cmax", "t-half"]
    value: Decimal
    low: Decimal
    high: Decimal
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One piece of evidence: ``for`` the interaction or ``against`` it, in a sentence of ours, at most 200 characters.

    ``medicines``: ids of those in it; ``people``: how many it was seen in; ``ratios``: what a trial found.
    """

    kind: EvidenceKind
    stands: Literal["for", "against", "unclear"]
    says: str
    medicines: tuple[str, ...] = ()
    people: int | Missing | None = None
    outcome: Literal["death", "harm", "recovery", "measured", "none"] | None = None
    ratios: tuple[Ratio, ...] = ()
    sources: tuple[Locator, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """What the rule is about: any medicine of these classes, with these properties, these by id, or cleared by ``enzymes``."""

    classes: tuple[str, ...] = ()
    properties: tuple[str, ...] = ()
    medicines: tuple[str, ...] = ()
    enzymes: tuple[Enzyme, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """A rule. ``effect``: what may happen; ``severity`` if it does, and ``severe_because``, kept apart from how likely it is.

    ``plain``: the effect in everyday words. ``watch``: signs to look out for; ``ask``: whom to ask. No sentence gives a dose or
    says to start or stop anything.
    """

    id: str
    title: str
    axis: Literal["pharmacodynamic", "kratom-on-medicine", "medicine-on-kratom"]
    partner: Partner
    effect: str
    mechanism: str
    severity: Severity
    severe_because: str
    plain: str
    evidence: tuple[Piece, ...]
    watch: tuple[str, ...] = ()
    ask: str | None = None
    extracted: Reading
    checked: tuple[Reading, ...] = ()
    note: str | None = None
