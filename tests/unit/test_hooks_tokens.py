"""Who may call: a good token once, and for everything else a bare 401 that says nothing, and nothing in any log."""

import base64
import json
import logging
import time
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from fastapi import FastAPI
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from patients import BASE, answered, app, called, prefetch, sent, statement

from equipoise.apps.hooks import HookSettings, issuer
from equipoise.apps.hooks.settings import issuer_of
from equipoise.apps.hooks.tokens import Remembered

ISS = "https://ehr.example.org"
SERVICE = "kratom-patient-view"
AUD = f"{BASE}/cds-services/{SERVICE}"
EC = ec.generate_private_key(ec.SECP384R1())
OTHER_EC = ec.generate_private_key(ec.SECP384R1())
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def jwk(key: Any, kid: str | None) -> dict[str, Any]:
    made = ECAlgorithm if isinstance(key, (ec.EllipticCurvePrivateKey, ec.EllipticCurvePublicKey)) else RSAAlgorithm
    return {**made.to_jwk(key.public_key(), as_dict=True), **({"kid": kid} if kid else {})}


LISTED = issuer_of(ISS, [jwk(EC, "ec"), jwk(RSA, "rsa")])
SETTINGS = HookSettings(base_url=BASE, issuers=(LISTED,))
numbers = iter(range(10_000))


def token(key: Any = EC, algorithm: str = "ES384", kid: str | None = "ec", header: Any = None, **claims: Any) -> str:
    now = int(time.time())
    told = {"iss": ISS, "aud": AUD, "iat": now, "exp": now + 60, "jti": f"number-{next(numbers)}"} | claims
    held = {name: value for name, value in told.items() if value is not None}
    return jwt.encode(held, key, algorithm=algorithm, headers={"kid": kid, **(header or {})} if kid else header)


@pytest.fixture(scope="module")
def guarded() -> FastAPI:
    """The routes with tokens asked for."""
    return app(SETTINGS)


def call(made: FastAPI, bearer: str | None, **more: Any) -> httpx.Response:
    headers = {"Authorization": bearer} if bearer is not None else {}
    return answered(called(prefetch=prefetch(kratom=statement())), made=made, headers=headers, **more)


def test_a_good_token_lets_a_call_in_by_each_of_the_two_ways_of_signing(guarded: FastAPI) -> None:
    assert call(guarded, f"Bearer {token()}").status_code == 200
    assert call(guarded, f"bearer {token(RSA, 'RS384', 'rsa')}").status_code == 200
    assert call(guarded, f"Bearer {token(kid=None)}").status_code == 200
    assert call(guarded, f"Bearer {token(aud=[AUD])}").status_code == 200
    assert call(guarded, f"Bearer {token(tenant='x', header={'jku': 'https://evil.example.org/keys'})}").status_code == 200


def _none() -> str:
    _, claims, _ = token().split(".")
    plain = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT", "kid": "ec"}).encode()).rstrip(b"=").decode()
    return f"{plain}.{claims}."


def _altered() -> str:
    head, claims, signature = token().split(".")
    told = json.loads(base64.urlsafe_b64decode(claims + "=="))
    forged = base64.urlsafe_b64encode(json.dumps(told | {"exp": told["exp"] + 60}).encode()).rstrip(b"=").decode()
    return f"{head}.{forged}.{signature}"


NOW = int(time.time())
BAD = {
    "none": _none(),
    "HS256 with a secret": token("s" * 40, "HS256"),
    "RS256": token(RSA, "RS256", "rsa"),
    "another key": token(OTHER_EC),
    "an unknown key number": token(kid="other"),
    "a key number of the other kind": token(kid="rsa"),
    "altered": _altered(),
    "another issuer": token(iss="https://evil.example.org"),
    "another service": token(aud=f"{BASE}/cds-services/kratom-order-sign"),
    "an audience that only begins so": token(aud=f"{AUD}/feedback"),
    "the base alone": token(aud=BASE),
    "expired": token(exp=NOW - 60),
    "not yet issued": token(iat=NOW + 3600, exp=NOW + 3660),
    "good for too long": token(exp=NOW + 86_400),
    "no number": token(jti=None),
    "an empty number": token(jti=""),
    "no end": token(exp=None),
    "no beginning": token(iat=None),
    "an end that is none": token(exp=float("inf")),
    "no token": "",
    "no words": "a.b.c",
    "deep": base64.urlsafe_b64encode(b"[" * 5000).decode() + ".e30.x",
    "long": "a" * 20_000,
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_token_gets_a_bare_401_and_is_not_logged(kind: str, guarded: FastAPI, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    found = call(guarded, f"Bearer {BAD[kind]}")
    assert (found.status_code, found.content) == (401, b"")
    assert set(found.headers) <= {"content-length"}
    assert "eyJ" not in caplog.text
    assert "number-" not in caplog.text


@pytest.mark.parametrize("header", [None, "", "Bearer", "Basic YTpi", "Bearer  "])
def test_without_a_token_the_answer_is_a_bare_401(header: str | None, guarded: FastAPI) -> None:
    found = call(guarded, header)
    assert (found.status_code, found.content) == (401, b"")


def test_a_token_is_good_for_one_call(guarded: FastAPI) -> None:
    once = f"Bearer {token()}"
    assert [call(guarded, once).status_code for _ in range(3)] == [200, 401, 401]


def test_a_forged_token_does_not_use_up_the_number_of_a_good_one(guarded: FastAPI) -> None:
    assert call(guarded, f"Bearer {token(OTHER_EC, jti='mine')}").status_code == 401
    assert call(guarded, f"Bearer {token(jti='mine')}").status_code == 200


def test_feedback_has_an_audience_of_its_own_and_discovery_needs_no_token(guarded: FastAPI) -> None:
    report = {"feedback": [{"card": "1", "outcome": "overridden"}]}
    path = f"/cds-services/{SERVICE}/feedback"
    for audience, status in ((f"{AUD}/feedback", 200), (AUD, 401)):
        headers = {"Authorization": f"Bearer {token(aud=audience)}"}
        assert sent(guarded, "POST", path, json=report, headers=headers).status_code == status
    assert sent(guarded, "GET", "/cds-services").status_code == 200


def test_used_numbers_are_remembered_until_they_end_and_no_more_than_there_is_room_for() -> None:
    held = Remembered(most=2)
    assert held.first(("a", "1"), ends=10, now=0)
    assert not held.first(("a", "1"), ends=10, now=9)
    assert held.first(("b", "1"), ends=20, now=9)
    assert not held.first(("a", "2"), ends=20, now=9)
    assert held.first(("a", "2"), ends=20, now=11)


def test_without_tokens_only_this_machine_may_call() -> None:
    made = app(HookSettings(base_url=BASE, open=True))
    assert call(made, None).status_code == 200
    assert call(made, None, host="10.0.0.7").status_code == 401


@pytest.mark.parametrize(
    ("told", "right"),
    [
        ({"base_url": "https://kratom.example.org", "open": True}, "loopback"),
        ({"base_url": "https://kratom.example.org"}, "issuer"),
        ({"base_url": "http://kratom.example.org", "issuers": (LISTED,)}, "https"),
        ({"base_url": "kratom", "open": True}, "should look like"),
        ({"base_url": BASE, "open": True, "fhir_servers": ("http://ehr.example.org",)}, "https"),
        ({"base_url": BASE, "open": True, "origins": ("*",)}, "should look like"),
        ({"base_url": BASE, "issuers": (LISTED, LISTED)}, "once"),
    ],
)
def test_settings_refuse_to_exist_wrong(told: dict[str, Any], right: str) -> None:
    with pytest.raises(ValueError, match=right):
        HookSettings(**told)


def test_keys_are_read_from_a_file_of_public_keys_and_from_no_other(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_text(json.dumps({"keys": [jwk(EC, "ec")]}))
    assert [key.algorithm for key in issuer(ISS, file).keys] == ["ES384"]
    small = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - it is refused
    wrong = ec.generate_private_key(ec.SECP256R1())
    private = ECAlgorithm.to_jwk(EC, as_dict=True)
    for key in (jwk(small, "a"), jwk(wrong, "a"), private, {"kty": "oct", "k": "c2VjcmV0"}, jwk(EC, "a") | {"use": "enc"}, {}):
        file.write_text(json.dumps({"keys": [key]}))
        with pytest.raises(ValueError, match="should"):
            issuer(ISS, file)
    for text in ("", "[]", '{"keys": []}', "{"):
        file.write_text(text)
        with pytest.raises(ValueError, match="should"):
            issuer(ISS, file)
