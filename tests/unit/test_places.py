"""The law of the places of one person, and that nothing of the question stays."""

from datetime import date

import pytest

from equipoise.findings.places import Places
from equipoise.findings.places import places as held
from equipoise.records import places
from equipoise.records.gazetteer import Spot
from equipoise.records.reader import read

DAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def law() -> Places:
    return held(read(*places.shipped())[0], DAY)


def spot(law: Places, code: str) -> Spot:
    found = law.find(code).spot
    assert found is not None
    return found


def verdicts(law: Places, *codes: str, age: int | None = None, on: date | None = None) -> list[tuple[str, str | None, str]]:
    spots = [spot(law, code) for code in codes]
    answers = law.answer(spots, substance="powder", form=None, action="possess", age=age, on=on)
    return [(one.place, one.segment, one.verdict) for one in answers]


def test_a_place_is_found_by_its_code_in_any_case_and_never_by_its_name_alone(law: Places) -> None:
    assert spot(law, " us-tn ").id == "US-TN"
    assert spot(law, "us-ca/san diego").name == "San Diego"
    tennessee = law.find("Tennessee")
    assert (tennessee.spot, tennessee.near) == (None, ("US-TN",))
    assert law.find("Georgia").near == ("GE", "US-GA")
    assert law.find("Qzzxwv").near == ()


def test_a_town_has_the_rules_of_its_state_and_country_too(law: Places) -> None:
    assert {norm.place for norm in law.bearing(spot(law, "US-CA/San Diego"))} == {"US", "US-CA", "US-CA/San Diego"}
    around = law.around(spot(law, "US-TN"))
    assert around.parent is not None
    assert (around.id, around.parent.id) == ("US-TN", "US")


def test_tennessee_asked_for_an_age_until_the_ban_of_july_2026(law: Places) -> None:
    before = date(2026, 6, 30)
    assert verdicts(law, "US-TN", age=19, on=before) == [("US-TN", None, "unlawful")]
    assert verdicts(law, "US-TN", age=30, on=before) == [("US-TN", None, "lawful")]
    assert verdicts(law, "US-TN", on=before) == [("US-TN", None, "lawful-if")]
    assert verdicts(law, "US-TN", age=30) == [("US-TN", None, "unlawful")]


def test_a_route_is_answered_at_each_place_and_where_it_crosses_a_border(law: Places) -> None:
    assert [one[:2] for one in verdicts(law, "US-KY", "US-TN", "TH")] == [
        ("US-KY", "possess"),
        ("US-TN", "possess"),
        ("US-TN", "export"),
        ("TH", "import"),
        ("TH", "possess"),
    ]


def test_a_question_leaves_nothing_behind_for_the_next(law: Places) -> None:
    before = (verdicts(law, "US-TN", age=19), len(law.norms), len(law.searched))
    verdicts(law, "TH", "DE", age=3, on=date(2020, 1, 1))
    assert (verdicts(law, "US-TN", age=19), len(law.norms), len(law.searched)) == before
