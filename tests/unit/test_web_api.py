"""The API says what the commands say, keeps what its description promises, and names what is wrong in a question."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error, positive_data_acceptance
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from equipoise.apps.web.contract import openapi
from equipoise.apps.web.house import House
from equipoise.outputs import assessment, exposure, interactions, law, product
from equipoise.outputs import json as findings

CERTIFICATE = (Path(__file__).parents[1] / "data" / "certificates" / "leaf.csv").read_text(encoding="utf-8")
QUESTIONS: dict[str, tuple[Path, dict[str, Any]]] = {
    "law": (law.SCHEMA, {"place": "US-TN", "substance": "leaf", "age": 30, "on": "2026-07-01"}),
    "interactions": (interactions.SCHEMA, {"names": ["venlafaxine", "trazadone", "blorbium"]}),
    "product": (
        product.SCHEMA,
        {"certificate": {"form": "csv", "text": CERTIFICATE}, "place": "US-RI", "grams_per_day": 6, "serving_g": 2.5},
    ),
    "exposure": (exposure.SCHEMA, {"grams": 3, "times_per_day": 2}),
    "assessment": (assessment.SCHEMA, {"age": 41, "medicines": ["sertraline"], "kratom": {"grams": 3}, "place": "US-TN"}),
}
Client = Any


@pytest.mark.parametrize("name", QUESTIONS)
def test_an_answer_is_of_the_form_that_the_command_promises(client: Client, name: str) -> None:
    schema, question = QUESTIONS[name]
    answer = client.post(f"/api/{name}", json=question)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    jsonschema.validate(answer.json(), json.loads(schema.read_text(encoding="utf-8")))


def test_a_finding_is_that_of_the_monograph(client: Client, held: House) -> None:
    listed = client.get("/api/findings").json()["findings"]
    assert [one["id"] for one in listed] == list(held.document.findings)
    for name in list(held.document.findings)[::30]:
        assert client.get(f"/api/findings/{name}").text == findings.finding_json(held.document.findings[name])
    ref = next(iter(held.document.references))
    assert client.get(f"/api/references/{ref}").json()["text"] == held.document.references[ref].text
    assert client.get("/api/studies", params={"words": "zzzz"}).json() == {"studies": []}


def test_what_cannot_be_computed_is_an_answer(client: Client) -> None:
    answer = client.post("/api/exposure", json={"product": "7-oh", "grams": 1})
    assert answer.status_code == 200
    assert answer.json()["supported"] is False
    assert "no human data" in answer.json()["why"]


@pytest.mark.parametrize(
    ("name", "question", "faults"),
    [
        ("law", {}, {"place": "is missing; should be a code such as TH"}),
        ("law", {"place": 5, "age": "30", "on": "2026-13-01"},
         {"place": "is a number; should be text", "age": "is text; should be a number", "on": "is '2026-13-01'; should be"}),
        ("law", {"place": "TH", "speed": 1}, {"speed": "is no field; should be one of place, substance"}),
        ("law", {"place": "TH", "age": 30.5}, {"age": "is 30.5; should be a whole number from 0 to 120"}),
        ("law", {"place": "TH", "age": True}, {"age": "is a truth value; should be a number"}),
        ("interactions", {"names": "venlafaxine"}, {"names": "is text; should be a list of texts"}),
        ("interactions", {"names": ["a"] * 3 + [str(n) for n in range(101)]}, {"names": "are 102; should be 100 at most"}),
        ("interactions", {"names": ["x" * 121]}, {"names": "has 121 characters; should have 120 at most"}),
        ("product", {}, {"certificate": "is missing; should be an object with form and text"}),
        ("product", {"certificate": {"form": "pdf", "text": "x"}}, {"certificate": "should be an object with form"}),
        ("product", {"certificate": {"form": "csv", "text": "Analyte,Result,Unit\nLead,-3,mg/g"}, "serving_g": 0},
         {"certificate.text": "certificate.csv:2", "serving_g": "should be a number above 0"}),
        ("exposure", {"grams": -1}, {"grams": "is -1; should be above 0"}),
        ("exposure", {"gram": 1}, {"gram": ""}),
        ("assessment", {"age": 400}, {"age": "is 400; should be from 0 to 120"}),
        ("assessment", {"certificate": {"file": "/etc/passwd"}}, {"certificate": "a file cannot be opened from here"}),
    ],
)  # fmt: skip
def test_each_field_that_is_wrong_is_named_with_what_would_be_right(
    client: Client, name: str, question: dict[str, Any], faults: dict[str, str]
) -> None:
    answer = client.post(f"/api/{name}", json=question)
    assert answer.status_code == 422
    found = {one["field"]: one["message"] for one in answer.json()["faults"]}
    assert set(found) == set(faults)
    assert all(said in found[field] for field, said in faults.items())


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"", "application/json", 400),
        (b'{"place": NaN}', "application/json", 400),
        (b'{"place": "\\ud800"}', "application/json", 400),
        (b'{"place": "\xff"}', "application/json", 400),
        (b'{"age": ' + b"9" * 5000 + b"}", "application/json", 400),
        (b'{"a":' * 100_000, "application/json", 400),
        (b"[" * 40 + b"]" * 40, "application/json", 400),
        (b'{"a": ' + b'{"a": ' * 20 + b"1" + b"}" * 21, "application/json", 400),
        (b"place=TH", "application/x-www-form-urlencoded", 415),
        (b"{}", "text/plain", 415),
    ],
)
def test_a_body_that_is_no_question_is_told_what_would_be_one(client: Client, body: bytes, kind: str, status: int) -> None:
    for name in QUESTIONS:
        answer = client.post(f"/api/{name}", content=body, headers={"Content-Type": kind})
        assert answer.status_code == status
        assert "should be" in answer.json()["detail"]


def test_every_operation_is_described_and_listed(client: Client, held: House) -> None:
    document = client.get("/api/openapi.json").json()
    assert document == json.loads(json.dumps(openapi(held)))
    whole = json.dumps(document)
    assert "$defs" not in whole
    page = client.get("/api/docs").text
    assert all(f"{method.upper()} {path}" in page for path, methods in document["paths"].items() for method in methods)
    for path, methods in document["paths"].items():
        for method, said in methods.items():
            if method == "post":
                example = said["requestBody"]["content"]["application/json"]["example"]
                assert client.post(path, json=example).status_code == 200, path


CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.mark.parametrize(
    ("path", "mode"),
    [
        *((path, GenerationMode.POSITIVE) for path in ("findings", "findings/{id}", "studies", "references/{id}", *QUESTIONS)),
        *((path, GenerationMode.NEGATIVE) for path in ("studies", *QUESTIONS)),
    ],
)
def test_the_description_holds_for_whatever_is_sent(client: Client, held: House, path: str, mode: GenerationMode) -> None:
    """No error of ours, and each answer of a status, type and form that the description names; nothing right is refused."""
    schema = schemathesis.openapi.from_dict(openapi(held))
    operation = schema[f"/api/{path}"]["POST" if path in QUESTIONS else "GET"]
    free = path in ("exposure", "assessment", "product", "law")  # what is right there is not for a schema alone to say
    checks = [*CHECKS, *([] if free or mode is GenerationMode.NEGATIVE else [positive_data_acceptance])]

    @settings(
        max_examples=30,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def holds(case: schemathesis.Case) -> None:
        said = case.as_transport_kwargs(base_url="http://testserver")
        known = {name: said[name] for name in ("params", "headers", "json") if said.get(name) is not None}
        answer = client.ask(said["method"], said["url"], content=said.get("data"), **known)
        case.validate_response(answer, checks=checks)

    holds()
