"""The routes: discovery, the three services, feedback. Every answer to a bad call is 400, 401, 404, 405, 412, 413 or 503."""

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx
from fastapi import APIRouter, Request, Response
from starlette.requests import ClientDisconnect

from equipoise.apps import clock
from equipoise.apps.hooks import calls
from equipoise.apps.hooks.faults import CallError
from equipoise.apps.hooks.feedback import Counter, counted
from equipoise.apps.hooks.prefetch import Asking, Data, data, hushed
from equipoise.apps.hooks.services import REQUIRED, SERVICES
from equipoise.apps.hooks.settings import HookSettings
from equipoise.apps.hooks.tokens import LONGEST_LIFE_S, Door, FullError, RefusedError, Used
from equipoise.apps.turns import in_turn
from equipoise.documents.cards import Card, Site, cards
from equipoise.findings.charts import Codebook, codebook
from equipoise.findings.interactions import ListAnswer
from equipoise.intake.fhir import FhirError, chart
from equipoise.intake.medicine_names import UniiNames
from equipoise.outputs.cds import Service, code_system, discovery, outcome, response
from equipoise.outputs.phrases import upper_first
from equipoise.records.evidence import Evidence

BODY_S = 10.0
"""Seconds for a body to arrive."""
_JSON, _FHIR = "application/json", "application/fhir+json"
_FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-real-ip")
"""Headers of a call that comes through a proxy, from nobody knows where."""
_NO_STORE = {"Cache-Control": "no-store"}
_LARGE = "The body is too large; should be {:,} bytes at most."
_FULL = "More tokens of this issuer are remembered than there is room for; its tokens should end sooner, and be fewer."
_UNSURE = "Not enough of the record was sent or could be read to tell whether kratom is used: "


@dataclass(frozen=True, kw_only=True, eq=False)
class _Hooks:
    """What every call needs and no call changes, but for the numbers of used tokens."""

    settings: HookSettings
    site: Site
    door: Door
    book: Codebook
    check: Callable[[Sequence[str]], ListAnswer]
    today: Callable[[], date]
    counter: Counter | None
    asking: Asking

    async def answer(self, request: Request, service: Service) -> Response:
        self._let_in(request, self.settings.address(service.id))
        body = await self._body(request)
        try:
            call = await in_turn(calls.call, body, service)
            found = await data(call, service.prefetch, self.settings, self.asking)
            answered = await in_turn(self._cards, call, found, service)
        except FhirError as fault:
            raise CallError(400, "too-long", f"{upper_first(str(fault))}.") from None
        return _json(response(answered, self.settings.base_url))

    async def feedback(self, request: Request, service: Service) -> Response:
        self._let_in(request, f"{self.settings.address(service.id)}/feedback")
        for service_id, result, reason in await in_turn(counted, await self._body(request), service):
            if self.counter is not None:
                self.counter.labels(service=service_id, outcome=result, reason=reason).inc()
        return Response(status_code=200, headers=_NO_STORE)

    def _let_in(self, request: Request, audience: str) -> None:
        forwarded = any(name in request.headers for name in _FORWARDED)
        host = request.client.host if request.client and not forwarded else None
        self.door.let_in(request.headers.get("authorization"), audience=audience, host=host)

    async def _body(self, request: Request) -> bytes:
        most, body = self.settings.largest_body, bytearray()
        if len(declared := request.headers.get("content-length", "")) > 12 or (declared.isdecimal() and int(declared) > most):
            raise CallError(413, "too-long", _LARGE.format(most))
        try:
            async with asyncio.timeout(BODY_S):
                async for part in request.stream():
                    body += part
                    if len(body) > most:
                        raise CallError(413, "too-long", _LARGE.format(most))
        except (TimeoutError, ClientDisconnect):
            raise CallError(400, "timeout", "The body did not arrive in time.") from None
        return bytes(body)

    def _cards(self, call: calls.Call, found: Data, service: Service) -> tuple[Card, ...]:
        lost = [name for name in REQUIRED if name in found.missing]
        held = chart(found.sent, orders=call.orders, selected=call.selected, missing=found.missing, patient=call.patient)
        if lost and held.kratom.state != "used":
            raise CallError(412, "incomplete", f"{_UNSURE}{', '.join(f'{name} {found.missing[name]}' for name in lost)}.")
        return cards(
            held,
            self.book,
            self.check,
            hook=service.hook,
            site=self.site,
            as_of=self.today(),
            uuid=lambda: str(uuid.uuid4()),
        )


def router(
    settings: HookSettings,
    *,
    evidence: Evidence,
    check: Callable[[Sequence[str]], ListAnswer],
    unii: UniiNames | None = None,
    today: Callable[[], date] = clock.today,
    pages: Mapping[str, str] | None = None,
    counter: Counter | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> APIRouter:
    """The routes, to be mounted at ``/cds-services``.

    Parameters
    ----------
    settings
        What the site decides.
    evidence
        Evidence with medicines and interactions.
    check
        What checks a list of names against kratom.
    unii
        FDA's list of names.
    pages
        Of each rule its page, from the base or as a whole address.
    counter
        What counts feedback.
    transport
        What carries requests to FHIR servers, in tests.
    """
    hushed()
    hooks = _Hooks(
        settings=settings,
        site=Site(base_url=settings.base_url, pages=dict(pages or {}), ask=settings.ask),
        door=Door(settings=settings, used={one.iss: Used() for one in settings.issuers}),
        book=codebook(evidence, unii),
        check=check,
        today=today,
        counter=counter,
        asking=Asking(transport=transport),
    )
    routes = APIRouter(tags=["CDS Hooks"])

    # The lower line of each two answers, by every method of the address, so that a 405 names all; the upper one describes it.

    @routes.get("", summary="The services, as CDS Hooks 2.0 lists them")
    @routes.api_route("", methods=_READ, include_in_schema=False)
    async def services(request: Request) -> Response:
        return _shared(request, settings, _json(discovery(SERVICES.values())))

    @routes.get("/override-reasons", summary="Reasons for setting a card aside, as a FHIR CodeSystem")
    @routes.api_route("/override-reasons", methods=_READ, include_in_schema=False)
    async def reasons(request: Request) -> Response:
        return _shared(request, settings, _json(code_system(settings.base_url), kind=_FHIR))

    @routes.post("/{service}", summary="Cards for a chart", responses=_FAULTS, openapi_extra=_CALL)
    @routes.api_route("/{service}", methods=_CALLED, include_in_schema=False)
    async def called(request: Request, service: str) -> Response:
        return await _answered(request, settings, service, hooks.answer)

    @routes.post("/{service}/feedback", summary="What became of cards", responses=_FAULTS, openapi_extra=_FEEDBACK)
    @routes.api_route("/{service}/feedback", methods=_CALLED, include_in_schema=False)
    async def reported(request: Request, service: str) -> Response:
        return await _answered(request, settings, service, hooks.feedback)

    return routes


_READ, _CALLED = ["GET", "HEAD", "OPTIONS"], ["POST", "OPTIONS"]


async def _answered(
    request: Request,
    settings: HookSettings,
    name: str,
    answer: Callable[[Request, Service], Awaitable[Response]],
) -> Response:
    if request.method == "OPTIONS":
        return _shared(request, settings, Response())
    try:
        found = await answer(request, _service(name))
    except RefusedError:
        found = Response(status_code=401)
    except FullError:
        found = _json(outcome("throttled", _FULL), status=503, kind=_FHIR)
        found.headers["Retry-After"] = str(LONGEST_LIFE_S)
    except CallError as fault:
        found = _json(outcome(fault.code, fault.text), status=fault.status, kind=_FHIR)
        if fault.status == 413:
            found.headers["Connection"] = "close"  # the rest of it is not waited for
    return _shared(request, settings, found)


def _service(name: str) -> Service:
    service = SERVICES.get(name)
    if service is None:
        raise CallError(404, "not-found", "There is no such service; discovery lists those there are.")
    return service


def _shared(request: Request, settings: HookSettings, answer: Response) -> Response:
    """The answer, readable for the web pages that the site names, and for no other; to who only asks for that, nothing else."""
    asked = request.method == "OPTIONS"
    if asked:
        answer = Response(status_code=204)
    if settings.origins:
        answer.headers["Vary"] = "Origin"
    origin = request.headers.get("origin")
    if origin is not None and origin in settings.origins:
        answer.headers["Access-Control-Allow-Origin"] = origin
        if asked:
            answer.headers["Access-Control-Allow-Methods"] = "GET, POST, OPTIONS"
            answer.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
            answer.headers["Access-Control-Max-Age"] = "600"
    return answer


def _json(held: Mapping[str, Any], *, status: int = 200, kind: str = _JSON) -> Response:
    """JSON in ASCII, so that no sign of a record can break it."""
    return Response(json.dumps(held), status_code=status, media_type=kind, headers=_NO_STORE)


_FAULTS: dict[int | str, dict[str, Any]] = {
    400: {"description": "Not as the standard has it; an OperationOutcome says what would be right."},
    401: {"description": "Not let in; no body."},
    404: {"description": "No such service."},
    412: {"description": "Not enough of the record was sent or could be read."},
    413: {"description": "The body is too large."},
    503: {"description": "More tokens of this issuer are remembered than there is room for."},
}


def _taking(*required: str, **properties: dict[str, Any]) -> dict[str, Any]:
    """What a body holds, for the description of an address."""
    schema = {"type": "object", "required": list(required), "properties": properties}
    return {"requestBody": {"required": True, "content": {_JSON: {"schema": schema}}}}


_TEXT, _OBJECT = {"type": "string"}, {"type": "object"}
_CALL = _taking(
    "hook",
    "hookInstance",
    "context",
    hook=_TEXT,
    hookInstance=_TEXT,
    context=_OBJECT,
    prefetch=_OBJECT,
    fhirServer=_TEXT,
    fhirAuthorization=_OBJECT,
)
_FEEDBACK = _taking("feedback", feedback={"type": "array", "items": _OBJECT})
