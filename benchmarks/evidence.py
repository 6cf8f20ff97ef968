"""How long 10,000 studies, each with its reference, take to read and check, beside PyYAML that only parses the same files.

Writes synthetic records as long as the shipped ones (a study has 53 lines, a reference 14) into a temporary folder, then
measures each contender in a fresh process: wall and CPU seconds, start of Python and imports included, and peak memory.
Goal: the check takes less than 10 seconds on 2 cores.

    .venv/bin/python benchmarks/evidence.py [STUDIES]
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]

REFERENCE = """\
id: author-{n}
type: article-journal
title: "Survey {n} of people who use kratom (Mitragyna speciosa): motives, effects and patterns of use"
author:
  - {{family: Author, given: Ann}}
  - {{family: Second, given: Bo C.}}
  - {{literal: A Body With One Name}}
issued: 2020-03-01
container-title: Drug and Alcohol Dependence
volume: "208"
DOI: 10.1016/j.synthetic.{n}
retrieved:
  - {{url: "https://example.org/articles/{n}", date: 2026-01-15, saw: abstract}}
extracted: {{by: eq-1, date: 2026-01-15}}
"""

HEAD = """\
id: author-{n}
title: Web survey number {n}
design: cross-sectional-survey
frame: web-volunteers
country: [US]
conducted: {{since: 2017-01, until: 2017-12}}
funding: not-reported
interests: not-reported
population: People who use kratom; mean age 40, mostly White, mostly in the United States
recruitment: Open anonymous web survey, announced on sites of interest to people who use kratom
sample: {{size: {size}, unit: people}}
instruments: [DSM-5-criteria, own-questionnaire]
outcomes:
"""

COUNT = """\
  - id: motive-{k}
    outcome: motive-depression
    among: kratom users in a US web survey
    count: {{events: {events}, total: {size}, percent: 50}}
    basis: derived
    derivation: 50% of {size}, rounded
    source: {{ref: author-{n}, at: "Abstract, Results"}}
"""

TAIL = """\
  - id: stated
    outcome: self-rated-helpful
    among: kratom users in a US web survey
    stated: Kratom users gave high ratings of effectiveness for pain, anxiety and depression
    basis: reported
    source: {{ref: author-{n}, at: "Abstract, Results"}}
risk_of_bias:
  instrument: survey
  domains:
    - {{domain: sampling, judgement: high, because: Users chose themselves on the web}}
    - {{domain: participation, judgement: high, because: People who quit are not reached}}
    - {{domain: measurement, judgement: some-concerns, because: Self-report with criteria of DSM-5}}
    - {{domain: reporting, judgement: low, because: Counts are printed}}
sources:
  - {{ref: author-{n}, at: Abstract}}
extracted: {{by: eq-1, date: 2026-01-15}}
note: >-
  The numbers behind the ratings are not in the abstract, and no comparison group exists.
  A synthetic record.
"""

CHECK = """
import datetime, pathlib, sys
from equipoise.records.rules import check
evidence, faults = check(pathlib.Path(sys.argv[1]), None, datetime.date(2026, 1, 31), freshness=True)
assert not faults, faults[:3]
read = len(evidence.studies) + len(evidence.references)
"""

PARSE = """
import pathlib, sys, yaml
read = 0
for path in pathlib.Path(sys.argv[1]).rglob("*.yaml"):
    yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    read += 1
"""

MEASURE = """
import json, resource
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"files": read, "cpu_s": used.ru_utime + used.ru_stime, "peak_mib": used.ru_maxrss / 1024}))
"""


def write(folder: Path, studies: int) -> None:
    """Synthetic evidence without a fault: every study with a size of its own, so that no two look like one sample."""
    shutil.copytree(ROOT / "evidence" / "vocabulary", folder / "vocabulary")
    for kind in ("references", "studies"):
        (folder / kind).mkdir()
    for n in range(studies):
        size = 100 + 2 * n
        counts = [COUNT.format(n=n, k=k, size=size, events=size // 2) for k in range(3)]
        study = HEAD.format(n=n, size=size) + "".join(counts) + TAIL.format(n=n)
        (folder / "references" / f"author-{n}.yaml").write_text(REFERENCE.format(n=n), encoding="utf-8")
        (folder / "studies" / f"author-{n}.yaml").write_text(study, encoding="utf-8")


def measured(program: str, folder: Path) -> dict[str, float]:
    """What ``program`` costs in a fresh process; wall seconds from the start of the process to its end."""
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", program + MEASURE, str(folder)], check=True, capture_output=True, text=True, cwd=ROOT
    )
    return {"wall_s": time.perf_counter() - began, **json.loads(done.stdout)}


def main() -> None:
    """Write, measure and print one line for each contender."""
    studies = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "evidence"
        folder.mkdir()
        write(folder, studies)
        measured(PARSE, folder)  # so that each contender finds the files in the cache of the system
        print(f"{studies:,} studies, {2 * studies:,} files, {os.cpu_count()} cores")
        for label, program in (("equipoise: read and check", CHECK), ("PyYAML: CSafeLoader only", PARSE)):
            cost = measured(program, folder)
            print(f"{label}: {cost['wall_s']:6.2f} s wall, {cost['cpu_s']:6.2f} s CPU, {cost['peak_mib']:4.0f} MiB peak")


if __name__ == "__main__":
    main()
