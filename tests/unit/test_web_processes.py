"""Several processes at one address: each answers, one that ends is replaced, and all end together, whatever they do."""

import contextlib
import itertools
import math
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

CEILING_S = 120.0
"""How long anything here may take, however busy the machine: it is waited for until it happens, and ended when it does not."""

KEPT = """
import math, os, signal, sys, time
from equipoise.apps.web import processes
from equipoise.apps.web.processes import keep, sockets

processes.STEADY_S = math.inf  # on a busy machine one may take long to end at once

def answer(one):
    one.setblocking(True)
    one.listen(8)
    if one is held[0] and "broken" in sys.argv:
        os.write(1, f"{-time.monotonic_ns()}\\n".encode())
        if "deafened" in sys.argv:
            os.close(2)
            raise ValueError
        os._exit(3)
    if "deaf" in sys.argv:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.write(1, f"{os.getpid()}\\n".encode())  # one write: two processes write at once
    while True:
        there, _ = one.accept()
        there.sendall(str(os.getpid()).encode())
        there.close()

held = sockets("127.0.0.1", 0, 2)
print(held[0].getsockname()[1], flush=True)
try:
    keep(held, answer, patience=0.3)
finally:
    print("ended", flush=True)  # by the parent alone
"""


@pytest.fixture
def parent(request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    def end() -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(parent.pid, signal.SIGKILL)

    command = [sys.executable, "-c", KEPT, *getattr(request, "param", "").split()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as parent:  # noqa: S603 - our words
        timer = threading.Timer(CEILING_S, end)  # a wait below is never without end
        timer.start()
        yield parent
        assert timer.is_alive(), "what is waited for comes by itself"
        timer.cancel()
        end()


def ended(parent: subprocess.Popen[str]) -> bool:
    """Whether it ended as it should, and all of its processes before it."""
    assert parent.wait(CEILING_S) == 0
    with pytest.raises(ProcessLookupError):
        os.killpg(parent.pid, 0)
    return True


def lines(parent: subprocess.Popen[str], count: int) -> list[int]:
    assert parent.stdout is not None
    return [int(parent.stdout.readline()) for _ in range(count)]


def test_each_of_two_processes_answers_at_one_port_one_that_ends_is_replaced_and_all_end_together(
    parent: subprocess.Popen[str],
) -> None:
    (port, *first) = lines(parent, 3)
    assert set(answers(port)) == {*first}
    os.kill(first[0], signal.SIGKILL)
    assert lines(parent, 1)[0] not in first
    parent.send_signal(signal.SIGTERM)
    assert parent.stdout is not None
    assert parent.stdout.read() == "ended\n"
    assert ended(parent)


@pytest.mark.parametrize("after", range(4))
def test_it_may_be_told_to_end_while_it_begins_another(parent: subprocess.Popen[str], after: int) -> None:
    (_, *first) = lines(parent, 3)
    for _ in range(after):  # an end and its replacement, close together
        os.kill(first.pop(), signal.SIGKILL)
        first += lines(parent, 1)
    os.kill(first[0], signal.SIGKILL)
    parent.send_signal(signal.SIGTERM)
    assert ended(parent)


def answers(port: int) -> Iterator[int | None]:
    """Who answers each of very many that ask; None where the connection is ended without an answer."""
    for _ in range(100):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=CEILING_S) as there:
                yield int(there.recv(20) or b"0") or None
        except ConnectionError:
            yield None


@pytest.mark.parametrize("parent", ["broken", "broken deafened"], indirect=True)
def test_one_that_always_ends_at_once_waits_longer_each_time_and_nobody_waits_for_it(parent: subprocess.Popen[str]) -> None:
    (port,) = lines(parent, 1)
    sound: list[int] = []
    moments: list[int] = []
    while not sound or len(moments) < 5:
        (one,) = lines(parent, 1)
        (moments if one < 0 else sound).append(one)
    waits = [(before - after) / 1e9 for before, after in itertools.pairwise(moments)]
    assert all(wait >= least for wait, least in zip(waits, (0.0, 0.1, 0.2, 0.4), strict=False)), waits
    assert {*answers(port)} - {None} == {*sound}, "one that was about to end may have been asked, and lets go"
    parent.send_signal(signal.SIGTERM)
    assert ended(parent)


@pytest.mark.parametrize("parent", ["deaf"], indirect=True)
def test_one_that_will_not_end_is_ended(parent: subprocess.Popen[str]) -> None:
    lines(parent, 3)
    begun = time.monotonic()
    parent.send_signal(signal.SIGTERM)
    assert ended(parent)
    assert time.monotonic() - begun >= 0.3, "it was given the time to end"


@pytest.mark.parametrize("parent", ["", "deaf"], indirect=True)
def test_none_outlives_a_parent_that_is_killed(parent: subprocess.Popen[str]) -> None:
    (port, *_) = lines(parent, 3)
    parent.kill()
    assert parent.wait(CEILING_S) == -signal.SIGKILL
    assert parent.stdout is not None
    assert select.select([parent.stdout], [], [], CEILING_S)[0], "nobody holds the other end any more"
    assert parent.stdout.read() == ""
    end = time.monotonic() + CEILING_S
    while not refused(port):  # the system takes from one that ends one thing after the other
        assert time.monotonic() < end


def refused(port: int) -> bool:
    """Whether nobody listens there."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=CEILING_S).close()
    except ConnectionRefusedError:
        return True
    except ConnectionError:
        return False
    return False


def test_a_system_that_makes_no_process_is_asked_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> int:
        tried.append(time.monotonic())
        if len(tried) == 3:
            os.write(tell, bytes([signal.SIGTERM]))
        raise BlockingIOError

    def begin(one: socket.socket) -> int:
        return processes._begun(one, print, alive=told, patience=1.0, theirs=(), others=())

    tried: list[float] = []
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    told, tell = os.pipe()
    with socket.socket() as one:
        monkeypatch.setattr("os.fork", none)
        monkeypatch.setattr(processes, "STEADY_S", math.inf)
        processes._kept([processes._Place(one)], begin, told, 1.0)
    os.close(told)
    os.close(tell)
    assert tried[2] - tried[1] >= processes.FIRST_WAIT_S
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before, "no signal is kept back"


def test_who_waits_to_begin_another_is_told_to_end_all_the_same() -> None:
    told, tell = os.pipe()
    os.write(tell, bytes([signal.SIGTERM]))
    with socket.socket() as one:
        processes._kept([processes._Place(one, due=math.inf)], os.close, told, math.inf)
        assert one.fileno() == -1, "who comes now is refused, and does not wait"
    os.close(told)
    os.close(tell)


def test_one_process_shares_its_port_with_nobody_and_says_what_it_speaks() -> None:
    (held,) = sockets("127.0.0.1", 0, 1)
    with held:
        held.listen(1)
        assert held.proto == socket.IPPROTO_TCP  # else asyncio leaves the delay of small packets on
        with pytest.raises(OSError, match="in use"):
            sockets("127.0.0.1", held.getsockname()[1], 1)


def test_several_share_their_port_with_each_other_and_with_no_other_server() -> None:
    held = sockets("127.0.0.1", 0, 3)
    for one in held:
        one.listen(1)
    (port,) = {one.getsockname()[1] for one in held}
    for count in (1, 2):
        with pytest.raises(OSError, match="in use"):
            sockets("127.0.0.1", port, count)
    processes.close(held)


ALONE = """
import os, signal, socket
for held, name in (os, "fork"), (os, "memfd_create"), (socket, "SO_REUSEPORT"), (signal, "SIGCHLD"):
    delattr(held, name)
from equipoise.apps.hooks.tokens import Used
from equipoise.apps.web.processes import keep, sockets
keep(sockets("127.0.0.1", 0, 1), lambda one: print(one.getsockname()[0], *(Used(9).first("a", ends=2, now=1) for _ in "ab")))
"""


def test_one_process_needs_nothing_that_linux_alone_has(monkeypatch: pytest.MonkeyPatch) -> None:
    command = [sys.executable, "-c", ALONE]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=CEILING_S)  # noqa: S603 - our words
    assert (done.stdout, done.stderr) == ("127.0.0.1 True True\n", "")
    monkeypatch.setattr("sys.platform", "darwin")
    with pytest.raises(OSError, match="Linux alone"):
        sockets("127.0.0.1", 0, 2)
