"""The truths of point-in-time law, each with made-up norms."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from equipoise.engines.law import (
    FIRM,
    Absence,
    Amount,
    Book,
    Claim,
    Judgement,
    Limit,
    Norm,
    Place,
    Predicate,
    Product,
    Query,
    Window,
    changes,
    judge,
    minute,
    route,
)
from equipoise.values.dates import PartialDate

NEW_YORK = ZoneInfo("America/New_York")
TODAY = date(2026, 7, 1)
KRATOM = Predicate(any_of=("plant", "mitragynine", "7-hydroxymitragynine"))
LEAF, SEVEN_OH = Product(kind="leaf"), Product(kind="7-oh")

US = Place(id="US", name="United States")
STATE = Place(id="US-CA", name="California", parent=US)
COUNTY = Place(id="US-CA/San Diego County", name="San Diego County", parent=STATE, answers=False, local="county")
CITY = Place(id="US-CA/San Diego", name="San Diego", parent=COUNTY, answers=False, local="municipality")
THAILAND = Place(id="TH", name="Thailand")


def since(text: str, time: str | None = None) -> Window:
    return Window.of(PartialDate.parse(text), time)


def norm(name: str, place: Place, effect: str, **terms: Any) -> Norm:
    """A norm on kratom, in force since long ago, known and fresh, save where it is said otherwise."""
    given: dict[str, Any] = {
        "instrument": name,
        "actions": frozenset({"possess", "sell"}),
        "predicate": KRATOM,
        "verified": TODAY.toordinal(),
        "read": TODAY.toordinal(),
        "stale_days": 180,
        "grade": "primary",
    }
    return Norm(id=name, citation=name, url=None, place=place.id, effect=effect, says=name, **(given | terms))  # type: ignore[arg-type]


def ask(*norms: Norm, place: Place = CITY, on: date | datetime = TODAY, **terms: Any) -> Judgement:
    given: dict[str, Any] = {"product": LEAF, "action": "possess", "known_on": TODAY}
    return judge(norms, Query(place=place, on=on, **(given | terms)))


FREE = norm("us-none", US, "not-listed")
OPEN_STATE = norm("ca-none", STATE, "not-listed")
ADULTS = norm("ca-adults", STATE, "permit-if", min_age=21)


def verdicts(days: list[str], *norms: Norm, **terms: Any) -> list[str]:
    return [ask(*norms, on=date.fromisoformat(day), **terms).verdict for day in days]


# --------------------------------------------------------------------------- the stack


def test_the_strictest_prohibition_of_the_stack_wins() -> None:
    permit = norm("city-permit", CITY, "permit-if", conditions=("a label",))
    ban = norm("us-ban", US, "schedule")
    judgement = ask(ban, ADULTS, permit, age=40)
    assert judgement.verdict == "unlawful"
    assert [found.id for found in judgement.control.because] == ["us-ban"]
    local = norm("county-ban", COUNTY, "prohibit")
    assert ask(FREE, ADULTS, local, age=40).verdict == "unlawful"
    assert ask(FREE, ADULTS, local, age=40, place=STATE).verdict == "lawful"


def test_a_preemption_of_a_wider_place_voids_the_rule_inside_and_shows_it() -> None:
    local = norm("city-ban", CITY, "prohibit")
    wall = norm("ca-preempts", STATE, "preempt")
    judgement = ask(FREE, ADULTS, wall, local, age=40)
    assert judgement.verdict == "lawful"
    assert judgement.control.voided == (local,)
    assert ask(FREE, ADULTS, wall, norm("ca-ban", STATE, "prohibit"), age=40).verdict == "unlawful"


def test_an_exemption_opens_the_ban_of_its_place_and_none_above() -> None:
    ban = norm("ca-ban", STATE, "prohibit")
    assert ask(FREE, ban, norm("ca-way", STATE, "exempt", exempts=frozenset({"ca-ban"}))).verdict == "lawful"
    sale = replace(ban, id="ca-act#sale", instrument="ca-act")
    assert ask(FREE, sale, norm("ca-way", STATE, "exempt", exempts=frozenset({"ca-act#sale"}))).verdict == "lawful"
    assert ask(FREE, sale, norm("ca-way", STATE, "exempt", exempts=frozenset({"ca-act#give"}))).verdict == "unlawful"
    assert ask(FREE, ban, norm("city-way", CITY, "exempt", exempts=frozenset({"ca-ban"}))).verdict == "unlawful"


def test_a_rule_for_the_unincorporated_county_stops_at_the_town() -> None:
    ban = norm("county-ban", COUNTY, "prohibit", reach="unincorporated")
    assert ask(FREE, OPEN_STATE, ban, place=COUNTY).verdict == "unlawful"
    assert ask(FREE, OPEN_STATE, ban, place=CITY).verdict == "not-scheduled"
    assert ask(FREE, OPEN_STATE, replace(ban, reach="everywhere"), place=CITY).verdict == "unlawful"


def test_no_record_is_unknown_and_a_search_gives_its_day() -> None:
    assert ask().verdict == "unknown"
    assert ask(FREE).verdict == "unknown"
    book = Book([FREE], [Absence(place="US-CA", search="law-us-ca-2026", on=date(2026, 6, 3))])
    query = Query(place=CITY, product=LEAF, action="possess", on=TODAY, known_on=TODAY)
    answer = book.judge(query).control
    assert (answer.verdict, answer.silent) == ("unknown", ((STATE, date(2026, 6, 3)),))
    earlier = book.judge(replace(query, known_on=date(2026, 6, 2))).control
    assert earlier.silent == ((STATE, None),), "a search of a later day was not yet made"


# --------------------------------------------------------------------------- time


def test_pending_law_is_upcoming_and_nothing_else() -> None:
    bill = norm("bill", STATE, "prohibit", force="proposal", began=since("2026-05-01"), earliest=since("2026-08-01"))
    act = norm("act", STATE, "prohibit", began=since("2026-09-01"), since="2026-09-01")
    answer = ask(FREE, OPEN_STATE, bill, act).control
    assert answer == replace(ask(FREE, OPEN_STATE).control, upcoming=answer.upcoming)
    assert {(item.norm.id, item.what, item.certain) for item in answer.upcoming} == {
        ("bill", "proposed", False),
        ("act", "begins", True),
    }
    assert answer.next_change is not None
    assert answer.next_change.norm is act
    assert verdicts(["2026-08-31", "2026-09-01"], FREE, OPEN_STATE, bill, act) == [
        "not-scheduled",
        "unlawful",
    ]


EXPIRED = norm(
    "order", STATE, "prohibit", began=since("2026-03-01"), ended=since("2026-06-01"), ending="lapsed", until="2026-06-01"
)


def test_an_expiry_without_a_successor_is_unknown_and_with_one_is_not() -> None:
    days = ["2026-05-31", "2026-06-01"]
    before = replace(OPEN_STATE, ended=since("2026-03-01"), ending="ended")
    assert verdicts(days, FREE, before, EXPIRED) == ["unlawful", "unknown"]
    assert verdicts(days, FREE, OPEN_STATE, EXPIRED) == ["unlawful", "unknown"], "an older permission is no successor"
    after = norm("later", STATE, "not-listed", began=since("2026-06-01"))
    assert verdicts(days, FREE, EXPIRED, after) == ["unlawful", "not-scheduled"]
    elsewhere = norm("later", US, "not-listed", began=since("2026-06-01"))
    assert verdicts(days, FREE, OPEN_STATE, EXPIRED, elsewhere) == ["unlawful", "unknown"]
    assert verdicts(days, FREE, OPEN_STATE, replace(EXPIRED, ending="ended")) == ["unlawful", "not-scheduled"]


def test_a_later_preemption_is_no_successor_of_an_expired_ban() -> None:
    """It takes local rules out; it does not say what the state itself allows."""
    wall = norm("act-on-something-else", STATE, "preempt", began=since("2026-06-10"))
    assert ask(FREE, OPEN_STATE, EXPIRED, wall).verdict == "unknown"


def test_a_condition_of_an_expired_rule_is_not_dropped_by_inference() -> None:
    """18 is on record, 21 expired and nothing was seen after it: that 18 is enough would be a guess."""
    older = norm("order", STATE, "permit-if", min_age=21, ended=since("2026-06-01"), ending="lapsed")
    answer = ask(FREE, norm("act", STATE, "permit-if", min_age=18), older).control
    assert answer.verdict not in FIRM or {item.norm.min_age for item in answer.conditions} == {21}


def test_a_stale_record_says_what_it_last_was() -> None:
    ban = norm("ca-ban", STATE, "prohibit", stale_days=30)
    late = date(2026, 8, 1)
    fresh, old = (ask(ban, on=day, known_on=day).control for day in (date(2026, 7, 31), late))
    assert (fresh.verdict, fresh.last, fresh.stale) == ("unlawful", None, False)
    assert (old.verdict, old.last, old.stale) == ("stale", "unlawful", True)
    assert ask(ban, on=TODAY, known_on=late).verdict == "unlawful", "the day of the question counts, not that of the asker"


def test_a_permission_is_relied_on_from_the_day_its_source_speaks_for_and_a_ban_from_its_reading() -> None:
    dates = {"verified": date(2026, 1, 1).toordinal(), "read": TODAY.toordinal(), "stale_days": 90}
    assert ask(FREE, norm("ca-none", STATE, "not-listed", **dates)).verdict == "stale"
    assert ask(FREE, norm("ca-ban", STATE, "prohibit", **dates)).verdict == "unlawful"


def test_a_partial_date_is_uncertain_inside_its_span_and_firm_outside() -> None:
    act = norm("ca-ban", STATE, "prohibit", began=since("2026-05"))
    days = ["2026-04-30", "2026-05-01", "2026-05-30", "2026-05-31"]
    before = replace(OPEN_STATE, ended=since("2026-05"), ending="ended")
    assert verdicts(days, FREE, before, act) == ["not-scheduled", "unknown", "unknown", "unlawful"]
    inside = ask(FREE, before, act, on=date(2026, 5, 1)).control
    assert [reason for reason, _ in inside.why] == ["date"]
    year = norm("ca-ban", STATE, "prohibit", began=since("2016"))
    assert verdicts(["2015-12-31", "2016-01-01", "2016-12-30", "2017-01-01"], FREE, OPEN_STATE, year) == [
        "not-scheduled",
        "unknown",
        "unknown",
        "unlawful",
    ]


def test_a_date_that_changes_nothing_leaves_the_answer_firm() -> None:
    """A county's ban of unknown date under a ban of the state."""
    county = norm("county-ban", COUNTY, "prohibit", began=Window(-(10**10), minute(date(2026, 6, 1))))
    day = date(2026, 5, 1)
    assert ask(norm("ca-ban", STATE, "prohibit"), county, place=COUNTY, on=day).verdict == "unlawful"
    assert ask(FREE, OPEN_STATE, county, place=COUNTY, on=day).verdict == "unknown"
    assert ask(FREE, OPEN_STATE, county, place=COUNTY, on=date(2026, 6, 1)).verdict == "unlawful"


def test_an_order_of_an_hour_begins_at_it_and_its_day_alone_is_uncertain() -> None:
    order = norm("order", STATE, "prohibit", began=since("2026-06-05", "17:00"))
    place = replace(STATE, zone=NEW_YORK)
    asked = [
        datetime(2026, 6, 5, 16, 59, tzinfo=NEW_YORK),
        datetime(2026, 6, 5, 17, 0, tzinfo=NEW_YORK),
        datetime.fromisoformat("2026-06-05T16:59"),
        datetime.fromisoformat("2026-06-05T15:59-05:00"),
        datetime.fromisoformat("2026-06-05T16:00-05:00"),
        date(2026, 6, 4),
        date(2026, 6, 5),
        date(2026, 6, 6),
    ]
    assert [ask(FREE, OPEN_STATE, order, place=place, on=on).verdict for on in asked] == [
        "not-scheduled",
        "unlawful",
        "not-scheduled",
        "not-scheduled",
        "unlawful",
        "not-scheduled",
        "unknown",
        "unlawful",
    ]


@pytest.mark.parametrize("clock", [None, ZoneInfo("America/Chicago")], ids=["a place of several zones", "a place an hour west"])
def test_an_hour_is_one_of_the_zone_that_the_order_names(clock: ZoneInfo | None) -> None:
    order = norm("order", STATE, "prohibit", began=since("2026-06-05", "17:00"), zone=NEW_YORK)
    asked = [datetime(2026, 6, 5, *at, tzinfo=ZoneInfo("America/Chicago")) for at in ((15, 59), (16, 0))]
    found = [ask(FREE, OPEN_STATE, order, place=replace(STATE, zone=clock), on=on).verdict for on in asked]
    assert found == ["not-scheduled", "unlawful"]


def test_a_book_keeps_the_clocks_of_a_place_apart() -> None:
    """Asked of a place whose clock is not said, and then of the same place on Chicago's, the order begins an hour earlier."""
    order = norm("order", STATE, "prohibit", began=since("2026-06-05", "17:00"), zone=NEW_YORK)
    book = Book([FREE, OPEN_STATE, order])
    asked = Query(place=STATE, product=LEAF, action="possess", on=datetime(2026, 6, 5, 16, 30), known_on=TODAY)  # noqa: DTZ001
    on_the_spot = replace(asked, place=replace(STATE, zone=ZoneInfo("America/Chicago")))
    assert [book.judge(query).verdict for query in (asked, on_the_spot)] == ["not-scheduled", "unlawful"]


# --------------------------------------------------------------------------- two clocks


def test_what_became_known_later_is_left_out() -> None:
    """An order of 26 August, published that day: as known on the 20th it is no law of any day."""
    made = date(2026, 8, 26).toordinal()
    order = norm("order", US, "schedule", began=Window(minute(date(2026, 8, 26)), minute(date(2026, 8, 26))), known=made)
    before = norm("us-none", US, "not-listed", ended=since("2026-08-26"), ending="ended", end_known=made)
    on = date(2026, 9, 1)
    assert ask(before, OPEN_STATE, order, on=on, known_on=date(2026, 8, 20)).verdict == "not-scheduled"
    assert ask(before, OPEN_STATE, order, on=on, known_on=on).verdict == "unlawful"
    assert ask(before, OPEN_STATE, order, on=date(2026, 8, 20), known_on=on).verdict == "not-scheduled"


def test_an_end_is_left_out_until_the_day_on_which_it_was_known() -> None:
    read = {"verified": TODAY.toordinal() - 9, "read": TODAY.toordinal() - 9}
    ended = {"ended": since("2026-06-01"), "ending": "ended", "end_known": TODAY.toordinal() - 1}
    book = Book([norm("us-none", US, "not-listed", **read), norm("ca-none", STATE, "not-listed", **read, **ended)])
    days = [date(2026, 6, 29), date(2026, 6, 30)]
    query = Query(place=STATE, product=LEAF, action="possess", on=TODAY, known_on=TODAY)
    assert [book.judge(replace(query, known_on=day)).verdict for day in days] == ["not-scheduled", "unknown"]


def test_a_corrected_record_is_replayed_until_its_correction() -> None:
    wrong = norm("wrong", STATE, "prohibit", unknown_from=date(2026, 6, 10).toordinal())
    right = norm("right", STATE, "not-listed", known=date(2026, 6, 10).toordinal())
    assert ask(FREE, wrong, right, known_on=date(2026, 6, 9)).verdict == "unlawful"
    assert ask(FREE, wrong, right, known_on=date(2026, 6, 10)).verdict == "not-scheduled"


def test_a_book_replays_each_day_of_knowledge_with_its_own_staleness() -> None:
    """Known on 1 May, a ban that is relied on for 30 days is stale on 15 June; it was not on 20 May."""
    book = Book([norm("ca-ban", STATE, "prohibit", stale_days=30)])
    days = [date(2026, 5, 20), date(2026, 6, 15)]
    query = Query(place=STATE, product=LEAF, action="possess", on=TODAY, known_on=date(2026, 5, 1))
    assert [book.judge(replace(query, on=day)).verdict for day in days] == ["unlawful", "stale"]


# --------------------------------------------------------------------------- doubts together


def test_of_two_doubts_the_heavier_is_named_and_one_that_moves_nothing_is_not() -> None:
    stale = norm("old-ban", STATE, "prohibit", stale_days=0, read=TODAY.toordinal() - 1)
    disputed = norm("disputed-ban", STATE, "prohibit", claims=(claim("force", "a draft"),))
    both = ask(FREE, OPEN_STATE, stale, disputed).control
    assert (both.verdict, [reason for reason, _ in both.why]) == ("conflict", ["conflict", "stale"])
    idle = norm("disputed-permit", STATE, "permit-if", min_age=18, claims=(claim("force", "a draft"),))
    one = ask(FREE, OPEN_STATE, stale, idle, age=30).control
    assert (one.verdict, [reason for reason, _ in one.why]) == ("stale", ["stale"])


@pytest.mark.parametrize(("effect", "verdict"), [("permit-if", "unlawful"), ("exempt", "unknown"), ("preempt", "unlawful")])
def test_of_many_doubts_a_ban_stays_firm_where_none_can_lift_it(effect: str, verdict: str) -> None:
    ban = norm("ban", STATE, "prohibit")
    since_2026 = {"began": since("2026"), "exempts": frozenset({"ban"}), "min_age": None}
    many = [norm(f"doubt-{index}", STATE, effect, **since_2026) for index in range(9)]
    assert ask(FREE, ban, *many, age=30).verdict == verdict


# --------------------------------------------------------------------------- sources that disagree


def claim(field: str, says: str, *, weighs: bool = True, window: tuple[int, int] | None = None) -> Claim:
    grade: Any = "primary" if weighs else "tracker"
    return Claim(field=field, says=says, source="x", url=None, grade=grade, note=says, window=window, weighs=weighs)


def test_two_dates_of_equal_weight_are_a_conflict_between_them_alone() -> None:
    """Our own source says 20 June, another of its weight 10 June: between them the record as it stands says not yet."""
    window = (minute(date(2026, 6, 10)), minute(date(2026, 6, 20)))
    act = norm(
        "ca-ban", STATE, "prohibit", began=since("2026-06-20"), claims=(claim("commences", "2026-06-10", window=window),)
    )
    days = ["2026-06-09", "2026-06-10", "2026-06-19", "2026-06-20"]
    assert verdicts(days, FREE, OPEN_STATE, act) == ["not-scheduled", "conflict", "conflict", "unlawful"]
    between = ask(FREE, OPEN_STATE, act, on=date(2026, 6, 15)).control
    assert between.last == "not-scheduled"
    assert [item.decides for item in between.disputes] == [True]
    assert [item.decides for item in ask(FREE, OPEN_STATE, act, on=date(2026, 6, 25)).control.disputes] == [False]
    light = replace(act, claims=(claim("commences", "2026-06-10", weighs=False, window=window),))
    assert verdicts(days, FREE, OPEN_STATE, light) == ["not-scheduled", "not-scheduled", "not-scheduled", "unlawful"]


def test_a_claim_of_equal_weight_leaves_the_effect_open_and_a_lighter_one_is_shown() -> None:
    heavy, light = (
        norm("ca-ban", STATE, "prohibit", claims=(claim("effect", "not-listed", weighs=flag),)) for flag in (True, False)
    )
    open_answer, firm = ask(FREE, heavy).control, ask(FREE, light).control
    assert (open_answer.verdict, open_answer.last) == ("conflict", "unlawful")
    assert (firm.verdict, [item.decides for item in firm.disputes]) == ("unlawful", [False])


def test_a_claim_of_a_ban_is_weighed_as_a_ban() -> None:
    """Two permissions, and a source of equal weight that calls one of them a ban: what it says is not 'no rule'."""
    disputed = replace(ADULTS, id="disputed", claims=(claim("effect", "prohibit"),))
    assert ask(FREE, ADULTS, disputed, age=40).verdict == "conflict"
    agreed = norm("ca-ban", STATE, "prohibit", claims=(claim("effect", "schedule"),))
    assert ask(FREE, agreed).verdict == "unlawful", "both forbid it"


def test_trackers_never_decide_and_show_where_they_say_otherwise() -> None:
    listed = norm("map", STATE, "prohibit", grade="tracker")
    answer = ask(FREE, OPEN_STATE, listed).control
    assert (answer.verdict, [(item.norm.id, item.decides) for item in answer.disputes]) == ("not-scheduled", [("map", False)])
    assert ask(FREE, listed).verdict == "unknown"
    assert ask(FREE, norm("ca-ban", STATE, "prohibit"), listed).control.disputes == ()
    assert len(ask(FREE, norm("ca-ban", STATE, "prohibit"), replace(listed, effect="not-listed")).control.disputes) == 1
    regulated = norm("map", STATE, "permit-if", min_age=18, grade="tracker")
    assert len(ask(FREE, OPEN_STATE, regulated).control.disputes) == 1, "a rule where the record has none is another answer"
    lapsed = replace(listed, ended=since("2026-06-01"), ending="lapsed")
    assert ask(FREE, OPEN_STATE, lapsed).control.disputes == (), "a listing that says it is over says nothing of today"


# --------------------------------------------------------------------------- conditions, actions, axes


def test_lawful_if_drops_an_age_that_is_met_and_forbids_below_it() -> None:
    assert [item.text for item in ask(FREE, ADULTS).control.conditions] == ["the person is 21 or older"]
    found = {age: ask(FREE, ADULTS, age=age) for age in (20, 21)}
    assert {age: judgement.verdict for age, judgement in found.items()} == {20: "unlawful", 21: "lawful"}
    licensed = norm("ca-licence", STATE, "licence", licence="the seller is registered")
    assert [item.kind for item in ask(FREE, ADULTS, licensed, age=30).control.conditions] == ["licence"]
    with pytest.raises(ValueError, match="age is -1; should be from 0"):
        ask(FREE, age=-1)


def test_a_youth_is_not_refused_by_a_rule_that_may_not_be_about_the_product() -> None:
    drinks = norm("ca-drinks", STATE, "permit-if", min_age=21, predicate=replace(KRATOM, forms=("drink",)))
    answer = ask(FREE, OPEN_STATE, drinks, age=18, product=SEVEN_OH).control
    assert answer.verdict == "lawful-if"
    assert [item.text for item in answer.conditions] == ["does not come as drink"]
    assert ask(FREE, OPEN_STATE, drinks, age=18, product=Product(kind="7-oh", form="drink")).verdict == "unlawful"


def test_buying_looks_at_the_norms_of_sale() -> None:
    sale = norm("ca-sale", STATE, "prohibit", actions=frozenset({"sell"}))
    assert {action: ask(FREE, OPEN_STATE, sale, action=action).verdict for action in ("buy", "sell", "possess")} == {
        "buy": "unlawful",
        "sell": "unlawful",
        "possess": "not-scheduled",
    }


def capped(*groups: tuple[Limit, ...]) -> Norm:
    return norm("ca-cap", STATE, "prohibit", predicate=Predicate(any_of=("7-hydroxymitragynine",), limits=groups))


def above(value: str, unit: Any, basis: Any) -> Limit:
    return Limit.of(analyte="7-hydroxymitragynine", operator=">", value=Decimal(value), unit=unit, basis=basis)


def test_limits_joined_by_and_and_or_hold_as_written() -> None:
    from fractions import Fraction

    from equipoise.engines.law import Amount

    dry, served = above("500", "ppm", "dry-weight"), above("1", "mg", "per-serving")

    def verdict(cap: Norm, amount: str, grams: int) -> str:
        product = Product(kind="leaf", amounts=(("7-hydroxymitragynine", Amount.parse(amount)),), serving=Fraction(grams))
        return ask(FREE, OPEN_STATE, cap, product=product).verdict

    either, both = capped((dry,), (served,)), capped((dry, served))
    table = [("0.6mg/g", 1), ("0.4mg/g", 3), ("0.6mg/g", 3), ("0.5mg/g", 2)]
    assert [verdict(either, *row) for row in table] == ["unlawful", "unlawful", "unlawful", "not-scheduled"]
    assert [verdict(both, *row) for row in table] == ["not-scheduled", "not-scheduled", "unlawful", "not-scheduled"]
    untold = ask(FREE, OPEN_STATE, both).control
    assert (untold.verdict, [item.kind for item in untold.conditions]) == ("lawful-if", ["product"])
    assert "500 ppm" in untold.conditions[0].text


def test_food_law_is_an_answer_of_its_own() -> None:
    food = norm("fda", US, "prohibit", axis="food", actions=frozenset({"sell"}))
    judgement = ask(FREE, OPEN_STATE, food)
    assert (judgement.verdict, judgement.food.verdict) == ("not-scheduled", "unlawful")
    local = norm("ca-food", STATE, "permit-if", axis="food", min_age=18)
    bill = norm("us-bill", US, "prohibit", axis="food", force="proposal", began=since("2026-05-01"))
    alone, beside = ask(local, age=30).food.verdict, ask(local, bill, age=30).food.verdict
    assert alone == beside, "a proposal moves neither axis"


# --------------------------------------------------------------------------- routes and changes


def test_a_route_over_a_border_has_its_export_and_its_import() -> None:
    book = Book(
        [
            norm("th-none", THAILAND, "permit-if", min_age=18),
            norm("th-export", THAILAND, "licence", licence="an export permit", actions=frozenset({"export"})),
            norm("us-import", US, "prohibit", actions=frozenset({"import"})),
            FREE,
            OPEN_STATE,
        ]
    )
    here = Query(place=THAILAND, product=LEAF, action="possess", on=TODAY, known_on=TODAY, age=30)
    there = replace(here, place=STATE, on=date(2026, 7, 2))
    found = [(step.why, step.judgement.query.place.id, step.judgement.verdict) for step in route(book, [here, there])]
    assert found == [
        ("possess", "TH", "lawful"),
        ("export", "TH", "lawful-if"),
        ("import", "US-CA", "unlawful"),
        ("possess", "US-CA", "not-scheduled"),
    ]
    assert [step.why for step in route(book, [there, replace(there, place=CITY)])] == ["possess", "possess"]


def test_a_route_goes_forward_in_true_time() -> None:
    book = Book([FREE, OPEN_STATE])
    stop = Query(place=STATE, product=LEAF, action="possess", on=TODAY, known_on=TODAY)
    with pytest.raises(ValueError, match="no stop"):
        route(book, [])
    for late, early in [
        (date(2026, 7, 2), date(2026, 7, 1)),
        (datetime(2026, 7, 1, 18, tzinfo=NEW_YORK), datetime(2026, 7, 1, 9, tzinfo=NEW_YORK)),
    ]:
        with pytest.raises(ValueError, match=r"US-CA is on .* before"):
            route(book, [replace(stop, on=late), replace(stop, on=early)])
    east = replace(stop, on=datetime.fromisoformat("2026-07-02T08:00+12:00"))
    assert len(route(book, [east, replace(stop, on=datetime.fromisoformat("2026-07-01T20:00-10:00"))])) == 2


def test_changes_are_those_that_can_have_happened_in_the_days() -> None:
    act = norm("act", STATE, "prohibit", began=since("2026-03-01"))
    part = norm("part", STATE, "permit-if", began=since("2026"))
    unknown = norm("unknown", STATE, "permit-if", began=Window(-(10**10), minute(date(2026, 3, 10))))
    found = changes([act, part, unknown, EXPIRED, FREE], since=date(2026, 3, 1), until=date(2026, 5, 31))
    assert [(item.instrument, item.what) for item in found] == [("part", "began"), ("act", "began"), ("order", "began")]
    later = changes([act, part, unknown, EXPIRED, FREE], since=date(2026, 6, 1), until=date(2026, 12, 31))
    assert [(item.instrument, item.what) for item in later] == [("part", "began"), ("order", "lapsed")]


def test_what_a_fresh_book_is_asked_does_not_stay_in_the_book_it_came_from() -> None:
    measured = Product(kind="leaf", amounts=(("7-hydroxymitragynine", Amount.parse("0.1mg/g")),))
    query = Query(place=CITY, product=measured, action="possess", on=TODAY, known_on=TODAY)
    book = Book([FREE, OPEN_STATE])
    empty = repr(vars(book))
    assert book.fresh().judge(query) == Book([FREE, OPEN_STATE]).judge(query)
    assert repr(vars(book)) == empty
    book.judge(query)
    assert repr(vars(book)) != empty
    assert repr(vars(book.fresh())) == empty
