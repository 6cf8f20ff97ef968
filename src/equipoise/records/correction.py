"""A correction: an error in print stays as printed; this says what we use instead, why, and whom we told."""

from dataclasses import dataclass

from equipoise.records.provenance import Locator, Reading
from equipoise.values.missing import Missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """``concerns`` names the record, or ``study/outcome``; ``told`` says whom and when, or not-reported."""

    id: str
    concerns: str
    printed: str
    used: str
    because: str
    told: str | Missing
    source: Locator
    extracted: Reading
    checked: tuple[Reading, ...] = ()
    note: str | None = None
