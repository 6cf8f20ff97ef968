"""What became of cards: how many were set aside, for which reason. No comment, card or time is kept."""

from collections.abc import Mapping
from typing import Any, Protocol

from equipoise.apps.hooks.calls import parsed
from equipoise.apps.hooks.faults import CallError
from equipoise.documents.cards import OVERRIDE_REASONS
from equipoise.outputs.cds import Service

MOST = 1000
_CODES = frozenset(one.code for one in OVERRIDE_REASONS)
_OUTCOMES = frozenset({"accepted", "overridden"})

Counted = tuple[str, str, str]
"""Service, outcome, and reason."""


class Labelled(Protocol):
    """One number of a counter."""

    def inc(self) -> None:
        """Count one more."""


class Counter(Protocol):
    """A counter with the labels service, outcome and reason, such as Prometheus has."""

    def labels(self, service: str, outcome: str, reason: str) -> Labelled:
        """The number of these labels."""


def counted(body: bytes, service: Service) -> tuple[Counted, ...]:
    """What to count of a report; a reason that is not of our list is ``other``, and none is ``none``.

    Raises
    ------
    CallError
        A report that is not as the standard has it.
    """
    listed = parsed(body).get("feedback")
    if not isinstance(listed, list) or len(listed) > MOST:
        raise CallError(400, "required", f"feedback is missing or no list; should be a list of at most {MOST}.")
    return tuple(_one(one, service) for one in listed)


def _one(held: object, service: Service) -> Counted:
    if not isinstance(held, Mapping) or not isinstance(held.get("card"), str):
        raise CallError(400, "required", "feedback has no card; should have the uuid of one.")
    outcome = held.get("outcome")
    if not isinstance(outcome, str) or outcome not in _OUTCOMES:
        raise CallError(400, "value", "outcome is missing or another word; should be accepted or overridden.")
    if outcome == "accepted" and not held.get("acceptedSuggestions"):
        raise CallError(400, "required", "an accepted card has no acceptedSuggestions; should name one at least.")
    return service.id, outcome, _reason(held)


def _reason(held: Mapping[str, Any]) -> str:
    given = held.get("overrideReason")
    if given is None:
        return "none"
    if not isinstance(given, Mapping) or not (given.get("reason") or given.get("userComment")):
        raise CallError(400, "required", "overrideReason has neither reason nor userComment; should have one of them.")
    reason = given.get("reason")
    code = reason.get("code") if isinstance(reason, Mapping) else None
    return code if isinstance(code, str) and code in _CODES else "other"
