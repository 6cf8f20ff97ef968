"""One line of JSON for each answer: when, which route, how it went, how long it took. Nothing of who asked, nor what."""

import json
import logging
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from equipoise.apps.web.guards import HOOKS
from equipoise.apps.web.metrics import METHODS, Metrics

NAME = "equipoise.web"
UNMATCHED = "none"
"""What stands for an address that no route has."""


class Lines(logging.Formatter):
    """A record as JSON: its time, level and message, and the fields given with it; never its exception."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        when = datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds")
        fields = getattr(record, "fields", {})
        return json.dumps({"time": when, "level": record.levelname.lower(), "event": record.getMessage(), **fields})


def logger() -> logging.Logger:
    """Our logger, which writes to standard error where nobody gave it another place."""
    made = logging.getLogger(NAME)
    logging.getLogger("python_multipart").setLevel(logging.CRITICAL)  # it tells which signs of a body it did not expect
    if not made.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(Lines())
        made.addHandler(handler)
        made.setLevel(logging.INFO)
        made.propagate = False
    return made


def route_of(scope: Scope, routes: Mapping[object, str]) -> str:
    """The template of the route that answered: ``/findings/{id}``, not which finding."""
    path = routes.get(scope.get("endpoint")) or getattr(scope.get("route"), "path", None)
    if not isinstance(path, str):
        return UNMATCHED
    inside = str(scope["path"]).startswith(f"{HOOKS}/") and not path.startswith(HOOKS)
    return f"{HOOKS}{path}" if inside else path


class Recorded:
    """Logs and counts every answer; ``routes`` has the template of each endpoint, once all of them are there."""

    def __init__(self, app: ASGIApp, *, log: logging.Logger, metrics: Metrics, routes: Mapping[object, str]) -> None:
        self.app, self.log, self.metrics, self.routes = app, log, metrics, routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = time.perf_counter()
        status, size = 0, 0

        async def watched(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                size += len(message.get("body", b""))
            await send(message)

        try:
            with self.metrics.in_flight():
                await self.app(scope, receive, watched)
        finally:
            seconds = time.perf_counter() - begun
            route = route_of(scope, self.routes)
            self.metrics.answered(route=route, method=scope["method"], status=status, seconds=seconds)
            fields = {
                "method": scope["method"] if scope["method"] in METHODS else "other",
                "route": route,
                "status": status,
                "ms": round(1000 * seconds, 2),
                "bytes": size,
            }
            self.log.info("answered", extra={"fields": fields})
