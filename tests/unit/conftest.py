"""The shipped evidence as a server holds it, and a client that asks an application without a network."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp

from equipoise.apps.web.app import create_app
from equipoise.apps.web.house import House, house
from equipoise.apps.web.settings import WebSettings
from equipoise.documents.monograph import Monograph

PEER = ("203.0.113.9", 50_000)


class Client:
    """Asks an application as a browser would, from one address."""

    def __init__(self, app: ASGIApp, *, peer: tuple[str, int] = PEER) -> None:
        self.app, self.peer = app, peer

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """One request and its answer."""

        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app, client=self.peer)
            async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
                return await client.request(method, path, **more)

        return asyncio.run(asked())

    def get(self, path: str, **more: Any) -> httpx.Response:
        """A page."""
        return self.ask("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        """A form or a question."""
        return self.ask("POST", path, **more)


@pytest.fixture(scope="session")
def held(shipped: Monograph) -> House:
    """Return the house of the shipped evidence."""
    return house(WebSettings(as_of=shipped.as_of))


@pytest.fixture(scope="session")
def settings(shipped: Monograph) -> WebSettings:
    """Return settings without a limit on how often one may ask, and with all the time that a busy machine may take."""
    return WebSettings(as_of=shipped.as_of, rate=0, body_seconds=600, answer_seconds=600, open_hooks="http://127.0.0.1:8000")


@pytest.fixture(scope="session")
def client(held: House, settings: WebSettings) -> Client:
    """Return a client of the whole application."""
    return Client(create_app(settings, held))


@pytest.fixture(scope="session")
def asking() -> Callable[[ASGIApp], Client]:
    """Return what makes a client of another application."""
    return Client


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], str]]:
    """Return what tells all that any logger was given, whatever its level."""
    root, ours = logging.getLogger(), logging.getLogger("equipoise.web")
    before = (root.level, ours.propagate)
    root.setLevel(logging.DEBUG)
    ours.propagate = True
    with caplog.at_level(logging.DEBUG):
        yield lambda: "\n".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    root.setLevel(before[0])
    ours.propagate = before[1]
