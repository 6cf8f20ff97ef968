"""docs/methods/agreement.md hides no disagreement: each expected failure and each printed number in people stands on it."""

import ast
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from equipoise.findings.citing import words_of
from equipoise.findings.pharmacokinetics import Comparison, comparisons, metric_words, two_digits
from equipoise.records import places
from equipoise.records.rules import part

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT / "tests" / "published"
ENGINES = re.compile(r"equipoise\.engines\.(receptors|pharmacokinetics|interactions|products)\b")
SHOWN = ["study", "after", "number", "printed", "typical person", "90% of people", ""]


@pytest.fixture(scope="module")
def page() -> str:
    return (ROOT / "docs" / "methods" / "agreement.md").read_text(encoding="utf-8")


def expected_failures() -> Iterator[tuple[str, str, str]]:
    """Each test of the mechanism that is marked to fail: its file, its name, and the reason."""
    for path in sorted(PUBLISHED.glob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        if ENGINES.search(text) is None:
            continue
        for function in ast.walk(ast.parse(text)):
            if isinstance(function, ast.FunctionDef):
                for node in (part for mark in function.decorator_list for part in ast.walk(mark)):
                    if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.xfail":
                        said = {item.arg: ast.literal_eval(item.value) for item in node.keywords}
                        assert said["strict"] is True
                        yield path.name, function.name, said["reason"]


def test_each_expected_failure_of_the_mechanism_stands_on_the_page_with_its_reason_and_no_other(page: str) -> None:
    failures = list(expected_failures())
    assert len(failures) >= 9
    items = [" ".join(item.split()) for item in re.findall(r"^- `test_.*(?:\n  .*)*", page, re.MULTILINE)]
    named = sorted(re.findall(r"^- `(test_\w+\.py::test_\w+)`", page, re.MULTILINE))
    assert named == sorted(f"{file}::{name}" for file, name, _ in failures)
    for file, name, reason in failures:
        item = next(item for item in items if item.startswith(f"- `{file}::{name}`"))
        assert reason in item, f"the page should say of {name}: {reason}"


def row(one: Comparison) -> str:
    dose = "" if one.dose_mg is None else f", {one.dose_mg:g} mg"
    times = "" if (one.times or 1) == 1 else f", {one.times} times"
    unit = "" if one.unit == "ratio" else f" {one.unit}"
    reach = "" if one.expected is None else f"{two_digits(one.expected[0])} to {two_digits(one.expected[1])}{unit}"
    cells = (
        words_of(one.study),
        f"{re.split(r',| [(]', one.product)[0]}{dose}{times}",
        f"{one.analyte}, {metric_words(one.metric)}",
        f"{one.statistic} {one.printed}",
        f"{two_digits(one.model)}{unit}",
        reach,
        "agrees" if one.agrees else "**outside**" if one.outside else "differs",
    )
    return f"| {' | '.join(cells)} |"


def test_the_table_has_every_printed_number_in_people_that_the_model_can_give(page: str) -> None:
    evidence = part(
        places.shipped()[0], lambda file: file.startswith(("exposures/", "parameters/mitragynine-leaf")), (), date.max
    )
    found = comparisons(evidence, evidence.parameters["mitragynine-leaf"])
    right = [row(one) for one in found]
    head = f"| {' | '.join(SHOWN)} |"
    shown = page[page.index(head) :].partition("\n\n")[0].splitlines()[2:]
    assert shown == right, "the table should be:\n" + "\n".join(right)
