"""Everything that was read: the records of one evidence folder and the prose that goes with them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from equipoise.records.assay import Assays
from equipoise.records.condition import Condition
from equipoise.records.correction import Correction
from equipoise.records.exposure import Exposure
from equipoise.records.gazetteer import Gazetteer
from equipoise.records.helpline import Helpline
from equipoise.records.interaction import Interaction
from equipoise.records.law import Law
from equipoise.records.limit import LimitSet
from equipoise.records.medicine import Medicine
from equipoise.records.parameter import ParameterSet
from equipoise.records.position import Position
from equipoise.records.product import Recall, Survey
from equipoise.records.reference import Reference
from equipoise.records.search import Search
from equipoise.records.study import Outcome, Study
from equipoise.records.topic import Topic
from equipoise.records.vocabulary import Vocabulary

Record = (
    Reference
    | Study
    | Search
    | Position
    | Helpline
    | Correction
    | Law
    | Assays
    | Exposure
    | ParameterSet
    | Medicine
    | Interaction
    | Condition
    | Survey
    | Recall
    | LimitSet
    | Topic
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evidence:
    """The records by file name, kind by kind; ``prose`` holds chapters by (topic, chapter).

    ``unread`` names files (``studies/x``, ``vocabulary/units``) that are there and could not be read whole, so that a link to
    one is not called dangling on top of that. Two are equal where they are one, so that what was computed from one is kept.
    """

    folder: Path
    references: Mapping[str, Reference]
    studies: Mapping[str, Study]
    searches: Mapping[str, Search]
    positions: Mapping[str, Position]
    helplines: Mapping[str, Helpline]
    corrections: Mapping[str, Correction]
    law: Mapping[str, Law]
    assays: Mapping[str, Assays] = field(default_factory=dict)
    exposures: Mapping[str, Exposure] = field(default_factory=dict)
    parameters: Mapping[str, ParameterSet] = field(default_factory=dict)
    medicines: Mapping[str, Medicine] = field(default_factory=dict)
    interactions: Mapping[str, Interaction] = field(default_factory=dict)
    conditions: Mapping[str, Condition] = field(default_factory=dict)
    products: Mapping[str, Survey] = field(default_factory=dict)
    recalls: Mapping[str, Recall] = field(default_factory=dict)
    limits: Mapping[str, LimitSet] = field(default_factory=dict)
    topics: Mapping[str, Topic]
    vocabulary: Vocabulary
    prose: Mapping[tuple[str, str], str] = field(default_factory=dict)
    chapters: Path | None = None
    gazetteer: Gazetteer = field(default_factory=lambda: Gazetteer(Path()))
    unread: frozenset[str] = frozenset()

    def outcome(self, name: str) -> tuple[Study, Outcome] | None:
        """The outcome that ``study/outcome`` names, or None."""
        study_id, _, outcome_id = name.partition("/")
        study = self.studies.get(study_id)
        if study is None:
            return None
        return next(((study, item) for item in study.outcomes if item.id == outcome_id), None)

    def records(self) -> Iterator[tuple[str, Record]]:
        """Every record with the name of its file: ``studies/x``, whatever id the record claims."""
        for kind in KINDS:
            for stem, record in getattr(self, kind).items():
                yield f"{kind}/{stem}", record


KINDS: Mapping[str, type[Record]] = {
    "references": Reference,
    "studies": Study,
    "searches": Search,
    "positions": Position,
    "helplines": Helpline,
    "corrections": Correction,
    "law": Law,
    "assays": Assays,
    "exposures": Exposure,
    "parameters": ParameterSet,
    "medicines": Medicine,
    "interactions": Interaction,
    "conditions": Condition,
    "products": Survey,
    "recalls": Recall,
    "limits": LimitSet,
    "topics": Topic,
}
"""Folders under ``evidence/`` and the kind of record that each holds."""
