"""What stands in docs/ is what the program says."""

import dataclasses
import doctest
import json
import re
import textwrap
from datetime import date
from pathlib import Path

import pytest

from equipoise.documents.cases import faults as faults_of
from equipoise.outputs.assessment import SCHEMA as ASSESSMENT_SCHEMA
from equipoise.outputs.exposure import SCHEMA as EXPOSURE_SCHEMA
from equipoise.outputs.interactions import SCHEMA as INTERACTIONS_SCHEMA
from equipoise.outputs.json import SCHEMA
from equipoise.outputs.law import SCHEMA as LAW_SCHEMA
from equipoise.outputs.product import SCHEMA as PRODUCT_SCHEMA
from equipoise.records.case import Case, KratomUse, Phenotypes, Report
from equipoise.records.evidence import KINDS
from equipoise.records.forms import form, parts
from equipoise.records.reader import read_case, read_record, schemas
from equipoise.records.text import compose
from equipoise.records.text import plain as plain_data
from equipoise.records.topic import Topic
from equipoise.records.vocabulary import Vocabulary

DOCS = Path(__file__).parents[2] / "docs"


def test_the_schemas_in_docs_are_those_of_the_reader() -> None:
    """Run `make docs` after a change of a record kind."""
    kept = {path.name.removesuffix(".schema.json"): json.loads(path.read_text()) for path in (DOCS / "schemas").glob("*.json")}
    answers = {
        "monograph": SCHEMA,
        "law-answer": LAW_SCHEMA,
        "product-answer": PRODUCT_SCHEMA,
        "interactions-answer": INTERACTIONS_SCHEMA,
        "exposure-answer": EXPOSURE_SCHEMA,
        "assessment": ASSESSMENT_SCHEMA,
    }
    assert kept == {**schemas(), **{name: json.loads(path.read_text()) for name, path in answers.items()}}


def example(kind: str) -> str:
    """Return the record that docs/evidence.md shows of a kind."""
    page = (DOCS / "evidence.md").read_text(encoding="utf-8")
    section = rf"^## \w+: `{kind}/<id>\.yaml`\n(?:(?:[^ #\n][^\n]*)?\n)+"
    found = re.search(section + r"((?:(?:    [^\n]*)?\n)+)", page, re.MULTILINE)
    assert found is not None, kind
    return textwrap.dedent(found[1])


@pytest.mark.parametrize("kind", KINDS)
def test_the_record_on_the_page_can_be_read(kind: str) -> None:
    record, faults = read_record(KINDS[kind], example(kind), kind)
    assert [str(fault) for fault in faults] == []
    assert record is not None


def test_the_topic_on_the_page_has_each_kind_of_finding_and_names_each_key() -> None:
    topic, _ = read_record(Topic, example("topics"), "topic")
    assert topic is not None
    kinds = parts(form(Topic)["findings"].holds)
    assert {type(finding) for finding in topic.findings} == set(kinds)
    said = set(re.findall(r"[a-z_]+(?=:)", example("topics")))
    assert {key for kind in kinds for key in form(kind)} <= said


def test_the_page_names_each_table_with_its_columns() -> None:
    page = (DOCS / "evidence.md").read_text(encoding="utf-8")
    for table, entry in form(Vocabulary).items():
        (kind,) = parts(entry.holds)
        assert f"| `{table.replace('_', '-')}.csv` | `{','.join(form(kind))}` |" in page


def test_the_case_on_the_page_is_one_and_the_page_names_each_field() -> None:
    page = (DOCS / "assessment.md").read_text(encoding="utf-8")
    section = re.search(r"^## The case\n(?:(?:[^ #\n][^\n]*)?\n)+((?:(?:    [^\n]*)?\n)+)", page, re.MULTILINE)
    assert section is not None
    root, _ = compose(textwrap.dedent(section[1]), "case.yaml")
    assert root is not None
    data, _ = plain_data(root, textwrap.dedent(section[1]), "case.yaml")
    case, faults = read_case(data)
    assert case is not None, faults
    assert list(faults_of(case, date(2026, 1, 31))) == []
    fields = {field.name for kind in (Case, KratomUse, Phenotypes, Report) for field in dataclasses.fields(kind)}
    assert {name for name in fields if not re.search(rf"\b{name}\b", page)} == set()


def test_the_tutorial_says_what_the_engine_says() -> None:
    found = doctest.testfile(str(DOCS / "tutorial.md"), module_relative=False)
    assert found.attempted > 30
    assert found.failed == 0
