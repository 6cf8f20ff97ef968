"""CDS Hooks as a site configures them, in a TOML file that ``docs/web.md`` shows."""

import reprlib
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from fastapi import APIRouter

from equipoise.apps.hooks import HookSettings, issuer, router
from equipoise.apps.web.house import House
from equipoise.apps.web.metrics import Metrics
from equipoise.apps.web.settings import WebSettings
from equipoise.intake.medicine_names import unii_names


def _text(told: object) -> bool:
    return isinstance(told, str) and bool(told.strip())


def _texts(told: object) -> bool:
    return isinstance(told, list) and all(map(_text, told))


def _tables(told: object) -> bool:
    return isinstance(told, list) and all(isinstance(one, dict) for one in told)


def _truth(told: object) -> bool:
    return isinstance(told, bool)


def _whole(told: object) -> bool:
    return isinstance(told, int) and not isinstance(told, bool)


def _number(told: object) -> bool:
    return _whole(told) or isinstance(told, float)


_ADDRESSES = 'a list of addresses, such as ["https://ehr.example.org"]'
_KEYS: Mapping[str, tuple[Callable[[object], bool], str]] = {
    "base_url": (_text, 'the address from outside, such as "https://kratom.example.org"'),
    "issuers": (_tables, "tables [[issuers]], each with iss and jwks"),
    "fhir_servers": (_texts, _ADDRESSES),
    "origins": (_texts, _ADDRESSES),
    "ask": (_truth, "true or false"),
    "open": (_truth, "true or false"),
    "largest_body": (_whole, "a whole number of bytes"),
    "budget_s": (_number, "a number of seconds"),
}
_OF_AN_ISSUER: Mapping[str, tuple[Callable[[object], bool], str]] = {
    "iss": (_text, "the name in its tokens"),
    "jwks": (_text, "the file of its public keys"),
}


def hook_settings(path: Path) -> HookSettings:
    """The settings of a file.

    Raises
    ------
    ValueError
        A file that cannot be read, a key that is none or holds what it cannot, an issuer without ``iss`` or ``jwks``, an
        address that may not be. It says which, what was found, and what would be right.
    """
    try:
        held: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as fault:
        why = fault.strerror if isinstance(fault, OSError) else fault
        raise ValueError(f"{path.name}: is no TOML file ({why}); should be as docs/web.md shows") from fault
    _checked(held, _KEYS, where=path.name, needed=("base_url",))
    listed = held.pop("issuers", [])
    for place, one in enumerate(listed, start=1):
        _checked(one, _OF_AN_ISSUER, where=f"{path.name}: issuers, table {place}", needed=_OF_AN_ISSUER)
    try:
        issuers = tuple(issuer(one["iss"], path.parent / one["jwks"]) for one in listed)
        servers, origins = (tuple(held.pop(name, ())) for name in ("fhir_servers", "origins"))
        return HookSettings(issuers=issuers, fhir_servers=servers, origins=origins, **held)
    except ValueError as fault:
        raise ValueError(f"{path.name}: {fault}") from fault


def _checked(
    held: Mapping[str, object],
    known: Mapping[str, tuple[Callable[[object], bool], str]],
    *,
    where: str,
    needed: Iterable[str],
) -> None:
    """Raise at the first key that is none, holds what it cannot, or is missing."""
    for name, told in held.items():
        if name not in known:
            odd = reprlib.repr(name).strip("'")
            raise ValueError(f"{where}: {odd} is no setting; should be one of {', '.join(known)}")
        fits, right = known[name]
        if not fits(told):
            raise ValueError(f"{where}: {name} is {reprlib.repr(told)}; should be {right}")
    for name in needed:
        if name not in held:
            raise ValueError(f"{where}: {name} is missing; should be {known[name][1]}")


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
