"""``equipoise interactions``: every name is answered, none is guessed, and the end says what was not checked."""

import json
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner, Result

from equipoise.apps import cli
from equipoise.findings.wording import forbidden
from equipoise.outputs.interactions import SCHEMA

ROOT = Path(__file__).parents[2]
LIST = ("venlafaxine", "Seroquel 50 mg", "Suboxone", "trazadone", "NyQuil", "lisinopril", "the pill", "kratom", "zzzz")


def run(*words: str, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(cli.app, ["interactions", *words, "--as-of", "2026-11-22"], input=stdin)


def answer(*words: str, stdin: str | None = None) -> dict[str, Any]:
    result = run(*words, "--json", stdin=stdin)
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


@pytest.fixture
def evidence(tmp_path: Path) -> Path:
    """A copy of the records that the command reads."""
    for kind in ("medicines", "interactions", "parameters", "assays", "exposures", "vocabulary"):
        shutil.copytree(ROOT / "evidence" / kind, tmp_path / "evidence" / kind)
    (tmp_path / "evidence" / "references").symlink_to(ROOT / "evidence" / "references")
    return tmp_path / "evidence"


def test_the_json_keeps_its_contract_and_answers_each_name() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    found = answer(*LIST)
    jsonschema.validate(found, schema)
    assert [(one["typed"], one["kind"]) for one in found["names"]] == [
        ("venlafaxine", "medicine"),
        ("Seroquel 50 mg", "medicine"),
        ("Suboxone", "medicine"),
        ("trazadone", "did-you-mean"),
        ("NyQuil", "which"),
        ("lisinopril", "unregistered"),
        ("the pill", "not-recognised"),
        ("kratom", "topic"),
        ("zzzz", "not-recognised"),
    ]
    assert {one["id"] for one in found["medicines"]} == {"venlafaxine", "quetiapine", "buprenorphine", "naloxone"}
    assert found["sentence"].endswith("Not checked: 5 of 9 names.")
    assert "“trazadone”, “NyQuil”, “lisinopril”, “the pill”, “zzzz”" in found["not_checked"][0]


def test_the_text_begins_with_what_matters_most_and_ends_with_what_was_not_checked() -> None:
    text = run(*LIST).stdout
    lines = text.splitlines()
    assert lines[0].startswith("Kratom and")
    assert max(map(len, lines)) <= 80
    assert text.index("QUETIAPINE (typed: Seroquel 50 mg)") < text.index("Not checked\n")
    tail = text[text.index("Not checked\n") :]
    assert "how these medicines act on each other" in tail
    assert "Before any change of a medicine: a pharmacist or the prescriber" in tail
    assert [paragraph for paragraph in text.split("\n\n") if forbidden(" ".join(paragraph.split()))] == []


def test_what_a_rule_says_of_every_medicine_is_told_once() -> None:
    _, text = run("sertraline", "fluoxetine", "paroxetine").stdout.split("\n\n", 1)
    text = " ".join(text.split())
    assert text.count("A serotonin syndrome has been suspected in a few people") == 1
    assert text.count("Kratom and medicines that raise serotonin: serious if it happens") == 3


def test_what_must_not_be_missed_stands_above_the_medicines() -> None:
    """Wine opens; an opioid, an MAO inhibitor and what people had with naltrexone stand under it, before any medicine."""
    top = run("metformin", "Contrave", "Zyvox", "oxycodone", "wine").stdout.split("\n\n", 1)[0]
    lines = [line for line in top.splitlines() if not line.startswith("  ")]
    assert lines[0].startswith("Kratom and alcohol: life-threatening")
    assert [line[:32] for line in lines if line.startswith("‼ Kratom")][:2] == [
        "‼ Kratom and opioid medicines: l",
        "‼ Kratom and monoamine oxidase i",
    ]
    assert "seen in case reports with naltrexone itself. Here: naltrexone." in " ".join(top.split())
    assert "minor way" not in run("escitalopram", "caffeine").stdout.split("\n\n", 1)[0]


def test_levels_are_said_to_be_of_the_medicine_itself_and_of_one_cup() -> None:
    found = answer("codeine")
    for words in ("not of what the body makes of it", "cups on several days raise the level more than one cup does"):
        assert any(words in note for note in found["notes"])
        assert words in " ".join(run("codeine").stdout.split())
    assert len(answer("metformin")["notes"]) == len(found["notes"]) - 3


def test_both_models_stand_beside_the_trial() -> None:
    (midazolam,) = answer("midazolam")["medicines"]
    by_metric = {one["metric"]: one for one in midazolam["exposure"]["trials"]}
    assert {name: (one["dynamic_stands"], one["static_stands"]) for name, one in by_metric.items()} == {
        "exposure": ("inside", "above"),
        "peak": ("inside", None),
        "half-life": ("inside", None),
    }
    assert "the static model is above it" in " ".join(run("midazolam").stdout.split())


def test_names_are_read_from_standard_input() -> None:
    assert (
        answer("-", stdin="sertraline\n\n  Seroquel 50 mg \n")["medicines"]
        == answer("sertraline", "Seroquel 50 mg")["medicines"]
    )
    assert [one["typed"] for one in answer("tramadol", "-", stdin="sertraline")["names"]] == ["tramadol", "sertraline"]


def test_one_name_that_is_a_medicine_is_enough_and_none_is_an_error_of_one_line() -> None:
    for known in ("venlafaxine", "lisinopril", "NyQuil"):
        assert run("zzzz", known).exit_code == 0
    result = run("trazadone", "kratom", "zzzz", "--json")
    assert result.exit_code == 1
    assert result.stderr == "None of the names is a medicine that is known here; should be at least one.\n"
    assert [one["kind"] for one in json.loads(result.stdout)["names"]] == ["did-you-mean", "topic", "not-recognised"]


@pytest.mark.parametrize(
    ("words", "stdin", "code", "says"),
    [
        ([], None, 2, "there is no name; should be at least one, such as venlafaxine"),
        (["-"], " \n", 2, "there is no name"),
        (["-"], "x\n" * 60_000, 1, "standard input holds more than 100,000 bytes; should be names, one on a line."),
        ([f"medicine {number}" for number in range(101)], None, 1, "there are 101 names; should be 100 at most."),
        (["venlafaxine", "--evidence", "/nowhere"], None, 1, "/nowhere: is not a folder; should be a folder of evidence"),
        (["venlafaxine", "--as-of", "soon"], None, 2, "'soon' is not a day; should look like 2026-01-31"),
    ],
)
def test_what_is_wrong_is_said_in_a_line_and_nothing_is_answered(
    words: list[str], stdin: str | None, code: int, says: str
) -> None:
    result = CliRunner().invoke(cli.app, ["interactions", *words], input=stdin)
    assert result.exit_code == code
    assert says in " ".join(re.sub(r"[│╭╮╰╯─]", " ", result.stderr).split())
    assert not result.stdout


def test_a_folder_without_medicines_is_said_to_have_none(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "evidence" / "vocabulary", tmp_path / "vocabulary")
    (tmp_path / "vocabulary" / "brands.csv").write_text("brand,ingredients,kind,ref,at\n", encoding="utf-8")
    result = run("venlafaxine", "--evidence", str(tmp_path))
    assert result.exit_code == 1
    assert "has no medicines or no interactions; should hold medicines/ and interactions/" in result.stderr


def test_a_fault_in_a_record_is_named_with_its_line(evidence: Path) -> None:
    path = evidence / "medicines" / "venlafaxine.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace('fraction: "0.77"', 'fraction: "1.77"'), encoding="utf-8")
    result = run("venlafaxine", "--evidence", str(evidence))
    assert result.exit_code == 1
    assert re.search(r"medicines/venlafaxine\.yaml:\d+: pathways\[0\]\.fraction: is 1\.77", result.stderr)
    assert result.stderr.endswith("2 faults in the evidence; nothing was answered.\n")
    assert not result.stdout


def test_a_rule_that_is_added_reaches_the_medicines_it_names(evidence: Path) -> None:
    path = evidence / "interactions" / "stimulants.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("severity: moderate", "severity: life-threatening"), encoding="utf-8")
    found = answer("methylphenidate", "--evidence", str(evidence))
    assert found["medicines"][0]["rules"][0]["id"] == "stimulants"
    assert found["foremost"][0]["severity"] == "life-threatening"


def test_what_was_typed_cannot_steer_the_terminal_or_fill_it() -> None:
    result = run("venlafaxine", "\x1b[2J\x07evil", "y" * 5000)
    assert result.exit_code == 0
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", result.stdout)
    assert "y" * 61 not in result.stdout


def test_nothing_is_written_and_nothing_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("venlafaxine")
    assert result.exit_code == 0
    assert list(tmp_path.iterdir()) == []
    assert caplog.records == []
    assert "http" not in result.stdout


def test_the_help_says_what_the_command_does() -> None:
    said = " ".join(run("--help").stdout.split())
    for words in ("standard input", "stay out of the history of the shell", "not medical advice", "--json", "--evidence"):
        assert words in said


def test_the_page_shows_what_the_command_says() -> None:
    page = (ROOT / "docs" / "interactions.md").read_text(encoding="utf-8")
    words, said = re.findall(r"(?m)^    \$ equipoise interactions (.+)\n((?:    .*\n)+)", page)[0]
    shown = [line.strip() for line in said.splitlines()]
    text = run(*shlex.split(words)).stdout
    assert [line.strip() for line in text.splitlines()][: len(shown)] == shown
