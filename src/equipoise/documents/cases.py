"""What a case may hold, and what is wrong with one that cannot be."""

from collections.abc import Iterator, Sequence
from datetime import date

from equipoise.findings.reported import is_clock
from equipoise.records.case import Case, KratomUse


class CaseError(ValueError):
    """A case that cannot be: each fault as its field and what would be right."""

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{field}: {message}" for field, message in faults))
        self.faults = tuple(faults)


MOST = {"medicines": 100, "conditions": 50, "travel": 20}
LONGEST, LONGEST_NOTE = 200, 5000


def faults(case: Case, as_of: date) -> Iterator[tuple[str, str]]:
    """Each field of a case that cannot be, with what was found and what would be right."""
    if case.age is not None and not 0 <= case.age <= 120:
        yield "age", f"is {case.age}; should be from 0 to 120"
    for field, most in MOST.items():
        texts: Sequence[str] = getattr(case, field) or ()
        if len(texts) > most:
            yield field, f"are {len(texts)}; should be {most} at most"
        for place, text in enumerate(texts[:most]):
            if not text.strip():
                yield f"{field}[{place}]", "is empty; should be left out"
            elif len(text) > LONGEST:
                yield f"{field}[{place}]", f"has {len(text):,} characters; should have {LONGEST} at most"
    if case.place is not None and len(case.place) > LONGEST:
        yield "place", f"has {len(case.place):,} characters; should have {LONGEST} at most"
    if case.note is not None and len(case.note) > LONGEST_NOTE:
        yield "note", f"has {len(case.note):,} characters; should have {LONGEST_NOTE:,} at most"
    if case.kratom is not None:
        yield from _kratom_faults(case.kratom, as_of)


_AMOUNTS = {"grams": 500, "mitragynine_mg": 10_000, "mg_per_g": 1000, "serving_g": 1000, "unit_g": 100, "container_g": 100_000}


def _kratom_faults(use: KratomUse, as_of: date) -> Iterator[tuple[str, str]]:
    for field, most in _AMOUNTS.items():
        amount = getattr(use, field)
        if amount is not None and not 0 < amount <= most:
            yield f"kratom.{field}", f"is {amount}; should be above 0 and at most {most:,}"
    if use.grams is not None and use.mitragynine_mg is not None:
        yield "kratom.mitragynine_mg", "stands beside grams; should be one of the two"
    yield from _times_faults(use)
    for field in ("since", "stopped"):
        when = getattr(use, field)
        if when is not None and when.earliest > as_of:
            yield f"kratom.{field}", f"is {when}; should not be after {as_of}"
    if use.use == "now" and use.stopped is not None:
        yield "kratom.stopped", f"is {use.stopped}, and use is now; should be one of the two"
    if use.mg_per_g is not None and use.mitragynine_mg is not None:
        yield "kratom.mg_per_g", "stands beside mitragynine_mg; should stand beside grams, or be left out"
    if use.since is not None and use.stopped is not None and use.stopped.latest < use.since.earliest:
        yield "kratom.stopped", f"is {use.stopped}, before {use.since}; should be after it"
    if use.reason is not None and len(use.reason) > LONGEST_NOTE:
        yield "kratom.reason", f"has {len(use.reason):,} characters; should have {LONGEST_NOTE:,} at most"


def _times_faults(use: KratomUse) -> Iterator[tuple[str, str]]:
    if use.times_per_day is not None and not 1 <= use.times_per_day <= 24:
        yield "kratom.times_per_day", f"is {use.times_per_day}; should be from 1 to 24"
    if len(use.times) > 24:
        yield "kratom.times", f"are {len(use.times)}; should be 24 at most"
    for place, text in enumerate(use.times[:24]):
        if not is_clock(text):
            yield f"kratom.times[{place}]", f"is {text[:20]!r}; should look like 08:00"
