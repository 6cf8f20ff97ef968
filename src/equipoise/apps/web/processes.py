"""Several processes at one address: what they hold is made once and shared, and the system deals connections out to them.

Each has a socket of its own at the same address (``SO_REUSEPORT``), since processes that share one socket do not share its
connections: the first to wake takes all that wait.
"""

import os
import signal
import socket
import traceback
from collections.abc import Callable, Iterable, Iterator


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
    """A process for each socket, and another in its place where one ends, until this one is told to end; one needs no other.

    A signal does nothing but write its number to a pipe, and this loop reads them one by one: so that none comes between the
    making of a process and the note of it.
    """
    if len(held) == 1:
        answer(held[0])
        return
    told, tell = os.pipe()
    os.set_blocking(tell, False)
    signal.set_wakeup_fd(tell, warn_on_full_buffer=False)
    for each in _TOLD:
        signal.signal(each, lambda number, frame: None)  # noqa: ARG005 - the pipe has it
    running = {_begun(one, held, answer, (told, tell)): one for one in held}
    ending = False
    while running:
        number = os.read(told, 1)[0]
        if number in _ENDS:
            ending = True
            for pid in running:
                os.kill(pid, signal.SIGTERM)
        for one in list(_ended(running)):
            if not ending:
                running[_begun(one, held, answer, (told, tell))] = one


_ENDS = (signal.SIGTERM, signal.SIGINT)
_TOLD = (*_ENDS, signal.SIGCHLD)


def _ended(running: dict[int, socket.socket]) -> Iterator[socket.socket]:
    """The sockets whose processes have ended, which are taken out."""
    for pid in tuple(running):
        if os.waitpid(pid, os.WNOHANG)[0]:
            yield running.pop(pid)


def _begun(
    one: socket.socket, held: list[socket.socket], answer: Callable[[socket.socket], None], pipe: tuple[int, int]
) -> int:
    """A child that answers at one socket; a signal to it waits until it has let go of what is its parent's."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _TOLD)
    pid = os.fork()
    if pid:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _TOLD)
        return pid
    try:
        signal.set_wakeup_fd(-1)
        for number in _TOLD:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _TOLD)
        for end in pipe:
            os.close(end)
        close(other for other in held if other is not one)
        answer(one)
    except BaseException:  # noqa: BLE001 - a child says why it ends, and never goes on as its parent
        traceback.print_exc()
        os._exit(1)
    os._exit(0)
