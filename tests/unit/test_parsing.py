"""A second process that parses the evidence changes how long reading takes, and nothing else."""

import dataclasses
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from equipoise.records.evidence import KINDS, Evidence
from equipoise.records.faults import Fault
from equipoise.records.parsing import parsed
from equipoise.records.reader import read


def said(read_: tuple[Evidence, list[Fault]]) -> tuple[dict[str, object], list[Fault]]:
    """What was read, without the gazetteer, which is a folder still to be read."""
    evidence, faults = read_
    names = [item.name for item in dataclasses.fields(evidence) if item.name != "gazetteer"]
    return {name: getattr(evidence, name) for name in names}, faults


def fault_by_fault(folder: Path) -> None:
    """Break the folder in each way that one of the two processes finds."""
    study = folder / "studies" / "aronson-1948.yaml"
    text = study.read_text(encoding="utf-8")
    for name, broken in {
        "no-yaml": text.replace("country: [NO]", "country: [NO"),
        "no-date": text.replace("since: 1935-12", "since: soon"),
        "disorder": text.replace("id: aronson-1948\n", "", 1) + "id: disorder\n",
        "repeated": text + "design: survey\n",
        "empty": "",
    }.items():
        (study.parent / f"{name}.yaml").write_text(broken, encoding="utf-8")
    (study.parent / "latin.yaml").write_bytes("id: latin\ntitle: Pél\n".encode("latin-1"))


@pytest.mark.parametrize("breaks", [lambda _: None, fault_by_fault], ids=["sound", "broken"])
def test_records_and_faults_are_the_same_with_a_second_process_and_without(
    evidence_folder: Path, breaks: Callable[[Path], None]
) -> None:
    breaks(evidence_folder)
    calls: list[str] = []
    assert said(read(evidence_folder, meanwhile=lambda: calls.append("once"))) == said(read(evidence_folder))
    assert calls == ["once"]


def test_the_second_process_parses_every_sound_file(evidence_folder: Path) -> None:
    fault_by_fault(evidence_folder)
    found = parsed(evidence_folder, lambda: None)
    files = {path.relative_to(evidence_folder).as_posix() for path in evidence_folder.rglob("*.yaml")}
    assert files - set(found) == {f"studies/{name}.yaml" for name in ("no-yaml", "repeated", "empty", "latin")}
    assert found["studies/aronson-1948.yaml"]["country"] == ["NO"]
    assert {file.partition("/")[0] for file in found} <= set(KINDS)


@pytest.mark.parametrize("python", ["/nowhere/python", "/bin/false"], ids=["none", "one that fails"])
def test_without_a_second_process_the_first_reads_all(
    evidence_folder: Path, python: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = said(read(evidence_folder))
    monkeypatch.setattr(sys, "executable", python)
    calls: list[str] = []
    assert parsed(evidence_folder, lambda: calls.append("once")) == {}
    assert calls == ["once"]
    assert said(read(evidence_folder, meanwhile=lambda: None)) == right


def test_what_fails_meanwhile_is_not_hidden_and_ends_the_second_process(evidence_folder: Path) -> None:
    def broken() -> None:
        raise ModuleNotFoundError("No module named 'scipy'")

    with pytest.raises(ModuleNotFoundError, match="scipy"):
        parsed(evidence_folder, broken)
