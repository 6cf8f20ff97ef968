"""Several processes at one address: each answers, one that ends is replaced, and all end together."""

import os
import signal
import socket
import subprocess
import sys

import pytest

from equipoise.apps.web.processes import sockets

KEPT = """
import os, sys
from equipoise.apps.web.processes import keep, sockets

def answer(one):
    one.setblocking(True)
    one.listen(8)
    print(os.getpid(), flush=True)
    while True:
        there, _ = one.accept()
        there.sendall(str(os.getpid()).encode())
        there.close()

held = sockets("127.0.0.1", 0, 2)
print(held[0].getsockname()[1], flush=True)
keep(held, answer)
print("ended", flush=True)
"""


def test_each_of_two_processes_answers_at_one_port_one_that_ends_is_replaced_and_all_end_together() -> None:
    command = [sys.executable, "-c", KEPT]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:  # noqa: S603 - this Python, our own words
        assert parent.stdout is not None
        port = int(parent.stdout.readline())
        first = {int(parent.stdout.readline()) for _ in range(2)}
        answered = set()
        for _ in range(200):
            with socket.create_connection(("127.0.0.1", port), timeout=10) as there:
                answered.add(int(there.recv(20)))
        assert answered == first
        gone = min(first)
        os.kill(gone, signal.SIGKILL)
        assert int(parent.stdout.readline()) not in first
        parent.send_signal(signal.SIGTERM)
        assert parent.stdout.readline() == "ended\n"
        assert parent.wait(10) == 0
    with pytest.raises(ProcessLookupError):
        os.kill(max(first), 0)


def test_one_process_shares_its_port_with_nobody_and_says_what_it_speaks() -> None:
    (held,) = sockets("127.0.0.1", 0, 1)
    with held:
        held.listen(1)
        assert held.proto == socket.IPPROTO_TCP  # else asyncio leaves the delay of small packets on
        with pytest.raises(OSError, match="in use"):
            sockets("127.0.0.1", held.getsockname()[1], 1)
