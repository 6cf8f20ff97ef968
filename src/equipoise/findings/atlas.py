"""The law of every place on record, on one day: answers for maps and table, what changed, and the history of each place."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from equipoise.engines.law import Book, Place, Product, Query, changes
from equipoise.findings.law import named
from equipoise.findings.law_answer import ChangeEntry, LawAnswer, change_log, law_answer
from equipoise.findings.norms import absences, norms, place
from equipoise.records.evidence import Evidence
from equipoise.records.law import Law
from equipoise.records.topic import Asked
from equipoise.values.missing import Missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One source of a law, as a reader sees it."""

    title: str
    url: str | None
    at: str
    grade: str
    saw: str
    dated: str
    read_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class LawEntry:
    """One law in the history of a place: its text, its dates as printed, what its norms say, where that was seen."""

    id: str
    title: str
    kind: str
    axis: str
    citation: str
    url: str | None
    proposal: bool
    dates: tuple[tuple[str, str], ...]
    says: tuple[str, ...]
    sources: tuple[Seen, ...]
    conflicts: tuple[tuple[str, str, str], ...]
    last_verified: date
    checked: bool
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceEntry:
    """A place: its answers to the questions of the atlas, in their order, and its laws, the latest first.

    ``page`` is the name of its page. ``within`` are the places around it, ``local`` those inside it that have law of their own.
    ``searched``: days of searches that found no law.
    """

    id: str
    name: str
    short: str
    kind: str
    page: str
    within: tuple[tuple[str, str], ...]
    answers: tuple[LawAnswer, ...]
    laws: tuple[LawEntry, ...]
    local: tuple[str, ...]
    searched: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question that every place of the atlas is asked: ``title`` heads its column, ``maps`` are those that draw it."""

    id: str
    title: str
    maps: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Atlas:
    """All of it. ``places`` by code: countries, then states, then counties and towns, each by name."""

    as_of: date
    questions: tuple[Question, ...]
    places: Mapping[str, PlaceEntry]
    changes: tuple[ChangeEntry, ...]


def atlas(evidence: Evidence, asked: Iterable[Asked], as_of: date) -> Atlas:
    """Ask every place on record every question, on the day ``as_of``.

    Raises
    ------
    EvidenceError
        The gazetteer cannot be read.
    """
    asked = tuple(asked)
    gazetteer = evidence.gazetteer
    held = norms(evidence.law)
    book = Book(held, absences(evidence))
    by_place: dict[str, list[Law]] = defaultdict(list)
    for law in evidence.law.values():
        by_place[law.place].append(law)
    searched: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for absence in absences(evidence):
        searched[absence.place].append((absence.search, str(absence.on or "day not reported")))
    codes = {around.id for code in {*by_place, *searched} if (spot := gazetteer.find(code)) for around in gazetteer.stack(spot)}
    spots = {code: spot for code in codes if (spot := gazetteer.find(code))}
    places = {code: place(gazetteer, spot) for code, spot in spots.items()}
    wanted = sorted(
        places.values(), key=lambda item: (len(item.stack) > 1, item.local != "no", item.stack[0].name, _order(item))
    )
    products = tuple(Product(kind=one.substance, form=one.form) for one in asked)
    local: dict[str, list[str]] = defaultdict(list)
    for item in wanted:
        for around in item.stack[:-1] if item.local != "no" else ():
            local[around.id].append(item.id)
    entries = {
        item.id: PlaceEntry(
            id=item.id,
            name=named(item),
            short=item.name,
            kind=spots[item.id].kind,
            page=page(item.id),
            within=tuple((around.id, around.name) for around in item.stack[:-1]),
            answers=tuple(
                law_answer(book.judge(_query(item, one, product, as_of)), local=item.id in by_place)
                for one, product in zip(asked, products, strict=True)
            ),
            laws=tuple(_entry(law) for law in sorted(by_place[item.id], key=_latest, reverse=True)),
            local=tuple(local[item.id]),
            searched=tuple(searched[item.id]),
        )
        for item in wanted
    }
    happened = changes(held, since=date(1, 1, 1), until=as_of)
    return Atlas(
        as_of=as_of,
        questions=tuple(Question(id=one.id, title=one.title, maps=one.maps) for one in asked),
        places=entries,
        changes=change_log(happened, places),
    )


def page(code: str) -> str:
    """The name of the page of a place: ``law-us-ca-san-diego``."""
    return "law-" + "".join(sign if sign.isalnum() else "-" for sign in code.lower()).strip("-").replace("--", "-")


def _order(item: Place) -> tuple[str, ...]:
    """States by name, and counties and towns by state and name."""
    return (*(around.name for around in item.stack if around.local == "no"), item.name)


def _query(item: Place, one: Asked, product: Product, as_of: date) -> Query:
    return Query(place=item, product=product, action=one.action, on=as_of, known_on=as_of, age=one.age)


def _latest(law: Law) -> tuple[str, str]:
    text = law.instrument
    days = [text.adopted, text.signed, text.published, text.opened, *(item.date for item in text.commences)]
    return max((str(day) for day in days if day is not None and not isinstance(day, Missing)), default=""), law.id


def _entry(law: Law) -> LawEntry:
    text = law.instrument
    return LawEntry(
        id=law.id,
        title=text.title,
        kind=text.kind,
        axis=law.axis,
        citation=text.citation,
        url=text.url if isinstance(text.url, str) else None,
        proposal=text.force == "proposal",
        dates=tuple(_dates(law)),
        says=tuple(norm.says for norm in law.norms),
        sources=tuple(
            Seen(
                title=seen.title,
                url=seen.url if isinstance(seen.url, str) else None,
                at=seen.at,
                grade=seen.grade,
                saw=seen.saw,
                dated=str(seen.dated),
                read_on=seen.retrieved,
            )
            for seen in law.evidence
        ),
        conflicts=tuple((claim.field, claim.says, f"{claim.title} ({claim.grade}): {claim.note}") for claim in law.conflicts),
        last_verified=law.last_verified,
        checked=bool(law.checked),
        note=law.note,
    )


def _dates(law: Law) -> Iterable[tuple[str, str]]:
    """Each date of a law as printed, in the order of a law's life."""
    text = law.instrument
    for name in ("opened", "adopted", "signed", "published", "earliest"):
        day = getattr(text, name)
        if day is not None:
            yield name, str(day)
    for begin in text.commences:
        hour = "" if begin.time is None else f" {begin.time}{'' if begin.zone is None else f' {begin.zone}'}"
        scope = "" if begin.scope == "all" else f" ({begin.scope})"
        attested = "" if begin.attested is None else f", in force by {begin.attested}"
        yield "in force from", f"{begin.date}{hour}{attested}{scope}"
    for end in text.ends:
        by = "" if end.by is None else f" by {end.by}"
        scope = "" if end.scope == "all" else f" ({end.scope})"
        yield end.how, f"{end.date}{by}{scope}"
    if text.closed is not None:
        yield text.closed.how, str(text.closed.date)
