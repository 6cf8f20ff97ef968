"""The repository keeps its own promises: commands, floors, licences, and no trace of one machine."""

import ast
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "equipoise"
IGNORED = {line.rstrip("/") for line in (ROOT / ".gitignore").read_text().splitlines()} | {".git"}

# A path of one machine: not the end of an address such as https://a.org/work/x.
MACHINE_PATH = re.compile(r"(?<![\w.\-/])/(?:work|root|Users|home)/\w|file:///\w")
CLOCK = re.compile(r"\b(?:date|datetime)\.(?:today|now|utcnow)\(|\btime\.time\(")


def own_files(folder: Path = ROOT) -> Iterator[Path]:
    for entry in sorted(folder.iterdir()):
        if entry.name in IGNORED or entry.suffix == ".pyc":
            continue
        if entry.is_dir():
            yield from own_files(entry)
        else:
            yield entry


def commands_named_in(name: str) -> set[str]:
    return set(re.findall(r"(?:^ {4}|`)make (\w+)", (ROOT / name).read_text(), re.MULTILINE))


@pytest.fixture(scope="module")
def listed() -> dict[str, str]:
    """Return what `make` alone prints: each command and its help."""
    make = shutil.which("make")
    assert make, "make is missing"
    environment = {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}}
    out = subprocess.run([make], cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout  # noqa: S603
    return {line.split()[1]: " ".join(line.split()[2:]) for line in out.splitlines()}


def test_make_alone_lists_every_command_with_help(listed: dict[str, str]) -> None:
    declared = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert declared
    assert set(listed) == set(declared[1].split()) - {"help"}
    assert all(listed.values())


def test_every_command_that_the_guides_name_exists(listed: dict[str, str]) -> None:
    assert {"monograph", "test"} <= commands_named_in("README.md")
    assert commands_named_in("README.md") | commands_named_in("CONTRIBUTING.md") <= set(listed)


def test_ci_calls_make_test_and_nothing_else() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    lines = [line for line in script.read_text().splitlines() if line and not line.startswith("#")]
    assert lines == ["set -euo pipefail", 'cd "$(dirname "${BASH_SOURCE[0]}")/.."', "make test"]


def test_guides_link_to_what_exists() -> None:
    for name in ("README.md", "CONTRIBUTING.md"):
        for target in re.findall(r"(?<!!)\[[^]]*\]\(([^)#:]+)\)", (ROOT / name).read_text()):
            assert (ROOT / target).exists(), f"{name}: {target} is not there"


def test_licences_are_carried_in_full() -> None:
    assert "END OF TERMS AND CONDITIONS" in (ROOT / "LICENSE").read_text()
    assert "Section 8 -- Interpretation" in (ROOT / "LICENSES" / "CC-BY-4.0.txt").read_text()


def test_no_file_names_a_path_of_one_machine() -> None:
    named = []
    for file in own_files():
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        named += [f"{file.relative_to(ROOT)}: {match[0]}" for match in MACHINE_PATH.finditer(text)]
    assert not named


def test_every_source_folder_is_a_package_that_says_what_it_is() -> None:
    for folder in {SOURCE, *(file.parent for file in own_files(SOURCE) if file.suffix == ".py")}:
        init = folder / "__init__.py"
        assert init.exists(), f"{folder.relative_to(ROOT)}: __init__.py is missing"
        assert ast.get_docstring(ast.parse(init.read_text())), f"{init.relative_to(ROOT)}: a docstring is missing"


def test_the_clock_has_one_door() -> None:
    readers = {file for file in own_files(SOURCE) if file.suffix == ".py" and CLOCK.search(file.read_text())}
    assert all(file.is_relative_to(SOURCE / "apps") for file in readers), f"read `as_of` instead: {readers}"
