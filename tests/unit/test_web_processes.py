"""Several processes at one address: each answers, one that ends is replaced, and all end together."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from equipoise.apps.web.processes import sockets

KEPT = """
import os, sys
from equipoise.apps.web.processes import keep, sockets

def answer(one):
    one.setblocking(True)
    one.listen(8)
    os.write(1, f"{os.getpid()}\\n".encode())  # one write: two processes write at once
    while True:
        there, _ = one.accept()
        there.sendall(str(os.getpid()).encode())
        there.close()

held = sockets("127.0.0.1", 0, 2)
print(held[0].getsockname()[1], flush=True)
keep(held, answer)
print("ended", flush=True)
"""


@pytest.fixture
def parent() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", KEPT]
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
    answered = set()
    for _ in range(200):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as there:
            answered.add(int(there.recv(20)))
    assert answered == set(first)
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


def test_one_process_shares_its_port_with_nobody_and_says_what_it_speaks() -> None:
    (held,) = sockets("127.0.0.1", 0, 1)
    with held:
        held.listen(1)
        assert held.proto == socket.IPPROTO_TCP  # else asyncio leaves the delay of small packets on
        with pytest.raises(OSError, match="in use"):
            sockets("127.0.0.1", held.getsockname()[1], 1)
