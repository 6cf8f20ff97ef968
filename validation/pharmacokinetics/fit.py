"""Fit the parameters of ``evidence/parameters/mitragynine-leaf.yaml`` to what was printed, and say how far they can be trusted.

    .venv/bin/python validation/pharmacokinetics/fit.py

README.md says what each part does. Printed numbers: Tanna 2022 by Tanna 2023 (Translating kratom-drug interactions), Table 3:
median and range of five people after 39 mg of mitragynine; Huestis 2024, abstract: ranges over doses of mean ratios, after one
dose and after 15 daily ones; Trakulsrichai 2015 by the same Table 3; other peaks by evidence/exposures/huestis-2024,
mongar-2024 and huestis-2026-extract. Printed ratios are of concentrations; whether in mass or in moles is not said, 4% apart.
Typical values take them for the model's, which are in moles; as an effect of a study they are taken in mass.
"""

import math
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import integrate, optimize, stats

from equipoise.engines.pharmacokinetics import (
    HYDROXYMITRAGYNINE,
    MITRAGYNINE,
    Parameters,
    Population,
    Typical,
    draw,
    nanomolar,
    ng_per_ml,
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
EXTRACT_7OH = ((9.9, 6.8, 2.7), (29.6, 13.7, 3.3), (59.2, 30.5, 12.2))
"""Single doses of an extract: mg, then mean and spread (taken for a standard deviation) of Cmax in ng/mL."""
MONGAR_7OH, MONGAR_PEOPLE = (23.6, 12.81, 3.39), 16
"""The same after tea."""
HUESTIS_7OH = ((6.65, 3.6), (53.2, 22.7))
"""The lowest and the highest dose of leaf, and the ends of the printed range, taken for means; spread as of the extract."""

SHAPE = {"ka": 1.52, "q": 199.0, "km": 0.601}
"""What no printed number determines alone: the start of the search, kept as long as the numbers do not ask for more."""
SPREADS = {"ka": 0.45, "v1": 0.25, "q": 0.20, "v2": 0.20, "cl": 0.20, "km": 0.25, "sp": 0.28, "b": 0.20, "f": 0.50}
"""Between people, as standard deviations of logarithms."""

ONCE = schedule([(0.0, DOSE_MG)])
DAILY = regular(DOSE_MG, every_h=24, days=15)
PRIOR = 0.6
"""Scale of the half-normal priors of the spreads between studies, of f and of sp."""
PRIOR_MEAN = 1.0
"""Standard deviation of the normal priors, around 0, of the means of the effects of studies."""


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


@dataclass(frozen=True)
class Seen:
    """What a study printed, on one footing: for each mg, the median, its logarithm less that of the typical person.

    ``error``: its standard error, or half the logarithm of a printed range over dose groups.
    """

    of: Literal["mitragynine", "7-OH peak", "ratio"]
    log: float
    error: float


def median_of(mean: float, sd: float) -> tuple[float, float]:
    """Return the median and the log-sd of a lognormal with a mean and a standard deviation."""
    variance = math.log1p((sd / mean) ** 2)
    return mean / math.exp(variance / 2), math.sqrt(variance)


def averaged(doses: Iterable[tuple[float, float, float]], formula: str, reference: float, n: int) -> tuple[float, float]:
    """Return logarithm and error of mg, mean and sd in ng/mL of dose groups, against nM for each mg."""
    found = [
        (float(nanomolar(1, formula)) * median / mg, spread)
        for mg, (median, spread) in ((d[0], median_of(*d[1:])) for d in doses)
    ]
    logs, spreads_ = [math.log(value / reference) for value, _ in found], [spread for _, spread in found]
    return float(np.mean(logs)), float(np.mean(spreads_)) / math.sqrt(n)


def by_study(typical: dict[str, float]) -> dict[str, tuple[Seen, ...]]:
    """Return what each study says of its exposure against the typical person.

    Tanna 2022 is 0 by definition, with the errors of medians of five. How many had the extract or the lowest and the highest
    amount of leaf was not seen; as many as in the smallest study here errs on the wide side. Errors count as independent.
    """
    once = profile(Parameters(**typical), ONCE, times_h=[0.0])
    peak, formed = float(once.mitragynine.cmax_nm[0]) / DOSE_MG, float(once.hydroxymitragynine.cmax_nm[0]) / DOSE_MG
    factor = error_of_median(PEOPLE) / expected_range(PEOPLE)
    error = {name: factor * math.log(high / low) for name, (_, low, high) in PRINTED.items()}
    volume, half_life, n = TRAKULSRICHAI["Vd/F L"], TRAKULSRICHAI["t1/2 h"], TRAKULSRICHAI["n"]
    implied = math.log(2) * volume[0] / half_life[0]
    imprecise = math.sqrt(sum(math.log1p((sd / mean) ** 2) for mean, sd in (volume, half_life)) / n)
    spread = float(np.mean([sd / mean for _, mean, sd in EXTRACT_7OH]))
    leaf = averaged([(mg, mean, spread * mean) for mg, mean in HUESTIS_7OH], HYDROXYMITRAGYNINE, formed, PEOPLE)
    # A ratio by mass is 4% above one of moles. Whether it is of peaks or of areas is not said: halfway between both.
    by_mass = float(ng_per_ml(1, HYDROXYMITRAGYNINE) / ng_per_ml(1, MITRAGYNINE))
    ratio = middle(RATIO_ONCE) / by_mass / math.sqrt(formed / peak * float(once.ratio_first_day[0]))
    return {
        "Tanna 2022": (Seen("mitragynine", 0.0, error["AUCinf nM h"]), Seen("7-OH peak", 0.0, error["7-OH Cmax nM"])),
        "Trakulsrichai 2015": (Seen("mitragynine", math.log(typical["cl"] / implied), imprecise),),
        "Huestis 2024": (
            Seen("7-OH peak", *leaf),
            Seen("ratio", math.log(ratio), math.log(RATIO_ONCE[1] / RATIO_ONCE[0]) / 2),
        ),
        "Mongar 2024": (Seen("7-OH peak", *averaged([MONGAR_7OH], HYDROXYMITRAGYNINE, formed, MONGAR_PEOPLE)),),
        "extract": (
            Seen("mitragynine", *averaged(EXTRACT, MITRAGYNINE, peak, PEOPLE)),
            Seen("7-OH peak", *averaged(EXTRACT_7OH, HYDROXYMITRAGYNINE, formed, PEOPLE)),
        ),
    }


class Hierarchy:
    """Studies around a mean: f by N(mean, sd) and sp by another, on grids; the product of both is exact but for their steps.

    ``shared``: a study's part of f scales what the first pass forms too, and sp has what is left; otherwise sp stands alone.
    """

    def __init__(self, typical: dict[str, float], *, shared: bool, prior: float = PRIOR) -> None:
        self.effect = np.linspace(-3, 4, 176)
        formation = np.linspace(-7, 7, 701)
        typical_one = formation.size // 2
        found = profile(Parameters(**{**typical, "sp": typical["sp"] * np.exp(formation)}), ONCE, times_h=[0.0])
        peaks, areas = np.log(found.hydroxymitragynine.cmax_nm), np.log(found.ratio_first_day)
        peaks, areas = peaks - peaks[typical_one], areas - areas[typical_one]
        f, sp = self.effect[:, None], self.effect[None, :]
        # Scaling f and sp alike scales every curve, so that a curve's shape depends on what sp has beyond f alone.
        own = sp + 0 * f if shared else sp - f
        self.expected = {
            "mitragynine": f + 0 * sp,
            "7-OH peak": f + np.interp(own, formation, peaks),
            "ratio": np.interp(own, formation, (peaks + areas) / 2),
        }
        self.mean, self.sd = (grid.ravel() for grid in np.meshgrid(np.linspace(-2, 3, 51), np.linspace(0.04, 2.44, 41)))
        density = np.exp(-((self.effect - self.mean[:, None]) ** 2) / (2 * self.sd[:, None] ** 2))
        self.density = density / density.sum(axis=1, keepdims=True)
        weight = np.exp(-(self.mean**2) / (2 * PRIOR_MEAN**2) - self.sd**2 / (2 * prior**2))
        self.prior = np.outer(weight, weight) / weight.sum() ** 2

    def posterior(self, seen: Iterable[tuple[Seen, ...]]) -> tuple[Floats, float]:
        """Return the joint posterior of both means and sds, (f, sp), and the logarithm of the density of what was seen."""
        joint = self.prior.copy()
        for study in seen:
            likelihood = np.ones((self.effect.size, self.effect.size))
            for item in study:
                likelihood *= stats.norm.pdf(item.log, self.expected[item.of], item.error)
            joint *= self.density @ likelihood @ self.density.T
        return joint / joint.sum(), math.log(joint.sum())

    def summaries(self, joint: Floats) -> dict[str, Floats]:
        """Return 5%, 50% and 95% points of the means and sds."""
        found = {}
        for name, weight in (("f", joint.sum(axis=1)), ("sp", joint.sum(axis=0))):
            found[f"{name} mean"], found[f"{name} sd"] = quantiles(self.mean, weight), quantiles(self.sd, weight)
        return found

    def new_study(self, joint: Floats, of: str) -> Floats:
        """Return the 5%, 50% and 95% points of what a new study has, over the whole posterior."""
        return quantiles(self.expected[of].ravel(), (self.density.T @ joint @ self.density).ravel())


def quantiles(values: Floats, weight: Floats) -> Floats:
    """Return the 5%, 50% and 95% points of weighted values."""
    each, place = np.unique(np.round(values, 9), return_inverse=True)
    mass = np.bincount(place, weights=weight)
    share = (np.cumsum(mass) - mass / 2) / mass.sum()
    return np.asarray(np.interp([0.05, 0.5, 0.95], share, each))


def between_studies(typical: dict[str, float]) -> None:
    """Print mean and spread of the effects of studies on f and sp, and what speaks for one study effect on both."""
    line("== between studies: deviation from the typical person, and its error, as logarithms")
    seen = by_study(typical)
    for name, study in seen.items():
        for item in study:
            line(name, item.of, item.log, item.error, math.exp(item.log))
    evidence = {}
    for shared in (True, False):
        line(f"== effect of a study on f {'scales sp too' if shared else 'leaves sp alone'}: 5%, 50% and 95% points")
        model = Hierarchy(typical, shared=shared)
        joint, evidence[shared] = model.posterior(seen.values())
        for name, points in model.summaries(joint).items():
            line(name, *points.tolist())
        for of in model.expected:
            line("new study", of, *np.exp(model.new_study(joint, of)).tolist())
    line("their densities", math.exp(evidence[True] - evidence[False]))
    line("== one study left out, (f, sp) as one: 5%, 50% and 95% points for a new study, and what it printed")
    model = Hierarchy(typical, shared=True)
    for name, study in seen.items():
        joint, _ = model.posterior(other for key, other in seen.items() if key != name)
        for item in study:
            line(name, item.of, *np.exp(model.new_study(joint, item.of)).tolist(), math.exp(item.log))
    line("== other scales of the prior of the spreads")
    for prior in (0.3, 1.0):
        model = Hierarchy(typical, shared=True, prior=prior)
        for name, points in model.summaries(model.posterior(seen.values())[0]).items():
            line(f"{prior}: {name}", *points.tolist())


if __name__ == "__main__":
    found_values = typical_values()
    spreads(found_values)
    uncertainty()
    between_studies(found_values)
