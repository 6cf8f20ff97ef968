"""Law records as the engine takes them: places, norms with their windows of time, and claims against them."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, tzinfo
from typing import Literal

from equipoise.engines.law import ACTIONS, GRADES, Absence, Book, Claim, Limit, Norm, Place, Predicate, Window
from equipoise.engines.law.norms import DAY, LONG_AGO, NEVER, OPEN, minute
from equipoise.records.evidence import Evidence
from equipoise.records.gazetteer import Gazetteer, Spot
from equipoise.records.law import Action, Close, Commencement, Contradiction, End, Instrument, Law, Substance
from equipoise.records.law import Norm as WrittenNorm
from equipoise.values.dates import PartialDate

_ANSWERS = "US"
"""The country whose states make kratom law of their own, so that a state's silence leaves a question open."""

Span = tuple[Commencement | None, End | None]
"""A beginning and the end that follows it."""


def book(evidence: Evidence) -> Book:
    """All law of the evidence, indexed by place, with the searches that found none."""
    return Book(norms(evidence.law), absences(evidence))


def absences(evidence: Evidence) -> Iterator[Absence]:
    """The searches for the law of a place that found none."""
    for search in evidence.searches.values():
        days = [query.date for query in search.queries if isinstance(query.date, date)]
        for place in search.places:
            yield Absence(place=place, search=search.id, on=max(days, default=None))


def place(gazetteer: Gazetteer, spot: Spot, *, clock: bool = False) -> Place:
    """A place with all around it. ``clock``: with its time zone, which costs a look into the time zone files."""
    around = None if spot.parent is None else gazetteer.find(spot.parent)
    zone = None
    if clock and spot.zone is not None:
        from zoneinfo import ZoneInfo  # noqa: PLC0415 - for a question with an hour alone

        zone = ZoneInfo(spot.zone)
    local: Literal["no", "county", "municipality"] = "no"
    if spot.level in ("county", "municipality"):
        local = "county" if spot.level == "county" else "municipality"
    return Place(
        id=spot.id,
        name=spot.name,
        parent=None if around is None else place(gazetteer, around, clock=clock),
        answers=spot.level == "nation" or (spot.level == "state" and spot.parent == _ANSWERS),
        local=local,
        zone=zone,
    )


def norms(laws: Mapping[str, Law]) -> list[Norm]:
    """The norms of all laws, each with its windows of time; one that began twice stands twice."""
    replaced = {law.corrects: law.extracted.date.toordinal() for law in laws.values() if law.corrects is not None}
    made = [norm for law in laws.values() for norm in _norms(law, laws)]
    return [replace(norm, unknown_from=replaced[norm.instrument]) if norm.instrument in replaced else norm for norm in made]


def _norms(law: Law, laws: Mapping[str, Law]) -> Iterator[Norm]:
    for written in law.norms:
        for span in _spans(law.instrument, written.scope):
            yield _norm(law, written, span, laws)
    if law.instrument.preemption in ("ceiling", "express") and law.instrument.force == "law":
        scopes = [item.scope for item in law.instrument.commences]
        scope = "preemption" if "preemption" in scopes else "all" if "all" in scopes else scopes[0]
        reached: tuple[Action, ...] = tuple(dict.fromkeys(action for norm in law.norms for action in norm.actions))
        if law.instrument.preemption == "express":
            reached = ACTIONS
        named = tuple(dict.fromkeys(name for norm in law.norms for name in norm.substance.any_of))
        norm = WrittenNorm(id="preemption", actions=reached, effect="not-listed", substance=Substance(any_of=named), says="")
        for span in _spans(law.instrument, scope):
            yield replace(_norm(law, norm, span, laws), effect="preempt")


def _spans(text: Instrument, scope: str) -> Iterator[Span]:
    """Each beginning of a scope with the end that follows it."""
    if text.force == "proposal":
        yield None, None
        return
    begins = [item for item in text.commences if item.scope == scope]
    ends = [item for item in text.ends if item.scope == scope]
    for index, begin in enumerate(begins):
        yield begin, ends[index] if index < len(ends) else None


def _norm(law: Law, written: WrittenNorm, span: Span, laws: Mapping[str, Law]) -> Norm:
    since, until = span
    text = law.instrument
    proposal = text.force == "proposal"
    began = _opened(text) if proposal else _began(since, law)
    ended = _closed(text, law, laws) if proposal else _ended(until, began, law)
    stop = text.closed if proposal else until
    known, surely = _known(text, law)
    earliest = text.earliest if isinstance(text.earliest, PartialDate) else None
    return Norm(
        id=f"{law.id}#{written.id}",
        instrument=law.id,
        citation=text.citation,
        url=text.url
        if isinstance(text.url, str)
        else next((seen.url for seen in law.evidence if isinstance(seen.url, str)), None),
        place=law.place,
        reach=law.reach,
        axis=law.axis,
        force=text.force,
        actions=frozenset(written.actions),
        effect=written.effect,
        predicate=_predicate(written.substance),
        min_age=written.min_age,
        licence=written.licence,
        conditions=written.conditions,
        exempts=frozenset(written.exempts),
        penalty=written.penalty,
        says=written.says,
        began=began,
        ended=ended,
        ending=_ending(until),
        zone=_zone(since, until),
        known=known,
        known_surely=surely,
        end_known=_end_known(text, law, stop, ended, laws),
        verified=law.last_verified.toordinal(),
        read=max((seen.retrieved for seen in law.evidence), default=law.extracted.date).toordinal(),
        stale_days=law.stale_after_days,
        grade=_grade(law, written, _OF_NORMS),
        claims=tuple(_claims(law, written, began, ended)),
        since=str(text.opened if proposal else since.date if since is not None else "not reported"),
        until=None if stop is None else str(stop.date),
        earliest=None if earliest is None else Window.of(earliest),
        earliest_printed=None if earliest is None else str(earliest),
    )


def _began(item: Commencement | None, law: Law) -> Window:
    """When it can have begun: as printed, not before it was made, no later than the day on which a source shows it in force."""
    if item is None:
        return LONG_AGO
    seen = minute(item.attested or law.last_verified)
    if not isinstance(item.date, PartialDate):
        text = law.instrument
        made = [day.earliest for day in (text.adopted, text.signed, text.published) if isinstance(day, PartialDate)]
        return Window(min(minute(min(made)), seen) if made else -NEVER, seen)
    window = Window.of(item.date, item.time)
    if item.attested is not None and window.first < seen < window.last:
        return Window(window.first, seen)
    return window


def _ended(item: End | None, began: Window, law: Law) -> Window:
    if item is None:
        return OPEN
    if not isinstance(item.date, PartialDate):
        return Window(began.first, max(began.last, minute(law.last_verified)))
    return Window.of(item.date, item.time)


def _ending(item: End | None) -> Literal["none", "ended", "lapsed"]:
    if item is None:
        return "none"
    return "lapsed" if item.how == "expires" and item.by is None else "ended"


def _opened(text: Instrument) -> Window:
    return Window.of(text.opened) if isinstance(text.opened, PartialDate) else LONG_AGO


def _closed(text: Instrument, law: Law, laws: Mapping[str, Law]) -> Window:
    """When a proposal can have been closed: after it was opened, and by the day of what replaced it or of our source."""
    if text.closed is None:
        return OPEN
    if isinstance(text.closed.date, PartialDate):
        return Window.of(text.closed.date)
    after = laws.get(text.closed.by or "")
    opened = None if after is None else after.instrument.opened
    last = opened.latest if isinstance(opened, PartialDate) else law.last_verified
    first = _opened(text).first
    return Window(first, max(first, minute(last)))


def _zone(*items: Commencement | End | None) -> tzinfo | None:
    """The clock on which an hour of a norm is printed."""
    named = next((item.zone for item in items if item is not None and item.zone is not None), None)
    if named is None:
        return None
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - for the few norms with an hour

    return ZoneInfo(named)


def _known(text: Instrument, law: Law) -> tuple[int, int]:
    """The first day on which the world could know a text, and the first on which it surely could.

    That is the day on which it was made or began; else the day of the earliest source that speaks of it. A correction of ours
    is known from the day on which we made it.
    """
    if law.corrects is not None:
        return law.extracted.date.toordinal(), law.extracted.date.toordinal()
    made = [day for day in (text.adopted, text.signed, text.published, text.opened) if isinstance(day, PartialDate)]
    made = made or [item.date for item in text.commences if isinstance(item.date, PartialDate)]
    told = [item.attested for item in text.commences if item.attested is not None]
    told += [seen.dated.latest for seen in law.evidence if isinstance(seen.dated, PartialDate)]
    day = min([*told, law.last_verified]).toordinal()
    if not made:
        return day, day
    first = min(made, key=lambda day: (day.earliest, day.latest))
    since = first.earliest.toordinal()
    return since, max(since, min(day, first.latest.toordinal()))


def _end_known(text: Instrument, law: Law, stop: End | Close | None, ended: Window, laws: Mapping[str, Law]) -> int:
    """The first day on which an end could surely be known: of the law that brings it, of an expiry its own, else the end's."""
    if stop is None or ended == OPEN:
        return 0
    if stop.by is not None and stop.by in laws:
        return _known(laws[stop.by].instrument, laws[stop.by])[1]
    if stop.how == "expires":
        return _known(text, law)[1]
    return max(0, ended.first // DAY)


def _predicate(held: Substance) -> Predicate:
    return Predicate(
        any_of=held.any_of,
        forms=held.forms,
        not_forms=held.not_forms,
        concentrated=held.concentrated == "yes",
        limits=tuple(
            tuple(
                Limit.of(analyte=one.analyte, operator=one.op, value=one.value, unit=one.unit, basis=one.basis)
                for one in group.all
            )
            for group in held.limits
        ),
    )


_OF_NORMS, _OF_DATES = frozenset({"norms", "before", "proposal"}), frozenset({"dates"})
"""What a source must show to bear out what a norm says, or when it begins and ends."""


def _grade(law: Law, written: WrittenNorm, shows: frozenset[str]) -> Literal["primary", "official", "press", "tracker"]:
    """The grade of the best source that speaks of the norm and shows this; else of the best that speaks of it, or of all."""
    seen = [item for item in law.evidence if not item.norms or written.id in item.norms] or law.evidence
    chosen = [item for item in seen if shows & set(item.shows)] or seen
    return min((item.grade for item in chosen), key=GRADES.index)


def _claims(law: Law, written: WrittenNorm, began: Window, ended: Window) -> Iterator[Claim]:
    for item in law.conflicts:
        if item.norms and written.id not in item.norms:
            continue
        window = _contested(item, began, ended)
        shows = _OF_DATES if item.field in ("commences", "ends") else _OF_NORMS
        decisive = item.field in ("effect", "force") or window is not None
        yield Claim(
            field=item.field,
            says=item.says,
            source=item.title,
            url=item.url if isinstance(item.url, str) else None,
            grade=item.grade,
            note=item.note,
            window=window,
            weighs=decisive
            and item.grade != "tracker"
            and GRADES.index(item.grade) <= GRADES.index(_grade(law, written, shows)),
        )


def _contested(item: Contradiction, began: Window, ended: Window) -> tuple[int, int] | None:
    """The time in which two dates of one event differ."""
    if item.field not in ("commences", "ends"):
        return None
    own = began if item.field == "commences" else ended
    other = Window.of(PartialDate.parse(item.says))
    if own == OPEN:  # an end that our own source does not have
        return other.first, NEVER
    if abs(own.first) >= NEVER or abs(own.last) >= NEVER:
        return other.first, other.last + 1
    return min(own.first, other.first), max(own.last, other.last)
