"""Whole outputs of a small fixed evidence set stay as they are until somebody means to change them."""

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from equipoise import __version__
from equipoise.documents.monograph import Monograph, monograph
from equipoise.outputs.html import site
from equipoise.outputs.json import finding_json, monograph_json
from equipoise.outputs.text import finding_text, monograph_text
from equipoise.records.rules import sound

BCG = Path(__file__).parents[1] / "data" / "bcg"
DAY = date(2026, 6, 1)

Golden = Callable[[str, str], None]


@pytest.fixture(scope="module")
def document() -> Monograph:
    evidence = sound(BCG / "evidence", BCG / "chapters", DAY)
    return monograph(evidence, evidence.topics["bcg-tuberculosis"], DAY)


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


def test_monograph_json(document: Monograph, golden: Golden) -> None:
    golden("monograph.json", steady_json(monograph_json(document)))


def test_monograph_text(document: Monograph, golden: Golden) -> None:
    golden("monograph.txt", without_version(monograph_text(document)))


@pytest.mark.parametrize("page", ["index.html", "examples.html"])
def test_monograph_page(document: Monograph, golden: Golden, page: str) -> None:
    golden(page, without_version(site(document)[page].decode()))


def test_every_finding_as_the_terminal_shows_it(document: Monograph, golden: Golden) -> None:
    golden(
        "show.txt", without_version("\n\n\n".join(finding_text(finding, document) for finding in document.findings.values()))
    )


def test_a_finding_alone_is_the_finding_of_the_monograph(document: Monograph) -> None:
    whole = {finding["id"]: finding for finding in json.loads(monograph_json(document))["findings"]}
    assert {name: json.loads(finding_json(finding)) for name, finding in document.findings.items()} == whole


def test_the_set_holds_every_kind_of_finding(document: Monograph) -> None:
    kinds = {finding.basis.kind for finding in document.findings.values()}
    assert kinds == {"pooled", "reported", "contrast", "series", "absence", "position", "tally"}
