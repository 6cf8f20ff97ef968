"""Who calls: the token of a call, checked against the issuers of the site. A refusal says nothing of why."""

import heapq
import time
from dataclasses import dataclass, field
from typing import Any

import jwt

from equipoise.apps.hooks.settings import HookSettings, Issuer, Key, loopback

ALGORITHMS = ("ES384", "RS384")
LONGEST_TOKEN = 16_000
LONGEST_LIFE_S = 3600
"""Seconds from now to the end of a token; a longer one would have to be remembered for too long."""
LEEWAY_S = 10
MOST_REMEMBERED = 100_000


class RefusedError(Exception):
    """The call is not let in. It carries no words, so that none can leak."""


@dataclass(slots=True)
class Remembered:
    """Tokens that were used, each until it ends; when there is no room for another, it is refused."""

    most: int = MOST_REMEMBERED
    _ends: list[tuple[float, tuple[str, str]]] = field(default_factory=list)
    _used: set[tuple[str, str]] = field(default_factory=set)

    def first(self, token: tuple[str, str], *, ends: float, now: float) -> bool:
        """Whether a token (issuer and number) comes for the first time; it is remembered until it ends."""
        while self._ends and self._ends[0][0] < now:
            self._used.discard(heapq.heappop(self._ends)[1])
        if token in self._used or len(self._used) >= self.most:
            return False
        self._used.add(token)
        heapq.heappush(self._ends, (ends, token))
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Lets calls in, or refuses them."""

    settings: HookSettings
    remembered: Remembered = field(default_factory=Remembered)

    def let_in(self, authorization: str | None, *, audience: str, host: str | None) -> None:
        """Return if the call may come in.

        Parameters
        ----------
        authorization
            The header of that name.
        audience
            The address that is being called.
        host
            Where the call comes from.

        Raises
        ------
        RefusedError
            Whatever is wrong with it.
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
        if not self.remembered.first((claims["iss"], number), ends=ends + LEEWAY_S, now=now):
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
