"""What is asked and what is answered."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from equipoise.engines.law.norms import Action, Claim, Norm, Place
from equipoise.engines.law.products import Product

Verdict = Literal["lawful", "lawful-if", "unlawful", "not-scheduled", "unknown", "stale", "conflict"]
VERDICTS: tuple[Verdict, ...] = ("unlawful", "lawful-if", "lawful", "not-scheduled", "unknown", "stale", "conflict")
FIRM: frozenset[Verdict] = frozenset({"lawful", "lawful-if", "unlawful", "not-scheduled"})
"""Verdicts that say what the law is; the others say why that cannot be said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Where, what, which action, at which age, when, and with the knowledge of which day.

    ``on``: a day, or a time; a time without an offset is one of the place's own clock. ``age`` is that of the person who gets
    or has the product. ``known_on``: what became known later is left out of account.

    Raises
    ------
    ValueError
        An age below 0 or above 150.
    """

    place: Place
    product: Product
    action: Action
    on: date | datetime
    known_on: date
    age: int | None = None

    def __post_init__(self) -> None:
        if self.age is not None and not 0 <= self.age <= 150:
            raise ValueError(f"age is {self.age}; should be from 0 to 150 years")


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One thing on which the answer hangs: in words, and the norm that says so."""

    kind: Literal["age", "product", "licence", "other"]
    text: str
    norm: Norm


@dataclass(frozen=True, slots=True, kw_only=True)
class Upcoming:
    """What may change: a law that will begin or end, or a proposal, which may never become one.

    ``certain``: the date stands in a law. ``minute`` is the first at which it can be, None where no date was seen.
    ``stale``: nobody has looked at it for longer than it is relied on.
    """

    norm: Norm
    what: Literal["begins", "ends", "proposed"]
    certain: bool
    printed: str | None
    minute: int | None
    stale: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """A source that says otherwise. ``decides``: it is near enough to the law to leave the answer open."""

    norm: Norm
    claim: Claim
    decides: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer on one axis.

    Attributes
    ----------
    verdict
        One of :data:`VERDICTS`.
    last
        For ``stale``, ``conflict`` and an uncertain ``unknown``: what the record as it stands would say.
    why
        For a verdict that is not firm: the reasons, each with the norms concerned.
    conditions
        For ``lawful-if``: all must hold. For others: what was left open.
    because
        The norms behind the verdict.
    voided
        Rules of places inside that a norm of a wider place voids.
    silent
        Places whose law is not on record for this question, and the last day of a search that found none.
    """

    verdict: Verdict
    last: Verdict | None
    why: tuple[tuple[Literal["date", "lapsed", "stale", "conflict", "silent"], tuple[Norm, ...]], ...]
    conditions: tuple[Condition, ...]
    because: tuple[Norm, ...]
    voided: tuple[Norm, ...]
    silent: tuple[tuple[Place, date | None], ...]
    upcoming: tuple[Upcoming, ...]
    disputes: tuple[Dispute, ...]
    stale: bool

    @property
    def verified(self) -> int | None:
        """The last day (ordinal) for which the sources of all its norms speak: the earliest of theirs; None without norms."""
        return min((norm.verified for norm in self.because), default=None)

    @property
    def next_change(self) -> Upcoming | None:
        """The first change whose date stands in a law."""
        dated = [item for item in self.upcoming if item.certain and item.minute is not None]
        return min(dated, key=lambda item: item.minute or 0, default=None)


_MARKETING: frozenset[Action] = frozenset({"sell", "give", "manufacture", "import", "export", "ship", "advertise"})


def marketed(action: Action) -> Action:
    """The action as the law of foods knows it: buying, having and using are asked of it as sale."""
    return action if action in _MARKETING else "sell"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The answer to a query: the law of controlled substances and of kratom, and apart from it the law of foods."""

    query: Query
    control: Answer
    food: Answer

    @property
    def verdict(self) -> Verdict:
        """The verdict of the drug-control axis; the food-law axis never changes it."""
        return self.control.verdict

    @property
    def food_action(self) -> Action:
        """The action that the answer on foods is about: that of the query, or sale where food law does not speak of it."""
        return marketed(self.query.action)
