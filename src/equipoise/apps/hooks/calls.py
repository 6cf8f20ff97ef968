"""A call, read tolerantly: what the standard requires is required, and whatever else it holds is left alone."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from equipoise.apps.hooks.faults import CallError
from equipoise.outputs.cds import Service

IDENT = re.compile(r"[A-Za-z0-9.\-]{1,64}")
"""A FHIR id."""
_TOKEN = re.compile(r"[\x21-\x7e]{1,8192}")
_MOST_SELECTED = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """The record's own FHIR server, and the token that the call brings for it."""

    server: str
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call of a service. ``orders`` and ``selected`` are of the hooks on orders."""

    patient: str
    prefetch: Mapping[str, object]
    access: Access | None
    orders: Mapping[str, object] | None
    selected: tuple[str, ...] | None


def parsed(body: bytes) -> Mapping[str, Any]:
    """The object that a body is.

    Raises
    ------
    CallError
        No JSON, a name twice in an object, or no object.
    """
    try:
        held = json.loads(body, parse_constant=no_number, object_pairs_hook=once)
    except (ValueError, RecursionError):
        raise CallError(400, "structure", "The body is no JSON; should be a JSON object, each name in it once.") from None
    return _object(held, "the body")


def call(body: bytes, service: Service) -> Call:
    """A call of a service.

    Raises
    ------
    CallError
        What the standard requires and is not there.
    """
    held = parsed(body)
    if held.get("hook") != service.hook:
        raise CallError(400, "invalid", f"hook is missing or another; should be {service.hook}.")
    _text(held.get("hookInstance"), "hookInstance")
    context = _object(held.get("context"), "context")
    orders = None if service.hook == "patient-view" else _object(context.get("draftOrders"), "context.draftOrders")
    return Call(
        patient=_patient(context),
        prefetch={} if held.get("prefetch") is None else _object(held["prefetch"], "prefetch"),
        access=_access(held),
        orders=orders,
        selected=_selected(context) if service.hook == "order-select" else None,
    )


def no_number(_: str) -> NoReturn:
    """NaN and Infinity are no JSON."""
    raise ValueError


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; a name that stands twice would hide what the first one said."""
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError
    return made


def _object(value: object, name: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise CallError(400, "required", f"{name} is missing or no object; should be an object.")
    return value


def _text(value: object, name: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 2000:
        raise CallError(400, "required", f"{name} is missing or no text; should be a text.")
    return value


def _patient(context: Mapping[str, Any]) -> str:
    """The id, with or without ``Patient/`` before it."""
    ident = _text(context.get("patientId"), "context.patientId").removeprefix("Patient/")
    if not IDENT.fullmatch(ident):
        raise CallError(400, "value", "context.patientId is no FHIR id; should be letters, digits, points and hyphens.")
    return ident


def _selected(context: Mapping[str, Any]) -> tuple[str, ...]:
    chosen = context.get("selections")
    if not isinstance(chosen, list) or len(chosen) > _MOST_SELECTED:
        raise CallError(400, "required", f"context.selections is missing or no list; should be at most {_MOST_SELECTED} ids.")
    return tuple(_text(one, "context.selections") for one in chosen)


def _access(held: Mapping[str, Any]) -> Access | None:
    server, granted = held.get("fhirServer"), held.get("fhirAuthorization")
    if granted is None:
        return None
    if server is None:
        raise CallError(400, "required", "fhirAuthorization is there without fhirServer; should be both.")
    token = _object(granted, "fhirAuthorization").get("access_token")
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise CallError(400, "value", "fhirAuthorization.access_token is missing or no token; should be a bearer token.")
    return Access(server=_text(server, "fhirServer"), token=token)
