"""Certainty by written rules; ``docs/certainty.md`` gives each with its source.

A rule proposes; a person may override in the topic file, with name, date and reason, and then both are shown.
"""

from collections.abc import Sequence
from typing import Literal

from equipoise.findings.finding import Level, Reason
from equipoise.findings.results import Result
from equipoise.records.evidence import Evidence
from equipoise.records.study import RiskOfBias
from equipoise.records.topic import Indirect, Override
from equipoise.values.estimate import Estimate

Aim = Literal["frequency", "effect", "association", "measurement", "preclinical", "case", "description"]

_LEVELS = (Level.VERY_LOW, Level.LOW, Level.MODERATE, Level.HIGH)

WIDE_POINTS, VERY_WIDE_POINTS = 10.0, 20.0
"""Half-width of a proportion's interval, in percentage points, that costs one and two levels."""
SPREAD_POINTS, WIDE_SPREAD_POINTS = 20.0, 40.0
"""Distance between the lowest and highest study's proportion, in percentage points, that costs one and two levels."""
RATIO_THRESHOLDS = (0.75, 1.25)
CORRELATION_THRESHOLD = 0.1
FEW, VERY_FEW = 30, 10
"""People behind a measured quantity below which one and two levels go."""


def aim(item: Result) -> Aim:
    """What kind of question a result can answer, from the kind of outcome and the shape of the result."""
    kind, design = item.word.kind, item.study.design
    if kind in {"mechanism", "animal"} or design in {"animal-experiment", "in-vitro"}:
        return "preclinical"
    if kind == "context" or (item.estimate is None and design in {"narrative-review", "registered-trial", "systematic-review"}):
        return "description"
    if kind == "case" or design in {"case-report", "case-series"}:
        return "case"
    if kind in {"treatment", "effect"} or item.outcome.arms is not None:
        return "effect"
    if item.outcome.association is not None:
        return "association"
    return "measurement" if item.outcome.quantity is not None else "frequency"


def grade(
    evidence: Evidence,
    results: Sequence[Result],
    estimate: Estimate | None,
    *,
    weights: Sequence[float] | None = None,
    indirect: Indirect | None = None,
    override: Override | None = None,
) -> tuple[Level, tuple[Reason, ...]]:
    """The certainty of what ``results`` say together, with a reason for each domain.

    ``weights`` are the results' shares in a pooled estimate, in percent; equal without them.
    """
    aims = {aim(item) for item in results}
    if aims == {"description"}:
        return Level.NOT_GRADED, ()
    start, why = _start(evidence, results, aims)
    reasons = [Reason(domain="start", change=0, why=why)]
    shares = [100 / len(results)] * len(results) if weights is None else list(weights)
    reasons.append(_risk_of_bias(results, shares))
    reasons.append(_inconsistency(results))
    reasons.append(_indirectness(aims, indirect))
    reasons.append(_imprecision(results, estimate, aims))
    reasons += _source(results)
    score = start + sum(reason.change for reason in reasons)
    unjudged = [reason.domain for reason in reasons if reason.why.startswith("cannot be judged")]
    if unjudged and score > 3:
        reasons.append(Reason(domain="cap", change=3 - score, why=f"at most moderate, since {', '.join(unjudged)} cannot be judged"))
        score = 3
    level = _LEVELS[max(1, min(4, score)) - 1]
    if override is not None:
        why = f"the rules give {level.value}; {override.by} sets {override.certainty} on {override.date}: {override.because}"
        reasons.append(Reason(domain="override", change=0, why=why))
        level = Level(override.certainty)
    return level, tuple(reasons)


def _start(evidence: Evidence, results: Sequence[Result], aims: set[Aim]) -> tuple[int, str]:
    designs = [evidence.vocabulary.designs[item.study.design] for item in results]
    weakest = min(designs, key=lambda word: {"none": 1, "very low": 1, "low": 2, "high": 4}[word.start])
    name = weakest.label[0].lower() + weakest.label[1:]
    if aims & {"preclinical"}:
        return 1, f"starts very low for people: {name}"
    if aims & {"case"} or weakest.start in {"very low", "none"}:
        return 1, f"starts very low: {name}, without a group to compare or a count of all users"
    if aims & {"effect", "association"}:
        return {"high": 4, "low": 2}[weakest.start], f"starts {weakest.start}: {name}"
    return 4, f"starts high for how common or how much something is: {name}"


def _bad(judged: RiskOfBias) -> int:
    high = sum(item.judgement == "high" for item in judged.domains)
    middling = sum(item.judgement in {"some-concerns", "no-information"} for item in judged.domains)
    return 2 if high >= 2 else 1 if high or middling >= 2 else 0


def _risk_of_bias(results: Sequence[Result], shares: Sequence[float]) -> Reason:
    judged = [(item.study.risk_of_bias, share) for item, share in zip(results, shares, strict=True)]
    known = [(_bad(bias), share) for bias, share in judged if isinstance(bias, RiskOfBias)]
    if not known:
        return Reason(domain="risk of bias", change=0, why="cannot be judged: no study was appraised")
    worst = sum(share for bad, share in known if bad == 2)
    some = sum(share for bad, share in known if bad >= 1)
    change = -2 if worst > 50 else -1 if some > 50 else 0
    domains = sorted({item.domain for bias, _ in judged if isinstance(bias, RiskOfBias) for item in bias.domains if item.judgement == "high"})
    what = f"high risk in {', '.join(domains)}" if domains else "some concerns in several domains" if some else "low risk in every study that counts"
    return Reason(domain="risk of bias", change=change, why=what)


def _inconsistency(results: Sequence[Result]) -> Reason:
    values = [item.estimate.value for item in results if item.estimate is not None]
    if len(values) < 2:
        return Reason(domain="inconsistency", change=0, why="one study: agreement with others is unknown")
    if results[0].estimate is not None and results[0].estimate.measure == "proportion":
        spread = max(values) - min(values)
        change = -2 if spread > WIDE_SPREAD_POINTS else -1 if spread > SPREAD_POINTS else 0
        return Reason(domain="inconsistency", change=change, why=f"studies lie {spread:.0f} percentage points apart")
    bounds = [item.estimate.interval for item in results if item.estimate is not None and item.estimate.interval is not None]
    if len(bounds) < 2:
        return Reason(domain="inconsistency", change=0, why="cannot be judged: fewer than two studies have an interval")
    apart = max(bound.low for bound in bounds) > min(bound.high for bound in bounds)
    return Reason(domain="inconsistency", change=-1 if apart else 0, why=f"intervals of studies {'do not all' if apart else 'all'} overlap")


def _indirectness(aims: set[Aim], indirect: Indirect | None) -> Reason:
    if indirect is not None:
        return Reason(domain="indirectness", change=-indirect.levels, why=indirect.why)
    if aims & {"preclinical"}:
        return Reason(domain="indirectness", change=0, why="animals or cells, not people: counted in the start")
    return Reason(domain="indirectness", change=0, why="the people and outcome are those asked about")


def _imprecision(results: Sequence[Result], estimate: Estimate | None, aims: set[Aim]) -> Reason:
    if estimate is None:
        return Reason(domain="imprecision", change=0, why="cannot be judged: no number")
    if aims == {"measurement"}:
        return _few(results)
    if estimate.interval is None:
        return Reason(domain="imprecision", change=0, why="cannot be judged: no interval is printed")
    low, high = estimate.interval.low, estimate.interval.high
    if estimate.unit in {"%", "percentage points"}:
        half = (high - low) / 2
        change = -2 if half > VERY_WIDE_POINTS else -1 if half > WIDE_POINTS else 0
        return Reason(domain="imprecision", change=change, why=f"the interval reaches {half:.1f} percentage points to each side")
    if estimate.unit.endswith("ratio"):
        crossed = [bound for bound in RATIO_THRESHOLDS if low < bound < high]
        change = -len(crossed) if low < 1 < high else 0
        said = "holds no effect and a worthwhile effect" if change else "does not hold both no effect and a worthwhile effect"
        return Reason(domain="imprecision", change=change, why=f"the interval {said} (0.75 and 1.25)")
    if estimate.unit == "correlation":
        crossed = [bound for bound in (-CORRELATION_THRESHOLD, CORRELATION_THRESHOLD) if low < bound < high]
        change = -len(crossed) if low < 0 < high else 0
        return Reason(domain="imprecision", change=change, why="the interval against no correlation and one of a tenth")
    change = -1 if low < 0 < high else 0
    return Reason(domain="imprecision", change=change, why="the interval holds no difference" if change else "the interval leaves out no difference")


def _few(results: Sequence[Result]) -> Reason:
    people = 0
    for item in results:
        number = item.outcome.quantity.n if item.outcome.quantity is not None else item.study.sample.size
        people += number if isinstance(number, int) else 0
    if people == 0:
        return Reason(domain="imprecision", change=0, why="cannot be judged: the number measured is not reported")
    change = -2 if people < VERY_FEW else -1 if people < FEW else 0
    return Reason(domain="imprecision", change=change, why=f"{people:,} measured")


def _source(results: Sequence[Result]) -> list[Reason]:
    basis = {item.outcome.basis for item in results}
    reasons = []
    if "secondary" in basis:
        reasons.append(Reason(domain="source", change=-1, why="seen in another text about the study, not in the study"))
    if "conflicting" in basis:
        reasons.append(Reason(domain="source", change=-1, why="the sources disagree about the number"))
    return reasons
