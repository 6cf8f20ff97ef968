"""``equipoise law``: any verdict is a good answer; a place that is none is an error that names what is near, never a guess."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from equipoise.apps import cli

ROOT = Path(__file__).parents[2]
GAZETTEER = """\
id,name,kind,parent,code,zone
{rows}
"""
NATIONS = """\
GE,Georgia,country,none,GEO,Asia/Tbilisi
US,United States,country,none,USA,several
US-GA,Georgia,state,US,ocd-division/country:us/state:ga,America/New_York
US-TN,Tennessee,state,US,ocd-division/country:us/state:tn,several"""
COUNTIES = "US-TN/Knox County,Knox County,county,US-TN,47093,America/New_York"
TOWNS = "US-TN/Knoxville,Knoxville,city,US-TN/Knox County,4740000,America/New_York"
LAW = """\
id: {id}
place: {place}
axis: control
instrument:
  kind: statute
  force: law
  title: An act
  citation: {citation}
  url: https://example.org/act
  signed: {signed}
  commences:
    - {{date: {begins}{hour}}}
norms:
  - id: norm
    actions: [buy, possess, sell, export, import]
    effect: {effect}
    substance: {{any_of: [plant, mitragynine]{limits}}}
    says: What the act says.
evidence:
  - url: https://example.org/act
    title: The act
    dated: 2026-06-01
    retrieved: 2026-06-01
    at: section 1
    grade: {grade}
    saw: full-text
    shows: [norms, dates]
last_verified: 2026-06-01
stale_after_days: 90
extracted: {{by: eq-1, date: 2026-06-01}}
"""


def run(*words: str) -> Result:
    return CliRunner().invoke(cli.app, ["law", *words])


def answer(*words: str) -> dict[str, Any]:
    result = run(*words, "--json")
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


@pytest.fixture
def evidence(tmp_path: Path) -> Path:
    """A country without control, whose state Tennessee bans the plant from 1 July 2026 by an act of 7 May."""
    folder = tmp_path / "evidence"
    shutil.copytree(ROOT / "evidence" / "vocabulary", folder / "vocabulary")
    (folder / "gazetteer").mkdir()
    for name, rows in (("nations", NATIONS), ("us-counties", COUNTIES), ("us-municipalities", TOWNS)):
        (folder / "gazetteer" / f"{name}.csv").write_text(GAZETTEER.format(rows=rows), encoding="utf-8")
    write(folder, "us/none", place="US", effect="not-listed", signed="2016-01-01", begins="2016-01-01")
    write(folder, "us-tn/act", place="US-TN", effect="prohibit", signed="2026-05-07", begins="2026-07-01")
    return folder


def write(folder: Path, ident: str, **said: str) -> None:
    held = {"id": ident, "citation": ident, "grade": "primary", "hour": "", "limits": ""} | said
    path = folder / "law" / f"{ident}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(LAW.format(**held), encoding="utf-8")


def asked(evidence: Path, *words: str) -> dict[str, Any]:
    return answer(*words, "--evidence", str(evidence))


def test_a_ban_holds_from_its_day_and_is_upcoming_before_it(evidence: Path) -> None:
    before = asked(evidence, "US-TN", "--on", "2026-06-30", "--known-on", "2026-06-30", "--as-of", "2026-06-30")
    after = asked(evidence, "US-TN", "--on", "2026-07-01", "--as-of", "2026-07-01")
    assert (before["verdict"], after["verdict"]) == ("unknown", "unlawful")
    assert [(item["what"], item["date"]) for item in before["upcoming"]] == [("begins", "2026-07-01")]
    assert before["next_change"] == "2026-07-01"
    (ground,) = after["because"]
    assert ground["norm"] == "us-tn/act#norm"
    assert {ground["effect"], ground["citation"], ground["url"], ground["grade"]} == {
        "prohibit",
        "us-tn/act",
        "https://example.org/act",
        "primary",
    }


def test_what_was_not_known_on_a_day_is_left_out(evidence: Path) -> None:
    words = ("US-TN", "--on", "2026-07-01", "--as-of", "2026-07-02")
    assert asked(evidence, *words, "--known-on", "2026-05-06")["verdict"] == "unknown"
    assert asked(evidence, *words, "--known-on", "2026-05-07")["verdict"] == "unlawful"


def test_an_instant_is_read_on_the_clock_of_the_place(evidence: Path) -> None:
    write(
        evidence,
        "us-ga/order",
        place="US-GA",
        effect="prohibit",
        signed="2026-06-01",
        begins="2026-06-10",
        hour=', time: "17:00", zone: America/New_York',
    )
    verdicts = [
        asked(evidence, "US-GA", "--as-of", "2026-06-10", "--on", on)["verdict"]
        for on in ("2026-06-10T20:59+00:00", "2026-06-10T21:00+00:00", "2026-06-10T17:00", "2026-06-10")
    ]
    assert verdicts == ["unknown", "unlawful", "unlawful", "unknown"]


def test_a_record_past_its_days_is_stale_and_says_what_it_last_was(evidence: Path) -> None:
    late = asked(evidence, "US-TN", "--as-of", "2027-01-10")
    assert (late["verdict"], late["last"], late["stale"]) == ("stale", "unlawful", True)


def test_limits_are_compared_exactly_with_what_was_measured(evidence: Path) -> None:
    limit = ", limits: [{all: [{analyte: 7-hydroxymitragynine, op: '>', value: 0.05, unit: percent, basis: dry-weight}]}]"
    write(evidence, "us-ga/none", place="US-GA", effect="not-listed", signed="2026-06-01", begins="2026-01-01")
    write(evidence, "us-ga/cap", place="US-GA", effect="prohibit", signed="2026-06-01", begins="2026-01-01", limits=limit)

    def verdict(*amount: str) -> str:
        return str(asked(evidence, "US-GA", "--substance", "leaf", "--on", "2026-06-10", *amount)["verdict"])

    assert verdict() == "lawful-if"
    assert verdict("--analyte", "7-oh=0.5mg/g") == verdict("--analyte", "7-oh=500ppm") == "not-scheduled"
    assert verdict("--analyte", "7-oh=0.0501%") == "unlawful"


def test_a_route_has_export_and_import_at_a_border_and_looks_for_no_other_way(evidence: Path) -> None:
    write(evidence, "ge/list", place="GE", effect="prohibit", signed="2026-01-01", begins="2026-01-01")
    made = asked(evidence, "US@2026-06-10", "GE@2026-06-11@possess")
    said = [(item["place"], item["segment"], item["verdict"]) for item in made["route"]]
    assert said == [
        ("US", "possess", "not-scheduled"),
        ("US", "export", "not-scheduled"),
        ("GE", "import", "unlawful"),
        ("GE", "possess", "unlawful"),
    ]


def test_changes_since_a_day_are_a_query(evidence: Path) -> None:
    made = asked(evidence, "--changes-since", "2026-06-15", "--as-of", "2026-07-05")
    assert [(item["date"], item["place"], item["what"]) for item in made["changes"]] == [("2026-07-01", "US-TN", "began")]
    assert asked(evidence, "US-GA", "--changes-since", "2026-06-15", "--as-of", "2026-07-05")["changes"] == []


@pytest.mark.parametrize(
    ("name", "near"),
    [("Georgia", "GE, US-GA"), ("TN", "US-TN"), ("Knoxville", "US-TN/Knoxville"), ("US-TN/Knoxvile", "US-TN/Knoxville")],
)
def test_a_name_is_no_place_and_the_error_names_what_is_near(evidence: Path, name: str, near: str) -> None:
    result = run(name, "--evidence", str(evidence))
    assert result.exit_code == 1
    assert f"{name!r} is not a place of the gazetteer. Near: {near}" in result.stderr
    assert not result.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["US-TN", "--age", "-1"], r"--age is -1; should be from 0 to 150"),
        (["US-TN", "--analyte", "7-oh=3mg/l"], r"has the unit 'mg/l'; should be one of"),
        (["US-TN", "--analyte", "7-oh=-3mg/g"], r"should not be below zero"),
        (["US-TN", "--analyte", "caffeine=3mg/g"], r"should be NAME=AMOUNT"),
        (["US-TN", "--serving", "0g"], r"not above zero"),
        (["US-TN", "--substance", "tea"], r"--substance is 'tea'; should be one of leaf"),
        (["US-TN", "--action", "drink"], r"--action is 'drink'; should be one of buy"),
        (["US-TN", "--on", "July"], r"--on is 'July'; should look like"),
        (["GE@2026-06-11", "US-TN@2026-06-10"], r"the stop at US-TN is on 2026-06-10"),
        ([], r"there is no place"),
    ],
)
def test_a_wrong_command_says_what_would_be_right(evidence: Path, words: list[str], said: str) -> None:
    write(evidence, "ge/list", place="GE", effect="prohibit", signed="2026-01-01", begins="2026-01-01")
    result = run(*words, "--evidence", str(evidence))
    assert result.exit_code == 2
    assert re.search(said, " ".join(result.stderr.split())), result.stderr


def test_faulty_law_is_refused_with_file_and_line(evidence: Path) -> None:
    write(
        evidence,
        "us-tn/bad",
        place="US-TN",
        effect="prohibit",
        signed="2026-05-07",
        begins="2026-07-01",
        limits=", forms: [tea]",
    )
    result = run("US-TN", "--evidence", str(evidence))
    assert result.exit_code == 1
    assert re.search(r"law/us-tn/bad\.yaml:\d+: norms\[0\]\.substance\.forms\[0\]: is 'tea'; should be", result.stderr)


def test_the_example_of_the_documentation_answers_as_it_says() -> None:
    text = (ROOT / "docs" / "law.md").read_text(encoding="utf-8")
    block = re.search(r"(?m)^    from datetime import date\n(?:(?:    .*)?\n)+", text)
    assert block is not None
    code = re.sub(r"(?m)^    ", "", block[0])
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - our own documentation
    assert names["judge"]([names["ban"]], names["asked"]).verdict == "unlawful"
