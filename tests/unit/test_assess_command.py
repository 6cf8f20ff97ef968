"""``equipoise assess``: a case in, an answer out in each format; a case that cannot be is refused with its fields."""

import json
from io import BytesIO
from pathlib import Path

import jsonschema
import pytest
from pypdf import PdfReader
from typer.testing import CliRunner, Result

from equipoise.apps.cli import app
from equipoise.outputs.assessment import SCHEMA

CASE = """\
age: 46
medicines: [venlafaxine, trazadone]
conditions: [fatty liver]
note: my eyes are yellow
kratom: {use: now, product: powder, grams: 4, times_per_day: 3}
"""


def asked(*words: str) -> Result:
    return CliRunner().invoke(app, ["assess", *words, "--as-of", "2026-11-22"])


@pytest.fixture
def case(tmp_path: Path) -> Path:
    file = tmp_path / "case.yaml"
    file.write_text(CASE, encoding="utf-8")
    return file


def test_the_json_follows_its_schema_and_answers_each_thing_by_name(case: Path) -> None:
    result = asked(str(case), "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    data = json.loads(result.stdout)
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(data)
    assert {"46", "venlafaxine", "trazadone", "fatty liver", "powder", "4", "3"} <= {one["given"] for one in data["inputs"]}
    assert [line["id"] for line in data["urgent"]] == ["sign/jaundice"]


def test_text_says_help_first_and_repeats_no_words_of_a_note(case: Path) -> None:
    result = asked(str(case))
    assert result.exit_code == 0
    assert result.stdout.startswith("‼")
    assert result.stdout.index("Help now") < result.stdout.index("Your medicines and kratom")
    assert "my eyes are yellow" not in result.stdout


def test_a_page_and_a_sheet_are_written_where_told(case: Path, tmp_path: Path) -> None:
    page, sheet = tmp_path / "answer.html", tmp_path / "visit.pdf"
    assert asked(str(case), "--for", "clinician", "--format", "html", "--out", str(page)).exit_code == 0
    assert "How severe" in page.read_text(encoding="utf-8")
    assert asked(str(case), "--format", "pdf", "--out", str(sheet)).exit_code == 0
    assert len(PdfReader(BytesIO(sheet.read_bytes())).pages) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("age: old", "age"),
        ("weight: 80", "weight"),
        ("certificate: {form: csv}", "should have a text or a file"),
        ("certificate: {file: nowhere.csv}", "nowhere.csv"),
        ("age: [", "case.yaml:2: is not YAML"),
    ],
)
def test_a_case_that_cannot_be_is_refused_with_its_field(case: Path, words: str, said: str) -> None:
    case.write_text(f"{words}\n", encoding="utf-8")
    result = asked(str(case))
    assert (result.exit_code, result.stdout) == (1, "")
    assert said in result.stderr


def test_a_wrong_option_is_refused_before_anything_is_read(case: Path) -> None:
    for words in (("--format", "pdf"), ("--format", "docx"), ("--for", "everybody"), ("--out", str(case))):
        assert asked(str(case), *words).exit_code == 2, words
    assert case.read_text(encoding="utf-8") == CASE
