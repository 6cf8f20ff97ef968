"""A file of settings says nothing that is not heard: whatever is wrong in it stops the start with one line that says where."""

import json
from pathlib import Path

import pytest
from test_hooks_tokens import EC, jwk

from equipoise.apps.web.hooked import hook_settings

ISSUER = '[[issuers]]\niss = "https://ehr.example.org"\njwks = "keys.json"\n'
BASE = 'base_url = "https://kratom.example.org"\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return where the settings are written; the keys are there."""
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [jwk(EC, "ec")]}), encoding="utf-8")
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    (tmp_path / "folder.json").mkdir()
    return tmp_path / "hooks.toml"


def test_every_setting_can_be_set(file: Path) -> None:
    lists = 'fhir_servers = ["https://a.example.org"]\norigins = ["https://b.example.org:8443"]\n'
    rest = "ask = true\nopen = false\nlargest_body = 1000\nbudget_s = 1\n"
    file.write_text(f"{BASE}{lists}{rest}{ISSUER}", encoding="utf-8")
    made = hook_settings(file)
    assert (made.fhir_servers, made.origins) == (("https://a.example.org",), ("https://b.example.org:8443",))
    assert (made.ask, made.open, made.largest_body, made.budget_s) == (True, False, 1000, 1)
    assert [one.iss for one in made.issuers] == ["https://ehr.example.org"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("base_url = 3", "hooks.toml: base_url is 3; should be the address from outside, such as"),
        ('base_url = ""', "hooks.toml: base_url is ''; should be the address"),
        ('base_url = "kratom"', "hooks.toml: 'kratom' is no address to use; should look like"),
        (f"issuers = 3\n{BASE}", "hooks.toml: issuers is 3; should be tables [[issuers]], each with iss and jwks"),
        (f'issuers = ["a"]\n{BASE}', "hooks.toml: issuers is ['a']; should be tables"),
        (
            f"{BASE}[issuers]\niss = 'a'\njwks = 'keys.json'",
            "hooks.toml: issuers is {'iss': 'a', 'jwks': 'keys.json'}; ",
        ),
        (
            f'fhir_servers = "https://a.example.org"\n{BASE}{ISSUER}',
            "hooks.toml: fhir_servers is 'https://a.example.org'; ",
        ),
        (f"origins = [1]\n{BASE}{ISSUER}", "hooks.toml: origins is [1]; should be a list of addresses, such as"),
        (f'ask = "no"\n{BASE}{ISSUER}', "hooks.toml: ask is 'no'; should be true or false"),
        (f"open = 1\n{BASE}{ISSUER}", "hooks.toml: open is 1; should be true or false"),
        (f"largest_body = true\n{BASE}{ISSUER}", "hooks.toml: largest_body is True; should be a whole number of bytes"),
        (f"budget_s = 1979-05-27\n{BASE}{ISSUER}", "hooks.toml: budget_s is datetime.date(1979, 5, 27); should be a number"),
        (f"budget_s = nan\n{BASE}{ISSUER}", "hooks.toml: budget_s is nan; should be above 0 and at most 10"),
        (f"ask = {[[1]] * 500}\n{BASE}{ISSUER}", "hooks.toml: ask is [[1], [1], [1], [1], [1], [1], ...]; should be"),
        (f'"{"k" * 500}" = 1\n{BASE}', "hooks.toml: kkkkkkkkkkkk...kkkkkkkkkkkkk is no setting; should be one of base_url, "),
        (
            f'{BASE}[[issuers]]\niss = "a"',
            "hooks.toml: issuers, table 1: jwks is missing; should be the file of its",
        ),
        (f"{BASE}{ISSUER}[[issuers]]\niss = 3", "hooks.toml: issuers, table 2: iss is 3; should be the name in its tokens"),
        (f"{BASE}{ISSUER}colour = 1", "hooks.toml: issuers, table 1: colour is no setting; should be one of iss, jwks"),
        (f"{BASE}{ISSUER}{ISSUER}", "hooks.toml: the issuer 'https://ehr.example.org' stands twice; should stand once"),
        (
            f"{BASE}{ISSUER}".replace("keys", "none"),
            "hooks.toml: none.json: is no JWK set (No such file or directory)",
        ),
        (f"{BASE}{ISSUER}".replace("keys", "folder"), "hooks.toml: folder.json: is no JWK set (Is a directory); should be"),
        (
            f"{BASE}{ISSUER}".replace("keys", "broken"),
            "hooks.toml: broken.json: is no JWK set; should be JSON",
        ),
        ("a = 1\na = 2", "hooks.toml: is no TOML file (Cannot overwrite a value"),
        (f"a = {'[' * 100_000}", "hooks.toml: is no TOML file ("),
    ],
)
def test_what_is_wrong_is_said_in_one_line_with_its_place_and_what_would_be_right(file: Path, text: str, said: str) -> None:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"should (be|look|stand)") as refused:
        hook_settings(file)
    assert str(refused.value).startswith(said)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 250


def test_a_file_that_is_absent_or_no_text_is_named(file: Path) -> None:
    with pytest.raises(ValueError, match=r"^hooks.toml: is no TOML file \(No such file or directory\); should be"):
        hook_settings(file)
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(ValueError, match=r"^hooks.toml: is no TOML file"):
        hook_settings(file)
