"""All findings of a topic, in the order in which it declares them."""

from collections.abc import Callable, Container, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from equipoise.findings import interactions, law, medicines, pharmacokinetics, products, receptors, register, synthesis, wording
from equipoise.findings.finding import Finding
from equipoise.records.breaches import Breach
from equipoise.records.evidence import Evidence
from equipoise.records.faults import EvidenceError, Fault
from equipoise.records.rules import placed
from equipoise.records.topic import Topic

_MAKERS: Mapping[str, Callable[[Evidence, Any, date], Finding]] = {
    "pooled": synthesis.pooled,
    "contrast": synthesis.contrast,
    "reported": register.reported,
    "series": register.series,
    "absence": register.absence,
    "position": register.position,
    "tally": register.tally,
    "law": law.law,
    "affinity": receptors.affinity,
    "occupancy": receptors.occupancy,
    "concentration": pharmacokinetics.concentration,
    "medicine-exposure": medicines.exposure,
    "interaction": interactions.interaction,
    "content": products.content,
    "recall": products.recall,
}


def compute(evidence: Evidence, topic: Topic, as_of: date, only: Container[str] | None = None) -> dict[str, Finding]:
    """Every declared finding by its id; with ``only`` those that it names.

    Raises
    ------
    EvidenceError
        With a fault for each finding that its records do not allow.
    """
    findings: dict[str, Finding] = {}
    faults: list[Fault] = []
    for index, declared in enumerate(topic.findings):
        if only is not None and declared.id not in only:
            continue
        breach = Breach(f"topics/{topic.id}", ("findings", index, "id"), "")
        try:
            finding = _MAKERS[declared.kind](evidence, declared, as_of)
        except ValueError as fault:
            faults.append(placed(evidence, replace(breach, message=str(fault))))
            continue
        form = wording.forbidden(finding.statement)
        if form is not None:
            found = f"{declared.id} says {form!r}, which no statement of ours may"
            faults.append(placed(evidence, replace(breach, message=found)))
        findings[declared.id] = finding
    if faults:
        raise EvidenceError(tuple(faults))
    return findings
