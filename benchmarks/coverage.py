"""How often 95% intervals of the mean hold the true mean, in simulated meta-analyses, beside published coverage and theory.

Prints the tables of docs/coverage.md, in percent. The Monte Carlo error of a share p from n repetitions is
sqrt(p (1 - p) / n): of 95% from the default of 20,000 it is 0.15 points.

    .venv/bin/python benchmarks/coverage.py [REPETITIONS]
"""

import math
import sys
import time
from collections.abc import Iterable, Sequence
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from equipoise.engines.synthesis import effect_size, pool

Floats = NDArray[np.float64]

METHODS = ("DL", "REML", "PM")
TESTS = ("z", "knapp-hartung", "adhoc")
STUDIES = (5, 10, 20)
SEED = 14250099

PUBLISHED = (
    # spread, treated, controls, tau / s, then printed coverage of the mean difference at k = 5, 10, 30
    ("Table 5", 70, 10, 10, 0.0, (95, 95, 94)),
    ("Table 5", 70, 100, 100, 0.0, (96, 96, 96)),
    ("Table 5", 70, 10, 10, 0.5, (90, 92, 94)),
    ("Table 5", 70, 100, 100, 0.5, (88, 92, 94)),
    ("Table 7", 40, 14, 6, 0.0, (94, 94, 94)),
    ("Table 7", 40, 134, 66, 0.0, (96, 96, 96)),
    ("Table 7", 40, 14, 6, 0.5, (90, 92, 93)),
    ("Table 7", 40, 134, 66, 0.5, (88, 92, 94)),
)
"""Friedrich, Adhikari & Beyene 2008, BMC Medical Research Methodology 8:32: 10,000 simulations of normal data each, controls
with mean 100 and standard deviation s. That they pooled by DerSimonian and Laird with the normal interval is our reading."""

LEAST, MOST = 0.01, 0.5
"""Sampling variances of our own design are log-uniform between these: the largest study weighs up to 50 times the smallest."""

TYPICAL = math.log(MOST / LEAST) / (1 / LEAST - 1 / MOST)
"""Harmonic mean of these variances, the s squared of I squared = tau2 / (tau2 + s2) when studies are many."""


def covered(effect: Floats, variance: Floats, truth: float, *, method: str, test: str) -> float:
    """Share of analyses, one a row, whose interval holds the truth."""
    low, high = pool(effect, variance, method=method, test=test).interval.T
    return float(((low <= truth) & (truth <= high)).mean())


def row(*cells: object) -> None:
    """Print a line of a Markdown table."""
    print("| " + " | ".join(f"{100 * cell:.1f}" if isinstance(cell, float) else str(cell) for cell in cells) + " |")


def head(*cells: str) -> None:
    """Print the head of a Markdown table."""
    print()
    row(*cells)
    print("|" + "---|" * len(cells))


def differences(
    rng: np.random.Generator, rows: int, k: int, *, s: float, treated: int, controls: int, tau: float, mean: float
) -> tuple[Floats, Floats]:
    """Mean differences and their variances from samples with normal values, as the published design draws them."""
    shape = rows * k
    truth = mean + tau * rng.standard_normal(shape)
    data: dict[str, Any] = {
        "m1": 100 + truth + s / math.sqrt(treated) * rng.standard_normal(shape),
        "n1": np.full(shape, treated),
    }
    data |= {"m2": 100 + s / math.sqrt(controls) * rng.standard_normal(shape), "n2": np.full(shape, controls)}
    for arm, n in (("1", treated), ("2", controls)):
        data[f"sd{arm}"] = s * np.sqrt(rng.chisquare(n - 1, shape) / (n - 1))
    found = effect_size("MD", **data)
    return found.effect.reshape(rows, k), found.variance.reshape(rows, k)


def published(rng: np.random.Generator, rows: int) -> None:
    """Print a published design with its coverage and ours."""
    head("printed in", "n treated / controls", "tau", "k", "printed", "DL z", "within", "DL Knapp-Hartung", "DL ad hoc")
    inside = apart = 0.0
    for table, s, treated, controls, ratio, shares in PUBLISHED:
        for k, printed in zip((5, 10, 30), shares, strict=True):
            effect, variance = differences(rng, rows, k, s=s, treated=treated, controls=controls, tau=ratio * s, mean=0.5 * s)
            z, knapp, adhoc = (covered(effect, variance, 0.5 * s, method="DL", test=test) for test in TESTS)
            error = math.sqrt(z * (1 - z) * (1 / rows + 1 / 10_000))
            near = abs(100 * z - printed) <= 0.5 + 1.96 * 100 * error  # half a unit of the last digit, and chance in both
            inside, apart = inside + near, max(apart, abs(100 * z - printed))
            row(table, f"{treated} / {controls}", f"{ratio} s", k, printed, z, "yes" if near else "no", knapp, adhoc)
    print(f"\n{inside:.0f} of {3 * len(PUBLISHED)} within rounding and chance; largest difference {apart:.1f} points")


def exact(rng: np.random.Generator, rows: int) -> None:
    """Print what theory settles: studies of equal precision."""
    head("k", "I squared", "Knapp-Hartung: theory", *(f"Knapp-Hartung {method}" for method in METHODS), "z: limit", "z REML")
    for k in STUDIES:
        for share in (0.0, 0.5, 0.9, 0.9999):
            effect = rng.standard_normal((rows, k)) / math.sqrt(1 - share)
            variance = np.ones((rows, k))
            found = [covered(effect, variance, 0.0, method=method, test="knapp-hartung") for method in METHODS]
            limit = 1 - 2 * float(stdtr(k - 1, -NormalDist().inv_cdf(0.975))) if share > 0.99 else ""
            row(k, f"{share:.4g}", 0.95, *found, limit, covered(effect, variance, 0.0, method="REML", test="z"))


def sizes(k: int, large: int) -> Floats:
    """Sampling variances of k trials, of which some are ten times as large as the others."""
    return np.where(np.arange(k) < large, 0.1, 1.0)


def claims(rng: np.random.Generator, rows: int) -> None:
    """Print error rates where one trial, or a quarter, is ten times as large, over k from 2 to 20 and all heterogeneity."""
    head("trials ten times larger", "k", "largest error DL z", "at I squared", "largest error DL Knapp-Hartung", "at I squared")
    grid: Iterable[tuple[str, int, int]] = [
        *(("none", k, 0) for k in (2, 3, 5, 10, 20)),
        *(("one", k, 1) for k in (2, 3, 5, 10, 20)),
        *(("a quarter", k, k // 4) for k in (4, 8, 12, 20)),
    ]
    worst = dict.fromkeys(TESTS, 0.0)
    for label, k, large in grid:
        variance = np.broadcast_to(sizes(k, large), (rows, k))
        line: dict[str, tuple[float, float]] = {}
        for test in ("z", "knapp-hartung"):
            errors = []
            for share in (0.0, 0.25, 0.5, 0.75, 0.9, 0.95):
                effect = rng.standard_normal((rows, k)) * np.sqrt(variance + share / (1 - share))
                errors.append((1 - covered(effect, variance, 0.0, method="DL", test=test), share))
            line[test] = max(errors)
            worst[test] = max(worst[test], line[test][0])
        row(label, k, line["z"][0], f"{line['z'][1]:g}", line["knapp-hartung"][0], f"{line['knapp-hartung'][1]:g}")
    print(f"\nlargest error: z {100 * worst['z']:.1f}%, Knapp-Hartung {100 * worst['knapp-hartung']:.1f}%")


def unequal(rng: np.random.Generator, rows: int, shares: Sequence[float] = (0.0, 0.25, 0.5, 0.75, 0.9, 0.99)) -> None:
    """Print coverage of every interval in our own design, of studies with very unequal precision."""
    names = {"z": "z", "knapp-hartung": "KH", "adhoc": "ad hoc"}
    head("k", "I squared", *(f"{names[test]} {method}" for test in TESTS for method in METHODS))
    for k in STUDIES:
        for share in shares:
            variance = np.exp(rng.uniform(math.log(LEAST), math.log(MOST), (rows, k)))
            effect = rng.standard_normal((rows, k)) * np.sqrt(variance + TYPICAL * share / (1 - share))
            found = [covered(effect, variance, 0.0, method=method, test=test) for test in TESTS for method in METHODS]
            row(k, f"{share:g}", *found)


def main() -> None:
    """Print all tables."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    began = time.perf_counter()
    print(f"{rows:,} repetitions a cell; Monte Carlo error of 95%: {100 * math.sqrt(0.95 * 0.05 / rows):.2f} points")
    for number, table in enumerate((published, exact, claims, unequal)):
        table(np.random.default_rng([SEED, number]), rows)
    print(f"\n{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
