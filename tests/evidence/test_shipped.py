"""Every record that we ship keeps every rule, and every schema that editors use accepts it."""

from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from equipoise.records import places
from equipoise.records.evidence import Evidence
from equipoise.records.faults import Fault
from equipoise.records.reader import read, schemas
from equipoise.records.rules import check

EVIDENCE, CHAPTERS = places.shipped()
SCHEMAS = schemas()


def newest_extraction(evidence: Evidence) -> date:
    """Return the day of the youngest record, so that this test does not age; `equipoise evidence check` judges freshness."""
    return max(record.extracted.date for _, record in evidence.records())


@pytest.fixture(scope="module")
def faults() -> tuple[Fault, ...]:
    evidence, _ = read(EVIDENCE, CHAPTERS)
    return check(EVIDENCE, CHAPTERS, newest_extraction(evidence), freshness=False)[1]


def test_every_rule_holds_for_the_shipped_evidence(faults: tuple[Fault, ...]) -> None:
    assert not [str(fault) for fault in faults]


def as_numbers(data: Any) -> Any:
    """Return the data as an editor takes them: what looks like a number is one."""
    if isinstance(data, dict):
        return {key: as_numbers(value) for key, value in data.items()}
    if isinstance(data, list):
        return [as_numbers(item) for item in data]
    try:
        return int(data)
    except ValueError:
        try:
            return float(data)
        except ValueError:
            return data


@pytest.mark.parametrize("kind", SCHEMAS)
def test_the_schemas_accept_the_shipped_files_as_text_and_as_editors_take_them(kind: str) -> None:
    validator = jsonschema.Draft202012Validator(SCHEMAS[kind])
    refused: list[str] = []
    for path in sorted(Path(EVIDENCE, kind).glob("*.yaml")):
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)  # noqa: S506 - it makes text and nothing else
        for seen in (data, as_numbers(data)):
            refused += [f"{path.name}: {error.json_path}: {error.message}" for error in validator.iter_errors(seen)]
    assert not refused
