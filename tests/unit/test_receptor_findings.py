"""Findings on receptors: what is pooled, what is only shown, and that plasma is not the brain."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from math import isnan, pi, sqrt

import pytest

from equipoise.engines.receptors import log_se, pool
from equipoise.findings import receptors, wording
from equipoise.findings.finding import Finding, Level
from equipoise.findings.topics import compute
from equipoise.records import places
from equipoise.records.assay import Measurement
from equipoise.records.evidence import Evidence
from equipoise.records.faults import EvidenceError
from equipoise.records.provenance import Reading
from equipoise.records.reader import read
from equipoise.records.topic import AffinityFinding, OccupancyFinding, Topic
from equipoise.values.panels import Dot, DotPlot

DAY = date(2026, 11, 22)
KINDS = ("assays", "exposures", "parameters")


@pytest.fixture(scope="module")
def shipped() -> Evidence:
    evidence, faults = read(places.shipped()[0], None, lambda file: file.partition("/")[0] in KINDS)
    assert faults == []
    return evidence


def affinity(evidence: Evidence, target: str, *ligands: str, species: str = "human") -> Finding:
    declared = AffinityFinding(
        id="x",
        kind="affinity",
        question="How tightly?",
        target=target,
        ligands=ligands,
        species=species,  # type: ignore[arg-type]
    )
    return receptors.affinity(evidence, declared, DAY)


def occupancy(evidence: Evidence, *ligands: str, intake: str = "tanna-2022/tea-mitragynine") -> Finding:
    declared = OccupancyFinding(id="x", kind="occupancy", question="How much?", target="mor", ligands=ligands, intake=intake)
    return receptors.occupancy(evidence, declared, DAY)


def changed(evidence: Evidence, name: str, **fields: object) -> Evidence:
    """The evidence with one measurement changed."""
    stem, _, ident = name.partition("/")
    held = evidence.assays[stem]
    measurements = tuple(replace(item, **fields) if item.id == ident else item for item in held.measurements)
    return replace(evidence, assays={**evidence.assays, stem: replace(held, measurements=measurements)})


def dots(finding: Finding, row: int = 0) -> tuple[Dot, ...]:
    assert isinstance(finding.panel, DotPlot)
    return finding.panel.rows[row].dots


def test_what_print_disputes_or_may_not_be_pooled_is_shown_open_and_is_no_part_of_the_pool(shipped: Evidence) -> None:
    found = affinity(shipped, "mor", "mitragynine")
    assert [(dot.value, dot.open) for dot in dots(found)] == [(161, False), (77.9, True), (709, True), (238, False)]
    alone = pool(
        [161, 238],
        log_se=[log_se(161, kind="not-said", spread=9.56), log_se(238, kind="not-said", spread=28)],
        paper=["obeng-2020", "todd-2020"],
        species=["human", "human"],
    )
    assert found.estimate is not None
    assert found.estimate.value == pytest.approx(alone.constant, rel=1e-9)
    said = " ".join(found.caveats)
    assert "Obeng 2021: 191 nM without it, 148 nM with 77.9 nM, 288 nM with 709 nM." in said
    with_it = affinity(changed(shipped, "obeng-2021/mitragynine-ki", basis="reported", pool="yes"), "mor", "mitragynine")
    assert with_it.estimate is not None
    assert round(with_it.estimate.value) == 148


def test_the_table_says_of_each_number_how_it_is_known_and_whether_it_was_pooled(shipped: Evidence) -> None:
    panel = affinity(shipped, "mor", "7-hydroxymitragynine").panel
    assert panel is not None
    rows = [dict(zip(panel.table.columns, row, strict=True)) for row in panel.table.rows]
    assert {(row["Paper"], row["Ki as printed"]): (row["How known"], row["Pooled"]) for row in rows} == {
        ("Ellis 2020", "70 nM"): ("read in another text", "yes"),
        ("Kratom Alkaloids 2026", "15.1 nM"): ("read in another text", "no: shown, not pooled"),
        ("Kruegel 2016", "47 nM"): ("read in another text", "yes"),
        ("Obeng 2020", "7.16 nM"): ("read in another text", "yes"),
        ("Obeng 2021", "709 nM"): ("print disagrees", "no: print disagrees"),
        ("Obeng 2021", "77.9 nM"): ("print disagrees", "no: print disagrees"),
        ("Todd 2020", "16 nM"): ("read in another text", "yes"),
        ("4 papers", "24.6 nM"): ("pooled here from 4 measurements", ""),
    }


def test_receptors_of_animals_stand_in_rows_of_their_own_and_only_where_they_are_asked_for(shipped: Evidence) -> None:
    human = affinity(shipped, "mor", "7-hydroxymitragynine")
    every = affinity(shipped, "mor", "7-hydroxymitragynine", "mitragynine", species="any")
    assert isinstance(every.panel, DotPlot)
    assert [row.label for row in every.panel.rows] == [
        "7-hydroxymitragynine",
        "7-hydroxymitragynine, animal",
        "mitragynine",
        "mitragynine, animal",
    ]  # the one of a species that is not reported was not seen
    assert human.estimate is not None
    assert every.estimate is not None
    assert every.estimate.value == human.estimate.value
    assert any("2 on receptors of animals" in caveat for caveat in human.caveats)


def test_every_ligand_with_a_constant_that_can_be_pooled_has_a_sentence_of_what_a_dish_shows(shipped: Evidence) -> None:
    pairs = {
        (item.target, item.ligand)
        for held in shipped.assays.values()
        for item in held.measurements
        if item.measured == "Ki" and item.species == "human" and item.pool == "yes"
        if item.basis in ("reported", "secondary") and item.op != ">"
    }
    assert len(pairs) >= 20
    for target, ligand in sorted(pairs):
        found = affinity(shipped, target, ligand)
        assert found.statement.startswith(("In a dish, ", "In one assay, "))
        assert wording.forbidden(found.statement) is None
        assert found.certainty is Level.NOT_GRADED
        assert found.sources
        assert found.estimate is not None
        assert found.estimate.prediction is not None
        assert found.estimate.interval is not None
        assert found.estimate.prediction.low <= found.estimate.interval.low


def test_one_measurement_is_said_to_be_one(shipped: Evidence) -> None:
    found = affinity(shipped, "alpha-2a", "mitragynine")
    assert found.statement == "In one assay, mitragynine binds the human alpha-2A adrenoceptor with a Ki of 1,260 nM."
    assert any("There is one measurement" in caveat for caveat in found.caveats)


def test_a_pool_of_one_paper_says_that_no_other_laboratory_stands_behind_it(shipped: Evidence) -> None:
    one_paper = " ".join(affinity(shipped, "5-ht1a", "speciogynine").caveats)
    assert "All that is pooled is from one paper" in one_paper
    assert "All that is pooled is from one paper" not in " ".join(affinity(shipped, "mor", "mitragynine").caveats)


def test_what_print_disputes_names_the_receptors_that_it_is_of(shipped: Evidence) -> None:
    said = " ".join(affinity(shipped, "mor", "7-hydroxymitragynine", species="any").caveats)
    assert "7-hydroxymitragynine, animal in Matsumoto 2004: 37 nM without it, 19.8 nM with 10 nM." in said
    alone = " ".join(affinity(shipped, "dor", "7-hydroxymitragynine", species="any").caveats)
    assert "7-hydroxymitragynine, animal in Matsumoto 2004, and there is no other one to pool: 158 nM." in alone


def test_what_a_figure_says_repeats_none_of_its_numbers(shipped: Evidence) -> None:
    for found in (affinity(shipped, "mor", "mitragynine"), occupancy(shipped, "mitragynine", "7-hydroxymitragynine")):
        assert found.panel is not None
        assert set(re.findall(r"\d+", found.panel.said)) <= {"90", "95"}
        assert len(found.panel.said) <= 200
    assert found.panel.table.rows[-1][0] == "together"


def test_micromolar_is_nanomolar_a_thousandfold_and_an_enzyme_is_inhibited(shipped: Evidence) -> None:
    found = affinity(shipped, "cyp2c9", "mitragynine")
    assert "inhibits human CYP2C9" in found.statement
    assert [dot.value for dot in dots(found)] == [61480, 19900]


def test_a_bound_is_an_open_dot_that_moves_the_pool_and_bounds_alone_are_none(shipped: Evidence) -> None:
    bounded = changed(shipped, "todd-2020/mg-mor-ki", op=">", value=Decimal(500), spread=None)
    found = affinity(bounded, "mor", "mitragynine")
    assert found.estimate is not None
    assert found.estimate.value > 161
    assert (500, True) in [(dot.value, dot.open) for dot in dots(found)]
    with pytest.raises(ValueError, match=r"no Ki of mitragynine at cyp1a2 can be pooled"):
        affinity(shipped, "cyp1a2", "mitragynine")


@pytest.mark.parametrize(
    ("target", "ligand", "said"),
    [
        ("d2", "mitragynine", "there is no Ki of mitragynine at human d2"),
        ("mor", "paynantheine", "there is no Ki of paynantheine at human mor"),
    ],
)
def test_what_was_not_measured_is_a_fault_of_the_declaration(shipped: Evidence, target: str, ligand: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        affinity(shipped, target, ligand)


def test_the_topic_shows_such_a_fault_with_its_place(shipped: Evidence) -> None:
    good = AffinityFinding(id="good", kind="affinity", question="?", target="mor", ligands=("mitragynine",))
    topic = Topic(
        id="kratom-depression",
        title="",
        subtitle="",
        chapters=(),
        findings=(good,),
        extracted=Reading(by="eq-1", date=DAY),
    )
    assert set(compute(shipped, topic, DAY)) == {"good"}
    with pytest.raises(EvidenceError, match=r"topics/kratom-depression.yaml.*bad: there is no Ki"):
        compute(shipped, replace(topic, findings=(replace(good, id="bad", target="d2"),)), DAY)


def test_occupancy_is_of_plasma_and_says_that_the_brain_is_unknown(shipped: Evidence) -> None:
    found = occupancy(shipped, "mitragynine", "7-hydroxymitragynine")
    assert found.statement.startswith("At peak plasma levels after a study's tea, free mitragynine and 7-hydroxymitragynine")
    assert found.statement.endswith("of mu-opioid receptors in a dish.")
    said = " ".join(found.caveats)
    assert "What reaches the brain is unknown" in said
    assert "Rats, not people" in said
    assert "5 people" in said
    assert dict(found.basis.options)["site"] == "plasma-unbound"
    assert found == occupancy(shipped, "mitragynine", "7-hydroxymitragynine")
    assert found.estimate is not None
    interval = found.estimate.interval
    assert interval is not None
    # median free concentrations over Ki: 81.9 x 0.031 / 191 and 16.1 x 0.269 / 24.6, of which Gaddum makes 16%
    assert found.estimate.value == pytest.approx(16, abs=1.5)
    assert interval.high > 5 * interval.low


def test_an_interval_of_occupancy_holds_people_and_the_assay_that_nobody_made(shipped: Evidence) -> None:
    """Wider, as a ratio, than where another assay would be expected: people and the free fraction come on top."""
    dish, free = affinity(shipped, "mor", "mitragynine").estimate, occupancy(shipped, "mitragynine").estimate
    assert dish is not None
    assert free is not None
    assert dish.prediction is not None
    assert free.interval is not None
    of_assays = (dish.prediction.high / dish.prediction.low) ** (1.645 / 1.96)
    assert free.interval.high / free.interval.low > 1.5 * of_assays


def test_ligands_compete_so_that_each_holds_less_beside_another(shipped: Evidence) -> None:
    alone = occupancy(shipped, "mitragynine").estimate
    both = occupancy(shipped, "mitragynine", "7-hydroxymitragynine").estimate
    assert alone is not None
    assert both is not None
    assert both.parts[0].value < alone.value
    assert both.value < sum(part.value for part in both.parts) + 1
    assert both.value > max(part.value for part in both.parts)


@pytest.mark.parametrize(
    ("ligand", "intake", "said"),
    [
        ("mitragynine", "tanna-2022/coffee", r"'tanna-2022/coffee' is no intake on record"),
        ("mitragynine", "huestis-2024/single-highest", r"no highest concentration of mitragynine"),
        ("speciociliatine", "tanna-2022/tea-mitragynine", r"no unbound fraction of speciociliatine"),
        ("paynantheine", "tanna-2022/tea-mitragynine", r"no Ki of paynantheine at human mor"),
    ],
)
def test_occupancy_names_what_is_missing(shipped: Evidence, ligand: str, intake: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        occupancy(shipped, ligand, intake=intake)


def test_occupancy_says_between_what_a_free_fraction_was_taken(shipped: Evidence) -> None:
    said = " ".join(occupancy(shipped, "mitragynine", "7-hydroxymitragynine").caveats)
    assert "0.269, taken as 0.12 to 0.602" in said
    assert "which substance holds more is less sure than the shares look" in said


def test_a_range_of_an_unknown_number_of_people_is_a_fault(shipped: Evidence) -> None:
    held = shipped.exposures["tanna-2022"]
    seen = tuple(replace(item, n=None) if item.id == "mitragynine-cmax" else item for item in held.observations)
    other = replace(shipped, exposures={"tanna-2022": replace(held, observations=seen)})
    with pytest.raises(ValueError, match="of an unknown number of people; should"):
        occupancy(other, "mitragynine")


def test_ng_per_ml_and_nm_are_one_concentration(shipped: Evidence) -> None:
    """81.9 nM of mitragynine (398.5 g/mol) are 32.6 ng/mL."""
    held = shipped.exposures["tanna-2022"]
    in_mass = tuple(
        replace(item, value=Decimal("32.636"), unit="ng/mL") if item.id == "mitragynine-cmax" else item
        for item in held.observations
    )
    other = replace(shipped, exposures={"tanna-2022": replace(held, observations=in_mass)})
    one, two = occupancy(shipped, "mitragynine").estimate, occupancy(other, "mitragynine").estimate
    assert one is not None
    assert two is not None
    assert one.value == pytest.approx(two.value, rel=1e-3)


def test_the_expected_range_of_two_normal_values_is_two_over_the_root_of_pi() -> None:
    assert receptors.normal_range(2) == pytest.approx(2 / sqrt(pi), abs=1e-6)
    assert receptors.normal_range(3) == pytest.approx(3 / sqrt(pi), abs=1e-6)
    with pytest.raises(ValueError, match="two or more"):
        receptors.normal_range(1)


def test_a_measurement_without_printed_spread_has_no_standard_error(shipped: Evidence) -> None:
    item: Measurement = shipped.assays["obeng-2021"].measurements[0]
    one = receptors.Measured(name="x/y", paper="x", called="X", held=item)
    assert item.spread is None
    assert isnan(one.log_se)
