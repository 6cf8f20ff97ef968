"""Several processes at one address: each answers, one that ends is replaced, and all end together, whatever they do."""

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from equipoise.apps.web import processes
from equipoise.apps.web.processes import sockets

KEPT = """
import os, signal, sys
from equipoise.apps.web.processes import keep, sockets

def answer(one):
    one.setblocking(True)
    one.listen(8)
    if one is held[0] and "broken" in sys.argv:
        os.write(1, f"{os.getpid()}\\n".encode())
        os._exit(3)
    if one is held[0] and "deaf" in sys.argv:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.write(1, f"{os.getpid()}\\n".encode())  # one write: two processes write at once
    while True:
        there, _ = one.accept()
        there.sendall(str(os.getpid()).encode())
        there.close()

held = sockets("127.0.0.1", 0, 2)
print(held[0].getsockname()[1], flush=True)
keep(held, answer, patience=0.3)
print("ended", flush=True)
"""


@pytest.fixture
def parent(request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", KEPT, getattr(request, "param", "")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as parent:  # noqa: S603 - our words
        timer = threading.Timer(60, os.killpg, (parent.pid, signal.SIGKILL))  # a wait below is never without end
        timer.start()
        yield parent
        timer.cancel()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(parent.pid, signal.SIGKILL)


def lines(parent: subprocess.Popen[str], count: int) -> list[int]:
    assert parent.stdout is not None
    return [int(parent.stdout.readline()) for _ in range(count)]


def test_each_of_two_processes_answers_at_one_port_one_that_ends_is_replaced_and_all_end_together(
    parent: subprocess.Popen[str],
) -> None:
    (port, *first) = lines(parent, 3)
    assert answers(port) == set(first)
    os.kill(first[0], signal.SIGKILL)
    assert lines(parent, 1)[0] not in first
    parent.send_signal(signal.SIGTERM)
    assert parent.stdout is not None
    assert parent.stdout.readline() == "ended\n"
    assert parent.wait(10) == 0
    with pytest.raises(ProcessLookupError):
        os.killpg(parent.pid, 0)


@pytest.mark.parametrize("after", range(4))
def test_it_may_be_told_to_end_while_it_begins_another(parent: subprocess.Popen[str], after: int) -> None:
    (_, *first) = lines(parent, 3)
    for _ in range(after):  # an end and its replacement, close together
        os.kill(first.pop(), signal.SIGKILL)
        first += lines(parent, 1)
    os.kill(first[0], signal.SIGKILL)
    parent.send_signal(signal.SIGTERM)
    assert parent.wait(10) == 0


def answers(port: int) -> set[int]:
    """Who answers of very many that ask."""
    answered = set()
    for _ in range(100):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as there:
            answered.add(int(there.recv(20)))
    return answered


@pytest.mark.parametrize("parent", ["broken"], indirect=True)
def test_one_that_always_ends_at_once_waits_longer_each_time_and_nobody_waits_for_it(parent: subprocess.Popen[str]) -> None:
    (port, *_) = lines(parent, 3)  # the sound one, and the first of the broken, or two of these
    begun = time.monotonic()
    lines(parent, 4)
    assert time.monotonic() - begun > 0.1 + 0.2
    assert len(answers(port)) == 1
    parent.send_signal(signal.SIGTERM)
    assert parent.wait(10) == 0


@pytest.mark.parametrize("parent", ["deaf"], indirect=True)
def test_one_that_will_not_end_is_ended(parent: subprocess.Popen[str]) -> None:
    lines(parent, 3)
    begun = time.monotonic()
    parent.send_signal(signal.SIGTERM)
    assert parent.wait(10) == 0
    assert 0.3 <= time.monotonic() - begun < 5
    with pytest.raises(ProcessLookupError):
        os.killpg(parent.pid, 0)


def test_none_outlives_a_parent_that_is_killed(parent: subprocess.Popen[str]) -> None:
    (port, *_) = lines(parent, 3)
    parent.kill()
    assert parent.wait(10) == -signal.SIGKILL
    assert parent.stdout is not None
    assert select.select([parent.stdout], [], [], 10)[0], "nobody holds the other end any more"
    assert parent.stdout.read() == ""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=10)


def test_a_system_that_makes_no_process_is_asked_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> int:
        tried.append(time.monotonic())
        if len(tried) == 3:
            os.write(tell, bytes([signal.SIGTERM]))
        raise BlockingIOError

    def begin(one: socket.socket) -> int:
        return processes._begun(one, [one], print, alive=told, theirs=())

    tried: list[float] = []
    told, tell = os.pipe()
    with socket.socket() as one:
        monkeypatch.setattr("os.fork", none)
        processes._kept([processes._Place(one)], begin, told, 1.0)
    os.close(told)
    os.close(tell)
    assert tried[2] - tried[1] >= processes.FIRST_WAIT_S
    assert not signal.pthread_sigmask(signal.SIG_BLOCK, ()), "no signal is kept back"


def test_who_waits_to_begin_another_is_told_to_end_all_the_same() -> None:
    told, tell = os.pipe()
    os.write(tell, bytes([signal.SIGTERM]))
    with socket.socket() as one:
        begun = time.monotonic()
        processes._kept([processes._Place(one, due=begun + 1000)], os.close, told, 1000)
    assert time.monotonic() - begun < 100
    os.close(told)
    os.close(tell)


def test_one_process_shares_its_port_with_nobody_and_says_what_it_speaks() -> None:
    (held,) = sockets("127.0.0.1", 0, 1)
    with held:
        held.listen(1)
        assert held.proto == socket.IPPROTO_TCP  # else asyncio leaves the delay of small packets on
        with pytest.raises(OSError, match="in use"):
            sockets("127.0.0.1", held.getsockname()[1], 1)
