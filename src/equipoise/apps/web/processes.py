"""Several processes at one address: what they hold is made once and shared, and the system deals connections out to them.

Each has a socket of its own at the same address (``SO_REUSEPORT``), since processes that share one socket do not share its
connections: the first to wake takes all that wait.
"""

import os
import signal
import socket
from collections.abc import Callable, Iterable
from types import FrameType


def sockets(host: str, port: int, count: int) -> list[socket.socket]:
    """So many sockets at one address; of port 0 the one that the first is given.

    Raises
    ------
    OSError
        The address is in use, or is none of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    held: list[socket.socket] = []
    try:
        for _ in range(count):
            one = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # told, or asyncio lets small packets wait
            held.append(one)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if count > 1:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            one.bind((host, held[0].getsockname()[1] if len(held) > 1 else port))
            one.setblocking(False)
    except OSError:
        close(held)
        raise
    return held


def close(held: Iterable[socket.socket]) -> None:
    """Close all of them."""
    for one in held:
        one.close()


def keep(held: list[socket.socket], answer: Callable[[socket.socket], None]) -> None:
    """A process for each socket, and another in its place where one ends, until this one is told to end; one needs no other."""
    if len(held) == 1:
        answer(held[0])
        return
    running: dict[int, socket.socket] = {}
    ending = False

    def end(number: int, frame: FrameType | None) -> None:
        nonlocal ending
        ending = True
        for pid in running:
            os.kill(pid, signal.SIGTERM)

    for number in _ENDS:
        signal.signal(number, end)
    for one in held:
        running[_begun(one, held, answer)] = one
    while running:
        pid, _ = os.wait()
        if pid in running:
            one = running.pop(pid)
            if not ending:
                running[_begun(one, held, answer)] = one


_ENDS = (signal.SIGTERM, signal.SIGINT)


def _begun(one: socket.socket, held: list[socket.socket], answer: Callable[[socket.socket], None]) -> int:
    """A child that answers at one socket."""
    pid = os.fork()
    if pid:
        return pid
    try:
        for number in _ENDS:
            signal.signal(number, signal.SIG_DFL)
        close(other for other in held if other is not one)
        answer(one)
    finally:
        os._exit(0)
