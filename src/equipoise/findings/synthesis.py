"""What several studies say together (pooled), and where they disagree (contrast): the twin of ``engines/synthesis``."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeVar

from equipoise import __version__
from equipoise.engines import synthesis
from equipoise.engines.synthesis.proportions import difference
from equipoise.findings import wording
from equipoise.findings.certainty import direction, grade
from equipoise.findings.finding import Basis, Finding, Level
from equipoise.findings.results import Result, alike, citations, result, standing_caveats
from equipoise.records.evidence import Evidence
from equipoise.records.sharing import shared_data, why_not_pooled
from equipoise.records.topic import ContrastFinding, PooledFinding
from equipoise.records.vocabulary import OutcomeWord
from equipoise.values.estimate import Estimate, Heterogeneity, Interval, Part, rounded

_T = TypeVar("_T")

_UNITS = {"PLO": "%", "OR": "odds ratio", "RR": "risk ratio", "ZCOR": "correlation"}


def pooled(evidence: Evidence, declared: PooledFinding, as_of: date) -> Finding:
    """Pool the declared results.

    Raises
    ------
    ValueError
        Results of different outcomes or frames, of the same people or data, or without the numbers that the measure needs.
    """
    reasons = list(why_not_pooled(evidence, declared.records))
    if reasons:
        raise ValueError(f"{declared.id}: {'; '.join(reasons)}")
    results = [result(evidence, name) for name in declared.records]
    effects = _effects(declared, results)
    fit = synthesis.pool(effects.effect, effects.variance, method=declared.method, test=declared.test)
    scale = 100.0 if declared.measure == "PLO" else 1.0
    read = synthesis.readable(fit, declared.measure)
    unit = _UNITS[declared.measure]
    prediction = None
    if read.prediction_low is not None and read.prediction_high is not None:
        prediction = Interval(
            low=scale * read.prediction_low, high=scale * read.prediction_high, kind="prediction", level=read.level
        )
    spread = None
    if fit.q is not None and fit.q_p_value is not None and fit.tau2 is not None and fit.i2 is not None:
        spread = Heterogeneity(q=fit.q, q_p_value=fit.q_p_value, tau2=fit.tau2, i2=100 * fit.i2)
    estimate = Estimate(
        measure="pooled proportion" if declared.measure == "PLO" else f"pooled {unit}",
        value=scale * read.estimate,
        unit=unit,
        printed=f"{rounded(scale * read.estimate, unit)}{'%' if unit == '%' else ''}",
        interval=Interval(low=scale * read.low, high=scale * read.high, kind="confidence", level=read.level),
        prediction=prediction,
        heterogeneity=spread,
        parts=_parts(declared, results, effects, fit.weights),
    )
    certainty, because = grade(
        evidence,
        results,
        estimate,
        weights=[100 * weight for weight in fit.weights],
        indirect=declared.indirect,
        override=declared.override,
    )
    return Finding(
        id=declared.id,
        question=declared.question,
        statement=_sentence(declared, results[0].word, estimate, certainty),
        estimate=estimate,
        certainty=certainty,
        because=because,
        sources=citations(results),
        basis=Basis(
            kind="pooled",
            engine="synthesis",
            options=(
                ("measure", declared.measure),
                ("method", fit.method),
                ("test", fit.test),
                ("level", fit.level),
                ("continuity", "one half added to both cells of a study with a zero cell"),
                ("tau2 at boundary", fit.at_boundary),
                ("likelihood maxima", fit.maxima),
            ),
            records=declared.records,
            version=__version__,
        ),
        as_of=as_of,
        caveats=(*declared.caveats, *standing_caveats(results)),
    )


def _sentence(declared: PooledFinding, word: OutcomeWord, estimate: Estimate, certainty: Level) -> str:
    if declared.measure == "PLO":
        return wording.pooled_share(estimate.printed, declared.among, word.phrase, certainty)
    way = direction(estimate)
    if declared.measure == "ZCOR":
        return wording.link(word.label, declared.subject or "this", way, chance=False)
    subject, comparator = declared.subject or "the treatment", declared.comparator or "the control"
    return wording.effect(word.label, subject, comparator, way, certainty, chance=True)


def _effects(declared: PooledFinding, results: Sequence[Result]) -> synthesis.Effects:
    try:
        return _EFFECTS[declared.measure](results)
    except ValueError as fault:
        raise ValueError(f"{declared.id}: {declared.measure} cannot be computed: {fault}") from fault


def _proportions(results: Sequence[Result]) -> synthesis.Effects:
    counts = [item.estimate.counts if item.estimate is not None else None for item in results]
    known = _all_known(counts, "events and total")
    return synthesis.logit_proportion([count.events for count in known], [count.total for count in known])


def _correlations(results: Sequence[Result]) -> synthesis.Effects:
    pairs = [item.outcome.association for item in results]
    known = _all_known([pair if pair is not None and pair.measure == "COR" else None for pair in pairs], "a correlation")
    people = _all_known([pair.n if isinstance(pair.n, int) else None for pair in known], "the number of people")
    return synthesis.fisher_z([float(pair.value) for pair in known], people)


def _odds_ratios(results: Sequence[Result]) -> synthesis.Effects:
    return synthesis.log_odds_ratio(*_cells(results))


def _risk_ratios(results: Sequence[Result]) -> synthesis.Effects:
    return synthesis.log_risk_ratio(*_cells(results))


def _cells(results: Sequence[Result]) -> tuple[list[int], list[int], list[int], list[int]]:
    """Events and non-events of the first arm, then of the second."""
    pairs = _all_known([item.outcome.arms for item in results], "two arms")
    one, other = [arms[0] for arms in pairs], [arms[1] for arms in pairs]
    return (
        [arm.events for arm in one],
        [arm.total - arm.events for arm in one],
        [arm.events for arm in other],
        [arm.total - arm.events for arm in other],
    )


def _all_known(values: Sequence[_T | None], what: str) -> list[_T]:
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        raise ValueError(f"every result should have {what}")
    return known


_EFFECTS: Mapping[str, Callable[[Sequence[Result]], synthesis.Effects]] = {
    "PLO": _proportions,
    "ZCOR": _correlations,
    "OR": _odds_ratios,
    "RR": _risk_ratios,
}


def _parts(
    declared: PooledFinding, results: Sequence[Result], effects: synthesis.Effects, weights: Sequence[float]
) -> tuple[Part, ...]:
    parts = []
    for item, effect, variance, weight in zip(results, effects.effect, effects.variance, weights, strict=True):
        one = synthesis.readable(synthesis.pool([effect], [variance]), declared.measure)
        scale = 100.0 if declared.measure == "PLO" else 1.0
        parts.append(
            Part(
                label=item.label,
                record=item.name,
                value=scale * one.estimate,
                interval=Interval(low=scale * one.low, high=scale * one.high),
                counts=item.estimate.counts if item.estimate is not None else None,
                weight=100 * weight,
            )
        )
    return tuple(parts)


def contrast(evidence: Evidence, declared: ContrastFinding, as_of: date) -> Finding:
    """Show results of one outcome that disagree, with the likely reason; the value is how far the outermost lie apart.

    Raises
    ------
    ValueError
        Results of different outcomes, of different units, without a number, or that all agree.
    """
    results = [result(evidence, name) for name in declared.records]
    held = alike(declared.id, results)
    unit = held[0][1].unit
    (least, low), (most, high) = min(held, key=lambda pair: pair[1].value), max(held, key=lambda pair: pair[1].value)
    if low.value == high.value:
        raise ValueError(f"{declared.id}: all results are {low.printed}; should be results that disagree")
    interval = None
    if (
        low.interval is not None
        and low.counts is not None
        and high.interval is not None
        and high.counts is not None
        and shared_data(least.study, most.study) is None  # the interval is of two independent samples
    ):
        gap = difference(high.counts.events, high.counts.total, low.counts.events, low.counts.total)
        interval = Interval(
            low=min(100 * gap.low, high.value - low.value),
            high=max(100 * gap.high, high.value - low.value),
            kind="confidence (Newcombe)",
        )
    estimate = Estimate(
        measure="distance between studies",
        value=high.value - low.value,
        unit="percentage points" if unit == "%" else unit,
        printed=f"{low.printed} to {high.printed}",
        interval=interval,
        parts=tuple(
            Part(label=item.label, record=item.name, value=one.value, interval=one.interval, counts=one.counts)
            for item, one in sorted(held, key=lambda pair: pair[1].value)
        ),
    )
    certainty, because = grade(
        evidence, results, replace(estimate, interval=None), indirect=declared.indirect, override=declared.override
    )
    return Finding(
        id=declared.id,
        question=declared.question,
        statement=wording.disagreement(results[0].word.label, low.printed, high.printed),
        estimate=estimate,
        certainty=certainty,
        because=because,
        sources=citations(results),
        basis=Basis(
            kind="contrast",
            engine="synthesis",
            options=(("likely reason", declared.reason), ("lowest", least.name), ("highest", most.name)),
            records=declared.records,
            version=__version__,
        ),
        as_of=as_of,
        caveats=(declared.reason, *declared.caveats, *standing_caveats(results)),
    )
