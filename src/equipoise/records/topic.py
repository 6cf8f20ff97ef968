"""A topic: its chapters and the findings it declares."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from equipoise.records.law import Action, Form, Kind
from equipoise.records.multiverse import Declared, How, Measure, Method, Test, Threshold, usual
from equipoise.records.provenance import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceMap:
    """A table of what was studied how: outcomes in rows, designs in columns; an empty cell is a gap."""

    outcomes: tuple[str, ...]
    designs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question that the atlas of the law asks of every place; ``maps`` on which it is drawn."""

    id: str
    title: str
    substance: Kind
    form: Form | None = None
    action: Action
    age: int | None = None
    maps: tuple[Literal["us", "world"], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A chapter; its prose is ``chapters/<topic>/<id>.md``. ``reader`` person: plain words, tested for reading grade.

    ``atlas``: the questions for which it shows the law of every place.
    """

    id: str
    title: str
    reader: Literal["person", "researcher"]
    evidence_map: EvidenceMap | None = None
    atlas: tuple[Asked, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Indirect:
    """The evidence answers a neighbouring question: how many levels that costs, and why."""

    levels: int
    why: str

    def __post_init__(self) -> None:
        if self.levels not in (1, 2):
            raise ValueError(f"levels is {self.levels}; should be 1 or 2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A person's certainty in place of the rules', with name, date and reason."""

    certainty: Literal["high", "moderate", "low", "very low"]
    by: str
    date: date
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledFinding:
    """Several studies' results of one outcome, pooled. ``records`` are ``study/outcome``.

    ``threshold``: what the conclusion is about. ``multiverse``: the other defensible analyses; the usual ones without it.
    """

    id: str
    kind: Literal["pooled"]
    question: str
    among: str
    records: tuple[str, ...]
    measure: Measure
    method: Method = "REML"
    test: Test = "knapp-hartung"
    subject: str | None = None
    comparator: str | None = None
    threshold: Threshold | None = None
    multiverse: Declared | None = None
    indirect: Indirect | None = None
    override: Override | None = None
    caveats: tuple[str, ...] = ()

    @property
    def candidates(self) -> tuple[str, ...]:
        """Results that any of its analyses may take: its own, and then the others."""
        return self.records if self.multiverse is None else (*self.records, *self.multiverse.candidates)

    @property
    def grid(self) -> Declared:
        """The choices as declared, with the usual ones for what was not, and its own options where they were left out."""
        given = Declared() if self.multiverse is None else self.multiverse
        habit = usual(self.measure, self.method, self.test)
        how = How(
            measure=tuple(dict.fromkeys((self.measure, *given.how.measure))) if given.how.measure else habit.measure,
            method=tuple(dict.fromkeys((self.method, *given.how.method))) if given.how.method else habit.method,
            test=tuple(dict.fromkeys((self.test, *given.how.test))) if given.how.test else habit.test,
            continuity=given.how.continuity or habit.continuity,
        )
        return Declared(candidates=given.candidates, how=how, which=given.which)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedFinding:
    """One study's result, in its numbers."""

    id: str
    kind: Literal["reported"]
    question: str
    record: str
    indirect: Indirect | None = None
    override: Override | None = None
    caveats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContrastFinding:
    """Studies that disagree on one outcome, and the likely reason."""

    id: str
    kind: Literal["contrast"]
    question: str
    records: tuple[str, ...]
    reason: str
    indirect: Indirect | None = None
    override: Override | None = None
    caveats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesFinding:
    """One share of a group at several dates; ``comparable: no`` says that it must not be read as a trend, and ``why``."""

    id: str
    kind: Literal["series"]
    question: str
    records: tuple[str, ...]
    what: str
    comparable: Literal["yes", "no"]
    why: str
    override: Override | None = None
    caveats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceFinding:
    """Nothing was found: ``what`` completes "No ... was found", and ``searches`` are the records behind it."""

    id: str
    kind: Literal["absence"]
    question: str
    what: str
    searches: tuple[str, ...]
    caveats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionFinding:
    """What somebody holds: ``record`` is the id of a position."""

    id: str
    kind: Literal["position"]
    question: str
    record: str
    caveats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TallyFinding:
    """How many studies of the register are of these designs and report one of these outcomes."""

    id: str
    kind: Literal["tally"]
    question: str
    what: str
    designs: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LawFinding:
    """What the law of a place says of an action with a product, on the day of the document."""

    id: str
    kind: Literal["law"]
    question: str
    place: str
    substance: Kind
    form: Form | None = None
    action: Action
    age: int | None = None
    caveats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AffinityFinding:
    """How tightly substances bind a target, all measurements together. The first of ``ligands`` gives the sentence."""

    id: str
    kind: Literal["affinity"]
    question: str
    target: str
    ligands: tuple[str, ...]
    species: Literal["human", "any"] = "human"
    caveats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OccupancyFinding:
    """The share of a target that free ``ligands`` in plasma would hold after the intake of a study (``exposure/intake``)."""

    id: str
    kind: Literal["occupancy"]
    question: str
    target: str
    ligands: tuple[str, ...]
    intake: str
    caveats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcentrationFinding:
    """What the model of leaf gives for the intake of a study (``exposure/intake``), beside what the study measured."""

    id: str
    kind: Literal["concentration"]
    question: str
    intake: str
    analyte: str
    metric: Literal["cmax", "tmax", "t-half", "auc-inf", "auc-tau", "trough", "accumulation", "ratio"]
    parameters: str
    caveats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MedicineExposureFinding:
    """What a trial found of the exposure to a medicine with kratom, beside the static and the dynamic model.

    ``record`` is the id of an interaction with that trial; ``intake`` the study's intake of kratom (``exposure/intake``).
    """

    id: str
    kind: Literal["medicine-exposure"]
    question: str
    record: str
    medicine: str
    intake: str
    parameters: str
    caveats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionFinding:
    """What may happen when kratom and some medicines meet: how severe, and how likely. ``records`` are interactions.

    With more than one, the finding says how many are how likely, and its figure shows each.
    """

    id: str
    kind: Literal["interaction"]
    question: str
    records: tuple[str, ...]
    caveats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentFinding:
    """How much of an analyte products hold, and how far they differ. ``records`` are ``survey/content``."""

    id: str
    kind: Literal["content"]
    question: str
    analyte: str
    among: str
    unit: Literal["mg/g", "ug/g"]
    records: tuple[str, ...]
    caveats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallFinding:
    """An outbreak or a recall, in its numbers. ``record`` is the id of a recall."""

    id: str
    kind: Literal["recall"]
    question: str
    record: str
    caveats: tuple[str, ...] = ()


Declaration = (
    PooledFinding
    | ReportedFinding
    | ContrastFinding
    | SeriesFinding
    | AbsenceFinding
    | PositionFinding
    | TallyFinding
    | LawFinding
    | AffinityFinding
    | OccupancyFinding
    | ConcentrationFinding
    | MedicineExposureFinding
    | InteractionFinding
    | ContentFinding
    | RecallFinding
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """A finding in everyday words; ``{number}`` stands for its estimate, so that no number is typed twice."""

    finding: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentPage:
    """Findings that an assessment of one person shows beside what is about that person, by their ids.

    ``balance``: whether it helps; ``product``: what products hold, where there is no certificate; ``dependence``: criteria that
    studies reported; ``unknown``: what nobody knows.
    ``plain``: what a person reads in place of the statement of a finding. ``questions`` are those that anybody may take along.
    """

    balance: tuple[str, ...] = ()
    product: tuple[str, ...] = ()
    dependence: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    plain: tuple[Plain, ...] = ()
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A monograph: chapters in their order, every finding they show, and the helplines that stand on every page (``help``)."""

    id: str
    title: str
    subtitle: str
    help: tuple[str, ...] = ()
    chapters: tuple[Chapter, ...]
    findings: tuple[Declaration, ...]
    assessment: AssessmentPage | None = None
    extracted: Reading
    checked: tuple[Reading, ...] = ()
    note: str | None = None
