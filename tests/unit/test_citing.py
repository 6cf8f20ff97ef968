"""A paper is named by who wrote it and when, and by what its list of sources says."""

from dataclasses import replace

import pytest

from equipoise.findings.citing import paper_name, words_of
from equipoise.records import places
from equipoise.records.evidence import Evidence
from equipoise.records.reader import read


@pytest.fixture(scope="module")
def shipped() -> Evidence:
    names = ("fda-lib-4578", "garcia-romeu-2020", "kruegel-2016", "moleculeace", "napdi-scab3g", "kratom-alkaloids-2026")
    evidence, faults = read(places.shipped()[0], None, lambda file: file in {f"references/{name}.yaml" for name in names})
    assert faults == []
    return evidence


@pytest.mark.parametrize(
    ("ident", "name"),
    [
        ("kruegel-2016", "Kruegel 2016"),
        ("garcia-romeu-2020", "Garcia-Romeu 2020"),
        ("fda-lib-4578", "Casey, no date"),
        ("napdi-scab3g", "NaPDI Center Repository, no date"),
        ("kratom-alkaloids-2026", "Frontiers in Pharmacology 2026"),  # no author was seen
        ("moleculeace", "MoleculeACE, no date"),  # nor where it appeared
    ],
)
def test_a_paper_is_named_by_author_and_year_else_by_where_it_appeared(shipped: Evidence, ident: str, name: str) -> None:
    assert paper_name(shipped, ident) == name


def test_what_is_no_reference_is_named_by_the_first_source_that_is_one_or_by_its_own_words(shipped: Evidence) -> None:
    assert paper_name(shipped, "napdi-k51", "napdi-scab3g") == "NaPDI Center Repository, no date"
    assert paper_name(shipped, "smith-2022-mouse") == words_of("smith-2022-mouse") == "Smith 2022"


def test_the_letter_of_two_papers_of_one_year_stays(shipped: Evidence) -> None:
    held = shipped.references["kruegel-2016"]
    second = replace(shipped, references={"kruegel-2016b": replace(held, id="kruegel-2016b")})
    assert paper_name(second, "kruegel-2016b") == "Kruegel 2016b"
