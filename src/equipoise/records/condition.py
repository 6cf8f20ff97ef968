"""A circumstance of a person that bears on kratom: an illness, an age, a pregnancy, a thing to be done such as driving."""

from dataclasses import dataclass
from typing import Literal

from equipoise.records.interaction import Piece, Severity
from equipoise.records.provenance import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Applies:
    """When it holds of a person: by a condition that is named, or by another thing that a case says.

    ``below`` and ``above`` are years of age, neither of which is in; ``value`` is the word of a phenotype.
    """

    to: Literal["condition", "pregnant", "breastfeeding", "age", "cyp2d6", "cyp3a"]
    below: int | None = None
    above: int | None = None
    value: Literal["poor", "intermediate", "normal", "ultrarapid"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A rule about a person, as an interaction is one about a medicine.

    ``label`` is a noun phrase (``liver disease``), ``names`` are other ways to write it, ``icd10`` beginnings of codes
    (``K74``). ``plain`` says in everyday words what ``effect`` says to a clinician: what may happen, ``severity`` if it does,
    kept apart from how likely the ``evidence`` makes it. ``questions`` are for the visit. No sentence gives a dose or says to
    start or stop anything.
    """

    id: str
    label: str
    names: tuple[str, ...] = ()
    icd10: tuple[str, ...] = ()
    applies: Applies
    plain: str
    effect: str
    mechanism: str | None = None
    severity: Severity
    severe_because: str
    evidence: tuple[Piece, ...]
    watch: tuple[str, ...] = ()
    ask: str | None = None
    questions: tuple[str, ...] = ()
    extracted: Reading
    checked: tuple[Reading, ...] = ()
    note: str | None = None
