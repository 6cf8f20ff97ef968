"""Records and calls to test with: resources of one invented person, a call of a service, and a client for the routes."""

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from equipoise.apps.hooks import HookSettings, router
from equipoise.findings.charts import Codebook, codebook
from equipoise.findings.interactions import Checker, checker
from equipoise.intake.medicine_names import unii_names
from equipoise.records.evidence import Evidence
from equipoise.records.mechanism_rules import MECHANISM_RULES
from equipoise.records.rules import part

ROOT = Path(__file__).parents[2]
AS_OF = date(2026, 11, 22)
KINDS = ("conditions/", "medicines/", "interactions/", "parameters/", "assays/", "exposures/")
BASE = "http://localhost:8000"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
LOINC = "http://loinc.org"
OPEN = HookSettings(base_url=BASE, open=True)

Json = dict[str, Any]


@cache
def evidence() -> Evidence:
    """The shipped evidence on medicines."""
    return part(ROOT / "evidence", lambda file: file.startswith(KINDS), MECHANISM_RULES, AS_OF)


@cache
def checks() -> Checker:
    """What checks names against kratom."""
    return checker(evidence(), AS_OF)


@cache
def book() -> Codebook:
    """What charts are read with."""
    return codebook(evidence(), unii_names())


def synthea(name: str) -> Json:
    """The bundle of an invented patient."""
    return json.loads((ROOT / "tests" / "data" / "synthea" / f"{name}.json").read_text())


def order(ident: str, text: str, *, code: str | None = None, status: str = "active", kind: str = "MedicationRequest") -> Json:
    """A medicine, coded in RxNorm where a code is given."""
    coded = {"coding": [{"system": RXNORM, "code": code, "display": text}]} if code else {"text": text}
    intent = {"intent": "order"} if kind == "MedicationRequest" else {}
    return {"resourceType": kind, "id": ident, "status": status, **intent, "medicationCodeableConcept": coded}


def statement(text: str = "Kratom", status: str = "active", **more: object) -> Json:
    """A statement that something is taken."""
    taken = {"medicationCodeableConcept": {"text": text}}
    return {"resourceType": "MedicationStatement", "id": "k", "status": status, **taken, **more}


def observation(code: str | None = None, text: str | None = None, **more: object) -> Json:
    """An observation by a LOINC code, a text, or both."""
    coded = {"coding": [{"system": LOINC, "code": code}]} if code else {}
    said = {"text": text} if text else {}
    return {"resourceType": "Observation", "id": "o", "status": "final", "code": {**coded, **said}, **more}


def bundle(*resources: Json, **more: object) -> Json:
    """A bundle of resources, as a search gives it."""
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": one} for one in resources], **more}


def prefetch(*medicines: Json, kratom: Json | None = None, **more: object) -> Json:
    """What a client sends along: medicines, whether kratom is used, and nothing else."""
    said = bundle(kratom) if kratom else None
    empty = dict.fromkeys(("social", "conditions", "allergies", "item9", "results", "patient"))
    return {"medications": bundle(*medicines), "statements": said, **empty, **more}


def called(hook: str = "patient-view", **more: object) -> Json:
    """The body of a call; ``context`` is added to."""
    context = {"userId": "Practitioner/1", "patientId": "1", **(more.pop("context", None) or {})}
    return {"hook": hook, "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", "context": context, **more}


def app(settings: HookSettings = OPEN, **more: Any) -> FastAPI:
    """The routes in an application."""
    made = FastAPI()
    told = {"evidence": evidence(), "check": checks().check, "unii": unii_names(), "today": lambda: AS_OF, **more}
    made.include_router(router(settings, **told), prefix="/cds-services")
    return made


@cache
def open_app() -> FastAPI:
    """The routes without tokens."""
    return app()


def sent(
    made: FastAPI, method: str, path: str, *, host: str = "127.0.0.1", headers: Mapping[str, str] | None = None, **more: Any
) -> httpx.Response:
    """What the routes answer; an exception in them is raised here."""

    async def go() -> httpx.Response:
        carrier = httpx.ASGITransport(app=made, client=(host, 1))
        async with httpx.AsyncClient(transport=carrier, base_url=BASE) as client:
            return await client.request(method, path, headers=headers, **more)

    return asyncio.run(go())


def answered(body: object, service: str | None = None, *, made: FastAPI | None = None, **more: Any) -> httpx.Response:
    """What a service answers to a body, by default the service of the hook that the body names."""
    name = service or f"kratom-{body['hook']}"  # type: ignore[index]
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return sent(made or open_app(), "POST", f"/cds-services/{name}", content=content, **more)


def cards(body: object, **more: Any) -> list[Json]:
    """The cards of an answer."""
    found = answered(body, **more)
    assert found.status_code == 200, found.text
    return found.json()["cards"]


def server(respond: Callable[[httpx.Request], httpx.Response]) -> httpx.MockTransport:
    """A FHIR server that answers by a function."""
    return httpx.MockTransport(respond)
