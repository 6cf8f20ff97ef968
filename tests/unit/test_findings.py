"""Findings from records: what may be joined, what stands as printed, and what a sentence may claim from it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from equipoise.findings import register, synthesis, wording
from equipoise.findings.finding import Level
from equipoise.findings.results import result
from equipoise.records import places
from equipoise.records.evidence import Evidence
from equipoise.records.multiverse import Condition, Declared, How, Option, Threshold, Which
from equipoise.records.provenance import Reading
from equipoise.records.reader import read
from equipoise.records.rules import pools_are_of_one_kind
from equipoise.records.sharing import groups
from equipoise.records.study import Arm, Association, Count, Overlap, Quantity
from equipoise.records.topic import ContrastFinding, PooledFinding, ReportedFinding, SeriesFinding, TallyFinding, Topic
from equipoise.values.missing import Missing
from equipoise.values.multiverse import Multiverse

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


# Every defensible analysis of a pool.


@pytest.fixture(scope="module")
def surveys(small: Evidence) -> Evidence:
    """Return surveys a to e of growing size: a and b share people, and so do b and c, and d has two results of one question."""
    made = dict(small.studies)
    for place, (name, events, total, basis) in enumerate(
        [("a", 20, 100, "reported"), ("b", 60, 200, "derived"), ("c", 120, 300, "reported"), ("d", 200, 400, "reported")]
    ):
        old = small.studies["example-2017"]
        first = replace(old.outcomes[0], count=Count(events=events, total=total), basis=basis, derivation="x")  # type: ignore[arg-type]
        second = replace(first, id="later", count=Count(events=events + 9, total=total))
        shared = {"a": "b", "b": "c"}.get(name)
        made[name] = replace(
            old,
            id=name,
            outcomes=(first, second) if name == "d" else (first,),
            country=("US",) if place % 2 else ("GB", "US"),
            overlaps=(Overlap(study=shared, how="partial", because="the same street"),) if shared else (),
        )
    return replace(small, studies=made)


def universe(evidence: Evidence, *records: str, **options: Any) -> Multiverse:
    found = synthesis.pooled(evidence, pool(*records, **options), DAY).multiverse
    assert found is not None
    return found


def choice(*options: Option, name: str = "studies") -> Which:
    return Which(name=name, options=options)


def sets(found: Multiverse) -> list[str]:
    """Return the study sets as the surveys in them, as ``a d`` or ``a d/later``."""
    return [" ".join(sorted(name.removesuffix("/answer") for name in names)) for names in found.sets]


def test_every_pool_that_we_ship_has_its_multiverse_and_the_finding_is_one_of_its_analyses(shipped: Evidence) -> None:
    declared = [item for topic in shipped.topics.values() for item in topic.findings if isinstance(item, PooledFinding)]
    assert len(declared) >= 3
    for item in declared:
        finding = synthesis.pooled(shipped, item, DAY)
        found, estimate = finding.multiverse, finding.estimate
        assert found is not None
        assert estimate is not None
        assert estimate.interval is not None
        first = found.specifications[found.primary]
        assert (first.value, first.low, first.high) == pytest.approx(
            (estimate.value, estimate.interval.low, estimate.interval.high), rel=1e-9
        )
        assert first.study_set is not None
        assert set(found.sets[first.study_set]) == set(item.records)
        assert found.usual is (item.multiverse is None)
        assert [wording.forbidden(said) for said in (found.said, *found.details)] == [None] * (1 + len(found.details))
        assert sum(count for _, count in found.levels) == len(found.feasible)
        assert dict(found.levels)[finding.certainty.value] == pytest.approx((found.kept or 0) * len(found.feasible))


def test_a_pool_without_choices_gets_the_usual_ones(small: Evidence) -> None:
    found = universe(small, "example-2017/answer", "example-2019/answer", method="DL", test="z")
    assert {item.factor: item.options for item in found.choices} == {
        "measure": ("PLO", "PAS"),
        "method": ("DL", "REML", "PM"),
        "test": ("z", "knapp-hartung", "adhoc"),
        "continuity": ("one half where there is a zero", "one half everywhere"),
    }
    assert (len(found.specifications), found.usual, found.study_sets) == (36, True, 1)
    assert [one.primary for one in found.choices] == [0, 0, 0, 0]


def test_a_grid_is_known_by_its_fingerprint(small: Evidence) -> None:
    records = ("example-2017/answer", "example-2019/answer")
    usual, again, other = (
        universe(small, *records, multiverse=declared) for declared in (None, Declared(), Declared(how=How(method=("SJ",))))
    )
    assert usual.declared == again.declared != other.declared


@pytest.mark.parametrize(
    ("option", "left"),
    [
        (Option(name="x", records=("b/answer", "d/answer")), "b d"),
        (Option(name="x", without=("a/answer", "b/answer", "d/later")), "c d"),
        (Option(name="x", one_of="overlap", named=("b/answer", "d/later")), "b d/later"),
        (Option(name="x", one_of="overlap", named=("c/answer",)), "c d"),
        (Option(name="x", one_of="overlap", by="largest"), "c d"),
        (Option(name="x", one_of="overlap", by="smallest"), "a d"),
    ],
)
def test_an_option_leaves_what_it_says(surveys: Evidence, option: Option, left: str) -> None:
    """The first option is the finding: a and d. Of a, b and c, which share people by way of b, a rule keeps one."""
    first = Option(name="first", records=("a/answer", "d/answer"))
    found = universe(
        surveys,
        "a/answer",
        "d/answer",
        multiverse=Declared(candidates=("b/answer", "c/answer", "d/later"), which=(choice(first, option),)),
    )
    assert sets(found) == list(dict.fromkeys(["a d", left]))


def test_who_shares_people_by_way_of_others_is_of_one_group(small: Evidence) -> None:
    """The first shares with the fourth, the second with the third, the third with the fourth; the fifth with nobody."""
    links = {"a": "d", "b": "c", "c": "d"}
    old = small.studies["example-2017"]
    chain = [
        replace(old, id=name, overlaps=(Overlap(study=links[name], how="partial", because="x"),) if name in links else ())
        for name in "abcde"
    ]
    *joined, apart = groups(chain)
    assert len(set(joined)) == 1
    assert apart not in joined


@pytest.mark.parametrize(
    ("condition", "left"),
    [
        (Condition(column="basis", but=("derived",)), {"a d", "d"}),
        (Condition(column="country", among=("US",)), {"b d", "d"}),
        (Condition(column="country", among=("US", "GB+US")), {"a d", "b d"}),
        (Condition(column="size", since=Decimal(150), until=Decimal(400)), {"b d", "d"}),
    ],
)
def test_a_condition_leaves_what_meets_it(surveys: Evidence, condition: Condition, left: set[str]) -> None:
    which = (
        choice(Option(name="a", without=("b/answer",)), Option(name="b", without=("a/answer",)), name="overlap"),
        choice(Option(name="all"), Option(name="some", only=(condition,)), name="kind"),
    )
    found = universe(surveys, "a/answer", "d/answer", multiverse=Declared(candidates=("b/answer",), which=which))
    some = {one.study_set for one in found.feasible if one.options[-1] == 1}
    assert {sets(found)[place] for place in some if place is not None} == left


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        (
            Declared(candidates=("b/answer",)),
            r"pools a and b that share people or data \(a declares an overlap \(partial\): the same street\)",
        ),
        (
            Declared(candidates=("b/answer",), which=(choice(Option(name="x", without=("a/answer",)), Option(name="all")),)),
            "pools a and b that share people or data",
        ),
        (
            Declared(
                candidates=("b/answer",),
                which=(
                    choice(
                        Option(name="x", records=("a/answer", "d/answer")),
                        Option(name="y", records=("a/answer", "b/answer", "d/answer")),
                    ),
                ),
            ),
            "pools a and b that share people or data",
        ),
        (
            Declared(which=(choice(Option(name="x", without=("a/answer",)), Option(name="all")),)),
            "the first options of the multiverse leave d/answer; should leave the finding's records",
        ),
        (
            Declared(candidates=("c/answer",)),
            "the first options of the multiverse leave a/answer, d/answer, c/answer; should leave the finding's records",
        ),
    ],
)
def test_a_grid_that_counts_people_twice_or_does_not_begin_with_its_finding_is_refused(
    surveys: Evidence, declared: Declared, said: str
) -> None:
    with pytest.raises(ValueError, match=f"trap: {said}"):
        universe(surveys, "a/answer", "d/answer", multiverse=declared)


def test_a_threshold_is_in_the_unit_of_the_finding_and_asks_the_curve(surveys: Evidence) -> None:
    """A fifth of 100 and half of 400: some analyses put the share below 90 percent, none above, and none settles 35."""
    high, middle = (
        universe(
            surveys,
            "a/answer",
            "d/answer",
            test="z",
            multiverse=Declared(),
            threshold=Threshold(value=Decimal(value), why="So"),
        )
        for value in (90, 35)
    )
    assert (high.threshold, high.above, high.why) == (90, 0, "So")
    assert {one.conclusion for one in middle.feasible} == {"unclear"}
    assert high.null is not None
    assert (high.null.exact, high.null.draws) == (True, 4)
    assert len(high.null.low) == len(high.feasible)


def test_the_verdict_names_the_choice_that_flips_it(surveys: Evidence) -> None:
    """With d (50 percent) 47 percent is unclear; without it the answer is 40 percent, from 35 to 46."""
    which = (choice(Option(name="d alone", records=("d/answer",)), Option(name="c alone", records=("c/answer",))),)
    with pytest.raises(ValueError, match="should leave the finding's records"):
        universe(surveys, "c/answer", "d/answer", multiverse=Declared(which=which))
    which = (choice(Option(name="both"), Option(name="c alone", records=("c/answer",))),)
    found = universe(
        surveys,
        "c/answer",
        "d/answer",
        multiverse=Declared(which=which),
        threshold=Threshold(value=Decimal(47), why="x"),
    )
    assert (found.verdict, found.decision, found.option) == ("sensitive", "studies", "c alone")
    assert "sensitive to one choice, studies, and changes most with “c alone”" in found.said


def test_the_certainty_of_a_pool_takes_the_multiverse_and_what_tests_for_small_studies_say(small: Evidence) -> None:
    declared = next(item for item in small.topics["bcg-tuberculosis"].findings if item.id == "bcg-ml")
    finding = synthesis.pooled(small, declared, DAY)  # type: ignore[arg-type]
    why = {reason.domain: reason.why for reason in finding.because}
    assert "robust: 100% of 24 analyses of one set of studies agree (0.474 to 0.483)" in why["inconsistency"]
    assert "357,347 people with 2,575 events" in why["imprecision"]
    assert "13 studies, trim and fill adds none" in why["publication bias"]
    assert finding.multiverse is not None
    assert dict(finding.multiverse.levels) == {"high": 0, "moderate": 0, "low": 24, "very low": 0}
    assert (finding.multiverse.null is not None, finding.multiverse.above, finding.multiverse.below) == (True, 0, 1)


def test_measures_of_several_scales_are_compared_at_the_risk_of_the_controls(small: Evidence) -> None:
    records = tuple(f"{study}/tuberculosis" for study in ("aronson-1948", "ferguson-1949", "hart-1977", "stein-1953"))
    found = universe(small, *records, measure="OR", multiverse=Declared(how=How(measure=("RR", "RD", "PETO"))))
    assert found.unit == "risk difference at a baseline risk"
    assert found.baseline is not None
    assert 0 < found.baseline < 0.5
    assert (found.levels, {item.factor for item in found.choices} >= {"measure"}) == ((), True)
    with pytest.raises(ValueError, match="has a threshold and measures of several scales; should have measures of one"):
        universe(
            small,
            *records,
            measure="OR",
            multiverse=Declared(how=How(measure=("RD",))),
            threshold=Threshold(value=Decimal("0.8"), why="x"),
        )


def test_printed_ratios_are_pooled_by_their_intervals_and_said_as_a_link(small: Evidence) -> None:
    """Two odds ratios of 2 with intervals from 1 to 4: their mean is 2, from 2 exp(-1.96 s / sqrt 2) with s = ln 2 / 1.96."""
    both = changed(
        changed(small, "example-2017", association=linked("2", "1", "4")), "example-2019", association=linked("2", "1", "4")
    )
    finding = synthesis.pooled(
        both, pool("example-2017/answer", "example-2019/answer", measure="OR", test="z", subject="asking"), DAY
    )
    assert finding.statement == "Asking was linked with higher odds of a yes to the example question."
    assert finding.estimate is not None
    assert finding.estimate.interval is not None
    assert (finding.estimate.value, finding.estimate.interval.low) == pytest.approx((2, 2 * 2 ** (-1 / 2**0.5)))
    assert dict(finding.basis.options)["continuity"] == "none"
    assert finding.multiverse is not None
    assert "continuity" not in {item.factor for item in finding.multiverse.choices}


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda: Option(name="x", records=("a/b",), without=("c/d",)), "has records and without; should have one of them"),
        (lambda: Option(name="x", by="largest"), "has named or by without one_of"),
        (lambda: Option(name="x", one_of="study", by="largest", named=("a/b",)), "has named and by; should have one of them"),
        (lambda: Condition(column="size"), "has 0 conditions on size"),
        (lambda: Condition(column="design", since=Decimal(1)), "has since or until on design, which is no number"),
        (lambda: Which(name="measure", options=(Option(name="x"),)), "is named measure, which is a way to pool"),
        (lambda: Which(name="x", options=()), "x has no options"),
        (lambda: choice(Option(name="x"), Option(name="x")), "each should stand once"),
        (lambda: Declared(which=(choice(Option(name="x")), choice(Option(name="y")))), "each should stand once"),
    ],
)
def test_a_choice_that_is_not_clear_is_refused(made: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        made()
