"""A connection that waits for its client no longer than it should, and reads no more: others want their turn."""

from asyncio import Transport
from collections.abc import Iterable
from typing import Any

import h11
from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

MOST_OF_A_HEAD = 32_768
HEAD_SECONDS = 10.0
"""How long the head of a request may take to arrive, and how long nothing of an answer may be taken; twice that at most."""


MOST_HEADERS = 100
MOST_SMALL_PARTS, SMALL_PART = 200, 256
"""A body may come in so many parts of any size, and in more if they have so many bytes each; to read a part costs more."""


class _Read(h11.Connection):
    """What a client says, as long as it takes no more time to read than it is worth."""

    parts, size = 0, 0

    def next_event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        """What comes next.

        Raises
        ------
        RemoteProtocolError
            It is no HTTP, has too many headers, or a body in too many parts for its size.
        """
        event = super().next_event()
        if isinstance(event, h11.Request):
            self.parts = self.size = 0
            if len(event.headers) > MOST_HEADERS:
                raise h11.RemoteProtocolError("too many headers")
        elif isinstance(event, h11.Data):
            self.parts, self.size = self.parts + 1, self.size + len(event.data)
            if self.parts > MOST_SMALL_PARTS + self.size // SMALL_PART:
                raise h11.RemoteProtocolError("too many parts")
        return event


class Connection(H11Protocol):
    """Looks at itself from time to time, and ends where it stands as it stood before."""

    def __init__(self, config: Config, *given: Any, **more: Any) -> None:
        super().__init__(config, *given, **more)
        self.conn = _Read(h11.SERVER, config.h11_max_incomplete_event_size or MOST_OF_A_HEAD)

    def send_400_response(self, msg: str) -> None:
        """Say that it cannot be read; where an answer has begun there is nothing left to say."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            super().send_400_response(msg)
        else:
            self.transport.abort()

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Begin; where there are as many as may be, the oldest that asks nothing gives way."""
        super().connection_made(transport)
        self.since = self.loop.time()
        self._next = self.loop.call_later(HEAD_SECONDS, self._look, (None, 0))
        if self.limit_concurrency is not None and len(self.connections) >= self.limit_concurrency:
            others: Iterable[Any] = self.connections - {self}
            silent = [one for one in others if one.asks_nothing and not one.transport.is_closing()]
            if silent:
                min(silent, key=lambda one: one.since).transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._next.cancel()
        super().connection_lost(exc)

    @property
    def asks_nothing(self) -> bool:
        """Whether there is no request that is not answered."""
        cycle: Any = self.cycle
        return cycle is None or bool(cycle.response_complete)

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing: a client may offer another protocol, and nobody need read of each."""

    def _look(self, before: tuple[RequestResponseCycle | None, int]) -> None:
        now = (self.cycle, self.transport.get_write_buffer_size())
        if self.asks_nothing and now == before:
            self.transport.abort()
        else:
            self._next = self.loop.call_later(HEAD_SECONDS, self._look, now)
