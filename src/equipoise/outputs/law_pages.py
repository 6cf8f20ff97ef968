"""The law on pages: maps and tables for the chapter, and a page for each place with its answers and its history."""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from equipoise.documents.citations import dated
from equipoise.findings.atlas import Atlas, LawEntry, PlaceEntry
from equipoise.findings.law_answer import Ahead, FoodLaw, Ground, LawAnswer, Otherwise
from equipoise.outputs.law import MARKS, WORDS, ahead_words, ground_words, verdict_words
from equipoise.outputs.law_table import MAPS, MEANS, Change, PlaceRow, Register, has_page, local, row
from equipoise.outputs.pages import Link
from equipoise.outputs.timeline import timeline

_BY = re.compile(r" by ([a-z0-9-]+/[a-z0-9-]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class MapView:
    """One question on one map, and how many places have each look."""

    title: str
    drawn: Markup
    counted: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundView:
    """A rule behind an answer: what it says, where it stands here, where it was seen."""

    says: str
    law: Link
    url: str | None
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerView:
    """A question and its answer in the words of a page; ``notes`` are the laws behind it."""

    id: str
    answer: LawAnswer
    mark: str
    verdict: str
    notes: tuple[Link, ...]
    because: tuple[GroundView, ...]
    voided: tuple[GroundView, ...]
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """A law of the history; ``dates`` are words, another law that they name, and the words after it."""

    law: LawEntry
    anchor: str
    dates: tuple[tuple[str, Link | None, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceView:
    """What stands on the page of a place."""

    place: PlaceEntry
    around: tuple[Link, ...]
    answers: tuple[AnswerView, ...]
    food: tuple[tuple[str, str, tuple[GroundView, ...]], ...]
    ahead: tuple[tuple[str, Ahead, Link], ...]
    otherwise: tuple[Otherwise, ...]
    parts: tuple[str, tuple[PlaceRow, ...]]
    entries: tuple[EntryView, ...]
    notes: tuple[str, ...]
    verified: str
    checked: int


@dataclass(frozen=True)
class LawPages:
    """The law of every place, as pages show it."""

    atlas: Atlas

    @cached_property
    def register(self) -> Register:
        """The atlas in rows."""
        return Register(self.atlas)

    @cached_property
    def places(self) -> tuple[PlaceEntry, ...]:
        """The places that have a page."""
        return tuple(place for place in self.atlas.places.values() if has_page(place))

    @cached_property
    def links(self) -> Mapping[str, Link]:
        """Where each law stands, by its id."""
        return {
            law.id: Link(text=law.title, href=f"{place.page}.html#{anchor(law)}")
            for place in self.atlas.places.values()
            for law in place.laws
        }

    @property
    def questions(self) -> tuple[str, ...]:
        """The heads of the columns."""
        return tuple(question.title for question in self.atlas.questions)

    @property
    def key(self) -> tuple[tuple[str, str, str], ...]:
        """Each mark and word of the tables, and what it means."""
        return tuple((MARKS[look], WORDS[look], meaning) for look, meaning in MEANS.items())

    @cached_property
    def maps(self) -> tuple[tuple[str, str, tuple[MapView, ...]], ...]:
        """The maps of each sheet, under its name and its title."""
        found = []
        for name, (draw, title) in MAPS.items():
            views = []
            for place, question in enumerate(self.atlas.questions):
                if name not in question.maps:
                    continue
                shades, looks = self.register.shades(place, name), self.register.looks(place, name)
                said = f"{question.title}, {title[0].lower()}{title[1:]}"
                drawn = draw(shades, looks, ident=f"map-{name}-{question.id}", title=said)
                views.append(MapView(title=question.title, drawn=drawn, counted=self.register.counted(place, name)))
            if views:
                found.append((name, title, tuple(views)))
        return tuple(found)

    @property
    def timeline(self) -> Markup:
        """The changes of the last months, drawn."""
        return timeline(self.register.recent, self.atlas.as_of, ident="timeline")

    def place(self, code: str) -> Link:
        """A place by its code, as a link where it has a page."""
        held = self.atlas.places[code]
        return Link(text=held.short, href=f"{held.page}.html" if has_page(held) else None)

    def change(self, change: Change) -> tuple[Link, Link]:
        """The place and the law of a change."""
        entry = change.entry
        held = self.atlas.places.get(entry.place)
        where = Link(text=held.name if held else entry.place_name, href=f"{held.page}.html" if held else None)
        return where, Link(text=entry.citation, href=self._law(entry.law).href)

    def view(self, place: PlaceEntry) -> PlaceView:
        """The page of a place."""
        answers = place.answers
        ahead = {(item.what, item.date, item.says, item.citation): item for answer in answers for item in answer.upcoming}
        others = {(item.source, item.field, item.says, item.note): item for answer in answers for item in answer.conflicts}
        return PlaceView(
            place=place,
            around=tuple(self.place(code) for code, _ in place.within),
            answers=tuple(self._answer(f"asked-{self.atlas.questions[at].id}", answer) for at, answer in enumerate(answers)),
            food=tuple(self._food(answers)),
            ahead=tuple((ahead_words(item), item, self._cited(item)) for item in ahead.values()),
            otherwise=tuple(others.values()),
            parts=self._parts(place),
            entries=tuple(self._entry(law) for law in place.laws),
            notes=tuple(dict.fromkeys(note for answer in answers for note in answer.notes)),
            verified=row(place).verified,
            checked=sum(law.checked for law in place.laws),
        )

    def _parts(self, place: PlaceEntry) -> tuple[str, tuple[PlaceRow, ...]]:
        """The states of a country, or the counties and towns inside a place that have law on record."""
        states = [
            item for item in self.atlas.places.values() if not local(item) and item.within[-1:] == ((place.id, place.short),)
        ]
        if states:
            return "States", tuple(map(row, states))
        held = [self.atlas.places[code] for code in place.local]
        return "Counties and towns with rules on record", tuple(row(item) for item in held if item.laws)

    def _answer(self, ident: str, answer: LawAnswer) -> AnswerView:
        return AnswerView(
            id=ident,
            answer=answer,
            mark=MARKS[answer.verdict],
            verdict=verdict_words(answer),
            notes=tuple({ground.citation: self._cited(ground) for ground in answer.because}.values()),
            because=tuple(self._ground(ground) for ground in answer.because),
            voided=tuple(self._ground(ground) for ground in answer.voided),
            command=_command(answer),
        )

    def _law(self, norm: str) -> Link:
        held = self.links.get(norm.partition("#")[0])
        return Link(text=norm) if held is None else held

    def _cited(self, held: Ground | Ahead) -> Link:
        return Link(text=held.citation, href=self._law(held.norm).href)

    def _ground(self, held: Ground) -> GroundView:
        says = held.says if held.penalty is None else f"{held.says} Penalty: {held.penalty.rstrip('.')}."
        return GroundView(says=says, law=self._cited(held), url=held.url, about=ground_words(held))

    def _food(self, answers: Sequence[LawAnswer]) -> Iterator[tuple[str, str, tuple[GroundView, ...]]]:
        """What the law of foods says to each question, alike answers together."""
        alike: dict[FoodLaw, list[str]] = {}
        for answer, question in zip(answers, self.atlas.questions, strict=True):
            alike.setdefault(answer.food_law, []).append(question.title)
        for food, titles in alike.items():
            yield "; ".join(titles), verdict_words(food), tuple(self._ground(ground) for ground in food.because)

    def _entry(self, law: LawEntry) -> EntryView:
        return EntryView(law=law, anchor=anchor(law), dates=tuple(self._date(words) for words in dated(law)))

    def _date(self, words: str) -> tuple[str, Link | None, str]:
        found = _BY.search(words)
        if found is None:
            return words, None, ""
        return f"{words[: found.start()]} by ", self._law(found[1]), words[found.end() :]


def anchor(law: LawEntry) -> str:
    """The place of a law on its page."""
    return law.id.partition("/")[2]


def _command(answer: LawAnswer) -> str:
    """The command that asks the same."""
    asked = dict(answer.asked)
    options = [f"--{name} {asked[name]}" for name in ("substance", "form", "action", "age", "on") if name in asked]
    return f"equipoise law {shlex.quote(answer.place)} {' '.join(options)}"
