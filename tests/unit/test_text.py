"""Plain text holds what the document holds, in 80 columns and without a sign that a terminal would obey."""

import dataclasses
import shlex
import unicodedata
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from equipoise.apps.cli import app
from equipoise.documents.monograph import Monograph
from equipoise.outputs import text
from equipoise.records import places
from equipoise.records.evidence import KINDS
from equipoise.records.rules import sound
from equipoise.values.estimate import Counts, Estimate, Interval, Part

BCG = Path(__file__).parents[1] / "data" / "bcg" / "evidence"


def squeezed(words: str) -> str:
    return " ".join(words.split())


@pytest.fixture(scope="session")
def whole(shipped: Monograph) -> str:
    return text.monograph_text(shipped)


def test_every_statement_stands_in_the_text_with_its_certainty_after_it(whole: str, shipped: Monograph) -> None:
    said = squeezed(whole)
    for page in shipped.chapters:
        for name in page.findings:
            finding = shipped.findings[name]
            certainty = text.certainty_words(finding.certainty)
            assert f"* {squeezed(finding.statement)} {certainty[0].upper()}{certainty[1:]}" in said


def test_the_text_keeps_to_80_columns_but_for_an_address_on_its_own(whole: str) -> None:
    assert [line for line in whole.splitlines() if len(line) > 80 and " " in line.strip()] == []


def test_the_text_holds_no_control_character_but_the_end_of_a_line(whole: str) -> None:
    assert {unicodedata.category(sign) for sign in whole if sign != "\n"}.isdisjoint({"Cc", "Cf"})


def test_help_stands_before_the_first_chapter(whole: str, shipped: Monograph) -> None:
    assert -1 < whole.index("call or text 988") < whole.index(shipped.chapters[0].title.upper())


def test_an_escape_code_in_a_record_does_not_reach_the_terminal(small: Monograph) -> None:
    finding = dataclasses.replace(
        small.findings["example-position"], caveats=("\x1b[31mRed\x1b[0m \x07bell \u202eback",), in_sight=()
    )
    document = dataclasses.replace(small, subtitle=finding.caveats[0])
    for said in (text.finding_text(finding, document), text.monograph_text(document)):
        assert "[31mRed[0m bell back" in said


def test_show_says_sentence_number_reasons_sources_with_place_and_address_and_caveats(small: Monograph) -> None:
    finding = small.findings["bcg-ml"]
    said = squeezed(text.finding_text(finding, small))
    expected = [finding.statement, finding.question, text.certainty_words(finding.certainty), *finding.caveats]
    expected += [text.reason_words(reason) for reason in finding.because]
    for source in finding.sources:
        assert source.ref is not None
        expected += [f"{small.references[source.ref].short}, {source.at}", small.references[source.ref].url]
    expected += ["Aronson 1948 ", "Together", "measure: OR", "aronson-1948/tuberculosis"]
    assert [words for words in expected if squeezed(words) not in said] == []


def test_show_says_the_verdict_of_all_analyses_their_choices_and_what_they_are_not(small: Monograph) -> None:
    finding = small.findings["bcg-ml"]
    assert finding.multiverse is not None
    said = text.finding_text(finding, small)
    part = said[said.index("\nOther analyses\n") : said.index("\nSources\n")]
    assert squeezed(finding.multiverse.said) in squeezed(part)
    assert "Of 24 defensible analyses, all agree with the one shown (0.474 to 0.483)" in squeezed(part)
    assert "ML * 0.48 100% REML 0.478 100%" in squeezed(part)
    assert finding.multiverse.declared in part
    assert "A multiverse is no estimate" in squeezed(part)
    assert max(map(len, part.splitlines())) <= 80
    assert "Other analyses" not in text.finding_text(small.findings["first-trial"], small)


@pytest.mark.parametrize(
    "name", ["bcg-ml", "first-trial", "example-contrast", "example-absence", "example-position", "example-tally"]
)
def test_the_command_that_show_prints_gives_the_same_answer(small: Monograph, name: str) -> None:
    said = text.finding_text(small.findings[name], small)
    command = next(line for line in said.splitlines() if line.startswith("  equipoise show"))
    answer = CliRunner().invoke(app, [*shlex.split(command)[1:], "--evidence", str(BCG)])
    assert (answer.exit_code, answer.output) == (0, said)


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_has_a_line_for_each_record_under_the_names_of_its_columns(
    evidence_folder: Path, as_of: date, kind: str
) -> None:
    records = getattr(sound(evidence_folder, places.beside(evidence_folder), as_of), kind)
    names, *lines = text.table(kind, records.values()).splitlines()
    assert names.startswith("id ")
    assert [line.split()[0] for line in lines] == list(records)


def test_a_list_of_nothing_is_the_names_of_its_columns() -> None:
    assert text.table("topics", []) == "id  chapters  findings  title\n"


@pytest.mark.parametrize(
    ("estimate", "said"),
    [
        (
            Estimate(
                measure="proportion",
                value=25,
                unit="%",
                printed="25%",
                interval=Interval(low=19.5, high=31.4),
                counts=Counts(events=50, total=200),
            ),
            "proportion 25% (95% confidence interval 20% to 31%; 50 of 200)",
        ),
        (
            Estimate(
                measure="correlation",
                value=-0.2,
                unit="correlation",
                printed="-0.2",
                interval=Interval(low=-0.3, high=-0.1, level=0.9),
            ),
            "correlation −0.2 (90% confidence interval −0.3 to −0.1)",
        ),
        (
            Estimate(
                measure="median", value=3, unit="h", printed="3 h", interval=Interval(low=1, high=9, kind="IQR", level=None)
            ),
            "median 3 h (interquartile range 1 to 9)",
        ),
        (
            Estimate(measure="distance between studies", value=23.5, unit="percentage points", printed="2% to 25.5%"),
            "distance between studies 23.5 percentage points (2% to 25.5%)",
        ),
        (Estimate(measure="value", value=10.5, unit="µM", printed="10.5 µM"), "10.5 µM"),
    ],
)
def test_a_number_is_said_with_its_interval_and_counts(estimate: Estimate, said: str) -> None:
    assert text.number_words(estimate) == said


def test_a_ratio_and_its_inverse_lie_as_far_from_no_difference(small: Monograph) -> None:
    parts = tuple(Part(label=str(value), record="x", value=value) for value in (0.5, 2.0))
    estimate = Estimate(
        measure="pooled odds ratio",
        value=1.0,
        unit="odds ratio",
        printed="1",
        interval=Interval(low=0.25, high=4),
        parts=parts,
    )
    shape = text.plot(dataclasses.replace(small.findings["bcg-ml"], statement="A ratio.", estimate=estimate))
    assert shape is not None
    assert shape.null is not None
    below, above, together = shape.rows
    assert shape.null - below.at == pytest.approx(above.at - shape.null)
    assert together.whole
    assert (together.low, together.at, together.high) == (pytest.approx(0), pytest.approx(shape.null), pytest.approx(1))


def test_a_plot_of_shares_begins_at_zero_and_holds_every_mark(small: Monograph) -> None:
    shape = text.plot(small.findings["example-contrast"])
    assert shape is not None
    assert shape.ends[0] == "0%"
    marks = [mark for row in shape.rows for mark in (row.low, row.at, row.high) if mark is not None]
    assert all(0 <= mark <= 1 for mark in marks)
    assert text.finding_text(small.findings["bcg-ml"], small).count("◆") == 1


def test_what_has_no_parts_has_no_plot(small: Monograph) -> None:
    assert [
        name
        for name in ("first-trial", "example-absence", "example-position", "example-tally")
        if text.plot(small.findings[name])
    ] == []


def test_an_old_number_of_urgent_help_is_marked(small: Monograph) -> None:
    old = tuple(dataclasses.replace(entry, stale=True, channels=(("call", "112"),)) for entry in small.urgent)
    assert all(line.endswith("call 112 (may be out of date)") for line in text.urgent_help(old))
    assert text.urgent_help(old)
