"""The register of studies as a reader searches it: some of the studies, in an order, and the sources that they cite."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from equipoise.documents.monograph import StudyEntry
from equipoise.intake.medicine_names import folded
from equipoise.records.evidence import Evidence
from equipoise.records.reference import Reference
from equipoise.values.missing import Missing

SORTS: Mapping[str, str] = {"design": "Design, the strongest first", "size": "Size, the largest first", "name": "Name"}
_ORDER: Mapping[str, Callable[[StudyEntry], tuple[object, ...]]] = {
    "design": lambda study: (study.rank, study.id),
    "size": lambda study: (-(study.size or 0), study.id),
    "name": lambda study: (study.title.casefold(), study.id),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which studies: of a design, a frame, an outcome, a country (words of the register), and with all of some words."""

    words: str = ""
    design: str = ""
    frame: str = ""
    outcome: str = ""
    country: str = ""
    sort: str = "design"


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """The studies with what each filter may be set to; made once."""

    studies: tuple[StudyEntry, ...]
    designs: tuple[str, ...]
    frames: tuple[str, ...]
    outcomes: tuple[str, ...]
    countries: tuple[str, ...]
    searched: Mapping[str, str] = field(repr=False)

    def chosen(self, wanted: Wanted) -> tuple[StudyEntry, ...]:
        """The studies that are wanted, in their order."""
        words = folded(wanted.words).split()
        found = (
            study
            for study in self.studies
            if wanted.design in ("", study.design)
            and wanted.frame in ("", study.frame)
            and (not wanted.country or wanted.country in _countries(study))
            and (not wanted.outcome or any(wanted.outcome == one.label for one in study.outcomes))
            and all(word in self.searched[study.id] for word in words)
        )
        return tuple(sorted(found, key=_ORDER[wanted.sort]))


def register_of(studies: Sequence[StudyEntry]) -> Register:
    """The studies of a document, ready to be searched."""
    return Register(
        studies=tuple(studies),
        designs=_each(study.design for study in sorted(studies, key=lambda study: study.rank)),
        frames=tuple(sorted({study.frame for study in studies})),
        outcomes=tuple(sorted({one.label for study in studies for one in study.outcomes})),
        countries=tuple(sorted({country for study in studies for country in _countries(study)})),
        searched={study.id: folded(" ".join(_words(study))) for study in studies},
    )


def _each(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))


def _countries(study: StudyEntry) -> tuple[str, ...]:
    return tuple(part.strip() for part in study.countries.split(","))


def _words(study: StudyEntry) -> Iterable[str]:
    yield from (study.id, study.title, study.design, study.frame, study.countries, study.population, study.recruitment)
    yield from (study.funding, study.interests, study.instruments, study.conditions or "", study.note or "")
    for one in study.outcomes:
        yield from (one.label, one.among, one.result, one.note or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A source for a reference manager: its kind, and its fields as the record has them."""

    id: str
    kind: str
    authors: tuple[tuple[str, str], ...]
    """Family (or the name of a body) and given names."""
    fields: tuple[tuple[str, str], ...]


def bibliography(evidence: Evidence) -> dict[str, Entry]:
    """Every reference of the evidence, as a reference manager takes it."""
    return {name: _entry(held) for name, held in evidence.references.items()}


def _entry(held: Reference) -> Entry:
    authors = held.author if isinstance(held.author, tuple) else ()
    url = held.URL or (held.retrieved[0].url if held.retrieved else None)
    fields = {
        "title": held.title,
        "container": held.container_title,
        "publisher": held.publisher,
        "year": None if isinstance(held.issued, Missing) else str(held.issued.year),
        "volume": held.volume,
        "issue": held.issue,
        "pages": held.page,
        "number": held.number,
        "doi": held.DOI,
        "pmid": held.PMID,
        "url": url,
    }
    return Entry(
        id=held.id,
        kind=held.type,
        authors=tuple((name.literal or name.family or "", "" if name.literal else name.given or "") for name in authors),
        fields=tuple((name, text) for name, text in fields.items() if text),
    )


def cited_by(studies: Iterable[StudyEntry], entries: Mapping[str, Entry]) -> tuple[Entry, ...]:
    """The sources that some studies cite, each once."""
    names = _each(ref for study in studies for ref, _ in (*study.sources, *(one.source for one in study.outcomes)))
    return tuple(entries[name] for name in names if name in entries)
