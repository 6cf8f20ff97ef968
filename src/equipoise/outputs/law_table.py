"""The law of every place as rows, counts, map shades and changes: what pages, print and text say alike."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import takewhile

from markupsafe import Markup

from equipoise.documents.monograph import ChapterPage
from equipoise.documents.prose import Block, Heading
from equipoise.findings.atlas import Atlas, PlaceEntry
from equipoise.findings.law_answer import ChangeEntry
from equipoise.outputs.atlas import Shade, us_map, world_map
from equipoise.outputs.law import MARKS, verdict_words
from equipoise.outputs.phrases import counted

LEGEND: Mapping[str, str] = {
    "unlawful": "unlawful",
    "lawful-if": "lawful under conditions",
    "lawful": "lawful under the rules on record",
    "not-scheduled": "under no drug control on record",
    "unknown": "unknown",
    "conflict": "sources disagree",
    "stale": "stale: the record is too old",
}
"""What a look of a map means, in the order of its legend."""
MEANS: Mapping[str, str] = {
    "unlawful": "A rule on record forbids it.",
    "lawful-if": "A rule allows it under conditions, such as an age or a label.",
    "lawful": "A rule allows it, or a ban does not reach it.",
    "not-scheduled": "No drug control on record names it. The law of foods may still bar its sale.",
    "unknown": "The record has no rule that answers, or a rule ended and nothing after it was seen.",
    "conflict": "Two sources of equal weight disagree.",
    "stale": "The record is older than may be relied on. In brackets stands what it last said.",
}
"""The words of the tables, explained."""
HAPPENED: Mapping[str, str] = {
    "began": "in force",
    "ended": "ended",
    "lapsed": "expired",
    "proposed": "proposed",
    "closed": "proposal closed",
}
MONTHS = 24
"""So many months of changes are recent."""

_IN: Mapping[str, str] = {
    "unlawful": "unlawful in",
    "lawful-if": "lawful under conditions in",
    "lawful": "lawful in",
    "not-scheduled": "under no drug control on record in",
    "unknown": "not known in",
    "conflict": "in dispute in",
    "stale": "the record is too old in",
}
MAPS: Mapping[str, tuple[Callable[..., Markup], str]] = {
    "us": (us_map, "The United States"),
    "world": (world_map, "The world"),
}
"""The maps of an atlas: what draws each, and its title."""
_MAPPED = "US"
"""The country whose states have a map and a table of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRow:
    """A place in a table: a mark and a word for each question, and the last day for which its oldest answer speaks."""

    place: PlaceEntry
    name: str
    cells: tuple[tuple[str, str], ...]
    verified: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change in the words of a list."""

    entry: ChangeEntry

    @property
    def what(self) -> str:
        """What happened: ``in force``."""
        return HAPPENED[self.entry.what]

    @property
    def year(self) -> str:
        """The year of its date; of one that is known by a day, the year of that day."""
        return self.entry.date.removeprefix("by ")[:4]

    @property
    def says(self) -> str:
        """What changed, in one line: the first thing that the law says."""
        return self.entry.says[0]


@dataclass(frozen=True)
class Register:
    """An atlas, set out in tables."""

    atlas: Atlas

    @cached_property
    def states(self) -> tuple[PlaceRow, ...]:
        """The states of the country that has a map of them."""
        return tuple(row(place) for place in self.atlas.places.values() if _state(place))

    @cached_property
    def countries(self) -> tuple[PlaceRow, ...]:
        """The other places above counties and towns, each part of a country after it."""
        held = [place for place in self.atlas.places.values() if not local(place) and not _state(place)]
        held.sort(key=lambda place: [*(around for _, around in place.within), place.short])
        return tuple(row(place) for place in held)

    @cached_property
    def locals(self) -> tuple[tuple[str, tuple[PlaceRow, ...]], ...]:
        """The counties and towns with a rule of their own and another answer than their state, by state."""
        found: dict[str, list[PlaceRow]] = {}
        for place in self.atlas.places.values():
            if local(place) and place.laws and self._differs(place):
                found.setdefault(_around(place), []).append(row(place))
        return tuple((self.atlas.places[code].short, tuple(rows)) for code, rows in found.items())

    @property
    def tables(self) -> tuple[tuple[str, tuple[PlaceRow, ...]], ...]:
        """Every table that has a row, under its title."""
        parts = ((f"Counties and towns that differ: {state}", rows) for state, rows in self.locals)
        return tuple((title, rows) for title, rows in (("States", self.states), ("Countries", self.countries), *parts) if rows)

    def _differs(self, place: PlaceEntry) -> bool:
        around = self.atlas.places[_around(place)]
        return any(verdict_words(one) != verdict_words(other) for one, other in zip(place.answers, around.answers, strict=True))

    def shades(self, question: int, name: str) -> dict[str, Shade]:
        """The places of the map ``name`` as one question shades them."""
        apart = self._apart(question)
        shades = {}
        for place in self.on(name):
            answer = place.answers[question]
            within = f"; {apart[place.id]}" if place.id in apart else ""
            shades[place.id] = Shade(
                look=answer.verdict, says=f"{place.short}: {verdict_words(answer)}{within}", href=f"{place.page}.html"
            )
        return shades

    def looks(self, question: int, name: str) -> dict[str, str]:
        """The legend of a map: the looks that it has."""
        seen = {place.answers[question].verdict for place in self.on(name)}
        return {look: words for look, words in LEGEND.items() if look in seen}

    def on(self, name: str) -> list[PlaceEntry]:
        """The places of a map: of the world, or of the country that has one."""
        return [place for place in self.atlas.places.values() if (_state(place) if name == "us" else not place.within)]

    def _apart(self, question: int) -> dict[str, str]:
        """Places in which parts answer the question otherwise; a county or a town counts for its state, not for the country."""
        found: dict[str, str] = {}
        for place in self.atlas.places.values():
            told = "some counties or towns differ" if local(place) else "its states differ"
            for code, _ in place.within[1:] if local(place) else place.within:
                if place.laws and place.answers[question].verdict != self.atlas.places[code].answers[question].verdict:
                    found[code] = told
        return found

    def counted(self, question: int, name: str) -> str:
        """What was asked, and how many places have each look: ``Selling kratom leaf. Of 50 states: unlawful in 20; ...``."""
        places = self.on(name)
        kinds = Counter(place.kind for place in places)
        of = " and ".join(
            counted(number, kind, "countries" if kind == "country" else f"{kind}s") for kind, number in kinds.items()
        )
        looks = Counter(place.answers[question].verdict for place in places)
        said = "; ".join(f"{_IN[look]} {looks[look]}" for look in LEGEND if looks[look])
        return f"{self._asked(question)}. Of {of} on record: {said}."

    def _asked(self, question: int) -> str:
        answer = next(iter(self.atlas.places.values())).answers[question]
        return dict(answer.asked)["question"].removesuffix(f" in {answer.place_name}")

    @cached_property
    def ages(self) -> str:
        """For whom the questions were asked."""
        ages = {dict(answer.asked).get("age") for place in self.atlas.places.values() for answer in place.answers}
        given = sorted(age for age in ages if age is not None)
        return f"a person of {' or '.join(given)}" if given else "a person of any age"

    @cached_property
    def recent(self) -> tuple[Change, ...]:
        """The changes of the last months, the latest first."""
        return tuple(change for change in self._changes if _recent(change.entry.date, self.atlas.as_of))

    @cached_property
    def earlier(self) -> tuple[Change, ...]:
        """The changes before."""
        return tuple(change for change in self._changes if not _recent(change.entry.date, self.atlas.as_of))

    @cached_property
    def _changes(self) -> tuple[Change, ...]:
        return tuple(Change(entry=entry) for entry in reversed(self.atlas.changes))


def split(page: ChapterPage) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    """A chapter that shows the law: its opening, after which maps and tables stand, and the rest; any other has no opening."""
    opening = tuple(takewhile(lambda block: not isinstance(block, Heading), page.blocks)) if page.atlas else ()
    return opening, page.blocks[len(opening) :]


def row(place: PlaceEntry) -> PlaceRow:
    """A place as a line of a table."""
    name = place.short if not place.within or _state(place) or local(place) else f"{place.short} ({place.within[-1][1]})"
    return PlaceRow(
        place=place,
        name=name,
        cells=tuple((MARKS[answer.verdict], verdict_words(answer)) for answer in place.answers),
        verified=_verified(place),
    )


def _verified(place: PlaceEntry) -> str:
    days = [answer.last_verified for answer in place.answers if answer.last_verified is not None]
    searched = [on for _, on in place.searched]
    return str(min(days)) if days else f"no law found, searched {max(searched)}" if searched else "not verified"


def local(place: PlaceEntry) -> bool:
    """Whether it is a county or a town."""
    return "/" in place.id


def has_page(place: PlaceEntry) -> bool:
    """Whether it has a page of its own; a county does not that is on record for its towns alone."""
    return bool(place.laws or place.searched or not local(place))


def _state(place: PlaceEntry) -> bool:
    return not local(place) and bool(place.within) and place.within[0][0] == _MAPPED


def _around(place: PlaceEntry) -> str:
    """The state around a county or a town."""
    return place.id.partition("/")[0]


def _recent(printed: str, as_of: date) -> bool:
    """Whether a date, as far as it is known, lies in the last months; one that may is taken to."""
    months = as_of.year * 12 + as_of.month - 1 - MONTHS
    first = f"{months // 12}-{months % 12 + 1:02}-{as_of.day:02}"
    known = printed.removeprefix("by ")
    return known >= first[: len(known)]
