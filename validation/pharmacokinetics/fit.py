"""Fit the parameters of ``evidence/parameters/mitragynine-leaf.yaml`` to what was printed, and say how far they can be trusted.

    .venv/bin/python validation/pharmacokinetics/fit.py

README.md says what each part does. Printed numbers: Tanna 2022 by Tanna 2023 (Translating kratom-drug interactions), Table 3:
median and range of five people after 39 mg of mitragynine; Huestis 2024, abstract: ranges over doses of mean ratios, after one
dose and after 15 daily ones; Trakulsrichai 2015 by the same Table 3; an extract by evidence/exposures/huestis-2026-extract.
"""

import math
import sys
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy import integrate, optimize, stats

from equipoise.engines.pharmacokinetics import (
    MITRAGYNINE,
    Parameters,
    Population,
    Typical,
    draw,
    nanomolar,
    nmol,
    profile,
    regular,
    schedule,
)

Floats = NDArray[np.float64]

DOSE_MG = 39.0
PEOPLE = 5
PRINTED = {
    # median, lowest, highest
    "Cmax nM": (81.9, 50.1, 177.0),
    "tmax h": (1.0, 0.75, 1.5),
    "t1/2 h": (45.3, 31.9, 50.2),
    "AUCinf nM h": (420.0, 324.0, 1360.0),
    "Vz/F L": (12_700.0, 5190.0, 19_700.0),
    "7-OH Cmax nM": (16.1, 11.9, 22.2),
    "7-OH tmax h": (1.0, 0.75, 2.5),
    "7-OH AUCinf nM h": (106.0, 60.8, 126.0),
}
RATIO_ONCE, RATIO_DAILY = (0.20, 0.31), (0.15, 0.21)
TRAKULSRICHAI = {"Vd/F L": (2900.0, 1850.0), "t1/2 h": (23.24, 16.07), "n": 9}

EXTRACT = ((9.9, 32.8, 17.0), (29.6, 93.2, 38.6), (59.2, 196.0, 77.4))
"""Single doses of an extract: mg, then mean and spread (taken for a standard deviation) of Cmax in ng/mL."""

SHAPE = {"ka": 1.52, "q": 199.0, "km": 0.601}
"""What no printed number determines alone: the start of the search, kept as long as the numbers do not ask for more."""
SPREADS = {"ka": 0.45, "v1": 0.25, "q": 0.20, "v2": 0.20, "cl": 0.20, "km": 0.25, "sp": 0.28, "b": 0.20, "f": 0.50}
"""Between people, as standard deviations of logarithms."""

ONCE = schedule([(0.0, DOSE_MG)])
DAILY = regular(DOSE_MG, every_h=24, days=15)
PRIOR = 0.6
"""Scale of the half-normal prior of the spread between studies."""


def line(*cells: object) -> None:
    """Write a line, cells apart."""
    sys.stdout.write("  ".join(f"{cell:>10.4g}" if isinstance(cell, float) else f"{cell:<16}" for cell in cells) + "\n")


def expected_range(n: int) -> float:
    """Return the mean range of n standard normal values."""
    return float(integrate.quad(lambda x: 1 - stats.norm.cdf(x) ** n - stats.norm.sf(x) ** n, -9, 9)[0])


def deviation_of_range(n: int) -> float:
    """Return the standard deviation of the range of n standard normal values, as a share of its mean."""
    inner = integrate.dblquad(
        lambda x, y: 1 - stats.norm.cdf(y) ** n - stats.norm.sf(x) ** n + (stats.norm.cdf(y) - stats.norm.cdf(x)) ** n,
        -7, 7, -7, lambda y: y, epsabs=1e-6,
    )[0]  # fmt: skip
    mean = expected_range(n)
    return math.sqrt(2 * inner - mean**2) / mean


def error_of_median(n: int) -> float:
    """Return the standard deviation of the median of n standard normal values, n odd."""
    half = (n - 1) // 2
    constant = math.factorial(n) / math.factorial(half) ** 2

    def integrand(x: float) -> float:
        return float(x * x * constant * (stats.norm.cdf(x) * stats.norm.sf(x)) ** half * stats.norm.pdf(x))

    return math.sqrt(integrate.quad(integrand, -9, 9)[0])


def middle(bounds: tuple[float, float]) -> float:
    """Return the geometric mean of two bounds."""
    return math.sqrt(bounds[0] * bounds[1])


def solved(shape: dict[str, float]) -> dict[str, float]:
    """Return all typical values, given those of the shape: five unknowns from five printed numbers, which are met exactly.

    CL from the area, V2 from the half-life, V1 from the peak, Sp and b from the peak of 7-hydroxymitragynine and the ratio of
    the first day.
    """
    cl = float(nmol(DOSE_MG)) / PRINTED["AUCinf nM h"][0]
    names = ("v1", "v2", "sp", "b")

    def values(logs: Floats) -> dict[str, float]:
        return {**shape, "cl": cl, **dict(zip(names, np.exp(logs).tolist(), strict=True))}

    def misses(logs: Floats) -> Floats:
        found = profile(Parameters(**values(logs)), ONCE, times_h=[0.0])
        parent, metabolite = found.mitragynine, found.hydroxymitragynine
        got = [parent.cmax_nm, parent.half_life_h, metabolite.cmax_nm, found.ratio_first_day]
        wanted = [*(PRINTED[name][0] for name in ("Cmax nM", "t1/2 h", "7-OH Cmax nM")), middle(RATIO_ONCE)]
        return np.log(np.concatenate(got) / wanted)

    found = optimize.least_squares(misses, np.log([620.0, 6900.0, 3.7e-4, 0.12]), xtol=1e-13, ftol=1e-13, gtol=1e-13)
    return values(found.x)


def rest(typical: dict[str, float]) -> Floats:
    """Return the printed numbers that :func:`solved` does not meet by itself, as deviations in standard errors."""
    p = Parameters(**typical)
    once, daily = profile(p, ONCE, times_h=[0.0]), profile(p, DAILY, times_h=[0.0])
    got = {
        "tmax h": once.mitragynine.tmax_h[0],
        "7-OH tmax h": once.hydroxymitragynine.tmax_h[0],
        "7-OH AUCinf nM h": once.hydroxymitragynine.auc_inf_nm_h[0],
    }
    factor = error_of_median(PEOPLE) / expected_range(PEOPLE)
    misses = [
        math.log(value / PRINTED[name][0]) / (factor * math.log(PRINTED[name][2] / PRINTED[name][1]))
        for name, value in got.items()
    ]
    return np.array(
        [*misses, math.log(daily.ratio_last_day[0] / middle(RATIO_DAILY)) / (math.log(RATIO_DAILY[1] / RATIO_DAILY[0]) / 2)]
    )


def typical_values() -> dict[str, float]:
    """Print and return the typical values."""
    line("== typical values, from the shape and five printed numbers")
    found = solved(SHAPE)
    for name, value in found.items():
        line(name, value)
    line("== misses of the other four: tmax, 7-OH tmax, 7-OH AUCinf, ratio of day 15; their sum of squares")
    misses = rest(found)
    line("start", *misses.tolist(), float(misses @ misses))
    for name, value in SHAPE.items():
        for factor in (0.5, 0.7, 1.4, 2.0):
            misses = rest(solved({**SHAPE, name: value * factor}))
            line(f"{name} x {factor}", *misses.tolist(), float(misses @ misses))
    begin = np.log(list(SHAPE.values()))

    def free(logs: Floats) -> Floats:
        return rest(solved(dict(zip(SHAPE, np.exp(logs).tolist(), strict=True))))

    best = optimize.least_squares(free, begin, diff_step=1e-3, bounds=(begin - 1.5, begin + 1.5))
    line("free search", *best.fun.tolist(), 2 * float(best.cost))
    for name, value in solved(dict(zip(SHAPE, np.exp(best.x).tolist(), strict=True))).items():
        line("  " + name, value)
    return found


def spreads(typical: dict[str, float]) -> None:
    """Print spreads between people as printed, by range, and as simulated."""
    line("== spreads between people: log-sd by range, simulated, their ratio's logarithm in standard errors of the first")
    values = {**typical, "f": 1.0}
    population = Population(**{name: Typical(value=values[name], between_people=spread) for name, spread in SPREADS.items()})
    drawn = draw(population, people=20_000, rng=np.random.default_rng(2022), levels=("people",))
    found = profile(drawn.parameters, ONCE, times_h=[0.0])
    parent, metabolite = found.mitragynine, found.hydroxymitragynine
    volume = float(nmol(DOSE_MG)) / parent.auc_inf_nm_h * parent.half_life_h / math.log(2)
    simulated = [parent.cmax_nm, parent.tmax_h, parent.half_life_h, parent.auc_inf_nm_h, volume]
    simulated += [metabolite.cmax_nm, metabolite.tmax_h, metabolite.auc_inf_nm_h]
    width, error = expected_range(PEOPLE), deviation_of_range(PEOPLE)
    line("of a range", width, error)
    for (name, (_, low, high)), values_of in zip(PRINTED.items(), simulated, strict=True):
        by_range, by_model = math.log(high / low) / width, float(np.log(values_of).std())
        line(name, by_range, by_model, math.log(by_model / by_range) / error)


def uncertainty() -> None:
    """Print the error of a typical value that is the median of five people."""
    line("== uncertainty of typical values: the error of a median of five people")
    factor = error_of_median(PEOPLE)
    line("factor", factor)
    for name, spread in SPREADS.items():
        line(name, factor * spread)


def between_studies(typical: dict[str, float]) -> None:
    """Print the spread between studies and products from the exposure for each mg in three of them, and a half-normal prior.

    Logarithms of bioavailability against the typical person: 0 by definition; from the clearance that the printed volume and
    half-life of Trakulsrichai 2015 imply; from the highest concentrations after three doses of an extract. The mean over
    studies is free.
    """
    line("== between studies: log-sd of bioavailability")
    volume, half_life, n = TRAKULSRICHAI["Vd/F L"], TRAKULSRICHAI["t1/2 h"], TRAKULSRICHAI["n"]
    implied = math.log(2) * volume[0] / half_life[0]
    _, low, high = PRINTED["AUCinf nM h"]
    errors = [
        error_of_median(PEOPLE) / expected_range(PEOPLE) * math.log(high / low),
        math.sqrt(sum(math.log1p((sd / mean) ** 2) for mean, sd in (volume, half_life)) / n),
    ]
    line("clearances L/h", typical["cl"], implied)
    peak = float(profile(Parameters(**typical), ONCE, times_h=[0.0]).mitragynine.cmax_nm[0]) / DOSE_MG
    extract = []
    for dose, mean, sd in EXTRACT:
        median = float(nanomolar(mean, MITRAGYNINE)) / math.sqrt(1 + (sd / mean) ** 2)
        extract.append(math.log(median / dose / peak))
        line(f"extract {dose} mg", median / dose, peak, math.exp(extract[-1]))
    # How many people had the extract was not seen; as many as in the smallest study here errs on the wide side.
    errors.append(float(np.mean([math.sqrt(math.log1p((sd / mean) ** 2)) for _, mean, sd in EXTRACT])) / math.sqrt(PEOPLE))
    logs = np.array([0.0, math.log(typical["cl"] / implied), np.mean(extract)])
    line("logs", *logs.tolist())
    line("their errors", *errors)
    tau = np.linspace(0, 4, 40_001)[:, None]
    weight = 1 / (tau**2 + np.square(errors))
    mean = (weight * logs).sum(axis=1, keepdims=True) / weight.sum(axis=1, keepdims=True)
    log_density = (np.log(weight).sum(axis=1) - np.log(weight.sum(axis=1)) - (weight * (logs - mean) ** 2).sum(axis=1)) / 2
    density = np.exp(log_density - (tau[:, 0] / PRIOR) ** 2 / 2)
    share = np.cumsum(density) / density.sum()
    line("posterior median", *_at(tau[:, 0], share, (0.5,)), "90% interval", *_at(tau[:, 0], share, (0.05, 0.95)))
    line("mean at median", float(mean[np.searchsorted(share, 0.5), 0]))


def _at(tau: Floats, share: Floats, levels: Iterable[float]) -> list[float]:
    return [float(tau[np.searchsorted(share, level)]) for level in levels]


if __name__ == "__main__":
    found_values = typical_values()
    spreads(found_values)
    uncertainty()
    between_studies(found_values)
