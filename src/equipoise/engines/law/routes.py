"""A route: places in their order, and what the law says at each. It informs; it never looks for another way."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from equipoise.engines.law.answers import Judgement, Query
from equipoise.engines.law.judging import Book


@dataclass(frozen=True, slots=True)
class Segment:
    """One step of a route: the question that it raises, why, and the judgement."""

    why: str
    judgement: Judgement


def route(book: Book, stops: Sequence[Query]) -> tuple[Segment, ...]:
    """A judgement for each stop as asked, and for each border of a country between two stops its export and its import.

    The export is judged at the place and time of the stop before the border, the import at those of the stop behind it.

    Raises
    ------
    ValueError
        No stop at all, or stops that are not in the order of their times.
    """
    if not stops:
        raise ValueError("a route has no stop; should have at least one place")
    segments: list[Segment] = []
    for before, here in zip((None, *stops), stops, strict=False):
        if before is not None:
            segments += _border(book, before, here)
        segments.append(Segment(here.action, book.judge(here)))
    return tuple(segments)


def _border(book: Book, before: Query, here: Query) -> list[Segment]:
    if _later(before.on, here.on):
        raise ValueError(f"the stop at {here.place.id} is on {here.on}, before that at {before.place.id} on {before.on}")
    if before.place.stack[0].id == here.place.stack[0].id:
        return []
    leaving, entering = replace(before, action="export"), replace(here, action="import")
    crossing = [query for query, stop in ((leaving, before), (entering, here)) if query.action != stop.action]
    return [Segment(query.action, book.judge(query)) for query in crossing]


def _later(one: date | datetime, other: date | datetime) -> bool:
    """Whether an instant is after another; of a day and a time, or of times with and without an offset, the days count."""
    if isinstance(one, datetime) and isinstance(other, datetime) and (one.tzinfo is None) == (other.tzinfo is None):
        return one > other
    return _day(one) > _day(other)


def _day(on: date | datetime) -> date:
    return on.date() if isinstance(on, datetime) else on
