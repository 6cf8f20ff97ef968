# ruff: noqa: T201 - a script prints
"""Compare the synthesis engine with reference results of R metafor: ``python compare.py FOLDER [--tolerance 1e-8]``.

FOLDER holds one JSON file a data set, as README.md beside this script describes.
"""

import argparse
import csv
import json
import math
from collections import defaultdict
from pathlib import Path
from typing import Any

from equipoise.engines import synthesis

METHODS = {"FE": "common", "DL": "DL", "REML": "REML", "ML": "ML"}
COUNTS = {"OR": synthesis.log_odds_ratio, "RR": synthesis.log_risk_ratio, "RD": synthesis.risk_difference}
INTERVAL = {"estimate": "estimate", "se": "standard_error", "pval": "p_value", "ci_lb": "low", "ci_ub": "high"}
PREDICTION = {
    "pi_lb": "prediction_low",
    "pi_ub": "prediction_high",
    "pi_riley_lb": "prediction_riley_low",
    "pi_riley_ub": "prediction_riley_high",
}


def main() -> None:
    """Print, for each kind of number, how many agree and the worst disagreement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tolerance", type=float, default=1e-8)
    options = parser.parse_args()
    errors: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for path in sorted(options.folder.glob("*.json")):
        compare_file(path, errors)
    print(f"{'number':<28}{'compared':>10}{'agree':>10}{'worst':>12}  where")
    for kind, found in sorted(errors.items()):
        worst, where = max(found)
        print(f"{kind:<28}{len(found):>10}{sum(e <= options.tolerance for e, _ in found):>10}{worst:>12.1e}  {where}")
    everything = [error for found in errors.values() for error, _ in found]
    agree = sum(error <= options.tolerance for error in everything)
    print(f"{agree} of {len(everything)} within {options.tolerance:g}; {sum(e <= 1e-6 for e in everything)} within 1e-6")


def compare_file(path: Path, errors: dict[str, list[tuple[float, str]]]) -> None:
    """Compare effects, fits and Q-profile bounds of every measure of one file."""
    reference = json.loads(path.read_text())
    with path.with_name(reference["csv"]).open(newline="") as file:
        table = list(csv.DictReader(file))
    for measure, expected in reference["measures"].items():
        where = f"{reference['id']} {measure}"
        rows = range(len(table)) if expected["used_rows"] == "all" else [row - 1 for row in expected["used_rows"]]
        effects = effects_of(measure, [table[row] for row in rows])
        yi, vi = ([expected[name][row] for row in rows] for name in ("yi", "vi"))
        if effects is not None:
            for ours, theirs in zip(effects.effect + effects.variance, yi + vi, strict=True):
                errors["effect, variance"].append((abs(ours - theirs) / max(1.0, abs(theirs)), where))
        for method, fit in expected["fits"].items():
            if method in METHODS and "error" not in fit:
                compare_fit(effects or synthesis.generic(yi, vi), METHODS[method], fit, f"{where} {method}", errors)
        profile = expected.get("qprofile", {})
        if "tau2_lb" in profile:
            pooled = synthesis.pool(
                (effects or synthesis.generic(yi, vi)).effect, (effects or synthesis.generic(yi, vi)).variance
            )
            for ours, theirs in ((pooled.tau2_low, profile["tau2_lb"]), (pooled.tau2_high, profile["tau2_ub"])):
                errors["Q-profile tau2"].append((tau2_error(ours, theirs, vi), where))


def compare_fit(
    effects: synthesis.Effects, method: Any, fit: dict[str, Any], where: str, errors: dict[str, list[tuple[float, str]]]
) -> None:
    """Compare one fit under every test; estimates and bounds against the standard error."""
    for test in ("z", "knha", "adhoc"):
        pooled = synthesis.pool(effects.effect, effects.variance, method=method, test=test)
        errors[f"{method}: tau2"].append((tau2_error(pooled.tau2, fit["tau2"], effects.variance), where))
        for name, ours, theirs in (
            ("I2", 100 * pooled.i2, fit["I2"]),
            ("H2", pooled.h2, fit["H2"]),
            ("Q", pooled.q, fit["QE"]),
        ):
            errors[f"{method}: {name}"].append((abs(ours - theirs) / max(1.0, abs(theirs)), where))
        errors[f"{method}: Q p-value"].append((relative(pooled.q_p_value, fit["QEp"]), where))
        names = INTERVAL | (PREDICTION if method != "common" else {})
        for name, field in names.items():
            theirs, ours = fit[test].get(name), getattr(pooled, field)
            if theirs is None or isinstance(theirs, str):
                continue
            error = relative(ours, theirs) if name == "pval" else abs(ours - theirs) / fit[test]["se"]
            kind = (
                "prediction"
                if name in PREDICTION
                else {"pval": "p-value", "ci_lb": "interval", "ci_ub": "interval"}.get(name, name)
            )
            errors[f"{method}: {kind}"].append((error, f"{where} {test} {name}"))


def effects_of(measure: str, rows: list[dict[str, str]]) -> synthesis.Effects | None:
    """Return the effects that we compute from raw cells, or None where the measure is not ours."""

    def column(name: str) -> list[float]:
        return [float(row[name]) for row in rows]

    if measure in COUNTS:
        return COUNTS[measure](*(column(name) for name in ("ai", "bi", "ci", "di")))
    if measure == "PLO":
        return synthesis.logit_proportion(column("xi"), column("ni"))
    if measure == "ZCOR":
        return synthesis.fisher_z(column("ri"), column("ni"))
    return None


def tau2_error(ours: float | None, theirs: float, variances: Any) -> float:
    """Error of tau squared against itself, or a hundredth of the mean variance where it is smaller."""
    if ours is None:
        return math.inf
    return abs(ours - theirs) / max(theirs, sum(variances) / len(variances) / 100)


def relative(ours: float | None, theirs: float) -> float:
    """Relative error, infinite where there is nothing to compare."""
    if ours is None:
        return math.inf
    return abs(ours - theirs) / abs(theirs) if theirs else abs(ours)


if __name__ == "__main__":
    main()
