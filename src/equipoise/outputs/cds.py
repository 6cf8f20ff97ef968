"""Cards and services as CDS Hooks 2.0 has them: dicts for JSON, without null and without anything empty but ``cards: []``."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from equipoise.documents.cards import OVERRIDE_REASONS, Card, Hook

LABEL = "Equipoise: kratom and medicines"


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service as discovery lists it; ``prefetch``: what it asks for, by name, as FHIR requests."""

    id: str
    hook: Hook
    title: str
    description: str
    prefetch: Mapping[str, str]
    usage: str


def discovery(services: Iterable[Service]) -> dict[str, Any]:
    """The list of services."""
    return {
        "services": [
            {
                "hook": one.hook,
                "title": one.title,
                "description": one.description,
                "id": one.id,
                "prefetch": dict(one.prefetch),
                "usageRequirements": one.usage,
            }
            for one in services
        ]
    }


def response(cards: Iterable[Card], base_url: str) -> dict[str, Any]:
    """The answer to a call; ``base_url`` is where the monograph stands."""
    return {"cards": [_card(one, base_url.rstrip("/")) for one in cards]}


def code_system(base_url: str) -> dict[str, Any]:
    """Our reasons for setting a card aside, as a FHIR R4 CodeSystem."""
    return {
        "resourceType": "CodeSystem",
        "id": "override-reasons",
        "url": _system(base_url),
        "name": "OverrideReasons",
        "title": "Reasons for setting a card on kratom aside",
        "status": "active",
        "content": "complete",
        "caseSensitive": True,
        "concept": [{"code": one.code, "display": one.display} for one in OVERRIDE_REASONS],
    }


def outcome(code: str, text: str) -> dict[str, Any]:
    """An error as a FHIR R4 OperationOutcome; ``code`` is of its list of kinds of issue."""
    return {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": code, "diagnostics": text}],
    }


def _system(base_url: str) -> str:
    return f"{base_url.rstrip('/')}/fhir/CodeSystem/override-reasons"


def _card(card: Card, base_url: str) -> dict[str, Any]:
    return _filled(
        {
            "uuid": card.uuid,
            "summary": card.summary,
            "indicator": card.indicator,
            "detail": card.detail,
            "source": {"label": LABEL, "url": f"{base_url}/"},
            "links": [{"label": one.label, "url": one.url, "type": "absolute"} for one in card.links],
            "overrideReasons": [
                {"system": _system(base_url), "code": one.code, "display": one.display} for one in card.override_reasons
            ],
        }
    )


def _filled(held: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in held.items() if value not in (None, "", [], {})}
