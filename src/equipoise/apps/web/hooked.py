"""CDS Hooks as a site configures them, in a TOML file that ``docs/web.md`` shows."""

import tomllib
from pathlib import Path
from typing import Any

from fastapi import APIRouter

from equipoise.apps.hooks import HookSettings, issuer, router
from equipoise.apps.web.house import House
from equipoise.apps.web.metrics import Metrics
from equipoise.apps.web.settings import WebSettings
from equipoise.intake.medicine_names import unii_names

_KEYS = ("base_url", "issuers", "fhir_servers", "origins", "ask", "open")


def hook_settings(path: Path) -> HookSettings:
    """The settings of a file.

    Raises
    ------
    ValueError
        A file that cannot be read, a key that is none, an issuer without ``iss`` or ``jwks``, an address that may not be.
    """
    try:
        held: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise ValueError(f"{path.name}: is no TOML file ({fault}); should be as docs/web.md shows") from fault
    unknown = sorted(set(held) - set(_KEYS))
    if unknown:
        raise ValueError(f"{path.name}: {unknown[0]} is no setting; should be one of {', '.join(_KEYS)}")
    issuers = []
    for one in held.pop("issuers", []):
        if not isinstance(one, dict) or set(one) != {"iss", "jwks"}:
            raise ValueError(f"{path.name}: issuers: each should have iss and jwks, and nothing else")
        issuers.append(issuer(str(one["iss"]), path.parent / str(one["jwks"])))
    servers, origins = (tuple(map(str, held.pop(name, []))) for name in ("fhir_servers", "origins"))
    try:
        return HookSettings(issuers=tuple(issuers), fhir_servers=servers, origins=origins, **held)
    except TypeError as fault:
        raise ValueError(f"{path.name}: base_url is missing; should be the address from outside") from fault


def hooks_of(settings: WebSettings, house: House, metrics: Metrics) -> APIRouter | None:
    """The routes of CDS Hooks; None where nothing configures them."""
    if settings.hooks is not None:
        own = hook_settings(settings.hooks)
    elif settings.open_hooks is not None:
        own = HookSettings(base_url=settings.open_hooks, open=True)
    else:
        return None
    return router(
        own,
        evidence=house.evidence,
        check=house.desk.check,
        unii=unii_names(),
        pages={rule: f"/findings/{finding}" for rule, finding in house.desk.findings_of.items()},
        counter=metrics.feedback,
    )
