"""The law of many places, indexed by place, and the judgement of a question at an instant.

``judge`` is all that most readers need. A ``Book`` keeps the index for those who ask many questions: the answer to one kind of
question (place, action, product) changes only at dates that stand in its norms, so it is worked out once between two of them.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import date, tzinfo
from typing import Any, Literal

from equipoise.engines.law.answers import Answer, Condition, Dispute, Judgement, Query, Upcoming, Verdict, marketed
from equipoise.engines.law.norms import DAY, NEVER, OPEN, Absence, Claim, Norm, Place, Window, on_clock, span
from equipoise.engines.law.products import Match, Product, match
from equipoise.engines.law.worlds import Doubt, Doubtful, Entry, Outcome, outcome, possible

Axis = Literal["control", "food"]
State = Literal["in", "out"] | Doubt
_HEAVIEST: tuple[Doubt, ...] = ("conflict", "stale", "lapsed", "date")

_BOUGHT = frozenset({"buy", "sell"})
"""Who asks whether a thing can be bought asks about its sale too: there is no purchase without one."""


@dataclass(frozen=True, slots=True)
class _Moment:
    """An instant in minutes, and the day of the knowledge that is used."""

    first: int
    end: int
    known: int

    @property
    def day(self) -> int:
        return self.first // DAY


def judge(norms: "Book | Iterable[Norm]", query: Query) -> Judgement:
    """What the law of a place says of an action with a product, at an instant, as far as it was known on a day.

    Every norm of the place and of the places around it that covers the action and the product is taken at the instant: in
    force, not in force, or in doubt. The doubts are a date known only to the month or year, an expiry without a successor, a
    record that nobody has verified for too long, and a source of equal weight that says otherwise. Then, on each axis:

    1. A wider place's preemption takes local norms out; an exemption opens the prohibitions that it names.
    2. A prohibition anywhere in the stack makes it ``unlawful``; a permission below never undoes one above.
    3. Where none does, every law-making level must speak, or it is ``unknown``: silence is not a permission.
    4. Conditions left open (an age, a limit on an analyte, a licence) make it ``lawful-if``; a permission or an exemption
       ``lawful``; only statements that nothing is listed, ``not-scheduled``.
    5. If another outcome of the doubts would change the verdict, it is ``conflict``, ``stale`` or ``unknown`` by the doubt that
       weighs most, and ``last`` is what the record as it stands says.

    Sources of grade ``tracker`` and proposals never take part: they are shown as disputes and as upcoming.

    Parameters
    ----------
    norms
        A :class:`Book`, or norms from which one is made for this question.
    query
        The question.

    Returns
    -------
    Judgement
        The verdict with everything it rests on.

    References
    ----------
    .. [1] Snodgrass 1999, Developing Time-Oriented Database Applications in SQL: valid time and transaction time.
    .. [2] Kleene 1952, Introduction to Metamathematics, section 64: the three-valued connectives.
    """
    book = norms if isinstance(norms, Book) else Book(norms)
    return book.judge(query)


class Book:
    """Norms and searches by place. It never changes; what it has worked out it keeps."""

    def __init__(self, norms: Iterable[Norm], absences: Iterable[Absence] = ()) -> None:
        by_place: dict[str, list[Norm]] = defaultdict(list)
        for norm in norms:
            by_place[norm.place].append(norm)
        self.norms: Mapping[str, Sequence[Norm]] = by_place
        self.searched: dict[str, date | None] = {}
        for absence in absences:
            earlier = self.searched.get(absence.place)
            self.searched[absence.place] = max(filter(None, (earlier, absence.on)), default=None)
        self._forget()

    def fresh(self) -> "Book":
        """A book of the same index that has worked out nothing yet, so that what is asked of it is kept no longer than it."""
        made = copy(self)
        made._forget()  # noqa: SLF001 - its own kind
        return made

    def _forget(self) -> None:
        self._asked: dict[tuple[str, tzinfo | None, str, Product], tuple[_Case, _Case]] = {}
        self._cases: dict[tuple[str, str, tuple[int, ...]], _Case] = {}
        self._entries: dict[tuple[str, int, bool, tzinfo | None, Product], dict[tuple[Axis, str], list[Entry]]] = {}
        self._matched: dict[tuple[int, int, tzinfo | None, Match], Entry] = {}

    def judge(self, query: Query) -> Judgement:
        """The judgement of one question; see :func:`judge`."""
        key = (query.place.id, query.place.zone, query.action, query.product)
        cases = self._asked.get(key)
        if cases is None:
            cases = self._asked[key] = (self._case(query, "control"), self._case(query, "food"))
        first, end = span(query.on, query.place.zone or cases[0].zone)
        moment = _Moment(first, end, query.known_on.toordinal())
        return Judgement(query, cases[0].answer(moment, query), cases[1].answer(moment, query))

    def _case(self, query: Query, axis: Axis) -> "_Case":
        """The norms that bear on a question. Questions on which the same norms bear in the same way are one case.

        A place below that has no such norm, and need not speak, is left out: its case is that of the place around it.
        """
        stack = query.place.stack
        action = query.action if axis == "control" else marketed(query.action)
        entries = [
            entry
            for level, around in enumerate(stack)
            if around.id in self.norms
            for entry in self._entries_of(around, level, query).get((axis, action), ())
        ]
        answering = _answering(entries, stack, axis)
        stack = stack[: 1 + max([*answering, *(entry.level for entry in entries)], default=0)]
        key = (stack[-1].id, axis, tuple(map(id, entries)))
        case = self._cases.get(key)
        if case is None:
            searched = {level: self.searched.get(place.id) for level, place in enumerate(stack)}
            case = self._cases[key] = _Case(entries, answering, stack, searched)
        return case

    def _entries_of(self, around: Place, level: int, query: Query) -> Mapping[tuple[Axis, str], Sequence[Entry]]:
        """The norms of one place of a stack that may cover a product, by axis and action, for all places below that it reaches.

        That a thing is not listed is taken of what it surely covers alone.
        """
        product, zone, incorporated = query.product, query.place.zone, query.place.local == "municipality"
        key = (around.id, level, incorporated, zone, product)
        held = self._entries.get(key)
        if held is None:
            held = self._entries[key] = defaultdict(list)
            for norm in self.norms[around.id]:
                covers = match(norm.predicate, product)
                may = covers.covers or (covers.covers is None and norm.effect != "not-listed")
                if may and reaches(norm, incorporated=incorporated):
                    entry = self._entry(level, norm, zone, covers)
                    for action in _asked(norm):
                        held[norm.axis, action].append(entry)
        return held

    def _entry(self, level: int, norm: Norm, zone: tzinfo | None, covers: Match) -> Entry:
        """One entry for all products that a norm covers in the same way."""
        key = (level, id(norm), zone, covers)
        entry = self._matched.get(key)
        if entry is None:
            entry = self._matched[key] = Entry(level, on_clock(norm, zone), covers)
        return entry


def _answering(entries: Sequence[Entry], stack: Sequence[Place], axis: Axis) -> tuple[int, ...]:
    """The levels whose silence leaves a question open: of food law the widest that has a rule."""
    if axis == "control":
        return tuple(level for level, place in enumerate(stack) if place.answers)
    deciding = (entry.level for entry in entries if entry.norm.force == "law" and entry.norm.grade != "tracker")
    return (min(deciding, default=0),)


def reaches(norm: Norm, *, incorporated: bool) -> bool:
    """Whether a norm holds in a municipality, or outside of them: a county's rule may be for one of these alone."""
    return norm.reach == "everywhere" or (norm.reach == "incorporated") == incorporated


def _asked(norm: Norm) -> frozenset[str]:
    """The actions of which a question concerns this norm."""
    return norm.actions if norm.actions.isdisjoint(_BOUGHT) else norm.actions | {"buy"}


class _Case:
    """One kind of question: the norms that bear on it, and its answers between the dates at which they can change."""

    def __init__(
        self,
        entries: Sequence[Entry],
        answering: tuple[int, ...],
        stack: tuple[Place, ...],
        searched: Mapping[int, date | None],
    ) -> None:
        law = [entry for entry in entries if entry.norm.force == "law"]
        self.deciding = [entry for entry in law if entry.norm.grade != "tracker"]
        self.reported = [entry for entry in law if entry.norm.grade == "tracker" and entry.norm.effect != "preempt"]
        self.proposals = [entry.norm for entry in entries if entry.norm.force == "proposal"]
        self.answering = answering
        self.zone = next((entry.norm.zone for entry in law if entry.norm.zone is not None), None)
        self.stack = stack
        self.searched = searched
        norms = [entry.norm for entry in entries]
        self.minutes = sorted({edge for norm in norms for edge in _edges(norm)})
        self.days = sorted(
            {day for norm in norms for day in (norm.known, norm.known_surely, norm.unknown_from, norm.end_known)}
        )
        self.ages = sorted({norm.min_age for norm in norms if norm.min_age is not None})
        searches = [on.toordinal() for on in searched.values() if on is not None]
        self.verified = max([norm.relied_from for norm in norms] + searches, default=0)
        self.answers: dict[tuple[int, int, int, int, tuple[int, int] | None], Answer] = {}

    def answer(self, moment: _Moment, query: Query) -> Answer:
        """The answer at a moment, worked out if it is the first between two dates of this case."""
        key = (
            bisect_right(self.minutes, moment.first),
            bisect_left(self.minutes, moment.end),
            bisect_right(self.days, moment.known),
            -1 if query.age is None else bisect_right(self.ages, query.age),
            (moment.known, moment.day) if moment.known < self.verified else None,
        )
        held = self.answers.get(key)
        if held is None:
            held = self.answers[key] = self._work_out(moment, query.age)
        return held

    def _work_out(self, moment: _Moment, age: int | None) -> Answer:
        states = [(entry, state(entry.norm, moment)) for entry in self.deciding]
        states = [(entry, held) for entry, held in states if held != "lapsed" or not _settled(entry, states)]
        sure = [entry for entry, held in states if held == "in"]
        doubts = [_doubtful(entry, held, moment) for entry, held in states if held not in ("in", "out")]
        recorded = outcome([*sure, *(item.entry for item in doubts if item.stands)], self.answering, age)
        verdict, last, doubted, conditions = self._verdict(sure, doubts, recorded, age)
        why: tuple[tuple[Doubt | Literal["silent"], tuple[Norm, ...]], ...] = doubted
        if not doubts or verdict == recorded.verdict:
            shown = recorded
        else:
            shown = Outcome(verdict, conditions, _all_of(recorded, doubts), recorded.voided, recorded.silent)
        silent = () if recorded.verdict == "unlawful" else tuple(self._silent(recorded, moment))
        if verdict == "unknown" and silent:
            why = (*why, ("silent", ()))
        return Answer(
            verdict=verdict,
            last=last,
            why=why,
            conditions=() if verdict == "unlawful" else _without_repeats(conditions),
            because=shown.because,
            voided=shown.voided,
            silent=silent,
            upcoming=tuple(self._upcoming(moment)),
            disputes=tuple(self._disputes(shown, recorded.verdict, moment, states)),
            stale=any(item.kind == "stale" for item in doubts),
        )

    def _silent(self, recorded: Outcome, moment: _Moment) -> Iterable[tuple[Place, date | None]]:
        """The places that have not spoken, with the day of a search, if it had been made."""
        for level in recorded.silent:
            on = self.searched[level]
            yield self.stack[level], on if on is not None and on.toordinal() <= moment.known else None

    def _verdict(
        self, sure: Sequence[Entry], doubts: Sequence[Doubtful], recorded: Outcome, age: int | None
    ) -> tuple[Verdict, Verdict | None, tuple[tuple[Doubt, tuple[Norm, ...]], ...], tuple[Condition, ...]]:
        """The verdict that no doubt can change; or the name of the doubt, what the record says, and the norms in doubt.

        The last are the conditions: of a firm verdict all that any combination of the doubts asks for.
        """
        if not doubts:
            return recorded.verdict, None, (), recorded.conditions
        verdicts = possible(sure, doubts, self.answering, age)
        if verdicts is not None and len(verdicts) == 1:
            ((verdict, conditions),) = verdicts.items()
            return verdict, None, (), conditions
        present = [kind for kind in _HEAVIEST if any(item.kind == kind for item in doubts)]
        moving = present if len(present) == 1 else [kind for kind in present if self._moves(kind, sure, doubts, age)]
        kinds = moving or present
        why = tuple((kind, tuple(item.entry.norm for item in doubts if item.kind == kind)) for kind in kinds)
        heaviest = kinds[0]
        named: Verdict = heaviest if heaviest in ("conflict", "stale") else "unknown"
        return named, recorded.verdict, why, recorded.conditions

    def _moves(self, kind: Doubt, sure: Sequence[Entry], doubts: Sequence[Doubtful], age: int | None) -> bool:
        """Whether the doubts of one kind alone, the others as recorded, can change the verdict."""
        fixed = [item.entry for item in doubts if item.kind != kind and item.stands]
        verdicts = possible([*sure, *fixed], [item for item in doubts if item.kind == kind], self.answering, age)
        return verdicts is None or len(verdicts) > 1

    def _upcoming(self, moment: _Moment) -> Iterable[Upcoming]:
        for entry in (*self.deciding, *self.reported):
            norm = entry.norm
            if norm.effect == "preempt" or not _is_known(norm, moment):
                continue
            certain, late = norm.grade != "tracker", _is_stale(norm, moment)
            begins, ends = norm.began.first, _end(norm, moment).first
            if moment.end <= begins:
                yield Upcoming(norm=norm, what="begins", certain=certain, printed=norm.since, minute=begins, stale=late)
            if moment.end <= ends < NEVER:
                yield Upcoming(norm=norm, what="ends", certain=certain, printed=norm.until, minute=ends, stale=late)
        for norm in self.proposals:
            if _is_known(norm, moment) and norm.began.first < moment.end and moment.first < _end(norm, moment).last:
                soonest = None if norm.earliest is None else norm.earliest.first
                yield Upcoming(
                    norm=norm,
                    what="proposed",
                    certain=False,
                    printed=norm.earliest_printed,
                    minute=soonest,
                    stale=_is_stale(norm, moment),
                )

    def _disputes(
        self, shown: Outcome, recorded: Verdict, moment: _Moment, states: Sequence[tuple[Entry, State]]
    ) -> Iterable[Dispute]:
        held = {entry.norm.id: entry.norm for entry, now in states if now != "out"}
        held.update({norm.id: norm for norm in (*shown.because, *shown.voided)})
        for norm in held.values():
            for claim in norm.claims:
                yield Dispute(norm=norm, claim=claim, decides=claim in _weighing(norm, moment))
        for entry in self.reported:
            norm = entry.norm
            if state(norm, moment) in ("out", "lapsed") or not _differs(norm, recorded, shown):
                continue
            told = Claim(field="effect", says=norm.effect, source=norm.citation, url=norm.url, grade=norm.grade, note=norm.says)
            yield Dispute(norm=norm, claim=told, decides=False)


def _edges(norm: Norm) -> Iterable[int]:
    """The minutes at which what a norm contributes can change."""
    yield from (
        norm.began.first,
        norm.began.last,
        norm.ended.first,
        norm.ended.last,
        (norm.relied_from + norm.stale_days + 1) * DAY,
    )
    for claim in norm.claims:
        yield from claim.window or ()


def _end(norm: Norm, moment: _Moment) -> Window:
    return norm.ended if moment.known >= norm.end_known else OPEN


def _is_known(norm: Norm, moment: _Moment) -> bool:
    return norm.known <= moment.known < norm.unknown_from


def _is_stale(norm: Norm, moment: _Moment) -> bool:
    return moment.day > min(norm.relied_from, moment.known) + norm.stale_days


def _claimed(claim: Claim, moment: _Moment) -> bool:
    """Whether a claim is about this moment."""
    return claim.window is None or (claim.window[0] < moment.end and moment.first < claim.window[1])


def _weighing(norm: Norm, moment: _Moment) -> list[Claim]:
    """The claims that leave a norm in doubt at a moment."""
    return [claim for claim in norm.claims if claim.weighs and _claimed(claim, moment) and not _agrees(claim, norm)]


def _agrees(claim: Claim, norm: Norm) -> bool:
    """Whether a source that names another effect means the same: a listing forbids, as a prohibition does."""
    return claim.field == "effect" and norm.forbids and claim.says in ("prohibit", "schedule")


def state(norm: Norm, moment: _Moment) -> State:
    """Whether a norm is in force at a moment, or why that is in doubt."""
    if not _is_known(norm, moment):
        return "out"
    weighing = _weighing(norm, moment)
    if any(claim.window is not None for claim in weighing):
        return "conflict"
    held = _held(norm, moment)
    if held in ("out", "lapsed"):
        return held
    if weighing:
        return "conflict"
    if moment.known < norm.known_surely:
        return "date"
    return "stale" if held == "in" and _is_stale(norm, moment) else held


def _held(norm: Norm, moment: _Moment) -> State:
    """What the dates of a norm say at a moment."""
    ended = _end(norm, moment)
    if moment.end <= norm.began.first:
        return "out"
    if ended.last <= moment.first:
        return "lapsed" if norm.ending == "lapsed" else "out"
    return "in" if norm.began.last <= moment.first and moment.end <= ended.first else "date"


def dated(norm: Norm, day: date) -> State:
    """What the dates of a norm say of the whole of a day, as far as it was known on that day."""
    moment = _Moment(*span(day, None), day.toordinal())
    return _held(norm, moment) if _is_known(norm, moment) else "out"


def _doubtful(entry: Entry, held: State, moment: _Moment) -> Doubtful:
    """What may be in place of a norm in doubt: what sources of equal weight say that it does, and nothing.

    Only where it is sure that there is a rule, and sources differ on what it does, nothing is no way.
    """
    norm, dates = entry.norm, _held(entry.norm, moment)
    weighing = _weighing(norm, moment) if held == "conflict" else []
    claimed: list[Any] = [claim.says for claim in weighing if claim.field == "effect"]
    ways: list[Entry | None] = [entry]
    ways += [replace(entry, norm=replace(norm, effect=says, conditions=(), licence=None, claims=())) for says in claimed]
    if dates != "in" or _is_stale(norm, moment) or not weighing or len(claimed) < len(weighing):
        ways.append(None)
    kind: Any = held
    return Doubtful(entry, kind, dates in ("in", "date"), tuple(ways))


def _settled(lapsed: Entry, states: Sequence[tuple[Entry, State]]) -> bool:
    """Whether a later norm of the same place says what holds after an expiry."""
    return any(
        held == "in"
        and entry.level == lapsed.level
        and entry.norm.effect != "preempt"
        and entry.norm.began.last >= lapsed.norm.ended.first
        for entry, held in states
    )


def _differs(norm: Norm, recorded: Verdict, shown: Outcome) -> bool:
    """Whether what a tracker lists is not what the record says: a ban where there is none, or a rule that is not on record."""
    if norm.forbids:
        return recorded != "unlawful"
    return not any((other.effect, other.min_age) == (norm.effect, norm.min_age) for other in shown.because)


def _all_of(recorded: Outcome, doubts: Sequence[Doubtful]) -> tuple[Norm, ...]:
    norms = [*recorded.because, *(item.entry.norm for item in doubts if item.entry.norm.effect != "preempt")]
    return tuple(dict.fromkeys(norms))


def _without_repeats(conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    """Each condition once in its words; of two ages the higher is the one that matters."""
    ages = [item for item in conditions if item.kind == "age"]
    oldest = max(ages, key=lambda item: item.norm.min_age or 0, default=None)
    chosen: dict[str, Condition] = {}
    for item in conditions:
        if item.kind != "age" or item is oldest:
            chosen.setdefault(item.text, item)
    return tuple(chosen.values())
