"""Results as rows of a table: the numbers that a measure is computed from, and the words that results are chosen by."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from equipoise.engines.synthesis.conversions import from_interval
from equipoise.engines.synthesis.effects import Effects, corrects, effect_size
from equipoise.findings.results import CHANCES, Result
from equipoise.records.evidence import Evidence
from equipoise.records.multiverse import Continuity, Measure
from equipoise.records.sharing import groups
from equipoise.records.study import Association, Conducted, RiskOfBias
from equipoise.values.dates import PartialDate

Table = Mapping[str, Any]
"""Columns of one length."""

SHARES = frozenset({"PLO", "PAS", "PFT", "PLN", "PR"})
"""Measures of how many of a group."""
RATIOS = frozenset({"OR", "RR", "PETO", "HR"})
CORRELATIONS = frozenset({"ZCOR", "COR"})

_T = TypeVar("_T")


def numbers(measure: Measure, results: Sequence[Result]) -> Table:
    """The columns from which a measure is computed, a row for each result.

    Raises
    ------
    ValueError
        A result without the numbers that the measure needs.
    """
    if measure in SHARES:
        counts = _all_known(
            [item.estimate.counts if item.estimate is not None else None for item in results], "events and total"
        )
        return {"events": [count.events for count in counts], "total": [count.total for count in counts]}
    if measure in CORRELATIONS:
        pairs = [item.outcome.association for item in results]
        known = _all_known([pair if pair is not None and pair.measure == "COR" else None for pair in pairs], "a correlation")
        people = _all_known([pair.n if isinstance(pair.n, int) else None for pair in known], "the number of people")
        return {"r": [float(pair.value) for pair in known], "n": people}
    if measure in CHANCES and (any(item.outcome.arms is not None for item in results) or measure in {"PETO", "RD"}):
        arms = _all_known([item.outcome.arms for item in results], "two arms")
        one, other = [pair[0] for pair in arms], [pair[1] for pair in arms]
        return {
            "a": [arm.events for arm in one],
            "n1": [arm.total for arm in one],
            "c": [arm.events for arm in other],
            "n2": [arm.total for arm in other],
        }
    return _given(measure, results)


def _given(measure: Measure, results: Sequence[Result]) -> Table:
    """Effects as printed with their intervals: ratios of one measure, or differences of one measure (GEN)."""
    right = "two arms, or an odds, risk or hazard ratio" if measure in RATIOS else "a mean difference of one measure"
    held = _all_known([item.outcome.association for item in results], "two arms" if measure in RATIOS else right)
    kinds = {association.measure for association in held}
    if kinds != {measure} and not (measure == "GEN" and len(kinds) == 1 and kinds <= {"MD", "SMD", "d"}):
        raise ValueError(f"results are {', '.join(sorted(kinds))}; every result should have {right}")
    whole = [_bounds(association) for association in held]
    known = _all_known(whole, "an interval, and all of one level")
    if len({level for *_, level in known}) > 1:
        raise ValueError("intervals are of several levels; every result should have an interval, and all of one level")
    value, low, high, level = zip(*known, strict=True)
    found = from_interval(value, low, high, level=level[0], scale="log" if measure in RATIOS else "identity", measure=measure)
    return {"effect": found.effect.tolist(), "variance": found.variance.tolist()}


def _bounds(held: Association) -> tuple[float, float, float, float] | None:
    if held.low is None or held.high is None:
        return None
    return float(held.value), float(held.low), float(held.high), float(held.level or 95) / 100


def effects(measure: Measure, columns: Table, continuity: Sequence[Continuity]) -> Effects:
    """Effects and variances of the rows, corrected as the first of ``continuity`` says."""
    if not continuity or not corrects(measure):
        return effect_size(measure, **columns)
    return effect_size(measure, **columns, to=continuity[0].to, add=float(continuity[0].add))


def words(evidence: Evidence, results: Sequence[Result]) -> Table:
    """The columns that results are chosen by, and ``overlap``: the group of those that share people or data."""
    return {
        "study": [item.study.id for item in results],
        "result": [item.name for item in results],
        "outcome": [item.outcome.id for item in results],
        "basis": [item.outcome.basis for item in results],
        "design": [item.study.design for item in results],
        "country": [_countries(item) for item in results],
        "risk-of-bias": [
            item.study.risk_of_bias.overall if isinstance(item.study.risk_of_bias, RiskOfBias) else None for item in results
        ],
        "size": [people(item) for item in results],
        "year": [_year(item) for item in results],
        "issued": [_issued(evidence, item) for item in results],
        "overlap": [f"group {number}" for number in groups([item.study for item in results])],
    }


def people(item: Result) -> int | None:
    """How many people (or reports, or deaths) were counted, where it is known."""
    if item.outcome.arms is not None:
        return sum(arm.total for arm in item.outcome.arms)
    if item.outcome.association is not None:
        return item.outcome.association.n if isinstance(item.outcome.association.n, int) else None
    return item.estimate.counts.total if item.estimate is not None and item.estimate.counts is not None else None


def events(item: Result) -> int | None:
    """How many of them had the event, where it is known."""
    if item.outcome.arms is not None:
        return sum(arm.events for arm in item.outcome.arms)
    return item.estimate.counts.events if item.estimate is not None and item.estimate.counts is not None else None


def _countries(item: Result) -> str | None:
    return "+".join(sorted(item.study.country)) if isinstance(item.study.country, tuple) else None


def _year(item: Result) -> int | None:
    held = item.study.conducted
    return (held.until or held.since).year if isinstance(held, Conducted) else None


def _issued(evidence: Evidence, item: Result) -> int | None:
    reference = evidence.references.get(item.outcome.source.ref)
    issued = reference.issued if reference is not None else None
    return issued.year if isinstance(issued, PartialDate) else None


def _all_known(values: Sequence[_T | None], what: str) -> list[_T]:
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        raise ValueError(f"every result should have {what}")
    return known
