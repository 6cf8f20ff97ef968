"""The three services: on opening a chart, on choosing an order, on signing."""

from collections.abc import Mapping
from functools import partial

from equipoise.intake.fhir.observations import ITEM_9, NAMES
from equipoise.intake.fhir.resources import LOINC
from equipoise.outputs.cds import Service

_OF = "patient={{context.patientId}}"
_RESULTS = tuple(dict.fromkeys(name for name in NAMES.values() if name != ITEM_9))


def _codes(*names: str) -> str:
    """The codes of results, as a search takes them."""
    return ",".join(f"{LOINC}|{code}" for code, name in NAMES.items() if name in names)


PREFETCH: Mapping[str, str] = {
    "medications": f"MedicationRequest?{_OF}&_sort=-authoredon&_count=200",
    "statements": f"MedicationStatement?{_OF}&_count=200",
    "social": f"Observation?{_OF}&category=social-history&_sort=-date&_count=100",
    "conditions": f"Condition?{_OF}&_count=200",
    "allergies": f"AllergyIntolerance?{_OF}&_count=100",
    "item9": f"Observation?{_OF}&code={_codes(ITEM_9)}&_sort=-date&_count=5",
    "results": f"Observation?{_OF}&code={_codes(*_RESULTS)}&_sort=-date&_count=50",
    "patient": "Patient/{{context.patientId}}",
}
"""What is asked for, by name: no more than cards are made of."""
NEWEST = frozenset({"item9", "results"})
"""Searches of which the first page is enough, since it holds what is newest."""
REQUIRED = ("statements", "social")
"""Without these nobody can tell whether kratom is used."""

_USAGE = (
    "Answers nothing unless the record says that kratom is used (MedicationStatement, social history, condition or allergy). "
    "For health professionals, who can look at the basis of each card. Not for emergencies."
)

_service = partial(Service, prefetch=PREFETCH, usage=_USAGE)
SERVICES: Mapping[str, Service] = {
    one.id: one
    for one in (
        _service(
            id="kratom-patient-view",
            hook="patient-view",
            title="Kratom and the medicine list",
            description="Where kratom use is recorded: what is known of it with each medicine of the list, with conditions and "
            "results, how sure, and what could not be checked.",
        ),
        _service(
            id="kratom-order-select",
            hook="order-select",
            title="Kratom and the chosen order",
            description="Where kratom use is recorded: what is known of it with what was just chosen, then with the others.",
        ),
        _service(
            id="kratom-order-sign",
            hook="order-sign",
            title="Kratom and the orders to sign",
            description="Where kratom use is recorded: what is known of it with what is to be signed, then with the others.",
        ),
    )
}
