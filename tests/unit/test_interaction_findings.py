"""What the shipped evidence says of kratom and medicines: two axes apart, trials before dishes, and nothing weaker for more."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.engines.interactions import LIKELIHOODS, SEVERITIES, Kinetics, Victim, grid, middles, turnover
from equipoise.findings import interactions, medicines
from equipoise.findings.finding import Finding, Level
from equipoise.findings.interactions import check, checker, likely, match, matches, properties
from equipoise.findings.topics import _MAKERS
from equipoise.findings.wording import forbidden
from equipoise.intake.medicine_names import unii_names
from equipoise.records.evidence import Evidence
from equipoise.records.mechanism_rules import MECHANISM_RULES
from equipoise.records.rules import part
from equipoise.records.topic import InteractionFinding, MedicineExposureFinding
from equipoise.values.panels import DotPlot, Grid

AS_OF = date(2026, 11, 22)
KINDS = ("medicines/", "interactions/", "parameters/", "assays/", "exposures/")
SHIPPED = part(Path(__file__).parents[2] / "evidence", lambda file: file.startswith(KINDS), MECHANISM_RULES, AS_OF)
TEA = medicines.kratom(SHIPPED)


def found(*records: str) -> Finding:
    declared = InteractionFinding(id="kratom-with", kind="interaction", question="What may happen?", records=records)
    return _MAKERS["interaction"](SHIPPED, declared, AS_OF)


def trial(medicine: str, record: str) -> Finding:
    declared = MedicineExposureFinding(
        id="level",
        kind="medicine-exposure",
        question="Does the level change?",
        record=record,
        medicine=medicine,
        intake=medicines.INTAKE,
        parameters=medicines.LEAF,
    )
    return _MAKERS["medicine-exposure"](SHIPPED, declared, AS_OF)


def rules_of(*idents: str) -> dict[tuple[str, str], interactions.RuleAnswer]:
    answer = checked(idents)
    return {(medicine.id, rule.id): rule for medicine in answer.medicines for rule in medicine.rules}


def checked(idents: tuple[str, ...] | list[str], evidence: Evidence = SHIPPED) -> interactions.ListAnswer:
    return check(evidence, [evidence.medicines[ident].name for ident in idents], AS_OF)


# The findings of a chapter.


@pytest.mark.parametrize("record", SHIPPED.interactions)
def test_each_rule_on_record_gives_a_finding_of_two_axes(record: str) -> None:
    finding, rule = found(record), SHIPPED.interactions[record]
    severity, likelihood = str(dict(finding.basis.options)[record]).split("; ")
    assert severity == rule.severity
    assert interactions.SEVERE[severity] in finding.statement
    assert any(words in finding.statement for words in (interactions.LIKELY[likelihood], interactions.ONE_CASE))
    assert (interactions.ONE_CASE in finding.statement) == (record in {"benzodiazepines", "qt-prolonging", "seizure-threshold"})
    assert (finding.certainty, finding.estimate) == (Level.NOT_GRADED, None)
    assert isinstance(finding.panel, Grid)
    assert len(finding.panel.table.rows) == len(rule.evidence)
    assert forbidden(finding.statement) is None


def test_what_a_trial_did_not_find_is_a_class_of_its_own() -> None:
    assert found("kratom-on-cyp2d6").statement == (
        "Kratom and medicines cleared by CYP2D6: moderate if it happens; looked for in people, not found."
    )
    assert "a trial in people did not find it" in " ".join(found("kratom-on-cyp2d6").in_sight)


def test_several_rules_are_counted_the_worst_is_named_and_no_number_joins_the_axes() -> None:
    names = tuple(SHIPPED.interactions)
    finding = found(*names)
    worst = [name for name in names if SHIPPED.interactions[name].severity == "life-threatening"]
    opening = f"{len(worst)} of {len(names)} interactions on record would be life-threatening; foremost: opioid medicines"
    assert finding.statement.startswith(opening)
    assert isinstance(finding.panel, Grid)
    assert finding.panel.columns == ("How severe", "How likely")
    order = [tuple(str(option).split("; ")) for _, option in finding.basis.options]
    assert [SEVERITIES.index(severity) for severity, _ in order] == sorted(SEVERITIES.index(one) for one, _ in order)  # type: ignore[arg-type]
    rest = [(SEVERITIES.index(severity), LIKELIHOODS.index(likelihood)) for severity, likelihood in order[4:]]  # type: ignore[arg-type]
    assert rest == sorted(rest)
    assert {name for name, _ in finding.basis.options[:4]} == {"opioids", "alcohol", "benzodiazepines", "maoi"}
    assert len(finding.panel.rows) == len(names)


def test_a_record_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="chalk is no interaction; should be files of interactions/"):
        found("opioids", "chalk")


def test_midazolam_stands_with_its_trial_the_dynamic_model_inside_and_the_static_above() -> None:
    finding = trial("midazolam", "kratom-on-cyp3a")
    assert finding.statement == "In a trial, kratom tea raised midazolam exposure 1.39-fold."
    assert finding.estimate is not None
    assert finding.estimate.interval is not None
    held = finding.estimate.interval
    assert (held.low, held.high, held.level) == (1.23, 1.57, 0.9)
    parts = {part.label: part for part in finding.estimate.parts}
    assert held.holds(parts["dynamic model"].value)
    assert parts["static model"].value > 3 * held.high
    assert parts["static model"].interval is not None
    assert parts["static model"].interval.low > held.high
    seen = " ".join(finding.in_sight)
    assert "inside the trial's interval; the static model gives" in seen
    assert seen.endswith("above the trial's interval.")
    assert finding.certainty is Level.NOT_GRADED
    assert any(caveat.startswith("Not graded:") for caveat in finding.caveats)


def test_a_trial_without_a_change_says_so() -> None:
    finding = trial("dextromethorphan", "kratom-on-cyp2d6")
    assert finding.statement == "In a trial, kratom tea left dextromethorphan exposure about as it was (0.99-fold)."
    assert any("Print disagrees" in caveat and "CYP2D6" in caveat for caveat in finding.caveats)


def test_what_print_says_otherwise_is_drawn_open() -> None:
    panel = trial("midazolam", "kratom-on-cyp3a").panel
    assert isinstance(panel, DotPlot)
    rows = {row.label: row for row in panel.rows}
    assert list(rows) == [
        "exposure, trial", "exposure, dynamic model", "exposure, static model",
        "peak, trial", "peak, dynamic model", "half-life, trial", "half-life, dynamic model",
    ]  # fmt: skip
    assert [dot.open for dot in rows["exposure, dynamic model"].dots] == [True, True]
    assert [dot.open for dot in rows["exposure, trial"].dots] == [False]


def test_a_trial_that_is_not_in_the_record_is_refused() -> None:
    with pytest.raises(ValueError, match="opioids has no trial of the area of midazolam"):
        trial("midazolam", "opioids")


# Models and what they take.


def test_an_unknown_share_that_escapes_the_gut_lies_where_most_on_record_lie() -> None:
    low, _, high = medicines.UNKNOWN_GUT
    seen = [float(one.gut.value) for one in SHIPPED.medicines.values() if one.gut is not None]
    assert sum(low <= value <= high for value in seen) > 0.75 * len(seen)


def test_where_cyp3a_clears_little_the_gut_wall_takes_no_more_than_it_may_clear_as_in_all_on_record() -> None:
    seen = 0
    for one in SHIPPED.medicines.values():
        for way in one.pathways:
            if way.enzyme == "CYP3A" and way.fraction < medicines.MINOR and one.gut is not None:
                low, middle, high = medicines.little_gut(way)
                assert low <= float(one.gut.value) <= high
                assert float(one.gut.value) == pytest.approx(middle, abs=0.05)
                seen += 1
    assert seen >= 5
    (sertraline,) = checked(["sertraline"]).medicines
    assert sertraline.exposure.firmness == "assumed"
    assert sertraline.exposure.dynamic_auc is not None
    assert sertraline.exposure.dynamic_auc.high > 1.1


def test_cups_on_several_days_do_more_than_one_in_the_same_model() -> None:
    """The concentrations of one cup, added up for five days, with the middle of the draws; midazolam beside the last cup."""
    days = 5
    day, last = 24.0, 24.0 * (days - 1)
    times = grid(last + 48.0, breaks_h=[*(day * one for one in range(days)), last + 4, last + 12])
    cup = {"gut_um": np.median(TEA.gut_um, axis=0), "liver_um": np.median(TEA.liver_um, axis=0)}
    at, once = middles(times), middles(TEA.times_h)

    def added(curve: np.ndarray) -> np.ndarray:
        return np.asarray(sum(np.interp(at - day * one, once, curve, left=0.0, right=0.0) for one in range(days)))

    def middle(held: Kinetics) -> Kinetics:
        return replace(held, **{name: float(np.median(getattr(held, name))) for name in held.__slots__})

    enzymes = {"gut": middle(TEA.gut), "liver": {"CYP3A": middle(TEA.liver["CYP3A"])}}
    victim = Victim(fractions={"CYP3A": 0.95}, gut_availability=0.57, extraction=0.3, half_life_h=2.4)
    single = turnover(TEA.times_h, **cup, **enzymes, victim=victim)
    again = turnover(times, **{name: added(curve) for name, curve in cup.items()}, **enzymes, victim=victim, taken_h=last)
    assert float(again.auc) > 1.05 * float(single.auc)
    assert float(again.gut_enzyme) < float(single.gut_enzyme)
    assert any("cups on several days raise the level more" in note for note in checked(["midazolam"]).notes)


def test_the_tea_is_worked_out_once_for_one_evidence_and_anew_for_another() -> None:
    assert medicines.kratom(SHIPPED, intake=medicines.INTAKE) is medicines.kratom(SHIPPED, intake=medicines.INTAKE)
    with pytest.raises(ValueError, match="no parameters"):
        medicines.kratom(replace(SHIPPED, parameters={}), intake=medicines.INTAKE)


def test_constants_are_those_of_the_paper_itself_and_the_strongest_other_is_kept() -> None:
    held = dict(TEA.constants)
    assert (held["CYP2D6"].value, held["CYP2D6"].name) == (1.17, "tanna-2021/cyp2d6-ki")
    assert held["CYP2D6"].strongest == pytest.approx(0.335)
    assert (held["CYP3A"].value, held["CYP3A"].half, held["CYP3A"].strongest) == (10.0, True, 5.7)
    assert held["kinact gut"].value == pytest.approx(0.079 * 60)


def test_a_medicine_that_the_models_cannot_follow_has_no_number() -> None:
    answers = {one.id: one.exposure for one in checked(["baclofen", "lithium", "midazolam"]).medicines}
    assert answers["baclofen"].why_not == "no pathway data: cannot tell"
    assert answers["lithium"].why_not is not None
    assert "is not in the models: cannot tell" in answers["lithium"].why_not
    assert (answers["baclofen"].dynamic_auc, answers["lithium"].static_auc) == (None, None)
    assert answers["midazolam"].dynamic_auc is not None


def test_how_the_weakest_fraction_is_known_is_said() -> None:
    answers = {one.id: one.exposure for one in checked(["venlafaxine", "midazolam", "clonazepam"]).medicines}
    assert [answers[name].firmness for name in ("venlafaxine", "midazolam", "clonazepam")] == [
        "measured", "second-hand", "assumed",
    ]  # fmt: skip
    assert answers["clonazepam"].sentence.endswith("with a fraction that is assumed.")


def test_without_their_evidence_the_models_say_that_they_cannot_tell() -> None:
    answer = checked(["midazolam"], replace(SHIPPED, parameters={}))
    assert answer.kratom is None
    assert answer.medicines[0].rules
    assert "the models lack their evidence" in str(answer.medicines[0].exposure.why_not)


def test_a_number_does_not_hang_on_what_else_is_in_the_list() -> None:
    alone = checked(["quetiapine"]).medicines[0].exposure
    among = {one.id: one.exposure for one in checked(["midazolam", "quetiapine", "simvastatin"]).medicines}
    assert among["quetiapine"] == alone


# Rules and medicines.


def test_properties_follow_from_a_strong_or_moderate_effect_on_an_enzyme_alone() -> None:
    strong, speeds = SHIPPED.medicines["clarithromycin"], SHIPPED.medicines["rifampicin"]
    assert "inhibits-cyp3a" in properties(strong)
    assert "inhibits-cyp3a" not in properties(
        replace(strong, acts_on=tuple(replace(one, strength="weak") for one in strong.acts_on))
    )
    assert "induces-cyp3a" in properties(speeds)
    assert "inhibits-cyp3a" not in properties(speeds)
    assert "inhibits-cyp2d6" in properties(SHIPPED.medicines["paroxetine"])


def test_an_enzyme_that_clears_none_is_no_reason_and_one_that_clears_little_a_minor_one() -> None:
    rule = SHIPPED.interactions["kratom-on-cyp3a"]
    assert match(SHIPPED, rule, SHIPPED.medicines["gabapentin"]) is None
    little, much = (match(SHIPPED, rule, SHIPPED.medicines[name]) for name in ("venlafaxine", "quetiapine"))
    assert little is not None
    assert much is not None
    assert (little.minor, much.minor) == (True, False)


def test_a_small_way_is_not_minor_where_it_makes_what_acts_or_where_small_changes_matter_and_it_may_be_more() -> None:
    def minor(rule: str, medicine: str) -> bool:
        held = match(SHIPPED, SHIPPED.interactions[rule], SHIPPED.medicines[medicine])
        assert held is not None
        return held.minor

    assert not minor("kratom-on-cyp2d6", "codeine")
    assert not minor("kratom-on-cyp2c19", "clopidogrel")
    assert not minor("kratom-on-cyp3a", "warfarin")
    assert minor("kratom-on-cyp2d6", "oxycodone")
    (codeine,) = checked(["codeine"]).medicines
    assert codeine.exposure.sentence.endswith("It acts by morphine, which was not computed.")
    because = {rule.id: rule.because for rule in codeine.rules}["kratom-on-cyp2d6"]
    assert because[-1].endswith("and makes morphine, by which it acts")


def test_a_single_case_is_called_one_and_what_else_was_taken_is_named() -> None:
    held = rules_of("venlafaxine", "sertraline", "alprazolam")
    assert held["venlafaxine", "qt-prolonging"].sentence.endswith(
        "seen in one case report with venlafaxine itself, taken together with quetiapine."
    )
    assert held["sertraline", "qt-prolonging"].sentence.endswith(
        "seen in one case report with venlafaxine and quetiapine together."
    )
    assert held["alprazolam", "benzodiazepines"].one_case
    assert not held["sertraline", "serotonergic"].one_case


@pytest.mark.parametrize(
    ("idents", "first"),
    [
        (("linezolid", "sertraline"), "maoi"),
        (("citalopram", "alprazolam"), "benzodiazepines"),
        (("methadone", "quetiapine"), "opioids"),
        (("alcohol", "clozapine"), "alcohol"),
        (("buprenorphine", "ondansetron"), "opioids"),
    ],
)
def test_the_short_list_never_stands_behind_a_rule_of_one_case(idents: tuple[str, ...], first: str) -> None:
    answer = checked(idents)
    assert answer.medicines[0].rules[0].id == first
    assert answer.foremost[0].id == first
    assert answer.sentence.startswith(SHIPPED.interactions[first].title)


def test_of_each_medicine_the_first_rule_is_the_foremost() -> None:
    lean = replace(SHIPPED, parameters={})
    for ident in SHIPPED.medicines:
        (one,) = checked([ident], lean).medicines
        assert [rule.id for rule in checked([ident], lean).foremost[:1]] == [rule.id for rule in one.rules[:1]]
    few = {name: SHIPPED.interactions[name] for name in ("seizure-threshold", "kratom-on-cyp3a")}
    answer = checked(["tramadol"], replace(lean, interactions=few))
    assert [rule.id for rule in answer.foremost] == ["seizure-threshold", "kratom-on-cyp3a"]


def test_what_people_had_with_the_very_medicine_stands_on_top_too() -> None:
    answer = checked(["bupropion", "naltrexone"])
    assert [rule.id for rule in answer.foremost][:2] == ["qt-prolonging", "opioid-antagonists"]
    assert "serotonergic" in [rule.id for rule in checked(["escitalopram"]).foremost]


def test_a_minor_way_stands_last_and_says_that_it_is_one() -> None:
    (caffeine,) = checked(["caffeine"]).medicines
    assert [rule.minor for rule in caffeine.rules] == sorted(rule.minor for rule in caffeine.rules)
    assert caffeine.rules[0].id == "stimulants"
    assert all(rule.sentence.endswith("; by a minor way for caffeine.") == rule.minor for rule in caffeine.rules)


def test_evidence_on_the_medicine_itself_is_told_from_that_on_its_kind() -> None:
    held = rules_of("venlafaxine", "sertraline", "midazolam", "dextromethorphan", "quetiapine")
    assert held["venlafaxine", "serotonergic"].decided_by == "this medicine"
    assert held["sertraline", "serotonergic"].decided_by == "its kind"
    assert held["midazolam", "kratom-on-cyp3a"].decided_by == "this medicine"
    assert held["quetiapine", "kratom-on-cyp3a"].seen_with == ("midazolam",)
    assert held["dextromethorphan", "kratom-on-cyp2d6"].sentence.endswith(
        "looked for in people with dextromethorphan itself, not found."
    )


def test_a_trial_of_the_medicine_itself_decides_over_cases_of_others() -> None:
    rule, other = SHIPPED.interactions["kratom-on-cyp2d6"], SHIPPED.interactions["serotonergic"]
    both = replace(rule, evidence=(*rule.evidence, *(one for one in other.evidence if one.stands == "for")))
    assert likely(both, SHIPPED.medicines["dextromethorphan"])[0].likelihood == "not-in-people"
    assert likely(both, SHIPPED.medicines["venlafaxine"])[0].likelihood == "seen-in-cases"


@given(st.lists(st.sampled_from(sorted(SHIPPED.medicines)), min_size=1, max_size=4, unique=True), st.data())
@settings(max_examples=15)
def test_a_further_medicine_never_weakens_a_warning(idents: list[str], data: st.DataObject) -> None:
    more = [*idents, *data.draw(st.lists(st.sampled_from(sorted(SHIPPED.medicines)), min_size=1, max_size=3, unique=True))]
    lean = replace(SHIPPED, parameters={})
    few, many = checked(idents, lean), checked(list(dict.fromkeys(more)), lean)
    after = {one.id: one.rules for one in many.medicines}
    assert all(after[one.id] == one.rules for one in few.medicines)

    def ranks(severity: str, likelihood: str) -> tuple[int, int]:
        return SEVERITIES.index(severity), LIKELIHOODS.index(likelihood)  # type: ignore[arg-type]

    for rule in few.foremost:
        mine = ranks(rule.severity, rule.likelihood)
        theirs = [ranks(one.severity, one.likelihood) for one in many.foremost]
        assert any(there[0] <= mine[0] and there[1] <= mine[1] for there in theirs)
    for one in few.together:
        (again,) = (other for other in many.together if other.effect == one.effect)
        assert SEVERITIES.index(again.severity) <= SEVERITIES.index(one.severity)  # type: ignore[arg-type]
        assert set(one.medicines) <= set(again.medicines)


def test_several_that_do_alike_are_told_together_by_the_worst_of_their_rules() -> None:
    said = {
        one.effect: one for one in checked(["gabapentin", "diphenhydramine", "alprazolam", "sertraline", "tramadol"]).together
    }
    sedation, serotonin = said["make drowsy or slow the breathing"], said["raise serotonin"]
    assert sedation.severity == "life-threatening"
    assert {"gabapentin", "diphenhydramine", "alprazolam", "tramadol"} <= set(sedation.medicines)
    assert {"sertraline", "tramadol"} <= set(serotonin.medicines)


def test_the_first_line_is_the_most_severe_and_the_list_follows() -> None:
    answer = checked(["sertraline", "oxycodone", "omeprazole"])
    assert answer.sentence.startswith("Kratom and opioid medicines: life-threatening if it happens")
    first = [one.rules[0].severity for one in answer.medicines if one.rules]
    assert first == sorted(first, key=SEVERITIES.index)  # type: ignore[arg-type]


@pytest.mark.parametrize("batch", range(4))
def test_no_sentence_about_any_medicine_reassures_or_advises(batch: int) -> None:
    names = sorted(SHIPPED.medicines)[batch::4]
    answer = checked(names)
    said = [answer.sentence, *answer.not_checked, *answer.notes, *(one.sentence for one in (*answer.together, *answer.names))]
    for medicine in answer.medicines:
        said += [medicine.exposure.sentence, *medicine.exposure.known]
        said += [text for rule in medicine.rules for text in (rule.sentence, *rule.because)]
    assert [text for text in said if forbidden(text)] == []
    assert len(answer.medicines) == len(names)


# Names.


def test_no_name_of_the_register_stands_for_two_things_and_each_is_itself() -> None:
    register = medicines.known(SHIPPED)
    wrong = {
        name: medicines.named(SHIPPED, name, register).medicines
        for medicine in SHIPPED.medicines.values()
        for name in (medicine.name, *medicine.names, *medicine.brands)
        if medicines.named(SHIPPED, name, register).medicines != (medicine.id,)
    }
    assert wrong == {}


@pytest.mark.parametrize(
    ("typed", "kind", "idents", "says"),
    [
        ("Seroquel 50 mg", "medicine", ("quetiapine",), "Read as quetiapine."),
        ("Suboxone", "medicine", ("buprenorphine", "naloxone"), "Read as buprenorphine and naloxone."),
        ("trazadone", "did-you-mean", (), "Did you mean “trazodone”?"),
        ("NyQuil", "which", (), "Which are on the box: "),
        ("lisinopril", "unregistered", (), "not even the rules for its kind were tried"),
        ("Xanax with wine", "medicine", ("alprazolam", "alcohol"), "Read as alprazolam and ethanol."),
        ("beer", "medicine", ("alcohol",), "Read as ethanol."),
        ("heroin", "medicine", ("diamorphine",), "Read as diamorphine."),
        ("Tramacet", "medicine", ("paracetamol", "tramadol"), "Read as paracetamol and tramadol."),
        ("Night Nurse", "medicine", ("dextromethorphan", "paracetamol", "promethazine"), "Read as dextromethorphan"),
        ("Solpadeine", "which", (), "codeine"),
        ("Priadel 400 mg", "medicine", ("lithium",), "Read as lithium."),
        ("lithium orotate", "medicine", ("lithium",), "Read as lithium."),
        ("benzos", "not-recognised", (), "not a kind of medicine"),
        ("the pill", "not-recognised", (), "Not recognised, so not checked."),
        ("Red Bali Kratom", "topic", (), "This is kratom itself"),
        ("7-OH tablets", "topic", (), "This is kratom itself"),
    ],
)
def test_a_typed_name_is_answered_and_never_guessed(typed: str, kind: str, idents: tuple[str, ...], says: str) -> None:
    one = medicines.named(SHIPPED, typed, medicines.known(SHIPPED), unii_names())
    assert (one.kind, one.medicines) == (kind, idents)
    assert says in one.sentence


def test_a_medicine_without_a_rule_is_said_to_be_unknown() -> None:
    bare = replace(SHIPPED, interactions={"alcohol": SHIPPED.interactions["alcohol"]})
    answer = checked(["metformin"], bare)
    assert answer.sentence == "Nothing is on record about kratom with metformin: what they do together is not known."


def test_every_rule_is_about_some_medicine_of_the_register() -> None:
    reached = {held.rule.id for one in SHIPPED.medicines.values() for held in matches(SHIPPED, one)}
    assert set(SHIPPED.interactions) - reached <= {"kratom-on-p-gp"}


def test_a_minor_way_is_one_that_clears_less_than_a_quarter() -> None:
    assert Decimal("0.25") == medicines.MINOR


def test_a_prepared_register_answers_as_a_list_alone_and_holds_nothing_of_it() -> None:
    few = ("quetiapine", "sertraline", "tramadol", "warfarin")
    evidence = replace(SHIPPED, medicines={ident: SHIPPED.medicines[ident] for ident in few})
    evidence = replace(evidence, vocabulary=replace(SHIPPED.vocabulary, brands={}))
    ready = checker(evidence, AS_OF, unii_names())
    prepared = repr(ready)
    for names in (
        ["sertraline"],
        ["Tramadol 50 mg", "sertralin", "tramadol", "zzz", "kratom"],
        [f"{name} tablets" for name in reversed(few)],
        ["oxycodone"],
        ["no such thing"],
    ):
        assert ready.check(names) == check(evidence, names, AS_OF, unii_names())
    assert repr(ready) == prepared
    (tramadol,) = ready.check(["Tramadol 50 mg", "tramadol", "Tramadol 50 mg"]).medicines
    assert tramadol.typed == ("Tramadol 50 mg", "tramadol")
