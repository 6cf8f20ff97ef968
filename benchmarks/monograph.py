"""How long the whole monograph takes from a cold process, format by format, beside what no such program can do without.

Each line is the median of RUNS fresh processes (5 unless said): wall seconds from start to end, and the highest peak of memory.
Two states: "first", when Python has compiled none of the modules it imports, and "later", when it has, as on every run but one.
The floors in the same run: Python that imports the same libraries and stops, and PyYAML that only parses the same evidence.
Goals, on 2 cores, on later runs: all formats under 3 seconds; text alone and JSON alone under 1 second.

    .venv/bin/python benchmarks/monograph.py [RUNS]
"""

import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
GOALS_S = {"html,pdf,json,text": 3.0, "text": 1.0, "json": 1.0}

IMPORTS = "import numpy, pydantic, scipy.special, typer, yaml, markdown_it"
ALL_IMPORTS = f"{IMPORTS}, jinja2, typst"
PARSE = """
import pathlib, sys, yaml
for path in pathlib.Path(sys.argv[1]).rglob("*.yaml"):
    yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
"""


def measured(words: Sequence[str], *, compiled: Path | None) -> tuple[float, float]:
    """Wall seconds and peak MiB of a fresh process; ``compiled`` is where Python keeps compiled modules, None for nowhere."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment |= {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": os.devnull} if compiled is None else {}
    environment |= {} if compiled is None else {"PYTHONPYCACHEPREFIX": str(compiled)}
    began = time.perf_counter()
    child = subprocess.Popen([sys.executable, *words], env=environment, cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    wall = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(words)} ended with {child.returncode}")
    return wall, used.ru_maxrss / 1024


def line(label: str, words: Sequence[str], runs: int, compiled: Path, goal: float | None = None) -> None:
    """Print first and later runs of one contender."""
    first = [measured(words, compiled=None) for _ in range(runs)]
    measured(words, compiled=compiled)
    later = [measured(words, compiled=compiled) for _ in range(runs)]
    wall, peak = statistics.median(wall for wall, _ in later), max(peak for _, peak in later)
    judged = "" if goal is None else f"   goal {goal:.0f} s: {'met' if wall < goal else 'MISSED'}"
    print(f"{label:42} {statistics.median(wall for wall, _ in first):6.2f} {wall:6.2f} {peak:6.0f}{judged}", flush=True)


def main() -> None:
    """Measure and print one line for each contender."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    files = sum(1 for _ in (ROOT / "evidence").rglob("*.yaml"))
    print(f"{files} evidence files, Python {platform.python_version()}, {os.cpu_count()} cores, median of {runs}")
    print(f"{'':42} {'first':>6} {'later':>6} {'MiB':>6}")
    with tempfile.TemporaryDirectory() as name:
        compiled, out = Path(name) / "compiled", Path(name) / "out"
        command = ["-m", "equipoise.apps.cli", "monograph", "--out", str(out), "--format"]
        for formats in ("html,pdf,json,text", "html", "pdf", "text", "json"):
            shutil.rmtree(out, ignore_errors=True)
            line(f"equipoise monograph --format {formats}", [*command, formats], runs, compiled, GOALS_S.get(formats))
        line("equipoise evidence check", ["-m", "equipoise.apps.cli", "evidence", "check"], runs, compiled)
        line("floor: import what text and JSON need", ["-c", IMPORTS], runs, compiled)
        line("floor: import what all formats need", ["-c", ALL_IMPORTS], runs, compiled)
        line("floor: PyYAML CSafeLoader, same evidence", ["-c", PARSE, str(ROOT / "evidence")], runs, compiled)


if __name__ == "__main__":
    main()
