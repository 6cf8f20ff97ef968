"""The shipped law answers at its own dates as its records say, keeps false claims out, and grows stale."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

import pytest

from equipoise.engines.law import (
    ACTIONS,
    FIRM,
    KINDS,
    Answer,
    Book,
    Judgement,
    Norm,
    Place,
    Predicate,
    Product,
    Query,
    Window,
    judge,
    minute,
)
from equipoise.engines.law.norms import DAY, NEVER, OPEN
from equipoise.engines.law.products import match
from equipoise.findings.norms import absences, norms, place
from equipoise.records import places
from equipoise.records.evidence import Evidence
from equipoise.records.gazetteer import Gazetteer
from equipoise.records.rules import laws

LEAF = Product(kind="leaf")
KRATOM = ("plant", "mitragynine", "7-hydroxymitragynine")


class Register(NamedTuple):
    """The shipped law: records, norms, the book of them, the gazetteer, and the day of the newest reading."""

    evidence: Evidence
    norms: tuple[Norm, ...]
    book: Book
    gazetteer: Gazetteer
    newest: date

    def place(self, name: str) -> Place:
        """The place with this code."""
        spot = self.gazetteer.find(name)
        assert spot is not None, name
        return place(self.gazetteer, spot)

    def ask(self, where: str | Place, on: date | datetime, *, book: Book | None = None, **terms: Any) -> Judgement:
        """What the register says of possessing leaf there, or of what the terms ask instead, as known on its newest day."""
        here = self.place(where) if isinstance(where, str) else where
        given: dict[str, Any] = {"product": LEAF, "action": "possess", "known_on": self.newest} | terms
        return judge(book or self.book, Query(place=here, on=on, **given))


@pytest.fixture(scope="module")
def register() -> Register:
    folder = places.shipped()[0]
    evidence = laws(folder, None, date.max)
    made = tuple(norms(evidence.law))
    newest = max(date.fromordinal(norm.read) for norm in made)
    return Register(evidence, made, Book(made, absences(evidence)), Gazetteer(folder / "gazetteer"), newest)


def instant(at: int) -> datetime:
    day, rest = divmod(at, DAY)
    return datetime.combine(date.fromordinal(day), time(*divmod(rest, 60)))


def exact(window: Window) -> bool:
    return window.first == window.last and abs(window.first) < NEVER


def said(answer: Answer) -> tuple[object, ...]:
    """What an answer rests on: all but what is shown beside it."""
    return answer.verdict, answer.last, answer.why, answer.conditions, answer.because, answer.voided


# --------------------------------------------------------------------------- every record


def test_every_law_becomes_norms_of_a_place_of_the_gazetteer(register: Register) -> None:
    assert len(register.evidence.law) > 300
    by_law: dict[str, list[Norm]] = {}
    for norm in register.norms:
        by_law.setdefault(norm.instrument, []).append(norm)
    for stem, law in register.evidence.law.items():
        assert {norm.id.partition("#")[2] for norm in by_law[stem]} >= {written.id for written in law.norms}
        assert {register.place(norm.place).id for norm in by_law[stem]} == {law.place}


def test_an_end_of_a_whole_instrument_ends_all_its_norms(register: Register) -> None:
    """A repeal without a scope must not leave the norms of a scope in force for ever."""
    whole = {stem for stem, law in register.evidence.law.items() if any(end.scope == "all" for end in law.instrument.ends)}
    assert [norm.id for norm in register.norms if norm.instrument in whole and norm.ended == OPEN] == []


# --------------------------------------------------------------------------- boundary pairs


def alone(norm: Norm, first: int, *, day: bool = False) -> str:
    """``in``, ``out`` or the doubt of a norm that is alone, fresh and undisputed, at a minute or over a day."""
    known: dict[str, Any] = {"known": 0, "end_known": 0, "unknown_from": NEVER, "verified": first // DAY, "read": first // DAY}
    bare = replace(
        norm,
        grade="press",
        claims=(),
        predicate=Predicate(any_of=("plant",)),
        exempts=frozenset(),
        axis="control",
        reach="everywhere",
        **known,
    )
    on = date.fromordinal(first // DAY) if day else instant(first)
    action: Any = min(norm.actions)
    query = Query(place=Place(id=norm.place, name="here"), product=LEAF, action=action, on=on, known_on=date.max)
    answer = judge([bare], query).control
    doubts = [reason for reason, _ in answer.why if reason != "silent"]
    return doubts[0] if doubts else "in" if answer.because else "out"


def binding(register: Register) -> Iterator[Norm]:
    """Norms of laws that bind, with a time in which they surely do."""
    for norm in register.norms:
        if norm.force == "law" and norm.effect != "preempt" and norm.began.last < norm.ended.first:
            yield norm


def test_each_dated_norm_begins_at_its_date_and_not_before(register: Register) -> None:
    """Out in the last minute and on the last day before it, in at its first minute; in doubt on a day that has its hour."""
    dated = [norm for norm in binding(register) if exact(norm.began)]
    assert len(dated) > 150
    for norm in dated:
        at, midnight = norm.began.first, norm.began.first // DAY * DAY
        assert (alone(norm, at - 1), alone(norm, at)) == ("out", "in"), norm.id
        assert alone(norm, midnight - DAY, day=True) == "out", norm.id
        if midnight + DAY <= norm.ended.first:
            assert alone(norm, midnight, day=True) == ("in" if at == midnight else "date"), norm.id


def test_each_end_is_the_first_minute_at_which_a_norm_is_out(register: Register) -> None:
    ended = [norm for norm in binding(register) if exact(norm.ended)]
    assert len(ended) > 20
    for norm in ended:
        at = norm.ended.first
        assert (alone(norm, at - 1), alone(norm, at)) == ("in", "lapsed" if norm.ending == "lapsed" else "out"), norm.id


def test_a_date_known_in_part_is_in_doubt_inside_its_span(register: Register) -> None:
    parts = [norm for norm in binding(register) if -NEVER < norm.began.first < norm.began.last]
    assert parts
    for norm in parts:
        first, last = norm.began.first, norm.began.last
        assert [alone(norm, at) for at in (first - 1, first, (first + last) // 2, last - 1, last)] == [
            "out",
            "date",
            "date",
            "date",
            "in",
        ], norm.id


def covered(norm: Norm) -> Product | None:
    """A product of a named kind that a norm surely covers; None where that takes a measured amount."""
    for form in (None, *norm.predicate.forms, "drink", "capsule"):
        for kind in KINDS:
            if form not in ("leaf", "powder", "extract") or form == kind:
                product = Product(kind=kind, form=form)
                if match(norm.predicate, product).covers:
                    return product
    return None


def with_exemptions(register: Register) -> set[str]:
    """The instruments whose bans have a way out."""
    exempting = [norm for norm in register.norms if norm.effect == "exempt"]
    return {norm.instrument for norm in exempting} | {name.partition("#")[0] for norm in exempting for name in norm.exempts}


def relied_on(norm: Norm, on: date) -> bool:
    return norm.grade != "tracker" and norm.axis == "control" and not norm.claims and on.toordinal() <= norm.relied_from


def test_the_day_of_a_ban_answers_unlawful_in_the_whole_register(register: Register) -> None:
    opened, asked = with_exemptions(register), 0
    for norm in binding(register):
        product, day = covered(norm), norm.began.last // DAY + 1
        if norm.forbids and norm.instrument not in opened and product and exact(norm.began) and norm.reach != "incorporated":
            on = date.fromordinal(day)
            if relied_on(norm, on) and minute(on) + DAY <= norm.ended.first:
                answer = register.ask(norm.place, on, product=product, action=min(norm.actions)).control
                assert answer.verdict == "unlawful" or norm in answer.voided, norm.id
                asked += 1
    assert asked > 50


# --------------------------------------------------------------------------- local rules


def local(register: Register) -> Iterator[tuple[Norm, Product, date]]:
    """Each rule of a county or town with a product that it covers and a day on which it is surely in force and relied on."""
    for norm in binding(register):
        product = covered(norm)
        first = max(norm.began.last // DAY + 1, norm.relied_from - norm.stale_days)
        last = min(norm.ended.first // DAY - 1, norm.relied_from)
        if "/" in norm.place and product and first <= last and relied_on(norm, date.fromordinal(last)):
            yield norm, product, date.fromordinal(last)


def test_each_local_rule_answers_in_its_place_as_its_record_says(register: Register) -> None:
    found = list(local(register))
    assert len({norm.place for norm, _, _ in found}) > 20
    opened = with_exemptions(register)
    for norm, product, on in found:
        if norm.reach == "incorporated":
            continue
        answer = register.ask(norm.place, on, product=product, action=min(norm.actions)).control
        has_its_say = norm in (*answer.because, *answer.voided)
        assert has_its_say or answer.verdict == "unlawful", norm.id
        if norm.forbids and norm not in answer.voided and norm.instrument not in opened:
            assert answer.verdict == "unlawful", norm.id


def test_next_to_each_local_rule_the_answer_is_that_of_the_state(register: Register) -> None:
    """A town's rule stops at its border, a rule for the unincorporated county at every town."""
    ruled = {norm.place for norm in register.norms}
    asked = 0
    for norm, product, on in local(register):
        here = register.place(norm.place)
        around = here if norm.reach == "unincorporated" else here.parent
        state = next(item for item in here.stack if item.local == "no" and item.parent is not None)
        assert around is not None
        if norm.reach == "everywhere" and here.local == "county":
            around = state  # the neighbour is another county
        elif around.id in ruled - {norm.place, state.id}:
            continue  # the county has a rule of its own
        town = Place(id=f"{state.id}/Elsewhere", name="Elsewhere", parent=around, answers=False, local="municipality")
        beside, above = (register.ask(one, on, product=product, action=min(norm.actions)).control for one in (town, state))
        assert said(beside) == said(above), norm.id
        asked += 1
    assert asked > 20


# --------------------------------------------------------------------------- false claims


class Claimed(NamedTuple):
    """A false claim in circulation, as a tracker lists it. ``otherwise``: it differs on more than a date."""

    name: str
    place: str
    effect: str
    since: str
    otherwise: bool
    about: Sequence[str] = KRATOM
    min_age: int | None = None
    proposal: bool = False

    @property
    def norm(self) -> Norm:
        """The claim as a record of the register would hold it."""
        began = minute(date.fromisoformat(self.since))
        return Norm(
            id=f"poison#{self.name}",
            instrument="poison",
            citation=self.name,
            url=None,
            place=self.place,
            force="proposal" if self.proposal else "law",
            actions=frozenset(ACTIONS),
            effect=self.effect,  # type: ignore[arg-type]
            predicate=Predicate(any_of=tuple(self.about)),
            min_age=self.min_age,
            says=self.name,
            began=Window(began, began),
            known=began // DAY,
            verified=date(2026, 11, 22).toordinal(),
            read=date(2026, 11, 22).toordinal(),
            stale_days=180,
            grade="tracker",
        )


ONLY_7_OH = ("7-hydroxymitragynine",)
FALSE = (
    Claimed("a consumer act of 2023", "US-MN", "permit-if", "2023-08-01", otherwise=False, min_age=18),
    Claimed("a ban since 2014", "US-IA", "prohibit", "2014-01-01", otherwise=True),
    Claimed("7-OH is scheduled since August", "US", "schedule", "2026-08-05", otherwise=True, about=ONLY_7_OH),
    Claimed("7-OH is scheduled with the others", "US", "schedule", "2026-08-26", otherwise=True, about=ONLY_7_OH),
    Claimed("HB 181 begins in 2026", "US-GA", "permit-if", "2026-07-01", otherwise=False, min_age=21),
    Claimed("7-OH alone is banned", "US-KS", "prohibit", "2026-05-01", otherwise=False, about=ONLY_7_OH),
    Claimed("leaf stays lawful", "US-KS", "not-listed", "2026-05-01", otherwise=True, about=("plant",)),
    Claimed("signed in June 2026", "US-NY", "permit-if", "2026-06-01", otherwise=False, min_age=21),
    Claimed("recommended in June 2026", "US", "schedule", "2026-06-01", otherwise=False, about=ONLY_7_OH, proposal=True),
    Claimed("banned from 4 August", "US-LA", "prohibit", "2025-08-04", otherwise=False),
    Claimed("an act of 2017", "US-IL", "permit-if", "2017-01-01", otherwise=False, min_age=18),
    Claimed("7-OH is banned", "US-VA", "prohibit", "2026-07-01", otherwise=True, about=ONLY_7_OH),
    Claimed("banned in 2016", "SE", "prohibit", "2016-01-01", otherwise=False),
    Claimed("18 and over since 2016", "US-NC", "permit-if", "2016-01-01", otherwise=True, min_age=18),
    Claimed("banned", "US-DC", "prohibit", "2025-01-01", otherwise=True),
)


@pytest.mark.parametrize("false", FALSE, ids=lambda false: f"{false.place}: {false.name}")
def test_a_false_claim_moves_no_answer_and_shows_where_it_says_otherwise(register: Register, false: Claimed) -> None:
    poison = false.norm
    poisoned = Book([*register.norms, poison], absences(register.evidence))
    since = date.fromisoformat(false.since)
    mine = {norm.began.last // DAY for norm in register.norms if norm.place == false.place and abs(norm.began.last) < NEVER}
    days = {since - timedelta(1), since, register.newest, *(date.fromordinal(day + step) for day in mine for step in (-1, 0))}
    shown = False
    for on in sorted(days):
        for kind in KINDS:
            for action in ("possess", "sell", "buy"):
                terms: dict[str, Any] = {"product": Product(kind=kind), "action": action}
                clean, dirty = (register.ask(false.place, on, book=book, **terms) for book in (register.book, poisoned))
                assert said(dirty.control) == said(clean.control)
                assert said(dirty.food) == said(clean.food)
                disputes = [item for item in dirty.control.disputes if item.norm == poison]
                assert not any(item.decides for item in disputes)
                shown = shown or bool(disputes)
                recorded = clean.control.last or clean.verdict
                if poison.forbids and not false.proposal and on >= since and match(poison.predicate, terms["product"]).covers:
                    assert bool(disputes) == (recorded != "unlawful"), (on, kind, action)
    assert shown or not false.otherwise


# --------------------------------------------------------------------------- two clocks and staleness


def test_what_was_known_of_the_federal_orders_can_be_replayed(register: Register) -> None:
    """Pseudoindoxyl was scheduled on 26 August 2026; concentrated 7-OH was proposed before and after, and not scheduled."""
    before, after = date(2026, 8, 20), date(2026, 9, 1)
    product = Product(kind="pseudoindoxyl")
    then, since, replayed = (
        register.ask("US", on, known_on=known, product=product).control
        for on, known in ((before, before), (after, after), (after, before))
    )
    assert since.verdict == "unlawful"
    assert {norm.instrument for norm in since.because} == {"us/2026-17429"}
    for answer in (then, replayed):
        assert answer.verdict != "unlawful"
        assert "us/2026-17429" not in {norm.instrument for norm in (*answer.because, *(item.norm for item in answer.upcoming))}
        assert "us/2026-13581" in {item.norm.instrument for item in answer.upcoming if item.what == "proposed"}
    for known in (before, after):
        answer = register.ask("US", known, known_on=known, product=Product(kind="7-oh")).control
        assert "unlawful" not in (answer.verdict, answer.last)
        assert "us/2026-13580" in {item.norm.instrument for item in answer.upcoming if item.what == "proposed"}
        assert "us/2026-20943" not in {item.norm.instrument for item in answer.upcoming}, "that notice came in October"


def test_two_hundred_days_after_the_newest_reading_nothing_is_firm(register: Register) -> None:
    later = register.newest + timedelta(200)
    asked = sorted({norm.place for norm in register.norms} | {"US-CA/San Diego", "DE", "US-HI"})
    assert len(asked) > 100
    for name in asked:
        here = register.place(name)
        for kind in KINDS:
            for action in ACTIONS:
                found = register.ask(here, later, known_on=later, product=Product(kind=kind), action=action)
                assert found.verdict not in FIRM, (name, kind, action)
