"""How fast the synthesis engine is, beside R metafor, statsmodels and PyMARE in the same run, on the same numbers.

Each contender works in a fresh process of its own, which reads the data, does the work once to warm up, and then ROUNDS times
more: wall and CPU seconds of the median round. Start of the process and reading are not in them, except for `equipoise pool`;
peak memory is that of the whole process, imports included. Linear algebra keeps to one thread. Goals and ratios are those of
CPU seconds, since other work may go on beside (on a quiet machine both agree); of `equipoise pool` those of wall seconds.

Results are compared, too, so that nobody is fast and wrong: estimates and bounds as a share of the standard error, tau squared
as a share of itself or of a hundredth of the mean variance, whichever is more. Peers are timed at their default options, and
compared both so ("as it is") and with tight stopping rules ("tight"); only the second is held to a bound.

    .venv/bin/python benchmarks/synthesis.py [--peers-python PYTHON]

R with metafor is used where `Rscript` finds it; statsmodels and PyMARE where PYTHON (or this one) can import them. They are no
part of our environment: `uv venv peers && uv pip install --python peers statsmodels pymare`.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")

BATCH = 10_000
"""Analyses fitted at once."""
LOOP = 200
"""Analyses fitted one by one; synthesis.R does as many."""
SAMPLE = 40
"""Of how many specifications metafor runs one."""
ROUNDS = 7
FAR = 0.01
"""A difference that could be seen in print."""
NEAR_PYMARE = 1e-5
"""PyMARE looks for the highest likelihood by its values, whose rounding hides its place beyond this, however tight the rule."""
SPECIFICATIONS = 10_000
DRAWS = 1000

METHODS, TESTS = ("REML", "DL", "PM", "ML", "common"), ("z", "t", "knapp-hartung", "adhoc")
IN_METAFOR = {"common": "FE", "knapp-hartung": "knha"}

Table = dict[str, list[Any]]
Work = tuple[float, Callable[[], Any], Callable[[Any], Any]]
"""How many analyses a call does, the call, and the numbers of what it returns."""


# Data. Effects of k studies with variances over a factor of 50 and an I squared about one half; tables and counts alike.


def write(folder: Path) -> None:
    """Draw all data, and write them where every contender reads them."""
    rng = np.random.default_rng(20260101)
    for k in (10, 30):
        variance = np.exp(rng.uniform(np.log(0.01), np.log(0.5), (BATCH, k)))
        _save(folder / f"variance_{k}", variance)
        _save(folder / f"effect_{k}", rng.normal(0.2, np.sqrt(variance + 0.06)))
    district = np.repeat(np.arange(1, 12), [4, 4, 6, 8, 3, 5, 7, 3, 6, 6, 4])
    variance = rng.uniform(0.005, 0.1, district.size)
    means = rng.normal(0, 0.3, 12)[district] + rng.normal(0, 0.2, district.size)
    columns = {"yi": rng.normal(means, np.sqrt(variance)), "vi": variance, "district": district}
    _columns(folder / "nested", columns | {"school": np.arange(district.size)})
    total = rng.integers(20, 400, 20)
    risk = 1 / (1 + np.exp(-rng.normal(-2.5, 0.7, 20)))
    _columns(folder / "groups", {"events": rng.binomial(total, risk), "total": total})
    n1, n2 = rng.integers(30, 200, (2, 15))
    level, effect = rng.normal(-3, 0.5, 15), rng.normal(-0.4, 0.4, 15)
    cells = {
        "a": rng.binomial(n1, 1 / (1 + np.exp(-level - effect))),
        "n1": n1,
        "c": rng.binomial(n2, 1 / (1 + np.exp(-level))),
        "n2": n2,
    }
    _columns(folder / "rare", cells)
    error = rng.uniform(0.08, 0.4, 120)
    effect = rng.normal(0.15, np.sqrt(error**2 + 0.03))
    kept = np.flatnonzero((effect / error > 1.96) | (rng.random(120) < 0.4))[:40]
    _columns(folder / "selected", {"yi": effect[kept], "vi": error[kept] ** 2})
    (folder / "trials.json").write_text(json.dumps(_trials(rng)), encoding="utf-8")


def _trials(rng: np.random.Generator) -> Table:
    """Forty trials with counts, a few of them zero, and what rules of inclusion ask for."""
    k = 40
    n1, n2 = rng.integers(20, 300, (2, k))
    level, effect = rng.normal(-2.5, 0.8, k), rng.normal(-0.3, 0.4, k)
    words = {
        "bias": ["low", "some concerns", "high"],
        "country": ["DE", "MY", "NO", "TH", "US"],
    }
    columns = {name: rng.choice(options, k).tolist() for name, options in words.items()}
    return {
        "study": [f"s{i}" for i in range(k)],
        "a": rng.binomial(n1, 1 / (1 + np.exp(-level - effect))).tolist(),
        "n1": n1.tolist(),
        "c": rng.binomial(n2, 1 / (1 + np.exp(-level))).tolist(),
        "n2": n2.tolist(),
        "year": rng.integers(1990, 2026, k).tolist(),
        **columns,
    }


def declaration() -> dict[str, Any]:
    """2 measures x 5 estimators x 4 tests x 2 rules for zeros x 5 x 5 x 5 sets of studies."""
    without = {f"without {word}": {"country": {"not": [word]}} for word in ("DE", "MY", "TH", "US")}
    return {
        "how": {
            "measure": ["OR", "RR"],
            "method": list(METHODS),
            "test": list(TESTS),
            "continuity": {"where zero": {"to": "only0", "add": 0.5}, "everywhere": {"to": "all", "add": 0.5}},
        },
        "which": {
            "bias": {
                "all": "all",
                "low": {"bias": ["low"]},
                "some": {"bias": ["some concerns"]},
                "not high": {"bias": {"not": ["high"]}},
                "not low": {"bias": {"not": ["low"]}},
            },
            "country": {"all": "all", **without},
            "year": {"all": "all", **{f"since {year}": {"year": {"from": year}} for year in (1995, 2000, 2005, 2010)}},
        },
    }


PRIMARY = {
    "measure": "OR",
    "method": "REML",
    "test": "knapp-hartung",
    "continuity": "where zero",
    "bias": "all",
    "country": "all",
    "year": "all",
}


def _save(path: Path, table: Any) -> None:
    width = np.asarray(table).shape[1]
    names = ",".join(f"x{i}" for i in range(width))
    np.savetxt(path.with_name(path.name + ".csv"), table, delimiter=",", fmt="%.17g", header=names, comments="")


def _columns(path: Path, columns: dict[str, Any]) -> None:
    table = np.column_stack(list(columns.values()))
    np.savetxt(f"{path}.csv", table, delimiter=",", fmt="%.17g", header=",".join(columns), comments="")


def _load(path: Path, rows: int | None = None) -> Any:
    return np.loadtxt(f"{path}.csv", delimiter=",", skiprows=1, max_rows=rows, ndmin=2)


def _named(path: Path) -> dict[str, Any]:
    names = Path(f"{path}.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    return dict(zip(names, _load(path).T, strict=True))


# Our own work.


def _numbers(fit: Any) -> Any:
    return np.column_stack([fit.estimate, fit.tau2, fit.interval])


def _scales(variance: Any, fit: Any) -> Any:
    tau2 = np.maximum(fit.tau2, variance.mean(axis=-1) / 100)
    return np.column_stack([fit.standard_error, tau2, fit.standard_error, fit.standard_error])


def ours(task: str, folder: Path) -> tuple[Work, Any]:
    """Return the work of a task and the scale of each of its numbers, None where nothing is compared."""
    from equipoise.engines import synthesis  # noqa: PLC0415 - only where this worker asks

    name, _, detail = task.partition("_")
    if name in ("fits", "every", "moments", "batch"):
        return _fitting(synthesis, name, int(detail), folder)
    if name in ("multiverse", "null"):
        return _universe(synthesis, name, folder)
    if name in ("leave", "permutations", "flips"):
        return _resampling(synthesis, name, folder)
    if name == "multilevel":
        return _levels(synthesis, folder, profile=bool(detail))
    return _glmm(synthesis, detail, folder) if name == "glmm" else _selection(synthesis, folder)


def _levels(synthesis: Any, folder: Path, *, profile: bool) -> tuple[Work, Any]:
    d = _named(folder / "nested")

    def call() -> Any:
        return synthesis.multilevel(d["yi"], d["vi"], levels=(d["district"], d["school"]), profile=profile)

    fit = call()
    error, typical = fit.standard_error[0], np.maximum(fit.sigma2, d["vi"].mean() / 100)
    scale = [error, *typical, error, error, *(np.repeat(typical, 2) if profile else ())]
    return (1, call, lambda f: _flat(f.estimate, f.sigma2, f.interval, f.sigma2_interval if profile else ())), scale


def _glmm(synthesis: Any, model: str, folder: Path) -> tuple[Work, Any]:
    """Ours as it comes, without visible error of quadrature; compared with metafor at its 7 points."""
    d = _named(folder / ("groups" if model == "PLO" else "rare"))
    how = {"measure": "PLO"} if model == "PLO" else {"measure": "OR", "model": model}
    alike = synthesis.glmm(**how, points=None if model == "CM.EL" else 7, **d)
    numbers = _flat(alike.estimate, alike.tau2, alike.interval)
    scale = [alike.standard_error, alike.tau2, alike.standard_error, alike.standard_error]
    return (1, lambda: synthesis.glmm(**how, **d), lambda _: numbers), scale


def _selection(synthesis: Any, folder: Path) -> tuple[Work, Any]:
    d = _named(folder / "selected")

    def call() -> Any:
        return synthesis.selection(d["yi"], d["vi"])

    fit = call()
    error = fit.standard_error
    scale = [error, fit.tau2, error, error, fit.delta_standard_error[1]]
    return (1, call, lambda f: _flat(f.estimate, f.tau2, f.interval, f.delta[1])), scale


def _flat(*parts: Any) -> Any:
    return np.concatenate([np.ravel(part) for part in parts])[None]


def _fitting(synthesis: Any, name: str, k: int, folder: Path) -> tuple[Work, Any]:
    rows = BATCH if name == "batch" else LOOP
    y, v = (_load(folder / f"{column}_{k}", rows) for column in ("effect", "variance"))
    method = "PM" if name == "moments" else "REML"
    fit = synthesis.pool(y, v, method=method)
    scale = _scales(v, fit)
    if name == "every":
        scale = np.column_stack([scale, scale[:, 1], scale[:, 1], scale[:, 0], scale[:, 0]])
    if name == "batch":
        return (rows, lambda: synthesis.pool(y, v), _numbers), scale
    every = name == "every"  # the peers give no interval of tau squared, unless asked
    call = lambda: [synthesis.pool(a, b, method=method, profile=every) for a, b in zip(y, v, strict=True)]  # noqa: E731

    def numbers(fits: Any) -> Any:
        more = ("tau2_interval", "prediction_interval") if name == "every" else ()
        return np.array([_flat(f.estimate, f.tau2, f.interval, *(getattr(f, each) for each in more))[0] for f in fits])

    return (rows, call, numbers), scale


def _resampling(synthesis: Any, name: str, folder: Path) -> tuple[Work, Any]:
    k = 10 if name == "flips" else 30
    y, v = (_load(folder / f"{column}_{k}", 1)[0] for column in ("effect", "variance"))
    if name == "leave":
        left = synthesis.leave_one_out(y, v)
        others = np.array([np.delete(v, i) for i in range(k)])
        return (1, lambda: synthesis.leave_one_out(y, v), _numbers), _scales(others, left)
    rng = np.random.default_rng(1)
    count = 2**k if name == "flips" else 1000
    call = lambda: synthesis.permute(y, v, rng=rng, test="knapp-hartung", permutations=count)  # noqa: E731
    # The p-value of one flip more or less is 0.001: equal to 1e-6 is the same count. Drawn permutations are not compared.
    return (1, call, lambda f: _flat(f.p_value)), [1.0] if name == "flips" else None


def _universe(synthesis: Any, name: str, folder: Path) -> tuple[Work, Any]:
    table = json.loads((folder / "trials.json").read_text(encoding="utf-8"))
    grid = synthesis.choices(declaration())
    run = lambda: synthesis.multiverse(table, grid, primary=PRIMARY)  # noqa: E731
    if name == "null":
        call = lambda: synthesis.null(  # noqa: E731
            table, grid, primary=PRIMARY, rng=np.random.default_rng(1), kind="bootstrap", draws=DRAWS
        )
        return (1, call, lambda f: _flat(f.p_value)), None
    found = run()
    assert found.feasible.all(), "a specification is infeasible"
    assert found.feasible.size == SPECIFICATIONS, found.feasible.size
    _describe(found, table, folder)
    error = found.standard_error[::SAMPLE, None].repeat(2, axis=1)
    return (1, run, lambda f: np.column_stack([f.effect, f.standard_error])[::SAMPLE]), error


def _describe(found: Any, table: Table, folder: Path) -> None:
    """Write each specification as metafor is told it."""
    lines = ["measure,method,test,to,rows"]
    for choice, taken in zip(found.choice, found.study_set, strict=True):
        words = {name: found.options[at][choice[at]] for at, name in enumerate(found.factors)}
        to = {"where zero": "only0", "everywhere": "all"}[words["continuity"]]
        how = (IN_METAFOR.get(words[name], words[name]) for name in ("method", "test"))
        rows = " ".join(str(row + 1) for row in np.flatnonzero(found.sets[taken]))
        lines.append(",".join([words["measure"], *how, to, rows]))
    (folder / "specifications.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    _columns(folder / "trials", {name: table[name] for name in ("a", "n1", "c", "n2")})


# The work of Python's peers.


def pymare(task: str, folder: Path) -> Work:
    """REML by PyMARE: one analysis a column, or one by one."""
    from pymare.estimators import VarianceBasedLikelihoodEstimator  # noqa: PLC0415 - a peer, and no part of our environment

    name, _, k = task.partition("_")
    rows = BATCH if name == "batch" else LOOP
    y, v = (_load(folder / f"{column}_{k}", rows).T for column in ("effect", "variance"))
    ones = np.ones((int(k), 1))

    def fit(columns: slice, **stopping: float) -> Any:
        model = VarianceBasedLikelihoodEstimator(method="REML", **stopping)
        model.fit(y[:, columns], v[:, columns], ones)
        return model.summary()

    def numbers(found: Any) -> Any:
        tables = []
        for part in found if isinstance(found, list) else [found]:
            bounds = part.get_fe_stats()
            tables.append(np.column_stack([part.fe_params[0], np.ravel(part.tau2), bounds["ci_l"][0], bounds["ci_u"][0]]))
        return np.concatenate(tables)

    _save(folder / f"{task}.pymare-tight", numbers(fit(slice(None), xtol=1e-12, ftol=0.0, maxiter=200)))
    if name == "batch":
        return rows, lambda: fit(slice(None)), numbers
    return rows, lambda: [fit(slice(i, i + 1)) for i in range(rows)], numbers


def statsmodels(task: str, folder: Path) -> Work:
    """Paule and Mandel's estimator by statsmodels, which has no REML, one by one."""
    from statsmodels.stats.meta_analysis import combine_effects  # noqa: PLC0415 - a peer, and no part of our environment

    k = task.partition("_")[2]
    y, v = (_load(folder / f"{column}_{k}", LOOP) for column in ("effect", "variance"))

    def call() -> Any:
        return [combine_effects(a, b, method_re="iterated", use_t=True, atol=1e-10) for a, b in zip(y, v, strict=True)]

    def numbers(fits: Any) -> Any:
        rows = []
        for fit in fits:
            low, high = fit.conf_int()[3]  # of the random effects with the Hartung and Knapp factor
            rows.append([fit.mean_effect_re, fit.tau2, low, high])
        return np.array(rows)

    return LOOP, call, numbers


PEERS = {"pymare": pymare, "statsmodels": statsmodels}


def worker(who: str, task: str, folder: Path) -> None:
    """Do a task, print its cost as JSON, and leave its numbers in a file."""
    if who == "equipoise":
        (count, call, numbers), scale = ours(task, folder)
        if scale is not None:
            _save(folder / f"{task}.scale", np.atleast_2d(scale))
        version = ""
    else:
        count, call, numbers = PEERS[who](task, folder)
        version = sys.modules[who].__version__
    found = call()
    costs = []
    budget = time.perf_counter() + 20.0
    for _ in range(ROUNDS):
        cpu, wall = time.process_time(), time.perf_counter()
        repeats = 0
        while repeats == 0 or time.perf_counter() - wall < 0.1:
            found = call()
            repeats += 1
        costs.append(((time.perf_counter() - wall) / repeats, (time.process_time() - cpu) / repeats))
        if time.perf_counter() > budget:
            break
    _save(folder / f"{task}.{who}", np.atleast_2d(numbers(found)))
    wall, cpu = (statistics.median(column) for column in zip(*costs, strict=True))
    print(json.dumps({"count": count, "wall_s": wall, "cpu_s": cpu, "version": f"{who} {version}"}))


# Measuring.


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one contender took for a task: seconds for one analysis, and MiB of its process."""

    wall: float
    cpu: float
    peak: float
    version: str = ""


class AbsentError(Exception):
    """A contender cannot do a task here; says why."""


def measured(words: Sequence[str]) -> tuple[str, Cost]:
    """What a process says, and its whole cost."""
    began = time.perf_counter()
    environment = os.environ | ONE_THREAD | {"PYTHONPATH": str(ROOT / "src")}
    with tempfile.TemporaryFile("w+") as faults:
        child = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=faults, text=True, env=environment)
        assert child.stdout is not None
        said = child.stdout.read()
        _, status, used = os.wait4(child.pid, 0)
        wall = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        faults.seek(0)
        lines = [text.strip() for text in faults if text.strip()]
    if child.returncode:
        raise AbsentError(next((text for text in lines if text.startswith("Please")), " ".join(lines[-2:])))
    return said, Cost(wall=wall, cpu=used.ru_utime + used.ru_stime, peak=used.ru_maxrss / 1024)


def contender(who: str, task: str, folder: Path, python: str) -> Cost:
    """Cost of one analysis of a task."""
    if who == "metafor":
        words = ["Rscript", "--vanilla", str(Path(__file__).with_suffix(".R")), task, str(folder)]
    else:
        runs = sys.executable if who == "equipoise" else python
        words = [runs, str(Path(__file__)), "--worker", who, task, str(folder)]
    said, whole = measured(words)
    told = json.loads(said.splitlines()[-1])
    each = float(told["count"])
    return Cost(wall=told["wall_s"] / each, cpu=told["cpu_s"] / each, peak=whole.peak, version=told["version"])


def difference(task: str, who: str, folder: Path) -> tuple[float, str]:
    """Largest difference from a peer, in the scale of each number, and how many analyses it has nothing for, or differs in."""
    scales, theirs = folder / f"{task}.scale.csv", folder / f"{task}.{who}.csv"
    if not scales.exists() or not theirs.exists():
        return float("nan"), ""
    own, scale = _load(folder / f"{task}.equipoise"), _load(folder / f"{task}.scale")
    found = np.genfromtxt(theirs, delimiter=",", skip_header=0 if who.startswith("metafor") else 1)
    found = found.reshape(-1, own.shape[1])
    rows = min(own.shape[0], found.shape[0])
    apart = (np.abs(own[:rows] - found[:rows]) / scale[:rows]).max(axis=1)
    missing = np.isnan(apart)
    said = f", no result for {missing.sum()} of {rows}" if missing.any() else ""
    beyond = int((apart[~missing] > FAR).sum())
    return float(apart[~missing].max()), said + (f", by over {FAR:g} in {beyond} of {rows}" if beyond else "")


@dataclass(frozen=True, kw_only=True)
class Task:
    """One line of the table, with the peers that do the same, our goal and how near results should be."""

    name: str
    label: str
    peers: tuple[str, ...] = ("metafor",)
    goal: float | None = None  # seconds, or analyses a second where ``rate``
    rate: bool = False
    near: float = 1e-6
    times_metafor: float | None = None


TASKS = (
    Task(name="batch_10", label="REML, k = 10, at once", peers=("pymare",), goal=150_000, rate=True),
    Task(name="batch_30", label="REML, k = 30, at once", peers=("pymare",), goal=40_000, rate=True),
    Task(name="fits_10", label="REML, k = 10, one by one", peers=("metafor", "pymare"), rate=True, times_metafor=10),
    Task(name="fits_30", label="REML, k = 30, one by one", peers=("metafor", "pymare"), rate=True, times_metafor=10),
    Task(name="every_10", label="the same with all intervals, k = 10", rate=True, times_metafor=10),
    Task(name="every_30", label="the same with all intervals, k = 30", rate=True, times_metafor=10),
    Task(name="moments_10", label="Paule-Mandel, k = 10, one by one", peers=("metafor", "statsmodels"), rate=True),
    Task(name="moments_30", label="Paule-Mandel, k = 30, one by one", peers=("metafor", "statsmodels"), rate=True),
    Task(name="leave_one_out", label="leave one out, k = 30", goal=0.002),
    Task(name="permutations", label="1,000 permutations, k = 30", goal=0.020),
    Task(name="flips", label="all 1,024 sign flips, k = 10", goal=0.020),
    Task(name="multiverse", label="10,000 specifications of 40 trials", goal=1.0),
    Task(name="null", label="their null by 1,000 bootstraps", peers=(), goal=60.0),
    Task(name="multilevel", label="three levels, 56 effects", near=1e-4),
    Task(name="multilevel_profile", label="the same with profile intervals", near=1e-4),
    Task(name="glmm_PLO", label="GLMM of 20 proportions", near=1e-4),
    Task(name="glmm_UM.FS", label="GLMM of 15 tables, UM.FS", near=1e-4),
    Task(name="glmm_CM.AL", label="GLMM of 15 tables, CM.AL", near=1e-4),
    Task(name="glmm_CM.EL", label="GLMM of 15 tables, CM.EL", near=1e-4),
    Task(name="selection", label="three-parameter selection, k = 40", near=1e-4),
)


def shown(seconds: float, *, rate: bool) -> str:
    """Seconds as people read them, or analyses a second."""
    if rate:
        return f"{1 / seconds:,.0f} /s"
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1e3:.2f} ms"


def line(label: str, who: str, cost: Cost, *, rate: bool, note: str) -> None:
    """Print one contender's line."""
    wall, cpu = shown(cost.wall, rate=rate), shown(cost.cpu, rate=rate)
    print(f"{label:36} {who:12} {wall:>14} {cpu:>14} {cost.peak:6.0f}  {note}".rstrip(), flush=True)


def compare(task: Task, folder: Path, python: str, present: Sequence[str]) -> list[str]:
    """Measure a task and its peers, print their lines, and return what is amiss."""
    own = contender("equipoise", task.name, folder, python)
    note = ""
    if task.goal is not None:
        met = 1 / own.cpu > task.goal if task.rate else own.cpu < task.goal
        note = f"goal {shown(1 / task.goal if task.rate else task.goal, rate=task.rate)}: {'met' if met else 'MISSED'}"
    line(task.label, "equipoise", own, rate=task.rate, note=note)
    amiss = []
    for who in task.peers:
        if who not in present:
            continue
        try:
            peer = contender(who, task.name, folder, python)
        except AbsentError as why:
            print(f"{'':36} {who:12} no result here: {why}")
            continue
        notes = [f"{peer.cpu / own.cpu:,.3g} x our time"]
        if who == "metafor" and task.times_metafor is not None:
            met = peer.cpu / own.cpu >= task.times_metafor
            notes[0] += f" (goal {task.times_metafor:.0f}: {'met' if met else 'MISSED'})"
        for kind, words in ((who, "as it is differs by"), (f"{who}-tight", "tight by")):
            apart, said = difference(task.name, kind, folder)
            if not np.isnan(apart):
                notes.append(f"{words} {apart:.0e}{said}")
            near = NEAR_PYMARE if who == "pymare" else task.near
            if kind != who and apart > near:
                amiss.append(f"{task.label}: {kind} differs by {apart:.1e}, more than {near:.0e}")
        line("", who, peer, rate=task.rate, note=", ".join(notes))
    return amiss


def cold(folder: Path) -> None:
    """Print how long a first `equipoise pool` takes, from the start of the process, where the command is there."""
    asked = subprocess.run(
        [sys.executable, "-m", "equipoise.apps.cli", "pool", "--help"], capture_output=True, check=False, cwd=ROOT
    )
    if asked.returncode:
        print("`equipoise pool` is not there; its first result is not measured")
        return
    table = folder / "groups.csv"
    words = [sys.executable, "-m", "equipoise.apps.cli", "pool", str(table), "--measure", "PLO"]
    floor = [sys.executable, "-c", "import numpy, scipy.special, typer"]
    for label, command in (("first result of `equipoise pool`, cold", words), ("floor: import NumPy, SciPy, Typer", floor)):
        measured(command)
        costs = [measured(command)[1] for _ in range(ROUNDS)]
        wall, cpu = (statistics.median(getattr(cost, name) for cost in costs) for name in ("wall", "cpu"))
        note = f"goal 600 ms: {'met' if wall < 0.6 else 'MISSED'}" if command is words else ""
        line(label, "", Cost(wall=wall, cpu=cpu, peak=max(cost.peak for cost in costs)), rate=False, note=note)


def found(python: str) -> list[str]:
    """Return the peers that are here, and say which are not."""
    here = []
    asked = {
        "metafor": ["Rscript", "--vanilla", "-e", "cat('metafor', format(packageVersion('metafor')), 'on', R.version.string)"],
        **{who: [python, "-c", f"import {who}; print('{who}', {who}.__version__, end='')"] for who in PEERS},
    }
    for who, words in asked.items():
        told = subprocess.run(words, capture_output=True, text=True, check=False) if shutil.which(words[0]) else None
        if told is None or told.returncode:
            print(f"{who} is not here and is left out")
        else:
            print(told.stdout)
            here.append(who)
    return here


def main() -> None:
    """Measure every task, print the table, and end with a fault where results differ."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peers-python", default=sys.executable, help="a Python that has statsmodels and PyMARE")
    parser.add_argument("--only", default="", help="tasks whose names begin so")
    parser.add_argument("--worker", nargs=3, metavar=("WHO", "TASK", "FOLDER"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.worker:
        worker(asked.worker[0], asked.worker[1], Path(asked.worker[2]))
        return
    print(f"Python {platform.python_version()}, NumPy {np.__version__}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    present = found(asked.peers_python)
    print(f"\n{'':36} {'':12} {'wall':>14} {'CPU':>14} {'MiB':>6}")
    amiss: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder)
        for task in TASKS:
            if task.name.startswith(asked.only):
                amiss += compare(task, folder, asked.peers_python, present)
        if "pool".startswith(asked.only):
            cold(folder)
    print(f"load at the end {os.getloadavg()[0]:.1f}")
    if amiss:
        raise SystemExit("\n".join(["Results differ:", *amiss]))


if __name__ == "__main__":
    main()
