"""The application: pages, API and CDS Hooks, with guards around all of it."""

import time
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from equipoise import __version__
from equipoise.apps.web import guards
from equipoise.apps.web.api import Endpoint, add_api
from equipoise.apps.web.hooked import hooks_of
from equipoise.apps.web.house import House
from equipoise.apps.web.logs import Recorded, logger
from equipoise.apps.web.metrics import TEXT, Metrics
from equipoise.apps.web.pages import Pages
from equipoise.apps.web.refusals import refusal
from equipoise.apps.web.settings import WebSettings

UNMETERED = frozenset({"/healthz", "/metrics"})


def create_app(settings: WebSettings, house: House, *, clock: Callable[[], float] = time.monotonic) -> FastAPI:
    """The application over what a house holds; ``clock`` gives the seconds by which clients are metered."""
    metrics, log = Metrics(), logger()
    routes: dict[object, str] = {}
    refuse = refusal(house)
    buckets = None if settings.rate == 0 else guards.Buckets(rate=settings.rate, burst=settings.burst, clients=settings.clients)
    app = FastAPI(
        title="Equipoise",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        middleware=[
            Middleware(Recorded, log=log, metrics=metrics, routes=routes),
            Middleware(guards.Dressed),
            Middleware(guards.Caught, refusal=refuse, log=log),
            Middleware(guards.Metered, buckets=buckets, proxies=settings.proxies, refusal=refuse, clock=clock, free=UNMETERED),
            Middleware(
                guards.Bounded,
                body_bytes=settings.body_bytes,
                body_seconds=settings.body_seconds,
                answer_seconds=settings.answer_seconds,
                refusal=refuse,
            ),
        ],
        exception_handlers={HTTPException: _refused(refuse)},
    )
    app.add_route("/favicon.ico", _no_icon, methods=["GET"])
    app.add_route("/healthz", _health(house), methods=["GET"])
    if settings.metrics:
        app.add_route("/metrics", _metrics(metrics), methods=["GET"])
    add_api(app, house)
    _hooks(app, settings, house, metrics)
    Pages(house, settings).add_to(app)
    routes.update({route.endpoint: route.path for route in app.routes if isinstance(route, Route)})
    return app


async def _no_icon(request: Request) -> Response:
    """There is none, and a browser need not ask again."""
    return Response(status_code=204, headers={"Cache-Control": "public, max-age=86400"})


def _health(house: House) -> Endpoint:
    held = {"status": "ok", "version": __version__, "as_of": str(house.as_of), "findings": len(house.document.findings)}

    async def healthz(request: Request) -> Response:
        return JSONResponse(held)

    return healthz


def _metrics(metrics: Metrics) -> Endpoint:
    async def prometheus(request: Request) -> Response:
        return Response(metrics.text(), media_type=TEXT)

    return prometheus


def _refused(refuse: guards.Refusal) -> Callable[[Request, Exception], Coroutine[Any, Any, Response]]:
    async def refused(request: Request, fault: Exception) -> Response:
        status, headers = (fault.status_code, fault.headers or {}) if isinstance(fault, HTTPException) else (500, {})
        made = refuse(request.scope, status)
        made.headers.update({name: value for name, value in headers.items() if name.lower() in {"allow", "retry-after"}})
        return made

    return refused


def _hooks(app: FastAPI, settings: WebSettings, house: House, metrics: Metrics) -> None:
    """CDS Hooks, where a file configures them."""
    routes = hooks_of(settings, house, metrics)
    if routes is not None:
        app.include_router(routes, prefix=guards.HOOKS)
