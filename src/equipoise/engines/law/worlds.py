"""Norms that hold to a verdict, and what remains of it when some of them may not hold."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product as combinations_of
from typing import Literal

from equipoise.engines.law.answers import Condition, Verdict
from equipoise.engines.law.norms import Norm
from equipoise.engines.law.products import Match

Doubt = Literal["date", "lapsed", "stale", "conflict"]

MOST = 6
"""Doubtful norms up to which every combination is tried; beyond it only a verdict that no doubt can change is firm."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A norm that may bear on a question: the level of its place in the stack, and whether it covers the product."""

    level: int
    norm: Norm
    match: Match


@dataclass(frozen=True, slots=True)
class Doubtful:
    """An entry that may not hold, and why. ``stands``: on record it does. ``ways``: all that may be, None for nothing."""

    entry: Entry
    kind: Doubt
    stands: bool
    ways: tuple[Entry | None, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a set of norms says when all of them hold."""

    verdict: Verdict
    conditions: tuple[Condition, ...]
    because: tuple[Norm, ...]
    voided: tuple[Norm, ...]
    silent: tuple[int, ...]


def outcome(entries: Sequence[Entry], answering: Sequence[int], age: int | None) -> Outcome:
    """The verdict of norms that all hold.

    The strictest prohibition wins. A norm of a wider place that voids local rules takes them out first; an exemption opens the
    prohibitions it names. Where nothing forbids, each of the ``answering`` levels must say something, or the answer is unknown.
    """
    kept, voided = _voided(entries)
    read = _Reading(kept, age)
    for entry in kept:
        read.take(entry)
    silent = tuple(level for level in answering if level not in read.spoken)
    if read.forbidding:
        verdict: Verdict = "unlawful"
        because: Iterable[Norm] = read.forbidding
    else:
        because = read.allowing
        if silent:
            verdict = "unknown"
        elif read.conditions:
            verdict = "lawful-if"
        else:
            verdict = "lawful" if "lawful" in read.spoken.values() else "not-scheduled"
    return Outcome(verdict, tuple(dict.fromkeys(read.conditions)), tuple(dict.fromkeys(because)), voided, silent)


def _voided(entries: Sequence[Entry]) -> tuple[list[Entry], tuple[Norm, ...]]:
    """The entries that a norm of a wider place leaves standing, and the norms that it voids."""
    voiding = [entry.level for entry in entries if entry.norm.effect == "preempt"]
    if not voiding:
        return list(entries), ()
    top = min(voiding)
    kept = [entry for entry in entries if entry.norm.effect != "preempt" and entry.level <= top]
    return kept, tuple(entry.norm for entry in entries if entry.norm.effect != "preempt" and entry.level > top)


class _Reading:
    """Norms taken one by one: what they forbid, what they ask for, and which levels have spoken."""

    def __init__(self, entries: Sequence[Entry], age: int | None) -> None:
        self.age = age
        self.exemptions = [entry for entry in entries if entry.norm.effect == "exempt"]
        self.prohibitions = [entry for entry in entries if entry.norm.forbids]
        self.forbidding: list[Norm] = []
        self.allowing: list[Norm] = []
        self.conditions: list[Condition] = []
        self.spoken: dict[int, str] = {}

    def take(self, entry: Entry) -> None:
        norm = entry.norm
        if norm.forbids:
            self.prohibition(entry)
        elif norm.effect in ("permit-if", "licence"):
            self.permission(entry)
        else:
            self.allowing.append(norm)
            self.speak(entry.level, "lawful" if norm.effect == "exempt" else "not-scheduled")
            if not any(_opens(entry, forbidden) for forbidden in self.prohibitions):  # else the prohibition names the way out
                self.needs("product", entry.match.inside, norm)
            self.terms(norm)

    def prohibition(self, entry: Entry) -> None:
        openers = [item for item in self.exemptions if _opens(item, entry)]
        if any(item.match.covers for item in openers):
            return
        ways_out = [*entry.match.outside, *(words for item in openers for words in item.match.inside)]
        if not ways_out:
            self.forbidding.append(entry.norm)
        else:
            self.allowing.append(entry.norm)
            self.needs("product", (" or ".join(dict.fromkeys(ways_out)),), entry.norm)

    def permission(self, entry: Entry) -> None:
        norm = entry.norm
        if norm.min_age is not None and self.age is not None and self.age < norm.min_age:
            if entry.match.covers:
                self.forbidding.append(norm)
            else:
                self.allowing.append(norm)
                self.needs("product", (" or ".join(entry.match.outside),), norm)
            return
        self.allowing.append(norm)
        self.speak(entry.level, "lawful")
        self.needs("product", entry.match.inside, norm)
        if norm.min_age is not None and self.age is None:
            self.needs("age", (f"the person is {norm.min_age} or older",), norm)
        self.terms(norm)

    def terms(self, norm: Norm) -> None:
        """What a permission or an exemption asks for beside the product."""
        if norm.licence is not None:
            self.needs("licence", (norm.licence,), norm)
        self.needs("other", norm.conditions, norm)

    def needs(self, kind: str, words: Iterable[str], norm: Norm) -> None:
        for text in words:
            self.conditions.append(Condition(kind=kind, text=text, norm=norm))  # type: ignore[arg-type]

    def speak(self, level: int, says: str) -> None:
        if self.spoken.get(level) != "lawful":
            self.spoken[level] = says


def _opens(exemption: Entry, prohibition: Entry) -> bool:
    """Whether an exemption is from this prohibition: of its own law or one that it names, and never of a wider place."""
    if exemption.norm.effect != "exempt" or exemption.level > prohibition.level:
        return False
    named = (prohibition.norm.instrument, prohibition.norm.id)
    return exemption.norm.instrument == named[0] or not exemption.norm.exempts.isdisjoint(named)


def possible(
    sure: Sequence[Entry], doubtful: Sequence[Doubtful], answering: Sequence[int], age: int | None
) -> Mapping[Verdict, tuple[Condition, ...]] | None:
    """Every verdict that some combination of the doubtful norms gives, with all conditions that any of them asks for.

    None where there are too many to try; but what is unlawful is found without trying: more prohibitions and fewer exemptions
    never make anything less forbidden.
    """

    def with_those(wanted: Iterable[Entry | None]) -> Outcome:
        return outcome([*sure, *(entry for entry in wanted if entry is not None)], answering, age)

    if len(doubtful) > MOST:
        return {"unlawful": ()} if with_those(_mildest(item) for item in doubtful).verdict == "unlawful" else None
    found: dict[Verdict, dict[Condition, None]] = {}
    for chosen in combinations_of(*(item.ways for item in doubtful)):
        made = with_those(chosen)
        found.setdefault(made.verdict, {}).update(dict.fromkeys(made.conditions))
    return {verdict: tuple(conditions) for verdict, conditions in found.items()}


def _mildest(item: Doubtful) -> Entry | None:
    """Of what a doubtful norm may be, what forbids least: an exemption or preemption, else nothing, else a permission."""
    if item.entry.norm.effect in ("exempt", "preempt"):
        return item.entry
    if None in item.ways:
        return None
    return next((way for way in item.ways if way is not None and not way.norm.forbids), item.entry)
