"""Figures draw what the numbers say, and nothing that they do not."""

import re
from datetime import date
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from equipoise.findings.finding import Basis, Citation, Finding, Level, Reason
from equipoise.outputs import figures
from equipoise.values.estimate import Counts, Estimate, Interval, Part

SVG = "{http://www.w3.org/2000/svg}"


def finding(estimate: Estimate | None, kind: Any = "reported", **options: str) -> Finding:
    return Finding(
        id="sample",
        question="How many?",
        statement="People said so.",
        estimate=estimate,
        certainty=Level.LOW,
        because=(Reason(domain="start", change=0, why="a survey"),),
        sources=(Citation(ref="aronson-1948", at="Table I"),),
        basis=Basis(
            kind=kind, engine="register", options=tuple(options.items()), records=("aronson-1948/illness",), version="0"
        ),
        as_of=date(2026, 1, 31),
    )


def share(events: int, total: int, design: str = "cross-sectional-survey") -> Finding:
    value = 100 * events / total
    counts = Counts(events=events, total=total)
    return finding(Estimate(measure="proportion", value=value, unit="%", printed=f"{value:.0f}%", counts=counts), design=design)


def pooled() -> Finding:
    parts = tuple(
        Part(
            label=f"Study {year}",
            record=f"study-{year}/x",
            value=value,
            interval=Interval(low=value - 5, high=value + 5),
            weight=50,
        )
        for year, value in ((2001, 20.0), (2002, 60.0))
    )
    estimate = Estimate(
        measure="pooled proportion",
        value=40,
        unit="%",
        printed="40%",
        interval=Interval(low=30, high=50),
        prediction=Interval(low=5, high=85, kind="prediction"),
        parts=parts,
    )
    return finding(estimate, "pooled")


def odds(value: float, low: float, high: float) -> Finding:
    interval = Interval(low=low, high=high)
    return finding(Estimate(measure="odds ratio", value=value, unit="odds ratio", printed=str(value), interval=interval))


def read(svg: str) -> ET.Element:
    return ET.fromstring(str(svg).replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1))  # noqa: S314


def test_a_plot_has_a_role_a_title_and_a_description_that_it_names() -> None:
    root = read(figures.interval_plot(pooled(), ident="a"))
    assert root.get("role") == "img"
    named = {element.get("id"): element.text for element in root if element.tag in {f"{SVG}title", f"{SVG}desc"}}
    assert named[root.get("aria-labelledby")] == "How many?"
    assert "Study 2001: 20%, interval 15% to 25%" in str(named[root.get("aria-describedby")])
    assert "A new study would be expected between 5% to 85%" in str(named[root.get("aria-describedby")])


def test_a_pooled_plot_has_a_square_for_each_study_a_diamond_and_a_prediction() -> None:
    svg = str(figures.interval_plot(pooled(), ident="a"))
    assert svg.count('class="dot"') == 2
    assert svg.count('class="diamond"') == 1
    assert svg.count('class="ahead"') == 1
    assert "null" not in svg, "a share has no null"


def test_nothing_is_drawn_outside_the_plot() -> None:
    for svg in (figures.interval_plot(pooled(), ident="a"), figures.interval_plot(odds(250, 0.001, 90000), ident="b")):
        places = [float(place) for place in re.findall(r'(?: x="|[MHL])([\d.]+)', str(svg))]
        assert all(0 <= place <= figures.WIDTH for place in places)


def test_a_ratio_is_drawn_by_ratios_around_one() -> None:
    shown = odds(2, 1.5, 3)
    assert shown.estimate
    ruler = figures.axis(shown.estimate, figures.rows(shown))
    assert (ruler.null, ruler.ratio) == (1.0, True)
    assert ruler.at(2) - ruler.at(1) == pytest.approx(ruler.at(1) - ruler.at(0.5))
    assert ruler.low < 1 < ruler.high


def test_a_difference_is_drawn_around_nought() -> None:
    shown = finding(Estimate(measure="d", value=-0.3, unit="Cohen's d", printed="-0.3", interval=Interval(low=-0.7, high=0.1)))
    assert shown.estimate
    ruler = figures.axis(shown.estimate, figures.rows(shown))
    assert (ruler.low, ruler.null, ruler.high) == (-0.8, 0.0, 0.8)


def test_a_value_without_interval_or_comparison_has_no_plot() -> None:
    assert figures.interval_plot(share(3, 40), ident="a") == ""
    assert figures.interval_plot(finding(None), ident="a") == ""


def test_a_hundred_people_stand_only_for_people_who_were_counted() -> None:
    assert figures.of_hundred(share(13, 20)) == 65
    assert figures.of_hundred(share(13, 19)) is None, "too few"
    for design in figures.UNCOUNTABLE:
        assert figures.of_hundred(share(13, 20, design)) is None, design
    assert figures.of_hundred(pooled()) is None, "a pooled share has no counts"


def test_a_rare_thing_is_not_shown_as_none_nor_a_usual_one_as_all() -> None:
    assert figures.of_hundred(share(1, 1000)) is None
    assert figures.of_hundred(share(999, 1000)) is None
    assert figures.of_hundred(share(0, 50)) == 0


def test_a_hundred_marks_say_in_shape_and_words_how_many() -> None:
    svg = str(figures.icon_array(65, ident="a", title="How many?"))
    assert (svg.count('class="did"'), svg.count('class="not"')) == (65, 35)
    assert "65 of 100 marks are filled, 35 are not." in svg


def test_the_mark_of_certainty_has_as_many_dots_as_the_level() -> None:
    for level in Level:
        assert str(figures.dots(level)).count('class="did"') == level.dots


def test_the_area_of_a_bubble_stands_for_people() -> None:
    def radius(people: int) -> float:
        drawn = str(figures.bubble(people=people, most=10_000, studies=1, level=Level.LOW))
        return float(re.findall(r' r="([\d.]+)"', drawn)[0])

    assert radius(10_000) == pytest.approx(2 * radius(2_500), rel=0.01)
    assert "other" in figures.bubble(people=0, most=10_000, studies=3, level=Level.LOW)


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (65.0, "%", "65%"),
        (25.5, "%", "25.5%"),
        (15.4930481, "%", "15%"),
        (9.2592592, "%", "9.26%"),
        (0, "%", "0%"),
        (-0.125, "d", "−0.125"),
        (23.24, "hours", "23.24"),
        (1.3912345678, "odds ratio", "1.39"),
        (12000, "people", "12,000"),
    ],
)
def test_numbers_keep_the_digits_of_print_and_lose_those_of_computing(value: float, unit: str, said: str) -> None:
    assert figures.number(value, unit) == said


def test_an_interval_of_a_share_does_not_pretend_to_more_than_a_tenth_of_a_percent() -> None:
    assert figures.between(Interval(low=0.0013, high=99.99), "%") == "<0.1% to >99.9%"
    assert figures.between(Interval(low=0, high=16.04321), "%") == "0% to 16%"
    assert figures.between(Interval(low=-0.115, high=0.095), "correlation") == "−0.115 to 0.095"


def test_hostile_words_stay_words() -> None:
    parts = (Part(label="<script>alert(1)</script>", record="a/b", value=10), Part(label="\"'&", record="a/c", value=20))
    estimate = Estimate(
        measure="distance between studies", value=10, unit="percentage points", printed="10% to 20%", parts=parts
    )
    svg = str(figures.interval_plot(finding(estimate, "contrast"), ident='"><script>'))
    assert "<script" not in svg
    read(svg)
