"""The waist of the house: one sentence, its number, how sure we are and why, where it stands, and how to compute it again."""

import re
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Literal

from equipoise.values.estimate import Estimate
from equipoise.values.multiverse import Multiverse
from equipoise.values.panels import Panel

SENTENCE = 140

_NUMBER = re.compile(
    r"""(?<!\w)(?<![A-Za-z]-)(?<!\d[.,])  # not in CYP2D6 or PHQ-9, not inside another number
    (?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?!\d)
    (?!-(?!(?:fold|hour|day|week|month|year|point|item)\b)[A-Za-z])""",  # not in 7-hydroxymitragynine, but in 12-week
    re.VERBOSE,
)


class Level(Enum):
    """Certainty of evidence in the words of GRADE; law and positions are not graded."""

    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"
    VERY_LOW = "very low"
    NOT_GRADED = "not graded"

    @property
    def dots(self) -> int:
        """How many of the four dots of the mark are filled."""
        return {"high": 4, "moderate": 3, "low": 2, "very low": 1, "not graded": 0}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why the certainty is what it is: a GRADE domain, how many levels it moved (-3 to +1), and why.

    ``unjudged`` says that too little was known to judge the domain; it then moves nothing, and never means *not serious*.

    Raises
    ------
    ValueError
        A domain that could not be judged and yet moved the certainty.
    """

    domain: str
    change: int
    why: str
    unjudged: bool = False

    def __post_init__(self) -> None:
        if self.unjudged and self.change:
            raise ValueError(
                f"{self.domain} cannot be judged and yet moves the certainty by {self.change}; should move nothing"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A reference and a place in it, or a search and its date."""

    ref: str | None = None
    at: str | None = None
    search: str | None = None
    on: str | None = None

    def __post_init__(self) -> None:
        if (self.ref is None) == (self.search is None):
            raise ValueError("a source is a reference or a search")
        if self.ref is not None and not self.at:
            raise ValueError(f"the source {self.ref} has no place in it")
        if self.search is not None and not self.on:
            raise ValueError(f"the search {self.search} has no date; should have one, or say that it is not reported")


Option = str | int | float | bool | None | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What is needed to compute it again: the engine, its options, the records that went in, the version of the package."""

    kind: Literal[
        "pooled",
        "reported",
        "contrast",
        "series",
        "absence",
        "position",
        "tally",
        "law",
        "affinity",
        "occupancy",
        "concentration",
        "medicine-exposure",
        "interaction",
        "content",
        "recall",
    ]
    engine: str
    options: tuple[tuple[str, Option], ...]
    records: tuple[str, ...]
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is known, or known not to be known.

    ``statement`` is one sentence of at most 140 characters whose numbers all stand in ``estimate``. ``certainty`` has its
    reasons in ``because``. ``sources`` is never empty. A pooled finding has its ``multiverse``: all other defensible analyses;
    ``panel`` is a figure that belongs to the finding. ``in_sight``: those of the caveats that stand under the sentence, so
    that a reader need open nothing to see them.

    Raises
    ------
    ValueError
        A sentence too long or with a number that the estimate does not have; no source; a grade without a reason.
    """

    id: str
    question: str
    statement: str
    estimate: Estimate | None
    certainty: Level
    because: tuple[Reason, ...]
    sources: tuple[Citation, ...]
    basis: Basis
    as_of: date
    caveats: tuple[str, ...] = ()
    in_sight: tuple[str, ...] = ()
    multiverse: Multiverse | None = None
    panel: Panel | None = None

    def __post_init__(self) -> None:
        if len(self.statement) > SENTENCE:
            raise ValueError(f"{self.id}: the statement has {len(self.statement)} characters; should have at most {SENTENCE}")
        if not self.sources:
            raise ValueError(f"{self.id}: there is no source; should have at least one")
        if not set(self.in_sight) <= set(self.caveats):
            raise ValueError(f"{self.id}: what stands in sight is no caveat; should be one of them")
        if self.certainty is not Level.NOT_GRADED and not self.because:
            raise ValueError(f"{self.id}: the certainty is {self.certainty.value} without a reason; should have one")
        stray = [number for number in numbers(self.statement) if number not in printed_numbers(self.estimate)]
        if stray:
            raise ValueError(f"{self.id}: the statement holds {', '.join(stray)}, which the estimate does not")

    def __str__(self) -> str:
        return f"{self.statement} (certainty: {self.certainty.value})"


def numbers(sentence: str) -> list[str]:
    """The numbers in a sentence; digits inside a name (CYP2D6, 7-hydroxymitragynine) are none."""
    return _NUMBER.findall(sentence)


def printed_numbers(estimate: Estimate | None) -> frozenset[str]:
    """Every number of an estimate as a sentence may print it."""
    if estimate is None:
        return frozenset()
    words = set(numbers(estimate.printed))
    for interval in (estimate.interval, estimate.prediction):
        if interval is not None:
            words |= {f"{bound:g}" for bound in (interval.low, interval.high)}
    for part in estimate.parts:
        words |= set(numbers(part.label))
    for counts in (estimate.counts, *(part.counts for part in estimate.parts)):
        if counts is not None:
            words |= {f"{counts.events:,}", f"{counts.total:,}"}
    return frozenset(words)
