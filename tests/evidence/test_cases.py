"""Written cases of people: what must and what must never be said to each, reviewed against the evidence that it is from."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from equipoise.documents.assessment import Assessment, Line, assess
from equipoise.documents.desk import Desk
from equipoise.intake.certificate import read_certificate
from equipoise.outputs.assessment import SCHEMA, assessment_json, assessment_text, help_words
from equipoise.records.reader import read_case

DATA = Path(__file__).parent.parent / "data"
CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
FIELDS = {"because", "case", "certificate", "must", "never"}
MUST = {"person", "clinician", "urgent", "first", "weights", "asked", "inputs", "law", "help", "help_note", "absent_missing"}
NEVER = {"person", "clinician", "lines"}
VALIDATOR = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def written(path: Path) -> dict[str, Any]:
    """Return the case as it was written, every scalar as text."""
    data: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)  # noqa: S506 - text alone
    return data


def on_one_line(text: str) -> str:
    return " ".join(text.split())


def all_lines(answer: Assessment) -> list[Line]:
    """Return the urgent lines and those of every section."""
    return [*answer.urgent, *(line for section in answer.sections for line in section.lines)]


def wrongs(asked: dict[str, Any], answer: Assessment) -> Iterator[str]:
    """Yield what should have been said and was not, and what should not have been said and was."""
    must, never = asked.get("must", {}), asked.get("never", {})
    for register in ("person", "clinician"):
        text = on_one_line(assessment_text(answer, register))  # type: ignore[arg-type]
        yield from (f"{register} lacks {said!r}" for said in must.get(register, ()) if not re.search(said, text))
        yield from (
            f"{register} says {found[0]!r}"
            for said in never.get(register, ())
            if (found := re.search(said, text, re.IGNORECASE))
        )
    lines = all_lines(answer)
    weights = {line.id: line.weight for line in lines}
    yield from (
        f"{name} is {weights.get(name)}, should be {weight}"
        for name, weight in must.get("weights", {}).items()
        if weights.get(name) != weight
    )
    yield from (f"has the line {line.id}" for line in lines for start in never.get("lines", ()) if line.id.startswith(start))
    if "first" in must and answer.first.id != must["first"]:
        yield f"first is {answer.first.id}, should be {must['first']}"
    urgent = [line.id.removeprefix("sign/") for line in answer.urgent]
    if urgent != must.get("urgent", urgent):
        yield f"urgent is {urgent}, should be {must['urgent']}"
    yield from inputs_wrong(must, answer)
    verdicts = {(one.place, one.verdict) for one in answer.law if ("action", "possess") in one.asked}
    yield from (f"no verdict {one} among {verdicts}" for one in must.get("law", {}).items() if one not in verdicts)
    helps = [help_words(entry) for entry in answer.help]
    if "help" in must and not re.search(must["help"][0], helps[0]):
        yield f"first help is {helps[0]}"
    yield from (f"no help {said!r}" for said in must.get("help", ()) if not any(re.search(said, words) for words in helps))
    if "help_note" in must and not re.search(must["help_note"], answer.help_note or "none"):
        yield f"help_note is {answer.help_note}"
    yield from (f"{gap.field} is missing" for gap in answer.missing if gap.field in must.get("absent_missing", ()))


def inputs_wrong(must: dict[str, Any], answer: Assessment) -> Iterator[str]:
    """Yield what became of an input and should not have."""
    became = {(item.given, item.became) for item in answer.inputs}
    yield from (f"{one[0]!r} did not become {one[1]!r}" for one in must.get("inputs", {}).items() if one not in became)
    asked = {(item.given, offer) for item in answer.inputs for offer in item.suggestions if item.became == "asked"}
    yield from (f"{one[0]!r} is not asked back as {one[1]!r}" for one in must.get("asked", {}).items() if one not in asked)


def test_there_are_at_least_forty_cases_each_with_its_reason() -> None:
    assert len(CASES) >= 40
    for path in CASES:
        asked = written(path)
        assert set(asked) <= FIELDS, path.name
        assert set(asked.get("must", {})) <= MUST, path.name
        assert set(asked.get("never", {})) <= NEVER, path.name
        assert asked["because"].strip(), path.name


@pytest.mark.parametrize("path", CASES, ids=[path.stem for path in CASES])
def test_what_must_be_said_is_said_and_what_must_never_be_said_is_not(path: Path, assessment_desk: Desk) -> None:
    asked = written(path)
    case, faults = read_case(asked["case"])
    assert case is not None, faults
    answer = assess(assessment_desk, case, read_certificate(DATA / asked["certificate"]) if "certificate" in asked else None)
    assert list(wrongs(asked, answer)) == []
    assert [error.message for error in VALIDATOR.iter_errors(json.loads(assessment_json(answer)))] == []


def test_a_case_that_expects_what_is_not_said_fails(assessment_desk: Desk) -> None:
    case, _ = read_case({"medicines": ["Xanax"]})
    assert case is not None
    answer = assess(assessment_desk, case)
    must = {
        "person": ["Zanax"],
        "weights": {"interaction/alprazolam/benzodiazepines": "minor"},
        "urgent": ["seizure"],
        "first": "first/nothing",
        "asked": {"Xanax": "Zantac"},
        "inputs": {"Xanax": "asked"},
        "law": {"US-TN": "unlawful"},
        "help": ["116 123"],
        "help_note": "none",
        "absent_missing": ["age"],
    }
    found = list(wrongs({"must": must, "never": {"person": ["alprazolam"], "lines": ["interaction/"]}}, answer))
    assert len({word.partition(" ")[0] for word in found}) >= 9
