"""Several processes at one address: what they hold is made once and shared, and the system deals connections out to them.

Each has a socket of its own at the same address (``SO_REUSEPORT``), since processes that share one socket do not share its
connections: the first to wake takes all that wait. Linux alone deals them out so; elsewhere there is one process, which uses
nothing that another system may lack.
"""

import contextlib
import errno
import math
import os
import select
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from equipoise.apps.web.logs import logger


def sockets(host: str, port: int, count: int) -> list[socket.socket]:
    """So many sockets at one address; of port 0 the one that the first is given.

    Raises
    ------
    OSError
        The address is in use, or is none of this machine; or there should be several, on another system than Linux.
    """
    if count > 1 and sys.platform != "linux":
        raise OSError(errno.ENOTSUP, f"by {count} processes on Linux alone; should be one here")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    held: list[socket.socket] = []
    try:
        for place in range(count):
            one = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # told, or asyncio lets small packets wait
            held.append(one)
            if os.name == "posix":  # elsewhere it would let another program take the address
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if place:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            one.bind((host, port))
            port = one.getsockname()[1]
            if count > 1:  # of the first only now that it has the address alone, or it might share that of another server
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            one.setblocking(False)
    except OSError:
        close(held)
        raise
    return held


def close(held: Iterable[socket.socket]) -> None:
    """Close all of them."""
    for one in held:
        one.close()


STEADY_S = 5.0
"""A process that lived for so many seconds is replaced at once, as is the first that did not; the next has to wait."""
FIRST_WAIT_S, LONGEST_WAIT_S = 0.1, 30.0
PATIENCE_S = 15.0
"""Seconds in which a process that is told to end may end: longer than ``serve`` lets the answers take that are being made."""


@dataclass(slots=True)
class _Place:
    """A socket, the process that answers at it, and when another may begin."""

    socket: socket.socket
    pid: int = 0
    begun: float = 0.0
    early: int = 0
    due: float = 0.0

    def ended(self, code: int | None) -> None:
        """Note that its process ended, or could not begin.

        While none answers, the socket takes no connection, or the system would go on to deal some to it, which would wait.
        """
        now = time.monotonic()
        self.early = self.early + 1 if now - self.begun < STEADY_S else 0
        wait = min(FIRST_WAIT_S * 2 ** min(self.early - 2, 20), LONGEST_WAIT_S) if self.early > 1 else 0.0
        self.pid, self.due = 0, now + wait
        if wait:
            with contextlib.suppress(OSError):
                self.socket.shutdown(socket.SHUT_RDWR)
        logger().warning("worker ended", extra={"fields": {"code": code, "another_in_s": wait}})


def keep(held: list[socket.socket], answer: Callable[[socket.socket], None], *, patience: float = PATIENCE_S) -> None:
    """A process for each socket, and another in its place where one ends, until this one is told to end; one needs no other.

    A signal does nothing but write its number to a pipe, and this loop reads them one by one: so that none comes between the
    making of a process and the note of it. A process that is told to end and has not after ``patience`` seconds is killed; and
    those of a parent that is killed end by themselves, within that time too.
    """
    if len(held) == 1:
        answer(held[0])
        return
    told, tell = os.pipe()
    os.set_blocking(tell, False)
    signal.set_wakeup_fd(tell, warn_on_full_buffer=False)
    for each in _told():
        signal.signal(each, lambda number, frame: None)  # noqa: ARG005 - the pipe has it
    alive, life = os.pipe()

    def begin(one: socket.socket) -> int:
        return _begun(one, answer, alive=alive, patience=patience, theirs=(told, tell, life), others={*held} - {one})

    _kept([_Place(one) for one in held], begin, told, patience)


def _kept(places: list[_Place], begin: Callable[[socket.socket], int], told: int, patience: float) -> None:
    """Begin and replace, until told to end and all have ended."""
    last: float | None = None
    while last is None or any(place.pid for place in places):
        if last is None:
            _filled(places, begin)
        elif last <= time.monotonic():
            _tell(places, signal.SIGKILL)
            last = math.inf
        if _ENDS & _numbers(told, until=last, places=places) and last is None:
            last = time.monotonic() + patience
            close(place.socket for place in places)  # who comes from now on is refused, and does not wait
            _tell(places, signal.SIGTERM)
        for place in places:
            pid, status = os.waitpid(place.pid, os.WNOHANG) if place.pid else (0, 0)
            if pid and last is None:
                place.ended(os.waitstatus_to_exitcode(status))
            elif pid:
                place.pid = 0


def _filled(places: Iterable[_Place], begin: Callable[[socket.socket], int]) -> None:
    """Begin a process at each place that has none and need not wait."""
    for place in places:
        if not place.pid and place.due <= time.monotonic():
            place.begun, place.pid = time.monotonic(), begin(place.socket)
            if not place.pid:
                place.ended(None)


_ENDS = {signal.SIGTERM, signal.SIGINT}


def _told() -> tuple[signal.Signals, ...]:
    """The signals that this process hears; Windows has not all of them."""
    return (*_ENDS, signal.SIGCHLD)


def _tell(places: Iterable[_Place], number: signal.Signals) -> None:
    for place in places:
        if place.pid:
            os.kill(place.pid, number)


def _numbers(told: int, *, until: float | None, places: Iterable[_Place]) -> set[int]:
    """The signals that came; none when it is time to begin a process, or to end all."""
    moment = min((place.due for place in places if not place.pid), default=math.inf) if until is None else until
    wait = None if moment == math.inf else max(0.0, moment - time.monotonic())
    return {*os.read(told, 4096)} if select.select([told], [], [], wait)[0] else set()


def _begun(
    one: socket.socket,
    answer: Callable[[socket.socket], None],
    *,
    alive: int,
    patience: float,
    theirs: Iterable[int],
    others: Iterable[socket.socket],
) -> int:
    """A child that answers at one socket, or 0 where the system makes none.

    A signal to it waits until it has let go of what is its parent's.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, _told())
    try:
        pid = os.fork()
    except OSError:
        pid = -1
    if pid:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _told())
        return max(pid, 0)
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        for number in _told():
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _told())
        for end in theirs:
            os.close(end)
        close(others)
        threading.Thread(target=_orphaned, args=(alive, patience), daemon=True).start()
        answer(one)
        code = 0
    except BaseException:  # noqa: BLE001 - a child says why it ends
        traceback.print_exc()
    finally:  # and never goes on as its parent, even where nobody hears what it says
        os._exit(code)


def _orphaned(alive: int, patience: float) -> None:
    """End when the parent has: nobody else holds the other end of the pipe, to which nobody writes."""
    os.read(alive, 1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(patience)
    os._exit(1)
