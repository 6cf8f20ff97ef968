"""What a hostile client sends costs little, hides nothing, is told nothing, and leaves the others their turn."""

import asyncio
import gzip
import io
import json
import logging
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import h11
import httpx
import pytest
from patients import BASE, answered, app, bundle, called, observation, prefetch, sent, server, statement
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn import Config
from uvicorn.server import ServerState

from equipoise.apps import serve
from equipoise.apps.hooks import HookSettings
from equipoise.apps.hooks.settings import LONGEST_BUDGET_S
from equipoise.apps.web import connections
from equipoise.apps.web.given import MOST_FAULTS, MOST_FIELDS, Given
from equipoise.apps.web.guards import AT_ONCE, Buckets, Metered
from equipoise.apps.web.logs import Lines

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
CERTIFICATE = {"form": "csv", "text": "Analyte,Result,Unit\nMitragynine,14.2,mg/g\n"}
SERVER = "https://ehr.example.org/fhir"
HOOK = "/cds-services/kratom-patient-view"


def asking(record: Callable[[httpx.Request], httpx.Response], **sent_along: object) -> httpx.Response:
    """A call whose record is ``record``."""
    body = called(fhirServer=SERVER, fhirAuthorization={"access_token": "a"}, prefetch=sent_along)
    settings = HookSettings(base_url=BASE, open=True, fhir_servers=(SERVER,), budget_s=LONGEST_BUDGET_S)
    return answered(body, made=app(settings, transport=server(record)))


@pytest.mark.parametrize("typed", ["1e-999999999999", "1e-99999999", "0.0000001", "1e999999", "0E-99999999"])
def test_a_short_word_for_a_number_without_end_is_refused_and_never_written_out(client: Any, typed: str) -> None:
    fields = {"text": CERTIFICATE["text"], "place": "US-RI", "grams_per_day": typed, "serving_g": typed}
    assert client.post("/product", data=fields).status_code == 422
    given = Given({"serving_g": 1e-300}, typed=True, known=("serving_g",))
    assert given.number("serving_g", most=1000) is None  # type: ignore[arg-type]
    assert given.faults == [("serving_g", "is '1e-300'; should be 0.000001 at least")]


def test_a_hundred_thousand_faults_are_named_in_fifty_and_a_number(client: Any) -> None:
    for path in ("/api/law", "/api/assessment"):
        refused = client.post(path, json={f"k{number}": "x" for number in range(5000)})
        faults = refused.json()["faults"]
        assert (refused.status_code, len(faults)) == (422, MOST_FAULTS)
        assert "more things are wrong" in faults[-1]["message"]
    assert len(client.get(f"/evidence?{'&'.join(f'k{number}=1' for number in range(3000))}").content) < 40_000


@pytest.mark.parametrize(
    "raw", ['{"place": "TH", "place": "US-TN"}', '{"place": "TH", "certificate": {"text": "a", "text": "b"}}']
)
def test_a_key_that_stands_twice_hides_nothing(client: Any, raw: str) -> None:
    refused = client.post("/api/law", content=raw, headers={"Content-Type": "application/json"})
    assert (refused.status_code, refused.json()["error"]) == (400, "This could not be read")
    twice = json.dumps(called(prefetch=prefetch(kratom=statement())))[:-1] + ', "prefetch": {}}'
    assert sent(app(), "POST", HOOK, content=twice).status_code == 400


def test_a_field_that_stands_twice_in_a_form_hides_nothing(client: Any) -> None:
    assert client.post("/law", content="place=TH&place=US-TN", headers=FORM).status_code == 400
    part = '--b\r\nContent-Disposition: form-data; name="place"\r\n\r\nTH\r\n'
    body = f"{part}{part}--b--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    assert client.post("/law", content=body, headers=headers).status_code == 400


def test_a_form_has_no_more_fields_than_ours_and_is_read_as_browsers_write_it(client: Any) -> None:
    many = "&".join(f"k{number}=1" for number in range(MOST_FIELDS + 1))
    for body in (many, "&" * 900_000):
        assert client.post("/law", content=body, headers=FORM).status_code == 400
    kept = client.post("/law", content=urlencode({"place": "Köln & <b>+", "age": ""}), headers=FORM)
    assert kept.status_code == 422
    assert "Köln &amp; &lt;b&gt;+" in kept.text


def test_a_broken_form_leaves_no_sign_of_itself_in_any_log(client: Any, logged: Callable[[], str]) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    assert client.post("/product", content="kanarienvogel" * 20, headers=headers).status_code == 400
    assert "boundary" not in logged()
    assert "python_multipart" not in logged()


def test_a_heavy_call_of_a_hook_does_not_stop_the_loop() -> None:
    note = [{"text": "no " * 6600 + "kratom"}]
    notes = [observation("11367-0", text="Tobacco", note=note) | {"id": f"o{number}"} for number in range(20)]
    body, made = called(prefetch=prefetch(kratom=statement(), social=bundle(*notes))), app()

    async def asked() -> tuple[httpx.Response, float, float]:
        carrier = httpx.ASGITransport(app=made, client=("127.0.0.1", 1))
        async with httpx.AsyncClient(transport=carrier, base_url=BASE) as one:
            begun = time.process_time()
            answer = asyncio.ensure_future(one.post(HOOK, json=body))
            worst, last = 0.0, begun
            while not answer.done():
                await asyncio.sleep(0)
                now = time.process_time()
                worst, last = max(worst, now - last), now
            return answer.result(), worst, time.process_time() - begun

    found, worst, whole = asyncio.run(asked())
    assert found.status_code == 200
    assert worst < whole / 2


def test_a_link_longer_than_any_is_a_bad_request() -> None:
    linked = bundle(link=[{"relation": "next", "url": "x" * 6000}])
    found = answered(called(prefetch={**prefetch(kratom=statement()), "medications": linked}))
    assert (found.status_code, found.json()["resourceType"]) == (400, "OperationOutcome")
    asked: list[httpx.Request] = []

    def record(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json=bundle())

    assert asking(record, **{**prefetch(kratom=statement()), "medications": linked}).status_code == 400
    assert not asked


def test_what_discovery_does_not_list_and_what_climbs_out_is_not_fetched() -> None:
    asked: list[str] = []

    def record(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, json=bundle())

    def page(address: str) -> dict[str, Any]:
        return bundle(link=[{"relation": "next", "url": address}])

    many = {f"own{number}": page(f"{SERVER}/x?{number}") for number in range(500)}
    climbing = {"medications": page(f"{SERVER}/%2e%2e/admin"), "allergies": page(f"{SERVER}/a/%2E./b")}
    found = asking(record, **{**prefetch(kratom=statement()), **many, **climbing})
    assert found.status_code == 200
    assert asked == []


def test_a_packed_answer_of_a_record_is_not_unpacked() -> None:
    def record(request: httpx.Request) -> httpx.Response:
        assert request.headers["accept-encoding"] == "identity"
        packed = gzip.compress(json.dumps(bundle(statement())).encode())
        return httpx.Response(200, content=packed, headers={"Content-Encoding": "gzip"})

    found = asking(record, medications=None)
    assert found.status_code == 412
    assert "packed" in found.text


class Line:
    """The sending end of a connection, as a protocol sees it; ``buffered`` is what the client has not taken."""

    def __init__(self) -> None:
        self.buffered, self.ended, self.taken = 0, False, b""

    def write(self, sent: bytes) -> None:
        """Take what is sent."""
        self.taken += sent

    def resume_reading(self) -> None:
        """Read on."""

    def abort(self) -> None:
        """End at once."""
        self.ended = True

    def is_closing(self) -> bool:
        """Whether it has ended."""
        return self.ended

    def get_extra_info(self, name: str) -> None:
        """Nothing of where it leads."""

    def get_write_buffer_size(self) -> int:
        """What is not taken."""
        return self.buffered


def looked(stood: list[tuple[object, int]], monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether a connection has ended, after each look at how it stood."""
    held, later, line = [], [], Line()
    connection = object.__new__(connections.Connection)
    monkeypatch.setattr(connection, "transport", line, raising=False)
    loop = SimpleNamespace(call_later=lambda _, call, before: later.append((call, before)))
    monkeypatch.setattr(connection, "loop", loop, raising=False)
    before: tuple[Any, int] = (None, 0)
    for cycle, line.buffered in stood:
        monkeypatch.setattr(connection, "cycle", cycle, raising=False)
        connection._look(before)
        held.append(line.ended)
        before = later[-1][1] if later else before
    return held


def test_a_connection_that_says_nothing_or_takes_nothing_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, answered_all = SimpleNamespace(response_complete=False), SimpleNamespace(response_complete=True)
    assert looked([(None, 0)], monkeypatch) == [True]
    assert looked([(asked, 0), (asked, 0), (answered_all, 9), (answered_all, 5), (answered_all, 5)], monkeypatch) == [
        False, False, False, False, True,
    ]  # fmt: skip


def test_of_as_many_connections_as_may_be_the_oldest_that_asks_nothing_gives_way_to_another() -> None:
    async def held() -> list[bool]:
        config = Config(app=refused, http=connections.Connection, limit_concurrency=4, log_config=None, lifespan="off")
        state, lines, made = ServerState(), [], []
        for asks in (True, False, False, True):
            one, line = connections.Connection(config, state, {}), Line()
            one.connection_made(line)  # type: ignore[arg-type]
            one.cycle = SimpleNamespace(response_complete=not asks, message_event=asyncio.Event())  # type: ignore[assignment]
            lines.append(line)
            made.append(one)
            await asyncio.sleep(0.002)
        for one in made:
            one.connection_lost(OSError())
        return [line.ended for line in lines]

    assert asyncio.run(held()) == [False, True, False, False]


def test_what_the_server_beneath_and_its_loop_say_is_a_line_of_ours_and_names_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    written, log = io.StringIO(), logging.Logger("ours")
    log.addHandler(logging.StreamHandler(written))
    log.handlers[0].setFormatter(Lines())
    beneath = [logging.getLogger(name) for name in ("uvicorn.error", "asyncio")]
    for one in beneath:
        for field in ("handlers", "filters", "propagate"):
            monkeypatch.setattr(one, field, getattr(one, field))
        monkeypatch.setattr(one, "filters", [])
    serve._heard(log)
    for one in beneath:
        one.error("it failed\nsocket: raddr=(%r, 1)", "203.0.113.9", exc_info=OSError("203.0.113.9"))
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert [(line["event"], line["error"]) for line in lines] == [("it failed", "OSError")] * 2
    assert "203" not in written.getvalue().replace(lines[0]["time"], "").replace(lines[1]["time"], "")


HEAD = b"POST /law HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"


def said(sent: bytes, read: h11.Connection | None = None) -> int:
    """How many bytes of a body a connection reads of what is sent."""
    read, size = read or connections._Read(h11.SERVER, connections.MOST_OF_A_HEAD), 0
    read.receive_data(sent)
    while not isinstance(event := read.next_event(), h11.EndOfMessage):
        assert event is not h11.NEED_DATA
        size += len(event.data) if isinstance(event, h11.Data) else 0
    return size


def test_a_body_in_very_many_small_parts_and_a_head_of_very_many_lines_are_read_no_further() -> None:
    def parts(count: int, size: int) -> bytes:
        return HEAD + b"\r\n" + (b"%x\r\n%s\r\n" % (size, b"a" * size)) * count + b"0\r\n\r\n"

    one = connections._Read(h11.SERVER, connections.MOST_OF_A_HEAD)
    for _ in range(3):  # requests of one connection, each counted by itself
        assert said(parts(200, 1), one) == 200
        for event in (h11.Response(status_code=204, headers=[]), h11.EndOfMessage()):
            one.send(event)
        one.start_next_cycle()
    assert said(parts(4000, 300)) == 1_200_000
    for many in (parts(250, 1), parts(2000, 200), HEAD + b"a:b\r\n" * 100 + b"\r\n0\r\n\r\n"):
        with pytest.raises(h11.RemoteProtocolError, match="too many"):
            said(many)


def test_what_cannot_be_read_after_an_answer_ends_the_connection_without_another() -> None:
    async def answered_early(scope: Scope, receive: Receive, send: Send) -> None:
        await Response(status_code=404)(scope, receive, send)

    async def heard() -> tuple[bytes, bool]:
        config = Config(app=answered_early, http=connections.Connection, log_config=None, lifespan="off")
        one, line = connections.Connection(config, ServerState(), {}), Line()
        one.connection_made(line)  # type: ignore[arg-type]
        one.data_received(HEAD + b"\r\n1\r\na\r\n")
        while not one.asks_nothing:
            await asyncio.sleep(0)
        one.data_received(b"no size\r\n")
        one.connection_lost(OSError())
        one._unset_keepalive_if_required()
        return line.taken, line.ended

    taken, ended = asyncio.run(heard())
    assert (taken.count(b"HTTP/1.1 "), ended) == (1, True)


def refused(_: Scope, status: int) -> Response:
    """Say no in a number."""
    return Response(status_code=status)


def test_one_client_cannot_take_every_turn() -> None:
    async def asked() -> tuple[list[int], list[int], int, int]:
        turn = asyncio.Event()

        async def slow(scope: Scope, receive: Receive, send: Send) -> None:
            await turn.wait()
            await Response()(scope, receive, send)

        buckets = Buckets(rate=1000, burst=1000, clients=10)
        free = frozenset({"/healthz"})
        metered = Metered(slow, buckets=buckets, proxies=(), refusal=refused, clock=time.monotonic, free=free)

        async def status(method: str, peer: str, path: str = "/law", body: bytes | None = None) -> int:
            carrier = httpx.ASGITransport(app=metered, client=(peer, 1))
            async with httpx.AsyncClient(transport=carrier, base_url=BASE) as one:
                return (await one.request(method, path, content=body)).status_code

        waiting = [asyncio.create_task(status("POST", "203.0.113.9")) for _ in range(AT_ONCE + 3)]
        waiting += [asyncio.create_task(status("GET", "203.0.113.9", path, b"x")) for path in ("/law", "/healthz")]
        waiting += [asyncio.create_task(status(*one)) for one in (("GET", "203.0.113.9"), ("POST", "203.0.113.10"))]
        for _ in range(1000):
            await asyncio.sleep(0)
        turn.set()
        *hoard, page, other = await asyncio.gather(*waiting)
        return hoard, [page, other], await status("POST", "203.0.113.9"), len(metered.asked)

    hoard, others, after, held = asyncio.run(asked())
    assert sorted(hoard) == [200] * AT_ONCE + [429] * 5
    assert (others, after, held) == ([200, 200], 200, 0)
