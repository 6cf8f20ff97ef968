"""The files of an evidence folder parsed by a second process, while the first imports what it computes with.

PyYAML keeps the interpreter to itself, so that a thread would gain nothing. What comes back is plain dicts, lists and strings.
"""

import gc
import marshal
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from equipoise.records import text as yaml_text

_CHILD = ("-P", "-c", "from equipoise.records.parsing import main; main()")


def parsed(folder: Path, meanwhile: Callable[[], object]) -> Mapping[str, Any]:
    """The files in which nothing is wrong as YAML by their names (``studies/x.yaml``), parsed while ``meanwhile`` runs.

    The other files are left to the reader, which says what is wrong with them; all are where no second process can be had.
    """
    words = [sys.executable, *_CHILD, str(folder)]
    try:
        child = subprocess.Popen(  # noqa: S603 - this Python, and a folder that it only reads
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    except OSError:
        meanwhile()
        return {}
    with child:
        try:
            meanwhile()
        except BaseException:
            child.kill()
            raise
        made, _ = child.communicate()
    files: Mapping[str, Any] = marshal.loads(made) if child.returncode == 0 else {}  # noqa: S302 - our own process made it
    return files


def main() -> None:
    """Parse the files of the folder that is named, and write them to the standard output."""
    gc.disable()  # it ends before there is rubbish to speak of
    folder = sys.argv[1]
    files: dict[str, Any] = {}
    for place, _, names in os.walk(folder):
        for name in names:
            if name.endswith(".yaml"):
                path = Path(place, name)
                file = path.relative_to(folder).as_posix()
                data, faults = yaml_text.written(path, file)
                if not faults:
                    files[file] = data
    sys.stdout.buffer.write(marshal.dumps(files))
