"""What stands around every answer: its headers, how much and how fast may come in, and how often one client may ask.

Each guard is plain ASGI, keeps nothing of a request, and says no by the page that it is given for that.
"""

import asyncio
import hashlib
import logging
import math
import re
import secrets
import traceback
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Refusal = Callable[[Scope, int], Response]
"""Makes the answer that says no, with this status, in the form that the address asks for."""

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": (
        "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=(), interest-cohort=(), "
        "display-capture=(), clipboard-read=()"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""On every answer. ``connect-src`` is for htmx, which posts a form to the page's own address."""

HOOKS = "/cds-services"
"""CDS Hooks limit their bodies themselves."""


def below(path: str, folder: str) -> bool:
    """Whether a path is a folder, or in it."""
    return path == folder or path.startswith(f"{folder}/")


class Dressed:
    """Sets the headers of every answer; what nobody declared fit to keep is kept by no cache."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                if scope["method"] == "POST" or "cache-control" not in headers:
                    headers["Cache-Control"] = "no-store"
            await send(message)

        await self.app(scope, receive, dressed)


class _Watched:
    """Sends, and remembers whether an answer has begun."""

    def __init__(self, send: Send) -> None:
        self.send, self.started = send, False

    async def __call__(self, message: Message) -> None:
        self.started = self.started or message["type"] == "http.response.start"
        await self.send(message)


class Caught:
    """Turns an error of ours into a page; the log has where it happened, and never what it says, which may quote a person."""

    def __init__(self, app: ASGIApp, *, refusal: Refusal, log: logging.Logger) -> None:
        self.app, self.refusal, self.log = app, refusal, log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        watched = _Watched(send)
        try:
            await self.app(scope, receive, watched)
        except Exception as fault:  # whatever it is, its words must not be printed
            if scope["type"] != "http":
                raise
            frame = traceback.extract_tb(fault.__traceback__)[-1]
            where = {"error": type(fault).__name__, "at": f"{Path(frame.filename).name}:{frame.lineno}"}
            self.log.log(logging.ERROR, "error", extra={"fields": where})
            if not watched.started:
                await self.refusal(scope, 500)(scope, receive, send)


Network = IPv4Network | IPv6Network


def client_of(scope: Scope, proxies: Sequence[Network]) -> IPv4Address | IPv6Address | None:
    """Who asks: the peer; behind a trusted proxy, the last address of ``X-Forwarded-For`` that is none of the proxies."""
    peer = _address((scope.get("client") or ("",))[0])
    if peer is None or not _trusted(peer, proxies):
        return peer
    forwarded = Headers(scope=scope).getlist("x-forwarded-for")
    for text in reversed([part for line in forwarded for part in line.split(",")]):
        hop = _address(text.strip())
        if hop is None:
            break
        peer = hop
        if not _trusted(hop, proxies):
            break
    return peer


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found


def _trusted(address: IPv4Address | IPv6Address, proxies: Sequence[Network]) -> bool:
    return any(address in network for network in proxies)


class Buckets:
    """A bucket of tokens for each client, refilled with time. An address is held as a hash, under a key of this process."""

    def __init__(self, *, rate: float, burst: int, clients: int) -> None:
        self.rate, self.burst, self.clients = rate, burst, clients
        self._key = secrets.token_bytes(16)
        self._held: OrderedDict[bytes, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._held)

    def name(self, client: IPv4Address | IPv6Address | None) -> bytes:
        """What a client is held as; a network of IPv6 is one client."""
        packed = b"" if client is None else client.packed[:8]
        return hashlib.blake2b(packed, key=self._key, digest_size=12).digest()

    def wait(self, client: IPv4Address | IPv6Address | None, now: float) -> float:
        """Take a token at the second ``now``; 0, or how many seconds until there is one."""
        name = self.name(client)
        tokens, since = self._held.pop(name, (float(self.burst), now))
        tokens = min(float(self.burst), tokens + (now - since) * self.rate)
        short = max(0.0, 1.0 - tokens)
        self._held[name] = (tokens if short else tokens - 1.0, now)
        if len(self._held) > self.clients:
            self._held.popitem(last=False)
        return short / self.rate


AT_ONCE = 10
"""Questions of one client that arrive, are answered or wait at a time. Answers are made in turn; others want theirs too."""


def _brings(headers: Headers) -> bool:
    """Whether a request says that it has a body."""
    return "content-length" in headers or "transfer-encoding" in headers


class Metered:
    """How often one client may ask, and how much at a time; 429 with ``Retry-After`` above it."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        buckets: Buckets | None,
        proxies: Sequence[Network],
        refusal: Refusal,
        clock: Callable[[], float],
        free: frozenset[str] = frozenset(),
    ) -> None:
        self.app, self.buckets, self.proxies, self.refusal, self.clock, self.free = app, buckets, proxies, refusal, clock, free
        self.asked: Counter[bytes] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        if scope["type"] != "http" or self.buckets is None:
            await self.app(scope, receive, send)
            return
        brings = _brings(Headers(scope=scope))
        if scope["path"] in self.free and not brings:  # a body that does not arrive takes a place, wherever it goes
            await self.app(scope, receive, send)
            return
        client = client_of(scope, self.proxies)
        wait, name = self.buckets.wait(client, self.clock()), self.buckets.name(client)
        asks = scope["method"] == "POST" or brings
        if wait > 0 or (asks and self.asked[name] >= AT_ONCE):
            refused = self.refusal(scope, 429)
            refused.headers["Retry-After"] = str(max(1, math.ceil(wait)))
            await refused(scope, receive, send)
            return
        self.asked[name] += asks
        try:
            await self.app(scope, receive, send)
        finally:
            self.asked[name] -= asks
            if not self.asked[name]:
                del self.asked[name]


class Bounded:
    """How large a body may be and how long it may take; how long an answer may take.

    The body is read here, whole, before anything looks at it: 413 as soon as it is too large, 408 when it does not arrive.
    """

    def __init__(self, app: ASGIApp, *, body_bytes: int, body_seconds: float, answer_seconds: float, refusal: Refusal) -> None:
        self.app, self.refusal = app, refusal
        self.body_bytes, self.body_seconds, self.answer_seconds = body_bytes, body_seconds, answer_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        own = below(scope["path"], HOOKS)
        if "content-length" in headers and "transfer-encoding" in headers:  # a proxy may have heeded the other one
            refused = self.refusal(scope, 400)
            refused.headers["Connection"] = "close"
            await refused(scope, receive, send)
            return
        if _brings(headers) and not own:
            declared = headers.get("content-length", "0")
            status = 0 if re.fullmatch("[0-9]{1,12}", declared) and int(declared) <= self.body_bytes else 413
            body = b""
            if not status:
                body, status = await self._body(receive)
            if status < 0:  # the client went away
                return
            if status:
                refused = self.refusal(scope, status)
                refused.headers["Connection"] = "close"
                await refused(scope, receive, send)
                return
            receive = _replayed(body, receive)
        await self._answered(scope, receive, send)

    async def _body(self, receive: Receive) -> tuple[bytes, int]:
        parts: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(self.body_seconds):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return b"", -1
                    part = message.get("body", b"")
                    size += len(part)
                    if size > self.body_bytes:
                        return b"", 413
                    parts.append(part)
                    if not message.get("more_body", False):
                        return b"".join(parts), 0
        except TimeoutError:
            return b"", 408

    async def _answered(self, scope: Scope, receive: Receive, send: Send) -> None:
        watched = _Watched(send)
        try:
            async with asyncio.timeout(self.answer_seconds):
                await self.app(scope, receive, watched)
        except TimeoutError:
            if not watched.started:
                await self.refusal(scope, 503)(scope, receive, send)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """What was read, once; then what comes from the client, which is that it went away."""
    given = False

    async def replayed() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed
