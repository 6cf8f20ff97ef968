"""An interaction as ClinicalUseDefinition: what may happen with what, and never what to do."""

from equipoise.documents.monograph import InteractionEntry, Monograph
from equipoise.outputs.fhir.codes import BASE, UNII
from equipoise.outputs.fhir.elements import Resource, concept, identity, opening, present, reference, slug


def interaction(document: Monograph, held: InteractionEntry) -> Resource:
    """What may happen; no incidence, for nobody knows it, and no management, for we give no instruction."""
    partners = [{"text": held.partner}, *(_medicine(name, unii) for name, unii in held.medicines)]
    axis = concept((f"{BASE}/CodeSystem/interaction-axis", held.axis, held.axis.replace("-", " ")))
    other = {"system": "http://hl7.org/fhir/interaction-type", "code": "other", "display": "other interaction"}
    rests = [one for one in document.findings.values() if one.basis.kind == "interaction" and held.id in one.basis.records]
    severity = concept((f"{BASE}/CodeSystem/interaction-severity", slug(held.severity), held.severity))
    return present(
        opening("ClinicalUseDefinition", identity(held.id), f"{held.title}: {held.effect}"),
        extension=[
            {"url": f"{BASE}/StructureDefinition/severity", "valueCodeableConcept": severity},
            {"url": f"{BASE}/StructureDefinition/likelihood", "valueCodeableConcept": {"text": held.likelihood}},
            *(
                {
                    "url": f"{BASE}/StructureDefinition/evidence",
                    "valueReference": reference("Evidence", identity(one.id), one.statement),
                }
                for one in rests
            ),
        ],
        identifier=[{"system": f"{BASE}/interaction", "value": held.id}],
        type="interaction",
        subject=[{"type": "Substance", "display": held.substance}],
        status=concept(("http://hl7.org/fhir/publication-status", "active", "Active")),
        interaction={
            "interactant": [{"itemCodeableConcept": one} for one in partners],
            "type": {**axis, "coding": [other, *axis["coding"]]},
            "effect": {"concept": {"text": held.effect}},
        },
    )


def _medicine(name: str, unii: str | None) -> Resource:
    return {"text": name} if unii is None else {"coding": [{"system": UNII, "code": unii}], "text": name}
