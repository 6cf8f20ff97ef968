"""What the model gives after the intake of a study stands beside what the study measured, and hides no disagreement."""

import dataclasses
import math
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from equipoise.engines.pharmacokinetics import draw, exposure, profile, regular, schedule
from equipoise.engines.pharmacokinetics.inactivation import Numerical
from equipoise.engines.pharmacokinetics.profiles import assembled, clock
from equipoise.findings import wording
from equipoise.findings.exposure_answer import exposure_answer, model, untested_content
from equipoise.findings.finding import Finding, Level
from equipoise.findings.pharmacokinetics import comparisons, differences, inactivation, middle, population, two_digits
from equipoise.findings.topics import _MAKERS
from equipoise.records.evidence import Evidence
from equipoise.records.rules import part
from equipoise.records.topic import ConcentrationFinding
from equipoise.values.panels import Bands

DAY = date(2026, 11, 22)
KINDS = ("exposures/", "parameters/", "products/", "assays/tanna-2021")
EXTRACT = "huestis-2026-extract/single-high-mitragynine-cmax"
TEA = "tanna-2022/tea-mitragynine"


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return part(Path(__file__).parents[2] / "evidence", lambda file: file.startswith(KINDS), (), DAY)


def found(evidence: Evidence, intake: str = TEA, metric: str = "cmax", analyte: str = "mitragynine") -> Finding:
    declared = ConcentrationFinding(
        id="c",
        kind="concentration",
        question="How much?",
        intake=intake,
        analyte=analyte,
        metric=metric,
        parameters="mitragynine-leaf",
    )
    return _MAKERS["concentration"](evidence, declared, DAY)


@pytest.mark.parametrize(
    ("intake", "metric", "analyte"),
    [
        *((TEA, metric, "mitragynine") for metric in ("cmax", "tmax", "t-half", "auc-inf")),
        *((TEA, metric, "7-hydroxymitragynine") for metric in ("cmax", "tmax", "t-half", "auc-inf", "ratio")),
        *(("huestis-2024/daily", metric, "7-hydroxymitragynine") for metric in ("ratio", "tmax", "t-half")),
        *(("huestis-2024/daily-highest", metric, "mitragynine") for metric in ("cmax", "auc-tau", "trough", "accumulation")),
        ("huestis-2026-extract/single-high", "cmax", "mitragynine"),
        ("mongar-2024/tea", "cmax", "7-hydroxymitragynine"),
    ],
)
def test_the_shipped_evidence_gives_a_finding_for_each_number(
    evidence: Evidence, intake: str, metric: str, analyte: str
) -> None:
    made = found(evidence, intake, metric, analyte)
    assert wording.forbidden(made.statement) is None
    assert made.certainty is Level.NOT_GRADED
    assert made.estimate is not None
    assert made.estimate.interval is not None
    assert made.estimate.interval.level == 0.90
    assert ("whose own number was not seen" in made.statement) == (made.estimate.parts == ())
    levels = ("people", "parameters") if intake == TEA else ("people", "studies", "parameters")
    assert dict(made.basis.options)["levels"] == levels
    assert isinstance(made.panel, Bands)
    assert analyte in made.panel.bands[0].label.lower()
    assert found(evidence, intake, metric, analyte) == made


def test_what_was_measured_stands_in_the_sentence_in_the_figure_and_in_the_table(evidence: Evidence) -> None:
    made = found(evidence)
    assert made.statement.endswith("after the tea of the study, which measured 81.9.")
    assert [(item.label, item.value) for item in made.estimate.parts] == [("Tanna 2022, median 81.9 nM", 81.9)]
    assert [(time, height) for time, height, _ in made.panel.observed] == [(1.0, 81.9)]
    assert len(made.panel.table.rows) == 8  # four numbers of each substance
    assert made.panel.bands[0].times[-1] == 48
    daily = found(evidence, "huestis-2024/daily-highest", "trough")
    assert daily.panel.bands[0].times[-1] == 15 * 24


def test_the_unit_of_print_is_the_unit_of_the_finding(evidence: Evidence) -> None:
    nanomolar, mass = found(evidence), found(evidence, "huestis-2026-extract/single-high")
    assert (nanomolar.estimate.unit, mass.estimate.unit) == ("nM", "ng/mL")
    assert [rows[5] for rows in mass.panel.table.rows][:3] == ["mean 196 ng/mL", "mean 30.5 ng/mL", "median 1.3 h"]
    assert mass.estimate.value == pytest.approx(0.3985 * max(mass.panel.bands[0].middle), rel=0.1)


def test_a_disagreement_and_what_the_model_rests_on_stand_under_the_sentence(evidence: Evidence) -> None:
    area = found(evidence, metric="auc-inf", analyte="7-hydroxymitragynine")
    assert "typical values of the model are of this study" in area.in_sight[0]
    assert any("printed 106 nM·h" in line for line in area.in_sight)
    assert any("printed 67.9 h" in line for line in found(evidence, metric="t-half").caveats)
    other = found(evidence, "mongar-2024/tea", "cmax", "7-hydroxymitragynine")
    assert "no independent test" in other.in_sight[0]
    assert any("the model has" in line and "12.81 ng/mL" in line for line in other.in_sight)
    assert any("brain is unknown" in line for line in area.caveats)
    assert any("there are no human data" in line for line in area.caveats)


@pytest.mark.parametrize(
    ("intake", "metric", "analyte", "why"),
    [
        ("tanna-2022/soup", "cmax", "mitragynine", "no intake on record"),
        (TEA, "cmax", "speciogynine", "the model has no speciogynine"),
        (TEA, "trough", "mitragynine", "no meaning"),
        (TEA, "ratio", "mitragynine", "no meaning"),
        ("huestis-2024/single", "cmax", "mitragynine", "has no dose"),
        ("huestis-2026-extract/repeated-high", "cmax", "mitragynine", "no known interval"),
    ],
)
def test_what_the_model_cannot_say_is_refused(evidence: Evidence, intake: str, metric: str, analyte: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        found(evidence, intake, metric, analyte)


def test_people_of_another_study_are_drawn_around_the_mean_of_studies_and_those_of_the_reference_are_not(
    evidence: Evidence,
) -> None:
    leaf = population(evidence.parameters["mitragynine-leaf"])
    reference, other = middle(leaf, reference=True), middle(leaf, reference=False)
    shift = math.exp(leaf.f.studies_mean)
    assert (reference.f[0], other.f[0]) == pytest.approx((1, shift))
    assert other.sp[0] == pytest.approx(reference.sp[0] * shift * math.exp(leaf.sp.studies_mean))
    assert other.ka[0] == reference.ka[0]
    made = {one.record: one for one in comparisons(evidence, evidence.parameters["mitragynine-leaf"])}
    per_mg = {name: made[name].model / (made[name].dose_mg or 0) for name in ("tanna-2022/mitragynine-cmax", EXTRACT)}
    assert per_mg[EXTRACT] / 0.3985 == pytest.approx(shift * per_mg["tanna-2022/mitragynine-cmax"], rel=1e-3)


def test_comparisons_have_neither_contradictions_nor_what_came_with_a_medicine_nor_unknown_intervals(
    evidence: Evidence,
) -> None:
    made = comparisons(evidence, evidence.parameters["mitragynine-leaf"])
    records = [one.record for one in made]
    assert "trakulsrichai-2015/clearance" not in records
    assert "mongar-2024/hydroxymitragynine-cmax-after-itraconazole" not in records
    assert not any("repeated" in record for record in records)
    groups = [(one.dose_mg, one.value) for one in made if one.record == "huestis-2024/hydroxymitragynine-cmax-single"]
    assert groups == [(6.65, 3.6), (53.2, 22.7)]


def test_a_number_agrees_within_a_tenth_and_no_further(evidence: Evidence) -> None:
    study = evidence.exposures["tanna-2022"]
    cmax = study.observations[0]

    def agrees(value: str) -> bool:
        changed = dataclasses.replace(study, observations=(dataclasses.replace(cmax, value=Decimal(value)),))
        held = dataclasses.replace(evidence, exposures={"tanna-2022": changed})
        (one,) = comparisons(held, evidence.parameters["mitragynine-leaf"])
        assert bool(list(differences([one]))) is not one.agrees
        return one.agrees

    assert [agrees(value) for value in ("74.0", "75.0", "90.0", "91.5")] == [False, True, True, False]
    made = {one.record: one for one in comparisons(evidence, evidence.parameters["mitragynine-leaf"])}
    rough = made["tanna-2022/7-hydroxymitragynine-tmax"]
    assert (rough.printed, rough.agrees) == ("1 h", False)  # 1.4 h would round to it, and is 40% off


def test_the_record_of_another_model_is_refused(evidence: Evidence) -> None:
    leaf = evidence.parameters["mitragynine-leaf"]
    with pytest.raises(ValueError, match="lacks or adds ka"):
        population(dataclasses.replace(leaf, parameters=leaf.parameters[1:]))
    wrong = dataclasses.replace(leaf.parameters[0], unit="1/min")
    with pytest.raises(ValueError, match="ka is in 1/min; should be in 1/h"):
        population(dataclasses.replace(leaf, parameters=(wrong, *leaf.parameters[1:])))


def test_a_model_without_a_reference_study_is_compared_with_none(evidence: Evidence) -> None:
    leaf = evidence.parameters["mitragynine-leaf"]
    assert leaf.reference == "tanna-2022"
    with pytest.raises(ValueError, match="names no reference; should be a study of exposures/"):
        comparisons(evidence, dataclasses.replace(leaf, reference=None))


def test_medians_of_people_are_those_of_a_solver_on_the_same_people(evidence: Evidence) -> None:
    """200 people of all levels, by differential equations, each by itself."""
    group = population(evidence.parameters["mitragynine-leaf"])
    taken, hours = schedule([(8, 20), (0, 39), (30.5, 39)]), np.linspace(0, 48, 97)
    fast = exposure(taken, group, rng=np.random.default_rng(3), people=200, times_h=hours)
    people = draw(group, rng=np.random.default_rng(3), people=200)
    moments = clock(taken, hours, None)
    slow = assembled(people.parameters, taken, moments, Numerical(inactivation=None), content=1.0, sampling=None)
    for quick, solved in ((fast.mitragynine, slow.mitragynine), (fast.hydroxymitragynine, slow.hydroxymitragynine)):
        assert quick.median == pytest.approx(np.median(solved.concentration, axis=0), rel=1e-5, abs=1e-6)
        low, median, high = np.quantile(solved.cmax_nm, [0.05, 0.5, 0.95])
        assert (quick.cmax_nm.low, quick.cmax_nm.median, quick.cmax_nm.high) == pytest.approx((low, median, high), rel=1e-3)


def test_constants_of_auto_inhibition_come_from_records_in_hours_and_nanomolar(evidence: Evidence) -> None:
    held, records = inactivation(evidence)
    assert (held.kdeg, held.kinact, held.ki) == pytest.approx((0.0193, 0.068 * 60, 4100))
    assert (held.fu, held.portal) == pytest.approx((0.031, 1.616 * 60))
    assert "tanna-2021/cyp3a-kinact-liver" in records


def test_without_levels_everybody_is_the_typical_person(evidence: Evidence) -> None:
    taken = schedule([(0, 39)])
    answer = exposure_answer(
        evidence,
        taken,
        reported="A report.",
        content=None,
        people=3,
        seed=1,
        levels=(),
        hours=24.0,
        auto_inhibition=False,
        as_of=DAY,
    )
    typical = profile(population(evidence.parameters["mitragynine-leaf"]).typical, taken)
    peak = next(one for one in answer.numbers if one.metric == "cmax")
    assert peak.low == peak.median == peak.high == pytest.approx(typical.mitragynine.cmax_nm[0])
    assert answer.levels == ()


def test_a_product_without_a_certificate_is_as_surveys_of_several_products_have_it(evidence: Evidence) -> None:
    content, said = untested_content(evidence)
    assert said.low < said.mg_per_g < said.high
    assert said.products == 35
    assert not any(name.startswith(("sengnon", "leksungnoen", "brown", "manwill")) for name in said.records)
    drawn = content.mg_per_g * np.exp(content.log_sd * np.random.default_rng(1).standard_normal(20_000))
    assert np.quantile(drawn, [0.05, 0.95]) == pytest.approx([said.low, said.high], rel=0.03)


@pytest.mark.parametrize(
    ("value", "said"),
    [(410.2, "410"), (76.6, "77"), (1.02, "1.0"), (0.2134, "0.21"), (1574.0, "1,600"), (9.96, "10"), (0.0, "0")],
)
def test_numbers_of_people_drawn_have_two_digits(value: float, said: str) -> None:
    assert two_digits(value) == said


def test_a_prepared_model_answers_as_the_evidence_does_and_fewer_points_move_no_number(evidence: Evidence) -> None:
    ready = model(evidence)
    assert ready.untested is not None
    content, used = ready.untested
    assert used == untested_content(evidence)[1]
    for taken in (regular(6, every_h=8, days=3, content=content), schedule([(0.0, 39)])):
        drawn = {"people": 40, "seed": 7, "levels": ["people"]}
        crowd, ahead = ready.crowd(**drawn), ready.crowd(**drawn, many=True)
        asked = {"reported": "r", "content": used, "hours": None, "as_of": DAY}
        answer = ready.answer(taken, crowd, **asked)
        assert answer == exposure_answer(evidence, taken, auto_inhibition=False, **drawn, **asked)
        coarse, bare = ready.answer(taken, crowd, points=30, **asked), ready.answer(taken, ahead, points=0, **asked)
        assert len(coarse.times_h) <= 31 < len(answer.times_h)
        assert (bare.times_h, bare.bands, bare.panel) == ((), (), None)
        for few in (coarse, bare):
            for fine, rough in zip(answer.numbers, few.numbers, strict=True):
                assert (fine.says, fine.people) == (rough.says, rough.people)
                assert (rough.median, rough.low, rough.high) == pytest.approx((fine.median, fine.low, fine.high), rel=1e-6)
