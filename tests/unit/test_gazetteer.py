"""A place is found by its code and by nothing else; what is near a name that is none is named."""

import csv
from pathlib import Path

import pytest

from equipoise.findings.norms import place
from equipoise.records import places
from equipoise.records.faults import EvidenceError
from equipoise.records.gazetteer import COUNTIES, MUNICIPALITIES, NATIONS, Gazetteer, folded

FOLDER = places.shipped()[0] / "gazetteer"


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer(FOLDER)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("us-tn", "US-TN"),
        ("th", "TH"),
        ("ID", "ID"),
        ("US-ID", "US-ID"),
        ("IL", "IL"),
        ("us-ca/san diego", "US-CA/San Diego"),
        ("US-ca/SAN DIEGO county", "US-CA/San Diego County"),
        ("us-la/ascension parish", "US-LA/Ascension Parish"),
    ],
)
def test_a_code_is_found_whatever_its_case(gazetteer: Gazetteer, written: str, found: str) -> None:
    spot = gazetteer.find(written)
    assert spot is not None
    assert spot.id == found


def test_codes_that_look_alike_are_different_places(gazetteer: Gazetteer) -> None:
    names = {code: spot.name for code in ("ID", "US-ID", "IL", "US-IL", "CA", "US-CA") if (spot := gazetteer.find(code))}
    assert names == {
        "ID": "Indonesia",
        "US-ID": "Idaho",
        "IL": "Israel",
        "US-IL": "Illinois",
        "CA": "Canada",
        "US-CA": "California",
    }


@pytest.mark.parametrize(
    ("written", "near"),
    [
        ("Maryland", ["US-MD"]),
        ("TX", ["US-TX"]),
        ("Georgia", ["GE", "US-GA"]),
        ("US-CA-SD", []),
        ("San Diego", ["US-CA/San Diego"]),
        ("US-CA/San Diageo", ["US-CA/San Diego"]),
        ("US-TX/San Diego County", ["US-CA/San Diego County"]),
        ("United States of America", ["US"]),
        ("Österreich", ["AT"]),
        ("Northern Ireland", ["GB"]),
    ],
)
def test_a_name_is_no_place_and_what_may_be_meant_is_named(gazetteer: Gazetteer, written: str, near: list[str]) -> None:
    assert gazetteer.find(written) is None
    named = gazetteer.near(written)
    assert set(near) <= set(named)
    assert len(named) <= 5
    assert all(gazetteer.find(code) is not None for code in named)


def test_a_code_with_a_slip_has_suggestions(gazetteer: Gazetteer) -> None:
    """The error that the command gives for a place is never empty-handed for a code that is nearly one."""
    assert gazetteer.near("US-CA-SD")


def test_san_diego_lies_in_its_county_its_state_and_its_country(gazetteer: Gazetteer) -> None:
    city = gazetteer.find("US-CA/San Diego")
    assert city is not None
    stack = gazetteer.stack(city)
    assert [spot.id for spot in stack] == ["US", "US-CA", "US-CA/San Diego County", "US-CA/San Diego"]
    assert [spot.level for spot in stack] == ["nation", "state", "county", "municipality"]
    here = place(gazetteer, city, clock=True)
    assert [around.id for around in here.stack] == [spot.id for spot in stack]
    assert [around.answers for around in here.stack] == [True, True, False, False]
    assert str(here.zone) == "America/Los_Angeles"


def test_a_province_of_another_country_leaves_the_answer_to_the_nation(gazetteer: Gazetteer) -> None:
    west = gazetteer.find("AU-WA")
    assert west is not None
    assert [around.answers for around in place(gazetteer, west).stack] == [True, False]


def test_every_parent_exists_and_is_wider_and_every_id_is_unlike_all_others(gazetteer: Gazetteer) -> None:
    rank = {"nation": 0, "state": 1, "county": 2, "municipality": 3}
    spots = [spot for name in (NATIONS, COUNTIES, MUNICIPALITIES) for spot in gazetteer.table(name).values()]
    by_id = {spot.id: spot for spot in spots}
    assert len(spots) > 30_000
    lines = sum(len(list(csv.reader(file.read_text(encoding="utf-8").splitlines()))) - 1 for file in FOLDER.glob("*.csv"))
    assert lines == len(spots) == len({folded(spot.id) for spot in spots}), "without case and accents too"
    assert not [spot.id for spot in spots if spot.level != "nation" and spot.parent is None]
    assert not [spot.id for spot in spots if spot.parent is not None and spot.parent not in by_id]
    assert not [spot.id for spot in spots if spot.parent and rank[by_id[spot.parent].level] >= rank[spot.level]]
    assert not [spot.id for spot in spots if "/" in spot.id and not spot.id.startswith(f"{(spot.parent or '').split('/')[0]}/")]


def test_a_table_that_is_none_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"gazetteer/nations.csv: cannot be opened"):
        Gazetteer(tmp_path).find("TH")
    (tmp_path / "nations.csv").write_text("id,name\nTH,Thailand\n", encoding="utf-8")
    with pytest.raises(
        EvidenceError, match=r"nations.csv:1: has other columns; should have id, name, kind, parent, code, zone"
    ):
        Gazetteer(tmp_path).find("TH")
    (tmp_path / "nations.csv").write_bytes(
        "id,name,kind,parent,code,zone\nTR,Türkiye,country,none,TUR,none\n".encode("latin-1")
    )
    with pytest.raises(EvidenceError, match=r"nations.csv: is not UTF-8; should be saved as UTF-8"):
        Gazetteer(tmp_path).find("TH")
