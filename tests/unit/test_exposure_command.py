"""``equipoise exposure``: it describes what a person reports, however that is said, and refuses what cannot be in one line."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner, Result

from equipoise.apps import cli
from equipoise.apps.exposure import PEOPLE, PEOPLE_SOLVED
from equipoise.findings.pharmacokinetics import LEVELS
from equipoise.outputs.exposure import SCHEMA

FEW = ("--people", "50", "--as-of", "2026-11-22")


def run(*words: str) -> Result:
    return CliRunner().invoke(cli.app, ["exposure", *words])


def answer(*words: str) -> dict[str, Any]:
    result = run(*FEW, *words, "--json")
    assert result.exit_code == 0, result.output
    data = json.loads(result.stdout)
    jsonschema.validate(data, json.loads(SCHEMA.read_text(encoding="utf-8")))
    return dict(data)


def number(data: dict[str, Any], metric: str, analyte: str = "mitragynine") -> dict[str, Any]:
    return next(one for one in data["numbers"] if (one["analyte"], one["metric"]) == (analyte, metric))


def taken(data: dict[str, Any]) -> list[tuple[float, float]]:
    return [(one["time_h"], pytest.approx(one["mitragynine_mg"])) for one in data["intakes"]]


def test_the_first_line_says_that_a_person_reports_and_the_text_has_80_columns() -> None:
    result = run("--mitragynine-mg", "39", "--every-h", "8", "--days", "15", *FEW)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].startswith("A person reports 39 mg of mitragynine in leaf, 45 times")
    head = " ".join(lines[:4])
    assert "proposes none" in head
    assert "not for dosing" in head
    assert max(map(len, lines)) <= 80
    for said in ("Highest concentration (Cmax)", "ng/mL", "trough", "accumulation", "Half-life", "Compared", "Tanna 2022"):
        assert said in result.stdout


def test_the_same_intake_said_in_four_ways_has_one_answer() -> None:
    ways = [
        answer("--mitragynine-mg", "39", "--every-h", "8", "--days", "1"),
        answer("--mitragynine-mg", "39", "--at", "16,0,8"),
        answer("--mitragynine-mg", "39", "--times", "6:00,22:00,14:00", "--days", "1"),
        answer("--grams", "3", "--product-mg-per-g", "13", "--at", "0,8,16"),
    ]
    assert [taken(way) for way in ways] == [[(0, 39), (8, 39), (16, 39)]] * 4
    for way in ways[1:]:
        assert number(way, "cmax")["median"] == pytest.approx(number(ways[0], "cmax")["median"], rel=1e-9)


def test_missed_intakes_are_counted_from_one_and_left_out() -> None:
    assert taken(answer("--mitragynine-mg", "39", "--every-h", "8", "--days", "1", "--missed", "2")) == [(0, 39), (16, 39)]
    assert taken(answer("--mitragynine-mg", "39", "--at", "0,8,16.5", "--missed", "1,3")) == [(8, 39)]
    clock = answer("--mitragynine-mg", "39", "--times", "8:00,14:00", "--days", "2", "--missed", "4")
    assert taken(clock) == [(0, 39), (6, 39), (24, 39)]


def test_numbers_are_in_moles_and_in_mass_and_linear_in_the_amount() -> None:
    one, two = answer("--mitragynine-mg", "20"), answer("--mitragynine-mg", "40")
    for analyte, factor in (("mitragynine", 0.3985), ("7-hydroxymitragynine", 0.4145)):
        small, large = (number(data, "cmax", analyte) for data in (one, two))
        assert large["high"] == pytest.approx(2 * small["high"], rel=1e-9)
        assert small["mass"]["median"] == pytest.approx(factor * small["median"], rel=1e-3)


def test_each_level_widens_the_interval_and_is_named() -> None:
    amount = ("--grams", "3", "--product-mg-per-g", "13", "--product-cv", "0.5")
    widths = []
    for names in ("none", "people", "people,studies", "people,studies,parameters", "people,studies,parameters,product"):
        data = answer(*amount, "--levels", names, "--people", "2000")
        assert ",".join(data["levels"]) == ("" if names == "none" else names)
        peak = number(data, "cmax")
        widths.append(peak["high"] / peak["low"])
    assert widths[0] == pytest.approx(1)
    assert widths == sorted(widths)
    assert answer("--mitragynine-mg", "39")["levels"] == ["people", "studies", "parameters"]


def test_what_a_gram_may_hold_reaches_the_concentrations() -> None:
    words = ("--grams", "3", "--product-mg-per-g", "13", "--product-cv", "0.5", "--levels", "product", "--people", "4000")
    data = answer(*words)
    peak, held = number(data, "cmax"), data["content"]
    assert peak["high"] / peak["low"] == pytest.approx(held["high"] / held["low"], rel=0.05)


def test_the_person_in_the_middle_is_of_the_reference_study_unless_studies_differ() -> None:
    assert answer("--mitragynine-mg", "39", "--levels", "people,parameters")["typical"]["f"] == 1
    assert answer("--mitragynine-mg", "39")["typical"]["f"] > 1.5


def test_a_product_without_a_certificate_has_the_spread_of_surveys() -> None:
    known = answer("--grams", "3", "--product-mg-per-g", "13", "--levels", "product")
    untested = answer("--grams", "3", "--levels", "product")
    assert known["levels"] == []
    assert number(known, "cmax")["low"] == pytest.approx(number(known, "cmax")["high"])
    assert number(untested, "cmax")["high"] > 5 * number(untested, "cmax")["low"]
    assert untested["content"]["how"] == "not tested"
    assert any("was not tested" in note for note in untested["notes"])


def test_the_same_seed_gives_the_same_people() -> None:
    first, again, other = (answer("--mitragynine-mg", "39", "--seed", seed) for seed in ("4", "4", "5"))
    assert first == again
    assert number(first, "cmax") != number(other, "cmax")


def test_what_the_model_does_not_meet_is_said() -> None:
    data = answer("--mitragynine-mg", "39")
    assert [one for one in data["compared"] if not one["agrees"]]
    assert any("printed 106 nM·h" in line for line in data["differs"])
    assert any(one["study"] == "huestis-2026-extract" and one["ratio"] > 1.2 for one in data["compared"])


def test_auto_inhibition_raises_exposure_and_is_called_a_hypothesis() -> None:
    words = ("--mitragynine-mg", "50", "--at", "0,12,24", "--levels", "none", "--people", "1")
    linear, lost = answer(*words), answer(*words, "--auto-inhibition")
    assert number(lost, "auc-inf")["median"] > 1.005 * number(linear, "auc-inf")["median"]
    assert lost["auto_inhibition"]["share"] == 1
    assert any("hypothesis" in note for note in lost["notes"])
    said = " ".join(run(*words, "--auto-inhibition").stdout.split())
    assert "kdeg 0.0193 1/h, kinact 4.08 1/h, ki 4100 nM, fu 0.031, share 1, portal 96.96 L/h" in said


@pytest.mark.parametrize("name", ["7-oh", "7-OH", "7-hydroxymitragynine"])
def test_dosed_7_hydroxymitragynine_is_not_supported(name: str) -> None:
    result = run("--mitragynine-mg", "39", "--substance", name)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "not supported: no human data" in result.stderr
    result = run("--substance", name, "--json")
    assert result.exit_code == 1
    data = json.loads(result.stdout)
    jsonschema.validate(data, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert data["supported"] is False


@pytest.mark.parametrize(
    "words",
    [
        ("--mitragynine-mg", "-3"),
        ("--mitragynine-mg", "0"),
        ("--mitragynine-mg", "nan"),
        ("--mitragynine-mg", "39000"),
        ("--grams", "3000", "--product-mg-per-g", "13"),
        ("--grams", "3", "--product-mg-per-g", "1300"),
        ("--grams", "3", "--product-mg-per-g", "13", "--product-cv", "-1"),
        ("--mitragynine-mg", "39", "--at", "0,x"),
        ("--mitragynine-mg", "39", "--at", "0,-1"),
        ("--mitragynine-mg", "39", "--at", "0,0"),
        ("--mitragynine-mg", "39", "--at", "inf"),
        ("--mitragynine-mg", "39", "--times", "24:00", "--days", "2"),
        ("--mitragynine-mg", "39", "--times", "8:00,08:00", "--days", "2"),
        ("--mitragynine-mg", "39", "--times", "8:00", "--days", "0"),
        ("--mitragynine-mg", "39", "--every-h", "0", "--days", "2"),
        ("--mitragynine-mg", "39", "--every-h", "0.001", "--days", "200"),
        ("--mitragynine-mg", "39", "--every-h", "8", "--days", "1", "--missed", "4"),
        ("--mitragynine-mg", "39", "--every-h", "8", "--days", "1", "--missed", "a"),
        ("--mitragynine-mg", "39", "--at", "0,8", "--missed", "1,2"),
        ("--mitragynine-mg", "39", "--people", "0"),
        ("--mitragynine-mg", "39", "--people", "19"),
        ("--mitragynine-mg", "1e-300"),
        ("--grams", "3", "--product-mg-per-g", "900", "--product-cv", "3"),
        ("--mitragynine-mg", "39", "--every-h", "8", "--days", "200", "--auto-inhibition"),
        ("--mitragynine-mg", "39", "--people", "99000000"),
        ("--mitragynine-mg", "39", "--seed", "-1"),
        ("--mitragynine-mg", "39", "--hours", "0"),
        ("--mitragynine-mg", "39", "--levels", "people,moon"),
        ("--mitragynine-mg", "39", "--substance", "morphine"),
        ("--mitragynine-mg", "39", "--figure", "/no/such/folder/x.svg"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_is_refused_in_one_line(words: tuple[str, ...]) -> None:
    result = run(*words)
    assert (result.exit_code, result.stdout) == (1, ""), result.output
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.endswith(".\n")


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--mitragynine-mg", "39", "--grams", "3"),
        ("--mitragynine-mg", "39", "--product-mg-per-g", "13"),
        ("--grams", "3", "--product-cv", "0.2"),
        ("--mitragynine-mg", "39", "--every-h", "8"),
        ("--mitragynine-mg", "39", "--days", "8"),
        ("--mitragynine-mg", "39", "--every-h", "8", "--days", "1", "--at", "3"),
        ("--mitragynine-mg", "39", "--missed", "1"),
        ("--mitragynine-mg", "39", "--auto-inhibition", "--sbml", "x.xml"),
        ("--mitragynine-mg", "39", "--figure", "x", "--sbml", "x"),
    ],
    ids=" ".join,
)
def test_options_that_do_not_go_together_are_a_matter_of_usage(words: tuple[str, ...]) -> None:
    assert run(*words).exit_code == 2


def test_the_figure_and_the_model_are_files_of_their_own(tmp_path: Path) -> None:
    figure, model = tmp_path / "x.svg", tmp_path / "x.xml"
    data = answer("--mitragynine-mg", "39", "--at", "0,8,16", "--figure", str(figure), "--sbml", str(model))
    assert figure.read_text(encoding="utf-8").startswith("<svg xmlns=")
    text = model.read_text(encoding="utf-8")
    assert len(re.findall("<event ", text)) == 2  # the first intake is where the model begins
    assert f'value="{data["typical"]["ka"]:g}"' in text
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.svg", "x.xml"]


def test_a_file_that_cannot_be_written_leaves_no_half_behind(tmp_path: Path) -> None:
    model, kept = tmp_path / "x.xml", tmp_path / "kept.xml"
    kept.write_text("before", encoding="utf-8")
    for path in (model, kept):
        result = run("--mitragynine-mg", "39", *FEW, "--sbml", str(path), "--figure", str(tmp_path))
        assert (result.exit_code, result.stdout) == (1, "")
        assert "cannot be written" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["kept.xml"]
    assert kept.read_text(encoding="utf-8") == "before"


def test_one_person_has_no_interval_and_few_people_a_rough_one() -> None:
    alone = run("--mitragynine-mg", "39", "--levels", "none").stdout
    assert "this is one person, without an interval" in " ".join(alone.split())
    assert "90% of" not in alone.partition("Compared")[0]
    known = answer("--mitragynine-mg", "39", "--levels", "parameters")
    assert "90% of what is drawn between" in known["sentence"]
    assert (
        known["notes"][0] == "Of the 50 drawn about 2 lie beyond each end of an interval, so that another seed moves the ends."
    )
    assert not any("drawn about" in note for note in json.loads(run("--mitragynine-mg", "39", "--json").stdout)["notes"])


def test_a_long_report_says_that_its_curves_are_coarse() -> None:
    data = answer("--mitragynine-mg", "39", "--every-h", "8", "--days", "100")
    step = data["times_h"][1] - data["times_h"][0]
    assert any(f"a point each {step:g} h" in note for note in data["notes"])
    assert max(data["bands"][0]["median"]) <= number(data, "cmax")["median"]


def test_the_report_is_said_back_in_order() -> None:
    said = answer("--mitragynine-mg", "39", "--times", " 8:00 , 14:00", "--days", "2", "--missed", "3,2,3")["reported"]
    assert said == "A person reports 39 mg of mitragynine in leaf, 2 times, at 8:00, 14:00 for 2 days, number 2, 3 missed."
    assert ", 2 times, at hours 0, 8.5." in answer("--mitragynine-mg", "39", "--at", "8.5,0")["reported"]
    assert answer("--mitragynine-mg", "39", "--at", "1e5")["intakes"][0]["time_h"] == 100_000


def test_what_leaves_the_terminal_says_that_it_is_not_for_dosing(tmp_path: Path) -> None:
    figure, model = tmp_path / "x.svg", tmp_path / "x.xml"
    answer("--mitragynine-mg", "39", "--figure", str(figure), "--sbml", str(model))
    for path in (figure, model):
        assert "not for dosing" in path.read_text(encoding="utf-8")


def test_the_help_is_true() -> None:
    said = " ".join(run("--help").output.split())
    assert "that a person reports" in said
    assert "not for dosing" in said
    assert ",".join(LEVELS) in said
    assert f"{PEOPLE:,}, or {PEOPLE_SOLVED} with" in said.replace("auto- ", "auto-")
    result = run("--mitragynine-mg", "39", "--json")
    assert json.loads(result.stdout)["people"] == PEOPLE


def test_a_fault_of_the_evidence_names_its_file(tmp_path: Path) -> None:
    result = run("--mitragynine-mg", "39", "--evidence", str(tmp_path / "none"))
    assert result.exit_code == 1
    assert "nothing was answered" in result.stderr
    (tmp_path / "vocabulary").mkdir()
    result = run("--mitragynine-mg", "39", "--evidence", str(tmp_path))
    assert result.exit_code == 1
