"""Figures of findings draw every value at its place, inside their frame, where words touch nothing, and say it in words too."""

import dataclasses
import itertools
import json
import math
import re
from collections.abc import Iterator
from html import unescape
from io import BytesIO
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from equipoise.documents.monograph import Monograph
from equipoise.outputs import text
from equipoise.outputs.html import site
from equipoise.outputs.json import SCHEMA, monograph_json
from equipoise.outputs.panels import panel
from equipoise.outputs.pdf import pdf
from equipoise.outputs.plots import LETTER, SMALL_LETTER, standalone, text_width
from equipoise.values.panels import (
    MOST_COLUMNS,
    VERDICTS,
    Band,
    Bands,
    Dot,
    DotPlot,
    DotRow,
    Grid,
    GridCell,
    Meter,
    Meters,
    Panel,
    Table,
)

SVG = "{http://www.w3.org/2000/svg}"
TABLE = Table(columns=("Compound", "Ki"), rows=(("mitragynine", "161 nM"), ("7-OH", "37 nM")))
HELD: dict[str, Any] = {"title": "How tightly it binds", "said": "7-OH binds more tightly than mitragynine.", "table": TABLE}

SAME = settings(derandomize=True, deadline=None)

Box = tuple[float, float, float, float]


def dots(*values: float, bounds: tuple[float, ...] = ()) -> tuple[Dot, ...]:
    return tuple(Dot(value=value, label=f"{value:g} nM", open=value in bounds) for value in values)


def dot_plot(*rows: DotRow, **more: Any) -> DotPlot:
    return DotPlot(**{**HELD, "unit": "nM", "rows": rows, "ends": ("tighter", "weaker"), **more})


def band(label: str = "mitragynine", *values: tuple[float, float, float], **more: Any) -> Band:
    held = values or ((0, 0, 0), (20, 40, 90), (5, 10, 30))
    lows, middles, highs = zip(*held, strict=True)
    times = tuple(float(place) for place in range(len(held)))
    return Band(**{"label": label, "times": times, "low": lows, "middle": middles, "high": highs, **more})


def bands(*held: Band, **more: Any) -> Bands:
    return Bands(**{**HELD, "time_unit": "hours", "unit": "nM", "bands": held, **more})


def grid(*weights: tuple[int | None, ...], words: str = "cases", **more: Any) -> Grid:
    rows = tuple(
        (f"Row {at}", tuple(None if weight is None else GridCell(words=words, weight=weight) for weight in row))
        for at, row in enumerate(weights)
    )
    columns = tuple(f"Column {at}" for at in range(len(weights[0]) if weights else 1))
    return Grid(**{**HELD, "columns": columns, "rows": rows, **more})


def meter(low: float, high: float, limit: float = 5.0, verdict: str = "within", **more: Any) -> Meter:
    return Meter(**{"label": "Lead", "low": low, "high": high, "limit": limit, "unit": "ppm", "verdict": verdict, **more})


def meters(*held: Meter) -> Meters:
    return Meters(**HELD, meters=held)


FOUR = {
    "dots": dot_plot(DotRow(label="mitragynine", dots=dots(161, 709, 233), middle=300, low=180, high=480)),
    "bands": bands(band()),
    "grid": grid((4, 2), (1, None)),
    "meters": meters(meter(3, 3), meter(1, 9, verdict="cannot tell"), meter(8, 9, verdict="above")),
}


def drawn(held: Panel) -> ET.Element:
    return ET.fromstring(standalone(panel(held, ident="one")))  # noqa: S314  our own SVG


def size(svg: ET.Element) -> tuple[float, float]:
    """Width and height without the paper around a file of its own."""
    return float(svg.attrib["width"]) - 20, float(svg.attrib["height"]) - 20


def said(svg: ET.Element) -> list[str]:
    return [item.text or "" for item in svg.iter(f"{SVG}text")]


def classed(svg: ET.Element, tag: str, name: str) -> list[ET.Element]:
    return [item for item in svg.iter(f"{SVG}{tag}") if item.get("class") == name]


def boxes_of_words(svg: ET.Element) -> Iterator[tuple[str, Box]]:
    """Each line of text and the room that it takes, in the broadest of our types."""
    for item in svg.iter(f"{SVG}text"):
        style, line = (item.get("class") or "").split(), item.text or ""
        wide = text_width(line, size=SMALL_LETTER if "tick" in style else LETTER)
        x, y = float(item.attrib["x"]), float(item.attrib["y"])
        if item.get("transform"):
            yield line, (x - 8, y - wide, x + 2, y)
            continue
        left = x - wide if "end" in style else x - wide / 2 if "mid" in style else x
        yield line, (left, y - 8, left + wide, y + 2)


def boxes_of_marks(svg: ET.Element) -> Iterator[Box]:
    """Each disc, bar and path, but for the paper; lines of hair and axes have no room of their own."""
    for item in svg.iter(f"{SVG}circle"):
        x, y, radius = (float(item.attrib[name]) for name in ("cx", "cy", "r"))
        yield x - radius, y - radius, x + radius, y + radius
    for item in svg.iter(f"{SVG}rect"):
        if item.get("class") != "paper":
            x, y, wide, high = (float(item.attrib[name]) for name in ("x", "y", "width", "height"))
            yield x, y, x + wide, y + high
    for item in svg.iter(f"{SVG}path"):
        yield box_of(item.attrib["d"])


def box_of(path: str) -> Box:
    """The room of a path of the commands that we draw with."""
    places = []
    x = y = 0.0
    for command, numbers in re.findall(r"([MLHVhv])([^MLHVhvZ]*)", path):
        held = [float(number) for number in numbers.split()]
        if command in "ML":
            x, y = held
        elif command in "Hh":
            x = held[0] + (x if command == "h" else 0)
        else:
            y = held[0] + (y if command == "v" else 0)
        places.append((x, y))
    xs, ys = zip(*places, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def is_clear(svg: ET.Element) -> None:
    """Everything stands inside the frame; words touch no other words and no mark."""
    wide, high = size(svg)
    words, marks = list(boxes_of_words(svg)), list(boxes_of_marks(svg))
    for name, (left, top, right, bottom) in [*words, *(("a mark", box) for box in marks)]:
        assert min(left, top) >= -0.05, name
        assert (right <= wide + 0.05, bottom <= high + 0.05) == (True, True), name
    for (name, box), (other, beside) in itertools.combinations(words, 2):
        assert not touch(box, beside), (name, other)
    solid = [box for box in marks if box[2] - box[0] > 0.5 and box[3] - box[1] > 0.5]
    for name, box in words:
        assert not any(touch(box, mark) for mark in solid), name


def elements(node: object) -> Iterator[DictionaryObject]:
    """Walk the structure tree of a tagged PDF."""
    held = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(held, list):
        for item in held:
            yield from elements(item)
    elif isinstance(held, DictionaryObject):
        yield held
        yield from elements(held.get("/K"))


LABELS = st.text(alphabet="mwWiMl -07'é", min_size=1, max_size=70).map(lambda held: held.strip() or "x")
NAMES = st.one_of(LABELS, st.sampled_from(("7-hydroxymitragynine", "Benzodiazepines and other sedatives", "W" * 60)))
UNITS = st.sampled_from(("nM", "", "nmol/L", "% of the highest effect of the comparator in the same assay"))
ENDS = st.sampled_from((("", ""), ("tighter", "weaker"), ("", "more"), ("binds more tightly than", "w" * 40)))
RATIOS = st.floats(1e-12, 1e12)
STEPS = st.floats(-1e6, 1e6, allow_subnormal=False)


@st.composite
def dot_plots(draw: st.DrawFn) -> DotPlot:
    log = draw(st.booleans())
    values = RATIOS if log else STEPS
    rows = []
    for name in draw(st.lists(NAMES, min_size=1, max_size=4)):
        held = tuple(
            Dot(value=value, label="a", open=draw(st.booleans())) for value in draw(st.lists(values, min_size=1, max_size=6))
        )
        low, middle, high = sorted(draw(st.tuples(values, values, values)))
        ahead = sorted(draw(st.tuples(st.one_of(values, st.just(-math.inf)), st.one_of(values, st.just(math.inf)))))
        pooled = {"middle": middle, "low": low, "high": high} if draw(st.booleans()) else {}
        new = {"new_low": ahead[0], "new_high": ahead[1]} if draw(st.booleans()) else {}
        rows.append(DotRow(label=name, dots=held, **pooled, **new))
    return dot_plot(*rows, log=log, unit=draw(UNITS), ends=draw(ENDS))


@st.composite
def band_figures(draw: st.DrawFn) -> Bands:
    amounts = st.floats(-100, 1e7, allow_subnormal=False)
    made = []
    for name in draw(st.lists(NAMES, min_size=1, max_size=3)):
        values = draw(
            st.lists(st.tuples(amounts, amounts, amounts).map(lambda held: tuple(sorted(held))), min_size=2, max_size=9)
        )
        made.append(band(name, *values, level=draw(st.sampled_from((0.5, 0.9, 0.95)))))  # type: ignore[arg-type]
    seen = draw(st.lists(st.tuples(st.floats(0, 50), amounts, st.just("seen")), max_size=3))
    return bands(*made, unit=draw(UNITS), time_unit=draw(NAMES), observed=tuple(seen))


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    columns = draw(st.lists(NAMES, min_size=1, max_size=MOST_COLUMNS))
    cell = st.one_of(st.none(), st.builds(GridCell, words=NAMES, weight=st.integers(0, 4)))
    rows = draw(st.lists(st.tuples(NAMES, st.tuples(*[cell] * len(columns))), min_size=1, max_size=5))
    return Grid(**HELD, columns=tuple(columns), rows=tuple(rows))


@st.composite
def meter_figures(draw: st.DrawFn) -> Meters:
    amount = st.one_of(st.just(0.0), st.floats(1e-6, 1e9))
    made = []
    for name in draw(st.lists(NAMES, min_size=1, max_size=5)):
        low, high = sorted(draw(st.tuples(amount, st.one_of(amount, st.just(math.inf)))))
        low = high if low == math.inf and high != math.inf else low
        limit = draw(st.one_of(st.just(0.0), st.floats(1e-3, 1e6)))
        held = {"limit": limit, "verdict": draw(st.sampled_from(VERDICTS)), "label": name, "unit": draw(UNITS)}
        made.append(meter(0.0 if math.isinf(low) else low, high, **held))
    return meters(*made)


@SAME
@example(dot_plot(DotRow(label="two far apart, whose ticks are long", dots=dots(126436194.5, 601621416321390.4))))
@given(st.one_of(dot_plots(), band_figures(), grids(), meter_figures()))
def test_whatever_is_drawn_stays_inside_the_frame_and_words_touch_nothing(held: Panel) -> None:
    is_clear(drawn(held))


@SAME
@given(dot_plots())
def test_dots_stand_from_left_to_right_as_their_values_do(held: DotPlot) -> None:
    svg = drawn(held)
    placed = [item for item in svg.iter(f"{SVG}circle") if item.find(f"{SVG}title") is not None]
    values = [dot for row in held.rows for dot in row.dots]
    assert [item.get("class") for item in placed] == ["open" if dot.open else "bead" for dot in values]
    order = sorted(zip((dot.value for dot in values), (float(item.attrib["cx"]) for item in placed), strict=True))
    assert all(before[1] <= after[1] for before, after in itertools.pairwise(order))
    places = [(item.attrib["cx"], item.attrib["cy"]) for item in placed]
    assert len(set(places)) == len(places), "a dot hides another"


def test_equal_ratios_are_equal_distances_and_equal_values_pile_up() -> None:
    svg = drawn(dot_plot(DotRow(label="a", dots=dots(1, 10, 100, 100))))
    places = [(float(item.attrib["cx"]), float(item.attrib["cy"])) for item in svg.iter(f"{SVG}circle")]
    assert places[1][0] - places[0][0] == pytest.approx(places[2][0] - places[1][0], abs=0.11)
    assert places[2][0] == places[3][0]
    assert abs(places[2][1] - places[3][1]) > 7


def test_an_interval_that_goes_on_beyond_the_axis_ends_in_an_arrow() -> None:
    row = DotRow(label="a", dots=dots(10, 20), middle=15, low=10, high=20, new_low=1e-9, new_high=30)
    ends = (row, dataclasses.replace(row, new_low=8.0), dataclasses.replace(row, new_high=1e9))
    assert [len(classed(drawn(dot_plot(one)), "path", "reach")) for one in ends] == [1, 0, 2]
    assert "15 (10 to 20)" in said(drawn(dot_plot(row)))


def test_the_key_of_measurements_explains_the_marks_that_are_there_and_no_others() -> None:
    plain = dot_plot(DotRow(label="a", dots=dots(1, 2)))
    full = dot_plot(DotRow(label="a", dots=dots(1, 2, bounds=(2,)), middle=1, low=1, high=2, new_low=1, new_high=2))
    key = ("one measurement", "a bound, in doubt, or not used", "together, with interval", "where a new one would fall")
    assert [words for words in key if words in said(drawn(plain))] == []
    assert [words for words in key if words in said(drawn(full))] == list(key)


def test_a_band_has_its_middle_its_interval_its_points_and_its_level_in_words() -> None:
    held = bands(band(level=0.95), band("7-OH", level=0.95), observed=((1, 200.0, "Tanna 2021"),))
    svg = drawn(held)
    assert [len(classed(svg, "path", name)) for name in ("tone", "reach")] == [3, 3]  # two, and the one in the key
    assert [item.findtext(f"{SVG}title") for item in svg.iter(f"{SVG}circle")] == ["Tanna 2021", None]
    assert {"mitragynine, nM", "7-OH, nM", "the middle 95%"} <= set(said(svg))
    assert any("a scale of its own" in line for line in said(svg))
    zero = next(float(item.attrib["y"]) - 4 for item in svg.iter(f"{SVG}text") if item.text == "0")
    point, top = float(next(svg.iter(f"{SVG}circle")).attrib["cy"]), box_of(classed(svg, "path", "tone")[0].attrib["d"])[1]
    assert (zero - point) / (zero - top) == pytest.approx(200 / 90, rel=0.01)


def test_a_band_of_zeros_lies_on_the_zero_of_its_axis() -> None:
    svg = drawn(bands(band("a", (0, 0, 0), (0, 0, 0))))
    zero = next(float(item.attrib["y"]) - 4 for item in svg.iter(f"{SVG}text") if item.text == "0")
    assert {round(number, 1) for number in box_of(classed(svg, "path", "reach")[0].attrib["d"])[1::2]} == {round(zero, 1)}


def test_as_many_bars_are_filled_as_a_cell_weighs_and_an_empty_cell_has_none() -> None:
    svg = drawn(grid((4, 2), (0, None)))
    cells = [item for item in svg.iter(f"{SVG}g") if item.findtext(f"{SVG}title")]
    assert [[bar.get("class") for bar in cell.iter(f"{SVG}rect")].count("did") for cell in cells] == [4, 2, 0]
    assert [len(list(cell.iter(f"{SVG}rect"))) for cell in cells] == [4, 4, 4]
    assert said(svg).count("cases") == 3
    many = drawn(grid((1,) * MOST_COLUMNS, words="words of a cell that has no room"))
    assert len(classed(many, "rect", "did")) == MOST_COLUMNS
    assert not any("…" in line for line in said(many))
    assert "one two" not in said(drawn(grid((1, 1, 1, 1), words="one two three four five six seven")))
    assert {f"Column {at}" for at in range(MOST_COLUMNS)} <= set(said(many))


def test_a_meter_stands_right_of_the_limit_only_where_it_is_above_and_says_its_verdict() -> None:
    held = (meter(4, 4), meter(6, 6, verdict="above"), meter(5, 5), meter(1, 9, verdict="cannot tell"))
    svg = drawn(meters(*held))
    limit = box_of(classed(svg, "path", "reach")[0].attrib["d"])[0]
    dot = [float(item.attrib["cx"]) for item in svg.iter(f"{SVG}circle")]
    assert dot[0] < limit < dot[1]
    assert dot[2] == pytest.approx(limit, abs=0.05)
    left, _, right, _ = box_of(classed(svg, "path", "not")[0].attrib["d"])
    assert left < limit < right
    assert [line for line in said(svg) if line in VERDICTS] == [item.verdict for item in held]
    assert len(classed(svg, "path", "reach")) == len(held)


@pytest.mark.parametrize(
    ("held", "words"),
    [
        (meter(3.1, 3.1), "3.1; limit 5 ppm"),
        (meter(0, 22, 15, "cannot tell"), "up to 22; limit 15 ppm"),
        (meter(79, 92, 2, "above", unit="%"), "79% to 92%; limit 2%"),
        (meter(7, math.inf, verdict="above"), "7 or more; limit 5 ppm"),
        (meter(0, math.inf, verdict="cannot tell"), "amount not known; limit 5 ppm"),
        (meter(0, 0), "none found; limit 5 ppm"),
        (meter(0, 0, 0), "none found; none may be found"),
        (meter(3, 3, 0, "above", unit="cfu/g"), "3 cfu/g; none may be found"),
    ],
)
def test_an_amount_and_its_limit_stand_in_words(held: Meter, words: str) -> None:
    assert words in said(drawn(meters(held)))


def test_nothing_found_and_far_too_much_point_beyond_the_axis() -> None:
    none, much = (drawn(meters(meter(amount, amount, 0.0, "above"))) for amount in (0.0, 3.0))
    (low,), (high,) = (classed(svg, "path", "bar") for svg in (none, much))
    assert box_of(low.attrib["d"])[0] == 6.0
    assert box_of(high.attrib["d"])[2] == size(much)[0] - 6.0


@pytest.mark.parametrize("held", FOUR.values(), ids=FOUR)
def test_a_figure_has_its_title_and_description_and_lets_no_markup_in(held: Panel) -> None:
    hostile = dataclasses.replace(held, title='<b>"t"</b>', said="x</desc><script>&")
    svg = drawn(hostile)
    assert (svg.findtext(f"{SVG}title"), svg.findtext(f"{SVG}desc")) == (hostile.title, hostile.said)
    inline = panel(held, ident="one")
    assert 'role="img" aria-labelledby="one-title" aria-describedby="one-desc"' in inline


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: dot_plot(DotRow(label="a", dots=dots(0))), "the value 0, which its axis cannot show"),
        (lambda: dot_plot(DotRow(label="a", dots=dots(math.inf)), log=False), "should be a finite number"),
        (dot_plot, "has no measurement"),
        (lambda: dot_plot(DotRow(label="a", dots=dots(1)), title=" "), "should have a title"),
        (lambda: DotRow(label="a", dots=()), "has nothing to show"),
        (lambda: DotRow(label="a", dots=dots(1), middle=5, low=1, high=3), "1, 5, 3 as its interval and middle"),
        (lambda: DotRow(label="a", dots=dots(1), low=1, high=3), "1, none, 3"),
        (lambda: DotRow(label="a", dots=dots(1), new_low=1), "1, none as its interval of a new one"),
        (lambda: band("a", (1, 2, 3), (1, math.nan, 3)), "cannot be drawn"),
        (lambda: band("a", (1, 2, 3), (1, 4, 3)), "interval and middle at 1"),
        (lambda: band("a", (1, 2, 3)), "two or more"),
        (lambda: band(times=(0, 2, 1)), "times that do not rise"),
        (lambda: band(level=90), "should be a share"),
        (bands, "has no band"),
        (lambda: bands(band(), observed=((math.nan, 1, "a"),)), "cannot be drawn"),
        (lambda: GridCell(words="a", weight=5), "from 0 to 4"),
        (lambda: grid((1,), (1, 2)), "has 2 cells; should have 1"),
        (lambda: grid((1,) * (MOST_COLUMNS + 1)), "13 columns; should have rows"),
        (grid, "0 rows"),
        (lambda: meter(3, 2), "3, 2 as its amount"),
        (lambda: meter(-1, 2), "should be 0 or more"),
        (lambda: meter(1, 2, -1), "the limit -1"),
        (lambda: meter(1, 2, verdict="fine"), "should be within, above, cannot tell"),
        (meters, "has no amount"),
        (lambda: Table(columns=(), rows=()), "has no column"),
        (lambda: Table(columns=("a",), rows=(("b", "c"),)), "a row has 2 cells; should have 1: a"),
    ],
)
def test_a_figure_that_is_wrong_is_refused_with_the_reason(make: Any, why: str) -> None:
    with pytest.raises(ValueError, match=re.escape(why)):
        make()


@pytest.fixture(scope="module", params=FOUR.values(), ids=FOUR)
def shown(request: pytest.FixtureRequest, small: Monograph) -> Monograph:
    finding = dataclasses.replace(small.findings["first-trial"], panel=request.param)
    return dataclasses.replace(small, findings={**small.findings, "first-trial": finding})


def test_a_finding_shows_its_figure_once_and_its_table_on_the_page(shown: Monograph) -> None:
    pages = {name: content.decode() for name, content in site(shown).items() if name.endswith(".html")}
    (page,) = (content for content in pages.values() if 'class="panel"' in content)
    figure = re.findall(r'<figure class="panel">.*?</figure>', page, re.DOTALL)
    assert len(figure) == 1
    assert '<svg class="plot" role="img" aria-labelledby="panel-first-trial-title"' in figure[0]
    assert f"<figcaption>{HELD['said']}</figcaption>" in unescape(figure[0])
    for cell in (*TABLE.columns, *itertools.chain(*TABLE.rows)):
        assert f">{cell}</t" in figure[0]


def test_a_figure_stands_in_text_and_json_as_its_words_and_table(shown: Monograph) -> None:
    words = " ".join(text.monograph_text(shown).split())
    assert f"{HELD['title']}. {HELD['said']} - mitragynine: Ki: 161 nM - 7-OH: Ki: 37 nM" in words
    data = json.loads(monograph_json(shown))
    jsonschema.validate(data, json.loads(SCHEMA.read_text(encoding="utf-8")))
    (held,) = (finding["panel"] for finding in data["findings"] if finding["panel"])
    assert held == {
        "title": HELD["title"],
        "said": HELD["said"],
        "table": {"columns": list(TABLE.columns), "rows": [list(row) for row in TABLE.rows]},
    }


def test_a_figure_stands_in_print_once_with_its_words(shown: Monograph) -> None:
    printed = "".join("".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf(shown))).pages)
    assert printed.count(f"Figure{HELD['said']}".replace(" ", "")) == 1


def test_a_figure_taller_than_a_page_fits_on_one_in_print(small: Monograph) -> None:
    tall = dot_plot(*(DotRow(label=f"row {place}", dots=dots(place + 1)) for place in range(60)))
    finding = dataclasses.replace(small.findings["first-trial"], panel=tall)
    held = dataclasses.replace(small, findings={**small.findings, "first-trial": finding})
    tree = PdfReader(BytesIO(pdf(held))).trailer["/Root"]["/StructTreeRoot"]  # type: ignore[index]
    (figure,) = (item for item in elements(tree) if str(item.get("/Alt", "")).startswith(HELD["title"]))
    left, bottom, right, top = (float(side) for side in figure["/A"][0]["/BBox"])
    assert 560 < top - bottom < 600
    assert (left > 60, bottom > 60, right < 500, top < 842 - 60) == (True, True, True, True)
