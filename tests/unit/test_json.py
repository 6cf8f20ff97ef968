"""JSON that others read: as its schema says, with all that a finding has, and nothing that JSON does not know."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from equipoise.documents.monograph import Monograph
from equipoise.outputs.json import SCHEMA, finding_json, monograph_json
from equipoise.outputs.plain import plain
from equipoise.records.reader import read
from equipoise.values.dates import PartialDate
from equipoise.values.estimate import Estimate
from equipoise.values.missing import Missing

BCG = Path(__file__).parents[1] / "data" / "bcg"
CONTRACT = json.loads(SCHEMA.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def data(small: Monograph) -> Any:
    return json.loads(monograph_json(small))


def test_a_monograph_keeps_its_schema(data: Any) -> None:
    jsonschema.Draft202012Validator.check_schema(CONTRACT)
    jsonschema.validate(data, CONTRACT)


@pytest.mark.parametrize(
    ("where", "wrong"),
    [
        (("findings", 0, "sources"), []),
        (("findings", 0, "certainty"), "sure"),
        (("findings", 0, "statement"), "a" * 141),
        (("findings", 0, "estimate", "interval"), [0.1]),
        (("findings", 0, "sources", 0), {"ref": "x"}),
        (("as_of",), "today"),
        (("chapters",), []),
    ],
)
def test_the_schema_refuses_what_is_no_finding(data: Any, where: tuple[str | int, ...], wrong: Any) -> None:
    broken = json.loads(json.dumps(data))
    place = broken
    for step in where[:-1]:
        place = place[step]
    place[where[-1]] = wrong
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, CONTRACT)


def test_the_day_asked_for_stands_everywhere(data: Any) -> None:
    assert data["as_of"] == "2026-06-01"
    assert {finding["as_of"] for finding in data["findings"]} == {"2026-06-01"}


def test_every_chapter_names_findings_that_are_there_and_every_source_opens(data: Any) -> None:
    findings = {finding["id"]: finding for finding in data["findings"]}
    assert {name for chapter in data["chapters"] for name in chapter["findings"]} == set(findings)
    references, searches = ({item["id"] for item in data[kind]} for kind in ("references", "searches"))
    for finding in findings.values():
        for source in finding["sources"]:
            assert source.get("ref") in references or source.get("search") in searches


def test_an_estimate_says_its_interval_level_and_counts(data: Any) -> None:
    series = next(finding["estimate"] for finding in data["findings"] if finding["id"] == "example-series")
    assert series["counts"] == {"events": 250, "total": 500}
    assert (series["level"], series["interval_kind"]) == (0.95, "confidence (Wilson, computed here)")
    pooled = data["findings"][0]["estimate"]
    assert pooled["prediction_interval"][0] < pooled["interval"][0] < pooled["value"] < pooled["interval"][1]


def test_a_pooled_finding_has_all_its_analyses_and_no_other_has_any(data: Any) -> None:
    for finding in data["findings"]:
        held = finding["multiverse"]
        assert (held is not None) == (finding["basis"]["kind"] == "pooled")
        if held is None:
            continue
        first = held["specifications"][held["primary"]]
        low, high = finding["estimate"]["interval"]
        assert [first["value"], first["low"], first["high"]] == pytest.approx([finding["estimate"]["value"], low, high])
        values = [one["value"] for one in held["specifications"] if "value" in one]
        assert values == sorted(values)
        sizes = [len(choice["options"]) for choice in held["choices"]]
        assert len({tuple(one["options"]) for one in held["specifications"]}) == len(held["specifications"])
        assert all(at < size for one in held["specifications"] for at, size in zip(one["options"], sizes, strict=True))
        assert sum(held["levels"].values()) == len(values)
        assert held["sets"][first["study_set"]] == finding["basis"]["records"]


def test_a_number_that_is_none_is_refused_and_never_written_as_nan(small: Monograph) -> None:
    finding = small.findings["example-tally"]
    estimate = replace(finding.estimate or Estimate(measure="", value=0, unit="", printed=""))
    object.__setattr__(estimate, "value", float("nan"))
    with pytest.raises(ValueError, match="not JSON compliant"):
        finding_json(replace(finding, estimate=estimate))


class Colour(Enum):
    """Something with values."""

    RED = "red"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Decimal("0.50"), "0.50"),
        (PartialDate.parse("2017-03"), "2017-03"),
        (date(2026, 1, 31), "2026-01-31"),
        (Missing.NOT_REPORTED, "not-reported"),
        (Colour.RED, "red"),
        ({1: (Decimal(2), None)}, {"1": ["2", None]}),
        (True, True),
    ],
)
def test_values_of_the_house_become_what_json_knows(value: object, shown: object) -> None:
    assert plain(value) == shown
    assert json.loads(json.dumps(plain(value))) == shown


def test_records_are_listed_under_the_keys_of_their_files() -> None:
    evidence = read(BCG / "evidence")[0]
    listed = plain(evidence.references["vanhouwelingen-2002"])
    assert (listed["container-title"], listed["issued"], listed["volume"]) == ("Statistics in Medicine", "2002", "21")
