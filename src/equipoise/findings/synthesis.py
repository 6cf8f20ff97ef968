"""What several studies say together (pooled), and where they disagree (contrast): the twin of ``engines/synthesis``."""

import math
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import ArrayLike

from equipoise import __version__
from equipoise.engines.synthesis.asymmetry import egger
from equipoise.engines.synthesis.effects import Effects
from equipoise.engines.synthesis.filling import trim_and_fill
from equipoise.engines.synthesis.pooling import Pooled, pool
from equipoise.engines.synthesis.proportions import difference
from equipoise.engines.synthesis.scales import SCALES, natural
from equipoise.findings import candidates, certainty, wording
from equipoise.findings.candidates import CORRELATIONS, SHARES, Table
from equipoise.findings.certainty import TESTABLE, direction, grade
from equipoise.findings.finding import Basis, Finding, Level
from equipoise.findings.multiverse import Seen, analyses, described
from equipoise.findings.results import CHANCES, Result, alike, citations, result, standing_caveats
from equipoise.records.evidence import Evidence
from equipoise.records.sharing import shared_data, why_not_pooled
from equipoise.records.topic import ContrastFinding, PooledFinding
from equipoise.values.estimate import Estimate, Heterogeneity, Interval, Part, rounded

_GENERIC = {"SMD": "standardised mean difference", "MD": "mean difference", "d": "Cohen's d"}


@dataclass(frozen=True, kw_only=True, eq=False)
class _Fitted:
    """The analysis that a finding shows: results, their numbers and effects, and the fit; ``unit`` is what a reader sees."""

    declared: PooledFinding
    results: tuple[Result, ...]
    table: Table
    effects: Effects
    fit: Pooled
    unit: str

    @property
    def share(self) -> bool:
        """Whether it is a share of a group, in percent."""
        return self.declared.measure in SHARES

    def shown(self, values: ArrayLike, rows: slice = slice(None)) -> list[float]:
        """Numbers of the analysis as a reader sees them; ``rows`` are the studies that they come from."""
        totals = self.table["total"][rows] if self.declared.measure == "PFT" else None
        scale = 100.0 if self.share else 1.0
        return [scale * float(value) for value in natural(self.declared.measure, values, totals=totals)]


def pooled(evidence: Evidence, declared: PooledFinding, as_of: date) -> Finding:
    """Pool the declared results, and run every other defensible analysis of them.

    Raises
    ------
    ValueError
        Results of different outcomes or frames, of the same people or data, or without the numbers that the measure needs;
        a multiverse whose primary is not this pool.
    """
    fitted = _fitted(evidence, declared)
    seen = analyses(evidence, declared, unit=fitted.unit)
    estimate = _estimate(fitted)
    held = _pool(fitted, estimate, seen)
    weights = [100 * float(weight) for weight in fitted.fit.weights]
    level, because = grade(
        evidence,
        fitted.results,
        estimate,
        weights=weights,
        pool=held,
        indirect=declared.indirect,
        override=declared.override,
    )
    across = None
    if math.isnan(seen.found.baseline):  # else the specifications are on another scale than the rules
        across = certainty.across(
            evidence,
            fitted.results,
            estimate,
            pool=held,
            estimates=seen.scale * seen.found.estimate,
            intervals=seen.scale * seen.found.interval,
            predictions=seen.scale * seen.found.prediction,
            studies=seen.found.k,
            people=seen.people,
            weights=weights,
            indirect=declared.indirect,
        )
    fit, first = fitted.fit, declared.grid.how.continuity[:1]
    return Finding(
        id=declared.id,
        question=declared.question,
        statement=_sentence(fitted, estimate, level),
        estimate=estimate,
        certainty=level,
        because=because,
        sources=citations(fitted.results),
        basis=Basis(
            kind="pooled",
            engine="synthesis",
            options=(
                ("measure", declared.measure),
                ("method", fit.method),
                ("test", fit.test),
                ("level", fit.level),
                ("continuity", first[0].name if first and "effect" not in fitted.table else "none"),
                ("tau2 at boundary", bool(fit.at_boundary)),
                ("likelihood maxima", int(fit.maxima)),
            ),
            records=declared.records,
            version=__version__,
        ),
        as_of=as_of,
        caveats=(*declared.caveats, *standing_caveats(fitted.results)),
        multiverse=described(seen, across),
    )


def _fitted(evidence: Evidence, declared: PooledFinding) -> _Fitted:
    reasons = list(why_not_pooled(evidence, declared.records))
    if reasons:
        raise ValueError(f"{declared.id}: {'; '.join(reasons)}")
    results = tuple(result(evidence, name) for name in declared.records)
    try:
        table = candidates.numbers(declared.measure, results)
        effects = candidates.effects(declared.measure, table, declared.grid.how.continuity)
    except ValueError as fault:
        raise ValueError(f"{declared.id}: {declared.measure} cannot be computed: {fault}") from fault
    association = results[0].outcome.association
    unit = "%" if declared.measure in SHARES else SCALES[declared.measure].unit
    if declared.measure == "GEN" and association is not None:
        unit = _GENERIC[association.measure]
    fit = pool(effects.effect, effects.variance, method=declared.method, test=declared.test)
    return _Fitted(declared=declared, results=results, table=table, effects=effects, fit=fit, unit=unit)


def _estimate(fitted: _Fitted) -> Estimate:
    fit, unit = fitted.fit, fitted.unit
    value, low, high, least, most = fitted.shown([fit.estimate, *fit.interval, *fit.prediction_interval])
    prediction = None
    if np.isfinite([least, most]).all():
        prediction = Interval(low=least, high=most, kind="prediction", level=fit.level)
    spread = None
    if fit.k > 1:
        spread = Heterogeneity(q=float(fit.q), q_p_value=float(fit.q_p), tau2=float(fit.tau2), i2=100 * float(fit.i2))
    return Estimate(
        measure="pooled proportion" if fitted.share else f"pooled {unit}",
        value=value,
        unit=unit,
        printed=_printed(value, unit),
        interval=Interval(low=low, high=high, kind="confidence", level=fit.level),
        prediction=prediction,
        heterogeneity=spread,
        parts=_parts(fitted),
    )


def _parts(fitted: _Fitted) -> tuple[Part, ...]:
    parts = []
    for row, item in enumerate(fitted.results):
        one = pool(fitted.effects.effect[row : row + 1], fitted.effects.variance[row : row + 1])
        value, low, high = fitted.shown([one.estimate, *one.interval], slice(row, row + 1))
        parts.append(
            Part(
                label=item.label,
                record=item.name,
                value=value,
                interval=Interval(low=low, high=high),
                counts=item.estimate.counts if item.estimate is not None else None,
                weight=100 * float(fitted.fit.weights[row]),
            )
        )
    return tuple(parts)


def _pool(fitted: _Fitted, estimate: Estimate, seen: Seen) -> certainty.Pool:
    """What the rules of certainty ask of a pool."""
    counted = [candidates.people(item) for item in fitted.results]
    happened = [candidates.events(item) for item in fitted.results]
    people = [float(number) for number in counted if number is not None]
    events = [float(number) for number in happened if number is not None]
    threshold = fitted.declared.threshold
    interval, ahead = estimate.interval, estimate.prediction
    chance, filled = _small_studies(fitted)
    return certainty.Pool(
        unit=fitted.unit,
        k=int(fitted.fit.k),
        estimate=estimate.value,
        interval=None if interval is None else (interval.low, interval.high),
        prediction=None if ahead is None else (ahead.low, ahead.high),
        threshold=None if threshold is None else float(threshold.value),
        people=sum(people) if len(people) == len(counted) else None,
        events=sum(events) if len(events) == len(happened) else None,
        optimal=_optimal(fitted),
        egger_p=chance,
        filled=filled,
        multiverse=seen.robustness,
    )


def _optimal(fitted: _Fitted) -> float | None:
    """People that would be enough for two arms at the risk of the controls of all studies together."""
    if "n2" not in fitted.table:
        return None
    risk = sum(fitted.table["c"]) / sum(fitted.table["n2"])
    return certainty.optimal_size(risk) if 0 < risk < 1 else None


def _small_studies(fitted: _Fitted) -> tuple[float | None, float | None]:
    """The p-value of Egger's test and the studies that trim and fill adds, where there are studies enough to ask."""
    if fitted.fit.k < TESTABLE or fitted.share:
        return None, None
    y, v = fitted.effects.effect, fitted.effects.variance
    if np.ptp(v) == 0 or np.ptp(y) == 0:
        return None, None  # no small and large studies, or nothing that could differ
    return float(egger(y, v).p_value), float(trim_and_fill(y, v).missing)


def _printed(value: float, unit: str) -> str:
    """A pooled value as sentences print it: a percentage below ten with two significant digits."""
    if unit != "%":
        return rounded(value, unit)
    return f"{rounded(float(f'{value:.2g}') if value < 10 else value, unit)}%"


def _sentence(fitted: _Fitted, estimate: Estimate, level: Level) -> str:
    declared, word = fitted.declared, fitted.results[0].word
    if fitted.share:
        return wording.pooled_share(estimate.printed, declared.among, word.phrase, level)
    way = direction(estimate)
    linked = fitted.results[0].outcome.association is not None and word.kind not in {"treatment", "effect"}
    if declared.measure in CORRELATIONS or linked:
        chance = declared.measure in CHANCES
        return wording.link(word.label, declared.subject or "this", way, chance=chance, odds=declared.measure == "OR")
    subject, comparator = declared.subject or "the treatment", declared.comparator or "the control"
    return wording.effect(word.label, subject, comparator, way, level, chance=declared.measure in CHANCES)


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
    level, because = grade(
        evidence, results, replace(estimate, interval=None), indirect=declared.indirect, override=declared.override
    )
    return Finding(
        id=declared.id,
        question=declared.question,
        statement=wording.disagreement(results[0].word.label, low.printed, high.printed),
        estimate=estimate,
        certainty=level,
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
