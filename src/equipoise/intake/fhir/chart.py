"""A person's chart: what bears on kratom and medicines, from resources and bundles as they were sent. It knows no register."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from equipoise.intake.fhir.kratom import READ, Use, use
from equipoise.intake.fhir.medicines import ListedMedicine, medicines
from equipoise.intake.fhir.observations import Result, results
from equipoise.intake.fhir.resources import (
    OVER,
    REFUTED,
    REMISSION,
    Concept,
    FhirError,
    Gathered,
    Resource,
    birth,
    concept,
    failed,
    gather,
    moment,
    name_of,
    some,
    status,
    string,
    unversioned,
)
from equipoise.values.dates import PartialDate

_BESIDE = frozenset(
    """
    Account Appointment BodyStructure CarePlan CareTeam Claim Communication CommunicationRequest Coverage Device DeviceRequest
    DeviceUseStatement DiagnosticReport DocumentReference Encounter EpisodeOfCare ExplanationOfBenefit FamilyMemberHistory Flag
    Goal Group HealthcareService ImagingStudy Immunization List Location Media NutritionOrder Organization Practitioner
    PractitionerRole Procedure Provenance RelatedPerson Schedule ServiceRequest Slot Specimen Substance SupplyDelivery
    SupplyRequest Task VisionPrescription
    """.split()  # noqa: SIM905 - words read best as words
)
"""Types that hold nothing that is looked for; any other that is not read is named."""
_ORDERS = "draftOrders"
_ENDS = ("abatementDateTime", "abatementAge", "abatementPeriod", "abatementRange", "abatementString")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """What is read of a person: the birth date and the sex as recorded."""

    born: PartialDate | None
    sex: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A condition: as coded and written, its clinical status and how sure the record is of it.

    ``on``: when it was recorded, or else when it began; ``abated``: whether an end of it is recorded; ``visit``: whether it is
    a diagnosis of a visit and not of the list of problems.
    """

    name: Concept
    clinical: str | None
    verified: str | None
    record: str
    on: PartialDate | None = None
    abated: bool = False
    visit: bool = False

    @property
    def holds(self) -> bool:
        """Whether it is of the present, as far as the record says; a recorded end counts where there is no status.

        What is in remission may come back, so it holds.
        """
        over = self.abated if self.clinical is None else self.clinical in OVER - {REMISSION}
        return not over and self.verified not in REFUTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """What was there and could not be used, and why."""

    what: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What bears on kratom and medicines in a person's record, and what could not be read of it."""

    patient: Patient | None
    medicines: tuple[ListedMedicine, ...]
    kratom: Use
    conditions: tuple[Problem, ...]
    observations: tuple[Result, ...]
    unread: tuple[Unread, ...]

    def result(self, name: str) -> Result | None:
        """The newest result of a name."""
        return next(self.results(name), None)

    def results(self, name: str) -> Iterator[Result]:
        """The results of a name, the newest first."""
        return (one for one in self.observations if one.name == name)


def chart(
    sent: Mapping[str, object],
    *,
    orders: object = None,
    selected: Iterable[str] | None = None,
    missing: Mapping[str, str] | None = None,
    patient: str | None = None,
) -> Chart:
    """The chart of what was sent.

    Parameters
    ----------
    sent
        Resources, bundles, lists of them or None, each under the name by which to call it.
    orders
        A bundle of what is being ordered now.
    selected
        The references of those orders that were just chosen; without them, all.
    missing
        Names of what was wanted and did not come, each with the reason.
    patient
        The id of the person; what says that it is about another is left out, and named.

    Raises
    ------
    FhirError
        Too many resources, bundles too deep in each other, or a name that is too long.
    """
    held = Gathered()
    gather(held, {_ORDERS: orders})
    drafts = {id(one) for one in held.resources}
    names = None if selected is None else {unversioned(one) for one in selected}
    chosen = _chosen(held, names or ())
    gather(held, sent)
    if patient is not None:
        _own(held, patient)
    for name, why in (missing or {}).items():
        if not failed(sent.get(name)):
            held.told(name, why)

    def ordered(resource: Resource) -> bool:
        if id(resource) not in drafts:
            return False
        return names is None or id(resource) in chosen

    listed = medicines(held, ordered)
    kratom = use(held, listed)
    found = results(held)
    _others(held)
    return Chart(
        patient=_patient(held),
        medicines=listed,
        kratom=kratom,
        conditions=_problems(held),
        observations=found,
        unread=_unread(held),
    )


def _own(held: Gathered, patient: str) -> None:
    """Leave out what says that it is about another person. A subject that is not named as a patient by its id says nothing."""
    kept = []
    for one in held.resources:
        subject = one.get("subject") or one.get("patient")
        reference = string(subject.get("reference")) if isinstance(subject, Mapping) else None
        kind, _, ident = "/".join(unversioned(reference or "").split("/")[-2:]).partition("/")
        whose = ident if kind == "Patient" and ident else None
        if one.get("resourceType") == "Patient":
            whose = string(one.get("id"))
        if whose is None or whose == patient:
            kept.append(one)
        else:
            held.told(name_of(one), "is about another person")
    held.resources[:] = kept


def _chosen(held: Gathered, names: Iterable[str]) -> frozenset[int]:
    """Which of the orders were chosen, by their ids, references or addresses; one that is not there is named."""
    by_name: dict[str, set[int]] = {}
    for one in held.resources:
        for called in (name_of(one), string(one.get("id")) or ""):
            by_name.setdefault(called, set()).add(id(one))
    found: set[int] = set()
    for name in sorted(names):
        meant = held.resolved(name, {})
        several = by_name.get(name) or ({id(meant)} if meant is not None else set())
        found |= several
        if not several:
            held.told(name, "was chosen, and is not among the orders that were sent")
    return frozenset(found)


def _patient(held: Gathered) -> Patient | None:
    resource = next((one for one in held.resources if one.get("resourceType") == "Patient"), None)
    if resource is None:
        return None
    try:
        born = birth(resource.get("birthDate"))
    except ValueError:
        born = None
        held.told(name_of(resource), "its birthDate is no date")
    return Patient(born=born, sex=string(resource.get("gender")))


def _problems(held: Gathered) -> tuple[Problem, ...]:
    found = []
    for resource in held.resources:
        if resource.get("resourceType") != "Condition":
            continue
        name = concept(resource.get("code"))
        if name.named is None:
            held.told(name_of(resource), "has no name")
            continue
        at = moment(resource, held, "recordedDate", "onsetDateTime", "onsetPeriod")
        found.append(
            Problem(
                name=name,
                clinical=status(resource.get("clinicalStatus")),
                verified=status(resource.get("verificationStatus")),
                record=name_of(resource),
                on=at.on if at else None,
                abated=any(resource.get(end) for end in _ENDS),
                visit=_kinds(resource) == {"encounter-diagnosis"},
            )
        )
    return tuple(found)


def _kinds(resource: Resource) -> set[str]:
    return {one.code for group in some(resource.get("category")) for one in concept(group).codings if one.code}


def _others(held: Gathered) -> None:
    """Name the types that are not read, each once with its count."""
    counts: dict[str, int] = {}
    for resource in held.resources:
        kind = string(resource.get("resourceType")) or ""
        if kind not in READ | _BESIDE:
            counts[kind] = counts.get(kind, 0) + 1
    for kind, count in counts.items():
        held.told(kind, f"{count} of them; this type is not read here")


def _unread(held: Gathered) -> tuple[Unread, ...]:
    return tuple(Unread(what=what, why=why) for what, why in dict.fromkeys(held.unread))


__all__ = ["Chart", "FhirError", "Patient", "Problem", "Unread", "chart"]
