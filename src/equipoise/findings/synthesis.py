"""What several studies say together (pooled), and where they disagree (contrast): the twin of ``engines/synthesis``."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from equipoise import __version__
from equipoise.engines import synthesis
from equipoise.engines.synthesis.proportions import difference
from equipoise.findings import wording
from equipoise.findings.certainty import grade
from equipoise.findings.finding import Basis, Finding
from equipoise.findings.results import Result, citations, result, standing_caveats
from equipoise.records.evidence import Evidence
from equipoise.records.sharing import why_not_pooled
from equipoise.records.topic import ContrastFinding, PooledFinding
from equipoise.values.estimate import Estimate, Heterogeneity, Interval, Part, rounded

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
        prediction = Interval(low=scale * read.prediction_low, high=scale * read.prediction_high, kind="prediction", level=read.level)
    spread = None
    if fit.q is not None and fit.q_p_value is not None and fit.tau2 is not None and fit.i2 is not None:
        spread = Heterogeneity(q=fit.q, q_p_value=fit.q_p_value, tau2=fit.tau2, i2=fit.i2)
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
    word = results[0].word
    if declared.measure == "PLO":
        statement = wording.pooled_share(estimate.printed, declared.among, word.phrase, certainty)
    else:
        null = 0.0 if declared.measure == "ZCOR" else 1.0
        low, high = read.low, read.high
        way: wording.Direction = "unclear" if low <= null <= high else "higher" if estimate.value > null else "lower"
        subject, comparator = declared.subject or "the treatment", declared.comparator or "the control"
        statement = wording.effect(word.label, subject, comparator, way, certainty)
    return Finding(
        id=declared.id,
        question=declared.question,
        statement=statement,
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


def _effects(declared: PooledFinding, results: Sequence[Result]) -> synthesis.Effects:
    try:
        if declared.measure == "PLO":
            counts = [item.estimate.counts for item in results if item.estimate is not None and item.estimate.counts is not None]
            if len(counts) < len(results):
                raise ValueError("every result should have events and total")
            return synthesis.logit_proportion([count.events for count in counts], [count.total for count in counts])
        if declared.measure == "ZCOR":
            pairs = [item.outcome.association for item in results if item.outcome.association is not None]
            if len(pairs) < len(results) or not all(isinstance(pair.n, int) for pair in pairs):
                raise ValueError("every result should be a correlation with its number of people")
            return synthesis.fisher_z([float(pair.value) for pair in pairs], [pair.n for pair in pairs if isinstance(pair.n, int)])
        arms = [item.outcome.arms for item in results if item.outcome.arms is not None and len(item.outcome.arms) == 2]
        if len(arms) < len(results):
            raise ValueError("every result should have two arms")
        cells = [[one.events, one.total - one.events, two.events, two.total - two.events] for one, two in arms]
        effect = synthesis.log_odds_ratio if declared.measure == "OR" else synthesis.log_risk_ratio
        return effect(*zip(*cells, strict=True))
    except ValueError as fault:
        raise ValueError(f"{declared.id}: {declared.measure} cannot be computed: {fault}") from fault


def _parts(declared: PooledFinding, results: Sequence[Result], effects: synthesis.Effects, weights: Sequence[float]) -> tuple[Part, ...]:
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
        Results without a number, or of different units.
    """
    results = [result(evidence, name) for name in declared.records]
    held = [(item, item.estimate) for item in results if item.estimate is not None]
    units = {estimate.unit for _, estimate in held}
    if len(held) < len(results) or len(units) > 1:
        raise ValueError(f"{declared.id}: a contrast needs a number in one unit from each result")
    unit = units.pop()
    (least, low), (most, high) = min(held, key=lambda pair: pair[1].value), max(held, key=lambda pair: pair[1].value)
    interval = None
    if low.counts is not None and high.counts is not None:
        gap = difference(high.counts.events, high.counts.total, low.counts.events, low.counts.total)
        interval = Interval(low=min(100 * gap.low, high.value - low.value), high=max(100 * gap.high, high.value - low.value), kind="confidence (Newcombe)")
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
    certainty, because = grade(evidence, results, replace(estimate, interval=None), indirect=declared.indirect, override=declared.override)
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
