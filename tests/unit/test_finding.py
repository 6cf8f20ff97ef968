"""A Finding that is wrong cannot exist."""

from dataclasses import replace
from datetime import date

import pytest

from equipoise.findings.finding import Basis, Citation, Finding, Level, Reason, numbers
from equipoise.values.estimate import Counts, Estimate, Interval, Part

ESTIMATE = Estimate(
    measure="proportion",
    value=65.0,
    unit="%",
    printed="65%",
    interval=Interval(low=63.25, high=66.75),
    prediction=Interval(low=40.5, high=84.0, kind="prediction"),
    counts=Counts(events=1819, total=2798),
    parts=(Part(label="One", record="one/share", value=61.0, counts=Counts(events=61, total=1000)),),
)
FINDING = Finding(
    id="motive",
    question="Why?",
    statement="65% of users in a web survey said they use it for mood.",
    estimate=ESTIMATE,
    certainty=Level.LOW,
    because=(Reason(domain="risk of bias", change=-2, why="high risk in sampling"),),
    sources=(Citation(ref="one", at="Abstract"),),
    basis=Basis(kind="reported", engine="register", options=(), records=("one/share",), version="0"),
    as_of=date(2026, 1, 31),
)


def test_a_statement_has_at_most_140_characters() -> None:
    assert replace(FINDING, statement="a" * 140).statement
    with pytest.raises(ValueError, match="has 141 characters; should have at most 140"):
        replace(FINDING, statement="a" * 141)


@pytest.mark.parametrize("said", ["65%", "1,819 of 2,798", "63.25 to 66.75", "40.5 to 84", "61 of 1,000"])
def test_a_statement_may_print_value_interval_prediction_counts_and_parts(said: str) -> None:
    assert replace(FINDING, statement=f"It was {said}, no more.")


@pytest.mark.parametrize(
    ("said", "stray"),
    [("64%", "64"), ("65.0%", "65.0"), ("1819", "1819"), ("65mg", None), ("66mg", "66"), ("-3.2", "3.2"), ("5-10", "5, 10")],
)
def test_a_number_that_the_estimate_lacks_is_refused_as_it_is_printed(said: str, stray: str | None) -> None:
    if stray is None:
        assert replace(FINDING, statement=f"It was {said}.")
    else:
        with pytest.raises(ValueError, match=f"motive: the statement holds {stray}, which the estimate does not"):
            replace(FINDING, statement=f"It was {said}.")


def test_without_an_estimate_no_number_may_be_said() -> None:
    assert replace(FINDING, estimate=None, statement="No trial was found.")
    with pytest.raises(ValueError, match="holds 65"):
        replace(FINDING, estimate=None)


def test_there_is_no_finding_without_a_source() -> None:
    with pytest.raises(ValueError, match="there is no source"):
        replace(FINDING, sources=())


def test_a_grade_has_a_reason_and_what_is_not_graded_needs_none() -> None:
    assert replace(FINDING, certainty=Level.NOT_GRADED, because=())
    with pytest.raises(ValueError, match="the certainty is low without a reason"):
        replace(FINDING, because=())


def test_what_stands_in_sight_is_one_of_the_caveats() -> None:
    assert replace(FINDING, caveats=("Small.", "Old."), in_sight=("Old.",))
    with pytest.raises(ValueError, match="what stands in sight is no caveat"):
        replace(FINDING, caveats=("Small.",), in_sight=("Old.",))


@pytest.mark.parametrize(
    ("ref", "at", "search", "on", "why"),
    [
        (None, None, None, None, "a source is a reference or a search"),
        ("one", "Abstract", "two", "2026-01-31", "a source is a reference or a search"),
        ("one", None, None, None, "has no place in it"),
        ("one", "", None, None, "has no place in it"),
        (None, None, "two", None, "the search two has no date"),
    ],
)
def test_a_source_is_a_reference_with_its_place_or_a_search_with_its_date(
    ref: str | None, at: str | None, search: str | None, on: str | None, why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        Citation(ref=ref, at=at, search=search, on=on)


@pytest.mark.parametrize(
    "name", ["CYP2D6", "CYP3A4", "7-hydroxymitragynine", "7-OH", "5-HT1A", "5-HT2B", "PHQ-9", "DSM-5", "GAD-7"]
)
def test_digits_in_a_name_are_no_number(name: str) -> None:
    assert numbers(f"{name} and {name}, ({name}).") == []


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("1,819 of 2,798, and 12,345,678.", ["1,819", "2,798", "12,345,678"]),
        ("0.50 (0.3 to 1).", ["0.50", "0.3", "1"]),
        ("5\N{EN DASH}10 points, .5 or 3.5mg.", ["5", "10", "5", "3.5"]),
        ("A 12-week trial of 65-year-olds.", ["12", "65"]),
        ("In 2017, 40% of 10 people.", ["2017", "40", "10"]),
    ],
)
def test_every_other_number_is_found_whole(said: str, found: list[str]) -> None:
    assert numbers(said) == found


def test_a_finding_reads_as_one_plain_line() -> None:
    assert str(FINDING) == "65% of users in a web survey said they use it for mood. (certainty: low)"


def test_dots_count_the_certainty() -> None:
    assert [level.dots for level in Level] == [4, 3, 2, 1, 0]
