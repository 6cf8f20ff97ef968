"""Guards let in no more than was said, believe no header that nobody vouched for, and print no word of a person."""

import asyncio
import logging
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from equipoise.apps.web.guards import Bounded, Buckets, Caught, Metered, client_of
from equipoise.apps.web.logs import Lines
from equipoise.apps.web.settings import WebSettings, from_environment

CANARY = "kanarienvogel"


def refusal(scope: Scope, status: int) -> Response:
    return PlainTextResponse(f"refused {status}", status_code=status)


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    body = (await receive())["body"]
    await PlainTextResponse(f"{len(body)} bytes")(scope, receive, send)


def scope(path: str = "/law", peer: str = "203.0.113.9", **headers: str) -> Scope:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http", "method": "POST", "path": path, "headers": raw, "client": (peer, 5000), "query_string": b""}


def answered(
    app: ASGIApp, asked: Scope, messages: list[Message], *, then: Callable[[], Any] | None = None
) -> tuple[int, bytes]:
    """Status and body of the answer; after ``messages`` the client says no more, or what ``then`` awaits."""
    waiting, sent = list(messages), []

    async def receive() -> Message:
        if waiting:
            return waiting.pop(0)
        if then is not None:
            return await then()  # type: ignore[no-any-return]
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(app(asked, receive, send))
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


def closing(app: ASGIApp, asked: Scope) -> bool:
    """Whether an answer ends its connection."""
    sent: list[Message] = []

    async def keep(message: Message) -> None:
        sent.append(message)

    asyncio.run(app(asked, asyncio.Event().wait, keep))  # type: ignore[arg-type]
    return (b"connection", b"close") in sent[0]["headers"]


def part(size: int, *, more: bool = False) -> Message:
    return {"type": "http.request", "body": b"x" * size, "more_body": more}


def bounded(app: ASGIApp = echo, **more: float) -> ASGIApp:
    limits: dict[str, Any] = {"body_bytes": 1000, "body_seconds": 600.0, "answer_seconds": 600.0, **more}
    return Bounded(app, refusal=refusal, **limits)


def test_a_body_within_the_limit_arrives_whole() -> None:
    assert answered(bounded(), scope(content_length="900"), [part(400, more=True), part(500)]) == (200, b"900 bytes")


def test_a_body_that_says_that_it_is_too_large_is_not_read() -> None:
    async def read() -> Message:
        raise AssertionError("it was read")

    assert answered(bounded(), scope(content_length="1001"), [], then=read)[0] == 413
    for odd in ("-5", "+5", "0x5", "5, 5", "\u00b2", "9" * 5000):
        assert answered(bounded(), scope(content_length=odd), [], then=read)[0] == 413


@pytest.mark.parametrize("path", ["/law", "/cds-services/kratom-patient-view"])
def test_a_body_whose_end_is_told_in_two_ways_is_not_read_and_nothing_after_it(path: str) -> None:
    async def read() -> Message:
        raise AssertionError("it was read")

    both = scope(path, content_length="4", transfer_encoding="chunked")
    assert answered(bounded(), both, [], then=read)[0] == 400
    assert closing(bounded(), both)


def test_a_body_that_turns_out_too_large_is_read_no_further() -> None:
    async def read() -> Message:
        raise AssertionError("it was read on")

    parts = [part(600, more=True), part(600, more=True)]
    assert answered(bounded(), scope(transfer_encoding="chunked"), parts, then=read)[0] == 413


def test_a_body_that_does_not_arrive_is_not_waited_for() -> None:
    slow = bounded(body_seconds=0.01)
    assert answered(slow, scope(content_length="900"), [part(10, more=True)])[0] == 408


def test_a_client_that_goes_away_gets_no_answer() -> None:
    with pytest.raises(IndexError):
        answered(bounded(), scope(content_length="9"), [{"type": "http.disconnect"}])


def test_an_answer_that_takes_too_long_is_given_up() -> None:
    async def never(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.Event().wait()

    assert answered(bounded(never, answer_seconds=0.01), scope(), [])[0] == 503


def test_an_error_is_a_page_and_its_words_are_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError(CANARY)

    log = logging.getLogger("tests.web")
    app = Caught(broken, refusal=refusal, log=log)
    assert answered(app, scope(), []) == (500, b"refused 500")
    (record,) = caplog.records
    line = Lines().format(record)
    assert '"error": "RuntimeError"' in line
    assert "test_web_guards.py:" in line
    assert CANARY not in line + str(record.__dict__)


def test_a_bucket_lets_a_burst_through_and_then_its_rate() -> None:
    buckets = Buckets(rate=2.0, burst=3, clients=10)
    me, other = ip_address("203.0.113.9"), ip_address("203.0.113.10")
    assert [buckets.wait(me, 0.0) for _ in range(4)] == [0, 0, 0, 0.5]
    assert buckets.wait(other, 0.0) == 0
    assert buckets.wait(me, 0.25) == 0.25
    assert buckets.wait(me, 0.6) == 0
    assert buckets.wait(me, 100.0) == 0
    assert [buckets.wait(me, 100.0) for _ in range(3)] == [0, 0, 0.5], "it never holds more than the burst"


def test_buckets_forget_those_not_heard_of_and_hold_no_address() -> None:
    buckets = Buckets(rate=1.0, burst=1, clients=5)
    for last in range(50):
        buckets.wait(ip_address(f"198.51.100.{last}"), float(last))
    assert len(buckets) == 5
    assert not any(ip_address("198.51.100.49").packed in name for name in buckets._held)


def test_one_network_of_ipv6_is_one_client() -> None:
    buckets = Buckets(rate=1.0, burst=1, clients=5)
    assert buckets.wait(ip_address("2001:db8::1"), 0.0) == 0
    assert buckets.wait(ip_address("2001:db8::ffff"), 0.0) == 1
    assert buckets.wait(ip_address("2001:db8:1::1"), 0.0) == 0


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "client"),
    [
        ("203.0.113.9", "198.51.100.1", (), "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", ("10.0.0.0/8",), "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1", ("10.0.0.0/8",), "198.51.100.1"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1, 10.0.0.2", ("10.0.0.0/8",), "198.51.100.1"),
        ("10.0.0.1", "unknown", ("10.0.0.0/8",), "10.0.0.1"),
        ("::ffff:10.0.0.1", "2001:db8::7", ("10.0.0.0/8",), "2001:db8::7"),
    ],
)
def test_a_client_is_who_a_trusted_proxy_says_and_else_the_peer(
    peer: str, forwarded: str, proxies: tuple[str, ...], client: str
) -> None:
    asked = scope(peer=peer, x_forwarded_for=forwarded)
    assert client_of(asked, [ip_network(one) for one in proxies]) == ip_address(client)


def test_who_asks_too_often_is_told_when_to_come_again() -> None:
    now = [0.0]
    app = Metered(
        PlainTextResponse("ok"),
        buckets=Buckets(rate=0.5, burst=1, clients=5),
        proxies=(),
        refusal=refusal,
        clock=lambda: now[0],
        free=frozenset({"/healthz"}),
    )
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return part(0)

    for path in ("/law", "/law", "/healthz"):
        asyncio.run(app(scope(path), receive, send))
    statuses = [message["status"] for message in sent if message["type"] == "http.response.start"]
    assert statuses == [200, 429, 200]
    refused = next(message for message in sent if message.get("status") == 429)
    assert (b"retry-after", b"2") in refused["headers"]


def test_settings_come_from_the_environment() -> None:
    made = from_environment(
        {"EQUIPOISE_RATE": "0", "EQUIPOISE_PROXIES": "10.0.0.0/8, ::1", "EQUIPOISE_METRICS": "no", "HOME": "/"}
    )
    assert made == WebSettings(rate=0.0, proxies=(ip_network("10.0.0.0/8"), ip_network("::1/128")), metrics=False)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("EQUIPOISE_RATES", "1", "EQUIPOISE_RATES is no setting; should be one of EQUIPOISE_ANSWER_SECONDS, "),
        ("EQUIPOISE_RATE", "fast", "EQUIPOISE_RATE is 'fast'; should be a number of requests a second"),
        ("EQUIPOISE_BODY_BYTES", "2000000", "EQUIPOISE_BODY_BYTES is 2000000; should be from 1,000 to 1,000,000"),
        ("EQUIPOISE_PROXIES", "10.0.0.0/99", "EQUIPOISE_PROXIES is '10.0.0.0/99'; should be addresses or networks"),
        ("EQUIPOISE_METRICS", "maybe", "EQUIPOISE_METRICS is 'maybe'; should be yes or no"),
    ],
)
def test_a_setting_that_cannot_be_is_named_with_what_would_be_right(name: str, value: str, said: str) -> None:
    with pytest.raises(ValueError, match=r"should be") as refused:
        from_environment({name: value})
    assert str(refused.value).startswith(said)
