"""Each rule of docs/certainty.md, by one small case, and its thresholds as that page prints them."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from equipoise.findings import certainty
from equipoise.findings.certainty import aim, direction, grade
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
)
EVIDENCE = Evidence(
    folder=Path(),
    references={},
    studies={},
    searches={},
    positions={},
    helplines={},
    corrections={},
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
    return Result(name="x/x", study=study, outcome=outcome, word=word, estimate=shown)


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
