"""``equipoise product``: what is above first, every limit with a reason, and errors in one line that can be mended."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner, Result

from equipoise.apps import cli
from equipoise.apps.product import PEOPLE
from equipoise.outputs.product import SCHEMA

LEAF = Path(__file__).parents[1] / "data" / "certificates" / "leaf.csv"
"""An invented certificate."""

DAY = ("--as-of", "2026-11-22")


def run(*words: str) -> Result:
    return CliRunner().invoke(cli.app, ["product", *words])


def answer(*words: str) -> dict[str, Any]:
    result = run(*words, *DAY, "--json")
    assert result.exit_code == 0, result.output
    made = dict(json.loads(result.stdout))
    jsonschema.validate(made, json.loads(SCHEMA.read_text(encoding="utf-8")))
    return made


def written(folder: Path, text: str, name: str = "report.csv") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_the_answer_follows_its_schema_whatever_was_asked() -> None:
    places = {"US-RI": "us-ri/kratom-act", "US-GA": "us-ga/2024-hb-181", "CZ": "cz/448-2025", "TH": None}
    for place, law in places.items():
        made = answer(str(LEAF), "--place", place, "--grams-per-day", "6", "--serving-g", "3", "--container-g", "30")
        held = {limit["id"].partition("#")[0] for limit in made["limits"] if limit["kind"] == "law"}
        assert law is None or law in held
    assert answer(str(LEAF))["asked"]["grams_per_day"] == "not given"
    assert {whom for whom in PEOPLE if answer(str(LEAF), "--people", whom)} == set(PEOPLE)
    jsonschema.Draft202012Validator.check_schema(json.loads(SCHEMA.read_text(encoding="utf-8")))


def test_the_first_line_says_what_is_above_and_the_last_ones_what_was_not_looked_at() -> None:
    result = run(str(LEAF), "--place", "US-RI", "--grams-per-day", "60", "--serving-g", "12", "--sample", "my tea", *DAY)
    lines = result.stdout.splitlines()
    assert re.match(r"✗ Above \d+ of \d+ limits: mitragynine \(1 of 1\), lead \(\d of \d\)", lines[0])
    assert any(one.startswith("Not measured: ") for one in lines[1:3])
    assert max(map(len, (one for one in lines if "http" not in one))) <= 80
    said = " ".join(result.stdout.split())
    assert "Mitragynine: 167 mg, 1.11 times the limit; barred: more than 150 mg" in said
    assert "Not recognised, and judged by no limit: Mesembrine." in said
    assert "Inorganic arsenic: 4.8 ug a day; at most 15 ug a day." in said
    assert "sample my tea; grams per day 60" in said
    assert "Within a limit says nothing of what was not measured" in said
    assert not re.search(r"\bsafe|all clear|recommend|should take", said, re.IGNORECASE)


def test_without_a_daily_amount_limits_for_a_day_cannot_be_told() -> None:
    lead = [limit for limit in answer(str(LEAF))["limits"] if limit["id"] == "ich-q3d/lead"]
    assert [(limit["verdict"], limit["why"]) for limit in lead] == [("cannot tell", "no daily amount given")]


def verdicts(made: dict[str, Any], ident: str) -> dict[str, tuple[str, str | None]]:
    return {one["says"].partition(": ")[2]: (one["verdict"], one["why"]) for one in made["limits"] if one["id"] == ident}


def test_a_limit_for_some_forms_is_exceeded_only_by_a_product_of_these(tmp_path: Path) -> None:
    """Czech law has 0.1% of 7-OH for leaf, 0.5% for extract, and 50 mg in a package for both."""
    report = written(tmp_path, "Analyte,Result,Unit\nMitragynine,3,%\n7-OH,0.2,%\n")
    asked = (report, "--place", "CZ", "--container-g", "30")
    share, package = "more than 0.1% of 7-OH by weight", "more than 50 mg of 7-OH in a container"
    open_ = verdicts(answer(*asked), "cz/448-2025#leaf-limits")
    assert open_[share] == ("cannot tell", "the limit is for some forms of product only, and no form was given")
    assert open_[package] == ("above", None)
    powder, extract = (answer(*asked, "--form", form) for form in ("powder", "extract"))
    assert verdicts(powder, "cz/448-2025#leaf-limits")[share] == ("above", None)
    assert verdicts(extract, "cz/448-2025#leaf-limits") == {}
    assert {one for one, _ in verdicts(extract, "cz/448-2025#extract-limits").values()} == {"above", "within"}
    assert powder["asked"]["form"] == "powder"


def test_an_exemption_for_some_forms_covers_no_product_of_unknown_form(tmp_path: Path) -> None:
    report = written(tmp_path, "Analyte,Result,Unit\n7-OH,0.01,mg/g\n")
    asked, exempt = (report, "--place", "US-ID/Blackfoot"), "us-id/blackfoot-2026-ordinance#dried-leaf"
    assert [one for one, _ in verdicts(answer(*asked), exempt).values()] == ["cannot tell"]
    assert [one for one, _ in verdicts(answer(*asked, "--form", "leaf"), exempt).values()] == ["within"]


@pytest.mark.parametrize(
    ("total", "verdict", "why"),
    [
        ("20,mg/g", ("above", None), ""),
        ("30,mg/g", ("within", None), ""),
        ("10,mg/g", ("cannot tell", "the total of alkaloids and its parts disagree"), "below its own parts"),
        ("100,%", ("cannot tell", "alkaloids that were not measured would make the share smaller"), "a table of shares"),
    ],
)
def test_a_total_stands_for_the_whole_only_where_its_parts_allow_it(
    tmp_path: Path, total: str, verdict: tuple[str, str | None], why: str
) -> None:
    report = written(tmp_path, f"Analyte,Result,Unit\nMitragynine,13.9,mg/g\n7-OH,0.25,mg/g\nTotal alkaloids,{total}\n")
    found = verdicts(answer(report, "--place", "US-OK"), "us-ok/2025-sb-891#seven-oh-share")
    assert list(found.values()) == [verdict], why


def test_total_arsenic_above_a_limit_for_inorganic_arsenic_cannot_be_told(tmp_path: Path) -> None:
    """USP <232> and <2232> have 15 ug a day of inorganic arsenic, <2232> 2 ug of methylmercury and 15 of all mercury."""
    report = written(tmp_path, "Analyte,Result,Unit\nArsenic,2,ppm\nMercury,0.3,ppm\n")
    made = {one["id"]: one for one in answer(report, "--grams-per-day", "10")["limits"]}
    for ident, label in (("usp-232/arsenic", "inorganic arsenic"), ("usp-2232/arsenic", "inorganic arsenic")):
        assert (made[ident]["label"], made[ident]["low"], made[ident]["high"]) == (label, 0, 20)
        assert made[ident]["why"] == "the limit is for inorganic arsenic, and the certificate gives total arsenic"
    assert made["usp-2232/methylmercury"]["why"] == "the limit is for methylmercury, and the certificate gives total mercury"
    assert made["usp-2232/mercury"]["verdict"] == "within"
    low = {one["id"]: one["verdict"] for one in answer(report, "--grams-per-day", "5")["limits"]}
    assert {low[ident] for ident in ("usp-232/arsenic", "usp-2232/arsenic", "usp-2232/methylmercury")} == {"within"}
    both = written(tmp_path, "Analyte,Result,Unit\nArsenic,2,ppm\nInorganic arsenic,1.6,ppm\n")
    told = {one["id"]: one for one in answer(both, "--grams-per-day", "10")["limits"]}
    assert (told["usp-2232/arsenic"]["verdict"], told["usp-2232/arsenic"]["low"]) == ("above", 16)
    part = written(tmp_path, "Analyte,Result,Unit\nInorganic arsenic,1,ppm\n")
    (metal,) = verdicts(answer(part, "--place", "US-RI"), "us-ri/kratom-act#heavy-metals").items() & {
        ("2 ppm or more of arsenic by weight", ("cannot tell", "the certificate gives only a part of it"))
    }
    assert metal


@pytest.mark.parametrize(
    ("lines", "verdict", "said"),
    [
        ("7-OH,0.04,mg/g", ("within", None), "up to 15% of water"),
        ("7-OH,0.045,mg/g", ("cannot tell", "not told whether by dry weight"), "up to 15% of water"),
        ("7-OH,0.045,mg/g dry weight", ("within", None), ""),
        ("7-OH,0.045,mg/g\nMoisture,5,%", ("within", None), "the moisture on the certificate was taken off"),
        ("Moisture,15,%\n7-OH,0.045,mg/g", ("above", None), "the moisture on the certificate was taken off"),
        ("7-OH,0.06,mg/g", ("above", None), ""),
    ],
)
def test_a_law_by_dry_weight_asks_for_the_moisture(
    tmp_path: Path, lines: str, verdict: tuple[str, str | None], said: str
) -> None:
    """Blackfoot, Idaho: dried leaf with less than 0.005% of 7-OH by dry weight."""
    report = written(tmp_path, f"Analyte,Result,Unit\n{lines}\n")
    made = answer(report, "--place", "US-ID/Blackfoot", "--form", "leaf")
    assert list(verdicts(made, "us-id/blackfoot-2026-ordinance#dried-leaf").values()) == [verdict]
    assert said in " ".join(made["notes"])
    assert made["not_recognised"] == []


def test_what_was_noted_in_reading_stands_in_the_answer(tmp_path: Path) -> None:
    rows = "Mitragynine,13.9 ± 0.2,mg/g\n7-OH,0.25,mg/g\nTotal alkaloids,10,mg/g\nAnalyst: J. Doe\n"
    made = answer(written(tmp_path, f"Analyte,Result,Unit\n{rows}"))
    assert [note for note in made["notes"] if "sum of its parts" in note]
    assert "Passed over as headings, footers or labels: line 5." in made["notes"]
    assert [line["says"] for line in made["lines"]] == ["13.9 ± 0.2 mg/g", "0.25 mg/g", "10 mg/g"]
    assert "Doe" not in json.dumps(made)
    assert "report.csv" not in json.dumps(made)


def test_a_share_is_the_same_in_a_tablet_as_in_a_gram(tmp_path: Path) -> None:
    report = written(tmp_path, "Analyte,Result,Unit\n7-OH,15,mg/tablet\nMitragynine,1,mg/tablet\n")
    rule = "us-fl/2er26-1#seven-oh"
    (ratio, weight), (same, weighed) = (
        verdicts(answer(report, "--place", "US-FL", *words), rule).values() for words in ((), ("--unit-g", "0.5"))
    )
    assert {ratio[0], weight[0]} == {"above", "cannot tell"}
    assert {same[0], weighed[0]} == {"above"}


def test_a_law_that_was_verified_too_long_ago_puts_nothing_within(tmp_path: Path) -> None:
    report = written(tmp_path, "Analyte,Result,Unit\n7-OH,0.1,mg/g\nMitragynine,10,mg/g\n")
    found = {}
    for day in (DAY[1], "2028-12-31"):
        result = run(report, "--place", "US-RI", "--serving-g", "3", "--as-of", day, "--json")
        content = verdicts(json.loads(result.stdout), "us-ri/kratom-act#content")
        found[day] = {verdict for verdict, _ in content.values()}
    assert found == {DAY[1]: {"within"}, "2028-12-31": {"cannot tell"}}


def test_what_is_barred_whatever_a_certificate_says_stands_below_it(tmp_path: Path) -> None:
    report = written(tmp_path, "Analyte,Result,Unit\nLead,0.01,ppm\n")
    barred = [
        note for note in answer(report, "--place", "US-AL")["notes"] if note.startswith("A rule there that no certificate")
    ]
    assert "Schedule I" in barred[0]
    assert not [note for note in answer(report)["notes"] if "no certificate" in note]


def test_what_was_found_without_a_number_is_told_as_that(tmp_path: Path) -> None:
    report = written(tmp_path, "Analyte,Result,Unit\nYeast & Mold,TNTC,CFU/g\nSalmonella,Detected,\n")
    made = answer(report)
    assert re.fullmatch(r"Above 6 of \d+ limits: Salmonella \(6 of 6\)\.", made["sentence"])
    mould = {(one["verdict"], one["why"]) for one in made["limits"] if one["analyte"] == "yeast-and-mould"}
    assert mould == {("cannot tell", "found, and no amount is printed")}


def test_a_laboratory_writes_no_orders_to_a_terminal(tmp_path: Path) -> None:
    report = written(tmp_path, "Analyte,Result,Unit\n\x1b[31mRed,3,mg/g\nLead,0.4,ppm\n")
    for words in ((), ("--json",)):
        said = run(report, *words, *DAY).stdout
        assert "[31mRed" in said
        assert "\x1b" not in said
        assert "u001b" not in said


def test_csv_and_json_of_one_certificate_have_one_answer(tmp_path: Path) -> None:
    table = written(tmp_path, "analyte,result,unit\nMitragynine,13.9,mg/g\nLead,<0.5,ppm\n")
    rows = [{"analyte": "7-OH", "result": "ND"}, {"analyte": "Pb", "result": "<0.5", "unit": "mcg/g"}]
    other = written(tmp_path, json.dumps({"results": rows[1:]}), "report.json")
    one, two = (answer(path, "--grams-per-day", "6") for path in (table, other))
    leads = [[limit for limit in made["limits"] if limit["analyte"] == "lead"] for made in (one, two)]
    assert leads[0] == leads[1]
    assert leads[0]


def test_the_figure_is_a_picture_of_its_own_and_nothing_else_is_written(tmp_path: Path) -> None:
    report = written(tmp_path, LEAF.read_text(encoding="utf-8"))
    out = tmp_path / "figure.svg"
    result = run(report, "--grams-per-day", "6", "--figure", str(out), *DAY)
    assert result.exit_code == 0
    assert out.read_text(encoding="utf-8").startswith("<svg xmlns=")
    assert {path.name for path in tmp_path.iterdir()} == {"report.csv", "figure.svg"}
    empty = written(tmp_path, "analyte,result\nMesembrine,3\n", "other.csv")
    refused = run(empty, "--figure", str(tmp_path / "no.svg"))
    assert refused.exit_code == 1
    assert "no amount" in refused.stderr.lower()
    assert not refused.stdout
    assert not (tmp_path / "no.svg").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty; should be a certificate"),
        ("analyte,result,unit\n", "has no results; should have a line"),
        ("analyte,result,unit\nLead,-3,ppm\n", "report.csv:2: result: has '-3'; should not be below zero"),
        ("analyte,result,unit\nMitragynine,1500,mg/g\n", "report.csv:2: result: .*more than there is in a gram"),
        ("analyte,result,unit\nLead,3,furlong\n", "report.csv:2: unit: has 'furlong'; should be one of"),
        ("analyte,result,unit\nLead,3,ppm\nLead,4,ppm\n", "report.csv:3: Lead: contradicts"),
    ],
)
def test_a_certificate_that_cannot_be_is_refused_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    result = run(written(tmp_path, text), "--grams-per-day", "6")
    assert result.exit_code == 1
    assert re.search(said, result.stderr), result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not result.stdout


def test_a_large_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    huge = tmp_path / "huge.csv"
    with huge.open("wb") as file:
        file.truncate(200_000_000)
    result = run(str(huge))
    assert result.exit_code == 1
    assert "has 200,000,000 bytes; should be a certificate of 5,000,000 at most" in result.stderr


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--grams-per-day", "0"], 2, r"--grams-per-day is '0'; should be above 0 and at most 1000 g"),
        (["--grams-per-day", "-6"], 2, r"--grams-per-day is '-6'; should be above 0"),
        (["--grams-per-day", "1e9"], 2, r"should be above 0 and at most 1000 g"),
        (["--grams-per-day", "nan"], 2, r"should be above 0 and at most 1000 g"),
        (["--serving-g", "a spoon"], 2, r"--serving-g is 'a spoon'; should be a number of grams"),
        (["--form", "brick"], 2, r"--form is 'brick'; should be one of leaf, powder"),
        (["--people", "cats"], 2, r"--people is 'cats'; should be one of adults"),
        (["--sample", "a\nb"], 2, r"--sample should be a name"),
        (["--place", "Rhode Island"], 1, r"'Rhode Island' is not a place of the gazetteer. Near: US-RI"),
        (["--evidence", "/nowhere"], 1, r"/nowhere"),
    ],
)
def test_a_wrong_command_says_what_would_be_right(words: list[str], code: int, said: str) -> None:
    result = run(str(LEAF), *words)
    assert result.exit_code == code
    assert re.search(said, " ".join(result.stderr.split())), result.stderr
    assert not result.stdout


def test_a_figure_never_takes_the_place_of_the_certificate(tmp_path: Path) -> None:
    report = written(tmp_path, LEAF.read_text(encoding="utf-8"))
    result = run(report, "--figure", report)
    assert result.exit_code == 2
    assert "--figure is the certificate itself" in " ".join(result.stderr.split())
    assert Path(report).read_text(encoding="utf-8") == LEAF.read_text(encoding="utf-8")


def test_a_report_that_is_not_there_is_an_error_that_names_it(tmp_path: Path) -> None:
    result = run(str(tmp_path / "none.csv"))
    assert result.exit_code == 1
    assert "none.csv: cannot be opened" in result.stderr


def test_the_help_names_every_option_and_promises_no_amount() -> None:
    said = " ".join(run("--help").stdout.split())
    weights = ("--grams-per-day", "--serving-g", "--container-g", "--unit-g")
    for option in (*weights, "--place", "--form", "--people", "--sample", "--figure", "--json"):
        assert option in said
    assert "It proposes no amount, and nothing of the certificate is kept or sent." in said
