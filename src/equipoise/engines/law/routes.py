"""A route: places in their order, and what the law says at each. It informs; it never looks for another way."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from equipoise.engines.law.answers import Judgement, Query
from equipoise.engines.law.judging import Book


@dataclass(frozen=True, slots=True)
class Segment:
    """One step of a route: the question that it raises, why, and the judgement."""

    why: str
    judgement: Judgement


def route(book: Book, stops: Sequence[Query]) -> tuple[Segment, ...]:
    """A judgement for each stop as asked, and for each border of a country between two stops its export and its import.

    The export is judged at the place that is left, the import at the place that is entered, both at the time of entering.

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
    if (str(before.on)[:10]) > (str(here.on)[:10]):
        raise ValueError(f"the stop at {here.place.id} is on {here.on}, before that at {before.place.id} on {before.on}")
    if before.place.stack[0].id == here.place.stack[0].id:
        return []
    leaving = replace(before, action="export", on=here.on)
    entering = replace(here, action="import")
    return [Segment("export", book.judge(leaving)), Segment("import", book.judge(entering))]
