"""Compare the synthesis engine with reference results of R metafor: ``python compare.py FOLDER``.

FOLDER holds one JSON file a data set, as README.md beside this script describes.
"""

import argparse
import csv
import json
import math
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equipoise.engines import synthesis
from equipoise.engines.synthesis.asymmetry import begg, egger
from equipoise.engines.synthesis.clusters import robust, working_covariance
from equipoise.engines.synthesis.failsafe import failsafe_n
from equipoise.engines.synthesis.filling import trim_and_fill
from equipoise.engines.synthesis.levels import multilevel
from equipoise.engines.synthesis.mixed_counts import glmm
from equipoise.engines.synthesis.scale_model import location_scale
from equipoise.engines.synthesis.selection_models import selection
from equipoise.engines.synthesis.significance import excess_significance
from equipoise.engines.synthesis.stratified import mantel_haenszel, peto

CLOSED, ITERATED, OPTIMISED, SLACK = 1e-8, 1e-6, 1e-4, 1e-3
"""How near a closed form, an iterated fit, a fit in several dimensions, and one that metafor integrates loosely should come."""

CLOSED_METHODS = {"FE", "DL", "HE", "HS", "HSk", "SJ", "GENQ"}
VEVEA_WOODS = (0.005, 0.01, 0.05, 0.1, 0.25, 0.35, 0.5, 0.65, 0.75, 0.9, 0.95, 0.99, 0.995, 1)
TESTS = {"z": "z", "t": "t", "knha": "knapp-hartung", "adhoc": "adhoc"}
Floats = NDArray[np.float64]


_LME4 = "lme4's finite-difference Hessian gives 0.1815; two-dimensional quadrature by brute force gives 0.1826, as here"
_GSL = "the hypergeometric function of gsl, which metafor takes, is off by 2e-5 at r = -0.04, n = 12; the series gives ours"
_NO_P = "no p-value is under 0.025, so that its weight cannot be estimated; metafor estimates a ratio to it"
_ENDLESS = "the likelihood rises without end as some tau squared go to 0; metafor stops at a local maximum"
_FLAT = "the likelihood is nearly flat, and metafor's numerical Hessian 0.3% off"

KNOWN: Mapping[tuple[str, str], str] = {
    ("bcg", "mixed model OR.UM.RS: standard error"): _LME4,
    ("bcg", "mixed model OR.UM.RS: interval"): _LME4,
    ("cohen1981", "effect size UCOR"): _GSL,
    ("lidocaine", "selmodel: refused"): _NO_P,
    ("molloy2014", "scale: refused"): _ENDLESS,
    ("normand1999", "selection beta: standard error"): _FLAT,
}
"""Disagreements that are known: file and kind of number, and why."""


@dataclass(frozen=True)
class Number:
    """One number compared: what it is, where it stands, how far apart the two are, and how far they may be."""

    kind: str
    where: str
    error: float
    bound: float

    @property
    def agrees(self) -> bool:
        """Whether the error is within the bound."""
        return self.error <= self.bound


@dataclass(frozen=True)
class Studies:
    """Effects of one measure of one file, and its other columns, restricted to the rows that were pooled."""

    where: str
    effect: Floats
    variance: Floats
    rows: list[int]
    table: Mapping[str, Sequence[str | float]]

    def column(self, name: str) -> Floats:
        """Return a numeric column of these rows."""
        return np.array([float(self.table[name][row]) for row in self.rows])

    def tau2_error(self, ours: float, theirs: float) -> float:
        """Error of tau squared against itself, or a hundredth of the mean variance where it is smaller."""
        return abs(float(ours) - theirs) / max(theirs, float(self.variance.mean()) / 100)


def blocks(path: Path) -> list[str]:
    """Return the names of the blocks of one file that can be compared."""
    reference = json.loads(path.read_text(encoding="utf-8"))
    found = {name for block in reference["measures"].values() for name in block} | set(reference)
    first = ["effects"] * (reference["kind"] != "generic")
    return [*first, *(name for name in (*BLOCKS, *COUNT_BLOCKS) if name in found)]


def numbers(path: Path, *, only: str | None = None) -> Iterator[Number]:
    """Compare everything of one file that the engine has, or one block of it."""
    reference = json.loads(path.read_text(encoding="utf-8"))
    table = _table(reference, path)
    if only in (None, "effects"):
        yield from _effects(reference, table)
    for measure, block in reference["measures"].items():
        rows = range(len(block["yi"])) if block["used_rows"] == "all" else [row - 1 for row in block["used_rows"]]
        studies = Studies(
            where=f"{reference['id']} {measure}",
            effect=np.array([block["yi"][row] for row in rows]),
            variance=np.array([block["vi"][row] for row in rows]),
            rows=list(rows),
            table=table,
        )
        for name, compare in BLOCKS.items():
            if name in block and only in (None, name):
                yield from _attempt(name, studies.where, compare, studies, block[name])
    counts = {name: table[name] for name in reference["cells"] if name in table}
    for name, compare_counts in COUNT_BLOCKS.items():
        if name in reference and only in (None, name):
            yield from _attempt(name, reference["id"], compare_counts, counts, reference[name], reference["id"])


def not_compared(path: Path) -> set[str]:
    """Return the names of blocks of one file for which the engine has nothing."""
    reference = json.loads(path.read_text(encoding="utf-8"))
    known = {*BLOCKS, "k", "used_rows", "yi", "vi"}
    found = {name for block in reference["measures"].values() for name in block if name not in known}
    misc = {name for block in reference["measures"].values() for name in block.get("misc", {}) if name not in MISC}
    return found | {f"misc.{name}" for name in misc}


def _attempt(name: str, where: str, compare: Callable[..., Iterator[Number]], *arguments: Any) -> Iterator[Number]:
    if "error" in arguments[1]:
        return
    try:
        yield from list(compare(*arguments))
    except (ValueError, ArithmeticError) as problem:
        yield Number(f"{name}: refused", f"{where} {problem}", math.inf, 0)


def _table(reference: Mapping[str, Any], path: Path) -> dict[str, Sequence[str | float]]:
    """Return the columns of the cells, from the file itself or from the CSV file that it names, and totals."""
    table: dict[str, Sequence[str | float]] = {}
    if isinstance(reference["cells"], dict):
        table.update(reference["cells"])
    else:
        with path.with_name(reference["csv"]).open(newline="", encoding="utf-8") as file:
            lines = list(csv.DictReader(file))
        table.update({name: [line[name] for line in lines] for name in lines[0]})
    totals = reference.get("totals") or _totals(reference["kind"], table)
    return table if totals is None else {**table, "totals": totals}


def _totals(kind: str, table: Mapping[str, Sequence[str | float]]) -> list[float] | None:
    parts = {"2x2": ("ai", "bi", "ci", "di"), "means": ("n1i", "n2i"), "prop": ("ni",), "corr": ("ni",)}.get(kind)
    if parts is None:
        parts = next(((name,) for name in ("ni", "n") if kind == "generic" and name in table), None)
    return (
        None
        if parts is None
        else [float(sum(float(table[part][row]) for part in parts)) for row in range(len(table[parts[0]]))]
    )


# ---- kinds of error ---------------------------------------------------------------------------------------------------


def relative(ours: float, theirs: float, floor: float = 1e-300) -> float:
    """Error relative to the reference, or to a floor where that is smaller; infinite where there is nothing to compare."""
    if ours is None or math.isnan(ours):
        return math.inf
    return abs(float(ours) - theirs) / max(abs(theirs), floor)


def listed(
    kind: str, where: str, ours: Floats, theirs: Sequence[float | None], bound: float, *, scale: Any = None
) -> Iterator[Number]:
    """Compare element by element, relative, or in units of a scale; what metafor leaves out is left out."""
    scales = np.broadcast_to(np.nan if scale is None else scale, np.shape(ours))
    for i, (one, other) in enumerate(zip(np.atleast_1d(ours), _list(theirs), strict=True)):
        if other is not None:
            error = relative(one, other) if scale is None else abs(float(one) - other) / float(np.atleast_1d(scales)[i])
            yield Number(kind, f"{where} {i}", math.inf if math.isnan(error) else error, bound)


def inference(kind: str, where: str, found: Any, theirs: Mapping[str, Any], bound: float) -> Iterator[Number]:
    """Compare an estimate and its bounds in units of its standard error, and that and the p-value relatively."""
    ours = {
        "estimate": found.estimate,
        "se": found.standard_error,
        "pval": found.p_value,
        "ci_lb": np.asarray(found.interval)[..., 0],
        "ci_ub": np.asarray(found.interval)[..., 1],
    }
    error = theirs.get("se") or found.standard_error
    for name, value in ours.items():
        if name in theirs:
            scale = None if name in ("se", "pval") else np.atleast_1d(error)
            if name == "pval" and bound >= OPTIMISED:
                scale = np.maximum(np.abs(np.atleast_1d(value)), 0.01)
            label = {"se": "standard error", "pval": "p-value", "ci_lb": "interval", "ci_ub": "interval"}.get(name, name)
            yield from listed(
                f"{kind}: {label}", f"{where} {name}", np.atleast_1d(value), _list(theirs[name]), bound, scale=scale
            )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _method(name: str) -> str:
    return "common" if name in ("FE", "EE") else name


# ---- effect sizes -----------------------------------------------------------------------------------------------------


def _effects(reference: Mapping[str, Any], table: Mapping[str, Sequence[str | float]]) -> Iterator[Number]:
    named = reference.get("effects") or {
        measure: {"yi": block["yi"], "vi": block["vi"]} for measure, block in reference["measures"].items() if measure != "GEN"
    }
    for name, block in named.items():
        yield from _attempt(
            "effect size", f"{reference['id']} {name}", _one_measure, (reference["id"], name), block, reference, table
        )


def _one_measure(
    named: tuple[str, str], block: Mapping[str, Any], reference: Mapping[str, Any], table: Mapping[str, Sequence[str | float]]
) -> Iterator[Number]:
    name, where = named[1], " ".join(named)
    measure, *options = name.split()
    chosen = dict(option.split("=") for option in options)
    rows = [i for i, v in enumerate(block["vi"]) if v is not None and v > 0]
    wanted = {column for names in synthesis.wanted(measure) for column in names}
    cells = {
        cell: [float(table[cell][row]) for row in rows]
        for cell in reference["cells"]
        if cell in table and {cell.removesuffix("i"), {"xi": "events", "ni": "total", "ti": "time"}.get(cell)} & wanted
    }
    words: dict[str, Any] = {key: value for key, value in chosen.items() if key in ("to", "vtype")}
    if "add" in chosen:
        words["add"] = float(chosen["add"])
    effects = synthesis.effect_size(measure, **words, drop00="drop00" in chosen, **cells)
    for part, ours in (("yi", effects.effect), ("vi", effects.variance)):
        yield from listed(
            f"effect size {measure}",
            f"{where} {part}",
            ours,
            [block[part][row] for row in rows],
            CLOSED,
            scale=np.maximum(1, np.abs(ours)),
        )


# ---- one mean ---------------------------------------------------------------------------------------------------------


def _fits(studies: Studies, block: Mapping[str, Any]) -> Iterator[Number]:
    for name, fit in block.items():
        if "error" not in fit:
            compare = _generalised if name == "GENQ" else _fit
            yield from compare(studies, name, fit)


def _fit(studies: Studies, name: str, fit: Mapping[str, Any]) -> Iterator[Number]:
    bound = CLOSED if name in CLOSED_METHODS else ITERATED
    where = f"{studies.where} {name}"
    for test, word in TESTS.items():
        if "error" in fit.get(test, {"error": ""}):
            continue
        p = synthesis.pool(studies.effect, studies.variance, method=_method(name), test=word)
        if test == "z":
            yield Number(f"{name}: tau2", where, studies.tau2_error(p.tau2, fit["tau2"]), bound)
            yield Number(f"{name}: I2", where, relative(100 * p.i2, fit["I2"], 1), bound)
            yield Number(f"{name}: H2", where, relative(p.h2, fit["H2"]), bound)
            yield Number("Q", where, relative(p.q, fit["QE"], 1), CLOSED)
            yield Number("Q: p-value", where, relative(p.q_p, fit["QEp"]), CLOSED)
        yield from inference(name, f"{where} {test}", p, fit[test], bound)
        yield from _prediction(name, f"{where} {test}", p, fit[test], bound)


def _prediction(name: str, where: str, p: Any, theirs: Mapping[str, Any], bound: float) -> Iterator[Number]:
    if name == "FE":
        return
    for key, ours in (("pi", p.prediction_interval), ("pi_riley", p.prediction_interval_riley)):
        for side, value in (("lb", ours[0]), ("ub", ours[1])):
            other = theirs.get(f"{key}_{side}")
            if isinstance(other, int | float):
                yield Number(f"{name}: prediction", f"{where} {key}", abs(value - other) / p.standard_error, bound)


def _generalised(studies: Studies, name: str, fit: Mapping[str, Any]) -> Iterator[Number]:
    p = synthesis.pool(studies.effect, studies.variance, method=name, test="z", weights=1 / np.sqrt(studies.variance))
    where = f"{studies.where} {name}"
    yield Number(f"{name}: tau2", where, studies.tau2_error(p.tau2, fit["tau2"]), CLOSED)
    yield Number(f"{name}: estimate", where, abs(p.estimate - fit["estimate"]) / fit["se"], CLOSED)
    yield Number(f"{name}: standard error", where, relative(p.standard_error, fit["se"]), CLOSED)


def _q_profile(studies: Studies, block: Mapping[str, Any]) -> Iterator[Number]:
    p = synthesis.pool(studies.effect, studies.variance)
    for ours, key in zip(p.tau2_interval, ("tau2_lb", "tau2_ub"), strict=True):
        if block[key] is not None:
            yield Number("Q-profile tau2", studies.where, studies.tau2_error(ours, block[key]), ITERATED)


def _back(studies: Studies, block: Mapping[str, Any]) -> Iterator[Number]:
    measure = studies.where.split()[1]
    p = synthesis.pool(studies.effect, studies.variance, method="REML", test="z")
    shown = synthesis.readable(p, measure, totals=studies.column("totals") if measure == "PFT" else None)
    values = (shown.estimate, *shown.interval, *shown.prediction_interval)
    for ours, key in zip(values, ("pred", "ci_lb", "ci_ub", "pi_lb", "pi_ub"), strict=True):
        if block.get(key) is not None:
            yield Number("back-transformed", f"{studies.where} {key}", relative(ours, block[key], 1e-3), ITERATED)


# ---- looking harder ---------------------------------------------------------------------------------------------------


def _left_out(studies: Studies, block: Mapping[str, Any]) -> Iterator[Number]:
    for name, theirs in block.items():
        p = synthesis.leave_one_out(studies.effect, studies.variance, method=_method(name), test="z")
        yield from _batch("leave one out", f"{studies.where} {name}", studies, p, theirs)


def _cumulative(studies: Studies, block: Mapping[str, Any]) -> Iterator[Number]:
    fits = {"REML": block} if "estimate" in block else {name: fit for name, fit in block.items() if name != "order"}
    rank = np.argsort(np.array(block["order"]))
    for name, theirs in fits.items():
        p = synthesis.cumulative(studies.effect, studies.variance, order=rank, method=name, test="z")
        yield from _batch("cumulative", f"{studies.where} {name}", studies, p, theirs)


def _batch(kind: str, where: str, studies: Studies, p: Any, theirs: Mapping[str, Any]) -> Iterator[Number]:
    bound = CLOSED if where.rsplit(maxsplit=1)[-1] in CLOSED_METHODS | {"EE"} else ITERATED
    yield from listed(f"{kind}: estimate", where, p.estimate, theirs["estimate"], bound, scale=p.standard_error)
    yield from listed(f"{kind}: standard error", where, p.standard_error, theirs["se"], bound)
    floor = np.maximum(np.nan_to_num(p.tau2), studies.variance.mean() / 100)
    yield from listed(f"{kind}: tau2", where, np.nan_to_num(p.tau2), theirs["tau2"], bound, scale=floor)
    for name, ours, scale in (("QE", p.q, np.maximum(1, np.nan_to_num(p.q))), ("I2", 100 * p.i2, 1.0)):
        if name in theirs:
            present = [None if i == 0 and kind == "cumulative" else value for i, value in enumerate(theirs[name])]
            yield from listed(f"{kind}: {name}", where, ours, present, bound, scale=scale)


def _influence(studies: Studies, block: Any) -> Iterator[Number]:
    for name, theirs in block.items():
        where, method = f"{studies.where} {name}", _method(name)
        bound = CLOSED if method == "common" else ITERATED
        found = synthesis.influence(studies.effect, studies.variance, method=method, test="z")
        ours = {
            "rstudent": found.rstudent, "dffits": found.dffits, "cook_d": found.cook, "cov_r": found.cov_ratio,
            "QE_del": found.q_deleted, "hat": found.hat, "dfbs": found.dfbetas,
        }  # fmt: skip
        for key, value in ours.items():
            yield from listed(f"influence: {key}", where, value, theirs[key], bound, scale=np.maximum(np.abs(value), 0.01))
        floor = np.maximum(found.tau2_deleted, studies.variance.mean() / 100)
        yield from listed("influence: tau2_del", where, found.tau2_deleted, theirs["tau2_del"], bound, scale=floor)
        flagged = set(np.flatnonzero(found.influential) + 1) == set(_list(theirs["influential"]))
        yield Number("influence: flags", where, 0.0 if flagged else 1.0, bound)
        plot = synthesis.baujat(studies.effect, studies.variance, method=method)
        for key, value in (("baujat_x", plot.contribution), ("baujat_y", plot.influence)):
            yield from listed(f"Baujat: {key}", where, value, theirs[key], bound, scale=np.maximum(np.abs(value), 0.01))


def _regression_tests(studies: Studies, rows: list[Mapping[str, Any]]) -> Iterator[Number]:
    for row in rows:
        if "error" in row or (row["predictor"] not in ("sei", "vi") and "totals" not in studies.table):
            continue
        model = row["model"].removesuffix(".REML")
        total = studies.column("totals") if "totals" in studies.table else None
        found = egger(studies.effect, studies.variance, model=model, predictor=row["predictor"], total=total)
        bound = CLOSED if model == "lm" else ITERATED
        where, kind = f"{studies.where} {row['predictor']}", f"Egger {model}"
        for name, ours, scale in (
            ("intercept", found.intercept, row["intercept_se"]),
            ("slope", found.slope, row["slope_se"]),
            ("stat", found.statistic, 1.0),
        ):
            yield Number(f"{kind}: {name}", where, abs(ours - row[name]) / scale, bound)
        yield Number(f"{kind}: p-value", where, relative(found.p_value, row["pval"]), bound)
        yield Number(f"{kind}: standard error", where, relative(found.slope_standard_error, row["slope_se"]), bound)
        if "tau2" in row:
            yield Number(f"{kind}: tau2", where, studies.tau2_error(found.tau2, row["tau2"]), bound)


def _trim_and_fill(studies: Studies, block: Mapping[str, Any]) -> Iterator[Number]:
    for name, theirs in block.items():
        if "error" in theirs:
            continue
        method, estimator = name.split(".")
        found = trim_and_fill(studies.effect, studies.variance, estimator=estimator, method=_method(method))
        where, bound = f"{studies.where} {name}", ITERATED
        same = (found.missing, found.side) == (theirs["k0"], theirs["side"])
        yield Number("trim and fill: number and side", where, 0.0 if same else 1.0, bound)
        if theirs["se_k0"] is not None:
            yield Number("trim and fill: its error", where, relative(found.missing_standard_error, theirs["se_k0"]), bound)
        yield Number("trim and fill: tau2", where, studies.tau2_error(found.pooled.tau2, theirs["tau2"]), bound)
        yield from inference("trim and fill", where, found.pooled, theirs, bound)


def _misc(studies: Studies, block: Mapping[str, Any]) -> Iterator[Number]:
    for name, compare in MISC.items():
        found = block.get(name)
        if found is not None and not (isinstance(found, dict) and "error" in found):
            yield from compare(studies, found)


def _rank_test(studies: Studies, theirs: Mapping[str, Any]) -> Iterator[Number]:
    found = begg(studies.effect, studies.variance)
    yield Number("rank test: tau", studies.where, relative(found.tau, theirs["tau"], 1), CLOSED)
    yield Number("rank test: p-value", studies.where, relative(found.p_value, theirs["pval"]), CLOSED)


def _fail_safe(kind: str) -> Callable[[Studies, float], Iterator[Number]]:
    def compare(studies: Studies, theirs: float) -> Iterator[Number]:
        target = studies.effect.mean() / 2 if kind == "Orwin" else None
        found = failsafe_n(studies.effect, studies.variance, kind=kind, target=target)
        yield Number("fail-safe N", f"{studies.where} {kind}", abs(found.n - theirs), 0.5)

    return compare


def _excess(studies: Studies, theirs: Mapping[str, Any]) -> Iterator[Number]:
    found = excess_significance(studies.effect, studies.variance)
    exact = theirs.get("test") == "exact" or theirs.get("X2", 0) is None
    p_value = found.p_value if exact else found.chi2_p
    for name, ours in (("theta", found.effect), ("O", found.observed), ("E", found.expected), ("pval", p_value)):
        if theirs[name] is not None:
            yield Number(f"excess significance: {name}", studies.where, relative(ours, theirs[name], 1e-3), ITERATED)


def _gosh(studies: Studies, theirs: Mapping[str, Any]) -> Iterator[Number]:
    found = synthesis.subsets(studies.effect, studies.variance, rng=np.random.default_rng(1), method="DL")
    yield Number("GOSH: subsets", studies.where, abs(len(found.estimate) - theirs["subsets"]), 0)
    spread = float(np.std(found.estimate))
    quantiles = np.quantile(found.estimate, theirs["quantiles"]), np.quantile(100 * found.i2, theirs["quantiles"])
    yield from listed("GOSH: estimate", studies.where, quantiles[0], theirs["estimate"], CLOSED, scale=spread)
    yield from listed("GOSH: I2", studies.where, quantiles[1], theirs["I2"], CLOSED, scale=1.0)


def _permutation(studies: Studies, theirs: Mapping[str, Any]) -> Iterator[Number]:
    for name, method, test in (("EE_z", "common", "z"), ("DL_z", "DL", "z"), ("DL_knha", "DL", "knapp-hartung")):
        found = synthesis.permute(
            studies.effect,
            studies.variance,
            rng=np.random.default_rng(1),
            method=method,
            test=test,
            permutations=theirs["draws"],
        )
        yield Number("permutation: p-value", f"{studies.where} {name}", abs(float(found.p_value) - theirs[name]), CLOSED)


def _selection(studies: Studies, block: Mapping[str, Any]) -> Iterator[Number]:
    for name, theirs in block.items():
        if "error" in theirs:
            continue
        words: dict[str, Any] = {
            "stepfun.025": {"steps": (0.025,)},
            "stepfun.025.5": {"steps": (0.025, 0.5)},
            "beta": {"form": "beta"},
        }.get(name) or {"steps": theirs.get("steps", VEVEA_WOODS), "weights": theirs.get("weights", theirs["delta"])}
        found = selection(studies.effect, studies.variance, alternative=theirs["alternative"], **words)
        where, kind = f"{studies.where} {name}", f"selection {'fixed' if 'weights' in words else name}"
        lower = theirs["logLik"] - found.log_likelihood
        yield Number(f"{kind}: log-likelihood not lower", where, max(0.0, lower), SLACK)
        if abs(lower) < OPTIMISED / 10 and theirs["se"] is not None:  # the same maximum, well inside
            yield Number(f"{kind}: tau2", where, studies.tau2_error(found.tau2, theirs["tau2"]), SLACK)
            yield from inference(kind, where, found, {key: theirs[key] for key in ("estimate", "se")}, SLACK)
            if "weights" not in words:
                yield from listed(f"{kind}: weights", where, found.delta, theirs["delta"], SLACK)


# ---- regression and dependence ----------------------------------------------------------------------------------------


def _regression(studies: Studies, block: Mapping[str, Any]) -> Iterator[Number]:
    for formula, fits in block.items():
        kept = [row - 1 for row in fits["rows"]]
        columns = fits.get("X") or _design(formula, studies, kept)
        if columns is None:
            continue
        y, v, x = (
            studies.effect[kept],
            studies.variance[kept],
            np.column_stack([np.asarray(column, float) for column in columns]),
        )
        for name, theirs in fits.items():
            if isinstance(theirs, dict) and "QM" in theirs:
                yield from _regression_fit(f"{studies.where} {formula} {name}", studies, (y, v, x), theirs)
        if "permutation" in fits and "error" not in fits["permutation"]:
            yield from _shuffled(studies.where, (y, v, x), fits["permutation"])


def _shuffled(where: str, data: tuple[Floats, Floats, Floats], theirs: Mapping[str, Any]) -> Iterator[Number]:
    y, v, x = data
    rng = np.random.default_rng(1)
    found = synthesis.permute(y, v, rng=rng, moderators=x, method="DL", test="z", permutations=theirs["draws"])
    yield from listed("permutation: moderators", where, found.p_value, theirs["DL_z"], CLOSED, scale=1.0)
    yield Number("permutation: omnibus", where, abs(found.qm_p - theirs["DL_z_QM"]), CLOSED)


def _design(formula: str, studies: Studies, kept: list[int]) -> list[Floats] | None:
    """Columns of a formula of names and factors, or None where it is more than that."""
    columns: list[Floats] = []
    for term in formula.removeprefix("~").split("+"):
        name = term.strip().removeprefix("factor(").removesuffix(")")
        if name not in studies.table:
            return None
        values = [studies.table[name][studies.rows[row]] for row in kept]
        if "factor" in term:
            columns += [np.array([float(value == other) for value in values]) for other in sorted(set(values))[1:]]
        else:
            columns.append(np.array([float(value) for value in values]))
    return columns


def _regression_fit(
    where: str, studies: Studies, data: tuple[Floats, Floats, Floats], theirs: Mapping[str, Any]
) -> Iterator[Number]:
    name, test = where.rsplit(maxsplit=1)[-1].split(".")
    bound = CLOSED if name in CLOSED_METHODS else ITERATED
    p = synthesis.pool(data[0], data[1], moderators=data[2], method=_method(name), test=TESTS[test])
    yield Number("regression: tau2", where, studies.tau2_error(p.tau2, theirs["tau2"]), bound)
    yield Number("regression: Q", where, relative(p.q, theirs["QE"], 1), CLOSED)
    yield Number("regression: omnibus", where, relative(p.qm, theirs["QM"], 1), bound)
    yield Number("regression: omnibus p-value", where, relative(p.qm_p, theirs["QMp"]), bound)
    yield Number("regression: I2", where, relative(100 * p.i2, theirs["I2"], 1), bound)
    if theirs.get("R2") is not None:
        yield Number("regression: R2", where, relative(100 * p.r2, theirs["R2"], 1), bound)
    yield from inference("regression", where, p, theirs, bound)


def _location_scale(studies: Studies, block: Mapping[str, Any]) -> Iterator[Number]:
    for formula, fits in block.items():
        kept = [row - 1 for row in fits["rows"]]
        for method in ("ML", "REML"):
            theirs = fits.get(method, {"error": ""})
            if "error" in theirs:
                continue
            scale = np.column_stack(fits["X"])
            found = location_scale(studies.effect[kept], studies.variance[kept], scale=scale, method=method)
            where = f"{studies.where} {formula} {method}"
            yield Number("location-scale: log-likelihood", where, abs(found.log_likelihood - theirs["ll"]), OPTIMISED)
            yield from listed(
                "location-scale: scale",
                where,
                found.scale.estimate,
                theirs["alpha"],
                OPTIMISED,
                scale=np.atleast_1d(theirs["alpha_se"]),
            )
            yield from inference("location-scale", where, found, {key: theirs[key] for key in ("estimate", "se")}, OPTIMISED)


def _multilevel(studies: Studies, block: Mapping[str, Any]) -> Iterator[Number]:
    outer = block.get("outer") or [studies.table[block["cluster"]][row] for row in studies.rows]
    inner = block.get("inner") or list(range(len(outer)))
    for method in ("REML", "ML"):
        fit = multilevel(studies.effect, studies.variance, levels=(outer, inner), method=method, profile=False)
        theirs, where = block[method], f"{studies.where} {method}"
        yield from inference("three levels", where, fit, theirs, OPTIMISED)
        yield from _three_levels(where, studies, fit, theirs)
        for kind in ("CR0", "CR1", "CR2"):
            if kind in theirs:
                yield from _robust(f"{where} {kind}", studies, (fit, outer), theirs[kind])
    theirs = block.get("CHE_rho.6", {"error": ""})
    if "error" not in theirs:
        covariance = working_covariance(studies.variance, outer, 0.6)
        fit = multilevel(studies.effect, covariance, levels=(outer, inner), profile=False)
        where = f"{studies.where} CHE"
        yield from inference("three levels", where, fit, {key: theirs[key] for key in ("estimate", "se")}, OPTIMISED)
        yield from _three_levels(where, studies, fit, theirs)
        yield from _robust(f"{where} CR2", studies, (fit, outer), theirs["CR2"])


def _three_levels(where: str, studies: Studies, fit: Any, theirs: Mapping[str, Any]) -> Iterator[Number]:
    floor = max(*theirs["sigma2"], float(studies.variance.mean()) / 100)
    yield from listed("three levels: variances", where, fit.sigma2, theirs["sigma2"], OPTIMISED, scale=floor)
    if "logLik" in theirs:
        yield Number("three levels: log-likelihood", where, abs(fit.log_likelihood - theirs["logLik"]), OPTIMISED)


def _robust(where: str, studies: Studies, fit: tuple[Any, Any], theirs: Mapping[str, Any]) -> Iterator[Number]:
    found = robust(studies.effect, fit[0].marginal, cluster=fit[1], type=where.rsplit(maxsplit=1)[-1])
    for name, ours in (("se", found.standard_error[0]), ("df", found.df[0]), ("p_satt", found.p_value[0])):
        yield Number(f"cluster-robust: {name}", where, relative(ours, theirs[name]), OPTIMISED)


# ---- tables of counts -------------------------------------------------------------------------------------------------

Counts = Mapping[str, Sequence[str | float]]


def _numeric(counts: Counts) -> dict[str, Floats]:
    return {name: np.array([float(value) for value in column]) for name, column in counts.items()}


def _common_effects(counts: Counts, block: Mapping[str, Any], where: str) -> Iterator[Number]:
    for name, theirs in block.items():
        if "error" in theirs:
            continue
        cells = _numeric(counts)
        found = peto(**cells) if name == "PETO" else mantel_haenszel(name.removeprefix("MH."), **cells)
        yield from inference(name, f"{where} {name}", found, theirs, CLOSED)
        others = {
            "QE": found.q,
            "QEp": found.q_p,
            "CMH": found.cmh,
            "CMHp": found.cmh_p,
            "TA": found.tarone,
            "TAp": found.tarone_p,
        }
        for key, ours in others.items():
            if theirs.get(key) is not None:
                yield Number(f"{name}: tests", f"{where} {name} {key}", relative(ours, theirs[key]), CLOSED)


def _mixed_models(counts: Counts, block: Mapping[str, Any], where: str) -> Iterator[Number]:
    for name, theirs in block.items():
        if "error" in theirs:
            continue
        measure, _, model = name.partition(".")
        points = 1 if model == "UM.RS" else 7
        found = glmm(measure, model=model or None, points=points, **_numeric(counts))
        place, kind = f"{where} {name}", f"mixed model {name}"
        bound = SLACK if model.startswith("UM") else OPTIMISED  # lme4 is loose with a level of each study's own
        yield from inference(kind, place, found, theirs, bound)
        yield Number(f"{kind}: tau2", place, abs(found.tau2 - theirs["tau2"]) / max(theirs["tau2"], 0.01), bound)
        for key, ours in (("QE_LRT", found.q_lrt), ("QE_Wld", found.q_wald)):
            if theirs.get(key) is not None and model != "UM.RS":  # of a saturated model that is another approximation
                yield Number(f"{kind}: {key}", place, relative(ours, theirs[key], 1), bound)


BLOCKS: Mapping[str, Callable[..., Iterator[Number]]] = {
    "fits": _fits,
    "qprofile": _q_profile,
    "backtransformed_REML": _back,
    "leave1out": _left_out,
    "cumul": _cumulative,
    "cumul_REML": _cumulative,
    "influence": _influence,
    "regtest": _regression_tests,
    "trimfill": _trim_and_fill,
    "misc": _misc,
    "selmodel": _selection,
    "metareg": _regression,
    "scale": _location_scale,
    "multilevel": _multilevel,
}
COUNT_BLOCKS: Mapping[str, Callable[..., Iterator[Number]]] = {"mh_peto": _common_effects, "glmm": _mixed_models}
MISC: Mapping[str, Callable[..., Iterator[Number]]] = {
    "ranktest": _rank_test,
    "fsn_rosenthal": _fail_safe("Rosenthal"),
    "fsn_orwin": _fail_safe("Orwin"),
    "fsn_rosenberg": _fail_safe("Rosenberg"),
    "tes": _excess,
    "gosh_DL": _gosh,
    "permutation": _permutation,
}


def main() -> None:
    """Print, for each kind of number, how many agree within its bound and the worst disagreement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    found: dict[str, list[Number]] = defaultdict(list)
    left: set[str] = set()
    for path in sorted(folder.glob("*.json")):
        left |= not_compared(path)
        for number in numbers(path):
            found[number.kind].append(number)
    lines = [f"{'number':<40}{'compared':>9}{'agree':>9}{'within':>9}{'worst':>10}  where"]
    for kind, of_kind in sorted(found.items()):
        worst = max(of_kind, key=lambda number: number.error)
        agree = sum(number.agrees for number in of_kind)
        lines.append(f"{kind:<40}{len(of_kind):>9}{agree:>9}{worst.bound:>9.0e}{worst.error:>10.1e}  {worst.where}")
    everything = [number for of_kind in found.values() for number in of_kind]
    agree = sum(number.agrees for number in everything)
    lines.append(f"{agree} of {len(everything)} numbers agree; not compared: {', '.join(sorted(left)) or 'nothing'}")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
