"""The largest of the trimmed patients as a call to sign orders, with kratom recorded: ``python call.py``."""

import json
from pathlib import Path

HERE = Path(__file__).parent
CALL = HERE.parent / "bench-hook.json"
ORDERS = 3
"""How many of the newest medicines in use are being ordered anew."""
KRATOM = {
    "resourceType": "MedicationStatement",
    "id": "kratom",
    "status": "active",
    "medicationCodeableConcept": {"text": "Kratom"},
}


def searchset(resources: list[dict]) -> dict | None:
    """Resources as a search gives them; none as null."""
    entries = [{"resource": one} for one in resources]
    return {"resourceType": "Bundle", "type": "searchset", "entry": entries} if entries else None


def call() -> dict:
    """The call."""
    patients = sorted(HERE.glob("*.json"), key=lambda file: file.stat().st_size)
    held = [entry["resource"] for entry in json.loads(patients[-1].read_text())["entry"]]
    of = {
        kind: [one for one in held if one["resourceType"] == kind] for kind in ("Patient", "MedicationRequest", "Observation")
    }
    of["MedicationRequest"].sort(key=lambda one: one.get("authoredOn", ""), reverse=True)
    active = [one for one in of["MedicationRequest"] if one["status"] == "active"][:ORDERS]
    drafts = [{**one, "id": f"draft-{number}", "status": "draft"} for number, one in enumerate(active, 1)]
    return {
        "hook": "order-sign",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": "Practitioner/1", "patientId": of["Patient"][0]["id"], "draftOrders": searchset(drafts)},
        "prefetch": {
            "patient": of["Patient"][0],
            "medications": searchset(of["MedicationRequest"]),
            "statements": searchset([KRATOM]),
            "social": searchset(of["Observation"]),
            "conditions": None,
            "allergies": None,
            "item9": None,
            "results": None,
        },
    }


if __name__ == "__main__":
    CALL.write_text(f"{json.dumps(call(), ensure_ascii=False)}\n")
