"""Who may call: a good token once, and for everything else a bare 401 that says nothing, and nothing in any log."""

import base64
import json
import logging
import subprocess
import sys
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

from equipoise.apps.hooks import HookSettings, issuer, tokens
from equipoise.apps.hooks.settings import issuer_of
from equipoise.apps.hooks.tokens import NEAR, FullError, Used

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
    told = {"iss": ISS, "aud": AUD, "iat": now, "exp": now + 1800, "jti": f"number-{next(numbers)}"} | claims
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


def test_a_number_that_no_text_can_hold_is_a_number_too(guarded: FastAPI) -> None:
    odd = f"Bearer {token(jti=chr(0xD800))}"
    assert [call(guarded, odd).status_code for _ in range(2)] == [200, 401]


def test_a_used_number_is_remembered_until_it_ends_and_nothing_gives_way_for_another() -> None:
    held = Used(most=1)
    for number in range(NEAR):
        assert held.first(str(number), ends=20 if number else 10, now=5)
    assert not any(held.first(str(number), ends=20, now=10) for number in range(NEAR))
    with pytest.raises(FullError):
        held.first("another", ends=20, now=10)
    assert held.first("another", ends=20, now=11)
    assert not held.first("another", ends=20, now=12)
    with pytest.raises(FullError):
        held.first("0", ends=30, now=12)


def test_an_issuer_whose_room_is_full_hears_so_and_takes_none_of_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["equipoise.apps.hooks.router"], "Used", lambda: Used(most=1))
    other = "https://other.example.org"
    issuers = (LISTED, issuer_of(other, [jwk(OTHER_EC, "ec")]))
    made = app(HookSettings(base_url=BASE, issuers=issuers))
    told = [f"Bearer {token()}" for _ in range(NEAR)]
    assert {call(made, one).status_code for one in told} == {200}
    full = call(made, f"Bearer {token()}")
    assert (full.status_code, full.json()["issue"][0]["code"]) == (503, "throttled")
    assert int(full.headers["retry-after"]) > 0
    assert {call(made, one).status_code for one in told} == {401}, "a token that comes again never comes in"
    assert call(made, f"Bearer {token(OTHER_EC, iss=other)}").status_code == 200


SHARED = """
import os
from equipoise.apps.hooks.tokens import Used

held, (told, tell) = Used(), os.pipe()
for _ in range(2):
    if not os.fork():
        first = sum(held.first(str(number), ends=20, now=10) for number in range(20_000))
        os.write(tell, f"{first}\\n".encode())
        os._exit(0)
print(sum(os.wait()[1] for _ in range(2)), os.read(told, 100).decode())
"""


def test_of_two_processes_that_are_called_with_one_token_one_lets_it_in() -> None:
    done = subprocess.run([sys.executable, "-c", SHARED], capture_output=True, text=True, check=True, timeout=120)  # noqa: S603
    failed, *first = map(int, done.stdout.split())
    assert (failed, sum(first)) == (0, 20_000)
    assert len(first) == 2


def test_a_token_is_remembered_for_longer_than_it_is_taken_for_good(guarded: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    once, held = f"Bearer {token(exp=int(time.time()) + 60)}", tokens.Used.first
    ends = []
    monkeypatch.setattr(tokens.Used, "first", lambda *given, **told: ends.append(told["ends"]) or held(*given, **told))
    assert call(guarded, once).status_code == 200
    (end,) = ends
    assert end > jwt.decode(once[7:], options={"verify_signature": False})["exp"] + tokens.LEEWAY_S


def test_without_tokens_only_this_machine_may_call() -> None:
    made = app(HookSettings(base_url=BASE, open=True))
    assert call(made, None).status_code == 200
    assert call(made, None, host="10.0.0.7").status_code == 401


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"])
def test_what_a_proxy_of_this_machine_passes_on_is_no_call_from_this_machine(header: str) -> None:
    body = called(prefetch=prefetch(kratom=statement()))
    assert answered(body, headers={header: "127.0.0.1"}).status_code == 401


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
        ({"base_url": "https://[::1", "open": True}, "should look like"),
        ({"base_url": "http://localhost:99999", "open": True}, "should look like"),
        ({"base_url": "http://localhost:8000\n", "open": True}, "should look like"),
        ({"base_url": "http://localhost:8000/?", "open": True}, "should look like"),
        ({"base_url": BASE, "open": True, "origins": ("https://ehr.example.org/",)}, "no origin"),
        ({"base_url": BASE, "open": True, "origins": ("https://EHR.example.org",)}, "no origin"),
        ({"base_url": BASE, "open": True, "largest_body": 2_000_001}, "at most 2,000,000"),
        ({"base_url": BASE, "open": True, "budget_s": float("nan")}, "at most 10"),
        ({"base_url": BASE, "open": True, "budget_s": 0.0}, "above 0"),
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
    good = jwk(EC, "a")
    for keys in (
        *([key] for key in (jwk(small, "a"), jwk(wrong, "a"), private, {"kty": "oct", "k": "c2VjcmV0"}, {})),
        *([good | told] for told in ({"use": "enc"}, {"kid": 3}, {"x": 3}, {"x": "A"}, {"x": None}, {"kty": []}, {"alg": {}})),
        *([{"kty": "RSA", "n": "AQ", **told}] for told in ({}, {"e": "AQ"}, {"e": 3})),
        [good, good],
        [jwk(EC, None), jwk(OTHER_EC, None)],
        good,
        ["a"],
        3,
    ):
        file.write_text(json.dumps({"keys": keys}))
        with pytest.raises(ValueError, match="should"):
            issuer(ISS, file)
    for text in ("", "[]", '{"keys": []}', "{", "[" * 100_000):
        file.write_text(text)
        with pytest.raises(ValueError, match="should"):
            issuer(ISS, file)
