"""A connection that waits for its client no longer than it should: one that says nothing takes the place of one that asks."""

from asyncio import Transport
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

HEAD_SECONDS = 10.0
"""How long the head of a request may take to arrive, and how long nothing of an answer may be taken; twice that at most."""


class Connection(H11Protocol):
    """Looks at itself from time to time, and ends where it stands as it stood before."""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Begin."""
        super().connection_made(transport)
        self._next = self.loop.call_later(HEAD_SECONDS, self._look, (None, 0))

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._next.cancel()
        super().connection_lost(exc)

    def _look(self, before: tuple[RequestResponseCycle | None, int]) -> None:
        cycle: Any = self.cycle
        now = (cycle, self.transport.get_write_buffer_size())
        if (cycle is None or cycle.response_complete) and now == before:
            self.transport.abort()
        else:
            self._next = self.loop.call_later(HEAD_SECONDS, self._look, now)
