"""The register as it is searched, and as a spreadsheet and a reference manager take it."""

import csv
import io
from dataclasses import replace

import pytest

from equipoise.documents.explorer import SORTS, Entry, Wanted, cited_by, register_of
from equipoise.documents.monograph import Monograph, StudyEntry
from equipoise.outputs.register import COLUMNS, bibtex, studies_csv

SMITH = Entry(id="smith-1990", kind="article-journal", authors=(("Smith", "Ann"),), fields=(("title", "Tea"),))


@pytest.fixture
def two(small: Monograph) -> tuple[StudyEntry, StudyEntry]:
    """Return a large trial in two countries, and a small survey in one."""
    trial, survey = (small.studies[0], small.studies[1])
    return (
        replace(trial, id="b", title="Trial", design="trial", rank=1, frame="clinic", countries="Norway, Nigeria", size=90),
        replace(
            survey,
            id="a",
            title="Étude",
            design="survey",
            rank=5,
            frame="village",
            countries="Niger",
            size=9,
            outcomes=(),
            note="x",
        ),
    )


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), ["b", "a"]),
        (Wanted(sort="name"), ["b", "a"]),
        (Wanted(design="survey"), ["a"]),
        (Wanted(frame="clinic"), ["b"]),
        (Wanted(country="Nigeria"), ["b"]),
        (Wanted(country="Niger"), ["a"]),
        (Wanted(words="etude NIGER"), ["a"]),
        (Wanted(words="etude norway"), []),
        (Wanted(design="survey", country="Norway"), []),
    ],
)
def test_a_study_is_found_if_all_that_is_wanted_holds_of_it(
    two: tuple[StudyEntry, StudyEntry], wanted: Wanted, found: list[str]
) -> None:
    assert [study.id for study in register_of(two[::-1]).chosen(wanted)] == found


def test_an_outcome_finds_the_studies_that_report_it(small: Monograph) -> None:
    register = register_of(small.studies)
    assert register.outcomes
    for label in register.outcomes:
        having = {study.id for study in small.studies if label in {one.label for one in study.outcomes}}
        assert {study.id for study in register.chosen(Wanted(outcome=label))} == having


def test_each_order_is_the_one_that_its_name_says(two: tuple[StudyEntry, StudyEntry]) -> None:
    largest = replace(two[1], id="c", size=900, title="a last one")
    register = register_of((largest, *two))
    order = {sort: [study.id for study in register.chosen(Wanted(sort=sort))] for sort in SORTS}
    assert order == {"design": ["b", "a", "c"], "size": ["c", "b", "a"], "name": ["c", "b", "a"]}


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula_and_a_line_stands_for_each_outcome(small: Monograph, sign: str) -> None:
    study = next(one for one in small.studies if one.outcomes)
    text = studies_csv([replace(study, title=f"{sign}HYPERLINK(1)")])
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert list(rows[0]) == list(COLUMNS)
    assert [(row["outcome"], row["title"]) for row in rows] == [(one.id, f"'{sign}HYPERLINK(1)") for one in study.outcomes]


def test_signs_that_tex_would_obey_are_spelt_out_and_a_body_keeps_its_name() -> None:
    made = bibtex(
        [
            replace(
                SMITH,
                authors=(("Smith", "Ann"), ("Bureau of {Tea} & Co", "")),
                fields=(
                    ("title", "50% of $5\n_a_ \\x – y"),
                    ("container", "J"),
                    ("pages", "1–9"),
                    ("url", "https://x.org/{1}"),
                ),
            )
        ]
    )
    assert made == (
        "@article{smith-1990,\n"
        "  author = {Smith, Ann and {Bureau of \\{Tea\\} \\& Co}},\n"
        "  title = {{50\\% of \\$5 \\_a\\_ \\textbackslash{}x -- y}},\n"
        "  journal = {J},\n"
        "  pages = {1--9},\n"
        "  url = {https://x.org/%7B1%7D},\n"
        "}\n"
    )


def test_a_source_that_two_studies_cite_stands_once(two: tuple[StudyEntry, StudyEntry]) -> None:
    studies = [replace(study, sources=(("smith-1990", "page 1"), ("lost", "x"))) for study in two]
    assert cited_by(studies, {"smith-1990": SMITH}) == (SMITH,)
