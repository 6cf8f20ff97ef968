"""The intake that a person reports, as the model takes it."""

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from equipoise.engines.pharmacokinetics import Content
from equipoise.findings.exposure_answer import given_content
from equipoise.findings.reported import MOST_DAYS, Reported, clock_hours, is_clock, reported
from equipoise.records.case import KratomUse
from equipoise.values.dates import PartialDate

DAY = date(2026, 11, 22)
UNTESTED = (Content(mg_per_g=14.0, log_sd=0.5), given_content(14.0, cv=0.5)[1])


def taken(**fields: Any) -> Reported:
    found = reported(KratomUse(**fields), untested=UNTESTED, as_of=DAY)
    assert isinstance(found, Reported)
    return found


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"use": "considering", "grams": Decimal(3)}, "only thought of is not computed"),
        ({"use": "never", "grams": Decimal(3)}, "only thought of is not computed"),
        ({"product": "7-oh", "mitragynine_mg": Decimal(15)}, "no human data on 7-OH"),
        ({"product": "extract", "grams": Decimal(1)}, "no model of an extract"),
        ({"product": "shot", "grams": Decimal(1)}, "no model of a bottled drink"),
        ({"product": "other", "grams": Decimal(1)}, "this is another product"),
        ({"use": "now", "product": "powder", "times_per_day": 3}, "no amount of one intake was given"),
    ],
)
def test_what_is_not_computed_says_why(fields: dict[str, Any], why: str) -> None:
    found = reported(KratomUse(**fields), untested=UNTESTED, as_of=DAY)
    assert isinstance(found, str)
    assert why in found


def test_a_time_of_day_is_one_and_nothing_else_is() -> None:
    assert [is_clock(text) for text in ("8:00", " 08:00 ", "23:59", "24:00", "8", "08:60")] == [True] * 3 + [False] * 3


def test_hours_count_from_the_first_time_of_the_day() -> None:
    assert clock_hours(["20:30", "8:00", "14:00"]) == [0.0, 6.0, 12.5]
    with pytest.raises(ValueError, match="the time '24:00' is none; should look like 08:00"):
        clock_hours(["24:00"])


def test_times_of_a_day_are_taken_as_given_else_evenly_and_that_is_said() -> None:
    given = taken(mitragynine_mg=Decimal(20), times=("08:00", "20:30"), since=PartialDate.parse("2026-11-21"))
    assert given.schedule.time_h.tolist() == [0.0, 12.5]
    assert given.taken_as == ()
    spread = taken(mitragynine_mg=Decimal(20), times_per_day=3, since=PartialDate.parse("2026-11-21"))
    assert spread.schedule.time_h.tolist() == [0.0, 8.0, 16.0]
    assert spread.taken_as == ("The times of the day were not given: they are taken as evenly spread.",)


def test_one_intake_is_computed_where_nobody_says_how_often() -> None:
    once = taken(mitragynine_mg=Decimal(20), since=PartialDate.parse("2020"))
    assert once.schedule.time_h.tolist() == [0.0]
    assert once.taken_as == ("How often was not given: one intake is computed.",)


@pytest.mark.parametrize(
    ("since", "stopped", "days"),
    [
        ("2026-11-19", None, 3),
        ("2026-11-22", None, 1),
        ("2020", None, MOST_DAYS),
        (None, None, MOST_DAYS),
        ("2026-01-01", "2026-01-05", 4),
    ],
)
def test_days_run_from_the_first_to_the_last_and_no_longer_than_the_level_rises(
    since: str | None, stopped: str | None, days: int
) -> None:
    found = taken(
        mitragynine_mg=Decimal(20),
        times_per_day=1,
        since=None if since is None else PartialDate.parse(since),
        stopped=None if stopped is None else PartialDate.parse(stopped),
    )
    assert found.schedule.time_h.tolist() == [24.0 * day for day in range(days)]
    assert any("Since when was not given" in said for said in found.taken_as) is (since is None)


def test_grams_hold_what_the_label_says_else_what_surveys_of_products_say() -> None:
    labelled = taken(grams=Decimal(2), mg_per_g=Decimal(10))
    np.testing.assert_allclose(labelled.schedule.mg, [20.0])
    assert labelled.schedule.content_log_sd == 0.0
    unknown = taken(grams=Decimal(2))
    np.testing.assert_allclose(unknown.schedule.mg, [28.0])
    assert unknown.schedule.content_log_sd == 0.5
    assert unknown.content is UNTESTED[1]
    assert "drawn from surveys of products" in unknown.taken_as[0]
    plain = taken(mitragynine_mg=Decimal("12.5"))
    np.testing.assert_allclose(plain.schedule.mg, [12.5])
    assert plain.content is None
