"""What the register itself says: one study's result, a dated series, a position, a tally, and that nothing was found."""

from dataclasses import replace
from datetime import date

from equipoise import __version__
from equipoise.findings import wording
from equipoise.findings.certainty import aim, direction, grade
from equipoise.findings.finding import Basis, Citation, Finding, Level, Reason
from equipoise.findings.results import CHANCES, Result, alike, citations, result, standing_caveats
from equipoise.records.evidence import Evidence
from equipoise.records.search import Search
from equipoise.records.study import Conducted, Quantity, Study
from equipoise.records.topic import AbsenceFinding, PositionFinding, ReportedFinding, SeriesFinding, TallyFinding
from equipoise.values.estimate import Estimate, Part
from equipoise.values.missing import Missing


def reported(evidence: Evidence, declared: ReportedFinding, as_of: date) -> Finding:
    """One study's result, in its numbers."""
    item = result(evidence, declared.record)
    certainty, because = grade(evidence, [item], item.estimate, indirect=declared.indirect, override=declared.override)
    return Finding(
        id=declared.id,
        question=declared.question,
        statement=_sentence(item, certainty),
        estimate=item.estimate,
        certainty=certainty,
        because=because,
        sources=citations([item]),
        basis=_basis("reported", (("design", item.study.design), ("basis", item.outcome.basis)), (declared.record,)),
        as_of=as_of,
        caveats=(*declared.caveats, *standing_caveats([item])),
    )


def _sentence(item: Result, certainty: Level) -> str:
    outcome, word = item.outcome, item.word
    if outcome.stated is not None:
        return f"{outcome.stated.rstrip('.')}."
    if item.estimate is None:
        raise ValueError(f"{item.name}: there is neither a number nor a statement")
    if outcome.association is not None:
        way, chance = direction(item.estimate), outcome.association.measure in CHANCES
        if aim(item) == "effect" and " against " in outcome.association.contrast:
            subject, comparator = outcome.association.contrast.split(" against ", 1)
            return wording.effect(word.label, subject, comparator, way, certainty, chance=chance)
        odds = outcome.association.measure == "OR"
        return wording.link(word.label, outcome.association.contrast, way, chance=chance, odds=odds)
    if outcome.arms is not None:
        one, other = (f"{arm.events:,} of {arm.total:,} with {arm.name}" for arm in outcome.arms)
        return f"{one} and {other} {word.phrase}."
    if outcome.quantity is not None and item.estimate.measure != "proportion":
        return _measured(item, outcome.quantity, item.estimate)
    return wording.share(item.estimate.printed, outcome.among, word.phrase)


def _measured(item: Result, quantity: Quantity, estimate: Estimate) -> str:
    label, among = item.word.label, item.outcome.among
    if quantity.statistic in {"minimum", "maximum"} and estimate.interval is not None:
        low, high = (f"{bound:g}" for bound in (estimate.interval.low, estimate.interval.high))
        return wording.ranged(label, among, low, high, estimate.unit)
    counted = label.startswith("number of ") or estimate.unit in label.split()  # the unit would say it twice
    return wording.measured(label, among, quantity.statistic, f"{quantity.value:,}" if counted else estimate.printed)


def series(evidence: Evidence, declared: SeriesFinding, as_of: date) -> Finding:
    """One share at several dates, the latest in the sentence; whether it may be read as a trend is said.

    Raises
    ------
    ValueError
        Results of different outcomes or units, that are no shares, without a date, or not in the order of their dates.
    """
    results = [result(evidence, name) for name in declared.records]
    held = alike(declared.id, results)
    if any(one.measure != "proportion" for _, one in held):
        raise ValueError(f"{declared.id}: holds a result that is no share; should be shares of a group, year by year")
    times = [item.study.conducted for item in results if isinstance(item.study.conducted, Conducted)]
    days = [time.since.earliest for time in times]
    if len(times) < len(results) or days != sorted(days):
        raise ValueError(
            f"{declared.id}: the dates are unknown or out of order; should be results of dated studies, the latest last"
        )
    latest_item, latest = held[-1]
    parts = tuple(
        Part(label=_years(time), record=item.name, value=one.value, interval=one.interval, counts=one.counts)
        for (item, one), time in zip(held, times, strict=True)
    )
    estimate = replace(latest, parts=parts)
    certainty, because = grade(evidence, [latest_item], latest, override=declared.override)
    trend = "The years may be compared: " if declared.comparable == "yes" else "Not a trend: "
    return Finding(
        id=declared.id,
        question=declared.question,
        statement=wording.dated_share(parts[-1].label, latest.printed, latest_item.outcome.among, latest_item.word.phrase),
        estimate=estimate,
        certainty=certainty,
        because=because,
        sources=citations(results),
        basis=_basis("series", (("comparable", declared.comparable),), declared.records),
        as_of=as_of,
        caveats=(f"{trend}{declared.why}", *declared.caveats, *standing_caveats(results)),
    )


def _years(time: Conducted) -> str:
    since, until = time.since.year, (time.until or time.since).year
    return str(since) if since == until else f"{since}\u2013{until}"


def absence(evidence: Evidence, declared: AbsenceFinding, as_of: date) -> Finding:
    """Nothing was found, by which searches, when."""
    searches = [evidence.searches[name] for name in declared.searches]
    return Finding(
        id=declared.id,
        question=declared.question,
        statement=wording.none_found(declared.what),
        estimate=None,
        certainty=Level.NOT_GRADED,
        because=(
            Reason(
                domain="search",
                change=0,
                why="absence of evidence is not evidence of absence; see what each search could not see",
            ),
        ),
        sources=tuple(Citation(search=search.id, on=searched_on(search)) for search in searches),
        basis=_basis("absence", (("queries", sum(len(search.queries) for search in searches)),), declared.searches),
        as_of=as_of,
        caveats=(*declared.caveats, *dict.fromkeys(search.limits for search in searches)),
    )


def searched_on(search: Search) -> str:
    """The last day of a search, or that it is not reported."""
    days = [query.date for query in search.queries if isinstance(query.date, date)]
    return str(max(days)) if days else "date not reported"


def position(evidence: Evidence, declared: PositionFinding, as_of: date) -> Finding:
    """What somebody holds, with their interests said."""
    held = evidence.positions[declared.record]
    detail = () if held.detail is None else (held.detail,)
    said = [wording.undated(held.extracted.date) if isinstance(held.date, Missing) else wording.stated(held.date)]
    if held.interests is not Missing.NOT_APPLICABLE:
        said.append(wording.interests(str(held.interests)))
    if held.superseded is not None:
        said.append(wording.replaced(evidence.positions[held.superseded].holds))
    return Finding(
        id=declared.id,
        question=declared.question,
        statement=f"{held.holds.rstrip('.')}.",
        estimate=None,
        certainty=Level.NOT_GRADED,
        because=(),
        sources=tuple(Citation(ref=source.ref, at=source.at) for source in held.sources),
        basis=_basis(
            "position", (("holder", held.holder.name), ("kind", held.holder.kind), ("stance", held.stance)), (held.id,)
        ),
        as_of=as_of,
        caveats=(*declared.caveats, *detail, *said),
        in_sight=tuple(said),
    )


def tally(evidence: Evidence, declared: TallyFinding, as_of: date) -> Finding:
    """How many studies of the register are of these designs and have these outcomes.

    Raises
    ------
    ValueError
        None are: then the finding is an absence, with the searches behind it.
    """
    chosen = [study for study in evidence.studies.values() if _selected(study, declared)]
    if not chosen:
        raise ValueError(f"{declared.id}: no study is selected; should be an absence, with its searches")
    return Finding(
        id=declared.id,
        question=declared.question,
        statement=f"The register holds {len(chosen):,} {declared.what}.",
        estimate=Estimate(measure="studies in the register", value=len(chosen), unit="studies", printed=f"{len(chosen):,}"),
        certainty=Level.NOT_GRADED,
        because=(),
        sources=tuple(dict.fromkeys(Citation(ref=study.sources[0].ref, at=study.sources[0].at) for study in chosen)),
        basis=_basis(
            "tally", (("designs", declared.designs), ("outcomes", declared.outcomes)), tuple(study.id for study in chosen)
        ),
        as_of=as_of,
        caveats=declared.caveats,
    )


def _selected(study: Study, declared: TallyFinding) -> bool:
    of_design = not declared.designs or study.design in declared.designs
    return of_design and (not declared.outcomes or any(item.outcome in declared.outcomes for item in study.outcomes))


def _basis(kind: str, options: tuple[tuple[str, object], ...], records: tuple[str, ...]) -> Basis:
    return Basis(kind=kind, engine="register", options=options, records=records, version=__version__)  # type: ignore[arg-type]
