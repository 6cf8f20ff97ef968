"""Certainty by written rules; ``docs/certainty.md`` gives each with its source.

A rule proposes; a person may override in the topic file, with name, date and reason, and then both are shown.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from equipoise.findings.finding import Level, Reason
from equipoise.findings.results import Result
from equipoise.findings.wording import Direction
from equipoise.records.evidence import Evidence
from equipoise.records.study import RiskOfBias
from equipoise.records.topic import Indirect, Override
from equipoise.values.estimate import Estimate, Interval, rounded

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
RARE = 0.1
"""A bound of a pooled proportion below this, in percent, counts as this when it is asked how many times the other it is."""
PREDICTABLE = 3
"""Studies that a prediction interval needs before agreement is judged by it."""
AGREEING = 50.0
"""Share of a multiverse, in percent, that must reach the primary conclusion; with fewer a level goes."""
ALPHA, BETA, REDUCTION = 0.05, 0.20, 25.0
"""Errors of the first and second kind, and the relative reduction of the risk in percent, of an optimal information size."""
LARGE_CHANGE = 30.0
"""Relative change, in percent, beyond which a ratio is so large that the information behind it is asked for."""
FAR = 0.5
"""Share of the optimal information size below which two levels go."""
MOST_IMPRECISE = 3
"""Levels that imprecision may cost in all."""
TESTABLE = 10
"""Studies that a test for small-study effects needs."""
ASYMMETRY = 0.10
"""Such a test speaks below this p-value; its power is low."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Robustness:
    """What the multiverse of defensible analyses says of a pooled estimate.

    ``agree`` is the share (0 to 1) of ``specifications`` that reach the primary's conclusion, ``study_sets`` how many distinct
    sets of studies they use, ``low`` and ``high`` their outermost estimates, ``by`` the decision that flips a sensitive one.

    Raises
    ------
    ValueError
        A share outside 0 to 1, a count below one, a range the wrong way round, or a sensitive verdict without its decision.
    """

    verdict: Literal["robust", "sensitive", "fragile"]
    agree: float
    specifications: int
    study_sets: int
    low: float
    high: float
    by: str | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.agree <= 1:
            raise ValueError(f"the share that agrees is {self.agree}; should be from 0 to 1")
        if self.specifications < 1 or self.study_sets < 1:
            raise ValueError(
                f"a multiverse of {self.specifications} analyses of {self.study_sets} sets of studies; should have one at least"
            )
        if not -math.inf < self.low <= self.high < math.inf:
            raise ValueError(f"the estimates run from {self.low} to {self.high}; should run from the least to the greatest")
        if self.verdict == "sensitive" and not self.by:
            raise ValueError("the verdict is sensitive without the decision that flips it; should name it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What a published meta-analysis prints of itself beside a pool's numbers: I-squared (0 to 1), and its authors' rating."""

    i2: float | None = None
    rating: Level | None = None

    def __post_init__(self) -> None:
        if self.rating is Level.NOT_GRADED:
            raise ValueError("the authors' rating is 'not graded'; should be a level, or None where they give none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """What a pooled estimate says of itself, in plain numbers on the scale that readers see. None or NaN is *not known*.

    ``unit`` is as in an Estimate (``%`` from 0 to 100); ``k`` counts studies. ``interval`` is of the mean, ``prediction`` of
    the true value in a new study, both at 95 percent. ``threshold`` is the declared decision threshold; without one the
    question is whether there is an effect at all. ``people`` and ``events`` are the information there is, ``optimal`` the
    people that would be enough (``optimal_size``; of a proportion it is computed here). ``egger_p`` is of a test for
    small-study effects, ``filled`` how many studies trim and fill adds. ``review`` says that the numbers are a published
    meta-analysis's own.

    Raises
    ------
    ValueError
        No study, no estimate, bounds the wrong way round, an interval that misses its estimate, a p-value outside 0 to 1, or
        a ratio's threshold that is not above zero.
    """

    unit: str
    k: int
    estimate: float
    interval: tuple[float, float] | None = None
    prediction: tuple[float, float] | None = None
    threshold: float | None = None
    people: float | None = None
    events: float | None = None
    optimal: float | None = None
    egger_p: float | None = None
    filled: float | None = None
    multiverse: Robustness | None = None
    review: Review | None = None

    def __post_init__(self) -> None:
        if self.k < 1:
            raise ValueError(f"a pool of {self.k} studies; should have one at least")
        if not math.isfinite(self.estimate):
            raise ValueError(f"the estimate is {self.estimate}; should be a number")
        for name, pair in (("interval", self.interval), ("prediction interval", self.prediction)):
            known = _bounds(pair)
            if known is not None and not known[0] <= known[1]:
                raise ValueError(f"the {name} {known[0]} to {known[1]} is the wrong way round")
        held = _bounds(self.interval)
        if held is not None:
            slack = 1e-9 * max(abs(held[0]), abs(held[1]))
            if not held[0] - slack <= self.estimate <= held[1] + slack:
                raise ValueError(f"the interval {held[0]} to {held[1]} misses its estimate {self.estimate}")
        chance = _number(self.egger_p)
        if chance is not None and not 0 <= chance <= 1:
            raise ValueError(f"the p-value of the test for small-study effects is {chance}; should be from 0 to 1")
        threshold = _number(self.threshold)
        if self.unit.endswith("ratio") and threshold is not None and threshold <= 0:
            raise ValueError(f"the threshold of a ratio is {threshold}; should be above zero")


@dataclass(frozen=True, slots=True, kw_only=True)
class Across:
    """The certainty of every specification of a multiverse: how many have each level, from high to very low.

    ``kept`` is the share (0 to 1) of the ``specifications`` with a number that have the ``primary``'s level; NaN without any.
    ``infeasible`` ones have no number and no level.
    """

    primary: Level
    counts: tuple[tuple[Level, int], ...]
    kept: float
    specifications: int
    infeasible: int


class _Part(NamedTuple):
    """One thing weighed in a domain: the levels it costs, why, and whether enough was known to weigh it."""

    cost: int
    why: str
    known: bool = True


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
    pool: Pool | None = None,
    indirect: Indirect | None = None,
    override: Override | None = None,
) -> tuple[Level, tuple[Reason, ...]]:
    """The certainty of what ``results`` say together, with a reason for each domain.

    ``weights`` are the results' shares in a pooled estimate, in percent; equal without them. With a ``pool`` inconsistency,
    imprecision and publication bias are judged by its numbers, without one by those of the single results.
    """
    aims = {aim(item) for item in results}
    if aims == {"description"}:
        return Level.NOT_GRADED, ()
    start, first, last = _settled(evidence, results, aims, weights, indirect)
    if pool is None:
        judged = _agreement(results, estimate), _imprecision(results, estimate, aims), _unpublished(results)
    else:
        judged = _varied(pool, _agreement(results, estimate)), _imprecise(pool), _small_studies(pool)
    inconsistency, imprecision, unpublished = judged
    reasons = [*first, inconsistency, last[0], imprecision, unpublished, *last[1:]]
    if aims == {"effect"}:
        reasons += _large(start, *_effect(estimate, pool), reasons)
    level, bounds = _level(start, reasons, pool)
    reasons += bounds
    if override is not None:
        why = f"the rules give {level.value}; {override.by} sets {override.certainty} on {override.date}: {override.because}"
        reasons.append(Reason(domain="override", change=0, why=why))
        level = Level(override.certainty)
    return level, tuple(reasons)


def across(
    evidence: Evidence,
    results: Sequence[Result],
    estimate: Estimate | None,
    *,
    pool: Pool,
    estimates: ArrayLike,
    intervals: ArrayLike,
    predictions: ArrayLike,
    studies: ArrayLike,
    people: ArrayLike | None = None,
    weights: Sequence[float] | None = None,
    indirect: Indirect | None = None,
) -> Across:
    """The level that the rules of ``grade`` give each specification of a multiverse, and how many keep the primary's.

    The first arguments are those of ``grade`` for the primary. Inconsistency, imprecision and a level for a large effect are
    judged anew; start, risk of bias, indirectness, publication bias and source stay. An override is left out: it is of one
    analysis.

    Parameters
    ----------
    estimates, studies
        Shape (S,): of each specification, in the unit of ``pool``; where the estimate is NaN there is no level.
    intervals, predictions
        Shape (S, 2): NaN where there is none. Without a prediction interval, that studies disagree is seen only where the
        primary has none either, by its own studies; else inconsistency cannot be judged.
    people
        Shape (S,): the information size, where it differs from that of ``pool``.

    Raises
    ------
    ValueError
        Arrays of unlike length, numbers that no pool may have, or results that are not graded.
    """
    columns = [np.asarray(values, dtype=float) for values in (estimates, intervals, predictions, studies)]
    size = len(columns[0])
    behind = np.full(size, math.nan if pool.people is None else pool.people) if people is None else people
    columns.append(np.asarray(behind, dtype=float))
    if [column.shape for column in columns] != [(size,), (size, 2), (size, 2), (size,), (size,)]:
        found = ", ".join(str(column.shape) for column in columns)
        raise ValueError(f"the shapes are {found}; should be (S,), (S, 2), (S, 2), (S,) and (S,) of one S")
    aims = {aim(item) for item in results}
    if aims == {"description"}:
        raise ValueError("the results are descriptions, which are not graded; should be results with a number")
    start, first, last = _settled(evidence, results, aims, weights, indirect)
    alone = _agreement(results, estimate) if _prediction(pool) is None else None
    held = [*first, *last, _small_studies(pool)]

    def judged(one: Pool) -> Level:
        reasons = [*held, _varied(one, alone), _imprecise(one)]
        if aims == {"effect"}:
            reasons += _large(start, *_effect(None, one), reasons)
        return _level(start, reasons, one)[0]

    levels: Counter[Level] = Counter()
    rows = zip(*(column.tolist() for column in columns), strict=True)
    alike = Counter((value, tuple(interval), tuple(prediction), k, known) for value, interval, prediction, k, known in rows)
    for (value, interval, prediction, k, known), count in alike.items():
        if math.isfinite(value) and k >= 1:
            one = replace(pool, estimate=value, interval=interval, prediction=prediction, k=int(k), people=known)
            levels[judged(one)] += count
    primary, total = judged(pool), levels.total()
    return Across(
        primary=primary,
        counts=tuple((level, levels[level]) for level in reversed(_LEVELS)),
        kept=levels[primary] / total if total else math.nan,
        specifications=total,
        infeasible=size - total,
    )


def _settled(
    evidence: Evidence,
    results: Sequence[Result],
    aims: set[Aim],
    weights: Sequence[float] | None,
    indirect: Indirect | None,
) -> tuple[int, list[Reason], list[Reason]]:
    """Where the grading starts, and what pooling does not change: start and risk of bias, then indirectness and source."""
    start, why = _start(evidence, results, aims)
    shares = [100 / len(results)] * len(results) if weights is None else list(weights)
    first = [Reason(domain="start", change=0, why=why), _risk_of_bias(results, shares)]
    return start, first, [_indirectness(aims, indirect), *_source(results)]


def _level(start: int, reasons: Sequence[Reason], pool: Pool | None) -> tuple[Level, list[Reason]]:
    """The level of a score, and what kept it down: a domain that cannot be judged, or what its own authors say of it."""
    score = start + sum(reason.change for reason in reasons)
    bounds = []
    unjudged = [reason.domain for reason in reasons if reason.unjudged]
    if unjudged and score > 3:
        why = f"at most moderate, since {', '.join(unjudged)} cannot be judged"
        bounds.append(Reason(domain="cap", change=3 - score, why=why))
        score = 3
    score = max(1, min(4, score))
    rating = pool.review.rating if pool is not None and pool.review is not None else None
    if rating is not None and _LEVELS.index(rating) + 1 < score:
        rated = _LEVELS.index(rating) + 1
        bounds.append(Reason(domain="authors", change=rated - score, why=f"its own authors rate it {rating.value}"))
        score = rated
    return _LEVELS[score - 1], bounds


def _unjudged(domain: str, why: str) -> Reason:
    return Reason(domain=domain, change=0, why=f"cannot be judged: {why}", unjudged=True)


def _joined(domain: str, cost: int, parts: Sequence[_Part]) -> Reason:
    """One reason from several parts; where nothing is known to cost a level and something is not known, it cannot be judged."""
    if cost == 0 and not all(part.known for part in parts):
        return _unjudged(domain, "; ".join(part.why for part in sorted(parts, key=lambda part: part.known)))
    return Reason(domain=domain, change=-cost, why="; ".join(part.why for part in parts))


def _number(value: float | None) -> float | None:
    """The number, or None where there is none."""
    return None if value is None or not math.isfinite(value) else value


def _bounds(pair: tuple[float, float] | None) -> tuple[float, float] | None:
    """The bounds, or None where there are none; a bound may be infinite."""
    return None if pair is None or any(math.isnan(bound) for bound in pair) else pair


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
        return _unjudged("risk of bias", "too little was appraised")
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


def _agreement(results: Sequence[Result], estimate: Estimate | None) -> Reason:
    """How far single results agree, by their values and intervals."""
    if len(results) == 1 and results[0].study.design.endswith("meta-analysis"):
        return _own_spread(results[0])
    return _inconsistency([part for part in _alone(results, estimate) if part is not None])


def _own_spread(item: Result) -> Reason:
    """The spread inside one published meta-analysis, whose record has no numbers on it."""
    why = f"{_meta_analysis(item)}: the spread among its studies "
    if _synthesis_judged(item):
        return Reason(domain="inconsistency", change=0, why=f"{why}is weighed in the domain synthesis of its risk of bias")
    return _unjudged("inconsistency", f"{why}is not known")


def _meta_analysis(item: Result) -> str:
    sample = item.study.sample
    counted = isinstance(sample.size, int) and sample.unit in {"trials", "studies"}
    return f"one meta-analysis of {sample.size:,} {sample.unit}" if counted else "one meta-analysis"


def _synthesis_judged(item: Result) -> bool:
    bias = item.study.risk_of_bias
    return isinstance(bias, RiskOfBias) and any(
        one.domain == "synthesis" and one.judgement != "no-information" for one in bias.domains
    )


def _inconsistency(alone: Sequence[Estimate]) -> Reason:
    if len(alone) < 2:
        return Reason(domain="inconsistency", change=0, why="one study: agreement with others is unknown")
    if len({(one.measure == "proportion", one.unit) for one in alone}) > 1:
        return _unjudged("inconsistency", "the results are of different measures")
    if alone[0].measure == "proportion":
        values = [one.value for one in alone]
        return _spread(min(values), max(values))
    bounds = [bound for one in alone if (bound := _sampling(one)) is not None]
    if len(bounds) < 2:
        return _unjudged("inconsistency", "fewer than two studies have an interval")
    apart = max(bound.low for bound in bounds) > min(bound.high for bound in bounds)
    return Reason(
        domain="inconsistency",
        change=-1 if apart else 0,
        why=f"intervals of studies {'do not all' if apart else 'all'} overlap",
    )


def _varied(pool: Pool, alone: Reason | None) -> Reason:
    """Inconsistency of a pool: what the prediction interval costs, or the multiverse, whichever is more."""
    parts = [_predicted(pool, alone)]
    if pool.review is None:  # nobody can run another's analyses again without the data
        parts.append(_conclusions(pool))
    return _joined("inconsistency", max(part.cost for part in parts), parts)


def _prediction(pool: Pool) -> tuple[float, float] | None:
    """The prediction interval, where there are studies enough for it to say something."""
    return _bounds(pool.prediction) if pool.k >= PREDICTABLE else None


def _predicted(pool: Pool, alone: Reason | None) -> _Part:
    """What the prediction interval costs beyond what the interval of the mean costs already: that is imprecision."""
    prediction, interval = _prediction(pool), _bounds(pool.interval)
    if prediction is None:
        return _unpredicted(pool, alone)
    beyond = _cost(pool, prediction)
    if beyond is None:
        return _Part(0, f"no threshold is declared for {pool.unit}", known=False)
    within = _cost(pool, interval) if interval is not None else None
    cost = max(0, beyond.cost - (within.cost if within is not None else 0))
    why = f"the prediction interval of {pool.k:,} studies {beyond.why}"
    if cost < beyond.cost:
        why += ", in part as the interval of the mean does" if cost else ", as the interval of the mean does"
    return _Part(cost, why)


def _unpredicted(pool: Pool, alone: Reason | None) -> _Part:
    """Without a prediction interval studies can show that they disagree, not that they agree."""
    if alone is not None and alone.change < 0:
        return _Part(-alone.change, alone.why)
    if pool.k < PREDICTABLE:
        few = "one study says" if pool.k == 1 else "two studies say"
        return _Part(0, f"{few} too little of how far others would differ", known=False)
    i2 = _number(pool.review.i2) if pool.review is not None else None
    printed = "" if i2 is None else f", and I\N{SUPERSCRIPT TWO} ({i2:.0%}) does not say how far results differ"
    return _Part(0, f"{pool.k:,} studies without a prediction interval{printed}", known=False)


def _conclusions(pool: Pool) -> _Part:
    """What it costs that another defensible analysis would have said something else."""
    seen = pool.multiverse
    if seen is None or seen.specifications < 2:
        return _Part(0, "no multiverse of analyses was run", known=False)
    verdict = f"sensitive to {seen.by}" if seen.verdict == "sensitive" else seen.verdict
    sets = "one set" if seen.study_sets == 1 else f"{seen.study_sets:,} sets"
    mark = "%" if pool.unit == "%" else ""
    span = f"{rounded(seen.low, pool.unit)}{mark} to {rounded(seen.high, pool.unit)}{mark}"
    cost = 1 if seen.verdict == "fragile" or 100 * seen.agree < AGREEING else 0
    return _Part(cost, f"{verdict}: {seen.agree:.0%} of {seen.specifications:,} analyses of {sets} of studies agree ({span})")


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
        return _few(results)
    if estimate is None:
        return _unjudged("imprecision", "no number")
    interval = _sampling(estimate)
    if interval is None:
        return _unjudged("imprecision", "no interval is printed")
    cost, why, _ = _width(estimate.unit, interval.low, interval.high)
    return Reason(domain="imprecision", change=-cost, why=f"the interval {why}")


def _imprecise(pool: Pool) -> Reason:
    """Imprecision of a pool: what its interval costs and what a shortage of information costs, added up."""
    interval = _bounds(pool.interval)
    if interval is None:
        held = _Part(0, "no interval is known", known=False)
    else:
        found = _cost(pool, interval)
        undeclared = _Part(0, f"no threshold is declared for {pool.unit}", known=False)
        held = undeclared if found is None else found._replace(why=f"the interval {found.why}")
    parts = [held, *_information(pool)]
    return _joined("imprecision", min(MOST_IMPRECISE, sum(part.cost for part in parts)), parts)


def _information(pool: Pool) -> list[_Part]:
    """Whether a proportion, or a large ratio, rests on people enough; other ratios are judged by their interval alone."""
    people, optimal = _number(pool.people), _number(pool.optimal)
    if pool.unit == "%":
        optimal = precision_size(pool.estimate / 100) if optimal is None else optimal
    elif pool.unit.endswith("ratio"):
        if not abs(pool.estimate - 1) > LARGE_CHANGE / 100:
            return []
    elif people is None or optimal is None:
        return []
    if people is None or optimal is None:
        lacking = "how many people are behind it" if people is None else "how many people would be enough"
        return [_Part(0, f"{lacking} is not known", known=False)]
    cost = 0 if people >= optimal else 1 if people >= FAR * optimal else 2
    events = _number(pool.events)
    counted = f"{people:,.0f} people" + ("" if events is None else f" with {events:,.0f} events")
    return [_Part(cost, f"{counted}, where {math.ceil(optimal):,} people would be enough")]


def optimal_size(control_risk: float) -> float:
    r"""People in two equal groups that one trial would need to see a modest reduction of the risk: optimal information size.

    .. math:: N = 2\,\frac{\bigl(z_{1-\alpha/2}\sqrt{2\bar p(1-\bar p)} + z_{1-\beta}\sqrt{p_1(1-p_1) + p_0(1-p_0)}\bigr)^2}
              {(p_0 - p_1)^2}

    with :math:`p_0` the control risk, :math:`p_1 = p_0(1 - r)`, :math:`\bar p` their mean [1]_, and ``ALPHA``, ``BETA`` and
    ``REDUCTION`` for :math:`\alpha, \beta, r` [2]_.

    Raises
    ------
    ValueError
        A risk that is not between 0 and 1.

    References
    ----------
    .. [1] Fleiss, Tytun & Ury 1980, Biometrics 36:343-346, without the continuity correction.
    .. [2] Guyatt et al. 2025, BMJ 389:e081904 (Core GRADE 2).
    """
    if not 0 < control_risk < 1:
        raise ValueError(f"the control risk is {control_risk}; should be between 0 and 1")
    treated = control_risk * (1 - REDUCTION / 100)
    mean = (control_risk + treated) / 2
    spread = math.sqrt(control_risk * (1 - control_risk) + treated * (1 - treated))
    normal = NormalDist()
    needed = normal.inv_cdf(1 - ALPHA / 2) * math.sqrt(2 * mean * (1 - mean)) + normal.inv_cdf(1 - BETA) * spread
    return 2 * (needed / (control_risk - treated)) ** 2


def precision_size(proportion: float) -> float | None:
    r"""People that one survey would need for an interval that costs nothing; None for a proportion of 0 or 1.

    .. math:: N = z_{1-\alpha/2}^2\,\frac{p(1-p)}{d^2}, \qquad d = \min\bigl(0.10,\ p/2,\ (1-p)/2\bigr)

    with the half-width ``WIDE_POINTS`` for 0.10; that it is at most half of what is rare is ours. Formula: [1]_.

    References
    ----------
    .. [1] Naing, Winn & Rusli 2006, Archives of Orofacial Sciences 1:9-14.
    """
    if not 0 < proportion < 1:
        return None
    half = min(WIDE_POINTS / 100, proportion / 2, (1 - proportion) / 2)
    return NormalDist().inv_cdf(1 - ALPHA / 2) ** 2 * proportion * (1 - proportion) / half**2


def _cost(pool: Pool, bounds: tuple[float, float]) -> _Part | None:
    """What an interval of a pool costs; None where neither the unit nor a declared threshold says what to measure it by.

    A wider interval never costs less.
    """
    low, high = bounds
    null = _thresholds(pool.unit)[0]
    declared = _number(pool.threshold)
    threshold = declared if declared != null else None
    if pool.unit == "%":
        return _reach(low, high) if threshold is None else _side(low, high, threshold)
    if threshold is not None:
        return _lines(pool, low, high, threshold)
    known = pool.unit.endswith(("ratio", "difference")) or pool.unit in {"percentage points", "correlation", "Cohen's d"}
    return _width(pool.unit, low, high) if known else None


def _reach(low: float, high: float) -> _Part:
    """An interval of a proportion by its width, and for what is rare by how many times the lower bound the upper is."""
    points, times = high - low, max(high, RARE) / max(low, RARE)
    wide = 2 if points > WIDE_SPREAD_POINTS else 1 if points > SPREAD_POINTS else 0
    rare = 2 if times > WIDE_SPREAD_TIMES else 1 if times > SPREAD_TIMES else 0
    why = f"reaches {points / 2:.1f} percentage points to each side"
    return _Part(max(wide, rare), f"{why}, and its top is {times:.1f} times its foot" if rare else why)


def _side(low: float, high: float, threshold: float) -> _Part:
    """An interval of a proportion by whether it lies on one side of a declared threshold."""
    if not low < threshold < high:
        return _Part(0, f"lies on one side of the threshold of {threshold:g}%")
    return _Part(max(1, _reach(low, high).cost), f"holds the threshold of {threshold:g}%")


def _lines(pool: Pool, low: float, high: float, threshold: float) -> _Part:
    """An interval of an effect by the lines it holds, which the estimate chooses: Core GRADE's target of the rating.

    Beyond a threshold the claim is an important effect, so the threshold and no effect are its lines; short of it the claim is
    that there is little or none, so the threshold and its mirror image on the side of harm are.
    """
    null = _thresholds(pool.unit)[0]
    mirror = 1 / threshold if null == 1 else -threshold
    beyond = [side for side in (threshold, mirror) if (pool.estimate >= side if side > null else pool.estimate <= side)]
    if beyond:
        held = (low < beyond[0] < high) + (low <= null <= high)
        lines = f"{beyond[0]:.3g}", "no effect"
    else:
        held = (low < threshold < high) + (low < mirror < high)
        lines = f"{threshold:.3g}", f"{mirror:.3g}"
    claim = "an effect that matters" if beyond else "little or no effect"
    said = ("holds neither of", "holds one of", "holds both of")[held]
    return _Part(held, f"{said} {lines[0]} and {lines[1]}, the lines of {claim}")


def _sampling(estimate: Estimate) -> Interval | None:
    """The interval that says how far an estimate may be off; the range of what was observed does not."""
    return estimate.interval if estimate.interval is not None and estimate.interval.level is not None else None


def _width(unit: str, low: float, high: float) -> _Part:
    """What an interval costs: by its width for proportions, by the thresholds that it holds beside no effect for the rest."""
    if unit in {"%", "percentage points"}:
        half = (high - low) / 2
        cost = 2 if half > VERY_WIDE_POINTS else 1 if half > WIDE_POINTS else 0
        return _Part(cost, f"reaches {half:.1f} percentage points to each side")
    null, thresholds = _thresholds(unit)
    if not low <= null <= high:
        return _Part(0, "leaves out no effect")
    if not thresholds:
        return _Part(1, "holds no effect")
    held = sum(low < bound < high for bound in thresholds)
    if not held:
        return _Part(0, "holds no effect, and nothing of note beside it")
    return _Part(held, "holds no effect and one worth noting" + (" either way" if held == 2 else ""))


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


def _few(results: Sequence[Result]) -> Reason:
    people = 0
    for item in results:
        number = item.outcome.quantity.n if item.outcome.quantity is not None else item.study.sample.size
        people += number if isinstance(number, int) else 0
    if people == 0:
        return _unjudged("imprecision", "the number measured is not reported")
    change = -2 if people < VERY_FEW else -1 if people < FEW else 0
    return Reason(domain="imprecision", change=change, why=f"{people:,} measured")


def _unpublished(results: Sequence[Result]) -> Reason:
    domain = "publication bias"
    if len(results) == 1 and results[0].study.design.endswith("meta-analysis"):
        why = f"{_meta_analysis(results[0])}: what stayed unpublished "
        if _synthesis_judged(results[0]):
            return Reason(domain=domain, change=0, why=f"{why}is weighed in the domain synthesis of its risk of bias")
        return _unjudged(domain, f"{why}is not known")
    why = "not testable with fewer than ten studies" if len(results) < TESTABLE else "not tested"
    return Reason(domain=domain, change=0, why=why)


def _small_studies(pool: Pool) -> Reason:
    """Publication bias of a pool, by what tests for small-study effects say; the number of studies is always said."""
    domain, chance, filled = "publication bias", _number(pool.egger_p), _number(pool.filled)
    if pool.k < TESTABLE:
        return Reason(domain=domain, change=0, why=f"not testable with fewer than ten studies, here {pool.k}")
    if pool.unit == "%":
        return Reason(domain=domain, change=0, why=f"not testable: {pool.k:,} studies, of proportions, for which tests mislead")
    if chance is None:
        return _unjudged(domain, f"{pool.k:,} studies, and no test for small-study effects")
    counted = f"p = {chance:.2g}, {pool.k:,} studies"
    adds = "" if filled is None else f", trim and fill adds {f'{filled:,.0f}' if filled else 'none'}"
    speaks = chance < ASYMMETRY
    why = f"small studies {'differ' if speaks else 'do not visibly differ'} from large ones ({counted}{adds})"
    return Reason(domain=domain, change=-1 if speaks and filled != 0 else 0, why=why)


def _effect(estimate: Estimate | None, pool: Pool | None) -> tuple[str, float, tuple[float, float] | None]:
    """Unit, value and interval, of the pool where there is one."""
    if pool is not None:
        return pool.unit, pool.estimate, _bounds(pool.interval)
    if estimate is None:
        return "", math.nan, None
    interval = estimate.interval
    return estimate.unit, estimate.value, None if interval is None else (interval.low, interval.high)


def _large(
    start: int, unit: str, value: float, interval: tuple[float, float] | None, reasons: Sequence[Reason]
) -> list[Reason]:
    """Rating up for a large effect: only a comparison without randomisation that nothing rates down or leaves unjudged."""
    if start != 2 or interval is None or any(reason.change < 0 or reason.unjudged for reason in reasons):
        return []
    low, high = interval
    if unit.endswith("ratio") and ((value >= LARGE and low > 1) or (value <= SMALL and high < 1)):
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
