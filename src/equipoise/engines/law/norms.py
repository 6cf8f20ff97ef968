"""What the engine takes: places, norms with their windows of time, and what other sources say against them.

Time is counted in minutes of the wall clock of the place, from midnight before day 1 of the calendar; a window has the first
and the last minute at which a thing can have begun, so that ``2016`` and ``2024-08`` stay as wide as they were printed.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from typing import Literal, get_args

from equipoise.engines.law.products import Predicate
from equipoise.values.dates import PartialDate

Action = Literal["buy", "possess", "use", "sell", "give", "manufacture", "import", "export", "ship", "advertise"]
ACTIONS: tuple[Action, ...] = get_args(Action)
Effect = Literal["prohibit", "schedule", "permit-if", "licence", "exempt", "not-listed", "preempt"]
Grade = Literal["primary", "official", "press", "tracker"]
GRADES: tuple[Grade, ...] = get_args(Grade)
"""From the law's own text to those who list what others say."""

DAY = 24 * 60
NEVER = 10**10
"""A minute after every calendar."""


def minute(day: date, hour: int = 0, minutes: int = 0) -> int:
    """The minute of a day on the wall clock."""
    return day.toordinal() * DAY + hour * 60 + minutes


@dataclass(frozen=True, slots=True)
class Window:
    """The first and the last minute at which something can have happened."""

    first: int
    last: int

    @classmethod
    def of(cls, when: PartialDate, time: str | None = None) -> "Window":
        """The window of a date as printed, at an hour (``17:00``) where one is printed."""
        hour, minutes = (0, 0) if time is None else map(int, time.split(":"))
        return cls(minute(when.earliest, hour, minutes), minute(when.latest, hour, minutes))


LONG_AGO = Window(-NEVER, -NEVER)
OPEN = Window(NEVER, NEVER)
"""The end of what has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place and the one around it. ``answers``: a law-making level whose silence leaves the question open.

    ``local``: a county or a municipality. ``zone`` where the place has one clock.
    """

    id: str
    name: str
    parent: "Place | None" = None
    answers: bool = True
    local: Literal["no", "county", "municipality"] = "no"
    zone: tzinfo | None = None

    @property
    def stack(self) -> tuple["Place", ...]:
        """The place and all around it, the widest first."""
        return (self,) if self.parent is None else (*self.parent.stack, self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What another source says of a norm. ``window`` is the time in which the two differ, where it is about a date.

    ``weighs``: the source is at least as near to the law as the one that the norm rests on.
    """

    field: str
    says: str
    source: str
    url: str | None
    grade: Grade
    note: str
    window: tuple[int, int] | None = None
    weighs: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Norm:
    """One thing that one instrument says of one or more actions.

    Attributes
    ----------
    id, instrument
        ``us-tn/2026-chapter-950#possess`` and the instrument's part of it.
    place, reach
        The id of the place; everywhere in it, or only outside or inside its municipalities.
    axis
        ``control`` or ``food``: two answers that are never mixed.
    force
        ``law`` or ``proposal``; a proposal never changes an answer.
    began, ended
        When it can have come into force, and have ceased to be.
    ending
        How it ceases; ``lapsed`` says that it expires and that no successor was seen.
    known, known_surely, unknown_from
        The first day (ordinal) on which the world could know it, the first on which it surely could (later where that day is
        known in part), and the day from which a correction replaces it.
    zone
        The clock on which its hours are printed; without it they are the place's own.
    end_known
        The first day on which its end could be known.
    verified, read, stale_days
        The last day (ordinal) for which its sources speak, the day on which they were last read, and for how long it is relied
        on: a prohibition from the day of the reading, since an error there is too strict and never lax; all else from
        ``verified``.
    since, until, earliest_printed
        The dates as printed, for those who read them.
    earliest
        For a proposal: when it could take effect at the earliest.
    exempts
        For ``exempt``: the instruments and norms whose prohibitions it opens, beside its own instrument's.
    """

    id: str
    instrument: str
    citation: str
    url: str | None
    place: str
    reach: Literal["everywhere", "unincorporated", "incorporated"] = "everywhere"
    axis: Literal["control", "food"] = "control"
    force: Literal["law", "proposal"] = "law"
    actions: frozenset[str]
    effect: Effect
    predicate: Predicate
    min_age: int | None = None
    licence: str | None = None
    conditions: tuple[str, ...] = ()
    exempts: frozenset[str] = frozenset()
    penalty: str | None = None
    says: str = ""
    began: Window = LONG_AGO
    ended: Window = OPEN
    ending: Literal["none", "ended", "lapsed"] = "none"
    zone: tzinfo | None = None
    known: int = 0
    known_surely: int = 0
    unknown_from: int = NEVER
    end_known: int = 0
    verified: int
    read: int
    stale_days: int
    grade: Grade
    claims: tuple[Claim, ...] = ()
    since: str = "not reported"
    until: str | None = None
    earliest: Window | None = None
    earliest_printed: str | None = None

    def __hash__(self) -> int:
        return hash(self.id)  # its thirty fields would be hashed again and again

    @property
    def forbids(self) -> bool:
        """Whether it is a prohibition, or a listing that works as one."""
        return self.effect in ("prohibit", "schedule")

    @property
    def relied_from(self) -> int:
        """The day from which the days of its being relied on are counted."""
        return self.read if self.forbids else self.verified


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """A search for the law of a place that found none, and its last day."""

    place: str
    search: str
    on: date | None


def span(on: date | datetime, zone: tzinfo | None) -> tuple[int, int]:
    """The minutes that an instant can be: the whole of a day, or the one minute of a time. A zone makes it local.

    Raises
    ------
    ValueError
        A time that is out of the calendar on the clock of the place.
    """
    if not isinstance(on, datetime):
        start = minute(on)
        return start, start + DAY
    if on.tzinfo is not None and zone is not None:
        try:
            on = on.astimezone(zone)
        except OverflowError as fault:
            raise ValueError(
                f"{on.isoformat()} is out of the calendar at the place; should be a later or an earlier day"
            ) from fault
    start = minute(on.date(), on.hour, on.minute)
    return start, start + 1


def on_clock(norm: Norm, zone: tzinfo | None) -> Norm:
    """The norm with its hours as the clock of a place shows them, where both clocks are known."""
    if norm.zone is None or zone is None or norm.zone == zone:
        return norm
    return replace(norm, began=_shown(norm.began, norm.zone, zone), ended=_shown(norm.ended, norm.zone, zone))


def _shown(window: Window, own: tzinfo, other: tzinfo) -> Window:
    """An exact minute of one clock on another; days alone begin at midnight of each place and stay."""
    if window.first != window.last or abs(window.first) >= NEVER or window.first % DAY == 0:
        return window
    day, minutes = divmod(window.first, DAY)
    there = datetime.fromordinal(day).replace(hour=minutes // 60, minute=minutes % 60, tzinfo=own).astimezone(other)
    at = minute(there.date(), there.hour, there.minute)
    return Window(at, at)
