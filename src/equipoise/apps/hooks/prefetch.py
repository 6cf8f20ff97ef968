"""What a card needs of the record: from the call itself, and what is missing from the record's server, within a small budget.

The token goes to the one server that the call names, if the site's list has it, and to no address outside it.
"""

import asyncio
import json
import logging
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urljoin

import httpx

from equipoise.apps.hooks.calls import Access, Call, no_number, once
from equipoise.apps.hooks.services import NEWEST
from equipoise.apps.hooks.settings import HookSettings
from equipoise.intake.fhir.resources import MOST_RESOURCES, FhirError, failed, next_page, objects

MOST_PAGES, MOST_PAGES_IN_ALL = 5, 20
"""Of one search, with what was sent of it; and fetched for one call."""
LARGEST_ANSWER, MOST_BYTES_IN_ALL = 5_000_000, 10_000_000
_ACCEPT = "application/fhir+json, application/json;q=0.9"


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """What there is, by name; ``missing``: names that nobody gave, each with the reason."""

    sent: Mapping[str, object]
    missing: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How servers are asked: which certificates are trusted, read once, and what carries requests in tests."""

    trusted: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    transport: httpx.AsyncBaseTransport | None = None


class _LostError(Exception):
    """An answer that cannot be used, and why."""


@dataclass(slots=True, kw_only=True)
class _Room:
    """What may still be fetched for one call, over all of its searches."""

    pages: int = MOST_PAGES_IN_ALL
    size: int = MOST_BYTES_IN_ALL
    resources: int

    def page(self) -> None:
        """Take a page."""
        if not self.pages:
            raise _LostError(f"more than {MOST_PAGES_IN_ALL} pages of the record in all; the others were not read")
        self.pages -= 1

    def part(self, size: int) -> None:
        """Take so many bytes."""
        self.size -= size
        if self.size < 0:
            raise _LostError(f"more than {MOST_BYTES_IN_ALL:,} bytes of the record in all; the others were not read")

    def held(self, resources: int) -> None:
        """Take so many resources, all or none."""
        if resources > self.resources:
            raise _LostError(f"more than {MOST_RESOURCES:,} resources in all; the others were not read")
        self.resources -= resources


def _resources(*sent: object) -> int:
    """How many resources there are in what was sent, in bundles and lists too."""
    count, left = 0, [*sent]
    while left:
        one = left.pop()
        if isinstance(one, list):
            left += one
        elif isinstance(one, Mapping) and one.get("resourceType") == "Bundle":
            left += [entry.get("resource") for entry in objects(one.get("entry"))]
        else:
            count += isinstance(one, Mapping)
    return count


def hushed() -> None:
    """Keep the HTTP client from logging addresses: they name the patient."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _wrong(value: object) -> str:
    """Why what was sent under a name tells nothing; null says that nothing was found, which is an answer."""
    if failed(value):
        return "the record answered with an error"
    told = value is None or (isinstance(value, Mapping) and isinstance(value.get("resourceType"), str))
    return "" if told else "what was sent is no resource"


async def data(call: Call, templates: Mapping[str, str], settings: HookSettings, asking: Asking) -> Data:
    """What was sent with the call, and what was not sent and could be fetched.

    A name with null was looked for and is empty; one with an error is not asked for again. Of what was sent in pages the others
    are fetched, but where the first holds what is newest.
    """
    sent = {
        name: _unlinked(held) if name in NEWEST and isinstance(held, dict) else held for name, held in call.prefetch.items()
    }
    errors = {name: why for name in templates if (why := _wrong(sent.get(name)))}
    wanted = {name: template for name, template in templates.items() if name not in sent}
    paged = {name: value for name in templates if isinstance(value := sent.get(name), dict) and next_page(value)}
    if call.access is None:
        return Data(sent=sent, missing={**errors, **dict.fromkeys(wanted, "was not sent")})
    if not settings.may_ask(call.access.server):
        return Data(sent=sent, missing={**errors, **dict.fromkeys(wanted, "was not sent, and its server is not on the list")})
    if not wanted and not paged:
        return Data(sent=sent, missing=errors)
    server = call.access.server.rstrip("/")
    searches = {
        name: _Search(
            server=server,
            address=f"{server}/{template.replace('{{context.patientId}}', call.patient)}",
            pages=[],
            first=name in NEWEST,
        )
        for name, template in wanted.items()
    }
    for name, bundle in paged.items():
        searches[name] = _Search(server=server, address=f"{server}/", pages=[])
        searches[name].add(bundle)
    room = _Room(resources=MOST_RESOURCES - _resources(call.orders, *sent.values()))
    await _fetched(searches, room, call.access, settings, asking)
    found = {name: one.pages for name, one in searches.items() if one.pages}
    lost = {name: one.lost for name, one in searches.items() if one.lost is not None}
    return Data(sent={**sent, **found}, missing={**errors, **lost})


@dataclass(slots=True, kw_only=True)
class _Search:
    """One search: the pages that came, the address of the next, and why it ended early; ``first``: one page is enough."""

    server: str
    address: str | None
    pages: list[dict[str, Any]]
    lost: str | None = None
    first: bool = False

    def add(self, page: dict[str, Any]) -> None:
        """Keep a page, and where the next one is; a next page outside the server is not asked for."""
        if self.pages:
            self.pages[-1] = _unlinked(self.pages[-1])
        self.pages.append(_unlinked(page) if self.first else page)
        following = None if self.first else next_page(page)
        self.address = None if following is None else urljoin(f"{self.server}/", following)
        if self.address is not None and not _within(self.address, self.server):
            self.address, self.lost = None, "its next page is on another server, which was not asked"
        elif self.address is not None and len(self.pages) >= MOST_PAGES:
            self.address, self.lost = None, f"the record has more than {MOST_PAGES} pages; the others were not read"

    async def run(self, client: httpx.AsyncClient, room: _Room) -> None:
        """Fetch what is left of it."""
        try:
            while self.address is not None:
                room.page()
                page = await _page(client, self.address, room)
                room.held(_resources(page))
                self.add(page)
        except _LostError as fault:
            self.lost = str(fault)
        except FhirError:
            self.pages[-1], self.lost = _unlinked(self.pages[-1]), "the address of its next page cannot be read"
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, RecursionError):
            self.lost = "the record did not answer"


async def _fetched(
    searches: Mapping[str, _Search], room: _Room, access: Access, settings: HookSettings, asking: Asking
) -> None:
    headers = {"Authorization": f"Bearer {access.token}", "Accept": _ACCEPT, "Accept-Encoding": "identity"}
    async with httpx.AsyncClient(
        headers=headers,
        timeout=settings.budget_s,
        follow_redirects=False,
        trust_env=False,
        verify=asking.trusted,
        transport=asking.transport,
    ) as client:
        try:
            async with asyncio.timeout(settings.budget_s):
                await asyncio.gather(*(one.run(client, room) for one in searches.values()))
        except TimeoutError:
            for one in searches.values():
                if one.address is not None and one.lost is None:
                    one.lost = "the record did not answer in time"


async def _page(client: httpx.AsyncClient, address: str, room: _Room) -> dict[str, Any]:
    async with client.stream("GET", address) as answer:
        if answer.status_code != httpx.codes.OK:
            raise _LostError(f"the record answered {answer.status_code}")
        if answer.headers.get("content-encoding", "identity") != "identity":  # a little of it could unpack to very much
            raise _LostError("the record's answer is packed, which was not asked for")
        body = bytearray()
        async for part in answer.aiter_bytes():
            body += part
            room.part(len(part))
            if len(body) > LARGEST_ANSWER:
                raise _LostError("the record's answer is too large")
    try:
        page = json.loads(bytes(body), parse_constant=no_number, object_pairs_hook=once)
    except (ValueError, RecursionError):
        raise _LostError("the record's answer is no JSON with each name once") from None
    if not isinstance(page, dict):
        raise _LostError("the record's answer is no resource")
    return page


def _unlinked(page: dict[str, Any]) -> dict[str, Any]:
    """A page whose next one was read."""
    return {name: value for name, value in page.items() if name != "link"}


def _within(address: str, server: str) -> bool:
    return address.startswith((f"{server}/", f"{server}?")) and ".." not in unquote(address)
