"""What a server can be told, by variables of its environment; ``docs/web.md`` documents each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any

PREFIX = "EQUIPOISE_"
LARGEST_BODY = 1_000_000
"""An upload of this size at most is held in memory whole, so that no file of it is ever made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """Everything that may differ between two servers.

    Parameters
    ----------
    evidence, topic, as_of
        What is shown, and the day for which it answers; the shipped evidence, its default topic and today without them.
    body_bytes
        Largest body of a request; at most 1,000,000.
    body_seconds, answer_seconds
        How long a body may take to arrive, and an answer to be made.
    rate, burst
        Requests a second and at once of one client; a rate of 0 sets no limit.
    clients
        How many clients are counted at a time; the one not heard of for the longest is forgotten first.
    proxies
        Addresses whose ``X-Forwarded-For`` is believed. None by default.
    page_seconds
        How long a browser may keep a page that nobody typed into.
    metrics
        Whether ``/metrics`` answers.
    hooks, open_hooks
        A TOML file that configures CDS Hooks; or the loopback address of this server, where they answer without tokens. With
        neither they are not served.

    Raises
    ------
    ValueError
        A number out of its range.
    """

    evidence: Path | None = None
    topic: str | None = None
    as_of: date | None = None
    body_bytes: int = LARGEST_BODY
    body_seconds: float = 10.0
    answer_seconds: float = 20.0
    rate: float = 20.0
    burst: int = 100
    clients: int = 10_000
    proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    page_seconds: int = 300
    metrics: bool = True
    hooks: Path | None = None
    open_hooks: str | None = None

    def __post_init__(self) -> None:
        ranges = {
            "body_bytes": (1_000, LARGEST_BODY),
            "body_seconds": (0.01, 600),
            "answer_seconds": (0.01, 600),
            "rate": (0, 100_000),
            "burst": (1, 1_000_000),
            "clients": (1, 10_000_000),
            "page_seconds": (0, 86_400),
        }
        for name, (low, high) in ranges.items():
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{PREFIX}{name.upper()} is {getattr(self, name)}; should be from {low:,} to {high:,}")


def _truth(text: str) -> bool:
    if text not in ("yes", "no"):
        raise ValueError("should be yes or no")
    return text == "yes"


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


_READ: Mapping[str, tuple[Callable[[str], Any], str]] = {
    "evidence": (Path, "a folder"),
    "topic": (str, "a topic of the evidence"),
    "as_of": (date.fromisoformat, "a day such as 2026-01-31"),
    "body_bytes": (int, "a whole number"),
    "body_seconds": (float, "a number of seconds"),
    "answer_seconds": (float, "a number of seconds"),
    "rate": (float, "a number of requests a second"),
    "burst": (int, "a whole number"),
    "clients": (int, "a whole number"),
    "proxies": (_networks, "addresses or networks with commas between, such as 10.0.0.0/8"),
    "page_seconds": (int, "a whole number"),
    "metrics": (_truth, "yes or no"),
    "hooks": (Path, "a TOML file"),
    "open_hooks": (str, "the address of this server, such as http://127.0.0.1:8000"),
}


def from_environment(variables: Mapping[str, str]) -> WebSettings:
    """The settings that the variables ``EQUIPOISE_...`` give.

    Raises
    ------
    ValueError
        A variable that cannot be what it says, or that is none of ours.
    """
    known = {f"{PREFIX}{name.upper()}": name for name in _READ}
    unknown = sorted(name for name in variables if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise ValueError(f"{unknown[0]} is no setting; should be one of {', '.join(sorted(known))}")
    given: dict[str, Any] = {}
    for variable, name in known.items():
        text = variables.get(variable, "").strip()
        if not text:
            continue
        read, right = _READ[name]
        try:
            given[name] = read(text)
        except ValueError:
            raise ValueError(f"{variable} is {text!r}; should be {right}") from None
    return WebSettings(**given)
