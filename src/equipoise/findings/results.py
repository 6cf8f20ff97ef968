"""One study's result as an Estimate: the numbers as printed, and an interval computed here where none is printed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from equipoise.engines.synthesis.proportions import difference, wilson
from equipoise.findings.citing import paper_name
from equipoise.findings.finding import Citation
from equipoise.records.evidence import Evidence
from equipoise.records.study import Association, Count, Outcome, Quantity, Study
from equipoise.records.vocabulary import OutcomeWord
from equipoise.values.estimate import Counts, Estimate, Interval, Part

ROUNDING = 0.5
"""How far, in percentage points, a percentage may be rounded."""
SMALL = 20
"""Below this many people a share is said as a count, not as a percentage."""

CHANCES = frozenset({"OR", "RR", "PETO", "HR", "IRR", "RD"})
"""Measures that compare how likely an event is."""
_MEASURES = {
    "OR": "odds ratio",
    "RR": "risk ratio",
    "HR": "hazard ratio",
    "IRR": "rate ratio",
    "RD": "risk difference",
    "SMD": "standardised mean difference",
    "MD": "mean difference",
    "COR": "correlation",
    "d": "Cohen's d",
}


_LEVELS: Mapping[str, tuple[str, float | None]] = {
    "90% CI": ("confidence", 0.90),
    "95% CI": ("confidence", 0.95),
    "95% CrI": ("credible", 0.95),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A study with its short name (``label``), its outcome, the outcome's word, and the estimate (None: stated in words)."""

    name: str
    study: Study
    outcome: Outcome
    word: OutcomeWord
    estimate: Estimate | None
    label: str


def result(evidence: Evidence, name: str) -> Result:
    """The result that ``study/outcome`` names.

    Raises
    ------
    ValueError
        No such result, or numbers in it that cannot be.
    """
    found = evidence.outcome(name)
    if found is None:
        raise ValueError(f"there is no result {name!r}")
    study, outcome = found
    word = evidence.vocabulary.outcomes[outcome.outcome]
    try:
        estimate = _estimate(evidence, study, outcome)
    except (ValueError, OverflowError) as fault:
        raise ValueError(f"{name}: {fault}") from fault
    label = paper_name(evidence, study.id)
    return Result(name=name, study=study, outcome=outcome, word=word, estimate=estimate, label=label)


def _estimate(evidence: Evidence, study: Study, outcome: Outcome) -> Estimate | None:
    if outcome.count is not None:
        if outcome.count.percent is None and not isinstance(outcome.count.total, int):
            return _number(outcome.count, evidence.vocabulary.units[study.sample.unit].label)
        return _share(study, outcome.count)
    if outcome.arms is not None:
        return _arms(study, outcome)
    if outcome.quantity is not None:
        return _quantity(outcome.quantity, evidence.vocabulary.units[outcome.quantity.unit].label)
    if outcome.association is not None:
        return _association(outcome.association)
    return None


def _number(count: Count, unit: str) -> Estimate:
    if count.events is None:
        raise ValueError("a count has neither a percentage nor events")
    return Estimate(measure="count", value=count.events, unit=unit, printed=f"{count.events:,}")


def _share(study: Study, count: Count) -> Estimate:
    total = count.total if isinstance(count.total, int) else None
    counts = Counts(events=count.events, total=total) if count.events is not None and total is not None else None
    if count.percent is not None:
        value = float(count.percent)
    elif counts is not None:
        value = 100 * counts.events / counts.total
    else:
        raise ValueError("a count has neither a percentage nor events")
    if counts is not None and counts.total < SMALL:
        printed = f"{counts.events} of {counts.total}"
    elif counts is not None and counts.events == 0:
        printed = f"none of {counts.total:,}"
    else:
        printed = f"{count.percent}%" if count.percent is not None else f"{value:.1f}%"
    interval = None
    if total is not None and study.frame != "population-sample":  # a weighted sample's interval needs its design
        events = float(count.events) if count.events is not None else value / 100 * total
        score = wilson(events, total)
        low, high = 100 * score.low, 100 * score.high
        if low - ROUNDING <= value <= high + ROUNDING:  # else the count and the printed percentage contradict each other
            interval = Interval(low=min(low, value), high=max(high, value), kind="confidence (Wilson, computed here)")
    return Estimate(measure="proportion", value=value, unit="%", printed=printed, interval=interval, counts=counts)


def _arms(study: Study, outcome: Outcome) -> Estimate:
    if outcome.arms is None or len(outcome.arms) != 2:
        raise ValueError(f"a comparison has two arms, not {len(outcome.arms or ())}")
    one, other = outcome.arms
    gap = difference(one.events, one.total, other.events, other.total)
    parts = tuple(
        Part(
            label=arm.name,
            record=f"{study.id}/{outcome.id}",
            value=100 * arm.events / arm.total,
            counts=Counts(events=arm.events, total=arm.total),
        )
        for arm in outcome.arms
    )
    return Estimate(
        measure="risk difference",
        value=100 * gap.value,
        unit="percentage points",
        printed=f"{one.events:,} of {one.total:,} against {other.events:,} of {other.total:,}",
        interval=Interval(low=100 * gap.low, high=100 * gap.high, kind="confidence (Newcombe, computed here)"),
        parts=parts,
    )


def _quantity(quantity: Quantity, unit: str) -> Estimate:
    interval = None
    if quantity.low is not None and quantity.high is not None and quantity.low <= quantity.value <= quantity.high:
        named = quantity.interval or "range"
        kind, level = _LEVELS.get(named, (named, None))
        interval = Interval(low=float(quantity.low), high=float(quantity.high), kind=kind, level=level)
    measure = "proportion" if unit == "%" and quantity.statistic == "value" else quantity.statistic.replace("-", " ")
    shown = f"{quantity.value:,}"
    joined = shown if unit == "ratio" else f"{shown}{'' if unit == '%' else ' '}{unit}"
    return Estimate(measure=measure, value=float(quantity.value), unit=unit, printed=joined, interval=interval)


def _association(association: Association) -> Estimate:
    interval = None
    if (
        association.low is not None
        and association.high is not None
        and association.low <= association.value <= association.high
    ):
        level = float(association.level) / 100 if association.level is not None else 0.95
        interval = Interval(low=float(association.low), high=float(association.high), kind="confidence", level=level)
    measure = _MEASURES[association.measure]
    return Estimate(
        measure=measure, value=float(association.value), unit=measure, printed=f"{association.value}", interval=interval
    )


def alike(identity: str, results: Sequence[Result]) -> tuple[tuple[Result, Estimate], ...]:
    """The results with their estimates, once it is sure that they may stand side by side.

    Raises
    ------
    ValueError
        Results of different outcomes, of different units, or without a number.
    """
    words = sorted({item.outcome.outcome for item in results})
    if len(words) > 1:
        raise ValueError(f"{identity}: sets the outcomes {', '.join(words)} side by side; should hold one outcome")
    held = tuple((item, item.estimate) for item in results if item.estimate is not None)
    if len(held) < len(results) or len({estimate.unit for _, estimate in held}) > 1:
        raise ValueError(f"{identity}: holds a result without a number or of another unit; should hold numbers in one unit")
    return held


def citations(results: Sequence[Result]) -> tuple[Citation, ...]:
    """The source of each result with its place, once."""
    return tuple(dict.fromkeys(Citation(ref=item.outcome.source.ref, at=item.outcome.source.at) for item in results))


def standing_caveats(results: Sequence[Result]) -> tuple[str, ...]:
    """What a reader must know of any result of this kind."""
    said = []
    if any(item.word.kind == "motive" for item in results):
        said.append("A motive says why people take it, not whether it helps.")
    if any(item.outcome.association is not None and item.word.kind != "treatment" for item in results):
        said.append("A link is not a cause.")
    if any(
        item.outcome.association is not None and item.estimate is not None and item.estimate.interval is None
        for item in results
    ):
        said.append("No interval was seen, so it cannot be judged how far chance may have made this.")
    if any(item.study.frame == "animals" for item in results):
        said.append("An animal is not a person.")
    if any(item.outcome.basis == "derived" for item in results):
        said.append("A count was derived here from a printed percentage or sum.")
    if any(item.outcome.basis == "secondary" for item in results):
        said.append("A number was seen in another text about the study, not in the study itself.")
    if any(item.outcome.basis == "conflicting" for item in results):
        said.append("The sources disagree about a number; it stands as printed.")
    if any(not item.study.checked for item in results):
        said.append("No second reader has checked a record behind this yet.")
    return tuple(said)
