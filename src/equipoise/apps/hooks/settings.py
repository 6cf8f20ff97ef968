"""What a site decides of its hooks: where they stand, whom they trust, which records they may ask."""

import json
import re
import reprlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

LARGEST_BODY = 2_000_000
BUDGET_S = 0.4
"""Seconds for everything that is fetched; clients expect an answer in about half a second."""
LONGEST_BUDGET_S = 10.0
SMALLEST_RSA = 2048
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A public key, and the one way of signing that it is for."""

    kid: str | None
    algorithm: str
    key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """A client that may call: its name in tokens, and its keys. No address in a token is ever followed."""

    iss: str
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HookSettings:
    """The settings of the hooks; web pages and commands fill it.

    ``base_url``: where the service is reached from outside, without ``/cds-services``; the audience of a token begins with it.
    ``issuers``: who may call. ``fhir_servers``: which servers may be asked with the token that a call brings. ``origins``: web
    pages that may call. ``ask``: whether to ask about kratom where its use is unknown. ``open``: no tokens, for one machine
    alone.

    Raises
    ------
    ValueError
        Addresses that are none, or are not https; neither issuers nor ``open``; ``open`` on an outside address.
    """

    base_url: str
    issuers: tuple[Issuer, ...] = ()
    fhir_servers: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    ask: bool = False
    open: bool = False
    largest_body: int = LARGEST_BODY
    budget_s: float = BUDGET_S

    def __post_init__(self) -> None:
        for address in (self.base_url, *self.fhir_servers, *self.origins):
            _checked(address)
        for origin in self.origins:
            parts = urlsplit(origin)
            if origin != f"{parts.scheme}://{parts.netloc.lower()}":
                raise ValueError(f"{origin!r} is no origin; should be as browsers send it, such as https://ehr.example.org")
        if not 0 < self.largest_body <= LARGEST_BODY:
            raise ValueError(f"largest_body is {self.largest_body}; should be above 0 and at most {LARGEST_BODY:,}")
        if not 0 < self.budget_s <= LONGEST_BUDGET_S:
            raise ValueError(f"budget_s is {self.budget_s}; should be above 0 and at most {LONGEST_BUDGET_S:g}")
        if self.open and not loopback(urlsplit(self.base_url).hostname):
            raise ValueError(f"open is for one machine alone, and base_url is {self.base_url!r}; should be a loopback address")
        if not self.open and not self.issuers:
            raise ValueError("there is no issuer; should be one at least, or open on a loopback address")
        twice = [name for name, times in Counter(one.iss for one in self.issuers).items() if times > 1]
        if twice:
            raise ValueError(f"the issuer {twice[0]!r} stands twice; should stand once, with all its keys")

    def address(self, service: str) -> str:
        """Where a service is called: what a token for it has as its audience."""
        return f"{self.base_url.rstrip('/')}/cds-services/{service}"

    def may_ask(self, server: str) -> bool:
        """Whether a FHIR server is on the list."""
        return server.rstrip("/") in {one.rstrip("/") for one in self.fhir_servers}


def _checked(address: str) -> None:
    try:
        parts = urlsplit(address)
        fits = re.fullmatch(r"[!-~]+", address) is not None and (parts.port is None or parts.port >= 0)
    except ValueError:  # a bracket that is not closed, a port that is none
        fits = False
    if not fits or parts.scheme not in ("https", "http") or not parts.hostname or {*"?#@"} & {*address}:
        raise ValueError(f"{address!r} is no address to use; should look like https://ehr.example.org")
    if parts.scheme == "http" and not loopback(parts.hostname):
        raise ValueError(f"{address!r} is not encrypted; should begin with https, unless it is of this machine")


def loopback(host: str | None) -> bool:
    """Whether a host is this machine itself."""
    if host == "localhost":
        return True
    try:
        return host is not None and ip_address(host).is_loopback
    except ValueError:
        return False


def issuer(iss: str, keys: Path) -> Issuer:
    """An issuer with the JWK set of a file.

    Raises
    ------
    ValueError
        A file that is no set of public keys for ES384 or RS384.
    """
    try:
        listed = json.loads(keys.read_text(encoding="utf-8"))["keys"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as fault:
        why = f" ({fault.strerror})" if isinstance(fault, OSError) else ""
        raise ValueError(f"{keys.name}: is no JWK set{why}; should be JSON with a list of keys") from fault
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise ValueError(f"{keys.name}: keys is no list of objects; should be a list with each key as a JWK")
    return issuer_of(iss, listed, where=keys.name)


def issuer_of(iss: str, listed: Iterable[Mapping[str, Any]], *, where: str = "keys") -> Issuer:
    """An issuer with these keys, each as a JWK.

    Raises
    ------
    ValueError
        No key, or one that is private, shared, or of another kind than P-384 or RSA; two that no token could tell apart.
    """
    keys = tuple(_key(one, where) for one in listed)
    twice = [told for told, times in Counter((one.kid, one.algorithm) for one in keys).items() if times > 1]
    if twice:
        raise ValueError(f"{where}: two keys for {twice[0][1]} have kid {twice[0][0]!r}; should have one each of their own")
    if not keys or not re.search(r"\S", iss):
        raise ValueError(f"{where}: has no key, or the issuer no name; should have both")
    return Issuer(iss=iss, keys=keys)


def _key(held: Mapping[str, Any], where: str) -> Key:
    kid = held.get("kid")
    name = f"{where}: key {reprlib.repr(kid)}"
    if not isinstance(kid, str | None):
        raise ValueError(f"{name} has a number that is no text; should have a text as kid, or none")  # noqa: TRY004 - of a file
    if _PRIVATE & held.keys() or held.get("kty") == "oct":
        raise ValueError(f"{name} holds a secret; should be a public key")
    if held.get("use") not in (None, "sig"):
        raise ValueError(f"{name} is not for signatures; should have use sig or none")
    if (held.get("kty"), held.get("crv")) == ("EC", "P-384"):
        algorithm = "ES384"
    elif held.get("kty") == "RSA":
        algorithm = "RS384"
    else:
        raise ValueError(f"{name} is {held.get('kty')!r} {held.get('crv')!r}; should be RSA, or EC on P-384")
    if held.get("alg") not in (None, algorithm):
        raise ValueError(f"{name} is for {held['alg']!r}; should be for {algorithm}")
    try:
        key = jwt.PyJWK(dict(held), algorithm=algorithm).key
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError) as fault:  # whatever a field of another type makes of it
        raise ValueError(f"{name} cannot be read; should be a JWK") from fault
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < SMALLEST_RSA:
        raise ValueError(f"{name} has {key.key_size} bits; should have {SMALLEST_RSA} at least")
    return Key(kid=kid, algorithm=algorithm, key=key)
