"""What a call does not bring is asked of the record's own server: with its token, within the list, the pages and the time."""

import asyncio
import logging
from dataclasses import replace

import httpx
import pytest
from patients import BASE, Json, answered, app, bundle, called, cards, observation, order, prefetch, server, statement

from equipoise.apps.hooks import HookSettings
from equipoise.apps.hooks.settings import LONGEST_BUDGET_S

SERVER = "https://ehr.example.org/fhir"
LISTED = HookSettings(base_url=BASE, open=True, fhir_servers=(f"{SERVER}/",), budget_s=LONGEST_BUDGET_S)
"""With a budget that a busy machine does not spend."""
TOKEN = "opaque-token-1"  # noqa: S105 - of a test
GRANTED = {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 300, "scope": "user/*.read", "subject": "cds"}


class Record:
    """A FHIR server that keeps what it was asked."""

    def __init__(self, **found: object) -> None:
        self.found = found
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Return what there is of the type that is asked for."""
        self.asked.append(request)
        kind = request.url.path.rsplit("/", 1)[-1]
        return httpx.Response(200, json=self.found.get(kind, bundle()))


def asking(record: object, settings: HookSettings = LISTED, at: str = SERVER, **more: object) -> httpx.Response:
    body = called(fhirServer=at, fhirAuthorization=GRANTED, **more)
    return answered(body, made=app(settings, transport=server(record)))  # type: ignore[arg-type]


def details(found: httpx.Response) -> str:
    assert found.status_code == 200, found.text
    return " ".join(one["detail"] for one in found.json()["cards"])


def test_what_is_missing_is_fetched_with_the_token_of_the_call_and_what_came_is_not() -> None:
    record = Record(MedicationRequest=bundle(order("1", "hydrocodone")), MedicationStatement=bundle(statement()))
    found = asking(record, prefetch={"conditions": None}, context={"patientId": "Patient/77"})
    assert "hydrocodone" in details(found)
    assert {one.headers["authorization"] for one in record.asked} == {f"Bearer {TOKEN}"}
    assert {one.url.params.get("patient", one.url.path[-2:]) for one in record.asked} == {"77"}
    assert sorted(one.url.path.rsplit("/", 1)[-1] for one in record.asked) == [
        "77",
        "AllergyIntolerance",
        "MedicationRequest",
        "MedicationStatement",
        "Observation",
        "Observation",
        "Observation",
    ]


def test_a_server_that_is_not_on_the_list_is_never_asked() -> None:
    record = Record()
    assert asking(record, at="https://evil.example.org/fhir").status_code == 412
    assert asking(record, at=f"{SERVER}@evil.example.org").status_code == 412
    assert record.asked == []


def test_every_page_is_read_of_what_was_fetched_and_of_what_was_sent() -> None:
    first = bundle(order("1", "hydrocodone"), link=[{"relation": "next", "url": f"{SERVER}?page=2"}])

    def record(request: httpx.Request) -> httpx.Response:
        if request.url.params.get("page") == "2":
            return httpx.Response(200, json=bundle(order("2", "quetiapine")))
        return httpx.Response(200, json=first if request.url.path.endswith("MedicationRequest") else bundle())

    fetched = asking(record, prefetch={"statements": bundle(statement())})
    brought = asking(record, prefetch=prefetch(kratom=statement(), medications=first))
    for found in (fetched, brought):
        assert "hydrocodone" in details(found)
        assert "quetiapine" in details(found)
        assert "further pages" not in details(found)


def test_of_a_search_for_what_is_newest_the_first_page_is_enough() -> None:
    """Older pages are neither fetched nor missed, whether the first was fetched or brought."""
    item = observation("44260-8", valueInteger=2, effectiveDateTime="2026-11-01")
    first = bundle(item, link=[{"relation": "next", "url": f"{SERVER}?page=2"}])
    asked = []

    def record(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, json=first if "44260-8" in str(request.url) else bundle())

    fetched = asking(record, prefetch={"statements": bundle(statement())})
    brought = asking(record, prefetch=prefetch(kratom=statement(), item9=first))
    for found in (fetched, brought):
        assert "item 9 was answered above 0" in details(found)
        assert "pages" not in details(found)
    assert not any("page=2" in one for one in asked)


def test_results_are_asked_for_by_their_codes_and_count_on_the_cards() -> None:
    def record(request: httpx.Request) -> httpx.Response:
        qtc = observation("8636-3", valueQuantity={"value": 512, "unit": "ms"}, effectiveDateTime="2026-11-01")
        return httpx.Response(200, json=bundle(qtc) if "8636-3" in str(request.url) else bundle())

    assert "QTc 512" in details(asking(record, prefetch={"statements": bundle(statement())}))


@pytest.mark.parametrize(
    "address",
    ["https://evil.example.org/fhir?page=2", f"{SERVER}.evil.example.org/x", f"{SERVER}/../admin", "//evil.example.org/x"],
)
def test_the_token_does_not_follow_a_page_to_another_place(address: str) -> None:
    record = Record(MedicationRequest=bundle(order("1", "hydrocodone"), link=[{"relation": "next", "url": address}]))
    found = asking(record, prefetch={"statements": bundle(statement())})
    assert "medications: its next page is on another server" in details(found)
    assert {one.url.host for one in record.asked} == {"ehr.example.org"}
    assert not any("admin" in one.url.path for one in record.asked)


def test_pages_without_end_are_left_after_a_few() -> None:
    record = Record(
        MedicationRequest=bundle(order("1", "hydrocodone"), link=[{"relation": "next", "url": "MedicationRequest?p"}])
    )
    found = asking(record, prefetch={"statements": bundle(statement())})
    assert "medications: the record has more than 5 pages" in details(found)
    assert len(record.asked) < 12


def paging(page: Json, **of: Json) -> Record:
    """A record whose searches each have pages without end."""
    more = page | {"link": [{"relation": "next", "url": "MedicationRequest?p"}]}
    kinds = ("MedicationRequest", "MedicationStatement", "Observation", "Condition", "AllergyIntolerance")
    return Record(**{**dict.fromkeys(kinds, more), **of})


def test_all_searches_of_a_call_share_one_room_for_pages() -> None:
    record = paging(bundle(order("1", "hydrocodone")))
    found = asking(record, prefetch={"statements": bundle(statement())})
    assert "hydrocodone" in details(found)
    assert "more than 20 pages of the record in all; the others were not read" in details(found)
    assert len(record.asked) == 20


def test_all_searches_of_a_call_share_one_room_for_bytes() -> None:
    record = paging(bundle(order("1", "hydrocodone"), note=" " * 4_000_000))
    found = asking(record, prefetch={"statements": bundle(statement())})
    assert "hydrocodone" in details(found)
    assert "more than 10,000,000 bytes of the record in all; the others were not read" in details(found)


def test_a_page_that_would_be_too_much_of_a_record_is_left_and_named_and_the_rest_is_answered() -> None:
    many = bundle(*(order(f"a{number}", "a") for number in range(3000)))
    twice = bundle(bundle(*(order(f"b{number}", "b") for number in range(3000))))
    record = Record(MedicationRequest=many, Condition=twice)
    found = asking(record, prefetch={"statements": bundle(statement()), "item9": None})
    assert "more than 5,000 resources in all; the others were not read" in details(found)


def test_a_fetched_page_whose_link_cannot_be_read_is_read_itself() -> None:
    linked = bundle(order("1", "hydrocodone"), link=[{"relation": "next", "url": "x" * 6000}])
    found = asking(Record(MedicationRequest=linked), prefetch={"statements": bundle(statement())})
    assert "hydrocodone" in details(found)
    assert "medications: the address of its next page cannot be read" in details(found)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (httpx.Response(403), "the record answered 403"),
        (httpx.Response(302, headers={"Location": "https://evil.example.org"}), "the record answered 302"),
        (httpx.Response(200, text="<html>"), "the record's answer is no JSON"),
        (httpx.Response(200, text='{"resourceType": "Bundle", "resourceType": "Patient"}'), "the record's answer is no JSON"),
        (httpx.Response(200, text='{"a": NaN}'), "the record's answer is no JSON"),
        (httpx.Response(200, text='{"a":' * 100_000), "the record's answer is no JSON"),
        (httpx.Response(200, json=[]), "the record's answer is no resource"),
        (httpx.ConnectError("Zanzibar"), "the record did not answer"),
        (httpx.Response(200, content=b" " * 5_000_001), "the record's answer is too large"),
    ],
)
def test_a_server_that_fails_is_named_on_the_card_and_without_any_word_on_kratom_412(answer: object, why: str) -> None:
    def record(request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, httpx.Response)
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    assert f"medications: {why}" in details(asking(record, prefetch={"statements": bundle(statement())}))
    lost = asking(record)
    assert lost.status_code == 412
    assert "Zanzibar" not in lost.text


def test_a_server_that_never_answers_is_waited_for_no_longer_than_the_budget() -> None:
    async def record(request: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    found = asking(record, replace(LISTED, budget_s=0.05), prefetch={"statements": bundle(statement())})
    assert "medications: the record did not answer in time" in details(found)


def test_neither_token_nor_patient_is_in_any_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    body: Json = called(fhirServer=SERVER, fhirAuthorization=GRANTED, context={"patientId": "patient-4711"})
    record = Record(MedicationStatement=bundle(statement()))
    assert cards(body, made=app(LISTED, transport=server(record)))
    assert record.asked
    for secret in (TOKEN, "patient-4711", "ehr.example.org"):
        assert secret not in caplog.text
