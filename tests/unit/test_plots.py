"""Plots of a meta-analysis draw what the numbers say: legibly, in words too, in grey, and as files of their own."""

import itertools
import math
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import NormalDist
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from markupsafe import Markup

from equipoise.outputs import curve, diagnostics, forest, funnel, plots
from equipoise.outputs.figures import Axis
from equipoise.values.estimate import Heterogeneity, Interval

SVG = "{http://www.w3.org/2000/svg}"
STYLE = (Path(plots.__file__).parent / "static" / "style.css").read_text(encoding="utf-8")
HOSTILE = '<script>alert("1")</script> & co'
NAMES = ("Aronson 1948", "Ferguson & Simes 1949", "Rosenthal et al 1960", "Hart & Sutherland 1977", "TPT Madras 1980")
RATIOS = ((0.41, 0.13, 1.26), (0.2, 0.09, 0.49), (0.26, 0.07, 0.92), (0.24, 0.18, 0.31), (1.01, 0.89, 1.14))
WEIGHTS = (4.0, 9.0, 16.0, 25.0, 46.0)


def forest_of(**changes: Any) -> forest.Forest:
    studies = tuple(
        forest.Study(
            label=name,
            value=value,
            interval=Interval(low=low, high=high),
            weight=weight,
            cells=(f"{place}/123", "248/12,867"),
            bias=("low", "some concerns", "high"),
        )
        for place, (name, (value, low, high), weight) in enumerate(zip(NAMES, RATIOS, WEIGHTS, strict=True))
    )
    groups = (
        forest.Group(label="Random allocation", studies=studies[:3], joined=joined("These three", 0.28)),
        forest.Group(label="Other allocation", studies=studies[3:], joined=joined("These two", 0.5)),
    )
    shown = forest.Forest(
        title="Does it prevent tuberculosis?",
        measure="Risk ratio",
        groups=groups,
        joined=(joined("All together, random effects", 0.4, prediction=Interval(low=0.1, high=1.7)),),
        columns=("BCG", "Control"),
        domains=("Randomisation", "Missing data", "Reporting"),
        ratio=True,
        null=1.0,
        ends=("favours BCG", "favours no BCG"),
        remarks=("Test between groups: Q 0.4 on 1 df (p = 0.53).",),
    )
    return replace(shown, **changes)


def joined(label: str, value: float, prediction: Interval | None = None) -> forest.Joined:
    spread = Heterogeneity(q=152.23, q_p_value=1e-20, tau2=0.3132, i2=92.2)
    interval = Interval(low=value / 1.5, high=value * 1.5)
    return forest.Joined(
        label=label, value=value, interval=interval, prediction=prediction, heterogeneity=spread, studies=5 if prediction else 3
    )


def plain(*values: tuple[float, float, float], **changes: Any) -> forest.Forest:
    studies = tuple(
        forest.Study(label=f"Study {place}", value=value, interval=Interval(low=low, high=high))
        for place, (value, low, high) in enumerate(values, 1)
    )
    return forest.Forest(
        title="t", measure="Risk ratio", groups=(forest.Group(studies=studies),), ratio=True, null=1.0, **changes
    )


def funnel_of(**changes: Any) -> funnel.Funnel:
    studies = tuple(
        funnel.Study(label=name, effect=math.log(value), error=(math.log(high / low)) / 3.92, size=50 * 10**place)
        for place, (name, (value, low, high)) in enumerate(zip(NAMES, RATIOS, strict=True))
    )
    filled = funnel.Study(label="filled", effect=0.3, error=0.5, size=90, filled=True)
    shown = funnel.Funnel(
        title="Do small studies differ?",
        measure="risk ratio",
        studies=(*studies, filled),
        centre=-0.7,
        scale="log",
        null=0.0,
        trend=(-0.2, -1.5),
        adjusted=-0.6,
    )
    return replace(shown, **changes)


def radial_of(**changes: Any) -> diagnostics.Radial:
    points = tuple(
        diagnostics.RadialPoint(label=study.label, x=1 / study.error, y=study.effect / study.error)
        for study in funnel_of().studies
    )
    return replace(diagnostics.Radial(title="t", measure="risk ratio", points=points, slope=-0.43, scale="log"), **changes)


def baujat_of() -> diagnostics.Baujat:
    spots = ((0.1, 0.01), (0.2, 0.02), (12, 0.3), (51, 4.6), (49, 35))
    points = tuple(
        diagnostics.BaujatPoint(label=name, contribution=x, influence=y) for name, (x, y) in zip(NAMES, spots, strict=True)
    )
    return diagnostics.Baujat(title="t", points=points)


def gosh_of(count: int = 500) -> diagnostics.Gosh:
    steps = [place * 0.618 % 1 for place in range(count)]
    return diagnostics.Gosh(
        title="t",
        measure="risk ratio",
        estimates=[math.sin(7 * step) - step for step in steps],
        i2=[100 * step * step for step in steps],
        holding=[step > 0.7 for step in steps],
        name="TPT Madras 1980",
        scale="log",
    )


def curve_of(count: int = 24, **changes: Any) -> curve.Curve:
    factors = (
        curve.Factor(name="Measure", options=("PLO", "PAS"), share=61),
        curve.Factor(name="Risk of bias", options=("all results", "low or some concerns only", "low only"), share=0.2),
    )
    specifications = []
    for place in range(count):
        value = math.exp(-0.5 + 0.4 * math.sin(place))
        span = Interval(low=value / 1.6, high=value * 1.6)
        specifications.append(curve.Specification(value=value, interval=span, options=(place % 2, place % 3)))
    shown = curve.Curve(
        title="How much hangs on choices?",
        measure="odds ratio",
        specifications=tuple(specifications),
        factors=factors,
        primary=7,
        ratio=True,
        threshold=1.0,
        envelope=tuple(Interval(low=0.7 + 0.01 * rank, high=1.3 + 0.01 * rank) for rank in range(20)),
        verdict="Fragile.",
    )
    return replace(shown, **changes)


def everything() -> dict[str, Markup]:
    share = curve.Specification(value=20, interval=Interval(low=5, high=60))
    return {
        "forest": forest.forest(forest_of(), ident="a"),
        "forest, wide": forest.forest(forest_of(), ident="a", wide=True),
        "leave one out": forest.forest(plain((0.5, 0.4, 0.6), (0.45, 0.3, 0.7), kind="leave-one-out"), ident="a", wide=True),
        "cumulative": forest.forest(plain((0.5, 0.4, 0.6), (0.45, 0.3, 0.7), kind="cumulative"), ident="a"),
        "funnel": funnel.funnel(funnel_of(), ident="a"),
        "funnel by size": funnel.funnel(funnel_of(by_size=True), ident="a"),
        "funnel of shares": funnel.funnel(funnel_of(scale="logit", unit="%", null=None), ident="a"),
        "radial": diagnostics.radial(radial_of(), ident="a"),
        "Baujat": diagnostics.baujat(baujat_of(), ident="a"),
        "GOSH": diagnostics.gosh(gosh_of(), ident="a"),
        "curve": curve.curve(curve_of(), ident="a"),
        "curve, wide": curve.curve(curve_of(2000), ident="a", wide=True),
        "curve, small": curve.curve(curve_of(), ident="a", small=True),
        "curve of one": curve.curve(curve.Curve(title="t", measure="share", specifications=(share,), unit="%"), ident="a"),
    }


ALL = everything()
every_plot = pytest.mark.parametrize("name", ALL)


def read(svg: Markup) -> ET.Element:
    return ET.fromstring(plots.standalone(svg))  # noqa: S314


def texts(root: ET.Element) -> Iterator[tuple[str, plots.Box]]:
    """Each text with the room that it takes."""
    for element in root.iter(f"{SVG}text"):
        text, style = element.text or "", (element.get("class") or "").split()
        size = 9.5 if "tiny" in style else 11.5 if "tick" in style else 12.0
        wide = plots.text_width(text, size=size)
        x, y = float(element.get("x") or 0), float(element.get("y") or 0)
        left = x - wide if "end" in style else x - wide / 2 if "mid" in style else x
        yield text, (left, y - 0.7 * size, left + wide, y + 0.1 * size)


def marks(root: ET.Element, style: str) -> list[ET.Element]:
    return [element for element in root.iter() if style in (element.get("class") or "").split()]


def places(element: ET.Element) -> list[float]:
    return [float(number) for number in re.findall(r"-?[\d.]+", element.get("d") or "")]


@every_plot
def test_a_plot_has_a_role_a_title_and_a_description_that_it_names(name: str) -> None:
    root = read(ALL[name])
    held = {element.get("id"): element.text for element in root if element.tag in {f"{SVG}title", f"{SVG}desc"}}
    assert root.get("role") == "img"
    assert held[root.get("aria-labelledby")]
    assert re.search(r"\d", str(held[root.get("aria-describedby")]))


@every_plot
def test_words_touch_neither_each_other_nor_the_edge(name: str) -> None:
    root = read(ALL[name])
    wide, high = (float(root.get(side) or 0) for side in ("width", "height"))
    said = list(texts(root))
    for text, box in said:
        assert box[0] >= -10.5, text
        assert box[2] <= wide - 9.5, text
        assert -10 <= box[1] < box[3] <= high - 10, text
    for (one, first), (other, second) in itertools.combinations(said, 2):
        across = min(first[2], second[2]) - max(first[0], second[0])
        down = min(first[3], second[3]) - max(first[1], second[1])
        assert across <= 0.5 or down <= 0.5, (one, other)


@every_plot
def test_marks_stay_inside_unless_they_are_clipped(name: str) -> None:
    root = read(ALL[name])
    wide, high = (float(root.get(side) or 0) - 20 for side in ("width", "height"))
    clipped = {element for group in root.iter(f"{SVG}g") if group.get("clip-path") for element in group.iter()}
    for element in set(root.iter()) - clipped:
        for corner in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", element.get("d") or ""):
            assert -2 <= float(corner[0]) <= wide + 2
            assert -2 <= float(corner[1]) <= high + 2


@every_plot
def test_a_plot_stands_alone_with_every_rule_that_it_needs_and_no_variable(name: str) -> None:
    alone = plots.standalone(ALL[name])
    rules = alone.partition("<style>")[2].partition("</style>")[0]
    assert "var(" not in alone
    for style in {word for held in re.findall(r'class="([^"]*)"', str(ALL[name])) for word in held.split()}:
        assert style in {"plot", "wide", "forest", "part"} or f".{style}" in rules, style
    assert f"{rules.count('{')}" == f"{rules.count('}')}"


def test_only_our_plots_are_made_to_stand_alone() -> None:
    with pytest.raises(ValueError, match="is not one of our plots"):
        plots.standalone(Markup("<p>no plot</p>"))


@pytest.mark.parametrize("name", ["forest", "forest, wide", "funnel", "radial", "Baujat", "GOSH", "curve"])
def test_hostile_words_stay_words(name: str) -> None:
    drawn = {
        "forest": lambda: forest.forest(hostile_forest(), ident="a"),
        "forest, wide": lambda: forest.forest(hostile_forest(), ident="a", wide=True),
        "funnel": lambda: funnel.funnel(replace(funnel_of(), title=HOSTILE, measure=HOSTILE), ident='"><script>'),
        "radial": lambda: diagnostics.radial(replace(radial_of(), title=HOSTILE, measure=HOSTILE), ident="a"),
        "Baujat": lambda: diagnostics.baujat(
            diagnostics.Baujat(
                title=HOSTILE, points=(diagnostics.BaujatPoint(label=HOSTILE, contribution=1, influence=1),), named=1
            ),
            ident="a",
        ),
        "GOSH": lambda: diagnostics.gosh(replace(gosh_of(), name=HOSTILE, measure=HOSTILE), ident="a"),
        "curve": lambda: curve.curve(curve_of(threshold_name=HOSTILE, verdict=HOSTILE, title=HOSTILE), ident="a"),
    }[name]()
    assert "<script" not in drawn
    read(drawn)


def hostile_forest() -> forest.Forest:
    study = forest.Study(label=HOSTILE, value=1.0, cells=(HOSTILE,), bias=(HOSTILE,))
    return forest.Forest(
        title=HOSTILE,
        measure=HOSTILE,
        groups=(forest.Group(label=HOSTILE, studies=(study,)),),
        columns=(HOSTILE,),
        domains=(HOSTILE,),
        remarks=(HOSTILE,),
    )


@pytest.mark.parametrize("high", [1e-6, 3e-4, 0.7, 1.0, 7.3, 123, 99_999, 4e6])
@pytest.mark.parametrize("ratio", [False, True])
@pytest.mark.parametrize("room", [180, 330, 700])
def test_ticks_are_several_and_never_touch(high: float, room: float, *, ratio: bool) -> None:
    for low in (high / 1.3, high / 40, high / 1e5) if ratio else (-high, 0.0, 0.9 * high):
        axis = Axis(low=low, high=high, ratio=ratio, start=0, stop=room)
        made = sorted(plots.ticks(axis), key=lambda tick: tick.at)
        assert len(made) >= 2, (low, high)
        assert all(0 <= tick.at <= room for tick in made)
        for one, other in itertools.pairwise(made):
            gap = other.at - one.at - (plots.text_width(one.text, size=11.5) + plots.text_width(other.text, size=11.5)) / 2
            assert gap > 5


def test_a_tick_stands_where_its_number_is() -> None:
    logs = Axis(low=math.log(0.1), high=math.log(10), ratio=False, start=0, stop=300)
    assert {tick.text: tick.at for tick in plots.ticks(logs, scale="log")}["1"] == pytest.approx(150)
    odds = Axis(low=-5, high=5, ratio=False, start=0, stop=300)
    places_of = {tick.text: tick.at for tick in plots.ticks(odds, scale="logit")}
    assert places_of["50%"] == pytest.approx(150)
    assert places_of["5%"] == pytest.approx(150 + 30 * math.log(0.05 / 0.95))
    assert plots.back(math.log(0.05 / 0.95), "logit") == pytest.approx(0.05)


def test_words_are_folded_and_fitted_into_their_room() -> None:
    long = "Test for differences between groups: F 1.2 on 2 and 10 degrees of freedom, p = 0.35, unpublished"
    assert " ".join(plots.folded(long, 150)) == long
    assert all(plots.text_width(line, size=11.5) <= 150 for line in plots.folded(long, 150))
    assert plots.fitted(long, 90).endswith("…")
    assert plots.text_width(plots.fitted(long, 90)) <= 90


@pytest.mark.parametrize(
    ("value", "digits", "unit", "said"),
    [
        (0.4891, 2, "", "0.49"),
        (0.001, 2, "", "<0.01"),
        (-0.001, 2, "", ">\N{MINUS SIGN}0.01"),
        (0.0, 2, "", "0.00"),
        (123.456, 2, "", "123.5"),
        (1234.5, 1, "", "1,234"),
        (99.97, 1, "%", ">99.9%"),
        (100.0, 1, "%", "100%"),
        (-0.3, 1, "", "\N{MINUS SIGN}0.3"),
    ],
)
def test_numbers_of_a_forest_plot_keep_their_decimals_and_never_lie_about_nought_or_all(
    value: float, digits: int, unit: str, said: str
) -> None:
    assert forest.fixed(value, digits, unit) == said


@pytest.mark.parametrize("wide", [False, True])
def test_a_forest_plot_has_a_square_a_study_by_weight_a_diamond_a_joined_result_and_a_bar_for_a_new_study(
    *, wide: bool
) -> None:
    root = read(forest.forest(forest_of(), ident="a", wide=wide))
    squares = [float(mark.get("width") or 0) for mark in root.iter(f"{SVG}rect") if mark.get("class") == "dot"]
    for side, weight in zip(squares, WEIGHTS, strict=True):
        assert side**2 / squares[-1] ** 2 == pytest.approx(weight / WEIGHTS[-1], rel=0.03)
    assert len(marks(root, "diamond")) == 3
    assert len(marks(root, "bar")) == 1
    said = [text for text, _ in texts(root)]
    assert said.count("0.41 (0.13 to 1.26)") == 1
    assert "0.10 to 1.70" in said
    assert sum(text.startswith("5 studies, τ² 0.313, I² 92%, Q 152.2 on 4 df (p < 0.001)") for text in said) == 1


@pytest.mark.parametrize("wide", [False, True])
def test_marks_stand_at_their_numbers_on_the_axis(*, wide: bool) -> None:
    root = read(forest.forest(forest_of(), ident="a", wide=wide))
    axis = next(places(mark) for mark in marks(root, "axis") if "H" in (mark.get("d") or ""))
    shape = places(marks(root, "diamond")[-1])
    left, middle, right = shape[0], shape[2], shape[4]
    # the interval is the value over and times 1.5, so that on a scale of ratios the diamond is even
    assert middle - left == pytest.approx(right - middle, abs=0.2)
    null = places(marks(root, "null")[0])[0]
    unit = (right - left) / (2 * math.log(1.5))
    assert middle - null == pytest.approx(unit * math.log(0.4), abs=0.5)
    bar = places(marks(root, "bar")[0])
    assert bar[2] - bar[0] == pytest.approx(unit * math.log(17), abs=0.7)
    assert axis[0] <= left < right <= axis[2]


def test_an_interval_that_leaves_the_axis_ends_in_an_arrow() -> None:
    calm = ((0.8, 0.7, 0.92), (0.9, 0.6, 1.35))
    within = read(forest.forest(plain(*calm), ident="a", wide=True))
    beyond = read(forest.forest(plain(*calm, (1.2, 0.01, 900)), ident="a", wide=True))
    left_alone = read(forest.forest(plain(*calm, (1.2, 0.9, 900)), ident="a", wide=True))
    arrows = [len([mark for mark in marks(root, "dot") if mark.tag == f"{SVG}path"]) for root in (within, beyond, left_alone)]
    assert arrows == [0, 2, 1]
    held = read(forest.forest(plain(*calm, low=0.75, high=2.0), ident="a", wide=True))
    assert len([mark for mark in marks(held, "dot") if mark.tag == f"{SVG}path"]) == 2


def test_bias_is_letters_with_a_key_and_two_judgements_never_share_one() -> None:
    judged = ("low", "some concerns", "serious", "no information")
    studies = tuple(forest.Study(label=word, value=1.0, bias=(word,)) for word in judged)
    shown = forest.Forest(
        title="t", measure="m", groups=(forest.Group(studies=studies),), domains=("Confounding",), ratio=True, null=1.0
    )
    for wide in (False, True):
        said = [text for text, _ in texts(read(forest.forest(shown, ident="a", wide=wide)))]
        assert "L low; S some concerns; Se serious; N no information. D1 Confounding." in " ".join(said)
        assert [text for text in said if text in {"L", "S", "Se", "N"}] == ["L", "S", "Se", "N"]


def test_a_study_without_a_value_is_said_not_to_be_estimable_and_has_no_mark() -> None:
    shown = plain((0.5, 0.4, 0.6))
    none = forest.Study(label="Nobody 2020", value=None, cells=())
    root = read(forest.forest(replace(shown, groups=(*shown.groups, forest.Group(studies=(none,)))), ident="a"))
    assert [text for text, _ in texts(root)].count(forest.NOT_ESTIMABLE) == 1
    assert len([mark for mark in root.iter(f"{SVG}rect") if mark.get("class") == "dot"]) == 1


def test_the_table_of_a_forest_plot_has_every_number_and_no_empty_column() -> None:
    table = forest.forest_table(forest_of())
    assert table[0][:5] == ("Study", "Group", "BCG", "Control", "Risk ratio (95% interval)")
    assert table[1] == (
        *("Aronson 1948", "Random allocation", "0/123", "248/12,867", "0.41 (0.13 to 1.26)", "4.0%"),
        *("low", "some concerns", "high"),
    )
    assert ("95% prediction interval", "", "", "", "0.10 to 1.70", "", "", "", "") in table
    assert forest.forest_table(plain((0.5, 0.4, 0.6), kind="cumulative")) == (
        ("Adding", "Risk ratio (95% interval)"),
        ("Study 1", "0.50 (0.40 to 0.60)"),
    )


def test_the_label_of_a_prediction_interval_of_any_level_fits_its_column() -> None:
    whole = joined("All", 0.4, prediction=Interval(low=0.1, high=1.7, kind="prediction", level=0.999))
    drawn = str(forest.forest(plain((0.5, 0.4, 0.6), joined=(whole,)), ident="a", wide=True))
    assert ">99.9% prediction interval</text>" in drawn


def test_the_description_of_a_forest_plot_says_the_result() -> None:
    said = str(forest.forest(forest_of(), ident="a"))
    assert "Risk ratio, 5 studies, from Ferguson &amp; Simes 1949, 0.20 (0.09 to 0.49), to TPT Madras 1980, 1.01" in said
    assert "All together, random effects: 0.40 (0.27 to 0.60); a new study would be expected between 0.10 and 1.70" in said


def test_the_zones_and_limits_of_a_funnel_have_the_width_that_normal_theory_gives() -> None:
    shown = funnel_of()
    root = read(funnel.funnel(shown, ident="a"))
    null, centre = places(marks(root, "null")[0])[0], places(marks(root, "reach")[0])[0]
    unit = (null - centre) / 0.7
    high = 1.06 * max(study.error for study in shown.studies)
    limits = places(marks(root, "limits")[0])
    normal = NormalDist()
    assert (limits[4] - limits[0]) / unit == pytest.approx(2 * normal.inv_cdf(0.975) * high, rel=0.01)
    zone = places(marks(root, "tone")[0])
    assert (null - zone[2]) / unit == pytest.approx(normal.inv_cdf(0.95) * high, rel=0.01)
    assert (null - zone[4]) / unit == pytest.approx(normal.inv_cdf(0.975) * high, rel=0.01)
    said = [text for text, _ in texts(root)]
    assert {"p 0.05 to 0.1", "p 0.01 to 0.05", "filled in", "Egger's line", "95% pseudo-limits"} <= set(said)


def test_filled_studies_are_open_marks_and_a_funnel_by_size_has_neither_zones_nor_limits() -> None:
    root = read(funnel.funnel(funnel_of(), ident="a"))
    assert len(marks(root, "bead")) == 5
    assert len([mark for mark in marks(root, "open") if len(mark)]) == 1
    sized = read(funnel.funnel(funnel_of(by_size=True), ident="a"))
    assert not marks(sized, "tone")
    assert not marks(sized, "limits")
    assert "1 study was filled in; with it the pooled value is 0.549." in str(funnel.funnel(funnel_of(), ident="a"))
    assert funnel.funnel_table(funnel_of())[1][0] == "TPT Madras 1980", "the most exact first"


def test_a_ray_from_nought_through_a_point_meets_the_arc_at_its_effect() -> None:
    points = tuple(diagnostics.RadialPoint(label=f"{x}", x=x, y=x * math.log(2)) for x in (1.0, 2.0, 3.0))
    other = diagnostics.RadialPoint(label="o", x=3.0, y=-1.5)
    root = read(diagnostics.radial(replace(radial_of(), points=(*points, other), slope=0.1), ident="a"))
    spots = [(float(mark.get("cx") or 0), float(mark.get("cy") or 0)) for mark in marks(root, "bead")]
    origin = places(marks(root, "reach")[0])[:2]
    slope = (spots[2][1] - origin[1]) / (spots[2][0] - origin[0])
    assert (spots[0][1] - origin[1]) / (spots[0][0] - origin[0]) == pytest.approx(slope, rel=0.01)
    two = next(box for text, box in texts(root) if text == "2" and box[0] > 200)
    middle = two[3] - 0.1 * 11.5 - 4
    assert (middle - origin[1]) / (two[0] - origin[0]) == pytest.approx(slope, rel=0.01)


def test_who_lies_outside_the_band_is_named() -> None:
    said = str(diagnostics.radial(radial_of(), ident="a"))
    outside = [row[0] for row in diagnostics.radial_table(radial_of())[1:] if row[-1] == "no"]
    far = [study.label for study in funnel_of().studies if abs(study.effect + 0.43) > 1.96 * study.error]
    assert outside == far == ["Ferguson & Simes 1949", "Hart & Sutherland 1977", "TPT Madras 1980"]
    named = "Ferguson &amp; Simes 1949, Hart &amp; Sutherland 1977, TPT Madras 1980."
    assert f"3 lie outside the band that would hold 95%: {named}" in said


def test_the_outermost_studies_of_baujats_plot_carry_their_names() -> None:
    said = [text for text, _ in texts(read(diagnostics.baujat(baujat_of(), ident="a")))]
    assert {"TPT Madras 1980", "Hart & Sutherland 1977"} <= set(said)
    assert diagnostics.baujat_table(baujat_of())[1][0] == "TPT Madras 1980"


def test_ten_thousand_subsets_are_counted_in_cells_and_make_a_small_picture() -> None:
    svg = diagnostics.gosh(gosh_of(10_000), ident="a")
    assert len(svg) < 60_000
    root = read(svg)
    assert len(marks(root, "ringed")) > 0, "cells in which most subsets hold the study"
    assert "10,000 subsets of the studies." in svg
    table = diagnostics.gosh_table(gosh_of(10_000))
    counts = {row[0]: row[1] for row in table[1:]}
    assert counts["all subsets"] == "10,000"
    assert int(counts["with TPT Madras 1980"].replace(",", "")) == sum(gosh_of(10_000).holding)
    assert [row[4] for row in table[1:6]][2] == "25%", "the median of a square is the square of the median"


@pytest.mark.parametrize("wide", [False, True])
def test_a_curve_rises_marks_the_primary_and_has_a_mark_below_for_every_option(*, wide: bool) -> None:
    root = read(curve.curve(curve_of(), ident="a", wide=wide))
    beads = re.findall(r"M([\d.]+) ([\d.]+)h0", marks(root, "beads")[0].get("d") or "")
    heights = [float(y) for _, y in beads]
    assert len(beads) == 24
    assert heights == sorted(heights, reverse=True)
    lead = marks(root, "lead")
    order = curve_of().order
    assert places(lead[0])[2] == pytest.approx(float(beads[order.index(7)][0]), abs=0.1)
    assert len(lead) == 4, "on the curve, in the key, and at its option of both factors"
    uses = [len(re.findall("M", mark.get("d") or "")) for mark in marks(root, "uses")]
    assert uses == [12, 12, 8, 8, 8]


def test_thousands_of_specifications_are_thinned_evenly_and_the_description_says_so() -> None:
    for most, wide in ((curve.MOST, False), (curve.MOST_WIDE, True)):
        svg = curve.curve(curve_of(5000, primary=123), ident="a", wide=wide)
        beads = re.findall(r"M([\d.]+) ", marks(read(svg), "beads")[0].get("d") or "")
        assert most <= len(beads) <= most + 1
        assert f"5,000 specifications of the odds ratio, of which {len(beads)} are drawn, evenly spread." in svg
        assert len(svg) < 60_000
        gaps = sorted(float(b) - float(a) for a, b in itertools.pairwise(beads))
        assert gaps[-1] < 1.2 * gaps[len(gaps) // 2], "no part of the curve is left out"
    assert f"The primary one is {math.exp(-0.5 + 0.4 * math.sin(123)):.3g}" in svg


def test_a_small_curve_stands_under_a_number() -> None:
    root = read(curve.curve(curve_of(), ident="a", small=True))
    assert (root.get("width"), root.get("height")) == ("360", "100"), "340 by 80 with an edge"
    assert not marks(root, "uses")
    assert [text for text, _ in texts(root)] == ["0.407", "0.901", "24 analyses; dotted: no effect"]


def test_intervals_that_are_clear_of_the_threshold_have_strong_lines_and_are_counted() -> None:
    svg = curve.curve(curve_of(), ident="a")
    clear = [held for held in curve_of().specifications if held.interval and held.interval.high < 1]
    assert len(re.findall("M", marks(read(svg), "clear")[0].get("d") or "")) == len(clear)
    assert f"The whole interval lies below no effect (1) in {len(clear)}, above it in 0. Fragile." in svg


def test_the_table_of_a_curve_counts_the_specifications_of_each_option() -> None:
    table = curve.curve_table(curve_of())
    assert [row[:3] for row in table[1:4]] == [("all", "", "24"), ("Measure", "PLO", "12"), ("Measure", "PAS", "12")]
    values = [held.value for held in curve_of().specifications]
    assert (table[1][3], table[1][5]) == (f"{min(values):.3g}", f"{max(values):.3g}")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: forest.Forest(title="t", measure="m", groups=()), "'t' has no studies; should have at least one"),
        (lambda: plain((math.nan, 0.4, 0.6)), "'Study 1' has nan, which cannot be drawn; should be a finite number"),
        (lambda: plain((-0.5, -0.9, 0.6)), "is of ratios and has -0.5; should be above zero"),
        (lambda: plain((0.5, 0.4, 0.6), low=2.0, high=1.0), "the axis from 2.0 to 1.0 is the wrong way round"),
        (lambda: forest_of(columns=("BCG",)), "'Aronson 1948' has 2 cells; should be 1, one for each heading"),
        (lambda: funnel_of(studies=()), "has no studies"),
        (lambda: funnel_of(studies=(funnel.Study(label="x", effect=0, error=0),)), "'x' has the standard error 0; should be"),
        (lambda: funnel_of(studies=(funnel.Study(label="x", effect=0, error=1),), by_size=True), "'x' has the size None"),
        (lambda: radial_of(points=(diagnostics.RadialPoint(label="x", x=0, y=1),)), "'x' has the precision 0; should be"),
        (lambda: diagnostics.Baujat(title="t", points=()), "has no studies"),
        (lambda: replace(gosh_of(), i2=[1.0]), "have the lengths"),
        (lambda: curve_of(specifications=()), "has no specifications"),
        (lambda: curve_of(primary=24), "the primary specification is number 24; should be from 0 to 23"),
        (lambda: curve_of(factors=()), r"specification 0 has the options \(0, 0\)"),
    ],
)
def test_a_plot_that_cannot_be_drawn_says_what_was_found_and_what_would_be_right(make: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        make()
