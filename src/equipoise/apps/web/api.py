"""The JSON API under ``/api``: the same answers as the commands give with ``--json``, and their description as OpenAPI.

What is asked about a person is a POST, so that it stands in no address. Nothing of it is kept.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from equipoise.apps.turns import in_turn
from equipoise.apps.web import questions
from equipoise.apps.web.contract import openapi
from equipoise.apps.web.given import BodyError, Faults, Given, GivenError, json_of
from equipoise.apps.web.house import House
from equipoise.apps.web.pages import wanted_of
from equipoise.apps.web.refusals import words
from equipoise.outputs.assessment import assessment_json
from equipoise.outputs.exposure import exposure_json, unsupported_json
from equipoise.outputs.interactions import interactions_json
from equipoise.outputs.json import finding_json
from equipoise.outputs.law import law_json
from equipoise.outputs.plain import dumped, plain
from equipoise.outputs.product import product_json
from equipoise.outputs.register import studies_json
from equipoise.outputs.served import deeper

JSON = "application/json"
_T = TypeVar("_T")
Endpoint = Callable[[Request], Awaitable[Response]]


def refused(status: int, faults: Faults, sentence: str = "") -> Response:
    """What was wrong, field by field."""
    title, said = words(status)
    named = [{"field": field, "message": message} for field, message in faults]
    return JSONResponse({"error": title, "detail": sentence or said, "faults": named}, status_code=status)


def _kept(text: str, kind: str = JSON) -> Response:
    return Response(text, media_type=kind, headers={"Cache-Control": "public, max-age=300"})


def _asked(answer: Callable[[dict[str, Any]], str]) -> Endpoint:
    """An address that answers the object in the body."""

    async def asked(request: Request) -> Response:
        try:
            data = await json_of(request)
            return Response(await in_turn(answer, data), media_type=JSON)
        except BodyError as fault:
            return refused(fault.status, (), fault.right)
        except GivenError as fault:
            return refused(422, fault.faults)

    return asked


def add_api(app: FastAPI, house: House) -> None:
    """Give the API its addresses, and its description one."""
    document = openapi(house)
    described = dumped(document)
    listed = deeper(house.served.page("app-api", "api/docs", operations=operations(document)))
    held = {name: finding_json(finding) for name, finding in house.document.findings.items()}
    overview = dumped({"findings": [_brief(house, name) for name in held]})

    async def findings(request: Request) -> Response:
        return _kept(overview)

    async def finding(request: Request) -> Response:
        return _kept(_named(held, request.path_params["id"]))

    async def studies(request: Request) -> Response:
        wanted, faults = wanted_of(house, dict(request.query_params))
        return refused(422, faults) if faults else _kept(studies_json(house.register.chosen(wanted)))

    async def reference(request: Request) -> Response:
        return _kept(dumped(plain(_named(house.document.references, request.path_params["id"]))))

    async def schema(request: Request) -> Response:
        return _kept(described)

    async def docs(request: Request) -> Response:
        return _kept(listed, "text/html")

    reading: Mapping[str, Endpoint] = {
        "/api/findings": findings,
        "/api/findings/{id}": finding,
        "/api/studies": studies,
        "/api/references/{id:path}": reference,
        "/api/openapi.json": schema,
        "/api/docs": docs,
    }
    for path, endpoint in reading.items():
        app.add_route(path, endpoint, methods=["GET"])
    for path, answer in _answers(house).items():
        app.add_route(path, _asked(answer), methods=["POST"])


def _answers(house: House) -> Mapping[str, Callable[[dict[str, Any]], str]]:
    def law(data: dict[str, Any]) -> str:
        known = ("place", "substance", "form", "action", "on", "age")
        return law_json([questions.law(house, Given(data, typed=True, known=known))])

    def interactions(data: dict[str, Any]) -> str:
        return interactions_json(questions.interactions(house, Given(data, typed=True, known=("names",))))

    def product(data: dict[str, Any]) -> str:
        known = ("certificate", "place", "grams_per_day", "serving_g", "container_g", "unit_g", "form", "people")
        given = Given(data, typed=True, known=known)
        return product_json(questions.product(house, given, questions.report(given)))

    def exposure(data: dict[str, Any]) -> str:
        found = questions.exposure(house, data)
        return unsupported_json("mitragynine", found) if isinstance(found, str) else exposure_json(found)

    def assessment(data: dict[str, Any]) -> str:
        return assessment_json(questions.assessment(house, data), lines=False)

    return {
        "/api/law": law,
        "/api/interactions": interactions,
        "/api/product": product,
        "/api/exposure": exposure,
        "/api/assessment": assessment,
    }


def _named(held: Mapping[str, _T], name: str) -> _T:
    if name not in held:
        raise HTTPException(404)
    return held[name]


def _brief(house: House, name: str) -> dict[str, str]:
    finding = house.document.findings[name]
    return {
        "id": name,
        "question": finding.question,
        "statement": finding.statement,
        "certainty": finding.certainty.value,
        "as_of": str(finding.as_of),
    }


def operations(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each operation of the description, as the page that lists them shows it."""
    return [
        {
            "method": method.upper(),
            "path": path,
            "summary": said["summary"],
            "description": said["description"],
            "parameters": said.get("parameters", []),
            "example": _example(said),
            "statuses": [(status, answer["description"]) for status, answer in said["responses"].items()],
        }
        for path, methods in document["paths"].items()
        for method, said in methods.items()
    ]


def _example(said: Mapping[str, Any]) -> str:
    body = said.get("requestBody")
    return "" if body is None else json.dumps(body["content"][JSON]["example"], indent=1, ensure_ascii=False)
