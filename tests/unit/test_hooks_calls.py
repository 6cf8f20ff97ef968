"""The services as a client sees them: discovery, cards, feedback, and a bad call answered with 4xx, whatever it holds."""

import json
import logging
import re
import runpy
import time
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from typing import Any

import pytest
from fhirpathpy import evaluate
from hypothesis import given, settings
from hypothesis import strategies as st
from patients import (
    BASE,
    ROOT,
    Json,
    answered,
    app,
    bundle,
    called,
    cards,
    open_app,
    order,
    prefetch,
    sent,
    statement,
    synthea,
)
from prometheus_client import CollectorRegistry, Counter
from test_fhir_chart import RESOURCES

from equipoise.apps.hooks import HookSettings
from equipoise.documents.cards import OVERRIDE_REASONS

HOOKS = ("patient-view", "order-select", "order-sign")
SERTRALINE = order("1", "sertraline 50 MG Oral Tablet", code="312938")
HYDROCODONE = order("2", "Acetaminophen 300 MG / Hydrocodone Bitartrate 5 MG Oral Tablet", code="856987")
ORDERS = {"draftOrders": bundle(order("9", "quetiapine", status="draft")), "selections": ["MedicationRequest/9"]}
FULL = prefetch(SERTRALINE, HYDROCODONE, kratom=statement())


def body(hook: str = "patient-view", **more: object) -> Json:
    return called(hook, context=None if hook == "patient-view" else ORDERS, **more)


def within(value: object) -> Iterator[object]:
    yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from within(one)


def refused(found: object, status: int) -> str:
    """The words of an OperationOutcome."""
    assert found.status_code == status  # type: ignore[attr-defined]
    assert found.headers["content-type"] == "application/fhir+json"  # type: ignore[attr-defined]
    told = found.json()  # type: ignore[attr-defined]
    assert told["resourceType"] == "OperationOutcome"
    return str(told["issue"][0]["diagnostics"])


# Discovery.


def test_discovery_lists_three_services_with_ids_of_their_own() -> None:
    found = sent(open_app(), "GET", "/cds-services").json()["services"]
    assert [one["hook"] for one in found] == list(HOOKS)
    assert len({one["id"] for one in found}) == 3
    for one in found:
        assert {"hook", "id", "title", "description", "prefetch", "usageRequirements"} == one.keys()
        assert set(one["prefetch"]) == set(FULL)
        assert all(value not in (None, "", [], {}) for value in within(one))
        for query in one["prefetch"].values():
            assert query.count("{{") == query.count("{{context.patientId}}") == 1


@pytest.mark.parametrize("path", ["", "/override-reasons"])
def test_what_can_be_read_can_be_asked_for_by_its_head(path: str) -> None:
    whole, head = (sent(open_app(), method, f"/cds-services{path}") for method in ("GET", "HEAD"))
    assert (head.status_code, head.headers) == (200, whole.headers)


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("", {"GET", "HEAD", "OPTIONS"}),
        ("/override-reasons", {"GET", "HEAD", "OPTIONS"}),
        ("/kratom-patient-view", {"POST", "OPTIONS"}),
        ("/kratom-patient-view/feedback", {"POST", "OPTIONS"}),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "DELETE", "BREW"])
def test_another_method_is_an_outcome_that_names_those_that_are_taken(
    client: Any, method: str, path: str, allowed: set[str]
) -> None:
    found = client.ask(method, f"/cds-services{path}")
    assert "Allow" in refused(found, 405)
    assert {*found.headers["allow"].split(", ")} == allowed


def test_an_address_under_the_services_that_is_none_is_an_outcome(client: Any) -> None:
    for path in ("/", "/kratom-patient-view/", "/a/b/c", "/kratom-patient-view/feedback/more"):
        assert "discovery" in refused(client.post(f"/cds-services{path}", json={}), 404)


# Cards.

INVARIANTS = {
    "of suggestions of which one may be chosen one is recommended": (
        "cards.where(selectionBehavior = 'at-most-one').all(suggestions.where(isRecommended = true).count() <= 1)"
    ),
    "what is deleted is named by its id": (
        "cards.suggestions.actions.where(type = 'delete').all(resourceId.exists() and resource.exists().not())"
    ),
    "only a SMART link has an appContext": "cards.links.where(type != 'smart').all(appContext.exists().not())",
    "a reason has words": "cards.overrideReasons.all(display.exists())",
    "an action has a description": "cards.suggestions.actions.all(description.exists())",
    "suggestions say how they are chosen": "cards.where(suggestions.exists()).all(selectionBehavior.exists())",
    "actions are chosen in a known way": (
        "cards.suggestions.where(actionSelectionBehavior.exists())"
        ".all(actionSelectionBehavior = 'all' or actionSelectionBehavior = 'any' or actionSelectionBehavior = 'at-most-one')"
    ),
    "a card has a summary of fewer than 140 letters": "cards.all(summary.length() > 0 and summary.length() < 140)",
    "a card has a known indicator": "cards.all(indicator = 'info' or indicator = 'warning' or indicator = 'critical')",
    "a card has a source with a label": "cards.all(source.label.exists())",
    "a link has a label, an address and a type": "cards.links.all(label.exists() and url.exists() and type = 'absolute')",
    "nothing is done by itself": "systemActions.exists().not() and cards.links.autolaunchable.exists().not()",
}


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("rule", INVARIANTS)
def test_an_answer_keeps_the_rules_of_the_standard(hook: str, rule: str) -> None:
    found = answered(body(hook, prefetch=FULL)).json()
    assert found["cards"]
    assert evaluate(found, INVARIANTS[rule], {}) == [True]


@pytest.mark.parametrize("hook", HOOKS)
def test_an_answer_holds_nothing_empty_and_each_card_a_number_of_its_own(hook: str) -> None:
    found = cards(body(hook, prefetch=FULL))
    assert all(value not in (None, "", [], {}) for value in within(found))
    assert len({one["uuid"] for one in found}) == len(found)
    assert {link["url"].split("/")[2] for one in found for link in one["links"]} == {"localhost:8000"}
    assert not {"suggestions", "systemActions"} & {name for one in found for name in one}


def test_kratom_with_sertraline_and_hydrocodone_gives_a_card_that_names_both_and_without_kratom_none() -> None:
    first = cards(body(prefetch=FULL))[0]
    assert first["indicator"] == "critical"
    assert "hydrocodone" in first["detail"]
    assert "sertraline" in first["detail"]
    without = answered(body(prefetch=prefetch(SERTRALINE, HYDROCODONE)))
    assert (without.status_code, without.json()) == (200, {"cards": []})


def test_an_unknown_medicine_with_kratom_gives_an_info_card_and_never_nothing() -> None:
    (one,) = cards(body(prefetch=prefetch(order("1", "Zzyzx"), kratom=statement())))
    assert one["indicator"] == "info"
    assert "Not recognised" in one["detail"]


def test_every_card_carries_our_reasons_and_their_list_is_served() -> None:
    codes = [one.code for one in OVERRIDE_REASONS]
    for one in cards(body(prefetch=FULL)):
        assert [reason["code"] for reason in one["overrideReasons"]] == codes
    system = sent(open_app(), "GET", "/cds-services/override-reasons").json()
    assert [one["code"] for one in system["concept"]] == codes
    assert system["url"] == cards(body(prefetch=FULL))[0]["overrideReasons"][0]["system"]


# Odd but legal.


def test_ids_with_their_type_unknown_fields_and_data_under_other_names_are_accepted() -> None:
    odd = body(prefetch={**FULL, "more": bundle(order("7", "lithium"))}, extension={"a": 1}, version="3.0")
    odd["context"]["patientId"] = "Patient/1"
    assert "lithium" in str(cards(odd))


def test_an_error_in_prefetch_is_said_on_the_card() -> None:
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "forbidden"}]}
    found = cards(body(prefetch={**FULL, "conditions": outcome}))
    assert any("conditions: the record answered with an error (error forbidden)" in one["detail"] for one in found)


def test_what_was_not_sent_is_said_on_the_card() -> None:
    partly = {name: value for name, value in FULL.items() if name != "allergies"}
    assert any("allergies: was not sent" in one["detail"] for one in cards(body(prefetch=partly)))


@pytest.mark.parametrize("lost", ["conditions", "allergies", "item9", "results", "patient"])
def test_what_says_nothing_of_kratom_may_be_missing(lost: str) -> None:
    partly = {name: value for name, value in prefetch(SERTRALINE).items() if name != lost}
    assert cards(body(prefetch=partly)) == []


def test_a_condition_a_result_and_an_age_of_the_record_are_on_a_card() -> None:
    liver = {"resourceType": "Condition", "id": "c", "code": {"text": "Cirrhosis"}}
    born = {"resourceType": "Patient", "id": "1", "birthDate": "1950-01-01"}
    found = cards(body(prefetch={**FULL, "conditions": bundle(liver), "patient": born}))
    (one,) = (card for card in found if "In the record: " in card["detail"])
    assert "“age 76”" in one["detail"]
    assert "“Cirrhosis”" in one["detail"]


@pytest.mark.parametrize("lost", ["statements", "social"])
def test_where_nobody_can_tell_whether_kratom_is_used_the_answer_is_412(lost: str) -> None:
    partly = {name: value for name, value in prefetch(SERTRALINE).items() if name != lost}
    assert lost in refused(answered(body(prefetch=partly)), 412)
    error = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}
    assert lost in refused(answered(body(prefetch={**partly, lost: error})), 412)
    for junk in ("kratom: none", [], {}, 7, {"resourceType": 3}):
        assert lost in refused(answered(body(prefetch={**partly, lost: junk})), 412)
    refused(answered(body()), 412)
    refused(answered(body(prefetch=None)), 412)


# Bad calls.


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"7", b"\xff\xfe", b'{"hook": NaN}', b"[" * 100_000, b'{"a":' * 100_000, b'{"hook": ' + b"9" * 10_000],
)
def test_a_body_that_is_no_json_object_is_400(content: bytes) -> None:
    assert "should" in refused(answered(content, "kratom-patient-view"), 400)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"hook": "order-sign"}, "hook"),
        ({"hook": None}, "hook"),
        ({"hookInstance": None}, "hookInstance"),
        ({"context": None}, "context"),
        ({"context": {}}, "patientId"),
        ({"context": {"patientId": "1 OR 2"}}, "patientId"),
        ({"context": {"patientId": "../Patient"}}, "patientId"),
        ({"context": {"patientId": ["1"]}}, "patientId"),
        ({"prefetch": []}, "prefetch"),
        ({"fhirAuthorization": {"access_token": "x"}}, "fhirServer"),
        ({"fhirServer": "https://ehr.example.org", "fhirAuthorization": {"access_token": "a\nb"}}, "access_token"),
    ],
)
def test_what_the_standard_requires_is_asked_for_by_name(change: Json, word: str) -> None:
    told = refused(answered(body(prefetch=FULL) | change, "kratom-patient-view"), 400)
    assert word in told


@pytest.mark.parametrize("lost", ["draftOrders", "selections"])
def test_a_hook_on_orders_needs_them(lost: str) -> None:
    context = {name: value for name, value in ORDERS.items() if name != lost}
    assert lost in refused(answered(called("order-select", context=context, prefetch=FULL)), 400)


def test_an_unknown_service_is_404_and_a_body_too_large_413() -> None:
    refused(answered(body(), "kratom-encounter"), 404)
    small = app(HookSettings(base_url=BASE, open=True, largest_body=100))
    assert "100 bytes" in refused(answered(body(prefetch=FULL), made=small), 413)
    for declared in ("101", "9" * 5000):
        early = answered(b"{", "kratom-patient-view", made=small, headers={"Content-Length": declared})
        refused(early, 413)
        assert early.headers["connection"] == "close"
    many = prefetch(*(order(str(number), "a") for number in range(5001)), kratom=statement())
    assert "resources" in refused(answered(body(prefetch=many)), 400)


@settings(max_examples=150)
@given(st.dictionaries(st.sampled_from(sorted(FULL)), st.none() | RESOURCES | st.lists(RESOURCES, max_size=3)), RESOURCES)
def test_no_record_makes_a_service_fail(data: Json, orders: Json) -> None:
    whole = {**FULL, **data}
    found = answered(called("order-select", prefetch=whole, context={"draftOrders": bundle(orders), "selections": ["x"]}))
    assert found.status_code in (200, 400, 412)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150)
@given(
    st.dictionaries(st.sampled_from(sorted([*body(), "prefetch", "fhirServer", "fhirAuthorization"])), _JSON),
    st.sampled_from(HOOKS),
)
def test_no_body_makes_a_service_fail(change: Json, hook: str) -> None:
    found = answered(body(hook, prefetch=FULL) | change, f"kratom-{hook}")
    assert found.status_code in (200, 400, 412)


# Feedback.


def test_feedback_is_counted_by_reason_and_nothing_else_is_kept() -> None:
    counter = Counter("cards", "Feedback", ("service", "outcome", "reason"), registry=CollectorRegistry())
    made = app(counter=counter)
    reason = {"reason": {"code": "already-discussed", "display": "x"}, "userComment": "Ann Lee knows"}
    reports = [
        {"card": "1", "outcome": "overridden", "overrideReason": reason, "outcomeTimestamp": "2026-11-22T10:00:00Z"},
        {"card": "1", "outcome": "overridden", "overrideReason": reason, "outcomeTimestamp": "2026-11-22T10:00:00Z"},
        {"card": "2", "outcome": "overridden", "overrideReason": {"reason": {"code": "their-own"}}},
        {"card": "3", "outcome": "overridden"},
        {"card": "4", "outcome": "accepted", "acceptedSuggestions": [{"id": "5"}]},
    ]
    found = sent(made, "POST", "/cds-services/kratom-order-sign/feedback", json={"feedback": reports})
    assert (found.status_code, found.content) == (200, b"")
    samples = (one for one in next(iter(counter.collect())).samples if one.name.endswith("_total"))
    counts = {tuple(one.labels.values()): one.value for one in samples}
    assert counts == {
        ("kratom-order-sign", "overridden", "already-discussed"): 2,
        ("kratom-order-sign", "overridden", "other"): 1,
        ("kratom-order-sign", "overridden", "none"): 1,
        ("kratom-order-sign", "accepted", "none"): 1,
    }


@pytest.mark.parametrize(
    "report",
    [
        {"outcome": "overridden"},
        {"card": "1", "outcome": "ignored"},
        {"card": "1", "outcome": ["overridden"]},
        {"card": "1", "outcome": "accepted"},
        {"card": "1", "outcome": "overridden", "overrideReason": {}},
        7,
    ],
)
def test_feedback_that_breaks_the_rules_of_the_standard_is_400(report: object) -> None:
    found = sent(open_app(), "POST", "/cds-services/kratom-order-sign/feedback", json={"feedback": [report]})
    assert "should" in refused(found, 400)
    refused(sent(open_app(), "POST", "/cds-services/kratom-order-sign/feedback", json={"feedback": report}), 400)


# Who may read answers, what is written down, how long it takes.


def test_only_listed_web_pages_may_read_answers() -> None:
    made = app(HookSettings(base_url=BASE, open=True, origins=("https://ehr.example.org",)))
    allowed = "access-control-allow-origin"
    for origin, may in (("https://ehr.example.org", True), ("https://evil.example.org", False)):
        headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        for found in (
            sent(made, "OPTIONS", "/cds-services/kratom-patient-view", headers=headers),
            sent(made, "OPTIONS", "/cds-services", headers=headers),
            sent(made, "GET", "/cds-services", headers=headers),
            answered(body(prefetch=FULL), made=made, headers=headers),
            answered(b"{", "kratom-patient-view", made=made, headers=headers),
        ):
            assert found.headers.get(allowed) == (origin if may else None)
            assert found.headers["vary"] == "Origin"


def test_nothing_of_a_body_is_logged_or_stored_by_a_cache(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secret = prefetch(order("1", "Zanzibarine"), kratom=statement(), patient={"resourceType": "Patient", "id": "Zanzibar"})
    found = answered(body(prefetch=secret))
    answered(b'{"hook": "Zanzibar', "kratom-patient-view")
    assert "Zanzibar" in found.text
    assert "Zanzibar" not in caplog.text
    assert found.headers["cache-control"] == "no-store"


def test_the_largest_invented_patient_is_answered_well_within_the_time_that_clients_wait() -> None:
    whole = body(prefetch=prefetch(kratom=statement(), medications=synthea("becky-fadel")))
    answered(whole)
    began = time.process_time()
    answered(whole)
    assert time.process_time() - began < 0.5


def test_the_call_of_the_benchmark_is_made_by_its_script_and_gives_cards() -> None:
    data = ROOT / "tests" / "data"
    text = (data / "bench-hook.json").read_text(encoding="utf-8")
    made = json.loads(text)
    assert runpy.run_path(str(data / "synthea" / "call.py"))["call"]() == made
    assert len(text.encode()) < 150_000
    found = cards(made)
    assert found[0]["indicator"] == "critical"
    assert any("Being ordered." in str(one["detail"]) for one in found)


def test_a_service_answers_for_the_day_that_it_is_told() -> None:
    dispensed = order("1", "quetiapine", kind="MedicationDispense", status="completed") | {"whenHandedOver": "2026-01-01"}
    whole = body(prefetch=prefetch(kratom=statement(), medications=bundle(dispensed)))
    assert "Checked against kratom: quetiapine" in str(cards(whole))
    assert "No medicine was checked" in str(cards(whole, made=app(today=lambda: date(2027, 6, 1))))


def test_the_page_on_hooks_says_what_the_services_do() -> None:
    page = (ROOT / "docs" / "cds-hooks.md").read_text(encoding="utf-8")
    example = re.search(r"-d '(\{.*?\})'", page, re.DOTALL)
    assert example
    first, *_, last = cards(json.loads(example[1]))
    assert first["indicator"] == "critical"
    assert first["summary"].startswith(
        "Kratom with hydrocodone: life-threatening if it happens; seen in case reports with fentanyl; "
    )
    assert "item9: was not sent" in last["detail"]
    for reason in OVERRIDE_REASONS:
        assert f"| `{reason.code}` | {reason.display} |" in page
    for setting in (one.name for one in fields(HookSettings)):
        assert f"`{setting}`" in page
    for service in sent(open_app(), "GET", "/cds-services").json()["services"]:
        assert f"| `{service['id']}` | `{service['hook']}` |" in page
