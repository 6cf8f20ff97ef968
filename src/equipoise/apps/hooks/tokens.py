"""Who calls: the token of a call, checked against the issuers of the site. A refusal says nothing of why."""

import hashlib
import mmap
import os
import secrets
import sys
import tempfile
import time
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from struct import Struct
from typing import Any

import jwt

from equipoise.apps.hooks.settings import HookSettings, Issuer, Key, loopback

if sys.platform != "win32":
    import fcntl

ALGORITHMS = ("ES384", "RS384")
LONGEST_TOKEN = 16_000
LONGEST_LIFE_S = 3600
"""Seconds from now to the end of a token; a longer one would have to be remembered for too long."""
LEEWAY_S = 10
MOST_REMEMBERED = 1 << 18
"""Used numbers of one issuer: three times what one client may call within an hour, in 6 MB that are taken up as they fill."""
NEAR = 64
_SLOT = Struct("<16sd")


class RefusedError(Exception):
    """The call is not let in. It carries no words, so that none can leak."""


class FullError(Exception):
    """The token is good, and there is no room to remember it: it cannot be let in, since it could come again."""


class Used:
    """Numbers of used tokens of one issuer, each until it ends, in memory that all processes forked from this one share.

    A number is held as a hash under a key of this server, in one of the ``NEAR`` places from that hash on, so that its issuer
    cannot choose where. A place is free when what it held has ended; nothing gives way before.
    """

    def __init__(self, most: int = MOST_REMEMBERED) -> None:
        self._key, self._most = secrets.token_bytes(16), most
        self._places = mmap.mmap(-1, (most + NEAR - 1) * _SLOT.size)
        self._lock = _nameless()
        weakref.finalize(self, os.close, self._lock)

    def first(self, number: str, *, ends: float, now: float) -> bool:
        """Whether a number comes for the first time; it is remembered until it ends.

        Raises
        ------
        FullError
            There is no room for it.
        """
        told = hashlib.blake2b(number.encode("utf-8", "surrogatepass"), key=self._key, digest_size=16).digest()
        begin = int.from_bytes(told[:8], "little") % self._most * _SLOT.size
        with self._alone():
            near = [*_SLOT.iter_unpack(self._places[begin : begin + NEAR * _SLOT.size])]
            if any(held == told and end >= now for held, end in near):
                return False
            free = next((place for place, (_, end) in enumerate(near) if end < now), None)
            if free is None:
                raise FullError
            _SLOT.pack_into(self._places, begin + free * _SLOT.size, told, ends)
        return True

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """While no other process looks. The lock of one that dies is given back by the system."""
        if sys.platform == "win32":  # which has no fork
            yield
            return
        fcntl.lockf(self._lock, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.lockf(self._lock, fcntl.LOCK_UN)


def _nameless() -> int:
    """A file without a name, to lock by; in memory where Python can make one, which on Linux many can and not all."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("equipoise")
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Lets calls in, or refuses them."""

    settings: HookSettings
    used: Mapping[str, Used]

    def let_in(self, authorization: str | None, *, audience: str, host: str | None) -> None:
        """Return if the call may come in.

        Parameters
        ----------
        authorization
            The header of that name.
        audience
            The address that is being called.
        host
            Where the call comes from; None where nobody knows.

        Raises
        ------
        RefusedError
            Whatever is wrong with it.
        FullError
            No further token of its issuer can be remembered.
        """
        if self.settings.open:
            if not loopback(host):
                raise RefusedError
            return
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.casefold() != "bearer" or not token or len(token) > LONGEST_TOKEN:
            raise RefusedError
        try:
            claims = self._claims(token.strip(), audience)
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
            raise RefusedError from None
        now, ends, number = time.time(), claims["exp"], claims["jti"]
        if not isinstance(number, str) or not 0 < len(number) <= 256 or ends - now > LONGEST_LIFE_S:
            raise RefusedError
        if not self.used[claims["iss"]].first(number, ends=ends + 2 * LEEWAY_S, now=now):  # longer than it is taken for good
            raise RefusedError

    def _claims(self, token: str, audience: str) -> dict[str, Any]:
        """What a token says, if one of its issuer's keys signed it and it is for here and now."""
        header = jwt.get_unverified_header(token)
        told = jwt.decode(token, options={"verify_signature": False}).get("iss")
        issuer = next((one for one in self.settings.issuers if one.iss == told), None)
        key = None if issuer is None else _key(issuer, header)
        if issuer is None or key is None:
            raise RefusedError
        found: dict[str, Any] = jwt.decode(
            token,
            key.key,
            algorithms=[key.algorithm],
            audience=audience,
            issuer=issuer.iss,
            leeway=LEEWAY_S,
            options={"require": ["iss", "aud", "exp", "iat", "jti"]},
        )
        found["exp"] = int(found["exp"])
        return found


def _key(issuer: Issuer, header: dict[str, Any]) -> Key | None:
    """The key that a header means: by its number, or the only one of its kind where it has none."""
    if header.get("alg") not in ALGORITHMS:
        return None
    kid = header.get("kid")
    fitting = [one for one in issuer.keys if one.algorithm == header["alg"] and (kid is None or one.kid == kid)]
    return fitting[0] if len(fitting) == 1 else None
