"""Whole outputs of a small fixed evidence set stay as they are until somebody means to change them."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from assessed import urgent
from equipoise import __version__
from equipoise.documents.monograph import Monograph
from equipoise.outputs.assessment import Register, assessment_json, assessment_text
from equipoise.outputs.assessment_page import assessment_page
from equipoise.outputs.html import site
from equipoise.outputs.json import finding_json, monograph_json
from equipoise.outputs.text import finding_text, monograph_text

Golden = Callable[[str, str], None]


def without_version(text: str) -> str:
    """Return the text without what a release changes."""
    return re.sub(rf"(?<![\w.]){re.escape(__version__)}(?![\w.])", "VERSION", text)


def steady(value: Any) -> Any:
    """Return the data with twelve digits of each number: the last bits differ between processors."""
    if isinstance(value, dict):
        return {key: steady(item) for key, item in value.items()}
    if isinstance(value, list):
        return [steady(item) for item in value]
    return float(f"{value:.12g}") if isinstance(value, float) else value


def steady_json(text: str) -> str:
    return without_version(json.dumps(steady(json.loads(text)), ensure_ascii=False, indent=1) + "\n")


def test_monograph_json(small: Monograph, golden: Golden) -> None:
    golden("monograph.json", steady_json(monograph_json(small)))


def test_monograph_text(small: Monograph, golden: Golden) -> None:
    golden("monograph.txt", without_version(monograph_text(small)))


@pytest.mark.parametrize("page", ["index.html", "examples.html"])
def test_monograph_page(small: Monograph, golden: Golden, page: str) -> None:
    golden(page, without_version(site(small)[page].decode()))


def test_every_finding_as_the_terminal_shows_it(small: Monograph, golden: Golden) -> None:
    golden("show.txt", without_version("\n\n\n".join(finding_text(finding, small) for finding in small.findings.values())))


def test_a_finding_alone_is_the_finding_of_the_monograph(small: Monograph) -> None:
    whole = {finding["id"]: finding for finding in json.loads(monograph_json(small))["findings"]}
    assert {name: json.loads(finding_json(finding)) for name, finding in small.findings.items()} == whole


def test_the_set_holds_every_kind_of_finding(small: Monograph) -> None:
    kinds = {finding.basis.kind for finding in small.findings.values()}
    assert kinds == {"pooled", "reported", "contrast", "series", "absence", "position", "tally"}


@pytest.mark.parametrize("register", ["person", "clinician"])
def test_an_assessment_as_text_and_as_a_page(golden: Golden, register: Register) -> None:
    golden(f"assessment-{register}.txt", assessment_text(urgent(), register))
    page = re.sub(r"(?s)<style>.*</style>", "<style></style>", assessment_page(urgent(), register))
    golden(f"assessment-{register}.html", page)


def test_an_assessment_as_json(golden: Golden) -> None:
    golden("assessment.json", assessment_json(urgent()))
