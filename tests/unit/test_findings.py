"""Findings from records: what may be joined, what stands as printed, and what a sentence may claim from it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from equipoise.findings import register, synthesis
from equipoise.findings.finding import Level
from equipoise.findings.results import result
from equipoise.records import places
from equipoise.records.evidence import Evidence
from equipoise.records.provenance import Reading
from equipoise.records.reader import read
from equipoise.records.rules import pools_are_of_one_kind
from equipoise.records.study import Arm, Association, Count, Quantity
from equipoise.records.topic import ContrastFinding, PooledFinding, ReportedFinding, SeriesFinding, TallyFinding, Topic
from equipoise.values.missing import Missing

DAY = date(2026, 11, 30)
READ = Reading(by="ab", date=date(2026, 1, 5))
BCG = Path(__file__).parents[1] / "data" / "bcg" / "evidence"
NPDS = (
    "anwar-2016",
    "comstock-2026",
    "eggleston-2019",
    "graves-2021",
    "leonard-2025-wapc",
    "poison-centres-2015-2025",
    "post-2019",
)


@pytest.fixture(scope="module")
def shipped() -> Evidence:
    return read(places.shipped()[0])[0]


@pytest.fixture(scope="module")
def small() -> Evidence:
    return read(BCG)[0]


def pool(*records: str, measure: Any = "PLO", **options: Any) -> PooledFinding:
    options = {"among": "people", "question": "How many?", **options}
    return PooledFinding(id="trap", kind="pooled", records=records, measure=measure, **options)


def reported(record: str) -> ReportedFinding:
    return ReportedFinding(id="x", kind="reported", question="What?", record=record)


def first_result(evidence: Evidence, study: str) -> str:
    return f"{study}/{evidence.studies[study].outcomes[0].id}"


def refusals(evidence: Evidence, records: Sequence[str]) -> list[str]:
    """Return why the check of the evidence and the engine's twin refuse a pool: one line of each."""
    topic = Topic(id="trap", title="", subtitle="", chapters=(), findings=(pool(*records),), extracted=READ)
    by_check = [breach.message for breach in pools_are_of_one_kind(replace(evidence, topics={"trap": topic}), DAY)]
    with pytest.raises(ValueError, match="trap: ") as refused:
        synthesis.pooled(evidence, pool(*records), DAY)
    return ["; ".join(by_check), str(refused.value)]


@pytest.mark.parametrize(("one", "other"), [*combinations(NPDS, 2)])
def test_poison_centre_papers_are_one_set_of_calls(shipped: Evidence, one: str, other: str) -> None:
    for said in refusals(shipped, [first_result(shipped, one), first_result(shipped, other)]):
        assert f"pools {one} and {other} that share people or data (both use the data NPDS)" in said


def test_the_two_huestis_papers_are_one_trial(shipped: Evidence) -> None:
    for said in refusals(shipped, [first_result(shipped, "huestis-2024"), first_result(shipped, "huestis-2026")]):
        assert "pools huestis-2024 and huestis-2026 that share people or data (both use the data HUESTIS-TRIAL)" in said


@pytest.mark.parametrize(("one", "other"), [*combinations(("smith-2022-dose", "smith-2022-kud", "smith-2022-motives"), 2)])
def test_the_three_smith_papers_are_one_group_of_respondents(shipped: Evidence, one: str, other: str) -> None:
    for said in refusals(shipped, [first_result(shipped, one), first_result(shipped, other)]):
        assert f"pools {one} and {other} that share people or data (both use the data SMITH-2021-129)" in said


@pytest.mark.parametrize(
    "records",
    [
        ("ahmad-aziz-2012/daily-use", "garcia-romeu-2020/daily-use"),
        ("vicknasingam-2020/withdrawal-short", "hill-2024-kud/withdrawal"),
        ("trakulsrichai-2015/adverse", "garcia-romeu-2020/adverse-any"),
    ],
)
def test_regular_drinkers_and_web_volunteers_are_not_one_population(shipped: Evidence, records: tuple[str, str]) -> None:
    for said in refusals(
        shipped, [name if shipped.outcome(name) else first_result(shipped, name.split("/")[0]) for name in records]
    ):
        assert "mixes samples of different frames (community-regular-users, web-volunteers); should hold one frame" in said


@pytest.mark.parametrize(
    ("motive", "rating"),
    [
        ("garcia-romeu-2020/depression-motive", "smith-2022-dose/acute-effects"),
        ("garcia-romeu-2020/anxiety-motive", "prevete-2021/mood"),
        ("grundmann-2017/mood-motive", "prevete-2021/positive"),
    ],
)
def test_a_motive_is_not_a_rated_effect(shipped: Evidence, motive: str, rating: str) -> None:
    kinds = [result(shipped, name).word.kind for name in (motive, rating)]
    assert kinds == ["motive", "self-rated"]
    for said in refusals(shipped, [motive, rating]):
        assert "mixes the outcomes" in said


def test_one_study_does_not_enter_a_pool_twice(small: Evidence) -> None:
    for said in refusals(small, ["example-2017/answer", "example-2017/answer"]):
        assert "both results are of example-2017" in said


def changed(evidence: Evidence, study: str, **held: Any) -> Evidence:
    """Return the evidence with the first outcome of one study replaced."""
    old = evidence.studies[study]
    fields = dict.fromkeys(("count", "arms", "quantity", "association", "stated"))
    new = replace(old, outcomes=(replace(old.outcomes[0], **{**fields, **held}), *old.outcomes[1:]))
    return replace(evidence, studies={**evidence.studies, study: new})


def test_where_papers_disagree_the_printed_number_stands(shipped: Evidence) -> None:
    """10 of 108 is printed as 7%: the sentence says 7%, and the level, the caveat and the counts say the rest."""
    finding = register.reported(shipped, reported("czech-students-effects/pain-motive"), DAY)
    assert finding.estimate is not None
    assert (finding.estimate.printed, finding.estimate.value) == ("7%", 7.0)
    assert finding.estimate.counts is not None
    assert (finding.estimate.counts.events, finding.estimate.counts.total) == (10, 108)
    assert ("source", -1) in [(reason.domain, reason.change) for reason in finding.because]
    assert "The sources disagree about a number; it stands as printed." in finding.caveats


def test_a_count_and_a_percentage_that_contradict_each_other_get_no_interval(small: Evidence) -> None:
    conflict = {"basis": "conflicting", "note": "x"}
    broken = changed(small, "example-2017", count=Count(events=100, total=400, percent=Decimal(40)), **conflict)
    estimate = result(broken, "example-2017/answer").estimate
    assert estimate is not None
    assert (estimate.printed, estimate.interval) == ("40%", None)
    rounded = changed(small, "example-2017", count=Count(events=1, total=400, percent=Decimal(0)))
    estimate = result(rounded, "example-2017/answer").estimate
    assert estimate is not None
    assert estimate.interval is not None
    assert estimate.interval.low == 0


def test_a_value_outside_its_printed_interval_stands_without_it(small: Evidence) -> None:
    quantity = Quantity(
        statistic="median", value=Decimal("9.5"), low=Decimal(1), high=Decimal(2), interval="95% CI", n=10, unit="people"
    )
    estimate = result(changed(small, "example-2017", quantity=quantity, basis="conflicting"), "example-2017/answer").estimate
    assert estimate is not None
    assert (estimate.printed, estimate.interval) == ("9.5 people", None)


def test_a_count_without_its_total_is_a_number_and_no_share(small: Evidence) -> None:
    broken = changed(small, "example-2017", count=Count(events=2, total=Missing.NOT_REPORTED))
    finding = register.reported(broken, reported("example-2017/answer"), DAY)
    assert finding.statement == "2 example people asked in the first year said yes to the example question."


def test_of_a_small_group_the_count_is_said_and_not_a_percentage(small: Evidence) -> None:
    broken = changed(small, "example-2017", count=Count(events=3, total=7, percent=Decimal(43)))
    finding = register.reported(broken, reported("example-2017/answer"), DAY)
    assert finding.statement == "3 of 7 example people asked in the first year said yes to the example question."


def linked(value: str, low: str | None = None, high: str | None = None, measure: Any = "OR") -> Association:
    level = None if low is None else Decimal(95)
    bounds = {"low": None if low is None else Decimal(low), "high": None if high is None else Decimal(high), "level": level}
    return Association(
        measure=measure,
        value=Decimal(value),
        n=100,
        adjusted=Missing.NOT_REPORTED,
        contrast="asking",
        **bounds,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("association", "statement"),
    [
        (linked("2.14", "1.1", "3.4"), "Asking was linked with higher odds of a yes to the example question."),
        (linked("0.4", "0.1", "0.9"), "Asking was linked with lower odds of a yes to the example question."),
        (linked("1.2", "0.8", "1.9"), "Asking was not clearly linked with a yes to the example question."),
        (linked("2.1", "1.1", "3.4", "RR"), "Asking was linked with a higher chance of a yes to the example question."),
        (linked("0.2", "0.1", "0.3", "COR"), "Asking was linked with more a yes to the example question."),
    ],
)
def test_a_link_is_worded_by_its_interval(small: Evidence, association: Association, statement: str) -> None:
    broken = changed(small, "example-2017", association=association)
    assert register.reported(broken, reported("example-2017/answer"), DAY).statement == statement


def test_an_interval_that_nobody_saw_does_not_make_a_link_unclear(small: Evidence) -> None:
    """An odds ratio of 2.14 without its interval is no reassurance: the sentence gives its way, a caveat its doubt."""
    finding = register.reported(
        changed(small, "example-2017", association=linked("2.14")), reported("example-2017/answer"), DAY
    )
    assert finding.statement == "Asking was linked with higher odds of a yes to the example question."
    assert "No interval was seen, so it cannot be judged how far chance may have made this." in finding.caveats
    assert "A link is not a cause." in finding.caveats


def test_a_pooled_correlation_is_a_link_and_no_effect(small: Evidence) -> None:
    both = changed(
        changed(small, "example-2017", association=linked("0.2", measure="COR")),
        "example-2019",
        association=linked("0.3", measure="COR"),
    )
    declared = pool("example-2017/answer", "example-2019/answer", measure="ZCOR", test="z", subject="asking")
    finding = synthesis.pooled(both, declared, DAY)
    assert finding.statement == "Asking was linked with more a yes to the example question."
    assert "A link is not a cause." in finding.caveats


def test_what_is_no_correlation_is_not_pooled_as_one(small: Evidence) -> None:
    both = changed(changed(small, "example-2017", association=linked("0.5")), "example-2019", association=linked("0.6"))
    with pytest.raises(ValueError, match="ZCOR cannot be computed: every result should have a correlation"):
        synthesis.pooled(both, pool("example-2017/answer", "example-2019/answer", measure="ZCOR"), DAY)


@pytest.mark.parametrize(
    ("held", "measure", "lacks"),
    [
        ({"count": Count(total=400, percent=Decimal(25))}, "PLO", "events and total"),
        ({"count": Count(events=100, total=400)}, "OR", "two arms"),
        ({"count": Count(events=100, total=400)}, "ZCOR", "a correlation"),
    ],
)
def test_a_pool_needs_the_numbers_of_its_measure(small: Evidence, held: Any, measure: str, lacks: str) -> None:
    with pytest.raises(ValueError, match=f"trap: {measure} cannot be computed: every result should have {lacks}"):
        synthesis.pooled(
            changed(small, "example-2017", **held), pool("example-2017/answer", "example-2019/answer", measure=measure), DAY
        )


def test_a_pooled_share_lies_between_its_studies_and_says_how_it_was_made(small: Evidence) -> None:
    finding = synthesis.pooled(small, pool("example-2017/answer", "example-2019/answer"), DAY)
    assert finding.estimate is not None
    assert 25 < finding.estimate.value < 50
    assert [part.record for part in finding.estimate.parts] == ["example-2017/answer", "example-2019/answer"]
    assert sum(part.weight or 0 for part in finding.estimate.parts) == pytest.approx(100)
    assert {"measure", "method", "test", "level", "continuity"} <= dict(finding.basis.options).keys()
    assert finding.estimate.heterogeneity is not None
    assert 50 < finding.estimate.heterogeneity.i2 <= 100, "in percent"


def test_a_contrast_shows_both_numbers_and_its_reason_first(small: Evidence) -> None:
    declared = ContrastFinding(
        id="x", kind="contrast", question="?", records=("example-2019/answer", "example-2017/answer"), reason="Other people."
    )
    finding = synthesis.contrast(small, declared, DAY)
    assert finding.statement == "Studies disagree on a yes to the example question: from 25% to 50%."
    assert finding.estimate is not None
    assert finding.estimate.value == 25
    assert [part.value for part in finding.estimate.parts] == [25, 50]
    assert finding.caveats[0] == "Other people."


def test_results_that_agree_are_no_contrast(small: Evidence) -> None:
    study = small.studies["example-2017"]
    same = changed(small, "example-2019", count=study.outcomes[0].count)
    declared = ContrastFinding(
        id="x", kind="contrast", question="?", records=("example-2019/answer", "example-2017/answer"), reason="Other people."
    )
    with pytest.raises(ValueError, match="should be results that disagree"):
        synthesis.contrast(same, declared, DAY)


def test_the_distance_of_results_that_share_people_has_no_interval(small: Evidence) -> None:
    declared = ContrastFinding(
        id="x", kind="contrast", question="?", records=("example-2019/answer", "example-2017/answer"), reason="Other people."
    )
    apart = synthesis.contrast(small, declared, DAY).estimate
    shared = {name: replace(study, dataset="ONE") for name, study in small.studies.items()}
    joined = synthesis.contrast(replace(small, studies=shared), declared, DAY).estimate
    assert apart is not None
    assert joined is not None
    assert (apart.interval is None, joined.interval is None) == (False, True)


def test_a_series_is_of_shares(small: Evidence) -> None:
    mean = Quantity(statistic="mean", value=Decimal("3.2"), n=40, unit="people")
    scores = changed(changed(small, "example-2017", count=None, quantity=mean), "example-2019", count=None, quantity=mean)
    with pytest.raises(ValueError, match="holds a result that is no share"):
        register.series(scores, years("example-2017/answer", "example-2019/answer"), DAY)


def test_different_outcomes_do_not_stand_side_by_side(small: Evidence) -> None:
    shared: dict[str, Any] = {"id": "x", "question": "?", "records": ("aronson-1948/tuberculosis", "example-2017/answer")}
    contrast = ContrastFinding(kind="contrast", reason="?", **shared)
    series = SeriesFinding(kind="series", what="?", comparable="no", why="?", **shared)
    with pytest.raises(ValueError, match="sets the outcomes example-answer, tuberculosis side by side"):
        synthesis.contrast(small, contrast, DAY)
    with pytest.raises(ValueError, match="sets the outcomes example-answer, tuberculosis side by side"):
        register.series(small, series, DAY)


def years(*records: str) -> SeriesFinding:
    return SeriesFinding(id="x", kind="series", question="?", records=records, what="?", comparable="no", why="Others.")


def test_a_series_says_its_latest_number_and_that_it_is_no_trend(small: Evidence) -> None:
    finding = register.series(small, years("example-2017/answer", "example-2019/answer"), DAY)
    assert finding.statement.startswith("In 2019, 50% of example people asked in the second year")
    assert finding.estimate is not None
    assert [part.label for part in finding.estimate.parts] == ["2017", "2019"]
    assert finding.caveats[0] == "Not a trend: Others."


def test_a_series_out_of_order_is_refused(small: Evidence) -> None:
    with pytest.raises(ValueError, match="out of order"):
        register.series(small, years("example-2019/answer", "example-2017/answer"), DAY)


def test_a_tally_of_nothing_is_refused_since_absence_needs_a_search(small: Evidence) -> None:
    with pytest.raises(ValueError, match="no study is selected; should be an absence, with its searches"):
        register.tally(small, TallyFinding(id="x", kind="tally", question="?", what="x", designs=("cohort",)), DAY)


def test_arms_are_said_as_counts_and_compared_by_their_difference(small: Evidence) -> None:
    broken = changed(
        small, "example-2017", arms=(Arm(name="one", events=1000, total=2000), Arm(name="the other", events=500, total=2000))
    )
    finding = register.reported(broken, reported("example-2017/answer"), DAY)
    assert finding.statement == "1,000 of 2,000 with one and 500 of 2,000 with the other said yes to the example question."
    assert finding.estimate is not None
    assert (finding.estimate.value, finding.estimate.unit) == (25, "percentage points")
    assert {part.record for part in finding.estimate.parts} == {"example-2017/answer"}


def test_every_shipped_result_can_be_read_as_a_number_or_as_words(shipped: Evidence) -> None:
    for study in shipped.studies.values():
        for outcome in study.outcomes:
            read_back = result(shipped, f"{study.id}/{outcome.id}")
            assert (read_back.estimate is None) == (outcome.stated is not None)


def test_positions_and_absences_are_not_graded(small: Evidence) -> None:
    topic = small.topics["bcg-tuberculosis"]
    held = {item.kind: item for item in topic.findings}
    assert register.position(small, held["position"], DAY).certainty is Level.NOT_GRADED  # type: ignore[arg-type]
    absent = register.absence(small, held["absence"], DAY)  # type: ignore[arg-type]
    assert absent.certainty is Level.NOT_GRADED
    assert [(source.search, source.on) for source in absent.sources] == [("example-search", "2026-01-30")]
    assert absent.caveats == ("The database is made up.",)
