"""What changed between two days: laws that began or ended, proposals that were opened or closed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from equipoise.engines.law.norms import DAY, LONG_AGO, NEVER, Norm, Window, minute


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of one instrument. ``window`` is when it can have happened, ``printed`` its date as the source gives it.

    Where that day is not reported, ``printed`` is the day by which a source shows it: ``by 2026-07-19``.
    """

    place: str
    instrument: str
    what: Literal["began", "ended", "lapsed", "proposed", "closed"]
    window: Window
    printed: str
    norms: tuple[Norm, ...]


def changes(norms: Iterable[Norm], *, since: date, until: date) -> tuple[Change, ...]:
    """Every change that can have happened from ``since`` to ``until``, both days included, in the order of time.

    A change whose date is known only in part counts where its window touches the days. One whose date is not known at all does
    not: nothing says that it happened in them.
    """
    first, last = minute(since), minute(until) + DAY - 1
    found: dict[tuple[str, str, Window, str], list[Norm]] = {}
    for norm in norms:
        if norm.effect == "preempt":
            continue
        for what, window, printed in _events(norm):
            if window.first > -NEVER and window.first <= last and window.last >= first:
                found.setdefault((norm.instrument, what, window, printed), []).append(norm)
    made = [
        Change(
            place=held[0].place,
            instrument=instrument,
            what=what,  # type: ignore[arg-type]
            window=window,
            printed=printed,
            norms=tuple(held),
        )
        for (instrument, what, window, printed), held in found.items()
    ]
    return tuple(sorted(made, key=lambda item: (item.window.first, item.window.last, item.place, item.instrument, item.what)))


def _events(norm: Norm) -> Iterable[tuple[str, Window, str]]:
    proposal = norm.force == "proposal"
    if norm.began != LONG_AGO:
        yield "proposed" if proposal else "began", norm.began, _printed(norm.since, norm.began)
    if norm.until is not None:
        ending = "lapsed" if norm.ending == "lapsed" else "ended"
        yield "closed" if proposal else ending, norm.ended, _printed(norm.until, norm.ended)


def _printed(when: str, window: Window) -> str:
    return when if when[:1].isdigit() else f"by {date.fromordinal(max(window.last // DAY, 1))}"
