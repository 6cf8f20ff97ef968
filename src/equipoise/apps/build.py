"""A build folder that is whole or as it was: files are written beside it and swapped in at the end."""

import errno
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

MARK = ".equipoise-build"
"""A file in every folder built here, which names the others; a folder that holds anything else is left alone."""


def replace_folder(out: Path, files: Mapping[str, bytes]) -> None:
    """Put ``files`` in place of the folder ``out``, all of them or none.

    Raises
    ------
    OSError
        ``out`` cannot be written, or holds files that no build of ours put there; it is then as it was.
    """
    out = out.resolve()
    if out.exists() and not out.is_dir():
        raise FileExistsError(errno.EEXIST, "is a file; should be a folder", str(out))
    foreign = _foreign(out)
    if foreign:
        found = f"holds {foreign}, which no earlier build put there; should be an empty or a new folder"
        raise FileExistsError(errno.EEXIST, found, str(out))
    out.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        made = "\n".join(["Made by equipoise; the next build replaces these files:", *sorted(files), ""])
        for name, content in {MARK: made.encode(), **files}.items():
            path = fresh / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        fresh.chmod(0o755)
        _swap(fresh, out)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _foreign(out: Path) -> str | None:
    """A file in ``out`` that its last build did not make, or None."""
    mark = out / MARK
    made = {MARK, *mark.read_text(encoding="utf-8").splitlines()[1:]} if mark.is_file() else set()
    held = (path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_symlink() or not path.is_dir())
    return next((name for name in held if name not in made), None)


def _swap(fresh: Path, out: Path) -> None:
    old = Path(tempfile.mkdtemp(prefix=f".{out.name}-old-", dir=out.parent))
    kept = old / "last"
    try:
        if out.exists():
            os.replace(out, kept)  # noqa: PTH105 (a rename of a folder, on purpose)
        try:
            os.replace(fresh, out)  # noqa: PTH105
        except BaseException:  # an interrupt too must not cost the last build
            if kept.exists():
                os.replace(kept, out)  # noqa: PTH105
            raise
    finally:
        shutil.rmtree(old, ignore_errors=True)
