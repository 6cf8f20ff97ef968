"""The collection: every finding, what it is about, what it rests on, and the interactions, in an order that never changes."""

from equipoise.documents.monograph import Monograph, StudyEntry
from equipoise.outputs.fhir.codes import BASE
from equipoise.outputs.fhir.elements import Resource, identity
from equipoise.outputs.fhir.evidence import evidence
from equipoise.outputs.fhir.interactions import interaction
from equipoise.outputs.fhir.sources import assessment, cited_reference, cited_search
from equipoise.outputs.plain import dumped


def monograph_fhir(document: Monograph) -> str:
    """The bundle as the text of a file."""
    return dumped(fhir_bundle(document))


def fhir_bundle(document: Monograph) -> Resource:
    """The monograph as dicts and lists; its time is the day of the document, and no id is drawn by chance."""
    outcomes = {f"{study.id}/{one.id}": (study, one) for study in document.studies for one in study.outcomes}
    by_source: dict[str, list[StudyEntry]] = {}
    for study in document.studies:
        by_source.setdefault(study.sources[0][0], []).append(study)
    variables: dict[str, Resource] = {}
    held = [
        *[evidence(document, finding, outcomes, variables) for finding in document.findings.values()],
        *variables.values(),
        *(cited_reference(document, one, by_source.get(one.id, ())) for one in document.references.values()),
        *(cited_search(document, one) for one in document.searches.values()),
        *(assessment(document, study) for study in document.studies),
        *(interaction(document, one) for one in document.interactions),
    ]
    return {
        "resourceType": "Bundle",
        "id": identity(document.id),
        "identifier": {"system": f"{BASE}/monograph", "value": f"{document.id}/{document.as_of}"},
        "type": "collection",
        "timestamp": f"{document.as_of}T00:00:00Z",
        "entry": [{"fullUrl": f"{BASE}/{one['resourceType']}/{one['id']}", "resource": one} for one in held],
    }
