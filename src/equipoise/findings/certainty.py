"""Certainty by written rules; ``docs/certainty.md`` gives each with its source.

A rule proposes; a person may override in the topic file, with name, date and reason, and then both are shown.
"""

from collections.abc import Iterable, Sequence
from typing import Literal

from equipoise.findings.finding import Level, Reason
from equipoise.findings.results import Result
from equipoise.findings.wording import Direction
from equipoise.records.evidence import Evidence
from equipoise.records.study import RiskOfBias
from equipoise.records.topic import Indirect, Override
from equipoise.values.estimate import Estimate, Interval

Aim = Literal["frequency", "effect", "association", "words", "measurement", "preclinical", "case", "description"]

_LEVELS = (Level.VERY_LOW, Level.LOW, Level.MODERATE, Level.HIGH)

WIDE_POINTS, VERY_WIDE_POINTS = 10.0, 20.0
"""Half-width of a proportion's interval, in percentage points, that costs one and two levels."""
SPREAD_POINTS, WIDE_SPREAD_POINTS = 20.0, 40.0
"""Distance between the lowest and highest study's proportion, in percentage points, that costs one and two levels."""
SPREAD_TIMES, WIDE_SPREAD_TIMES = 3.0, 10.0
"""The same by how many times the lowest the highest is, for what is rare; whichever costs more counts."""
RATIO_THRESHOLDS = (0.75, 1.25)
CORRELATION_THRESHOLD = 0.1
MOST = 50.0
"""Share of the weight, in percent, that studies of one judgement must exceed for it to count."""
LARGE, SMALL = 2.0, 0.5
"""A ratio beyond these, its interval on one side of one, is a large effect."""
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
    if item.outcome.arms is not None or (kind in {"treatment", "effect"} and item.outcome.count is None):
        return "effect"
    if item.outcome.association is not None:
        return "association"
    measure = item.estimate.measure if item.estimate is not None else None
    return "words" if measure is None else "frequency" if measure == "proportion" else "measurement"


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
    reasons.append(_inconsistency([part for part in _alone(results, estimate) if part is not None]))
    reasons.append(_indirectness(aims, indirect))
    reasons.append(_imprecision(results, estimate, aims))
    reasons.append(Reason(domain="publication bias", change=0, why=_unpublished(results)))
    reasons += _source(results)
    reasons += _large(start, estimate, aims, reasons)
    score = start + sum(reason.change for reason in reasons)
    unjudged = [reason.domain for reason in reasons if reason.unjudged]
    if unjudged and score > 3:
        reasons.append(
            Reason(domain="cap", change=3 - score, why=f"at most moderate, since {', '.join(unjudged)} cannot be judged")
        )
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
    if aims & {"effect", "association", "words"}:
        return {"high": 4, "low": 2}[weakest.start], f"starts {weakest.start}: {name}"
    return 4, f"starts high for how common or how much something is: {name}"


def _bad(judged: RiskOfBias) -> int | None:
    """Levels that one study's bias would cost; None where nothing about it is known."""
    if all(item.judgement == "no-information" for item in judged.domains):
        return None
    high = sum(item.judgement == "high" for item in judged.domains)
    middling = sum(item.judgement in {"some-concerns", "no-information"} for item in judged.domains)
    return 2 if high >= 2 else 1 if high or middling >= 2 else 0


def _most(shares: Iterable[float]) -> bool:
    """Whether these shares of the weight are more than half, however their sum is rounded."""
    return sum(shares) > MOST + 1e-9


def _risk_of_bias(results: Sequence[Result], shares: Sequence[float]) -> Reason:
    judged = [(item.study.risk_of_bias, share) for item, share in zip(results, shares, strict=True)]
    known = [(bad, share) for bias, share in judged if isinstance(bias, RiskOfBias) and (bad := _bad(bias)) is not None]
    if not _most(share for _, share in known):
        return Reason(domain="risk of bias", change=0, why="cannot be judged: too little was appraised")
    worst = _most(share for bad, share in known if bad == 2)
    some = _most(share for bad, share in known if bad >= 1)
    change = -2 if worst else -1 if some else 0
    domains = sorted(
        {item.domain for bias, _ in judged if isinstance(bias, RiskOfBias) for item in bias.domains if item.judgement == "high"}
    )
    if domains:
        return Reason(domain="risk of bias", change=change, why=f"high risk in {', '.join(domains)}")
    return Reason(
        domain="risk of bias", change=change, why="some concerns in several domains" if change else "no high risk in any domain"
    )


def _alone(results: Sequence[Result], estimate: Estimate | None) -> list[Estimate | None]:
    """What each study says by itself, on the scale of a pooled ratio or correlation where they were pooled on one."""
    if estimate is None or estimate.measure not in {"pooled odds ratio", "pooled risk ratio", "pooled correlation"}:
        return [item.estimate for item in results]
    return [
        Estimate(measure=estimate.unit, value=part.value, unit=estimate.unit, printed="", interval=part.interval)
        for part in estimate.parts
    ]


def _inconsistency(alone: Sequence[Estimate]) -> Reason:
    if len(alone) < 2:
        return Reason(domain="inconsistency", change=0, why="one study: agreement with others is unknown")
    if len({(one.measure == "proportion", one.unit) for one in alone}) > 1:
        return Reason(domain="inconsistency", change=0, why="cannot be judged: the results are of different measures")
    if alone[0].measure == "proportion":
        values = [one.value for one in alone]
        return _spread(min(values), max(values))
    bounds = [bound for one in alone if (bound := _sampling(one)) is not None]
    if len(bounds) < 2:
        return Reason(domain="inconsistency", change=0, why="cannot be judged: fewer than two studies have an interval")
    apart = max(bound.low for bound in bounds) > min(bound.high for bound in bounds)
    return Reason(
        domain="inconsistency",
        change=-1 if apart else 0,
        why=f"intervals of studies {'do not all' if apart else 'all'} overlap",
    )


def _indirectness(aims: set[Aim], indirect: Indirect | None) -> Reason:
    if indirect is not None:
        return Reason(domain="indirectness", change=-indirect.levels, why=indirect.why)
    if aims & {"preclinical"}:
        return Reason(domain="indirectness", change=0, why="animals or cells, not people: counted in the start")
    return Reason(domain="indirectness", change=0, why="the people and outcome are those asked about")


def _spread(least: float, most: float) -> Reason:
    """What the distance between the lowest and the highest proportion costs, by points and, for what is rare, by times."""
    points, times = most - least, most / least if least > 0 else 1.0
    if points > WIDE_SPREAD_POINTS or times > WIDE_SPREAD_TIMES:
        change = -2
    else:
        change = -1 if points > SPREAD_POINTS or times > SPREAD_TIMES else 0
    why = f"studies lie {points:.0f} percentage points apart"
    if change:
        why += f", the highest {times:.1f} times the lowest"
    return Reason(domain="inconsistency", change=change, why=why)


def _imprecision(results: Sequence[Result], estimate: Estimate | None, aims: set[Aim]) -> Reason:
    measured = aims == {"measurement"} or all(
        item.outcome.quantity is not None and aim(item) != "frequency" for item in results
    )
    if measured and (estimate is None or estimate.unit != "ratio" or _sampling(estimate) is None):
        change, why = _few(results)
    elif estimate is None:
        change, why = 0, "cannot be judged: no number"
    elif (interval := _sampling(estimate)) is None:
        change, why = 0, "cannot be judged: no interval is printed"
    else:
        change, why = _width(estimate.unit, interval.low, interval.high)
    return Reason(domain="imprecision", change=change, why=why)


def _sampling(estimate: Estimate) -> Interval | None:
    """The interval that says how far an estimate may be off; the range of what was observed does not."""
    return estimate.interval if estimate.interval is not None and estimate.interval.level is not None else None


def _width(unit: str, low: float, high: float) -> tuple[int, str]:
    """What an interval costs: by its width for proportions, by the thresholds that it holds beside no effect for the rest."""
    if unit in {"%", "percentage points"}:
        half = (high - low) / 2
        change = -2 if half > VERY_WIDE_POINTS else -1 if half > WIDE_POINTS else 0
        return change, f"the interval reaches {half:.1f} percentage points to each side"
    null, thresholds = _thresholds(unit)
    if not low <= null <= high:
        return 0, "the interval leaves out no effect"
    if not thresholds:
        return -1, "the interval holds no effect"
    held = sum(low < bound < high for bound in thresholds)
    if not held:
        return 0, "the interval holds no effect, and nothing of note beside it"
    return -held, "the interval holds no effect and one worth noting" + (" either way" if held == 2 else "")


def _thresholds(unit: str) -> tuple[float, tuple[float, ...]]:
    """No effect, and the least effects worth noting to each side where the rules name some."""
    if unit.endswith("ratio"):
        return 1.0, RATIO_THRESHOLDS
    return 0.0, (-CORRELATION_THRESHOLD, CORRELATION_THRESHOLD) if unit == "correlation" else ()


def direction(estimate: Estimate) -> Direction:
    """Which way an effect or a link points; ``same`` if its interval holds none, and nothing worth noting beside it.

    Without an interval it is the way of the value alone: that chance may have made it is for a caveat to say.
    """
    null, thresholds = _thresholds(estimate.unit)
    interval = _sampling(estimate)
    if interval is not None and interval.low <= null <= interval.high:
        noted = not thresholds or any(interval.low < bound < interval.high for bound in thresholds)
        return "unclear" if noted else "same"
    return "same" if estimate.value == null else "higher" if estimate.value > null else "lower"


def _few(results: Sequence[Result]) -> tuple[int, str]:
    people = 0
    for item in results:
        number = item.outcome.quantity.n if item.outcome.quantity is not None else item.study.sample.size
        people += number if isinstance(number, int) else 0
    if people == 0:
        return 0, "cannot be judged: the number measured is not reported"
    return (-2 if people < VERY_FEW else -1 if people < FEW else 0), f"{people:,} measured"


def _unpublished(results: Sequence[Result]) -> str:
    return "not testable with fewer than ten studies" if len(results) < 10 else "not tested"


def _large(start: int, estimate: Estimate | None, aims: set[Aim], reasons: Sequence[Reason]) -> list[Reason]:
    """Rating up for a large effect: only a comparison without randomisation that nothing rates down."""
    if aims != {"effect"} or start != 2 or any(reason.change < 0 for reason in reasons):
        return []
    if estimate is None or estimate.interval is None or not estimate.unit.endswith("ratio"):
        return []
    low, value, high = estimate.interval.low, estimate.value, estimate.interval.high
    if (value >= LARGE and low > 1) or (value <= SMALL and high < 1):
        return [
            Reason(domain="large effect", change=1, why="the ratio is beyond two or one half, and its interval leaves out one")
        ]
    return []


def _source(results: Sequence[Result]) -> list[Reason]:
    basis = {item.outcome.basis for item in results}
    reasons = []
    if "secondary" in basis:
        reasons.append(Reason(domain="source", change=-1, why="seen in another text about the study, not in the study"))
    if "conflicting" in basis:
        reasons.append(Reason(domain="source", change=-1, why="the sources disagree about the number"))
    return reasons
