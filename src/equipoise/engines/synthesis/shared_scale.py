"""The one readable scale on which all specifications of a multiverse are shown and asked about."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from equipoise.engines.synthesis.declaration import HOW, Table, numbers
from equipoise.engines.synthesis.effects import effect_size
from equipoise.engines.synthesis.pooling import pool
from equipoise.engines.synthesis.scales import SCALES, arcsine, logit, natural, proportion
from equipoise.engines.synthesis.specifications import Plan, column_of

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

TWO_BY_TWO = ("OR", "PETO", "RR", "RD", "AS")
"""Measures of two-by-two tables, which a baseline risk brings to one scale: the risk difference at that risk."""

AT_BASELINE = "risk difference at a baseline risk"
"""Name of that scale."""


@dataclass(frozen=True, kw_only=True)
class SharedScale:
    """The scale on which all specifications are shown, what is asked there, and the baseline risk, if it takes one.

    ``measures``: those that share it; numbers say of which of them they are by its place.
    """

    measures: tuple[str, ...]
    unit: str
    no_effect: float
    threshold: float
    baseline: float

    def readable(self, measure: Indices, effect: Floats, people: Floats) -> Floats:
        """Return effects, shape (A, ...), as they are read; their measures and people have shape (A,)."""
        shown = np.empty_like(effect)
        for at, name in enumerate(self.measures):
            mine = measure == at
            if not mine.any():
                continue
            if math.isnan(self.baseline):
                shown[mine] = natural(name, effect[mine], totals=people[mine, None] if SCALES[name].sized else None)
            else:
                shown[mine] = _to_difference(name, effect[mine], self.baseline)
        return shown

    def against(self, measure: Indices, people: Floats) -> Floats:
        """Return the threshold on the scales of measures, shape (A,), for numbers of people of shape (..., A)."""
        result = np.empty_like(people)
        for at, name in enumerate(self.measures):
            mine = measure == at
            if math.isnan(self.baseline):
                result[..., mine] = _from_natural(name, self.threshold, people[..., mine])
            else:
                result[..., mine] = _from_difference(name, self.threshold, self.baseline)
        return result


def shared_scale(
    table: Table, plan: Plan, primary: tuple[int, ...], *, threshold: float | None, baseline: float | None
) -> SharedScale:
    """Find the scale that all measures of a plan share, or say that there is none; ``primary`` is a cell of the grid."""
    units = list(dict.fromkeys(SCALES[measure].unit for measure in plan.measures))
    mixed = len(units) > 1
    if mixed and not set(plan.measures) <= set(TWO_BY_TWO):
        raise ValueError(
            f"measures {', '.join(plan.measures)} are read on different scales ({', '.join(units)}); a grid should "
            f"have one scale, or measures of two-by-two tables alone ({', '.join(TWO_BY_TWO)})"
        )
    if baseline is not None and not mixed:
        raise ValueError(f"baseline is {baseline:g}, but all measures are read as {units[0]}; it should be left out")
    if baseline is not None and not 0 < baseline < 1:
        raise ValueError(f"baseline is {baseline:g}; it should be a risk between 0 and 1, both excluded")
    if mixed:
        risk = _control_risk(table, plan, primary) if baseline is None else baseline
        unit, no_effect, low, high = AT_BASELINE, 0.0, -risk, 1 - risk
    else:
        first = plan.measures[0]
        risk, unit, low, high = math.nan, units[0], SCALES[first].low, SCALES[first].high
        no_effect = math.nan if unit in ("proportion", "rate") else float(natural(first, 0.0))
    asked = no_effect if threshold is None else float(threshold)
    if not math.isnan(asked) and not low < asked < high:
        raise ValueError(f"threshold is {asked:g}; for the {unit} it should lie between {low:g} and {high:g}")
    return SharedScale(measures=plan.measures, unit=unit, no_effect=no_effect, threshold=asked, baseline=risk)


def _control_risk(table: Table, plan: Plan, primary: tuple[int, ...]) -> float:
    """Return the pooled logit risk of the controls in the primary's rows, back as a risk."""
    inside = plan.chosen[plan.rows_of(primary)]
    events, total, others = (column_of(name, table) for name in ("c", "n2", "d"))
    method = plan.methods[primary[HOW.index("method")]]
    try:
        c = numbers(table[str(events)], str(events))[inside]
        n = numbers(table[total], total)[inside] if total else c + numbers(table[str(others)], str(others))[inside]
        found = effect_size("PLO", events=c, total=n)
        return float(proportion(pool(found.effect, found.variance, method=method).estimate))
    except (KeyError, ValueError) as fault:
        raise ValueError(
            f"there is no pooled risk of controls in the primary's rows ({fault}); a baseline should be given"
        ) from None


def _to_difference(measure: str, effect: Floats, baseline: float) -> Floats:
    """Return the risk difference that an effect on two-by-two tables makes at a baseline risk."""
    if measure == "RD":
        return np.clip(effect, -1.0, 1.0)
    if measure == "RR":
        risk = np.exp(np.minimum(effect + math.log(baseline), 0.0))  # a risk is at most 1
    elif measure == "AS":
        risk = np.sin(np.clip(effect + arcsine(baseline), 0.0, math.pi / 2)) ** 2
    else:
        risk = proportion(effect + logit(baseline))
    return np.asarray(risk - baseline)


def _from_difference(measure: str, difference: float, baseline: float) -> float:
    """Return the effect that makes a risk difference at a baseline risk."""
    if measure == "RD" or difference == 0:
        return difference
    risk = baseline + difference
    if measure == "RR":
        return math.log(risk / baseline)
    if measure == "AS":
        return arcsine(risk) - arcsine(baseline)
    return logit(risk) - logit(baseline)


def _from_natural(measure: str, value: float, people: Floats) -> Floats:
    """Return a readable value on the scale of a measure."""
    if math.isnan(value):
        return np.full(people.shape, math.nan)
    scale = SCALES[measure]
    return np.asarray(scale.forth(value, people)) if scale.sized else np.full(people.shape, scale.forth(value))


def linearised(estimate: Floats, no_effect: float) -> Floats:
    """Return estimates on the scale on which moves are measured: logarithms of ratios."""
    return np.log(np.maximum(estimate, np.finfo(np.float64).tiny)) if no_effect == 1 else estimate
