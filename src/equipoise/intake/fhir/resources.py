"""What was sent, taken apart: resources out of bundles, references between them, codes, texts and dates. Nothing is trusted.

A field of a wrong type is as a field that is not there; what matters and cannot be used is named in ``unread``.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from equipoise.values.dates import PartialDate

Resource = Mapping[str, Any]

MOST_RESOURCES = 5000
DEEPEST = 4
"""Bundles within bundles."""
LONGEST = 5000
"""Letters of a name, a code or a reference."""
LONGEST_NOTE = 20_000
MOST_OF_A_FIELD, MOST_CODINGS = 200, 50
"""Notes, components or ingredients of one field; codings of one concept."""

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
UNII = "http://fdasis.nlm.nih.gov"
LOINC = "http://loinc.org"

REMISSION = "remission"
OVER = frozenset({"inactive", REMISSION, "resolved"})
"""Clinical statuses of what is past."""
REFUTED = frozenset({"refuted", "entered-in-error"})
"""Verification statuses of what does not hold."""
VOID = frozenset({"entered-in-error", "cancelled", "registered"})
"""Statuses of an observation without a result."""


class FhirError(ValueError):
    """What was sent cannot be read as FHIR at all, or is larger than is read; says what would be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    """A code, the system that it is of, and the words that stood beside it."""

    system: str | None
    code: str | None
    display: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """A thing as the record names it: by codes, by a text, by both or by neither."""

    codings: tuple[Coding, ...] = ()
    text: str | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """Every text in it, the record's own first, each once."""
        found = (self.text, *(one.display for one in self.codings))
        return tuple(dict.fromkeys(one for one in found if one))

    @property
    def named(self) -> str | None:
        """How to call it: its first text, or its first code."""
        return next(iter((*self.words, *(one.code for one in self.codings if one.code))), None)

    def codes(self, system: str) -> tuple[str, ...]:
        """Its codes of a system, each once."""
        return tuple(dict.fromkeys(one.code for one in self.codings if one.system == system and one.code))


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A date as known; ``order`` sorts moments of one day too."""

    on: PartialDate
    order: str


@dataclass(slots=True)
class Gathered:
    """Resources in the order in which they came, by the names that references use, and what could not be used."""

    resources: list[Resource] = field(default_factory=list)
    by_name: dict[str, Resource] = field(default_factory=dict)
    unread: list[tuple[str, str]] = field(default_factory=list)

    def told(self, what: str, why: str) -> None:
        """Keep what could not be used, and why."""
        self.unread.append((what, why))

    def add(self, resource: Resource, address: str | None, *, where: str) -> None:
        """Keep a resource once, whichever bundles hold it, and hold what it is called by.

        Raises
        ------
        FhirError
            More resources than are read, or one that is nested too deeply.
        """
        if len(self.resources) >= MOST_RESOURCES:
            raise FhirError(f"there are more than {MOST_RESOURCES:,} resources; should be that many at most")
        kind = string(resource.get("resourceType"))
        if kind is None:
            self.told(where, "a resource without a type")
            return
        name = name_of(resource)
        before = self.by_name.get(name) if string(resource.get("id")) else None
        for called in (name, address):
            if called:
                self.by_name.setdefault(called, resource)
        try:
            again = before is not None and before == resource
        except RecursionError:
            raise FhirError(f"{where}: a resource is nested too deeply; should be as FHIR has it") from None
        if not again:
            self.resources.append(resource)

    def resolved(self, reference: str, inside: Resource) -> Resource | None:
        """The resource that a reference means: one contained, one sent beside it, or none."""
        if reference.startswith("#"):
            return next((one for one in objects(inside.get("contained")) if one.get("id") == reference[1:]), None)
        short = "/".join(unversioned(reference).split("/")[-2:])
        return self.by_name.get(reference) or self.by_name.get(short)


def gather(held: Gathered, sent: Mapping[str, object]) -> None:
    """Keep what was sent under each name: a resource, a bundle, a list of either, or nothing.

    Raises
    ------
    FhirError
        Too much, or bundles too deep within each other.
    """
    for name, value in sent.items():
        _gather(held, value, where=name, depth=0, address=None)


def _gather(held: Gathered, value: object, *, where: str, depth: int, address: str | None) -> None:
    if depth > DEEPEST:
        raise FhirError(f"{where}: bundles stand more than {DEEPEST} deep in each other; should be flat")
    if value is None:
        return
    if isinstance(value, list):
        for one in value:
            _gather(held, one, where=where, depth=depth + 1, address=None)
    elif not isinstance(value, Mapping):
        held.told(where, "is neither a resource nor a bundle")
    elif value.get("resourceType") == "Bundle":
        _bundle(held, value, where=where, depth=depth)
    elif value.get("resourceType") == "OperationOutcome":
        held.told(where, _outcome(value))
    else:
        held.add(value, address, where=where)


def _bundle(held: Gathered, bundle: Resource, *, where: str, depth: int) -> None:
    empty = 0
    for entry in objects(bundle.get("entry")):
        resource = entry.get("resource")
        if isinstance(resource, Mapping):
            _gather(held, resource, where=where, depth=depth + 1, address=string(entry.get("fullUrl")))
        else:
            empty += 1
    if empty:
        held.told(where, f"{empty} of its entries hold no resource")
    if next_page(bundle) is not None:
        held.told(where, "has further pages, which were not sent")


def next_page(bundle: Resource) -> str | None:
    """Where the next page of a bundle is, if it says so."""
    pages = (string(one.get("url")) for one in objects(bundle.get("link")) if one.get("relation") == "next")
    return next((one for one in pages if one), None)


def _outcome(outcome: Resource) -> str:
    """What an OperationOutcome says, by its codes alone: its texts may name a person."""
    issues = [(string(one.get("severity")), string(one.get("code"))) for one in objects(outcome.get("issue"))]
    said = ", ".join(dict.fromkeys(" ".join(filter(None, one)) for one in issues if any(one)))
    return f"the record answered with an error ({said[:100]})" if said else "the record answered with an error"


def failed(value: object) -> bool:
    """Whether what came in place of data is an error and nothing else."""
    return isinstance(value, Mapping) and value.get("resourceType") == "OperationOutcome"


def unversioned(reference: str) -> str:
    """A reference without its version."""
    return reference.partition("/_history/")[0]


def name_of(resource: Resource) -> str:
    """``MedicationRequest/1``, or the type alone."""
    kind, ident = string(resource.get("resourceType")) or "resource", string(resource.get("id"))
    return f"{kind}/{ident}" if ident else kind


def objects(value: object) -> Iterator[Resource]:
    """The objects of a list, as many as are read, or the one object that stands in its place."""
    if isinstance(value, Mapping):
        yield value
    elif isinstance(value, list):
        yield from (one for one in value if isinstance(one, Mapping))


def some(value: object, most: int = MOST_OF_A_FIELD) -> Iterable[Resource]:
    """The objects of a list within a resource.

    Raises
    ------
    FhirError
        More than a field holds.
    """
    found = list(objects(value))
    if len(found) > most:
        raise FhirError(f"a field holds {len(found):,} things; should be {most} at most")
    return found


def string(value: object) -> str | None:
    """A text that is not empty.

    Raises
    ------
    FhirError
        A text longer than any name.
    """
    if not isinstance(value, str):
        return None
    if len(value) > LONGEST:
        raise FhirError(f"a name or code has {len(value):,} letters; should have {LONGEST:,} at most")
    return value.strip() or None


def concept(value: object) -> Concept:
    """A CodeableConcept, whichever of its parts are there."""
    if not isinstance(value, Mapping):
        return Concept()
    listed = some(value.get("coding"), MOST_CODINGS)
    codings = (
        Coding(system=string(one.get("system")), code=string(one.get("code")), display=string(one.get("display")))
        for one in listed
    )
    return Concept(
        codings=tuple(one for one in codings if one.code or one.display),
        text=string(value.get("text")),
    )


def status(value: object) -> str | None:
    """A status that is a concept: its first code, or its text where it has none; a bare code counts too."""
    if isinstance(value, str):
        found = string(value)
    else:
        held = concept(value)
        found = next((one.code for one in held.codings if one.code), held.text)
    return found.casefold() if found else None


def notes(resource: Resource, held: Gathered) -> tuple[str, ...]:
    """The notes of a resource; a very long one is read in its first part."""
    found = []
    for one in some(resource.get("note")):
        text = one.get("text")
        if isinstance(text, str):
            if len(text) > LONGEST_NOTE:
                held.told(name_of(resource), f"a note is read in its first {LONGEST_NOTE:,} letters")
            found.append(text[:LONGEST_NOTE])
    return tuple(found)


def moment(resource: Resource, held: Gathered, *fields: str) -> Moment | None:
    """The first of the fields that holds a date or a time; one that is none is named."""
    for name in fields:
        value = resource.get(name)
        if isinstance(value, Mapping):
            value = next((value.get(end) for end in ("end", "start") if value.get(end)), None)
        if value is None:
            continue
        try:
            return parsed(value)
        except (ValueError, OverflowError):
            held.told(name_of(resource), f"its {name} is no date")
    return None


def parsed(value: object) -> Moment:
    """A FHIR date, dateTime or instant; anything else is a ValueError."""
    value = value if isinstance(value, str) else ""
    if "T" not in value:
        on = PartialDate.parse(value)
        return Moment(on=on, order=on.latest.isoformat())
    at = datetime.fromisoformat(value)
    utc = at.astimezone(UTC) if at.tzinfo else at
    return Moment(on=PartialDate(at.year, at.month, at.day), order=utc.replace(tzinfo=None).isoformat())


def birth(value: object) -> PartialDate | None:
    """A birth date, as exactly as it is known."""
    return PartialDate.parse(value) if isinstance(value, str) else None


def number(value: object) -> Decimal | None:
    """A number; not a truth value, and not what no number can be."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    try:
        found = Decimal(str(value))
    except (InvalidOperation, ValueError):
        return None
    return found if found.is_finite() else None
