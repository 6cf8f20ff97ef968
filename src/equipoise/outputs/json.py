"""A monograph or a finding as JSON; ``schemas/monograph.schema.json`` is the contract."""

from pathlib import Path
from typing import Any

from equipoise.documents.monograph import Monograph
from equipoise.findings.atlas import Atlas, LawEntry
from equipoise.findings.finding import Citation, Finding
from equipoise.outputs.plain import dumped, plain
from equipoise.values.estimate import Estimate, Interval, Part
from equipoise.values.multiverse import Multiverse, Specification
from equipoise.values.panels import Panel

SCHEMA_VERSION = "1.3"
SCHEMA = Path(__file__).parent / "schemas" / "monograph.schema.json"


def monograph_json(document: Monograph) -> str:
    """The whole monograph: chapters by the ids of their findings, each finding once, and all that they cite."""
    data = {
        "schema_version": SCHEMA_VERSION,
        "topic": document.id,
        "title": document.title,
        "subtitle": document.subtitle,
        "as_of": str(document.as_of),
        "version": document.version,
        "chapters": [{"id": page.id, "title": page.title, "findings": list(page.findings)} for page in document.chapters],
        "findings": [finding_data(finding) for finding in document.findings.values()],
        "references": [plain(item) for item in document.references.values()],
        "searches": [plain(item) for item in document.searches.values()],
        "help": [plain(item) for item in document.help],
        "law": None if document.law is None else _law(document.law),
    }
    return dumped(data)


def _law(atlas: Atlas) -> dict[str, Any]:
    """The law of every place: its answer to each question, and its laws."""
    return {
        "as_of": str(atlas.as_of),
        "questions": [plain(question) for question in atlas.questions],
        "places": [
            {
                "id": place.id,
                "name": place.name,
                "kind": place.kind,
                "within": [code for code, _ in place.within],
                "answers": [
                    {
                        "question": question.id,
                        "verdict": answer.verdict,
                        "last": answer.last,
                        "last_verified": plain(answer.last_verified),
                        "stale": answer.stale,
                        "conditions": list(answer.conditions),
                        "because": [ground.norm for ground in answer.because],
                    }
                    for question, answer in zip(atlas.questions, place.answers, strict=True)
                ],
                "laws": [_entry(law) for law in place.laws],
                "searched": [{"search": search, "on": on} for search, on in place.searched],
            }
            for place in atlas.places.values()
        ],
        "changes": [plain(change) for change in atlas.changes],
    }


def _entry(law: LawEntry) -> dict[str, Any]:
    return {
        **plain(law),
        "dates": [{"what": what, "when": when} for what, when in law.dates],
        "conflicts": [{"field": field, "says": says, "source": source} for field, says, source in law.conflicts],
    }


def finding_json(finding: Finding) -> str:
    """One finding, in the form in which the monograph's JSON holds it."""
    return dumped(finding_data(finding))


def finding_data(finding: Finding) -> dict[str, Any]:
    """A finding as dicts and lists, under the field names of the type."""
    return {
        "id": finding.id,
        "question": finding.question,
        "statement": finding.statement,
        "estimate": None if finding.estimate is None else _estimate(finding.estimate),
        "certainty": finding.certainty.value,
        "because": [plain(reason) for reason in finding.because],
        "sources": [_present(source) for source in finding.sources],
        "basis": {
            "kind": finding.basis.kind,
            "engine": finding.basis.engine,
            "options": {name: plain(value) for name, value in finding.basis.options},
            "records": list(finding.basis.records),
            "version": finding.basis.version,
        },
        "as_of": str(finding.as_of),
        "caveats": list(finding.caveats),
        "multiverse": None if finding.multiverse is None else _multiverse(finding.multiverse),
        "panel": None if finding.panel is None else _panel(finding.panel),
    }


def _panel(held: Panel) -> dict[str, Any]:
    """A figure: what it is, its words, and its table; what is drawn follows from them."""
    table = {"columns": list(held.table.columns), "rows": [list(row) for row in held.table.rows]}
    return {"title": held.title, "said": held.said, "table": table}


def _multiverse(held: Multiverse) -> dict[str, Any]:
    """All of it; of a specification what it has, so that an infeasible one says only its options and why."""
    specifications = [_present(one) for one in held.specifications]
    return {**plain(held), "levels": dict(held.levels), "infeasible": dict(held.infeasible), "specifications": specifications}


def _present(value: Citation | Specification) -> dict[str, Any]:
    """The fields that hold something."""
    return {name: held for name, held in plain(value).items() if held is not None}


def _estimate(estimate: Estimate) -> dict[str, Any]:
    return {
        "measure": estimate.measure,
        "value": estimate.value,
        "unit": estimate.unit,
        "printed": estimate.printed,
        **_interval("interval", estimate.interval),
        "level": None if estimate.interval is None else estimate.interval.level,
        **_interval("prediction_interval", estimate.prediction),
        "counts": plain(estimate.counts),
        "heterogeneity": plain(estimate.heterogeneity),
        "parts": [_part(part) for part in estimate.parts],
    }


def _interval(name: str, interval: Interval | None) -> dict[str, Any]:
    if interval is None:
        return {name: None, f"{name}_kind": None}
    return {name: [interval.low, interval.high], f"{name}_kind": interval.kind}


def _part(part: Part) -> dict[str, Any]:
    interval = _interval("interval", part.interval)
    return {
        "label": part.label,
        "record": part.record,
        "value": part.value,
        **interval,
        "counts": plain(part.counts),
        "weight": part.weight,
    }
