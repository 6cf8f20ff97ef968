"""The command line: clear words, honest exit codes (0 good, 1 mend your input, 2 mend your command), no half-built folder."""

import json
import re
import shutil
import sys
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner

from equipoise import __version__
from equipoise.apps import cli
from equipoise.outputs.json import SCHEMA

BCG = Path(__file__).parents[1] / "data" / "bcg"
DAY = "2026-06-01"
COMMANDS = (
    ("monograph",),
    ("show",),
    ("evidence", "check"),
    ("evidence", "list"),
    ("evidence", "schema"),
)


class Answer:
    """What a command said."""

    def __init__(self, *words: str) -> None:
        result = CliRunner().invoke(cli.app, words)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        self.code, self.out, self.err = result.exit_code, result.stdout, result.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the small evidence, its chapters beside it, for a test to break."""
    shutil.copytree(BCG, tmp_path / "bcg")
    return tmp_path / "bcg" / "evidence"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "build" / "monograph"


def on(folder: Path, *words: str, day: str = DAY) -> Answer:
    return Answer(*words, "--evidence", str(folder), "--as-of", day)


def held(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def broken(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_the_monograph_is_built_in_the_formats_asked_for(folder: Path, out: Path) -> None:
    answer = on(folder, "monograph", "--out", str(out), "--format", "json,text")
    assert (answer.code, answer.err) == (0, ""), "progress is for terminals"
    assert answer.out.startswith("BCG vaccine for tuberculosis: 8 findings in 2 chapters, 2 files")
    assert {path.name for path in out.iterdir()} == {"monograph.json", "monograph.txt", ".equipoise-build"}


def test_monograph_json_keeps_the_published_schema_and_the_day(folder: Path, out: Path) -> None:
    on(folder, "monograph", "--out", str(out), "--format", "json")
    data = json.loads((out / "monograph.json").read_text(encoding="utf-8"))
    published = json.loads(Answer("evidence", "schema", "monograph").out)
    assert published == json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.validate(data, published)
    assert data["as_of"] == DAY


def test_a_broken_record_names_every_fault_and_leaves_the_last_build(folder: Path, out: Path) -> None:
    on(folder, "monograph", "--out", str(out))
    before = held(out)
    broken(folder / "studies" / "aronson-1948.yaml", "events: 4, total: 123", "events: 124, total: 123")
    broken(folder / "studies" / "hart-1977.yaml", "design: randomised-trial", "design: trail")
    broken(folder / "references" / "example-2026.yaml", "issued: 2026-01-05", "issued: soon")
    answer = on(folder, "monograph", "--out", str(out))
    assert (answer.code, answer.out) == (1, "")
    for fault in ("studies/aronson-1948.yaml:18: outcomes[0].arms[0].events:", "studies/hart-1977.yaml:3: design:"):
        assert fault in answer.err
    assert "references/example-2026.yaml:6: issued: is 'soon'; should be a date" in answer.err
    assert answer.err.endswith("3 faults in the evidence; nothing was written.\n")
    assert held(out) == before
    assert list(out.parent.iterdir()) == [out], "no temporary folder is left"


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        ("chapters/bcg-tuberculosis/examples.md", "## One study", "# One study", "examples.md:3: h1 is not used in chapters"),
        ("chapters/bcg-tuberculosis/examples.md", "- a contrast", "> a contrast", "examples.md:9: blockquote is not used"),
        ("chapters/bcg-tuberculosis/examples.md", "- a series", "  - a series", "examples.md:10: a list in a list is not used"),
        (
            "chapters/bcg-tuberculosis/examples.md",
            "- a series",
            "- a series\n\n  > lost",
            "examples.md:12: blockquote is not used",
        ),
        (
            "chapters/bcg-tuberculosis/examples.md",
            "{{finding: first-trial}}",
            "As follows:\n{{finding: first-trial}}",
            "examples.md:5: 'first-trial' stands in a paragraph; should have an empty line",
        ),
        (
            "evidence/topics/bcg-tuberculosis.yaml",
            "records: [example-2017/answer, example-2019/answer]\n    what",
            "records: []\n    what",
            "findings[4].records: has 0; should have at least two results",
        ),
        (
            "evidence/studies/aronson-1948.yaml",
            "events: 4, total: 123",
            f"events: 4, total: {10**400}",
            "aronson-1948/tuberculosis: int too large",
        ),
        ("chapters/bcg-tuberculosis/examples.md", "**made up**", "<b>made up</b>", "examples.md:1: html inline is not used"),
        ("chapters/bcg-tuberculosis/examples.md", "{{finding: first-trial}}", "", "'first-trial', which no chapter shows"),
        ("evidence/topics/bcg-tuberculosis.yaml", "help: [example-line]", "help: [nobody]", "help[0]: is 'nobody'"),
        (
            "evidence/topics/bcg-tuberculosis.yaml",
            "designs: [randomised-trial, ",
            "designs: [trial, ",
            "designs[0]: is 'trial'",
        ),
        ("evidence/helplines/example-line.yaml", "country: GB", "country: ZZ", "example-line.yaml:2: country: is 'ZZ'"),
        (
            "evidence/vocabulary/units.csv",
            "people,people",
            "animals,animals",
            "studies/aronson-1948.yaml:11: sample.unit: is 'people'",
        ),
        ("evidence/studies/example-2019.yaml", "since: 2019-03, until: 2019-05", "since: 2016-03", "out of order"),
        (
            "evidence/topics/bcg-tuberculosis.yaml",
            "what: example of",
            "what: safe example of",
            "says 'safe', which no statement",
        ),
    ],
)
def test_what_would_break_the_monograph_fails_the_check_too(  # noqa: PLR0917 - a table of four columns
    folder: Path, out: Path, file: str, old: str, new: str, fault: str
) -> None:
    broken(folder.parent / file, old, new)
    answers = on(folder, "evidence", "check", day="2026-02-10"), on(folder, "monograph", "--out", str(out), "--format", "json")
    for answer in answers:
        assert answer.code == 1
        assert fault in answer.err
    assert not out.exists()


def test_a_topic_without_chapters_is_refused(folder: Path, out: Path) -> None:
    topic = folder / "topics" / "bcg-tuberculosis.yaml"
    text = topic.read_text(encoding="utf-8")
    head = text[: text.index("help:")]
    topic.write_text(f"{head}chapters: []\nfindings: []\nextracted: {{by: ab, date: 2026-01-31}}\n", encoding="utf-8")
    answer = on(folder, "monograph", "--out", str(out))
    assert answer.code == 1
    assert "topics/bcg-tuberculosis.yaml:4: chapters: is an empty list; should name at least one chapter" in answer.err


def test_a_folder_with_other_files_is_refused_and_untouched(folder: Path, out: Path) -> None:
    out.mkdir(parents=True)
    (out / "thesis.tex").write_text("years of work", encoding="utf-8")
    answer = on(folder, "monograph", "--out", str(out), "--format", "json")
    assert answer.code == 1
    assert "holds thesis.tex, which no earlier build put there; should be an empty or a new folder" in answer.err
    assert answer.err.endswith("Nothing was changed.\n")
    assert held(out) == {"thesis.tex": b"years of work"}


def test_a_file_where_the_build_should_be_is_refused(folder: Path, out: Path) -> None:
    out.parent.mkdir()
    out.write_text("years of work", encoding="utf-8")
    answer = on(folder, "monograph", "--out", str(out), "--format", "json")
    assert answer.code == 1
    assert "cannot be written: is a file; should be a folder. Nothing was changed." in answer.err


def one_line(said: str) -> str:
    """Return the last line of what was said; a usage error stands there, after how to find help."""
    return said.splitlines()[-1]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("monograph", "--format", "docx"), 2, "'docx' names docx; should be some of html,pdf,json,text"),
        (("monograph", "--format", "json,,docx, odt"), 2, "names docx, odt; should be some of html,pdf,json,text"),
        (("monograph", "--format", ","), 2, "',' names no format"),
        (("evidence", "list", "papers"), 2, "'papers' is not a kind of record; should be one of references, studies"),
        (("evidence", "schema", "papers"), 2, "'papers' has no schema; should be one of references, studies"),
        (("monograph", "nosuch"), 1, "'nosuch' is not a topic of this evidence; it has bcg-tuberculosis."),
        (("show", "bcg-m"), 1, "'bcg-m' is not a finding of bcg-tuberculosis. Near: bcg-ml, bcg-common."),
        (("show", "zzz"), 1, "'zzz' is not a finding of bcg-tuberculosis."),
        (("show", "bcg-ml", "--topic", "nosuch"), 1, "'nosuch' is not a topic of this evidence; it has bcg-tuberculosis."),
        (("show",), 2, "Missing argument 'FINDING'"),
        (("monograf",), 2, "No such command 'monograf'."),
    ],
)
def test_a_wrong_word_gets_one_clear_line(folder: Path, words: tuple[str, ...], code: int, said: str) -> None:
    answer = on(folder, *words) if words != ("monograf",) else Answer(*words)
    assert (answer.code, answer.out) == (code, "")
    assert said in one_line(answer.err)


@pytest.mark.parametrize("day", ["31.1.2026", "today", "2026-02-30", "2026", ""])
def test_a_date_that_is_no_day_is_a_usage_error(folder: Path, day: str) -> None:
    answer = on(folder, "evidence", "check", day=day)
    assert answer.code == 2
    assert f"'{day}' is not a day; should look like 2026-01-31" in one_line(answer.err)


def test_a_day_before_the_evidence_was_read_is_one_line_and_not_a_fault_for_each_record(folder: Path, out: Path) -> None:
    for words in (("evidence", "check"), ("monograph", "--out", str(out)), ("show", "bcg-ml"), ("evidence", "list", "studies")):
        answer = on(folder, *words, day="2020-01-01")
        assert (answer.code, answer.out) == (1, "")
        assert answer.err == "--as-of 2020-01-01: the evidence was read up to 2026-01-31; give that day or a later one.\n"


def test_a_day_that_is_still_to_come_is_a_fault_of_its_file(folder: Path, out: Path) -> None:
    broken(folder / "studies" / "aronson-1948.yaml", "by: ab, date: 2026-01-31", "by: ab, date: 3026-01-31")
    answer = on(folder, "monograph", "--out", str(out))
    assert answer.code == 1
    assert "extracted.date: is 3026-01-31; should not be after" in answer.err


def test_prose_that_no_chapter_shows_is_a_fault(folder: Path, out: Path) -> None:
    (folder.parent / "chapters" / "bcg-tuberculosis" / "lost.md").write_text("Nobody reads this.\n", encoding="utf-8")
    answer = on(folder, "monograph", "--out", str(out))
    assert answer.code == 1
    assert "chapters/bcg-tuberculosis/lost.md:1: is no chapter of topics/bcg-tuberculosis.yaml; should be one" in answer.err


@pytest.mark.parametrize("place", ["missing", "a file", "empty"])
def test_evidence_that_is_none_is_said_in_plain_words(tmp_path: Path, place: str) -> None:
    where = tmp_path / place
    if place == "a file":
        where.write_text("x", encoding="utf-8")
    elif place == "empty":
        where.mkdir()
    answer = Answer("evidence", "check", "--evidence", str(where))
    assert answer.code == 1
    right = (
        "vocabulary/units.csv:1: cannot be opened" if place == "empty" else "is not a folder; should be a folder of evidence"
    )
    assert right in answer.err


def test_without_chapters_the_missing_prose_is_named(folder: Path, out: Path) -> None:
    shutil.rmtree(folder.parent / "chapters")
    answer = on(folder, "monograph", "--out", str(out))
    assert answer.code == 1
    assert "chapters/bcg-tuberculosis/does-it-help.md:1: cannot be opened" in answer.err


@pytest.mark.parametrize(
    "words",
    [
        ("evidence", "check"),
        ("evidence", "list", "references"),
        ("evidence", "list", "studies"),
        ("evidence", "list", "searches"),
        ("evidence", "list", "positions"),
        ("evidence", "list", "helplines"),
        ("evidence", "list", "corrections"),
        ("evidence", "list", "topics"),
        ("evidence", "schema"),
        ("evidence", "schema", "studies"),
        ("show", "bcg-ml"),
        ("show", "example-absence"),
        ("monograph", "--format", "json"),
    ],
)
def test_json_is_json(folder: Path, out: Path, words: tuple[str, ...]) -> None:
    extra = ("--out", str(out)) if words[0] == "monograph" else ()
    answer = on(folder, *words, *extra, "--json", day="2026-02-10")
    assert (answer.code, answer.err) == (0, "")
    assert json.loads(answer.out) is not None


def test_faults_as_json_say_file_line_field_and_message(folder: Path) -> None:
    broken(folder / "studies" / "hart-1977.yaml", "design: randomised-trial", "design: trail")
    answer = on(folder, "evidence", "check", "--json", day="2026-02-10")
    assert answer.code == 1
    (fault,) = json.loads(answer.out)["faults"]
    assert (fault["file"], fault["line"], fault["field"]) == ("studies/hart-1977.yaml", 3, "design")


def test_an_old_helpline_fails_the_check_but_not_the_build(folder: Path, out: Path) -> None:
    assert (
        "verified_on: is 2026-01-31; should be at most 180 days before 2027-06-01"
        in on(folder, "evidence", "check", day="2027-06-01").err
    )
    assert on(folder, "monograph", "--out", str(out), "--format", "json", day="2027-06-01").code == 0
    (line,) = json.loads((out / "monograph.json").read_text(encoding="utf-8"))["help"]
    assert line["stale"] is True


def test_schemas_are_written_one_file_a_kind(tmp_path: Path) -> None:
    answer = Answer("evidence", "schema", "--out", str(tmp_path / "deep" / "schemas"), "--json")
    written = {path.name for path in (tmp_path / "deep" / "schemas").iterdir()}
    assert set(json.loads(answer.out)["files"]) == written
    assert {"studies.schema.json", "topics.schema.json", "monograph.schema.json", "law-answer.schema.json"} <= written
    for path in (tmp_path / "deep" / "schemas").iterdir():
        jsonschema.Draft202012Validator.check_schema(json.loads(path.read_text(encoding="utf-8")))


def test_schemas_do_not_replace_a_file(tmp_path: Path) -> None:
    (tmp_path / "schemas").write_text("mine", encoding="utf-8")
    answer = Answer("evidence", "schema", "--out", str(tmp_path / "schemas"))
    assert (answer.code, answer.out) == (1, "")
    assert "cannot be written" in answer.err


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_every_command_names_the_common_options(command: tuple[str, ...]) -> None:
    answer = Answer(*command, "--help")
    assert answer.code == 0
    assert all(option in answer.out for option in ("--json", "--evidence DIR", "--as-of DATE"))


def test_every_command_stands_in_this_table() -> None:
    evidence = {("evidence", command.name) for command in cli.evidence_app.registered_commands}
    alone = {
        ("pool",),
        ("law",),
        ("product",),
        ("interactions",),
        ("exposure",),
        ("assess",),
        ("serve",),
    }  # each has a file of tests of its own
    assert {(command.name,) for command in cli.app.registered_commands} | evidence == set(COMMANDS) | alone


def test_the_version_is_said() -> None:
    assert Answer("--version").out == f"equipoise {__version__}\n"


def test_without_a_day_it_is_today(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "today", lambda: date(2026, 3, 1))
    assert json.loads(Answer("show", "bcg-ml", "--json", "--evidence", str(folder)).out)["as_of"] == "2026-03-01"


def test_a_terminal_and_nothing_else_sees_what_is_being_done(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[Any] = []

    class Console:
        """A terminal that keeps what is said to it."""

        def __init__(self, **_: Any) -> None: ...
        def __enter__(self) -> "Console":
            return self

        def __exit__(self, *_: object) -> None: ...
        def status(self, text: str) -> "Console":
            said.append(text)
            return self

        update = said.append

    monkeypatch.setattr("rich.console.Console", Console)
    for terminal in (False, True):
        monkeypatch.setattr(sys.stderr, "isatty", lambda terminal=terminal: terminal, raising=False)
        with cli.progress() as step:
            step("Writing pdf")
        assert said == (["Starting", "Writing pdf"] if terminal else [])


@pytest.mark.parametrize("terminal", [False, True])
def test_a_terminal_sees_weight_and_colour_and_everything_else_the_same_words(
    terminal: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "One thing is so.\n\nQuestion   Is it?\nCertainty  ●●○○ low certainty\n"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal, raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    cli._say(text)
    said = capsys.readouterr().out
    assert re.sub(r"\x1b\[[0-9;]*m", "", said) == text
    assert ("\x1b[1mOne thing is so.\x1b[0m" in said) is terminal
