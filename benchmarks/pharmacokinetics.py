"""How fast exposure of a population is, beside libRoadRunner and SciPy's solve_ivp in the same run, on the same people.

10,000 people who differ, 39 mg of mitragynine every 8 h for 15 days: hourly concentrations of both analytes. The engine also
gives bands, the highest concentrations between the hours, areas, troughs and half-lives; the peers have only the hours to do.
They solve a few of the same people, and their time is multiplied, since people cost alike but for the choice of steps. Relative
tolerances of the peers are 1e-6; the engine is exact. How far each is from it is printed, so that nobody is fast and wrong.

Each contender works in a fresh process of its own on one thread: CPU seconds of the median round after one to warm up, and peak
memory of the process, imports included.

    .venv/bin/python benchmarks/pharmacokinetics.py
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from equipoise.engines.pharmacokinetics import (
    Parameters,
    Population,
    concentrations,
    draw,
    exposure,
    nmol,
    regular,
)
from equipoise.findings.pharmacokinetics import population
from equipoise.records.parameter import ParameterSet
from equipoise.records.reader import read_record

Floats = NDArray[np.float64]

PEOPLE = 10_000
ROUNDS = 5
TOLERANCE = 1e-6
SEED = 39
TAKEN = regular(39, every_h=8, days=15)
TIMES = np.arange(0, 361.0)
LEVELS = ("people", "studies", "uncertainty")
RECORD = Path(__file__).parents[1] / "evidence" / "parameters" / "mitragynine-leaf.yaml"


def _population() -> Population:
    record, faults = read_record(ParameterSet, RECORD.read_text(encoding="utf-8"), RECORD.name)
    if not isinstance(record, ParameterSet):
        raise SystemExit(f"{RECORD}: {faults}")
    return population(record)


POPULATION = _population()


NAMES = tuple(field.name for field in fields(Population))
Numbers = dict[str, float]


def people() -> Parameters:
    """Return everyone."""
    return draw(POPULATION, people=PEOPLE, rng=np.random.default_rng(SEED), levels=LEVELS).parameters


def some(count: int) -> list[Numbers]:
    """Return the first of them as plain numbers."""
    everyone = people()
    return [{name: float(getattr(everyone, name)[number]) for name in NAMES} for number in range(count)]


def with_engine(_: int) -> Callable[[], None]:
    """Everyone, with bands and all numbers."""
    return lambda: (exposure(TAKEN, POPULATION, people=PEOPLE, rng=np.random.default_rng(SEED), levels=LEVELS), None)[1]


def with_roadrunner(count: int) -> Callable[[], list[Floats]]:
    """A few people: the SBML that the project writes, compiled once, doses as events."""
    import roadrunner  # noqa: PLC0415 - each contender imports its own

    from equipoise.outputs.sbml import leaf_model, write  # noqa: PLC0415

    group = some(count)
    doses = list(zip(TAKEN.time_h.tolist(), nmol(TAKEN.mg).tolist(), strict=True))
    runner = roadrunner.RoadRunner(write(leaf_model(group[0], doses, name="benchmark")))
    runner.timeCourseSelections = ["time", "mitragynine", "hydroxymitragynine"]
    runner.integrator.relative_tolerance, runner.integrator.absolute_tolerance = TOLERANCE, TOLERANCE * 1e-3

    def work() -> list[Floats]:
        found = []
        for person in group:
            runner.reset()
            runner["hydroxymitragynine"] = 0.0
            for name, value in person.items():
                runner[name] = value
            runner["gut"] = doses[0][1]
            found.append(np.array(runner.simulate(0, TIMES[-1], TIMES.size))[:, 1:].T)
        return found

    return work


def with_scipy(count: int) -> Callable[[], list[Floats]]:
    """A few people: solve_ivp from dose to dose by LSODA, which is faster here than its other methods."""
    from scipy.integrate import solve_ivp  # noqa: PLC0415 - each contender imports its own

    group, amounts = some(count), nmol(TAKEN.mg)
    ends = [*TAKEN.time_h[1:].tolist(), float(TIMES[-1])]

    def one(person: Numbers) -> Floats:
        ka, v1, q, v2, cl, km, sp, b, f = (person[name] for name in NAMES)

        def slopes(_: float, state: Floats) -> list[float]:
            gut, central, peripheral, formed = state
            exchange = q * (central / v1 - peripheral / v2)
            return [
                -ka * gut,
                f * ka * gut - cl * central / v1 - exchange,
                exchange,
                km * (sp * ka * gut + b * central / v1 - formed),
            ]

        state, parts = np.zeros(4), []
        for begin, end, amount in zip(TAKEN.time_h.tolist(), ends, amounts.tolist(), strict=True):
            state = state + np.array([amount, 0.0, 0.0, 0.0])
            at = TIMES[(begin <= TIMES) & (end >= TIMES)]
            solved = solve_ivp(slopes, (begin, end), state, method="LSODA", t_eval=at, rtol=TOLERANCE, atol=TOLERANCE)
            parts.append(solved.y[:, :-1] if end < TIMES[-1] else solved.y)
            state = solved.y[:, -1]
        states = np.concatenate(parts, axis=1)
        return np.stack([states[1] / v1, states[3]])

    return lambda: [one(person) for person in group]


CONTENDERS: dict[str, tuple[Callable[[int], Callable[[], list[Floats] | None]], int]] = {
    "equipoise": (with_engine, PEOPLE),
    "libRoadRunner": (with_roadrunner, 100),
    "SciPy LSODA": (with_scipy, 20),
}


def apart(found: list[Floats]) -> float:
    """Return the farthest that curves are from the engine's, as a share of the highest concentration."""
    everyone = people()
    worst = 0.0
    for number, curves in enumerate(found):
        exact = concentrations(everyone.person(number), TAKEN, TIMES)
        for curve, own in zip(curves, (exact.mitragynine[0], exact.hydroxymitragynine[0]), strict=True):
            worst = max(worst, float(np.abs(curve - own).max() / own.max()))
    return worst


def contend(name: str) -> None:
    """Do the work in this process, and print what it took."""
    make, count = CONTENDERS[name]
    work = make(count)
    found = work()
    took = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        took.append(time.process_time() - start)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    difference = None if found is None else apart(found)
    print(json.dumps({"seconds": statistics.median(took), "count": count, "mebibytes": memory, "apart": difference}))


def main() -> None:
    """Run all contenders, and print a table."""
    alone = {**os.environ, **dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")}
    results = {}
    for name in CONTENDERS:
        command = [sys.executable, __file__, name]
        results[name] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True, env=alone).stdout)
    own = results["equipoise"]["seconds"]
    print(f"| {PEOPLE:,} people, 45 doses, {TIMES.size} hours | solved | CPU s for all | times | peak MiB | from the engine |")
    print("|---|---|---|---|---|---|")
    for name, got in results.items():
        scaled = got["seconds"] * PEOPLE / got["count"]
        distance = "" if got["apart"] is None else f"{got['apart']:.0e}"
        print(f"| {name} | {got['count']:,} | {scaled:.3g} | {scaled / own:.0f} | {got['mebibytes']:.0f} | {distance} |")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        contend(sys.argv[1])
    else:
        main()
