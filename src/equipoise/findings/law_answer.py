"""Answers about the law, already in words, so that an output reads nothing else."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from equipoise.engines.law import GRADES, Amount, Answer, Change, Dispute, Judgement, Norm, Place, Segment, Upcoming
from equipoise.findings.law import named, statement, subject

NOTICE = "Legal information, not legal advice."

_WHY: Mapping[str, str] = {
    "date": "The date or hour that decides is not known exactly",
    "lapsed": "A rule expired and no successor was seen",
    "stale": "The record is older than it may be relied on",
    "conflict": "A source of equal weight says otherwise",
    "silent": "No rule on record answers",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A norm behind an answer, with the law that holds it."""

    norm: str
    place: str
    effect: str
    says: str
    citation: str
    url: str | None
    grade: str
    since: str
    until: str | None
    penalty: str | None
    last_verified: date
    read_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """What may change: a law that begins or ends, or a proposal."""

    norm: str
    what: str
    date: str | None
    certain: bool
    stale: bool
    says: str
    citation: str
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Otherwise:
    """A source that says otherwise, and whether it leaves the answer open."""

    norm: str
    field: str
    says: str
    source: str
    url: str | None
    grade: str
    note: str
    decides: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FoodLaw:
    """The answer of the law of foods, supplements and unapproved medicines. ``action`` is the one that it is about."""

    action: str
    verdict: str
    last: str | None
    why: tuple[str, ...]
    conditions: tuple[str, ...]
    because: tuple[Ground, ...]
    upcoming: tuple[Ahead, ...]
    stale: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LawAnswer:
    """One question and its answer. ``segment`` says what it is in a route; ``searched`` are places and the day of a search."""

    place: str
    place_name: str
    segment: str | None
    asked: tuple[tuple[str, str], ...]
    sentence: str
    verdict: str
    last: str | None
    why: tuple[str, ...]
    conditions: tuple[str, ...]
    because: tuple[Ground, ...]
    voided: tuple[Ground, ...]
    food_law: FoodLaw
    upcoming: tuple[Ahead, ...]
    next_change: str | None
    conflicts: tuple[Otherwise, ...]
    searched: tuple[tuple[str, str], ...]
    last_verified: date | None
    stale: bool
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeEntry:
    """One change of the law: when, where, what, by which instrument (``law``), and how near its best source is to it."""

    law: str
    grade: str
    date: str
    place: str
    place_name: str
    what: str
    citation: str
    url: str | None
    says: tuple[str, ...]


def law_answer(judgement: Judgement, *, segment: str | None = None, local: bool = True) -> LawAnswer:
    """A judgement in words. ``local``: whether any rule of the county or town itself is on record."""
    answer, known = judgement.control, judgement.query.known_on
    change = answer.next_change
    return LawAnswer(
        place=judgement.query.place.id,
        place_name=named(judgement.query.place),
        segment=segment,
        asked=tuple(_asked(judgement)),
        sentence=statement(judgement),
        verdict=answer.verdict,
        last=answer.last,
        why=tuple(_why(answer)),
        conditions=tuple(condition.text for condition in answer.conditions),
        because=_grounds(answer.because, known),
        voided=_grounds(answer.voided, known),
        food_law=_food(judgement, known),
        upcoming=_upcoming(answer),
        next_change=None if change is None else change.printed,
        conflicts=tuple(_otherwise(item) for item in (*answer.disputes, *judgement.food.disputes)),
        searched=tuple((place.name, str(on)) for place, on in answer.silent if on is not None),
        last_verified=None if answer.verified is None else min(date.fromordinal(answer.verified), known),
        stale=answer.stale,
        notes=tuple(_notes(judgement, local=local)),
    )


def _asked(judgement: Judgement) -> Iterable[tuple[str, str]]:
    query = judgement.query
    about = subject(query)
    yield "question", f"{about[0].upper()}{about[1:]}"
    yield "action", query.action
    if query.product.kind is not None:
        yield "substance", query.product.kind
    if query.product.form is not None:
        yield "form", query.product.form
    for analyte, amount in query.product.amounts:
        yield "analyte", f"{analyte} {_amount(amount)}"
    if query.product.serving is not None:
        yield "serving", f"{float(query.product.serving):g} g"
    if query.product.container is not None:
        yield "container", f"{float(query.product.container):g} g"
    if query.age is not None:
        yield "age", str(query.age)
    yield "on", query.on.isoformat(timespec="minutes") if isinstance(query.on, datetime) else str(query.on)
    yield "known_on", str(query.known_on)


def _amount(amount: Amount) -> str:
    """In mg, whatever it was given in."""
    return f"{float(amount.grams * 1000):g} mg/{'g' if amount.per == 'gram' else amount.per}"


def _why(answer: Answer) -> Iterable[str]:
    for reason, norms in answer.why:
        named_norms = ", ".join(dict.fromkeys(norm.citation for norm in norms))
        yield f"{_WHY[reason]}: {named_norms}." if named_norms else f"{_WHY[reason]}."
    for place, on in answer.silent:
        if on is not None:
            yield f"{place.name}: no law found, searched on {on}."
        elif answer.verdict == "unknown":
            yield f"{place.name}: no rule on this is on record."


def _notes(judgement: Judgement, *, local: bool) -> Iterable[str]:
    query = judgement.query
    if query.place.local != "no" and not local:
        yield f"No rule of {query.place.name} itself is on record; it may have one."
    if query.place.local == "municipality" and query.place.parent is not None and query.place.parent.local == "no":
        yield f"The county of {query.place.name} is not known here; a rule of the county may hold too."
    elif query.place.local == "no" and query.place.stack[0].id == "US":
        yield "Counties and towns may have stricter rules of their own."
    if query.product.kind == "leaf" and query.product.form is None:
        yield "Taken as loose leaf; another form may have another answer."
    yield NOTICE


def _food(judgement: Judgement, known: date) -> FoodLaw:
    answer = judgement.food
    return FoodLaw(
        action=judgement.food_action,
        verdict=answer.verdict,
        last=answer.last,
        why=tuple(_why(answer)),
        conditions=tuple(condition.text for condition in answer.conditions),
        because=_grounds(answer.because, known),
        upcoming=_upcoming(answer),
        stale=answer.stale,
    )


def _upcoming(answer: Answer) -> tuple[Ahead, ...]:
    """The soonest first, those without a date last."""
    return tuple(_ahead(item) for item in sorted(answer.upcoming, key=lambda item: (item.minute is None, item.minute or 0)))


def _grounds(norms: Sequence[Norm], known: date) -> tuple[Ground, ...]:
    """Norms as they could be seen on the day ``known``: an end, a verification or a reading of later is not shown."""
    return tuple(
        Ground(
            norm=norm.id,
            place=norm.place,
            effect=norm.effect,
            says=norm.says,
            citation=norm.citation,
            url=norm.url,
            grade=norm.grade,
            since=norm.since,
            until=norm.until if norm.end_known <= known.toordinal() else None,
            penalty=norm.penalty,
            last_verified=min(date.fromordinal(norm.verified), known),
            read_on=min(date.fromordinal(norm.read), known),
        )
        for norm in norms
    )


def _ahead(item: Upcoming) -> Ahead:
    return Ahead(
        norm=item.norm.id,
        what=item.what,
        date=item.printed,
        certain=item.certain,
        stale=item.stale,
        says=item.norm.says,
        citation=item.norm.citation,
        url=item.norm.url,
    )


def _otherwise(item: Dispute) -> Otherwise:
    claim = item.claim
    return Otherwise(
        norm=item.norm.id,
        field=claim.field,
        says=claim.says,
        source=claim.source,
        url=claim.url,
        grade=claim.grade,
        note=claim.note,
        decides=item.decides,
    )


def law_route(segments: Sequence[Segment], recorded: frozenset[str]) -> tuple[LawAnswer, ...]:
    """The answers of a route, in order; one place alone is no route. ``recorded`` are the places that have rules on record."""
    alone = len(segments) == 1
    return tuple(
        law_answer(item.judgement, segment=None if alone else item.why, local=item.judgement.query.place.id in recorded)
        for item in segments
    )


def change_log(changes: Sequence[Change], names: Mapping[str, Place]) -> tuple[ChangeEntry, ...]:
    """Changes in words; ``names`` gives the place of each code."""
    return tuple(
        ChangeEntry(
            law=item.instrument,
            grade=min((norm.grade for norm in item.norms), key=GRADES.index),
            date=item.printed,
            place=item.place,
            place_name=named(names[item.place]),
            what=item.what,
            citation=item.norms[0].citation,
            url=item.norms[0].url,
            says=tuple(dict.fromkeys(norm.says for norm in item.norms)),
        )
        for item in changes
    )
