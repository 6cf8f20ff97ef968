"""A map says of every place what is known of it, to an eye without colour and to no eye at all."""

import csv
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from equipoise.outputs import atlas, plots
from equipoise.outputs.atlas import LOOKS, Shade, us_map, world_map

SVG = "{http://www.w3.org/2000/svg}"
MAPS = {"us": us_map, "world": world_map}
WORDS = {look: f"it is {look}" for look in LOOKS}
STATES = ["TN", "OH", "TX", "CA", "NY", "VT", "DC"]
SHEET = (Path(atlas.__file__).parent / "static" / "style.css").read_text(encoding="utf-8")
GAZETTEER = Path(__file__).parents[2] / "evidence" / "gazetteer" / "nations.csv"


def shaded(name: str, **change: Any) -> dict[str, Shade]:
    """A place of each look, every other one with a page."""
    keys = [f"US-{state}" for state in STATES] if name == "us" else ["TH", "FR", "RU", "SG", "US", "FJ", "BR"]
    return {
        key: Shade(**{"look": look, "says": f"{key}: {look}", "href": f"law/{key}.html" if place % 2 else None} | change)
        for place, (key, look) in enumerate(zip(keys, LOOKS, strict=True))
    }


def parsed(name: str, **change: Any) -> ET.Element:
    drawn = MAPS[name](shaded(name, **change), WORDS, ident=name, title="Where & what")
    return ET.fromstring(drawn)  # noqa: S314 - our own


def outlines(name: str) -> dict[str, Any]:
    held: dict[str, Any] = json.loads((Path(atlas.__file__).parent / "geography" / f"{name}.json").read_text(encoding="utf-8"))
    return held


def points(path: str) -> list[list[tuple[float, float]]]:
    """Rings of a path of steps; a mark of arcs has none."""
    rings = []
    for ring in re.findall(r"M([^Ml]+)l([^z]+)z", path):
        x, y = map(float, ring[0].split())
        made = [(x, y)]
        steps = [float(step) for step in re.findall(r"-?(?:\d+(?:\.\d)?|\.\d)", ring[1])]
        for dx, dy in zip(steps[::2], steps[1::2], strict=True):
            x, y = x + dx, y + dy
            made.append((x, y))
        rings.append(made)
    return rings


def inside(point: tuple[float, float], rings: list[list[tuple[float, float]]]) -> bool:
    x, y = point
    edges = ((a, b) for ring in rings for a, b in zip(ring, ring[1:] + ring[:1], strict=True))
    return sum((a[1] > y) != (b[1] > y) and x < (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]) + a[0] for a, b in edges) % 2 == 1


@pytest.mark.parametrize("name", MAPS)
def test_every_place_has_one_shape_and_says_what_it_is(name: str) -> None:
    """A place with a page is a link, one without is a picture; what nobody looked at is a title for the pointer alone."""
    tree, shades = parsed(name), shaded(name)
    links = {link.get("href"): link.get("aria-label") for link in tree.iter("a")}
    assert links == {shade.href: shade.says for shade in shades.values() if shade.href}
    pictures = {group.get("aria-label") for group in tree.iter("g") if group.get("role") == "img"}
    assert pictures == {shade.says for shade in shades.values() if not shade.href}
    hidden = [group for group in tree.iter("g") if group.get("aria-hidden")]
    silent = {title.text for group in hidden for title in group.iter("title")}
    names = {key: place["name"] for key, place in outlines(name)["places"].items()}
    assert silent == {f"{said}: not looked at" for key, said in names.items() if key not in shades}
    drawn = [path for path in tree.iter("path") if path.get("class") == "land"]
    assert len(drawn) == len(names)


@pytest.mark.parametrize("name", MAPS)
def test_each_look_has_its_own_pattern_without_colour_and_the_legend_shows_the_same(name: str) -> None:
    tree = parsed(name)
    tiles = {tile.get("id"): tile for tile in tree.iter("pattern")}
    shapes = set()
    for tile in tiles.values():
        marks = tuple(
            (mark.tag, mark.get("d") or mark.get("cx"), *(set(mark.get("class", "").split()) & {"thick", "thin"}))
            for mark in tile
        )
        shapes.add((tile.get("patternTransform"), marks))
    assert len(shapes) == len(tiles) == len(LOOKS) - 1, "all but the solid one are tiles, none like another"
    keys = tree.find("ul")
    assert keys is not None
    samples = []
    for item in keys:
        group = next(item.iter("g"))
        samples.append((group.get("fill") or group.get("class"), "".join(item.itertext()).strip()))
    fills = {look: f"url(#{name}-{look})" for look in LOOKS} | {"unlawful": "unlawful", "none": "none"}
    assert samples == [(fills[look], said) for look, said in (WORDS | {"none": "not looked at"}).items()]
    assert {fill for fill, _ in samples} - {"unlawful", "none"} == {f"url(#{tile})" for tile in tiles}
    used = {key: shade.look for key, shade in shaded(name).items()}
    for group in tree.iter("g"):
        for place in group:
            label = place.get("aria-label", "")
            if label:
                assert (group.get("fill") or group.get("class")) == fills[used[label.partition(":")[0]]]


def test_a_map_with_all_places_shaded_has_no_legend_for_none() -> None:
    every = dict.fromkeys(outlines("us")["places"], Shade(look="lawful", says="a state: lawful", href=None))
    assert "not looked at" not in us_map(every, {"lawful": "lawful"}, ident="us", title="All")


def test_what_comes_from_records_is_only_ever_text() -> None:
    bad = '"><script>alert(1)</script>&'
    drawn = us_map({"US-TX": Shade(look="lawful", says=bad, href=bad)}, {"lawful": bad}, ident='x"y', title=bad)
    assert "<script" not in drawn
    assert not re.search(r"\bstyle=|\bon\w+=", drawn)
    tree = ET.fromstring(drawn)  # noqa: S314 - our own
    link = next(tree.iter("a"))
    assert link.get("aria-label") == link.get("href") == bad


def test_two_maps_of_a_page_share_no_id() -> None:
    both = "".join(MAPS[name](shaded(name), WORDS, ident=name, title="A map") for name in MAPS)
    ids = Counter(re.findall(r'\bid="([^"]+)"', both))
    assert max(ids.values()) == 1
    assert set(re.findall(r"url\(#([^)]+)\)", both)) <= set(ids)


@pytest.mark.parametrize("name", MAPS)
def test_outlines_stay_on_the_map_with_a_point_inside_each_and_no_edge_across_it(name: str) -> None:
    held = outlines(name)
    for key, place in held["places"].items():
        assert not re.search(r"\.\d\d", place["path"]), f"{key}: more than one decimal"
        rings = points(place["path"])
        if "a" in place["path"]:
            radius = float(place["path"].partition("a")[2].split()[0])
            assert 2 * radius * 640 / held["width"] >= 5, f"{key}: too small a mark"
            continue
        assert inside(tuple(place["at"]), rings), f"{key}: its point is outside"
        for ring in rings:
            for (ax, ay), (bx, _) in zip(ring, ring[1:] + ring[:1], strict=True):
                assert abs(ax - bx) < 0.16 * held["width"], f"{key}: an edge runs across the map"
                assert -1 <= ax <= held["width"] + 1, f"{key}: off the map"
                assert -1 <= ay <= held["height"] + 1, f"{key}: off the map"


def test_the_world_has_the_countries_of_the_gazetteer_that_people_live_in() -> None:
    with GAZETTEER.open(encoding="utf-8", newline="") as file:
        known = {row["id"] for row in csv.DictReader(file) if row["kind"] == "country"}
    drawn = set(outlines("world")["places"])
    assert drawn - known == {"XK", "AS", "GU", "MP", "PR", "VI"}  # the last five are US-AS and so on in the gazetteer
    with_their_country = {"BQ", "CC", "CX", "GF", "GP", "MQ", "RE", "SJ", "TK", "YT"}
    assert known - drawn == with_their_country | {"AQ", "BV", "GS", "HM", "IO", "TF", "UM"}


def test_marks_of_small_countries_do_not_cover_each_other() -> None:
    marks = [place["at"] for place in outlines("world")["places"].values() if "a" in place["path"]]
    assert len(marks) > 60
    for place, (x, y) in enumerate(marks):
        assert all((x - a) ** 2 + (y - b) ** 2 > 7.5**2 for a, b in marks[:place])


def test_every_state_has_its_letters_inside_or_in_a_box_that_nothing_overlaps() -> None:
    held = outlines("us")["places"]
    letters = [text.text for text in parsed("us").iter("text")]
    assert sorted(letters) == sorted(key[3:] for key in held)
    boxes = {key: place["box"] for key, place in held.items() if "box" in place}
    assert {"US-DC", "US-DE", "US-RI", "US-CT", "US-NJ", "US-MD", "US-MA"} <= set(boxes)
    for key, (x, y) in boxes.items():
        for other, (a, b) in boxes.items():
            assert key == other or abs(x - a) >= 34 or abs(y - b) >= 22
        for place in held.values():
            corners = [(x + dx, y + dy) for dx in (-17, 0, 17) for dy in (-11, 0, 11)]
            assert not any(inside(corner, points(place["path"])) for corner in corners), f"{key}: its box lies on land"


@pytest.mark.parametrize("name", MAPS)
def test_for_print_a_map_is_one_picture_with_its_legend_and_colours_in_it(name: str) -> None:
    alone = plots.standalone(MAPS[name](shaded(name), WORDS, ident=name, title="A map", plain=True))
    tree = ET.fromstring(alone)  # noqa: S314 - our own
    assert tree.get("role") == "img"
    assert not list(tree.iter(f"{SVG}a"))
    assert "var(" not in alone
    said = {text.text for text in tree.iter(f"{SVG}text")}
    assert {*WORDS.values(), "not looked at"} <= said
    wide, high = (float(side) for side in (tree.get("viewBox") or "").split()[2:])
    for text in tree.iter(f"{SVG}text"):
        x, y = float(text.get("x", 0)), float(text.get("y", 0))
        assert 0 <= x + plots.text_width(text.text or "", size=16.5) / (2 if "mid" in text.get("class", "") else 1) <= wide
        assert 0 <= y <= high - 10


def test_every_class_of_a_map_has_a_rule_that_print_takes_too() -> None:
    """`plots.standalone` takes the lines of the style that begin with ``svg``."""
    rules = "\n".join(line for line in SHEET.splitlines() if line.startswith("svg "))
    drawn = "".join(MAPS[name](shaded(name), WORDS, ident=name, title="A map", plain=True) for name in MAPS)
    used = {word for held in re.findall(r'class="([^"]+)"', drawn) for word in held.split()} - {"outlines", "over"}
    assert used >= {"land", "letters", "weave", "unlawful", "none"}
    assert not {word for word in used if not re.search(rf"\.{word}\b", rules)}
    assert f"svg .letters {{ font-size: {atlas._LETTER:g}px; }}" in SHEET


@pytest.mark.parametrize("fault", [{"look": "legal"}, {"says": " "}])
def test_a_shade_that_is_no_look_or_says_nothing_is_refused(fault: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="should"):
        Shade(**{"look": "lawful", "says": "Texas: lawful", "href": None} | fault)  # type: ignore[arg-type]


def test_a_legend_that_lacks_a_look_or_knows_a_strange_one_is_refused() -> None:
    shade = {"US-TX": Shade(look="lawful", says="Texas: lawful", href=None)}
    with pytest.raises(ValueError, match="US-TX looks 'lawful', which the legend lacks"):
        us_map(shade, {"unlawful": "unlawful"}, ident="us", title="A map")
    with pytest.raises(ValueError, match="'legal' is no look of a map"):
        world_map({}, {"legal": "legal"}, ident="us", title="A map")
