"""Values refuse to exist wrong, and say what a reader needs."""

from datetime import date

import pytest

from equipoise.values.dates import PartialDate
from equipoise.values.estimate import Counts, Estimate, Interval, rounded
from equipoise.values.missing import Missing


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("2017", date(2017, 1, 1), date(2017, 12, 31)),
        ("2020-02", date(2020, 2, 1), date(2020, 2, 29)),
        ("2017-03-31", date(2017, 3, 31), date(2017, 3, 31)),
    ],
)
def test_a_partial_date_means_every_day_that_it_can_mean(text: str, earliest: date, latest: date) -> None:
    known = PartialDate.parse(text)
    assert (str(known), known.earliest, known.latest) == (text, earliest, latest)


@pytest.mark.parametrize(
    "text",
    ["", "17", "2017-3", "2017-00", "2017-13", "2017-02-30", "2017-02-00", "0000", "2017-03-31T00", "２０１７", "2017\n"],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a date|is out of range|month must be"):
        PartialDate.parse(text)


def test_a_day_needs_its_month() -> None:
    with pytest.raises(ValueError, match="a day needs its month"):
        PartialDate(2017, 0, 3)


def test_a_year_comes_before_its_months_and_a_month_before_its_days() -> None:
    texts = ["2017", "2017-01", "2017-01-01", "2017-02", "2018"]
    assert [str(known) for known in sorted(PartialDate.parse(text) for text in reversed(texts))] == texts


@pytest.mark.parametrize(("events", "total"), [(-1, 5), (6, 5), (0, 0), (0, -1)])
def test_a_count_is_a_part_of_its_total(events: int, total: int) -> None:
    with pytest.raises(ValueError, match=f"{events} of {total} is not a count"):
        Counts(events=events, total=total)


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0, -0.5, float("nan")])
def test_a_level_lies_between_none_and_all(level: float) -> None:
    with pytest.raises(ValueError, match="is not between 0 and 1"):
        Interval(low=0, high=1, level=level)


def test_an_interval_holds_its_bounds_and_what_rounding_puts_beside_them() -> None:
    interval = Interval(low=0.1, high=0.3)
    assert interval.holds(0.1)
    assert interval.holds(0.1 + 0.2)
    assert not interval.holds(0.31)


def test_an_estimate_may_be_known_without_an_interval() -> None:
    assert Estimate(measure="proportion", value=65, unit="%", printed="65%").interval is None


@pytest.mark.parametrize(
    ("value", "unit", "printed"),
    [
        (65.4, "%", "65"),
        (10, "%", "10"),
        (9.96, "%", "9.96"),
        (0.5, "", "0.5"),
        (0.123456, "", "0.123"),
        (2798, "people", "2,798"),
        (1234.6, "", "1,235"),
        (-0.4567, "", "-0.457"),
        (0, "", "0"),
        (-0.0, "", "0"),
        (-0.0, "%", "0"),
    ],
)
def test_a_reader_sees_the_digits_that_matter(value: float, unit: str, printed: str) -> None:
    assert rounded(value, unit) == printed


def test_each_kind_of_missing_is_said_in_words() -> None:
    assert [str(item) for item in Missing] == ["not reported", "not applicable"]
