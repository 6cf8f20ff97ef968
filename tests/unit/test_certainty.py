"""Each rule of docs/certainty.md, by one small case, and its thresholds as that page prints them."""

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.findings import certainty
from equipoise.findings.certainty import (
    Across,
    Pool,
    Review,
    Robustness,
    across,
    aim,
    direction,
    grade,
    optimal_size,
    precision_size,
)
from equipoise.findings.finding import Level, Reason
from equipoise.findings.results import Result
from equipoise.records.evidence import Evidence
from equipoise.records.provenance import Locator, Reading
from equipoise.records.study import Arm, Association, Count, Judgement, Outcome, Quantity, RiskOfBias, Sample, Study
from equipoise.records.topic import Indirect, Override
from equipoise.records.vocabulary import DesignWord, OutcomeWord, Vocabulary
from equipoise.values.estimate import Estimate, Interval, Part
from equipoise.values.missing import Missing

PAGE = (Path(__file__).parents[2] / "docs" / "certainty.md").read_text(encoding="utf-8")
READ = Reading(by="ab", date=date(2026, 1, 5))
UNKNOWN = Missing.NOT_REPORTED
WORDS = Vocabulary(
    outcomes={},
    designs={
        name: DesignWord(id=name, label=name.replace("-", " "), evidence="human", start=start, rank=1)  # type: ignore[arg-type]
        for name, start in {
            "randomised-trial": "high",
            "cohort": "low",
            "cross-sectional-survey": "low",
            "case-series": "very low",
            "poison-centre-series": "very low",
            "animal-experiment": "very low",
            "narrative-review": "very low",
            "meta-analysis": "high",
        }.items()
    },
    frames={},
    units={},
    instruments={},
    bias_domains={},
    questions={},
    people={},
    countries={},
    names={},
    substances={},
)
EVIDENCE = Evidence(
    folder=Path(),
    references={},
    studies={},
    searches={},
    positions={},
    helplines={},
    corrections={},
    law={},
    topics={},
    vocabulary=WORDS,
)
COUNT = {"count": Count(events=50, total=100)}
ARMS = {"arms": (Arm(name="one", events=5, total=100), Arm(name="other", events=6, total=100))}
LINK = {"association": Association(measure="OR", value=Decimal(2), n=UNKNOWN, adjusted=UNKNOWN, contrast="use")}


def bias(*judgements: str) -> RiskOfBias:
    domains = tuple(Judgement(domain=f"domain {index}", judgement=item, because="") for index, item in enumerate(judgements))  # type: ignore[arg-type]
    return RiskOfBias(instrument="survey", domains=domains)


def share(value: float = 50, low: float = 45, high: float = 55) -> Estimate:
    return Estimate(measure="proportion", value=value, unit="%", printed="", interval=Interval(low=low, high=high))


def ratio(value: float, low: float, high: float, unit: str = "odds ratio") -> Estimate:
    return Estimate(measure=unit, value=value, unit=unit, printed="", interval=Interval(low=low, high=high))


def case(
    design: str = "cross-sectional-survey",
    kind: str = "use",
    estimate: Estimate | None = None,
    judged: RiskOfBias | Missing | None = None,
    basis: str = "reported",
    **held: Any,
) -> Result:
    outcome = Outcome(
        id="x",
        outcome="x",
        among="people",
        basis=basis,
        source=Locator(ref="x", at="x"),
        **(held or COUNT),  # type: ignore[arg-type]
    )
    study = Study(
        id="x",
        title="",
        design=design,
        frame="x",
        country=UNKNOWN,
        conducted=UNKNOWN,
        funding=UNKNOWN,
        interests=UNKNOWN,
        population="",
        recruitment=UNKNOWN,
        sample=Sample(size=100, unit="people"),
        instruments=UNKNOWN,
        outcomes=(outcome,),
        risk_of_bias=bias("low", "low") if judged is None else judged,
        sources=(),
        extracted=READ,
    )
    word = OutcomeWord(id="x", label="x", kind=kind, phrase="x")  # type: ignore[arg-type]
    shown = None if "stated" in held else share() if estimate is None else estimate
    return Result(name="x/x", study=study, outcome=outcome, word=word, estimate=shown, label="x")


def graded(*results: Result, joint: Estimate | None = None, **options: Any) -> tuple[Level, dict[str, Reason]]:
    level, because = grade(EVIDENCE, results, results[0].estimate if joint is None else joint, **options)
    return level, {reason.domain: reason for reason in because}


def cost(domain: str, *results: Result, joint: Estimate | None = None, **options: Any) -> int:
    return graded(*results, joint=joint, **options)[1][domain].change


@pytest.mark.parametrize(
    ("question", "start", "result"),
    [
        ("effect", Level.HIGH, case("randomised-trial", "treatment", ratio(0.5, 0.4, 0.6), **ARMS)),
        ("effect", Level.LOW, case("cohort", "effect", ratio(1.5, 1.4, 1.6), **LINK)),
        ("frequency", Level.HIGH, case("cross-sectional-survey", "use")),
        ("frequency", Level.HIGH, case("cohort", "treatment")),
        ("association", Level.LOW, case("cross-sectional-survey", "symptom", ratio(2, 1.5, 3), **LINK)),
        ("case", Level.VERY_LOW, case("case-series", "harm")),
        ("frequency", Level.VERY_LOW, case("poison-centre-series", "harm")),
        ("preclinical", Level.VERY_LOW, case("animal-experiment", "animal")),
        ("words", Level.LOW, case("cross-sectional-survey", "use", stated="Many did")),
        ("words", Level.MODERATE, case("randomised-trial", "self-rated", stated="Nothing changed")),
        ("description", Level.NOT_GRADED, case("narrative-review", "context")),
    ],
)
def test_the_question_sets_the_start(question: str, start: Level, result: Result) -> None:
    assert aim(result) == question
    assert graded(result)[0] is start


@pytest.mark.parametrize(
    ("judgements", "change"),
    [
        (("low", "low"), 0),
        (("some-concerns", "low"), 0),
        (("some-concerns", "no-information"), -1),
        (("high", "low"), -1),
        (("high", "high"), -2),
    ],
)
def test_two_high_domains_cost_two_levels_and_one_costs_one(judgements: tuple[str, ...], change: int) -> None:
    assert cost("risk of bias", case(judged=bias(*judgements))) == change


def test_bias_counts_by_weight_and_only_beyond_half_of_it() -> None:
    bad, good = case(judged=bias("high", "high")), case()
    assert cost("risk of bias", bad, good, weights=[50.1, 49.9]) == -2
    assert cost("risk of bias", bad, good, weights=[50, 50]) == 0
    assert cost("risk of bias", bad, case(judged=bias("high", "low")), weights=[50, 50]) == -1
    assert cost("risk of bias", *[bad] * 6, *[good] * 6) == 0  # six twelfths add up to a little more than half


def test_what_nobody_appraised_cannot_be_judged_and_is_at_most_moderate() -> None:
    unknown = case(judged=UNKNOWN)
    for results, weights in (([unknown], None), ([unknown, case()], [50, 50]), ([case(judged=bias("no-information"))], None)):
        level, because = graded(*results, weights=weights)
        assert because["risk of bias"].why.startswith("cannot be judged")
        assert level is Level.MODERATE
        assert because["cap"].change == -1
    assert graded(unknown, case(), weights=[49, 51])[0] is Level.HIGH


@pytest.mark.parametrize(("values", "change"), [((40, 60), 0), ((40, 61), -1), ((40, 80), -1), ((40, 81), -2)])
def test_proportions_far_apart_are_inconsistent(values: Sequence[float], change: int) -> None:
    results = [case(estimate=share(value, value - 5, value + 5)) for value in values]
    assert cost("inconsistency", *results, joint=share()) == change


def test_other_results_are_inconsistent_where_intervals_do_not_all_overlap() -> None:
    one, near, far = (ratio(value, value - 0.2, value + 0.2) for value in (1.5, 1.8, 2.1))
    trial = {"design": "randomised-trial", "kind": "treatment", **ARMS}
    assert cost("inconsistency", case(estimate=one, **trial), case(estimate=near, **trial)) == 0
    assert cost("inconsistency", case(estimate=one, **trial), case(estimate=near, **trial), case(estimate=far, **trial)) == -1


def test_a_pooled_ratio_is_consistent_where_the_ratios_are_and_not_their_differences() -> None:
    trial = {"design": "randomised-trial", "kind": "treatment", **ARMS}
    results = [case(estimate=share(value, value - 1, value + 1), **trial) for value in (-2, -40)]
    results = [
        replace(item, estimate=replace(item.estimate, measure="risk difference", unit="percentage points"))  # type: ignore[type-var]
        for item in results
    ]
    parts = tuple(Part(label="x", record="x/x", value=0.5, interval=Interval(low=0.4, high=0.6)) for _ in results)
    joint = replace(ratio(0.5, 0.45, 0.55), measure="pooled odds ratio", parts=parts)
    assert cost("inconsistency", *results) == -1
    assert cost("inconsistency", *results, joint=joint) == 0


def test_results_of_different_measures_cannot_be_compared() -> None:
    reason = graded(case(), case(estimate=ratio(1.5, 1.4, 1.6)))[1]["inconsistency"]
    assert reason.why == "cannot be judged: the results are of different measures"


def test_one_study_says_nothing_of_agreement_and_keeps_its_level() -> None:
    level, because = graded(case())
    assert because["inconsistency"].why == "one study: agreement with others is unknown"
    assert level is Level.HIGH


@pytest.mark.parametrize("levels", [1, 2])
def test_indirectness_costs_what_the_topic_declares_with_its_reason(levels: int) -> None:
    reason = graded(case(), indirect=Indirect(levels=levels, why="Tea drinkers"))[1]["indirectness"]
    assert (reason.change, reason.why) == (-levels, "Tea drinkers")


@pytest.mark.parametrize(
    ("estimate", "change"),
    [
        (share(50, 40, 60), 0),
        (share(50, 39.9, 60), -1),
        (share(50, 29.9, 70), -2),
        (replace(share(5, -6, 16), measure="risk difference", unit="percentage points"), -1),
        (ratio(1.1, 1.01, 3), 0),
        (ratio(1.5, 1, 3), -1),
        (ratio(1, 0.76, 1.24), 0),
        (ratio(1, 0.76, 1.26), -1),
        (ratio(1, 0.74, 1.26), -2),
        (ratio(0.05, -0.09, 0.09, "correlation"), 0),
        (ratio(0.05, -0.09, 0.2, "correlation"), -1),
        (ratio(0.05, -0.2, 0.2, "correlation"), -2),
        (ratio(0.1, 0.01, 0.2, "mean difference"), 0),
        (ratio(0.1, -0.01, 0.2, "mean difference"), -1),
    ],
)
def test_an_interval_costs_by_its_width_or_by_what_it_holds(estimate: Estimate, change: int) -> None:
    assert cost("imprecision", case("randomised-trial", "treatment", estimate, **LINK)) == change


@pytest.mark.parametrize(("people", "change"), [(30, 0), (29, -1), (10, -1), (9, -2)])
@pytest.mark.parametrize("design", ["cohort", "case-series"])
def test_a_measured_quantity_costs_by_how_few_were_measured(people: int, change: int, design: str) -> None:
    held = {"quantity": Quantity(statistic="median", value=Decimal(45), n=people, unit="h")}
    spread = Interval(low=-10, high=90, kind="range", level=None)
    estimate = Estimate(measure="median", value=45, unit="hours", printed="45 hours", interval=spread)
    assert cost("imprecision", case(design, "exposure", estimate, **held)) == change


@pytest.mark.parametrize("interval", [None, Interval(low=1, high=99, kind="range", level=None)])
def test_without_an_interval_of_sampling_imprecision_cannot_be_judged(interval: Interval | None) -> None:
    level, because = graded(case(estimate=replace(share(), interval=interval)))
    assert because["imprecision"].why.startswith("cannot be judged")
    assert level is Level.MODERATE


@pytest.mark.parametrize("basis", ["secondary", "conflicting"])
def test_a_number_at_second_hand_or_in_conflict_costs_a_level(basis: str) -> None:
    note = {"note": "x"}
    assert cost("source", case(basis=basis, **COUNT, **note)) == -1
    assert "source" not in graded(case())[1]


@pytest.mark.parametrize(
    ("estimate", "judged", "design", "gained"),
    [
        (ratio(2, 1.1, 4), bias("low"), "cohort", True),
        (ratio(2, 1.1, 4), UNKNOWN, "cohort", False),
        (ratio(0.5, 0.3, 0.9), bias("low"), "cohort", True),
        (ratio(1.9, 1.1, 4), bias("low"), "cohort", False),
        (ratio(2.5, 0.9, 4), bias("low"), "cohort", False),
        (ratio(2, 1.1, 4), bias("high"), "cohort", False),
        (ratio(2, 1.1, 4), bias("low"), "randomised-trial", False),
    ],
)
def test_a_large_effect_gains_a_level_only_without_randomisation_and_without_doubt(
    estimate: Estimate,
    judged: RiskOfBias,
    design: str,
    gained: bool,
) -> None:
    because = graded(case(design, "treatment", estimate, judged, **LINK))[1]
    assert ("large effect" in because) is gained


def test_a_link_is_never_rated_up() -> None:
    assert "large effect" not in graded(case("cohort", "symptom", ratio(5, 3, 9), **LINK))[1]


def test_an_override_is_shown_beside_what_the_rules_give() -> None:
    override = Override(certainty="very low", by="cd", date=date(2026, 1, 31), because="The scale was not validated")
    level, because = graded(case(), override=override)
    assert level is Level.VERY_LOW
    assert because["override"].why == "the rules give high; cd sets very low on 2026-01-31: The scale was not validated"


def test_levels_end_at_very_low() -> None:
    bad = case(estimate=share(50, 10, 90), judged=bias("high", "high"))
    assert graded(bad, indirect=Indirect(levels=2, why="Others"))[0] is Level.VERY_LOW


@pytest.mark.parametrize(
    ("estimate", "way"),
    [
        (ratio(2, 1.1, 3), "higher"),
        (ratio(0.5, 0.3, 0.9), "lower"),
        (ratio(0.99, 0.92, 1.08), "same"),
        (ratio(1, 0.7, 1.08), "unclear"),
        (ratio(0.1, -0.1, 0.3, "mean difference"), "unclear"),
        (replace(ratio(2.1, 1, 3), interval=None), "higher"),
        (replace(ratio(-0.2, -1, 1, "correlation"), interval=None), "lower"),
    ],
)
def test_an_effect_is_the_same_only_if_nothing_worth_noting_lies_in_its_interval(estimate: Estimate, way: str) -> None:
    assert direction(estimate) == way


TRIALS = [case("randomised-trial", "treatment", ratio(0.5, 0.4, 0.6), **ARMS) for _ in range(12)]
SEEN = Robustness(verdict="robust", agree=0.95, specifications=40, study_sets=12, low=0.4, high=0.6)
POOL = Pool(
    unit="odds ratio",
    k=12,
    estimate=0.5,
    interval=(0.4, 0.6),
    prediction=(0.3, 0.7),
    people=5000,
    events=700,
    optimal=2000,
    egger_p=0.5,
    filled=0,
    multiverse=SEEN,
)
"""Twelve trials that agree, are precise and symmetric: nothing rates them down."""
SHARE = replace(POOL, unit="%", estimate=50, interval=(45, 55), prediction=(41, 59), optimal=None)
FAINT = replace(POOL, estimate=0.9, interval=(0.85, 0.95), prediction=(0.82, 0.98))


def pooled(pool: Pool, results: Sequence[Result] = TRIALS, **options: Any) -> tuple[Level, dict[str, Reason]]:
    level, because = grade(EVIDENCE, results, results[0].estimate, pool=pool, **options)
    return level, {reason.domain: reason for reason in because}


def test_a_pool_that_nothing_rates_down_stays_high_and_says_the_numbers() -> None:
    level, because = pooled(POOL)
    assert level is Level.HIGH
    assert because["inconsistency"].why == (
        "the prediction interval of 12 studies leaves out no effect; "
        "robust: 95% of 40 analyses of 12 sets of studies agree (0.4 to 0.6)"
    )
    assert because["imprecision"].why == (
        "the interval leaves out no effect; 5,000 people with 700 events, where 2,000 people would be enough"
    )
    assert because["publication bias"].why == (
        "small studies do not visibly differ from large ones (p = 0.5, 12 studies, trim and fill adds none)"
    )


NARROW, MIDDLING, WIDE = (0.85, 0.95), (0.7, 1.1), (0.6, 1.4)
"""Intervals of a ratio that hold: not one; one and 0.75; one, 0.75 and 1.25."""


@pytest.mark.parametrize(
    ("interval", "prediction", "imprecise", "inconsistent"),
    [
        (NARROW, NARROW, 0, 0),
        (NARROW, (0.8, 1.02), 0, 0),  # holds no effect, and nothing of note beside it
        (NARROW, MIDDLING, 0, -1),
        (NARROW, WIDE, 0, -2),
        (MIDDLING, MIDDLING, -1, 0),  # what the mean's own interval holds is imprecision, and not counted twice
        (MIDDLING, WIDE, -1, -1),
        (WIDE, WIDE, -2, 0),
        (None, WIDE, None, -2),
        (NARROW, None, 0, None),
        ((math.nan, math.nan), (math.nan, math.nan), None, None),
    ],
)
def test_the_prediction_interval_costs_what_it_holds_beyond_the_interval_of_the_mean(
    interval: tuple[float, float] | None,
    prediction: tuple[float, float] | None,
    imprecise: int | None,
    inconsistent: int | None,
) -> None:
    because = pooled(replace(FAINT, interval=interval, prediction=prediction))[1]
    for domain, cost in (("imprecision", imprecise), ("inconsistency", inconsistent)):
        assert (None if because[domain].unjudged else because[domain].change) == cost


@pytest.mark.parametrize(
    ("interval", "prediction", "imprecise", "inconsistent"),
    [
        ((40, 60), (40, 60), 0, 0),
        ((39.9, 60), (39.9, 60), -1, 0),
        ((45, 55), (39.9, 60), 0, -1),
        ((45, 55), (29.9, 70), 0, -2),
        ((29.9, 70), (20, 80), -2, 0),
    ],
)
def test_a_pooled_proportion_costs_by_the_width_of_both_intervals(
    interval: tuple[float, float], prediction: tuple[float, float], imprecise: int, inconsistent: int
) -> None:
    because = pooled(replace(SHARE, interval=interval, prediction=prediction))[1]
    assert (because["imprecision"].change, because["inconsistency"].change) == (imprecise, inconsistent)


@pytest.mark.parametrize(
    ("prediction", "change"), [((0.6, 1.8), 0), ((0.5, 1.8), -1), ((0.3, 3.1), -2), ((0.0, 0.9), -1), ((0.0, 1.1), -2)]
)
def test_a_rare_pooled_proportion_costs_by_times_also_where_its_lower_bound_is_none(
    prediction: tuple[float, float], change: int
) -> None:
    rare = replace(SHARE, estimate=0.8, interval=(0.7, 0.9), prediction=prediction)
    assert pooled(rare)[1]["inconsistency"].change == change


@pytest.mark.parametrize(
    ("estimate", "interval", "change"),
    [
        (0.7, (0.6, 0.79), 0),  # an effect that matters: it could be less than that, or none
        (0.7, (0.6, 0.9), -1),
        (0.7, (0.6, 1.1), -2),
        (1.5, (1.3, 1.7), 0),  # a harm that matters
        (1.5, (1.2, 1.7), -1),
        (0.95, (0.85, 1.05), 0),  # little or none: it could matter, or harm
        (0.95, (0.75, 1.05), -1),
        (0.95, (0.75, 1.3), -2),
    ],
)
def test_a_declared_threshold_sets_the_lines_by_where_the_estimate_lies(
    estimate: float, interval: tuple[float, float], change: int
) -> None:
    declared = replace(POOL, threshold=0.8, estimate=estimate, interval=interval, prediction=interval)
    assert pooled(declared)[1]["imprecision"].change == change
    points = replace(declared, unit="mean difference", threshold=-3, optimal=None)
    moved = replace(
        points, estimate=20 * (estimate - 1), interval=(20 * (interval[0] - 1), 20 * (interval[1] - 1)), prediction=None
    )
    if estimate < 1:  # on a scale of differences the mirror of the threshold lies as far from none
        assert pooled(replace(moved, threshold=-4))[1]["imprecision"].change == change


@pytest.mark.parametrize(
    ("interval", "threshold", "change"),
    [((45, 55), 40, 0), ((45, 55), 50, -1), ((35, 65), 30, 0), ((35, 65), 50, -1), ((29, 71), 50, -2)],
)
def test_a_pooled_proportion_with_a_threshold_need_only_lie_on_one_side_of_it(
    interval: tuple[float, float], threshold: float, change: int
) -> None:
    declared = replace(SHARE, interval=interval, prediction=interval, threshold=threshold)
    assert pooled(declared)[1]["imprecision"].change == change


def test_an_interval_without_end_is_the_widest_and_a_threshold_without_a_number_is_none() -> None:
    because = pooled(replace(FAINT, interval=(0, math.inf), prediction=(0, math.inf)))[1]
    assert (because["imprecision"].change, because["inconsistency"].change) == (-2, 0)
    assert pooled(replace(FAINT, threshold=math.nan)) == pooled(FAINT)


def test_without_a_threshold_a_quantity_of_another_unit_cannot_be_judged() -> None:
    level, because = pooled(replace(POOL, unit="ng/mL", estimate=50, interval=(45, 55), prediction=(40, 60)))
    assert because["imprecision"].why.startswith("cannot be judged: no threshold is declared for ng/mL")
    assert because["inconsistency"].unjudged
    assert level is Level.MODERATE


@pytest.mark.parametrize(
    ("estimate", "people", "optimal", "change"),
    [
        (0.69, 2000, 2000, 0),
        (0.69, 1999, 2000, -1),
        (0.69, 1000, 2000, -1),
        (0.69, 999, 2000, -2),
        (1.31, 999, 2000, -2),
        (0.71, 999, 2000, 0),  # not large: the interval alone decides
        (1.29, None, None, 0),
        (0.69, None, 2000, None),
        (0.69, 5000, math.nan, None),
    ],
)
def test_a_large_ratio_asks_for_information_enough(
    estimate: float, people: float | None, optimal: float | None, change: int | None
) -> None:
    tight = (estimate - 0.01, estimate + 0.01)
    sized = replace(POOL, estimate=estimate, interval=tight, prediction=tight, people=people, optimal=optimal)
    reason = pooled(sized)[1]["imprecision"]
    assert (None if reason.unjudged else reason.change) == change


@pytest.mark.parametrize(("interval", "change"), [((0.4, 0.9), -2), ((0.4, 1.0), -3), ((0.4, 1.3), -3), ((0.4, None), -2)])
def test_a_shortage_of_information_adds_to_what_the_interval_costs_up_to_three_levels(
    interval: tuple[float, float | None], change: int
) -> None:
    known = None if interval[1] is None else interval
    sized = replace(POOL, estimate=0.6, interval=known, people=100)  # type: ignore[arg-type]
    assert pooled(sized)[1]["imprecision"].change == change


@pytest.mark.parametrize(("people", "change"), [(97, 0), (96, -1), (49, -1), (48, -2), (None, None)])
def test_a_pooled_proportion_asks_for_people_enough(people: float | None, change: int | None) -> None:
    reason = pooled(replace(SHARE, people=people))[1]["imprecision"]
    assert (None if reason.unjudged else reason.change) == change


def test_the_optimal_information_size_is_that_of_one_trial_or_survey() -> None:
    """As power.prop.test(p1=0.2, p2=0.15, power=0.8) of R 4.2.2 for each of two groups; about 2,000 in GRADE's own figure."""
    assert optimal_size(0.2) == pytest.approx(2 * 905.365777967, rel=1e-6)
    assert optimal_size(0.05) == pytest.approx(2 * 4201.89596834, rel=1e-6)
    assert precision_size(0.5) == pytest.approx(1.959963984540054**2 * 0.25 / 0.1**2)
    assert precision_size(0.01) == pytest.approx(1.959963984540054**2 * 0.0099 / 0.005**2)
    assert precision_size(0.99) == pytest.approx(precision_size(0.01))
    assert precision_size(0.0) is precision_size(1.0) is None
    with pytest.raises(ValueError, match=r"the control risk is 1\.2; should be between 0 and 1"):
        optimal_size(1.2)


@pytest.mark.parametrize(
    ("verdict", "agree", "change"),
    [("robust", 0.95, 0), ("sensitive", 0.7, 0), ("sensitive", 0.49, -1), ("fragile", 0.7, -1), (None, 1, None)],
)
def test_a_fragile_multiverse_costs_a_level_and_none_cannot_be_judged(verdict: Any, agree: float, change: int | None) -> None:
    seen = None if verdict is None else replace(SEEN, verdict=verdict, agree=agree, by="measure")
    reason = pooled(replace(POOL, multiverse=seen))[1]["inconsistency"]
    assert (None if reason.unjudged else reason.change) == change
    assert verdict != "sensitive" or "sensitive to measure" in reason.why
    wide = replace(FAINT, prediction=WIDE, multiverse=seen)
    assert pooled(wide)[1]["inconsistency"].change == -2  # whichever costs more counts, not both


def test_a_multiverse_of_one_analysis_is_none() -> None:
    assert pooled(replace(POOL, multiverse=replace(SEEN, specifications=1)))[1]["inconsistency"].unjudged


@pytest.mark.parametrize("k", [1, 2])
def test_one_or_two_studies_cannot_show_that_they_agree_whatever_is_predicted(k: int) -> None:
    level, because = pooled(replace(POOL, k=k), TRIALS[:k])
    assert because["inconsistency"].why.startswith(f"cannot be judged: {'one study says' if k == 1 else 'two studies say'}")
    assert level is Level.MODERATE
    assert because["cap"].why == "at most moderate, since inconsistency cannot be judged"


def test_two_studies_can_show_that_they_disagree() -> None:
    far = [case(estimate=share(value, value - 5, value + 5)) for value in (20, 70)]
    assert pooled(replace(SHARE, k=2), far)[1]["inconsistency"].change == -2


@pytest.mark.parametrize(
    ("k", "egger_p", "filled", "change"),
    [
        (10, 0.1, 2, 0),
        (10, 0.099, 2, -1),
        (10, 0.099, 0, 0),
        (10, 0.099, None, -1),
        (10, 0.5, 3, 0),
        (10, None, 3, None),
        (10, math.nan, None, None),
        (9, 0.001, 3, 0),
    ],
)
def test_tests_of_publication_bias_speak_from_ten_studies_on(
    k: int, egger_p: float | None, filled: float | None, change: int | None
) -> None:
    reason = pooled(replace(POOL, k=k, egger_p=egger_p, filled=filled))[1]["publication bias"]
    assert (None if reason.unjudged else reason.change) == change
    assert str(k) in reason.why  # with k said
    assert k >= 10 or reason.why == "not testable with fewer than ten studies, here 9"


def test_proportions_are_not_tested_for_publication_bias() -> None:
    reason = pooled(replace(SHARE, egger_p=0.001, filled=5))[1]["publication bias"]
    assert (reason.change, reason.why[:12]) == (0, "not testable")


def test_no_missing_number_of_a_pool_is_ever_taken_as_good_news() -> None:
    """Whatever is left out of a pool that is rated high, the level falls, except where fewer than ten studies are no test."""
    for name in ("interval", "prediction", "people", "optimal", "egger_p", "multiverse"):
        level, because = pooled(replace(POOL, **{name: None}))
        assert level is Level.MODERATE, name
        assert sum(reason.unjudged for reason in because.values()) == 1, name


REVIEW = [case("meta-analysis", "treatment", ratio(0.5, 0.4, 0.6), **ARMS)]
OWN = replace(POOL, multiverse=None, review=Review(i2=0.79))


def test_a_published_meta_analysis_is_judged_by_its_own_numbers() -> None:
    assert pooled(OWN, REVIEW)[0] is Level.HIGH
    because = pooled(replace(OWN, prediction=None), REVIEW)[1]
    assert because["inconsistency"].why == (
        "cannot be judged: 12 studies without a prediction interval, "
        "and I\N{SUPERSCRIPT TWO} (79%) does not say how far results differ"
    )


@pytest.mark.parametrize(
    ("rating", "level"), [(Level.VERY_LOW, Level.VERY_LOW), (Level.MODERATE, Level.MODERATE), (Level.HIGH, Level.HIGH)]
)
def test_the_authors_own_rating_is_a_ceiling(rating: Level, level: Level) -> None:
    assert pooled(replace(OWN, review=Review(rating=rating)), REVIEW)[0] is level
    imprecise = replace(OWN, interval=(0.2, 1.3), prediction=(0.2, 1.3), review=Review(rating=rating))
    assert pooled(imprecise, REVIEW)[0] in {Level.VERY_LOW, Level.LOW}


def test_a_meta_analysis_without_numbers_of_its_own_is_weighed_in_its_risk_of_bias_or_cannot_be_judged() -> None:
    synthesis = RiskOfBias(instrument="x", domains=(Judgement(domain="synthesis", judgement="low", because=""),))
    study = replace(REVIEW[0].study, risk_of_bias=synthesis, sample=Sample(size=228, unit="trials"))
    weighed = graded(replace(REVIEW[0], study=study))[1]
    for domain in ("inconsistency", "publication bias"):
        assert weighed[domain].why.startswith("one meta-analysis of 228 trials: ")
        assert weighed[domain].why.endswith("is weighed in the domain synthesis of its risk of bias")
        assert graded(*REVIEW)[1][domain].unjudged


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"k": 0}, "a pool of 0 studies"),
        ({"estimate": math.nan}, "the estimate is nan"),
        ({"interval": (0.6, 0.4)}, "the interval 0.6 to 0.4 is the wrong way round"),
        ({"prediction": (0.7, 0.3)}, "the prediction interval 0.7 to 0.3 is the wrong way round"),
        ({"interval": (0.6, 0.7)}, "misses its estimate 0.5"),
        ({"egger_p": 5}, "should be from 0 to 1"),
        ({"threshold": -0.2}, "the threshold of a ratio is -0.2; should be above zero"),
    ],
)
def test_a_pool_that_cannot_be_is_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(POOL, **wrong)


@pytest.mark.parametrize(
    "wrong",
    [{"agree": 95}, {"specifications": 0}, {"low": 1}, {"high": math.inf}, {"verdict": "sensitive"}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_multiverse_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="should"):
        replace(SEEN, **wrong)


def test_what_cannot_be_judged_moves_nothing() -> None:
    with pytest.raises(ValueError, match="imprecision cannot be judged and yet moves the certainty by -1"):
        Reason(domain="imprecision", change=-1, why="x", unjudged=True)
    with pytest.raises(ValueError, match="should be a level, or None"):
        Review(rating=Level.NOT_GRADED)


SCALES = {
    "odds ratio": (st.floats(0.05, 8), st.sampled_from([None, 0.8, 1.25])),
    "%": (st.floats(0, 100), st.sampled_from([None, 10.0, 50.0])),
    "percentage points": (st.floats(-60, 60), st.sampled_from([None, -5.0, 10.0])),
    "mean difference": (st.floats(-9, 9), st.sampled_from([None, -3.0, 2.0])),
    "correlation": (st.floats(-0.9, 0.9), st.sampled_from([None, 0.2])),
}


@settings(derandomize=True, deadline=None, max_examples=400)
@given(st.data())
def test_a_wider_interval_or_fewer_people_never_raise_the_level(data: st.DataObject) -> None:
    unit = data.draw(st.sampled_from(sorted(SCALES)))
    numbers, thresholds = SCALES[unit]
    a, b, c, value, d, e, f = sorted(data.draw(st.lists(numbers, min_size=7, max_size=7)))
    less, more = sorted(data.draw(st.tuples(st.integers(1, 4000), st.integers(1, 4000))))
    seen = data.draw(st.sampled_from([None, SEEN, replace(SEEN, verdict="fragile")]))
    base = replace(
        POOL,
        unit=unit,
        estimate=value,
        interval=(c, d),
        prediction=(b, e),
        threshold=data.draw(thresholds),
        people=more,
        optimal=None if unit == "%" else 2000,
        multiverse=seen,
    )
    results = data.draw(st.sampled_from([TRIALS, [case("cohort", "treatment", ratio(2, 1.5, 3), **ARMS)] * 12]))
    rank = pooled(base, results)[0].dots
    assert pooled(replace(base, interval=(b, e)), results)[0].dots <= rank  # the mean is less sure
    assert pooled(replace(base, prediction=(a, f)), results)[0].dots <= rank  # studies differ more
    assert pooled(replace(base, interval=(b, e), prediction=(a, f)), results)[0].dots <= rank
    assert pooled(replace(base, people=less), results)[0].dots <= rank


SPECIFICATIONS = {
    "estimates": [0.5, 0.5, 0.9, 0.9, 0.5, math.nan, 0.5],
    "intervals": [(0.4, 0.6), (0.4, 0.9), (0.7, 1.1), (0.6, 1.4), (0.4, 0.6), (math.nan, math.nan), (0.4, 0.6)],
    "predictions": [(0.3, 0.7), (0.3, 1.3), (0.6, 1.4), (0.5, 1.6), (math.nan, math.nan), (math.nan, math.nan), (0.3, 0.7)],
    "studies": [12, 11, 12, 12, 5, 0, 2],
}


def test_across_a_multiverse_each_specification_has_the_level_that_grade_gives_it() -> None:
    found = across(EVIDENCE, TRIALS, TRIALS[0].estimate, pool=POOL, **SPECIFICATIONS)
    levels = dict.fromkeys((Level.HIGH, Level.MODERATE, Level.LOW, Level.VERY_LOW), 0)
    for estimate, interval, prediction, k in zip(*SPECIFICATIONS.values(), strict=True):
        if not math.isnan(estimate):
            one = replace(POOL, estimate=estimate, interval=interval, prediction=prediction, k=max(10, k) if k > 2 else k)
            levels[pooled(one)[0]] += 1
    assert found == Across(
        primary=Level.HIGH, counts=tuple(levels.items()), kept=levels[Level.HIGH] / 6, specifications=6, infeasible=1
    )
    assert found.counts == ((Level.HIGH, 1), (Level.MODERATE, 2), (Level.LOW, 3), (Level.VERY_LOW, 0))


def test_across_a_multiverse_of_copies_of_the_primary_all_keep_its_level() -> None:
    pairs = (
        [replace(SHARE, k=2), SHARE],
        [replace(POOL, people=900), POOL],
        [replace(POOL, estimate=3, interval=(2, 4)), POOL],
    )
    for results in (
        TRIALS,
        [case("cohort", "treatment", ratio(2, 1.5, 3), **ARMS)],
        [case(estimate=share(v, v - 5, v + 5)) for v in (20, 70)],
    ):
        for pool in (pool for pair in pairs for pool in pair):
            count = np.ones(3)
            found = across(
                EVIDENCE,
                results,
                results[0].estimate,
                pool=pool,
                estimates=count * pool.estimate,
                intervals=np.tile(pool.interval, (3, 1)),  # type: ignore[arg-type]
                predictions=np.tile(pool.prediction, (3, 1)),  # type: ignore[arg-type]
                studies=count * pool.k,
            )
            assert (found.primary, found.kept) == (pooled(pool, results)[0], 1)


def test_a_specification_of_two_studies_is_not_judged_by_the_many_of_the_primary() -> None:
    far = [case(estimate=share(value, value - 5, value + 5)) for value in (20, 70)]
    one = {"estimates": [50], "intervals": [(45, 55)], "predictions": [(41, 59)], "studies": [2]}
    assert across(EVIDENCE, far, far[0].estimate, pool=SHARE, **one).counts[1] == (Level.MODERATE, 1)
    assert across(EVIDENCE, far, far[0].estimate, pool=replace(SHARE, k=2), **one).counts[2] == (Level.LOW, 1)


def test_across_takes_the_people_behind_each_specification_and_refuses_arrays_of_unlike_length() -> None:
    few = across(EVIDENCE, TRIALS, None, pool=POOL, people=[5000, 900, 1500, 1, 1, 1, 1], **SPECIFICATIONS)
    assert dict(few.counts)[Level.VERY_LOW] == 1  # holds 1.25 only in prediction, and far too few people
    with pytest.raises(ValueError, match=r"should be \(S,\), \(S, 2\)"):
        across(EVIDENCE, TRIALS, None, pool=POOL, **{**SPECIFICATIONS, "studies": [12]})
    with pytest.raises(ValueError, match="the results are descriptions, which are not graded"):
        across(EVIDENCE, [case("narrative-review", "context")], None, pool=POOL, **SPECIFICATIONS)
    none = across(
        EVIDENCE, TRIALS, None, pool=POOL, estimates=[], intervals=np.empty((0, 2)), predictions=np.empty((0, 2)), studies=[]
    )
    assert math.isnan(none.kept)


@pytest.mark.parametrize(
    ("sentence", "constants"),
    [
        (
            r"more than (\S+) percentage points apart cost one level, more than (\S+) two",
            ("SPREAD_POINTS", "WIDE_SPREAD_POINTS"),
        ),
        (
            r"more than (\S+) times the lowest costs one level, more than (\S+) times two",
            ("SPREAD_TIMES", "WIDE_SPREAD_TIMES"),
        ),
        (
            r"more than (\S+) percentage points to each side costs one level, more than (\S+) two",
            ("WIDE_POINTS", "VERY_WIDE_POINTS"),
        ),
        (r"holds one and also (\S+) or (\S+) costs one level", ("RATIO_THRESHOLDS",)),
        (r"fewer than (\S+) people cost one level, fewer than (\S+) two", ("FEW", "VERY_FEW")),
        (r"ratio lies beyond (\S+) or ([\d.]+),", ("LARGE", "SMALL")),
        (
            r"error of (\S+), a power of 80% \(beta ([\d.]+)\) and a relative reduction of (\d+)%",
            ("ALPHA", "BETA", "REDUCTION"),
        ),
        (r"changes the risk by more than (\d+)%", ("LARGE_CHANGE",)),
        (r"up to (\d) levels in all", ("MOST_IMPRECISE",)),
        (
            r"more than (\d+) points or (\d+) times one level, more than (\d+) points or (\d+) times two",
            ("SPREAD_POINTS", "SPREAD_TIMES", "WIDE_SPREAD_POINTS", "WIDE_SPREAD_TIMES"),
        ),
        (r"from (\d+) studies on, the prediction interval", ("PREDICTABLE",)),
        (r"fewer than (\d+)% of its analyses", ("AGREEING",)),
        (r"p-value below ([\d.]+)", ("ASYMMETRY",)),
        (r"fewer than (\d+) studies are not tested", ("TESTABLE",)),
        (r"below (\S+)% counts as that", ("RARE",)),
    ],
)
def test_the_page_prints_the_thresholds_of_the_code(sentence: str, constants: tuple[str, ...]) -> None:
    printed = re.search(sentence, " ".join(PAGE.split()))
    assert printed, f"docs/certainty.md no longer says: {sentence}"
    held = [getattr(certainty, name) for name in constants]
    assert [float(number) for number in printed.groups()] == (list(held[0]) if isinstance(held[0], tuple) else held)


def test_the_page_says_a_tenth_and_half_of_the_weight() -> None:
    assert "none and a tenth" in PAGE
    assert certainty.CORRELATION_THRESHOLD == 0.1
    assert "more than half of the weight" in PAGE
    assert certainty.MOST == 50
    assert "less than half of them costs two" in PAGE
    assert certainty.FAR == 0.5
