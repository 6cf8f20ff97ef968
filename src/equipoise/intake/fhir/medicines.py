"""Medicines of a chart: from orders, statements and dispenses, whether they hold now, and equal ones once with their count."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from equipoise.intake.fhir.resources import Concept, Gathered, Moment, Resource, concept, moment, name_of, notes, some, string
from equipoise.values.dates import PartialDate

Standing = Literal["current", "draft", "ended", "not-taken", "error", "unknown"]
"""``draft``: written and not signed, or only proposed. ``ended``: stopped, cancelled or used up. ``error``: entered in error.
``unknown``: the record does not say, so it is treated as current."""

_REQUEST: Mapping[str, Standing] = {
    "active": "current",
    "on-hold": "current",
    "draft": "draft",
    "cancelled": "ended",
    "completed": "ended",
    "stopped": "ended",
    "ended": "ended",
    "entered-in-error": "error",
}
_STATEMENT: Mapping[str, Standing] = {
    "active": "current",
    "intended": "current",
    "on-hold": "current",
    "recorded": "current",
    "completed": "ended",
    "stopped": "ended",
    "not-taken": "not-taken",
    "entered-in-error": "error",
}
_DISPENSE: Mapping[str, Standing] = {
    "preparation": "current",
    "in-progress": "current",
    "on-hold": "current",
    "completed": "current",
    "cancelled": "ended",
    "stopped": "ended",
    "declined": "not-taken",
    "entered-in-error": "error",
}
STANDINGS: Mapping[str, Mapping[str, Standing]] = {
    "MedicationRequest": _REQUEST,
    "MedicationStatement": _STATEMENT,
    "MedicationDispense": _DISPENSE,
}
_DATES: Mapping[str, tuple[str, ...]] = {
    "MedicationRequest": ("authoredOn",),
    "MedicationStatement": ("effectiveDateTime", "effectivePeriod", "dateAsserted"),
    "MedicationDispense": ("whenHandedOver", "whenPrepared"),
}
_PROPOSED = frozenset({"proposal", "plan", "option"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedMedicine:
    """A medicine of the chart. ``name``: as coded and written; ``ingredients``: those that its Medication lists.

    ``records``: the resources that hold it, ``count`` of them; ``on``: the newest date that they give. ``ordered``: whether it
    is what is being ordered now. ``notes``: free text beside it: notes, how it is to be taken, what for.
    """

    name: Concept
    ingredients: tuple[Concept, ...]
    kind: str
    standing: Standing
    intent: str | None
    on: PartialDate | None
    records: tuple[str, ...]
    count: int
    ordered: bool
    notes: tuple[str, ...] = ()


def medicines(held: Gathered, ordered: Callable[[Resource], bool]) -> tuple[ListedMedicine, ...]:
    """Every medicine that was sent, equal ones merged."""
    merged: dict[object, ListedMedicine] = {}
    newest: dict[object, str] = {}
    for resource in held.resources:
        if resource.get("resourceType") not in STANDINGS:
            continue
        found = _medicine(resource, held, ordered=ordered(resource))
        if found is None:
            continue
        medicine, at = found
        key = (medicine.name, medicine.ingredients, medicine.kind, medicine.standing, medicine.intent)
        before = merged.get(key)
        order = at.order if at else ""
        if before is None:
            merged[key], newest[key] = medicine, order
            continue
        later = order > newest[key]
        newest[key] = max(order, newest[key])
        merged[key] = replace(
            before,
            on=medicine.on if later else before.on,
            records=(*before.records, *medicine.records),
            count=before.count + 1,
            ordered=before.ordered or medicine.ordered,
            notes=tuple(dict.fromkeys((*before.notes, *medicine.notes))),
        )
    return tuple(merged.values())


def _medicine(resource: Resource, held: Gathered, *, ordered: bool) -> tuple[ListedMedicine, Moment | None] | None:
    kind = str(resource["resourceType"])
    name, parts = _named(resource, held)
    if name.named is None and not parts:
        return None
    at = moment(resource, held, *_DATES[kind])
    status, intent = string(resource.get("status")), string(resource.get("intent"))
    return ListedMedicine(
        name=name,
        ingredients=parts,
        kind=kind,
        standing=_standing(resource, kind, status, intent),
        intent=intent,
        on=at.on if at else None,
        records=(name_of(resource),),
        count=1,
        ordered=ordered,
        notes=(*notes(resource, held), *_beside(resource)),
    ), at


def _beside(resource: Resource) -> Iterable[str]:
    """What stands beside a medicine in words: how it is to be taken, and for what."""
    for name in ("dosageInstruction", "dosage"):
        for one in some(resource.get(name)):
            yield from (text for field in ("text", "patientInstruction") if (text := string(one.get(field))))
    for one in some(resource.get("reasonCode")):
        yield from concept(one).words


def _standing(resource: Resource, kind: str, status: str | None, intent: str | None) -> Standing:
    standing = STANDINGS[kind].get(status or "", "unknown")
    if standing in ("current", "unknown", "draft") and resource.get("doNotPerform") is True:
        return "not-taken"
    return "draft" if standing == "current" and intent in _PROPOSED else standing


def _named(resource: Resource, held: Gathered) -> tuple[Concept, tuple[Concept, ...]]:
    """What the medicine is called: in place, or in the Medication that a reference means."""
    own = concept(resource.get("medicationCodeableConcept"))
    later = resource.get("medication")
    if isinstance(later, Mapping) and own.named is None:  # as R5 has it
        own, reference = concept(later.get("concept")), later.get("reference")
    else:
        reference = resource.get("medicationReference")
    if own.named is not None:
        return own, ()
    if not isinstance(reference, Mapping):
        held.told(name_of(resource), "names no medicine")
        return own, ()
    means, shown = string(reference.get("reference")), string(reference.get("display"))
    medication = held.resolved(means, resource) if means else None
    if medication is not None:
        name = concept(medication.get("code"))
        parts = tuple(_parts(medication.get("ingredient"), medication, held))
        if name.named is not None or parts:
            return name, parts
    if shown is not None:
        return Concept(text=shown), ()
    held.told(name_of(resource), "names a Medication that was not sent" if medication is None else "its Medication has no name")
    return own, ()


def _parts(value: object, medication: Resource, held: Gathered) -> Iterable[Concept]:
    for one in some(value):
        part = concept(one.get("itemCodeableConcept"))
        reference = one.get("itemReference")
        if part.named is None and isinstance(reference, Mapping):
            means = string(reference.get("reference"))
            item = held.resolved(means, medication) if means else None
            part = concept(item.get("code")) if item else Concept(text=string(reference.get("display")))
        if part.named is not None:
            yield part
