"""The monograph: chapters in their order, with the findings, sources, studies and help that they show.

It holds all that an output needs, already in words, so that an output reads nothing else.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from equipoise import __version__
from equipoise.documents.citations import CitedReference, cite, cite_law
from equipoise.documents.prose import Block, ProseError, Shown, blocks
from equipoise.findings.atlas import Atlas, atlas
from equipoise.findings.certainty import grade
from equipoise.findings.finding import Finding, Level
from equipoise.findings.interactions import likely_words, match, partner, weighed
from equipoise.findings.norms import absences
from equipoise.findings.register import searched_on
from equipoise.findings.results import Result, result
from equipoise.findings.topics import compute
from equipoise.records.breaches import Breach
from equipoise.records.evidence import Evidence
from equipoise.records.faults import EvidenceError, Fault
from equipoise.records.helpline import Helpline
from equipoise.records.interaction import Interaction
from equipoise.records.law import Law
from equipoise.records.position import Position
from equipoise.records.rules import placed
from equipoise.records.search import Query, Search
from equipoise.records.sharing import shared_data
from equipoise.records.study import RiskOfBias, Study
from equipoise.records.topic import Chapter, EvidenceMap, Topic
from equipoise.values.estimate import Estimate
from equipoise.values.missing import Missing

STALE_DAYS = 180

SUBSTANCE = "kratom"
"""What every record of an interaction is about besides its partner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """What stands under a chapter's title: how much evidence it rests on, and how far that was checked.

    ``last_search`` is the last day of a search that a finding of the chapter rests on, or None. ``laws`` are counted among
    ``records`` too.
    """

    as_of: date
    studies: int
    people: int
    last_search: str | None
    checked: int
    records: int
    laws: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of an evidence map: how many studies and people, and the certainty they give together."""

    studies: tuple[str, ...]
    people: int
    certainty: Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Map:
    """Outcomes (rows) by designs (columns); an empty cell is None, a gap."""

    designs: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell | None, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChapterPage:
    """A chapter as it is read. ``findings`` are the ids it shows, in order; ``atlas``: it shows the law of every place."""

    id: str
    title: str
    reader: str
    strip: Strip
    blocks: tuple[Block, ...]
    findings: tuple[str, ...]
    map: Map | None
    atlas: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchEntry:
    """A search behind an absence, in words."""

    id: str
    question: str
    on: str
    queries: tuple[str, ...]
    found: str
    limits: str
    sources: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeEntry:
    """One result in the register: what, among whom, the number in words, how it came about, and where it stands."""

    id: str
    label: str
    among: str
    result: str
    estimate: Estimate | None
    basis: str
    source: tuple[str, str]
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyEntry:
    """A study of the register, in words."""

    id: str
    title: str
    design: str
    rank: int
    frame: str
    countries: str
    conducted: str
    size: int | None
    size_text: str
    population: str
    recruitment: str
    conditions: str | None
    funding: str
    interests: str
    instruments: str
    outcomes: tuple[OutcomeEntry, ...]
    bias: str
    bias_domains: tuple[tuple[str, str, str], ...]
    overlaps: tuple[tuple[str, str, str], ...]
    sources: tuple[tuple[str, str], ...]
    extracted: str
    checked: str
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpEntry:
    """A helpline. ``stale`` when its number was last seen more than 180 days before the day of the document."""

    id: str
    country: str
    name: str
    kind: str
    channels: tuple[tuple[str, str], ...]
    hours: str
    languages: str
    verified_on: date
    stale: bool
    source: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionEntry:
    """An interaction of ``substance`` that a finding rests on, in words; how severe and how likely stay two things.

    ``medicines``: those of the register that it is about, each with its UNII, or None where no UNII is on record.
    """

    id: str
    title: str
    substance: str
    partner: str
    axis: str
    effect: str
    severity: str
    likelihood: str
    medicines: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Monograph:
    """Everything an output writes. ``urgent`` is the help that stands on every page.

    ``law``: the law of every place, where a chapter shows it or a finding cites it; a law's reference is named ``law/<id>``.
    """

    id: str
    title: str
    subtitle: str
    as_of: date
    version: str
    chapters: tuple[ChapterPage, ...]
    findings: Mapping[str, Finding]
    references: Mapping[str, CitedReference]
    searches: Mapping[str, SearchEntry]
    studies: tuple[StudyEntry, ...]
    help: tuple[HelpEntry, ...]
    urgent: tuple[HelpEntry, ...]
    law: Atlas | None = None
    interactions: tuple[InteractionEntry, ...] = ()


def monograph(evidence: Evidence, topic: Topic, as_of: date) -> Monograph:
    """Compute the findings of ``topic`` and set them in the order of its chapters.

    Raises
    ------
    EvidenceError
        A finding that its records do not allow, a result whose numbers cannot be, or prose that chapters do not use.
    """
    findings = compute(evidence, topic, as_of)
    used = _used_studies(evidence, findings.values(), topic)
    prose, faults = _prose(evidence, topic)
    faults += _impossible(evidence, used)
    faults += _atlases(evidence, topic)
    if faults:
        raise EvidenceError(tuple(sorted(faults)))
    helplines = sorted(
        evidence.helplines.values(), key=lambda item: (evidence.vocabulary.countries[item.country].name, item.kind, item.name)
    )
    cited = _cited(evidence, findings.values(), used, helplines)
    law = _law(evidence, topic, findings.values(), as_of)
    references = {name: cite(item) for name, item in sorted(evidence.references.items()) if name in cited}
    return Monograph(
        id=topic.id,
        title=topic.title,
        subtitle=topic.subtitle,
        as_of=as_of,
        version=__version__,
        chapters=tuple(_page(evidence, chapter, prose[chapter.id], findings, as_of) for chapter in topic.chapters),
        findings=findings,
        references=references | _cited_laws(law, cited),
        searches={item.id: _search(item) for item in evidence.searches.values()},
        studies=tuple(sorted((_study(evidence, study) for study in used), key=lambda item: (item.rank, item.id))),
        help=tuple(help_entry(evidence, item, as_of) for item in helplines),
        urgent=tuple(help_entry(evidence, evidence.helplines[name], as_of) for name in topic.help),
        law=law,
        interactions=tuple(
            _interaction(evidence, evidence.interactions[name]) for name in _records(findings.values(), "interaction")
        ),
    )


def _atlases(evidence: Evidence, topic: Topic) -> Iterator[Fault]:
    """A site has one page for each place, so that one chapter alone may ask."""
    asking = [place for place, chapter in enumerate(topic.chapters) if chapter.atlas]
    for place in asking[1:]:
        found = "stands in a second chapter; should stand in one, for every place has one page"
        yield placed(evidence, Breach(f"topics/{topic.id}", ("chapters", place, "atlas"), found))


def _law(evidence: Evidence, topic: Topic, findings: Iterable[Finding], as_of: date) -> Atlas | None:
    asked = [one for chapter in topic.chapters for one in chapter.atlas]
    if not asked and not _records(findings, "law"):
        return None
    return atlas(evidence, asked, as_of)


def _cited_laws(law: Atlas | None, cited: Container[str]) -> dict[str, CitedReference]:
    """The laws that findings cite, by name."""
    if law is None:
        return {}
    held = [(entry, place.name) for place in law.places.values() for entry in place.laws if f"law/{entry.id}" in cited]
    return {f"law/{entry.id}": cite_law(entry, name) for entry, name in sorted(held, key=lambda item: item[0].id)}


def _used_studies(evidence: Evidence, findings: Iterable[Finding], topic: Topic) -> tuple[Study, ...]:
    """The studies behind the findings and the evidence maps; the register shows these and no others."""
    names = set(_studied(findings))
    for chapter in topic.chapters:
        if chapter.evidence_map is not None:
            names |= {
                study.id
                for study in evidence.studies.values()
                for item in study.outcomes
                if item.outcome in chapter.evidence_map.outcomes
            }
    return tuple(study for name, study in evidence.studies.items() if name in names)


def _cited(
    evidence: Evidence, findings: Iterable[Finding], studies: Sequence[Study], helplines: Sequence[Helpline]
) -> frozenset[str]:
    names = {source.ref for finding in findings for source in finding.sources if source.ref is not None}
    for study in studies:
        names |= {source.ref for source in study.sources} | {outcome.source.ref for outcome in study.outcomes}
    names |= {source.ref for search in evidence.searches.values() for source in search.sources}
    names |= {source.ref for helpline in helplines for source in helpline.sources}
    return frozenset(names)


def _prose(evidence: Evidence, topic: Topic) -> tuple[dict[str, tuple[Block, ...]], list[Fault]]:
    prose: dict[str, tuple[Block, ...]] = {}
    faults: list[Fault] = []
    for chapter in topic.chapters:
        try:
            prose[chapter.id] = blocks(evidence.prose.get((topic.id, chapter.id), ""))
        except ProseError as fault:
            faults.append(Fault(f"chapters/{topic.id}/{chapter.id}.md", fault.line, "", str(fault)))
    return prose, faults


def _impossible(evidence: Evidence, studies: Iterable[Study]) -> Iterator[Fault]:
    for study in studies:
        for index, item in enumerate(study.outcomes):
            try:
                result(evidence, f"{study.id}/{item.id}")
            except ValueError as fault:
                yield placed(evidence, Breach(f"studies/{study.id}", ("outcomes", index), str(fault)))


def _page(
    evidence: Evidence, chapter: Chapter, body: tuple[Block, ...], findings: Mapping[str, Finding], as_of: date
) -> ChapterPage:
    shown = tuple(block.finding for block in body if isinstance(block, Shown))
    return ChapterPage(
        id=chapter.id,
        title=chapter.title,
        reader=chapter.reader,
        strip=_strip(evidence, chapter, [findings[name] for name in shown], as_of),
        blocks=body,
        findings=shown,
        map=None if chapter.evidence_map is None else _map(evidence, chapter.evidence_map),
        atlas=bool(chapter.atlas),
    )


def _strip(evidence: Evidence, chapter: Chapter, findings: Sequence[Finding], as_of: date) -> Strip:
    studies = [evidence.studies[name] for name in _studied(findings)]
    positions = [evidence.positions[name] for name in _records(findings, "position")]
    laws = [evidence.law[name] for name in (evidence.law if chapter.atlas else _records(findings, "law"))]
    names = {source.search for finding in findings for source in finding.sources if source.search is not None}
    names |= {absence.search for absence in absences(evidence)} if chapter.atlas else set()
    searched = [day for name in names if (day := searched_on(evidence.searches[name]))[:1].isdigit()]
    records: list[Study | Position | Law] = [*studies, *positions, *laws]
    return Strip(
        as_of=as_of,
        studies=len(studies),
        people=_people(studies),
        last_search=max(searched, default=None),
        checked=sum(bool(record.checked) for record in records),
        records=len(records),
        laws=len(laws),
    )


def _records(findings: Iterable[Finding], *kinds: str) -> dict[str, None]:
    """The records behind the findings of these kinds, in order and once; a study, a position and a search may have one id."""
    return dict.fromkeys(name for finding in findings if finding.basis.kind in kinds for name in finding.basis.records)


def _studied(findings: Iterable[Finding]) -> dict[str, None]:
    """The ids of the studies behind the findings."""
    names = _records(findings, "pooled", "reported", "contrast", "series", "tally")
    return dict.fromkeys(name.partition("/")[0] for name in names)


def _people(studies: Sequence[Study]) -> int:
    """People studied, those of shared samples counted once."""
    counted: list[Study] = []
    for study in sorted(studies, key=lambda item: -(item.sample.size if isinstance(item.sample.size, int) else 0)):
        if (
            study.sample.unit == "people"
            and isinstance(study.sample.size, int)
            and all(shared_data(study, other) is None for other in counted)
        ):
            counted.append(study)
    return sum(study.sample.size for study in counted if isinstance(study.sample.size, int))


def _map(evidence: Evidence, declared: EvidenceMap) -> Map:
    rows = []
    for word in declared.outcomes:
        cells: list[Cell | None] = []
        for design in declared.designs:
            found = [
                result(evidence, f"{study.id}/{item.id}")
                for study in evidence.studies.values()
                if study.design == design
                for item in study.outcomes
                if item.outcome == word
            ]
            cells.append(_cell(evidence, found) if found else None)
        rows.append((evidence.vocabulary.outcomes[word].label, tuple(cells)))
    return Map(designs=tuple(evidence.vocabulary.designs[name].label for name in declared.designs), rows=tuple(rows))


def _cell(evidence: Evidence, found: Sequence[Result]) -> Cell:
    studies = list({item.study.id: item.study for item in found}.values())
    return Cell(
        studies=tuple(study.id for study in studies), people=_people(studies), certainty=grade(evidence, found, None)[0]
    )


def _search(search: Search) -> SearchEntry:
    return SearchEntry(
        id=search.id,
        question=search.question,
        on=searched_on(search),
        queries=tuple(_query(query) for query in search.queries),
        found=search.found,
        limits=search.limits,
        sources=tuple((source.ref, source.at) for source in search.sources),
    )


def _query(query: Query) -> str:
    """One query in words; what is not reported is said once, at the end."""
    known = [query.database]
    known += [f"on {query.date}"] if isinstance(query.date, date) else []
    known += [f"for {query.query}"] if isinstance(query.query, str) else []
    counted = [f"{query.hits:,} hits"] if isinstance(query.hits, int) else []
    counted += [f"{query.screened:,} looked at"] if isinstance(query.screened, int) else []
    counted += [f"{len(query.kept)} kept"] if query.kept or counted else []
    silent = [name for name in ("date", "query", "hits") if isinstance(getattr(query, name), Missing)]
    said = " ".join(known) + (f": {', '.join(counted)}" if counted else "")
    return f"{said} ({', '.join(silent)} not reported)" if silent else said


def _study(evidence: Evidence, study: Study) -> StudyEntry:
    words = evidence.vocabulary
    countries = (
        ", ".join(words.countries[code].name for code in study.country)
        if isinstance(study.country, tuple)
        else str(study.country)
    )
    tools = (
        ", ".join(words.instruments[name].label for name in study.instruments)
        if isinstance(study.instruments, tuple)
        else str(study.instruments)
    )
    when = study.conducted
    conducted = str(when) if isinstance(when, Missing) else f"{when.since} to {when.until}" if when.until else str(when.since)
    size = study.sample.size if isinstance(study.sample.size, int) else None
    judged = study.risk_of_bias if isinstance(study.risk_of_bias, RiskOfBias) else None
    labels = {item.domain: item.label for item in words.bias_domains.get(judged.instrument, ())} if judged else {}
    return StudyEntry(
        id=study.id,
        title=study.title,
        design=words.designs[study.design].label,
        rank=words.designs[study.design].rank,
        frame=words.frames[study.frame].label,
        countries=countries,
        conducted=conducted,
        size=size,
        size_text=f"{size:,} {words.units[study.sample.unit].label}" if size is not None else f"number {study.sample.size}",
        population=study.population,
        recruitment=str(study.recruitment),
        conditions=study.conditions,
        funding=str(study.funding),
        interests=str(study.interests),
        instruments=tools,
        outcomes=tuple(_outcome(evidence, study, item.id) for item in study.outcomes),
        bias=judged.overall.replace("-", " ") if judged else "not judged",
        bias_domains=tuple(
            (labels.get(item.domain, item.domain), item.judgement.replace("-", " "), item.because) for item in judged.domains
        )
        if judged
        else (),
        overlaps=tuple((item.study, item.how.replace("-", " "), item.because) for item in study.overlaps),
        sources=tuple((source.ref, source.at) for source in study.sources),
        extracted=f"{words.people[study.extracted.by].name}, {study.extracted.date}",
        checked="; ".join(f"{words.people[item.by].name}, {item.date}" for item in study.checked) or "nobody yet",
        note=_note(evidence, study.id, study.note),
    )


def _outcome(evidence: Evidence, study: Study, name: str) -> OutcomeEntry:
    held = result(evidence, f"{study.id}/{name}")
    outcome = held.outcome
    said = outcome.stated or (held.estimate.printed if held.estimate is not None else "")
    if held.estimate is not None and outcome.association is not None:
        association = outcome.association
        said = f"{held.estimate.measure} {said}, {association.contrast}; adjustment: {association.adjusted}"
    basis = outcome.basis if outcome.derivation is None else f"{outcome.basis}: {outcome.derivation}"
    return OutcomeEntry(
        id=outcome.id,
        label=held.word.label,
        among=outcome.among,
        result=said,
        estimate=held.estimate,
        basis=basis,
        source=(outcome.source.ref, outcome.source.at),
        note=_note(evidence, f"{study.id}/{name}", outcome.note),
    )


def _note(evidence: Evidence, name: str, note: str | None) -> str | None:
    """What is noted of a study or a result, and each correction of it."""
    said = [] if note is None else [note]
    for held in evidence.corrections.values():
        if held.concerns == name:
            because = held.because.rstrip(".")
            said.append(f"Correction: printed is \u201c{held.printed}\u201d; used here: {held.used}. {because}.")
    return " ".join(said) or None


def _interaction(evidence: Evidence, rule: Interaction) -> InteractionEntry:
    about = [one for one in evidence.medicines.values() if match(evidence, rule, one) is not None]
    return InteractionEntry(
        id=rule.id,
        title=rule.title,
        substance=SUBSTANCE,
        partner=partner(rule.title),
        axis=rule.axis,
        effect=rule.effect,
        severity=rule.severity,
        likelihood=likely_words(rule, weighed(rule.evidence)),
        medicines=tuple(sorted((one.name, None if isinstance(one.unii, Missing) else one.unii) for one in about)),
    )


def help_entry(evidence: Evidence, helpline: Helpline, as_of: date) -> HelpEntry:
    """A helpline in words, and whether its number was seen too long ago."""
    return HelpEntry(
        id=helpline.id,
        country=evidence.vocabulary.countries[helpline.country].name,
        name=helpline.name,
        kind=helpline.kind,
        channels=tuple((channel.by, channel.to) for channel in helpline.channels),
        hours=str(helpline.hours),
        languages=str(helpline.languages),
        verified_on=helpline.verified_on,
        stale=as_of - helpline.verified_on > timedelta(days=STALE_DAYS),
        source=(helpline.sources[0].ref, helpline.sources[0].at),
    )
