"""Cards: silent without recorded use, never silent with it, critical for the short list alone, never a word on what to do."""

import itertools
import json
import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from patients import AS_OF, RXNORM, book, bundle, checks, evidence, observation, order, statement, synthea

from equipoise.documents.cards import SUMMARY, Card, Site, cards, escaped
from equipoise.findings.interactions import check
from equipoise.intake.fhir import chart
from equipoise.outputs.cds import response

SITE = Site(base_url="https://kratom.example.org", pages={"opioids": "/risks.html#interaction-opioids"})
DOSE = re.compile(r"\d+ ?(?:g|mg|grams|capsules|teaspoons)\b", re.IGNORECASE)
DIRECTIVE = re.compile(
    r"\b(?:stop|start|discontinue|taper|increase|reduce|switch) (?:the|this|taking|using|kratom|to)\b", re.IGNORECASE
)
COMFORT = re.compile(
    r"\b(?:all clear|safe|safer|safely|no interactions?|no risk|risk-free|harmless|proven|you (?:should|must)|recommended)\b",
    re.IGNORECASE,
)
RANK = {"info": 0, "warning": 1, "critical": 2}


def given_for(
    *resources: object,
    hook: str = "patient-view",
    site: Site = SITE,
    orders: object = None,
    chosen: Sequence[str] | None = None,
) -> tuple[Card, ...]:
    numbers = itertools.count(1)
    read = chart({"sent": list(resources)}, orders=orders, selected=chosen)
    return cards(read, book(), checks().check, hook=hook, site=site, as_of=AS_OF, uuid=lambda: f"card-{next(numbers)}")  # type: ignore[arg-type]


def told(*made: Card) -> str:
    return "\n".join(f"{one.summary}\n{one.detail}" for one in made)


def worst(made: Sequence[Card]) -> int:
    return max(RANK[one.indicator] for one in made)


SERTRALINE = order("1", "sertraline 50 MG Oral Tablet", code="312938")
HYDROCODONE = order("2", "Acetaminophen 300 MG / Hydrocodone Bitartrate 5 MG Oral Tablet", code="856987")


def test_without_recorded_use_and_with_denied_use_there_is_no_card() -> None:
    assert given_for(SERTRALINE, HYDROCODONE) == ()
    assert given_for(SERTRALINE, HYDROCODONE, observation(text="Kratom use", valueBoolean=False)) == ()
    assert given_for(SERTRALINE, observation("44260-8", valueInteger=3)) == ()


def test_a_site_may_ask_where_use_is_unknown_and_only_when_a_chart_is_opened() -> None:
    asking = Site(base_url="https://kratom.example.org", ask=True)
    depressed = {"resourceType": "Condition", "id": "c", "code": {"text": "Major depression"}}
    (card,) = given_for(depressed, site=asking)
    assert (card.indicator, "depression" in card.summary) == ("info", True)
    assert given_for(SERTRALINE, site=asking) == ()
    assert given_for(depressed, site=asking, hook="order-sign") == ()
    assert given_for(depressed, observation(text="Kratom use", valueBoolean=False), site=asking) == ()


def test_recorded_use_beside_an_opioid_is_critical_and_names_both_medicines() -> None:
    first, *_ = given_for(SERTRALINE, HYDROCODONE, statement())
    assert first.indicator == "critical"
    assert first.summary == (
        "Kratom with hydrocodone: life-threatening if it happens; seen in case reports with fentanyl; checked 2026-11-22."
    )
    assert first.detail.splitlines()[0].endswith("Here: hydrocodone.** Evidence checked 2026-11-22.")
    assert "sertraline" in first.detail
    assert first.links[0].url == "https://kratom.example.org/risks.html#interaction-opioids"


@pytest.mark.parametrize("medicine", evidence().medicines.values(), ids=lambda one: one.id)
def test_critical_is_for_the_short_list_alone_and_each_medicine_is_checked_or_named(medicine: object) -> None:
    name = medicine.name  # type: ignore[attr-defined]
    made = given_for(order("1", name), statement())
    rules = [rule for one in checks().check([name]).medicines for rule in one.rules]
    assert any(one.indicator == "critical" for one in made) == any(rule.short_list for rule in rules)
    assert name in told(*made)
    for pattern in (DOSE, DIRECTIVE, COMFORT):
        assert not pattern.search(told(*made)), pattern.pattern


def test_with_recorded_use_there_is_always_a_card_whatever_the_medicine() -> None:
    for text in ("Zzyzx compound", "lisinopril 10 MG Oral Tablet", "trazadone", "the pill", "kratom"):
        made = given_for(order("1", text), statement())
        assert made
        assert worst(made) == 0
    (alone,) = given_for(statement())
    assert alone.summary == "Kratom use is recorded. No current medicine was found to check against it."


def test_what_was_checked_what_was_not_and_the_date_of_the_register_are_named() -> None:
    *_, last = given_for(
        SERTRALINE, order("3", "Zzyzx 5 MG Oral Tablet"), order("4", "lisinopril"), order("5", "trazadone"), statement()
    )
    assert last.summary == "Kratom use is recorded: 3 of 4 medicines could not be checked against it."
    for words in (
        "Kratom use is recorded in MedicationStatement/k",
        "Checked against kratom: sertraline.",
        "Known names without data on kratom here: “lisinopril”",
        "Not recognised: “Zzyzx Oral Tablet”",
        "“trazadone”: May mean",
        "Register of 20",
    ):
        assert words in last.detail


def test_a_code_whose_words_name_another_medicine_gives_a_warning_that_names_both() -> None:
    made = given_for(order("1", "quetiapine 25 MG Oral Tablet", code="36437"), statement())
    warning = next(one for one in made if "disagree" in one.summary)
    assert warning.indicator == "warning"
    assert "sertraline or quetiapine" in warning.summary
    assert "The code means sertraline, the words beside it quetiapine: both were checked." in warning.detail
    product = told(*given_for(order("1", "quetiapine 25 MG Oral Tablet", code="349332"), statement()))
    assert "The code means escitalopram, the words beside it quetiapine: both were checked." in product


def test_while_an_order_is_chosen_what_stands_on_the_list_interrupts_nobody() -> None:
    """What is ordered may be critical each time; the list is, when the chart is opened and when orders are signed."""
    drafts = bundle(order("9", "oxycodone"))
    held = [order("1", "hydrocodone"), statement(), observation("44260-8", valueInteger=1, effectiveDateTime="2026-11-20")]
    grades = {}
    for hook in ("order-select", "order-sign"):
        made = given_for(*held, hook=hook, orders=drafts, chosen=["MedicationRequest/9"])
        grades[hook] = [(one.indicator, "Already on the list" in one.detail, "item 9" in one.summary) for one in made]
    assert ("critical", False, False) in grades["order-select"]
    assert [grade for grade, listed, _ in grades["order-select"] if listed] == ["info"]
    assert [grade for grade, listed, _ in grades["order-sign"] if listed] == ["critical"]
    assert [any(item for *_, item in grades[hook]) for hook in grades] == [False, True]


def test_item_9_above_zero_is_named_with_its_date_and_nothing_is_rated() -> None:
    item = observation("44260-8", valueInteger=1, effectiveDateTime="2026-10-01")
    warning = next(one for one in given_for(item, statement()) if "PHQ-9" in one.summary)
    assert warning.indicator == "warning"
    assert warning.summary == ("PHQ-9 item 9 was answered above 0 on 2026-10-01: assess suicide risk as you normally would.")
    assert not re.search(r"\b(?:high|low|moderate|no) risk\b", told(warning))
    assert "PHQ-9 item 9" in told(
        *given_for(item, observation("44260-8", valueInteger=0, effectiveDateTime="2062"), statement())
    )
    old = observation("44260-8", valueInteger=1, effectiveDateTime="2009-01-01")
    (reminder,) = (one for one in given_for(old, statement()) if "PHQ-9" in one.summary)
    assert (reminder.indicator, "on 2009-01-01, more than a year ago: assess" in reminder.summary) == ("info", True)
    zero = observation("44260-8", valueInteger=0, effectiveDateTime="2026-10-01")
    assert "PHQ-9" not in told(*given_for(zero, statement()))


def test_what_is_being_ordered_leads_and_the_list_is_checked_too() -> None:
    drafts = bundle(order("9", "quetiapine", status="draft"), order("8", "alprazolam", status="draft"))
    made = given_for(HYDROCODONE, statement(), hook="order-select", orders=drafts, chosen=["MedicationRequest/9"])
    lead = next(one for one in made if "Being ordered." in one.detail)
    rest = next(one for one in made if "Already on the list." in one.detail)
    assert "Here: quetiapine." in lead.detail
    assert "hydrocodone" in rest.detail
    assert "alprazolam" in rest.detail
    assert "Together:" in told(*made)
    signed = given_for(HYDROCODONE, statement(), hook="order-sign", orders=drafts)
    assert "alprazolam" in next(one for one in signed if "Being ordered." in one.detail).detail


def test_use_that_is_known_from_an_intolerance_is_called_so() -> None:
    intolerance = {"resourceType": "AllergyIntolerance", "id": "a", "code": {"text": "Kratom"}, "recordedDate": "2020-01-01"}
    assert "Kratom use is recorded in AllergyIntolerance/a (2020-01-01, as an intolerance)." in told(*given_for(intolerance))


def test_pieces_that_speak_against_a_rule_and_pieces_that_are_unclear_are_counted_apart() -> None:
    both = 0
    for one in evidence().medicines.values():
        foremost = checks().check([one.name]).foremost
        stands = [piece.stands for piece in foremost[0].evidence] if foremost else []
        against, unclear = stands.count("against"), stands.count("unclear")
        if against and unclear:
            both += 1
            said = re.search(
                r"Of these, (\d+) speaks? against it and (\d+) (?:is|are) unclear\.",
                told(*given_for(order("1", one.name), statement())),
            )
            assert said is not None
            assert said.groups() == (str(against), str(unclear))
    assert both


def test_use_recorded_as_ended_is_said_and_is_never_critical() -> None:
    made = given_for(HYDROCODONE, statement(status="stopped"))
    assert worst(made) == 1
    assert "(recorded as ended)" in made[0].summary


def test_a_summary_says_with_which_medicine_something_was_seen_where_it_was_not_with_the_one_at_hand() -> None:
    for names, words in (
        (["simvastatin"], "Kratom with simvastatin: serious if it happens; shown in a trial in people with midazolam; "),
        (["sumatriptan"], "seen in one case report with other medicines; "),
        (["quetiapine", "escitalopram"], "Kratom with quetiapine, escitalopram: "),
        (["quetiapine", "escitalopram"], "seen in one case report with quetiapine; "),
        (["fentanyl"], "seen in case reports; "),
        (["phenelzine"], "expected, not studied; "),
    ):
        first, *_ = given_for(*(order(str(number), name) for number, name in enumerate(names)), statement())
        assert words in first.summary


def test_a_link_bears_the_name_of_a_rule_only_where_it_leads_to_its_page() -> None:
    both, *_ = given_for(SERTRALINE, HYDROCODONE, statement())
    assert [(one.label, one.url) for one in both.links] == [
        ("Kratom and opioid medicines", "https://kratom.example.org/risks.html#interaction-opioids")
    ]
    without, *_ = given_for(SERTRALINE, statement())
    assert [(one.label, one.url) for one in without.links] == [
        ("The evidence on kratom and medicines", "https://kratom.example.org/")
    ]


def test_a_medicine_that_an_enzyme_clears_little_of_stands_apart() -> None:
    first, *_ = given_for(order("1", "amlodipine"), order("2", "propranolol"), statement())
    assert first.summary.startswith("Kratom with amlodipine: ")
    assert "Here: amlodipine; by a minor way: propranolol." in first.detail


def test_where_no_evidence_stands_for_a_rule_there_is_no_warning() -> None:
    assert [one.indicator for one in given_for(order("1", "ibuprofen"), statement())] == ["info"]


def test_different_medicines_are_counted_and_not_their_entries() -> None:
    zz = [order(str(number), f"Zzyzx {number} MG Oral Tablet") for number in (1, 2)]
    same = [order("3", "sertraline"), order("4", "sertraline 50 MG Oral Tablet", code="312938")]
    assert "1 of 2 medicines could not be checked" in told(*given_for(*zz, *same, statement()))
    assert "the only medicine on the list could not be checked" in told(*given_for(*zz, statement()))
    assert "none of 2 medicines could be checked" in told(*given_for(*zz, order("5", "lisinopril"), statement()))


def test_a_product_coded_without_words_is_checked_and_what_else_is_in_it_is_named() -> None:
    def by_code(code: str) -> dict[str, object]:
        return order("1", "") | {"medicationCodeableConcept": {"coding": [{"system": RXNORM, "code": code}]}}

    first, *_ = given_for(by_code("833036"), statement())
    assert (first.indicator, "Kratom with hydrocodone" in first.summary) == ("critical", True)
    assert "sitagliptin" in told(*given_for(by_code("861769"), statement()))


def test_a_code_alone_is_named_as_a_code() -> None:
    coded = order("1", "") | {"medicationCodeableConcept": {"coding": [{"code": "312938"}]}}
    assert "Not recognised: “code 312938”" in told(*given_for(coded, statement()))


@pytest.mark.parametrize("hook", ["patient-view", "order-sign"])
def test_a_card_on_medicines_ends_by_saying_that_it_instructs_nobody(hook: str) -> None:
    drafts = bundle(order("9", "quetiapine", status="draft"))
    for one in given_for(HYDROCODONE, SERTRALINE, order("5", "Zzyzx"), statement(), hook=hook, orders=drafts):
        assert one.detail.endswith("Reasons with their sources, for your judgement; no instruction.")


def test_an_ended_medicine_is_counted_and_not_checked() -> None:
    made = given_for(SERTRALINE, HYDROCODONE | {"status": "stopped"}, statement())
    assert "hydrocodone" not in told(*made)
    assert "Not checked: 1 entry is recorded as ended" in told(*made)


def test_a_record_cannot_put_links_markup_or_lines_into_a_card() -> None:
    bad = "[x](javascript:alert(1)) <img src=x> https://evil.example.org www.evil.org\n# **All** `clear`\u202e\ud800"
    made = given_for(order("1", bad), statement())
    shown = "".join(MarkdownIt("commonmark").render(one.detail) for one in made)
    assert "[x](javascript:alert(1))" in shown
    assert not re.search(r"<(?:a|img|h1|code)\b|<strong>All", shown)
    assert "\u202e" not in shown
    assert escaped("see https://a.org\n# b@c") == "see https\\://a.org \\# b\\@c"
    json.dumps(response(made, SITE.base_url)).encode("ascii")


@pytest.mark.parametrize("name", ["becky-fadel", "krystina-ratke", "soledad-bailey", "tommie-koepp"])
def test_invented_patients_get_cards_once_kratom_is_recorded_and_none_before(name: str) -> None:
    assert given_for(synthea(name)) == ()
    made = given_for(synthea(name), statement())
    assert made
    assert (worst(made) == 2) == (name != "becky-fadel")


NAMES = sorted(medicine.name for medicine in evidence().medicines.values())


@settings(max_examples=60)
@given(st.lists(st.sampled_from(NAMES), min_size=1, max_size=6), st.sampled_from(NAMES))
def test_another_medicine_never_lowers_the_worst_card(names: list[str], more: str) -> None:
    few = [order(str(number), name) for number, name in enumerate(names)]
    assert worst(given_for(*few, statement())) <= worst(given_for(*few, order("m", more), statement()))


@settings(max_examples=60)
@given(st.lists(st.sampled_from([*NAMES, "Zzyzx 5 MG", "sertraline 50 MG Oral Tablet", "trazadone"]), max_size=12))
def test_no_card_has_a_dose_a_directive_or_a_word_of_comfort(names: list[str]) -> None:
    made = given_for(*(order(str(number), name) for number, name in enumerate(names)), statement())
    for card in made:
        assert len(card.summary) <= SUMMARY
        for pattern in (DOSE, DIRECTIVE, COMFORT):
            assert not pattern.search(f"{card.summary}\n{card.detail}"), pattern.pattern


def test_cards_need_no_more_than_a_function_that_checks_names() -> None:
    """The check of one list, made for the call, gives the same cards as the holder."""
    read = chart({"sent": [HYDROCODONE, statement()]})
    held = {"hook": "patient-view", "site": SITE, "as_of": AS_OF, "uuid": lambda: "1"}
    slow = cards(read, book(), lambda names: check(evidence(), names, AS_OF), **held)  # type: ignore[arg-type]
    assert slow == cards(read, book(), checks().check, **held)  # type: ignore[arg-type]


def test_a_card_with_a_long_or_empty_summary_cannot_exist() -> None:
    for summary in ("", "a" * 140):
        with pytest.raises(ValueError, match="should have"):
            Card(uuid="1", summary=summary, indicator="info", detail="")
