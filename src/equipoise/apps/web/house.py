"""What one process holds from its start on: the evidence of one day, every page, and what every answer draws on.

Nothing is added to it afterwards; no question leaves anything in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from equipoise.apps.clock import today
from equipoise.apps.web.settings import WebSettings
from equipoise.documents.desk import Desk, desk
from equipoise.documents.explorer import Entry, Register, bibliography, register_of
from equipoise.documents.monograph import Monograph, monograph
from equipoise.documents.prose import Block, ProseError, blocks
from equipoise.intake.medicine_names import unii_names
from equipoise.outputs.served import Served, served
from equipoise.records import places
from equipoise.records.evidence import Evidence
from equipoise.records.faults import EvidenceError, Fault
from equipoise.records.rules import sound
from equipoise.records.topic import Topic

DEFAULT_TOPIC = "kratom-depression"


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """One day's evidence, ready to answer."""

    evidence: Evidence
    document: Monograph
    desk: Desk
    served: Served
    register: Register
    entries: Mapping[str, Entry]
    changes: tuple[tuple[str, tuple[Block, ...]], ...]
    as_of: date


def evidence_of(settings: WebSettings) -> tuple[Evidence, Topic, date]:
    """The evidence, its topic, and the day.

    Raises
    ------
    EvidenceError
        The evidence has faults.
    ValueError
        A topic that it does not have.
    """
    folder, chapters = places.folders(settings.evidence)
    day = settings.as_of or today()
    evidence = sound(folder, chapters, day)
    name = settings.topic or (DEFAULT_TOPIC if DEFAULT_TOPIC in evidence.topics else next(iter(evidence.topics), ""))
    if name not in evidence.topics:
        raise ValueError(f"{name!r} is not a topic of this evidence; it has {', '.join(evidence.topics) or 'none'}")
    return evidence, evidence.topics[name], day


def house(settings: WebSettings) -> House:
    """Read the evidence and make everything that no person changes.

    Raises
    ------
    EvidenceError
        The evidence has faults.
    ValueError
        A topic that it does not have; one name for two medicines.
    """
    evidence, topic, day = evidence_of(settings)
    document = monograph(evidence, topic, day)
    made = served(document)
    _ = made.files, made.findings, evidence.gazetteer.near("")  # made now, so that the first reader need not wait
    return House(
        evidence=evidence,
        document=document,
        desk=desk(evidence, topic, day, unii_names(), findings=document.findings),
        served=made,
        register=register_of(document.studies),
        entries=bibliography(evidence),
        changes=tuple(_changes(evidence.folder.parent)),
        as_of=day,
    )


def _changes(root: Path) -> list[tuple[str, tuple[Block, ...]]]:
    """Findings that changed, from the notes beside the evidence, by the issue that each came with; none where they are not."""
    found = []
    for path in sorted((root / "changelog.d").glob("*.finding.md"), reverse=True):
        try:
            found.append((path.name.partition(".")[0], blocks(path.read_text(encoding="utf-8"))))
        except (OSError, ProseError) as fault:
            raise EvidenceError((Fault(f"changelog.d/{path.name}", 0, "", f"cannot be shown: {fault}"),)) from fault
    return found
