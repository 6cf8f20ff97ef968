"""The three services: on opening a chart, on choosing an order, on signing."""

from collections.abc import Mapping
from functools import partial

from equipoise.outputs.cds import Service

_OF = "patient={{context.patientId}}"
PREFETCH: Mapping[str, str] = {
    "medications": f"MedicationRequest?{_OF}&_sort=-authoredon&_count=200",
    "statements": f"MedicationStatement?{_OF}&_count=200",
    "social": f"Observation?{_OF}&category=social-history&_sort=-date&_count=100",
    "conditions": f"Condition?{_OF}&_count=200",
    "allergies": f"AllergyIntolerance?{_OF}&_count=100",
    "item9": f"Observation?{_OF}&code=http://loinc.org|44260-8&_sort=-date&_count=1",
}
"""What is asked for, by name: no more than cards are made of."""
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
            description="Where kratom use is recorded: what is known of it with each medicine of the list, how sure, and what "
            "could not be checked.",
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
