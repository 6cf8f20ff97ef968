"""A build folder is whole or as it was, and what is not ours is left alone."""

import os
from pathlib import Path

import pytest

from equipoise.apps import build
from equipoise.apps.build import MARK, replace_folder

FILES = {"index.html": b"<p>one", "fonts/a.woff2": b"font"}


def held(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def alone(out: Path) -> bool:
    """Return whether nothing was left beside the folder."""
    return list(out.parent.iterdir()) == [out]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "build"


def test_a_build_is_replaced_whole(out: Path) -> None:
    replace_folder(out, FILES)
    assert held(out).keys() == {MARK, *FILES}
    replace_folder(out, {"monograph.txt": b"two"})
    assert held(out).keys() == {MARK, "monograph.txt"}
    assert alone(out)


def test_the_mark_names_what_was_made(out: Path) -> None:
    replace_folder(out, FILES)
    assert (out / MARK).read_text(encoding="utf-8").splitlines()[1:] == sorted(FILES)


def test_an_empty_folder_is_used(out: Path) -> None:
    out.mkdir(parents=True)
    replace_folder(out, FILES)
    assert held(out).keys() == {MARK, *FILES}


@pytest.mark.parametrize("foreign", ["thesis.tex", "fonts/mine.ttf", ".secret"])
@pytest.mark.parametrize("built", [False, True])
def test_a_folder_with_somebody_elses_file_is_refused_and_untouched(out: Path, foreign: str, *, built: bool) -> None:
    if built:
        replace_folder(out, FILES)
    (out / foreign).parent.mkdir(parents=True, exist_ok=True)
    (out / foreign).write_bytes(b"years of work")
    before = held(out)
    with pytest.raises(FileExistsError, match=f"holds {foreign}, which no earlier build put there"):
        replace_folder(out, {"index.html": b"new"})
    assert held(out) == before
    assert alone(out)


def test_a_file_in_its_place_is_refused_and_untouched(out: Path) -> None:
    out.parent.mkdir()
    out.write_bytes(b"years of work")
    with pytest.raises(FileExistsError, match="is a file; should be a folder"):
        replace_folder(out, FILES)
    assert out.read_bytes() == b"years of work"


@pytest.mark.parametrize("step", [1, 2, 3])
def test_a_failure_at_any_step_leaves_the_last_build_as_it_was(out: Path, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """Step 1 writes the new files, 2 moves the old folder away, 3 moves the new one in."""
    replace_folder(out, FILES)
    before = held(out)
    moves = []
    move, write = os.replace, Path.write_bytes

    def moving(source: Path, target: Path) -> None:
        moves.append(target)
        if len(moves) == step - 1:
            raise OSError(28, "No space left on device")
        move(source, target)

    def writing(self: Path, content: bytes) -> int:
        if step == 1 and self.name == "b.html":
            raise OSError(28, "No space left on device")
        return write(self, content)

    monkeypatch.setattr(build.os, "replace", moving)
    monkeypatch.setattr(Path, "write_bytes", writing)
    with pytest.raises(OSError, match="No space left on device"):
        replace_folder(out, {"a.html": b"new", "b.html": b"new"})
    assert held(out) == before
    assert alone(out)


def test_an_interrupt_between_the_moves_leaves_the_last_build_as_it_was(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace_folder(out, FILES)
    before = held(out)
    moves = []
    move = os.replace

    def moving(source: Path, target: Path) -> None:
        moves.append(target)
        if len(moves) == 2:
            raise KeyboardInterrupt
        move(source, target)

    monkeypatch.setattr(build.os, "replace", moving)
    with pytest.raises(KeyboardInterrupt):
        replace_folder(out, {"a.html": b"new"})
    assert held(out) == before
    assert alone(out)


def test_a_link_to_a_folder_stays_a_link(out: Path, tmp_path: Path) -> None:
    out.mkdir(parents=True)
    link = tmp_path / "link"
    link.symlink_to(out)
    replace_folder(link, FILES)
    assert link.is_symlink()
    assert held(out).keys() == {MARK, *FILES}


def test_others_may_read_what_was_built(out: Path) -> None:
    replace_folder(out, FILES)
    assert out.stat().st_mode & 0o055 == 0o055
