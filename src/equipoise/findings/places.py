"""The law of the places that a person names: each answered on its own, and nothing of the question kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from equipoise.engines.law import Absence, Book, Norm, Place, Product, Query, route
from equipoise.findings.law_answer import LawAnswer, law_route
from equipoise.findings.norms import absences, norms, place
from equipoise.records.evidence import Evidence
from equipoise.records.gazetteer import Gazetteer, Spot
from equipoise.records.law import Action, Form, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a typed place is: a place of the gazetteer, or None with the codes that may be meant; ``called``: with names."""

    typed: str
    spot: Spot | None
    near: tuple[str, ...]
    called: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Norms and searches by place, made once; a question makes a book of the places around it, and leaves nothing behind."""

    gazetteer: Gazetteer
    norms: Mapping[str, Sequence[Norm]]
    searched: Mapping[str, Sequence[Absence]]
    as_of: date

    def find(self, typed: str) -> Found:
        """A place by its code; a name alone is never taken for one."""
        spot = self.gazetteer.find(typed)
        near = () if spot is not None else tuple(self.gazetteer.near(typed))
        return Found(typed=typed, spot=spot, near=near, called=tuple(map(self._called, near)))

    def _called(self, code: str) -> str:
        """``Germany (DE)``; the code of a town has its name in it."""
        spot = None if "/" in code else self.gazetteer.find(code)
        return code if spot is None else f"{spot.name} ({code})"

    def country(self, spot: Spot) -> Spot:
        """The country that the place is, or is in."""
        return self.gazetteer.stack(spot)[0]

    def around(self, spot: Spot) -> Place:
        """The place with all around it, as the engine takes it."""
        return place(self.gazetteer, spot)

    def bearing(self, spot: Spot) -> list[Norm]:
        """The norms of the place and of those around it."""
        return [norm for held in self.gazetteer.stack(spot) for norm in self.norms.get(held.id, ())]

    def book(self, spots: Sequence[Spot]) -> Book:
        """The law of some places and of those around them, for as long as a question about them lasts."""
        stacks = {held.id: held for spot in spots for held in self.gazetteer.stack(spot)}
        return Book(
            [norm for ident in stacks for norm in self.norms.get(ident, ())],
            [absence for ident in stacks for absence in self.searched.get(ident, ())],
        )

    def answer(
        self,
        spots: Sequence[Spot],
        *,
        substance: Kind,
        form: Form | None,
        action: Action,
        age: int | None,
        on: date | None = None,
        book: Book | None = None,
    ) -> tuple[LawAnswer, ...]:
        """What the law says at each place, along the way from one to the next; ``book``: that of the places, if it is held."""
        queries = [
            Query(
                place=self.around(spot),
                product=Product(kind=substance, form=form),
                action=action,
                on=on or self.as_of,
                known_on=self.as_of,
                age=age,
            )
            for spot in spots
        ]
        return law_route(route(book or self.book(spots), queries), frozenset(self.norms))


def places(evidence: Evidence, as_of: date) -> Places:
    """The law of all places of the evidence, ready to be asked."""
    by_place: dict[str, list[Norm]] = {}
    for norm in norms(evidence.law):
        by_place.setdefault(norm.place, []).append(norm)
    searched: dict[str, list[Absence]] = {}
    for absence in absences(evidence):
        searched.setdefault(absence.place, []).append(absence)
    return Places(gazetteer=evidence.gazetteer, norms=by_place, searched=searched, as_of=as_of)
