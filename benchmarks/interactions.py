"""1,000 draws of the dynamic interaction model for one medicine, beside SciPy's ODE solver on some of the same draws.

One cup, and a week of three cups a day, with CYP3A of gut and liver, CYP2D6, CYP2C9 and CYP2C19. The peer, `solve_ivp` with
LSODA, follows a few draws one by one; its time for all is that of one draw times their number. The goal is a second. Linear
algebra plays no part, so one thread does the work. What the draws are spread around is made up.
"""

import math
import resource
import time
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import solve_ivp

from equipoise.engines.interactions import (
    Course,
    Kinetics,
    Turnover,
    Victim,
    course,
    fractions,
    grid,
    middles,
    positives,
    spread,
    turnover,
)
from equipoise.engines.interactions.concentrations import GUT_FLOW_L_H, LIVER_FLOW_L_H

Floats = NDArray[np.float64]

DRAWS = 1000
PEER_DRAWS = 20
GOAL_S = 1.0
DOSE_UMOL = 97.87
TOLERANCE = 1e-4
KDEG = {"gut": 0.03, "CYP3A": 0.0193, "CYP2D6": 0.0099, "CYP2C9": 0.0067, "CYP2C19": 0.0267}
KI_UM = {"gut": 10.0, "CYP3A": 10.0, "CYP2D6": 1.17, "CYP2C9": 19.9, "CYP2C19": 5.25}


class Case:
    """Draws of everything uncertain, for cups at some times and one intake of midazolam with the last."""

    def __init__(self, cups_h: Floats) -> None:
        rng = np.random.default_rng(5)
        self.cups_h, self.taken_h = cups_h, float(cups_h[-1])
        self.until_h = self.taken_h + 48
        self.ka = positives(rng, value=1.52, log_sd=0.45, size=DRAWS)
        self.unbound = np.minimum(positives(rng, value=0.031, log_sd=0.4, size=DRAWS), 1.0)
        self.scale = positives(rng, value=1.0, log_sd=0.5, size=DRAWS)
        self.enzymes = {}
        for name, kdeg in KDEG.items():
            destroys = name in ("gut", "CYP3A")
            self.enzymes[name] = Kinetics(
                degradation_per_h=positives(rng, value=kdeg, log_sd=0.3, size=DRAWS),
                reversible_um=positives(rng, value=KI_UM[name], log_sd=0.3, size=DRAWS),
                inactivation_um=positives(rng, value=4.1, log_sd=0.3, size=DRAWS) if destroys else np.inf,
                inactivation_per_h=positives(rng, value=4.2, log_sd=0.2, size=DRAWS) if destroys else 0.0,
            )
        self.victim = Victim(
            fractions={
                "CYP3A": fractions(rng, value=0.85, low=0.80, high=0.90, size=DRAWS),
                "CYP2D6": fractions(rng, value=0.03, low=0.01, high=0.05, size=DRAWS),
                "CYP2C19": fractions(rng, value=0.025, low=0.01, high=0.04, size=DRAWS),
            },
            gut_availability=fractions(rng, value=0.565, low=0.45, high=0.68, size=DRAWS),
            extraction=0.31,
            absorption_per_h=positives(rng, value=3.0, log_sd=0.4, size=DRAWS),
            half_life_h=2.4,
        )

    def systemic(self, at_h: Floats) -> Floats:
        """A curve like mitragynine's: each cup rises and falls in two phases."""
        since = np.maximum(at_h[:, None] - self.cups_h, 0.0)
        cups = 0.08 * (np.exp(-0.8 * since) + 0.1 * np.exp(-0.02 * since) - 1.1 * np.exp(-1.52 * since))
        return np.asarray(np.where(at_h[:, None] >= self.cups_h, cups, 0.0).sum(axis=1))

    def concentrations(self, at_h: Floats, draw: int | slice = slice(None)) -> Course:
        """In gut and liver, of all draws or of one."""
        return course(
            np.full(self.cups_h.size, DOSE_UMOL),
            self.cups_h,
            at_h,
            systemic_um=np.multiply.outer(self.scale[draw], self.systemic(at_h)),
            unbound=self.unbound[draw],
            absorption_per_h=self.ka[draw],
        )

    def ours(self) -> tuple[Turnover, int]:
        """All draws, from the grid on, and the number of steps."""
        times = grid(self.until_h, breaks_h=[*self.cups_h, self.taken_h + 4, self.taken_h + 12])
        at = self.concentrations(middles(times))
        liver = {name: kinetics for name, kinetics in self.enzymes.items() if name != "gut"}
        found = turnover(
            times,
            gut_um=at.gut_um,
            liver_um=at.liver_um,
            gut=self.enzymes["gut"],
            liver=liver,
            victim=self.victim,
            taken_h=self.taken_h,
        )
        return found, times.size - 1

    def peer(self, draw: int) -> float:
        """The ratio of AUCs of one draw by an ODE solver that starts anew at each cup; plain numbers do not slow it."""

        def plain(values: ArrayLike) -> float:
            return float(np.broadcast_to(np.asarray(values), (DRAWS,))[draw])

        def constants(name: str) -> tuple[float, float, float, float]:
            one = self.enzymes[name]
            named = (one.degradation_per_h, one.inactivation_per_h, one.inactivation_um, one.reversible_um)
            return plain(named[0]), plain(named[1]), plain(named[2]), plain(named[3])

        kdeg_g, kinact_g, half_g, ki_g = constants("gut")
        kdeg_l, kinact_l, half_l, ki_l = constants("CYP3A")
        share, rest = plain(self.victim.fractions["CYP3A"]), [name for name in self.victim.fractions if name != "CYP3A"]
        others = [(plain(self.victim.fractions[name]), constants(name)[3]) for name in rest]
        untouched = 1 - share - sum(fraction for fraction, _ in others)
        availability, ka_victim = plain(self.victim.gut_availability), plain(self.victim.absorption_per_h)
        ka, unbound, scale, k, odds = self.ka[draw], self.unbound[draw], self.scale[draw], math.log(2) / 2.4, 0.31 / 0.69
        cups: list[float] = []

        def rates(t: float, y: Floats) -> list[float]:
            velocity = plasma = 0.0
            for cup in cups:
                since = t - cup
                velocity += math.exp(-ka * since)
                plasma += math.exp(-0.8 * since) + 0.1 * math.exp(-0.02 * since) - 1.1 * math.exp(-1.52 * since)
            velocity *= DOSE_UMOL * ka
            in_gut = velocity / GUT_FLOW_L_H
            in_liver = unbound * (scale * 0.08 * plasma + velocity / LIVER_FLOW_L_H)
            remaining = untouched + share * y[1] / (1 + in_liver / ki_l)
            remaining += sum(fraction / (1 + in_liver / ki) for fraction, ki in others)
            spared = (1 + odds) / (1 + remaining * odds)
            enters = ka_victim * math.exp(-ka_victim * (t - self.taken_h)) if t >= self.taken_h else 0.0
            enters *= spared / (y[0] / (1 + in_gut / ki_g) * (1 - availability) + availability)
            return [
                kdeg_g - (kdeg_g + kinact_g * in_gut / (half_g + in_gut)) * y[0],
                kdeg_l - (kdeg_l + kinact_l * in_liver / (half_l + in_liver)) * y[1],
                enters - k * remaining * spared * y[2],
                y[2],
            ]

        state = np.array([1.0, 1.0, 0.0, 0.0])
        for begins, ends in pairwise([*np.unique([0.0, *self.cups_h]), self.until_h]):
            cups.append(float(begins))
            state = solve_ivp(rates, (begins, ends), state, "LSODA", rtol=TOLERANCE, atol=1e-9).y[:, -1]
        return float(state[3] * k)


def main() -> None:
    """Print each number."""
    for name, cups in (("one cup", np.zeros(1)), ("three cups a day for a week", np.arange(0.0, 168.0, 8.0))):
        case = Case(cups)
        case.ours()
        seconds = []
        for _ in range(5):
            start = time.process_time()
            found, steps = case.ours()
            seconds.append(time.process_time() - start)
        ours = float(np.median(seconds))
        start = time.process_time()
        exact = [case.peer(draw) for draw in range(PEER_DRAWS)]
        peer = (time.process_time() - start) / PEER_DRAWS * DRAWS
        off = max(abs(float(found.auc[draw]) / exact[draw] - 1) for draw in range(PEER_DRAWS))
        auc = spread(found.auc)
        print(f"{name}: {steps} steps, {DRAWS:,} draws")
        print(f"  ours: {ours:.2f} CPU s ({'met' if ours < GOAL_S else 'MISSED'}: goal {GOAL_S:g} s)")
        print(
            f"  solve_ivp, from {PEER_DRAWS} draws: {peer:,.0f} s, {peer / ours:,.0f} times as long; AUCs differ by {off:.1e}"
        )
        print(f"  midazolam AUC {auc.median:.2f} ({auc.low:.2f} to {auc.high:.2f})")
        assert off < 1e-3
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
