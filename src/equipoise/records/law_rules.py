"""The curation rules of law: places, dates in their order, versions that do not overlap, limits that can be measured."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import combinations
from typing import get_args
from zoneinfo import ZoneInfo

from equipoise.records.breaches import URL, Breach, Rule, every, leads_nowhere, listed, placeless, unknown
from equipoise.records.evidence import Evidence
from equipoise.records.faults import EvidenceError
from equipoise.records.forms import Steps
from equipoise.records.law import Commencement, Contradiction, Effect, End, Instrument, Law, Limit, Norm, Sighting, Substance
from equipoise.values.dates import PartialDate

STALE_DAYS = 180
"""The longest that a law may be relied on after it was last verified."""
OLDEST = 120
SAYS = 200
EFFECTS: tuple[str, ...] = get_args(Effect)

_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_UNITS = {
    "dry-weight": ("percent", "ppm", "mg/g"),
    "product-weight": ("percent", "ppm", "mg/g"),
    "alkaloid-fraction": ("percent", "ppm", "mg/g"),
    "per-serving": ("mg",),
    "per-container": ("mg",),
    "to-mitragynine": ("ratio", "percent"),
}


def _laws(evidence: Evidence) -> Iterator[tuple[str, Law]]:
    for stem, law in evidence.law.items():
        yield f"law/{stem}", law


def places_are_known(evidence: Evidence, _: date) -> Iterator[Breach]:
    """A law, and a search for one, names a place of the gazetteer, and a law stands in the folder of its country or state."""
    if not evidence.law and not any(search.places for search in evidence.searches.values()):
        return
    gazetteer = evidence.gazetteer
    named: list[tuple[str, Steps, str]] = [(file, ("place",), law.place) for file, law in _laws(evidence)]
    for stem, search in evidence.searches.items():
        named += [(f"searches/{stem}", ("places", index), place) for index, place in enumerate(search.places)]
        if search.places and not stem.startswith("law-"):
            yield Breach(
                f"searches/{stem}", ("places",), "stands in a search whose name does not begin with law-; should do so"
            )
    try:
        for file, path, place in named:
            spot = gazetteer.find(place)
            if spot is None or spot.id != place:
                near = ", ".join([spot.id] if spot else gazetteer.near(place)) or "a code such as US-TN or US-CA/San Diego"
                yield Breach(file, path, f"is {place!r}, which the gazetteer lacks; should be {near}")
            elif path == ("place",) and file.split("/")[1] != place.partition("/")[0].lower():
                yield Breach(file, path, f"is {place!r}; should stand in law/{place.partition('/')[0].lower()}/")
    except EvidenceError as refused:
        yield from (Breach(fault.file, (), fault.message) for fault in refused.faults)


def law_words_are_known(evidence: Evidence, _: date) -> Iterator[Breach]:
    """Substances and analytes are words of the vocabulary."""
    for file, path, substance in every(evidence, Substance):
        if not substance.any_of:
            yield Breach(file, (*path, "any_of"), "is an empty list; should name what the norm is about")
        yield from unknown(evidence, listed(file, (*path, "any_of"), substance.any_of, "substances"))
    yield from unknown(
        evidence, ((file, (*path, "analyte"), limit.analyte, "analytes") for file, path, limit in every(evidence, Limit))
    )


def laws_are_sourced(evidence: Evidence, _: date) -> Iterator[Breach]:
    """A law says where it was seen and the place in it, and is verified on no later day than it was read."""
    for file, law in _laws(evidence):
        if not law.evidence:
            yield Breach(file, ("evidence",), "is an empty list; should say where the law was seen")
        elif not any({"norms", "before", "proposal"} & set(seen.shows) for seen in law.evidence):
            yield Breach(file, ("evidence",), "shows no norm; should have a source that shows norms, before or a proposal")
        if not law.norms:
            yield Breach(file, ("norms",), "is an empty list; should say what the law does")
        if law.last_verified > law.extracted.date:
            yield Breach(
                file, ("last_verified",), f"is {law.last_verified}; should not be after {law.extracted.date}, when it was read"
            )
        if not 1 <= law.stale_after_days <= STALE_DAYS:
            yield Breach(file, ("stale_after_days",), f"is {law.stale_after_days}; should be from 1 to {STALE_DAYS}")
    sources: list[tuple[str, Steps, Sighting | Contradiction]] = [*every(evidence, Sighting), *every(evidence, Contradiction)]
    for file, path, seen in sources:
        yield from placeless(file, (*path, "at"), seen.at)
        if isinstance(seen.url, str) and not URL.fullmatch(seen.url):
            yield Breach(file, (*path, "url"), f"is {seen.url!r}; should be an address that starts with http")


def law_dates_are_in_order(evidence: Evidence, _: date) -> Iterator[Breach]:
    """A law that binds begins, and ends no earlier; an hour has its zone; a proposal has a day on which it was opened."""
    for file, law in _laws(evidence):
        yield from _force(file, law.instrument)
        scopes = [item.scope for item in law.instrument.commences]
        for index, end in enumerate(law.instrument.ends):
            yield from _ends_after(file, index, end, law.instrument.commences)
        for index, norm in enumerate(law.norms):
            if norm.scope not in scopes and law.instrument.force == "law":
                yield Breach(file, ("norms", index, "scope"), f"is {norm.scope!r}; should be one of {', '.join(scopes)}")
    dated: list[tuple[str, Steps, Commencement | End]] = [*every(evidence, Commencement), *every(evidence, End)]
    for file, path, item in dated:
        yield from _hour(file, path, item)


def _force(file: str, text: Instrument) -> Iterator[Breach]:
    """A law commences, a proposal is opened, and neither does what the other does."""
    if text.force == "proposal":
        if text.opened is None:
            yield Breach(file, ("instrument", "opened"), "is missing; should be the day of the proposal, or not-reported")
        if text.commences or text.ends:
            yield Breach(file, ("instrument",), "is a proposal that commences or ends; should have opened, earliest, closed")
    elif not text.commences:
        yield Breach(file, ("instrument", "commences"), "is missing; should say since when, or not-reported")
    elif text.opened is not None or text.closed is not None or text.earliest is not None:
        yield Breach(file, ("instrument",), "is a law with opened, earliest or closed; those are of proposals")


def _ends_after(file: str, index: int, end: End, begins: Iterable[Commencement]) -> Iterator[Breach]:
    path: Steps = ("instrument", "ends", index)
    mine = [item for item in begins if item.scope == end.scope]
    if not mine:
        yield Breach(
            file, (*path, "scope"), f"is {end.scope!r}, which nothing commences; should be the scope of a commencement"
        )
    for item in mine:
        if isinstance(item.date, PartialDate) and isinstance(end.date, PartialDate) and end.date.latest < item.date.earliest:
            yield Breach(file, (*path, "date"), f"is {end.date}; should not be before {item.date}, when it begins")


def _hour(file: str, path: Steps, item: Commencement | End) -> Iterator[Breach]:
    if item.time is not None and not _TIME.fullmatch(item.time):
        yield Breach(file, (*path, "time"), f"is {item.time!r}; should be an hour such as 17:00")
    if item.time is not None and not (isinstance(item.date, PartialDate) and item.date.day):
        yield Breach(file, (*path, "time"), f"is {item.time!r} without a day; should stand beside a day")
    if item.time is not None and item.zone is None:
        yield Breach(file, (*path, "zone"), "is missing; should be the zone of the hour")
    if item.zone is not None and item.time is None:
        yield Breach(file, (*path, "zone"), f"is {item.zone!r} without an hour; should stand beside a time")
    if item.zone is not None:
        try:
            ZoneInfo(item.zone)
        except (KeyError, ValueError, OSError):
            yield Breach(file, (*path, "zone"), f"is {item.zone!r}; should be a time zone such as America/New_York")


def versions_do_not_overlap(evidence: Evidence, _: date) -> Iterator[Breach]:
    """Norms of one id in one law are versions of one norm: at no instant are two of them surely in force."""
    for file, law in _laws(evidence):
        for (_first, one), (index, other) in combinations(enumerate(law.norms), 2):
            if one.id == other.id and _overlap(law, one, other):
                message = f"is {other.id!r}, whose version above is in force at the same time; should begin when that one ends"
                yield Breach(file, ("norms", index, "id"), message)


def _overlap(law: Law, one: Norm, other: Norm) -> bool:
    """Whether there is a day on which both are surely in force."""
    (since, until), (later, end) = _surely(law, one), _surely(law, other)
    return max(since, later) < min(until, end)


def _surely(law: Law, norm: Norm) -> tuple[date, date]:
    """The first day on which a norm is surely in force and the first on which it may not be."""
    starts = [item for item in law.instrument.commences if item.scope == norm.scope]
    stops = [item for item in law.instrument.ends if item.scope == norm.scope]
    since = min((_last(item) for item in starts), default=date.max)
    until = min((item.date.earliest if isinstance(item.date, PartialDate) else date.min for item in stops), default=date.max)
    return since, until


def _last(item: Commencement) -> date:
    """The last day on which something can have begun."""
    return item.date.latest if isinstance(item.date, PartialDate) else (item.attested or date.max)


def norms_say_what_they_do(evidence: Evidence, _: date) -> Iterator[Breach]:
    """A permission has its terms, a listing its schedule, an age is of a person, and what a norm says is one short sentence."""
    for file, path, norm in every(evidence, Norm):
        if not norm.actions:
            yield Breach(file, (*path, "actions"), "is an empty list; should name the actions that the norm reaches")
        if norm.min_age is not None:
            yield from _age(file, (*path, "min_age"), norm.min_age, norm.effect)
        if norm.effect == "licence" and norm.licence is None:
            yield Breach(file, (*path, "licence"), "is missing; should say what must be licensed or registered")
        if norm.effect == "permit-if" and norm.min_age is None and norm.licence is None and not norm.conditions:
            yield Breach(
                file, (*path, "effect"), "is permit-if without a condition; should have min_age, licence or conditions"
            )
        if (norm.effect == "schedule") != (norm.schedule is not None):
            yield Breach(file, (*path, "schedule"), f"does not fit the effect {norm.effect}; should stand with schedule alone")
        if norm.exempts and norm.effect != "exempt":
            yield Breach(file, (*path, "exempts"), f"stands with {norm.effect}; should stand with exempt alone")
        if len(norm.says) > SAYS:
            yield Breach(file, (*path, "says"), f"has {len(norm.says)} characters; should have at most {SAYS}")


def _age(file: str, path: Steps, age: int, effect: str) -> Iterator[Breach]:
    if not 0 < age <= OLDEST:
        yield Breach(file, path, f"is {age}; should be an age from 1 to {OLDEST}")
    if effect not in ("permit-if", "licence"):
        yield Breach(file, path, f"stands with {effect}; should stand with permit-if or licence")


def limits_can_be_measured(evidence: Evidence, _: date) -> Iterator[Breach]:
    """A limit is not below zero, and its unit is one of its basis; a share is not above the whole."""
    for file, path, limit in every(evidence, Limit):
        if limit.value < 0:
            yield Breach(file, (*path, "value"), f"is {limit.value}; should not be below zero")
        if limit.unit not in _UNITS[limit.basis]:
            right = " or ".join(_UNITS[limit.basis])
            yield Breach(file, (*path, "unit"), f"is {limit.unit!r} on the basis {limit.basis}; should be {right}")
        elif limit.unit == "percent" and limit.value > 100 and limit.basis != "to-mitragynine":
            yield Breach(file, (*path, "value"), f"is {limit.value} percent; should be at most 100")


def law_links_lead_somewhere(evidence: Evidence, _: date) -> Iterator[Breach]:
    """What ends, corrects, closes or opens another law names one of the register; claims name norms of their own law."""
    for file, law in _laws(evidence):
        named: list[tuple[Steps, str | None]] = [(("corrects",), law.corrects)]
        named += [(("instrument", "ends", index, "by"), end.by) for index, end in enumerate(law.instrument.ends)]
        if law.instrument.closed is not None:
            named.append((("instrument", "closed", "by"), law.instrument.closed.by))
        for index, norm in enumerate(law.norms):
            named += [(("norms", index, "exempts", at), name.partition("#")[0]) for at, name in enumerate(norm.exempts)]
        for path, name in named:
            if name is not None and leads_nowhere(evidence, name, "law"):
                yield Breach(file, path, f"is {name!r}; should be a file of law/")
        own = {norm.id for norm in law.norms}
        for index, seen in enumerate(law.evidence):
            yield from _own(file, ("evidence", index, "norms"), seen.norms, own)
        for index, claim in enumerate(law.conflicts):
            yield from _claim(file, index, claim, own)


def _own(file: str, path: Steps, names: tuple[str, ...], own: set[str]) -> Iterator[Breach]:
    for at, name in enumerate(names):
        if name not in own:
            yield Breach(file, (*path, at), f"is {name!r}; should be one of {', '.join(sorted(own))}")


def _claim(file: str, index: int, claim: Contradiction, own: set[str]) -> Iterator[Breach]:
    yield from _own(file, ("conflicts", index, "norms"), claim.norms, own)
    if claim.field in ("commences", "ends", "signed", "published"):
        try:
            PartialDate.parse(claim.says)
        except ValueError as fault:
            yield Breach(file, ("conflicts", index, "says"), f"{fault}")
    if claim.field == "effect" and claim.says not in EFFECTS:
        right = f"{', '.join(EFFECTS[:-1])} or {EFFECTS[-1]}"
        yield Breach(file, ("conflicts", index, "says"), f"is {claim.says!r}; should be {right}")


LAW_RULES: tuple[Rule, ...] = (
    places_are_known,
    law_words_are_known,
    laws_are_sourced,
    law_dates_are_in_order,
    versions_do_not_overlap,
    norms_say_what_they_do,
    limits_can_be_measured,
    law_links_lead_somewhere,
)
