"""Counts for Prometheus, by the template of a route: no address, no query, no words of anybody."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.process_collector import ProcessCollector

TEXT = "text/plain; version=0.0.4; charset=utf-8"
METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


class Metrics:
    """The counts of one process, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.requests = Counter(
            "equipoise_requests", "Requests answered.", ("route", "method", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "equipoise_request_seconds", "Time to answer.", ("route",), buckets=_SECONDS, registry=self.registry
        )
        self.waiting = Gauge("equipoise_requests_in_flight", "Requests being answered.", registry=self.registry)
        self.feedback = Counter(
            "equipoise_hook_feedback",
            "Feedback on cards, by reason.",
            ("service", "outcome", "reason"),
            registry=self.registry,
        )

    def answered(self, *, route: str, method: str, status: int, seconds: float) -> None:
        """Count an answer."""
        self.requests.labels(route, method if method in METHODS else "other", str(status)).inc()
        self.seconds.labels(route).observe(seconds)

    @contextmanager
    def in_flight(self) -> Iterator[None]:
        """While a request is answered."""
        self.waiting.inc()
        try:
            yield
        finally:
            self.waiting.dec()

    def text(self) -> bytes:
        """All of it as Prometheus reads it."""
        return generate_latest(self.registry)
