"""How the server is started: by one command, without its packages where nobody asked for it, and as nobody in a container."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from equipoise.apps.cli import app
from equipoise.apps.web.hooked import hook_settings
from equipoise.apps.web.settings import from_environment

ROOT = Path(__file__).parents[2]
SETTINGS = re.findall(r"^\| `(EQUIPOISE_\w+)` \|", (ROOT / "docs" / "web.md").read_text(encoding="utf-8"), re.MULTILINE)


def test_the_other_commands_do_not_load_the_server() -> None:
    code = "import sys, equipoise.apps.cli; print([name for name in sys.argv[1:] if name in sys.modules])"
    words = [sys.executable, "-c", code, "fastapi", "uvicorn", "starlette", "jwt"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == "[]"


def test_a_missing_package_is_said_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    answer = CliRunner().invoke(app, ["serve"])
    assert answer.exit_code == 1
    assert "pip install 'equipoise[web]'" in answer.output


def test_a_wrong_setting_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EQUIPOISE_RATE", "much")
    answer = CliRunner().invoke(app, ["serve", "--port", "0"])
    assert (answer.exit_code, answer.output) == (
        1,
        "EQUIPOISE_RATE is 'much'; should be a number of requests a second.\n",
    )


def test_the_guide_names_each_setting() -> None:
    with pytest.raises(ValueError, match=r"EQUIPOISE_X is no setting") as refused:
        from_environment({"EQUIPOISE_X": "1"})
    assert sorted(SETTINGS) == str(refused.value).partition("one of ")[2].split(", ")


def test_the_file_of_hooks_in_the_guide_can_be_read(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "web.md").read_text(encoding="utf-8")
    shown = re.search(r"(?:^    .*\n|^\n)+(?=\n?## Privacy)", page, re.MULTILINE)
    assert shown is not None
    text = re.sub("^    ", "", shown[0], flags=re.MULTILINE)
    (tmp_path / "hooks.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"ehr.jwks.json: is no JWK set"):
        hook_settings(tmp_path / "hooks.toml")
    (tmp_path / "hooks.toml").write_text('base_url = "http://127.0.0.1:8000"\nopen = true\n', encoding="utf-8")
    assert hook_settings(tmp_path / "hooks.toml").open
    for wrong, said in (
        ("open = true\n", "base_url is missing"),
        ("colour = 1\n", "colour is no setting"),
        ("=", "is no TOML file"),
    ):
        (tmp_path / "hooks.toml").write_text(wrong, encoding="utf-8")
        with pytest.raises(ValueError, match=said):
            hook_settings(tmp_path / "hooks.toml")


def test_the_container_runs_as_nobody_from_named_versions() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    images = [line.split()[1] for line in lines if line.startswith("FROM")]
    assert len(images) == 2
    assert all(re.fullmatch(r"python:\d+\.\d+\.\d+-slim-\w+", image) for image in images)
    users = [line.split()[1] for line in lines if line.startswith("USER")]
    assert users == ["10001:10001"]
    assert any(line.startswith("HEALTHCHECK") for line in lines)
    assert not [line for line in lines if re.search(r"\b(ADD|curl|wget)\b", line)]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.findall(r"uv==([\d.]+)", "\n".join(lines)) == re.findall(r"UV_VERSION := ([\d.]+)", makefile)
    copied = {line.split()[1] for line in lines if line.startswith("COPY") and "--from" not in line}
    assert all((ROOT / name).exists() for name in copied - {"pyproject.toml"})


def test_compose_opens_one_door_and_lets_nothing_be_written() -> None:
    (service,) = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"].values()
    assert service["ports"] == ["127.0.0.1:8000:8000"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "latest" not in service["image"]
    from_environment(service["environment"])


@pytest.mark.parametrize("workers", ["1", "2"])
def test_faults_of_the_evidence_stop_the_start_before_any_worker(
    evidence_folder: Path, monkeypatch: pytest.MonkeyPatch, workers: str
) -> None:
    def ran(*_: object, **__: object) -> None:
        raise AssertionError("it was served")

    monkeypatch.setattr("equipoise.apps.web.processes.keep", ran)
    monkeypatch.setattr("os.environ", {**os.environ})  # what the command says for its workers stays in this test
    next(evidence_folder.glob("studies/*.yaml")).write_text("id: [broken\n", encoding="utf-8")
    answer = CliRunner().invoke(app, ["serve", "--port", "0", "--workers", workers, "--evidence", str(evidence_folder)])
    assert answer.exit_code == 1
    assert "in the evidence; nothing is served." in answer.output
