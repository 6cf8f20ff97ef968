"""The intake that a person reports, as a schedule that the model of leaf takes, or why it takes none."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from equipoise.engines.pharmacokinetics import Content, Schedule, schedule
from equipoise.findings.exposure_answer import ProductContent, given_content
from equipoise.records.case import KratomUse

MOST_DAYS = 14
"""Days of regular use that are followed: by then the level no longer rises from day to day."""
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_UNSUPPORTED = {
    "7-oh": "not supported: no human data on 7-OH taken as such",
    "extract": "not supported: the model is of leaf, and no model of an extract is here",
    "shot": "not supported: the model is of leaf, and no model of a bottled drink is here",
    "other": "not supported: the model is of leaf, and this is another product",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """Intakes to be computed. ``taken_as``: what was taken for what the report leaves open, each in a sentence."""

    schedule: Schedule
    content: ProductContent | None
    words: str
    taken_as: tuple[str, ...]


def minute_of(text: str) -> int | None:
    """The minute of the day of a time such as 08:00; None for a text that is none."""
    found = _CLOCK.fullmatch(text.strip())
    return None if found is None else 60 * int(found[1]) + int(found[2])


def is_clock(text: str) -> bool:
    """Whether a text is a time of a day such as 08:00."""
    return minute_of(text) is not None


def clock_hours(times: Sequence[str]) -> list[float]:
    """Times of a day in hours, from the first of them on.

    Raises
    ------
    ValueError
        A time that is none.
    """
    minutes = []
    for text in times:
        minute = minute_of(text)
        if minute is None:
            raise ValueError(f"the time {text!r} is none; should look like 08:00")
        minutes.append(minute)
    minutes.sort()
    return [(minute - minutes[0]) / 60 for minute in minutes]


def reported(use: KratomUse, *, untested: tuple[Content, ProductContent] | None, as_of: date) -> Reported | str:
    """What a person takes, for the model; or why nothing is computed.

    Only what was taken is computed, never what somebody may take: nothing here is a proposal.

    Raises
    ------
    ValueError
        Amounts, times or days that cannot be.
    """
    silent = _why_not(use)
    if silent is not None:
        return silent
    taken_as = []
    content: Content | None = None
    held: ProductContent | None = None
    amount = float(use.mitragynine_mg or use.grams or 0)
    if use.mitragynine_mg is None:
        if use.mg_per_g is None:
            if untested is None:
                return "what a gram holds was not given, and no survey of products is on record"
            content, held = untested
            taken_as.append("What a gram holds was not given: it is drawn from surveys of products.")
        else:
            content, held = given_content(float(use.mg_per_g), cv=0.0)
    hours = _hours(use, taken_as)
    days = _days(use, as_of, taken_as)
    taken = schedule([(24.0 * day + hour, amount) for day in range(days) for hour in hours], content=content)
    return Reported(schedule=taken, content=held, words="The intake as reported.", taken_as=tuple(taken_as))


def _why_not(use: KratomUse) -> str | None:
    if use.use in ("considering", "never"):
        return "no intake was reported, and one that is only thought of is not computed"
    if use.product in _UNSUPPORTED:
        return _UNSUPPORTED[use.product]
    if use.grams is None and use.mitragynine_mg is None:
        return "no amount of one intake was given"
    return None


def _hours(use: KratomUse, taken_as: list[str]) -> list[float]:
    if use.times:
        return clock_hours(use.times)
    if use.times_per_day is None:
        taken_as.append("How often was not given: one intake is computed.")
        return [0.0]
    taken_as.append("The times of the day were not given: they are taken as evenly spread.")
    return [24.0 / use.times_per_day * number for number in range(use.times_per_day)]


def _days(use: KratomUse, as_of: date, taken_as: list[str]) -> int:
    if not use.times and use.times_per_day is None:
        return 1
    if use.since is None:
        taken_as.append("Since when was not given: as many days are computed as the level needs to settle.")
        return MOST_DAYS
    until = as_of if use.stopped is None else use.stopped.latest
    return min(MOST_DAYS, max(1, (until - use.since.earliest).days))
