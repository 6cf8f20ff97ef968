"""The reader turns text into typed records, and names every fault of every file with its line."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest
import yaml

from equipoise.records import text as yaml_text
from equipoise.records.evidence import KINDS, Record
from equipoise.records.faults import EvidenceError
from equipoise.records.forms import each, form
from equipoise.records.provenance import Locator
from equipoise.records.reader import read, read_record, schemas
from equipoise.records.reference import Reference
from equipoise.records.rules import check, sound
from equipoise.records.study import Arm, Study
from equipoise.records.topic import Topic
from equipoise.values.dates import PartialDate
from equipoise.values.missing import Missing


def study(text: str) -> Study:
    record, faults = read_record(Study, text, "studies/x.yaml")
    assert not faults
    assert isinstance(record, Study)
    return record


def faults_of(text: str, kind: type[Record] = Study) -> list[str]:
    """Return the faults of one file, each as its line, field and message."""
    _, faults = read_record(kind, text, "x.yaml")
    return [str(fault).removeprefix("x.yaml:") for fault in sorted(faults)]


def line_of(text: str, part: str) -> int:
    assert text.count(part) == 1
    return text[: text.index(part)].count("\n") + 1


# What a value becomes


def test_norway_stays_norway_and_a_printed_digit_stays_printed(study_text: str) -> None:
    read = study(study_text)
    assert read.country == ("NO",)
    quantity = read.outcomes[1].quantity
    assert quantity
    assert str(quantity.value) == "0.50"
    assert read.outcomes[0].count
    assert str(read.outcomes[0].count.percent) == "25.0"


def test_each_field_gets_the_type_that_it_declares(study_text: str) -> None:
    read = study(study_text)
    assert read.sample.size == 200
    assert read.extracted.date == date(2026, 1, 5)
    assert not isinstance(read.conducted, Missing)
    assert (read.conducted.since, read.conducted.until) == (PartialDate(1935, 12), PartialDate(1938))
    assert read.note == "One sentence a line. Say what a reviewer would ask."
    assert [locator.at for _, locator in each(read, Locator)] == [
        "Table I, row 1",
        "Table II",
        "Table III",
        "page 12",
        "Table I",
    ]


def test_not_reported_not_applicable_and_absent_are_three_things(study_text: str) -> None:
    read = study(study_text)
    assert (read.funding, read.interests, read.registered) == (Missing.NOT_REPORTED, Missing.NOT_APPLICABLE, None)


def test_not_reported_is_plain_text_where_a_field_must_be_known(study_text: str) -> None:
    text = study_text.replace("size: 200", "size: not-reported").replace("events: 50", "events: not-reported")
    assert faults_of(text) == [
        f"{line_of(text, 'events: not')}: outcomes[0].count.events: is 'not-reported'; should be a whole number"
    ]


def test_a_key_that_python_cannot_spell_becomes_its_attribute() -> None:
    assert form(Reference)["container-title"].name == "container_title"


def test_every_path_to_a_value_is_spelled_as_in_the_file(study_text: str) -> None:
    text = study_text.replace("count: {events: 50, total: 200, percent: 25.0}", "arms: [{name: a, events: 1, total: 2}]")
    assert [(yaml_text.named(path), arm.name) for path, arm in each(study(text), Arm)] == [("outcomes[0].arms[0]", "a")]


# What is refused in one file

HOW = "'same-sample', 'subset', 'superset', 'partial', 'suspected', 'review-includes' or 'distinct'"
ORDER = (
    "id, title, design, frame, country, conducted, funding, interests, population, recruitment, sample, instruments, outcomes, "
    "risk_of_bias, overlaps, sources, extracted, checked, note"
)

REFUSED = [
    ("title: Survey", "title: Again\ntitle: Survey", "title: Survey of", "title: is repeated; should stand once"),
    (
        "title: Survey",
        "titel: x\ntitle: Survey",
        "titel",
        "titel: is not a field here; should be one that docs/evidence.md shows in this place",
    ),
    ("design: survey\n", "", "id: aronson-1948\n", "design: is missing; should be there"),
    (
        "events: 50, total: 200",
        "events: 50",
        "count: {",
        "outcomes[0].count.total: is missing; should be there",
    ),
    ("size: 200", "size: about 200", "sample:", "sample.size: is 'about 200'; should be a whole number"),
    ("size: 200", "size: 2e2", "sample:", "sample.size: is '2e2'; should be a whole number"),
    ("size: 200", 'size: "²"', "sample:", "sample.size: is '²'; should be a whole number"),
    ("size: 200", "size: [200]", "sample:", "sample.size: is a list; should be a whole number"),
    ("value: 0.50", "value: half", "quantity:", "outcomes[1].quantity.value: is 'half'; should be a number such as 12 or 0.50"),
    ("value: 0.50", "value: .inf", "quantity:", "outcomes[1].quantity.value: is '.inf'; should be a number such as 12 or 0.50"),
    (
        "extracted: {by: ab, date: 2026-01-05}",
        "extracted: {by: ab, date: 2026-02-30}",
        "extracted:",
        "extracted.date: is '2026-02-30'; should be a day of the calendar such as 2026-01-31",
    ),
    (
        "since: 1935-12",
        "since: 1935-13",
        "conducted:",
        "conducted.since: is '1935-13'; should be a date of the calendar such as 2017, 2017-03 or 2017-03-31",
    ),
    ("population: People of the villages", "population: {who: all}", "population:", "population: is a mapping; should be text"),
    (
        "population: People of the villages",
        "population:",
        "population:",
        "population: is empty; should be left out, or say not-reported or not-applicable",
    ),
    (
        "population: People of the villages",
        'population: " "',
        "population:",
        "population: is empty; should be left out, or say not-reported or not-applicable",
    ),
    ("country: [NO]", "country: Norway", "country:", "country: is 'Norway'; should be a list"),
    ("sample: {size: 200, unit: people}", "sample: 200", "sample:", "sample: is '200'; should have keys and values"),
    (
        "how: distinct",
        "how: differs",
        "- {study: ferguson",
        f"overlaps[0].how: is 'differs'; should be {HOW}",
    ),
    (
        "stated: People",
        "count: {events: 1, total: 2}\n    stated: People",
        "- id: words",
        "outcomes[3]: has count and stated; should have one of count, arms, quantity, association, stated",
    ),
    (
        "title: Survey of villages\ndesign: survey",
        "design: survey\ntitle: Survey of villages",
        "design:",
        f"design: is out of order; should come in this order: {ORDER}",
    ),
    (
        'ref: aronson-1948, at: "Table II"',
        'at: "Table II", ref: aronson-1948',
        '"Table II"',
        "outcomes[1].source.at: is out of order; should come in this order: ref, at",
    ),
    (
        "title: Survey",
        "title: &t Survey",
        "title:",
        "title: has a YAML anchor; should be written out wherever it is meant",
    ),
    ("title: Survey", "&t title: Survey", "title:", "title: has a YAML anchor; should be written out wherever it is meant"),
    ("title: Survey", "title: *t", "title:", "is not YAML: found undefined alias"),
    ("title: Survey of villages", "title: !!python/object:os.system ls", "title:", "title: has a YAML tag; should have none"),
    ("title: Survey of villages", "title: !!str ls", "title:", "title: has a YAML tag; should have none"),
    (
        "title: Survey",
        "[a, b]: c\ntitle: Survey",
        "[a, b]",
        "has a key that is not a word; should have words before each colon",
    ),
    ("  - id: link", "\t- id: link", "\t- id", "has a tab before its first word; should have spaces"),
    ("title: Survey", "title: a: b", "title:", "is not YAML: mapping values are not allowed in this context"),
    ("Survey of villages", "Survey \x07", "title:", "holds the character U+0007; should be plain text"),
]


@pytest.mark.parametrize(("old", "new", "at", "fault"), REFUSED, ids=lambda value: value[:40].strip())
def test_one_fault_is_named_once_with_its_line_and_what_would_be_right(
    study_text: str, old: str, new: str, at: str, fault: str
) -> None:
    assert old in study_text
    text = study_text.replace(old, new, 1)
    assert faults_of(text) == [f"{text[: text.index(at)].count(chr(10)) + 1}: {fault}"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "1: is empty; should hold one record"),
        ("# only a comment\n", "1: is empty; should hold one record"),
        ("- id: x\n", "1: is a list; should have keys and values"),
        ("just words\n", "1: is 'just words'; should have keys and values"),
        ("id: x\n---\nid: y\n", "2: is not YAML: but found another document"),
        ("id: {x\n", "2: is not YAML: did not find expected ',' or '}'"),
        ("'" + "x" * 100, "1: is not YAML: found unexpected end of stream"),
    ],
)
def test_a_file_that_is_no_record_has_one_fault(text: str, fault: str) -> None:
    assert faults_of(text) == [fault]


def test_all_faults_of_a_file_come_in_one_run_those_of_order_too(study_text: str) -> None:
    text = study_text.replace("size: 200, unit: people", "unit: people, size: few").replace("events: 50", "events: x")
    assert [fault.split(":")[1].strip() for fault in faults_of(text)] == [
        "sample.size",
        "sample.unit",
        "outcomes[0].count.events",
    ]


def test_a_long_value_is_shown_short() -> None:
    (fault,) = [found for found in faults_of("id: x\nissued: " + "9" * 10_000, Reference) if "issued" in found]
    assert fault.startswith(f"2: issued: is '{'9' * 57}...'; should be a date")


@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        (
            "kind: guessed",
            "{line}: findings[1].kind: is 'guessed'; should be one of 'pooled', 'reported', 'contrast', 'series', ",
        ),
        ("comparable: no", "{before}: findings[1].kind: is missing; should be there"),
    ],
)
def test_a_finding_says_which_kind_it_is(evidence_folder: Path, kind: str, fault: str) -> None:
    text = (evidence_folder / "topics/villages.yaml").read_text(encoding="utf-8").replace("kind: reported", kind)
    line = line_of(text, kind)
    (found,) = faults_of(text, Topic)
    assert found.startswith(fault.format(line=line, before=line - 1))


def test_each_kind_of_finding_has_an_order_of_its_own(evidence_folder: Path) -> None:
    text = (evidence_folder / "topics/villages.yaml").read_text(encoding="utf-8")
    assert not faults_of(text, Topic)
    question = "    question: Is there a trial?\n"
    moved = text.replace(question, "").replace("    searches: [letters-2026]\n", f"    searches: [letters-2026]\n{question}")
    assert [fault.partition(": ")[2] for fault in faults_of(moved, Topic)] == [
        "findings[2].what: is out of order; should come in this order: id, kind, question, what, searches"
    ]


# What YAML could do to us


def test_a_billion_laughs_end_quickly_with_one_fault() -> None:
    laughs = ["a0: &a0 [lol, lol]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    assert faults_of("\n".join(laughs)) == ["1: a0: has a YAML anchor; should be written out wherever it is meant"]


def test_a_file_that_holds_itself_ends_with_one_fault() -> None:
    assert faults_of("id: x\ntitle: &a [*a]\n") == ["2: title: has a YAML anchor; should be written out wherever it is meant"]


DEEP = {
    "brackets": "[" * 100_000,
    "braces": "{a: " * 100_000,
    "dashes": "- " * 100_000 + "a",
    "question-marks": "? " * 100_000 + "a",
    "closed": "[" * 100_000 + "]" * 100_000,
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_a_file_that_nests_without_end_is_a_fault_and_not_the_end_of_the_process(text: str) -> None:
    program = (
        "import sys; from equipoise.records.reader import read_record; from equipoise.records.study import Study; "
        "print(*read_record(Study, sys.stdin.read(), 'x.yaml')[1])"
    )
    done = subprocess.run([sys.executable, "-c", program], input=text, capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout == "x.yaml:1: nests deeper than 20 levels; should hold one record\n"


def test_a_deep_block_is_refused_on_the_line_where_it_becomes_too_deep() -> None:
    assert faults_of("\n".join(f"{' ' * n}a:" for n in range(30))) == [
        "20: nests deeper than 20 levels; should hold one record"
    ]


def test_python_without_libyaml_reads_the_same(monkeypatch: pytest.MonkeyPatch, study_text: str) -> None:
    texts = [study_text, *(study_text.replace(old, new, 1) for old, new, *_ in REFUSED[:23]), "[" * 50]
    expected = [read_record(Study, text, "x.yaml") for text in texts]

    class Loader(yaml.BaseLoader):
        depth = 0
        descend_resolver = yaml_text._Loader.descend_resolver
        ascend_resolver = yaml_text._Loader.ascend_resolver
        resolve = yaml_text._Loader.resolve

    monkeypatch.setattr(yaml_text, "_Loader", Loader)
    assert [read_record(Study, text, "x.yaml") for text in texts] == expected


# How files come from other machines


def test_windows_line_ends_and_a_byte_order_mark_change_nothing(evidence_folder: Path, as_of: date) -> None:
    chapters = evidence_folder.parent / "chapters"
    before = sound(evidence_folder, chapters, as_of)
    for path in [*evidence_folder.rglob("*.yaml"), *evidence_folder.rglob("*.csv"), *chapters.rglob("*.md")]:
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    after = sound(evidence_folder, chapters, as_of)
    assert list(after.records()) == list(before.records())
    assert after.vocabulary == before.vocabulary


def test_lines_are_counted_right_in_windows_files(study_text: str) -> None:
    text = study_text.replace("size: 200", "size: &s 200")
    assert faults_of(text.replace("\n", "\r\n")) == faults_of(text) != []


def test_a_file_that_is_not_utf_8_is_named_with_the_line_of_the_byte(evidence_folder: Path) -> None:
    (evidence_folder / "studies/ferguson-1949.yaml").write_bytes(b"id: ferguson-1949\ntitle: Caf\xe9\n")
    (evidence_folder / "vocabulary/units.csv").write_bytes(b"id,label\nx,\xe9\n")
    assert [str(fault) for fault in read(evidence_folder)[1]] == [
        "vocabulary/units.csv:2: holds the byte 0xe9; should be saved as UTF-8",
        "studies/ferguson-1949.yaml:2: holds the byte 0xe9; should be saved as UTF-8",
    ]


# Whole folders


def test_every_fault_of_every_file_comes_in_one_run_sorted_and_none_follows_from_another(
    evidence_folder: Path, as_of: date
) -> None:
    """Every record links to one of the broken files; only those are named."""
    for name in ("references/aronson-1948", "references/bates-1950", "studies/ferguson-1949", "helplines/us-988"):
        path = evidence_folder / f"{name}.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace("extracted:", "extracted_by:"), encoding="utf-8")
    (evidence_folder / "studies/aronson-1948.yaml").write_text("[", encoding="utf-8")
    with pytest.raises(EvidenceError) as refused:
        sound(evidence_folder, evidence_folder.parent / "chapters", as_of)
    assert [f"{fault.file}:{fault.line}: {fault.field}" for fault in refused.value.faults] == [
        "helplines/us-988.yaml:1: extracted",
        "helplines/us-988.yaml:12: extracted_by",
        "references/aronson-1948.yaml:1: extracted",
        "references/aronson-1948.yaml:11: extracted_by",
        "references/bates-1950.yaml:1: extracted",
        "references/bates-1950.yaml:11: extracted_by",
        "studies/aronson-1948.yaml:1: ",
        "studies/ferguson-1949.yaml:1: extracted",
        "studies/ferguson-1949.yaml:25: extracted_by",
    ]


def test_what_has_no_place_in_the_folder_is_named_and_what_is_hidden_is_not(evidence_folder: Path) -> None:
    (evidence_folder / "recipes").mkdir()
    (evidence_folder / "studies/notes.txt").write_text("x", encoding="utf-8")
    (evidence_folder / "studies/x.yaml").mkdir()
    (evidence_folder / "studies/.gitkeep").touch()
    (evidence_folder / ".DS_Store").touch()
    (evidence_folder / "searches/letters-2026.yaml").unlink()
    (evidence_folder / "searches").rmdir()
    (evidence_folder / "searches").touch()
    kinds = ", ".join(KINDS)
    assert [str(fault) for fault in read(evidence_folder)[1]] == [
        f"recipes:1: is no kind of record; should be a folder: {kinds}, vocabulary",
        f"searches:1: is no kind of record; should be a folder: {kinds}, vocabulary",
        "studies/notes.txt:1: is no record; should be a .yaml file",
        "studies/x.yaml:1: cannot be opened (Is a directory); should be a file of text",
    ]


def test_evidence_that_is_no_folder_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"nowhere: is not a folder; should be a folder of evidence$"):
        read(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("table", "text", "fault"),
    [
        ("units", "id,name\npeople,people\n", "units.csv:1: has the columns id, name; should have id, label"),
        ("units", "", "units.csv:1: has the columns ; should have id, label"),
        ("units", "id,label\npeople,people\npoints\n", "units.csv:3: has 1 cells; should have 2: id, label"),
        ("units", "id,label\npeople,people\npoints, \n", "units.csv:3: label: is empty; should hold a word"),
        (
            "units",
            'id,label\n"people","two\nlines"\npeople,x\n',
            "units.csv:4: id: is 'people', which stands above; should stand once",
        ),
        ("units", 'id,label\n"people"x,y\n', "units.csv:2: is not CSV: ',' expected after '\"'"),
        (
            "designs",
            "id,label,evidence,start,rank\nsurvey,S,human,low,x\n",
            "designs.csv:2: rank: is 'x'; should be a whole number",
        ),
        (
            "bias-domains",
            "instrument,domain,label\nsurvey,sampling,a\ntrial,sampling,b\nsurvey,sampling,c\n",
            "bias-domains.csv:4: domain: is 'sampling', which stands above; should stand once",
        ),
    ],
)
def test_a_broken_table_is_one_fault_and_its_words_are_not_called_unknown(
    evidence_folder: Path, as_of: date, table: str, text: str, fault: str
) -> None:
    (evidence_folder / f"vocabulary/{table}.csv").write_text(text, encoding="utf-8")
    _, faults = check(evidence_folder, None, as_of, freshness=True)
    assert [str(found) for found in faults] == [f"vocabulary/{fault}"]


def test_a_table_and_a_chapter_that_are_not_there_are_named(evidence_folder: Path, as_of: date) -> None:
    (evidence_folder / "vocabulary/frames.csv").unlink()
    (evidence_folder.parent / "chapters/villages/glance.md").unlink()
    _, faults = check(evidence_folder, evidence_folder.parent / "chapters", as_of, freshness=True)
    assert [str(fault) for fault in faults] == [
        "chapters/villages/glance.md:1: cannot be opened (No such file or directory); should be a file of text",
        "vocabulary/frames.csv:1: cannot be opened (No such file or directory); should be a file of text",
    ]


# What editors and the command line get


@pytest.mark.parametrize("kind", KINDS)
def test_schemas_are_json_schema_and_refuse_what_the_reader_refuses(evidence_folder: Path, kind: str) -> None:
    schema = json.loads(json.dumps(schemas()[kind]))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    path = next((evidence_folder / kind).rglob("*.yaml"))
    data = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)  # noqa: S506 - it makes text and nothing else
    assert validator.is_valid(data)
    assert not validator.is_valid({**data, "unknown": "key"})
    assert not validator.is_valid({key: value for key, value in data.items() if key != "extracted"})
    assert not validator.is_valid({**data, "extracted": {"by": "ab", "date": "yesterday"}})


def test_the_check_starts_without_the_libraries_of_the_engines_and_the_web() -> None:
    program = (
        "import sys, equipoise.records.rules; print(*sorted({'numpy', 'scipy', 'jinja2', 'pydantic.main'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout == "\n"


def test_numbers_keep_their_digits_through_the_whole_folder(evidence_folder: Path, as_of: date) -> None:
    found = sound(evidence_folder, None, as_of).outcome("aronson-1948/score")
    assert found is not None
    assert found[1].quantity is not None
    assert found[1].quantity.value.as_tuple() == Decimal("0.50").as_tuple()


def test_a_folder_that_may_not_be_looked_into_is_not_an_empty_one(
    evidence_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As root every folder opens, so the refusal of the system is put in its place."""
    listed = Path.iterdir

    def closed(folder: Path) -> Iterator[Path]:
        if folder.name == "studies":
            raise PermissionError(13, "Permission denied", str(folder))
        return listed(folder)

    monkeypatch.setattr(Path, "iterdir", closed)
    with pytest.raises(PermissionError, match="studies"):
        read(evidence_folder)
