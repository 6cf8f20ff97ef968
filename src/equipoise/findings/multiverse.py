"""Every defensible analysis of a pooled finding: the twin of ``engines/synthesis/multiverses``, with ``docs/multiverse.md``."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from equipoise.engines.synthesis.declaration import Choices, choices
from equipoise.engines.synthesis.multiverses import Influence, Summary, multiverse, summary
from equipoise.engines.synthesis.multiverses import Multiverse as Found
from equipoise.engines.synthesis.null_curve import Null as Drawn
from equipoise.engines.synthesis.null_curve import null
from equipoise.findings import wording
from equipoise.findings.candidates import SHARES, Table, numbers, words
from equipoise.findings.certainty import Across, Robustness
from equipoise.findings.results import Result, result
from equipoise.records.evidence import Evidence
from equipoise.records.multiverse import Condition, Option
from equipoise.records.sharing import shared_data, why_not_pooled
from equipoise.records.topic import PooledFinding
from equipoise.values.estimate import rounded
from equipoise.values.multiverse import Choice, Conclusion, Multiverse, Null, Specification

DRAWS = 500
"""Data sets of the null, where there are more patterns of signs than these."""

_SIDES: Mapping[int, Conclusion] = {1: "above", 0: "unclear", -1: "below"}


@dataclass(frozen=True, kw_only=True, eq=False)
class Seen:
    """All analyses of a finding: what was declared, the candidate results, the table of them, and what the engine found.

    ``unit`` and ``scale``: of what a reader sees, and how many of it the engine's unit has (100 percent).
    """

    declared: PooledFinding
    results: tuple[Result, ...]
    table: Table
    grid: Choices
    primary: Mapping[str, str]
    threshold: float | None
    found: Found
    told: Summary
    unit: str
    scale: float

    @property
    def robustness(self) -> Robustness | None:
        """What the certainty takes from it; None where it cannot be judged."""
        verdict = self.told.verdict
        if verdict.word == "cannot judge":
            return None
        low, high = (self.scale * float(bound) for bound in self.told.span)
        return Robustness(
            verdict=verdict.word,
            agree=verdict.agree / verdict.feasible,
            specifications=verdict.feasible,
            study_sets=self.told.study_sets,
            low=low,
            high=high,
            by=verdict.factor or None,
        )

    @property
    def people(self) -> NDArray[np.float64]:
        """People behind each specification; NaN where that is not known."""
        size = np.array([math.nan if cell is None else cell for cell in self.table["size"]], dtype=np.float64)
        total = np.array([size[inside].sum() for inside in self.found.sets] or [math.nan])
        return np.where(self.found.study_set >= 0, total[self.found.study_set], math.nan)


def analyses(evidence: Evidence, declared: PooledFinding, *, unit: str) -> Seen:
    """Run every analysis that a finding declares; the usual ones, if it declares none.

    Raises
    ------
    ValueError
        Results that share people or data in one analysis, a primary that is not the finding, choices that cannot be made.
    """
    reasons = list(why_not_pooled(evidence, declared.candidates, declared.grid.which))
    if reasons:
        raise ValueError(f"{declared.id}: {'; '.join(reasons)}")
    results = tuple(result(evidence, name) for name in declared.candidates)
    table = {**numbers(declared.measure, results), **words(evidence, results)}
    grid = choices(_declaration(declared, corrected="effect" not in table))
    threshold = _threshold(declared)
    primary = _primary(grid, declared)
    try:
        found = multiverse(table, grid, primary=primary, threshold=threshold)
    except ValueError as fault:
        raise ValueError(f"{declared.id}: the multiverse cannot be run: {fault}") from fault
    if threshold is not None and not math.isnan(found.baseline):
        raise ValueError(f"{declared.id}: has a threshold and measures of several scales; should have measures of one")
    _refuse_mixtures(declared, results, found)
    return Seen(
        declared=declared,
        results=results,
        table=table,
        grid=grid,
        primary=primary,
        threshold=threshold,
        found=found,
        told=summary(found),
        unit=unit if math.isnan(found.baseline) else found.unit,
        scale=100.0 if declared.measure in SHARES else 1.0,
    )


def _threshold(declared: PooledFinding) -> float | None:
    if declared.threshold is None:
        return None
    value = float(declared.threshold.value)
    return value / 100 if declared.measure in SHARES else value


def _declaration(declared: PooledFinding, *, corrected: bool) -> Mapping[str, object]:
    """The grid as the engine reads it."""
    grid = declared.grid
    how: dict[str, object] = {"measure": grid.how.measure, "method": grid.how.method, "test": grid.how.test}
    if grid.how.continuity and corrected:
        how["continuity"] = {item.name: {"to": item.to, "add": float(item.add)} for item in grid.how.continuity}
    which = {
        choice.name: {option.name: _rule(option, declared.candidates) for option in choice.options} for choice in grid.which
    }
    return {"how": how, "which": which}


def _rule(option: Option, candidates: Sequence[str]) -> object:
    if option.records:
        return {"result": option.records}
    if option.without:
        return {"result": {"not": option.without}}
    if option.only:
        return {condition.column: _condition(condition) for condition in option.only}
    if option.one_of is None:
        return "all"
    keep: list[object] = []
    if option.named:
        keep.append({"result": [*option.named, *(name for name in candidates if name not in option.named)]})
    if option.by in ("largest", "smallest"):
        keep.append({option.by: "size"})
    elif option.by is not None:
        keep += [{option.by: "year"}, {option.by: "issued"}]
    return {"one_of": option.one_of, "keep": [*keep, "first"]}


def _condition(condition: Condition) -> object:
    if condition.among:
        return condition.among
    if condition.but:
        return {"not": condition.but}
    ends = {"from": condition.since, "to": condition.until}
    return {name: float(end) for name, end in ends.items() if end is not None}


def _primary(grid: Choices, declared: PooledFinding) -> Mapping[str, str]:
    """The finding's own measure, method and test, and the first option of every other choice."""
    own = {"measure": declared.measure, "method": declared.method, "test": declared.test}
    return {factor.name: factor.names[0] for factor in grid.factors} | own


def _refuse_mixtures(declared: PooledFinding, results: Sequence[Result], found: Found) -> None:
    """Refuse a primary that is not the finding, and an analysis in which two results share people or data."""
    mine = [results[row].name for row in np.flatnonzero(found.sets[found.study_set[found.primary]]).tolist()]
    if set(mine) != set(declared.records):
        raise ValueError(
            f"{declared.id}: the first options of the multiverse leave {', '.join(mine)}; should leave the finding's records"
        )
    apart = [[one is other or shared_data(one.study, other.study) is None for other in results] for one in results]
    for inside in found.sets:
        rows = np.flatnonzero(inside).tolist()
        for row in rows:
            for other in rows:
                if not apart[row][other]:
                    raise ValueError(
                        f"{declared.id}: an analysis of the multiverse pools {results[row].name} and {results[other].name}, "
                        "which share people or data; should have a choice that keeps one of them"
                    )


def described(seen: Seen, across: Across | None) -> Multiverse:
    """What a page says of it: the curve from the lowest to the highest estimate, the choices, the verdict, the null."""
    found, told, scale = seen.found, seen.told, seen.scale
    span = [rounded(scale * float(bound), seen.unit) for bound in told.span] if told.feasible else ["", ""]
    mark = "%" if seen.unit == "%" else ""
    said = wording.robustness(
        told.verdict.word,
        feasible=told.feasible,
        every=told.specifications,
        agree=told.verdict.agree,
        span=f"{span[0]}{mark} to {span[1]}{mark}",
        decision=told.verdict.factor,
        option=told.verdict.option,
    )
    names = [item.name for item in seen.results]
    whole = in_values(found, told, _null(seen), names=names, said=said, unit=seen.unit, scale=scale)
    return replace(
        whole,
        choices=tuple(replace(one, first_order=_share(one.first_order), total=_share(one.total)) for one in whole.choices),
        levels=() if across is None else tuple((level.value, count) for level, count in across.counts),
        kept=None if across is None else _known(across.kept),
        why=None if seen.declared.threshold is None else seen.declared.threshold.why,
        usual=seen.declared.multiverse is None,
        details=tuple(_details(seen, across, whole.null)),
    )


def in_values(
    found: Found, told: Summary, drawn: Drawn | None, *, names: Sequence[str], said: str, unit: str, scale: float = 1.0
) -> Multiverse:
    """What the engine found: specifications from the lowest to the highest estimate, then the infeasible ones.

    ``names`` are of the rows of the table, ``said`` is the sentence on the verdict; ``unit`` is what a reader sees, and the
    engine's unit has ``scale`` of it.
    """
    places = [*found.order.tolist(), *np.flatnonzero(~found.feasible).tolist()]
    varied = [at for at, options in enumerate(found.options) if len(options) > 1]
    verdict = told.verdict
    return Multiverse(
        declared=found.declared,
        unit=unit,
        threshold=_known(scale * found.threshold),
        choices=tuple(_choice(found, at, told.influences, scale) for at in varied),
        specifications=tuple(_specification(found, at, varied, scale) for at in places),
        primary=places.index(found.primary),
        study_sets=told.study_sets,
        analyses=told.analyses,
        agree=verdict.agree,
        opposite=verdict.opposite,
        quantiles=tuple(scale * float(quantile) for quantile in told.quantiles) if told.feasible else (),
        verdict=verdict.word,
        said=said,
        decision=verdict.factor or None,
        option=verdict.option or None,
        moves_most=told.moves_most or None,
        null=None if drawn is None else _chance(drawn, found.order.size, scale),
        sets=tuple(tuple(names[row] for row in np.flatnonzero(inside).tolist()) for inside in found.sets),
        infeasible=told.infeasible,
        above=_known(told.above),
        below=_known(told.below),
        unclear=_known(told.unclear),
        opposite_sign=_known(told.opposite_sign),
        baseline=_known(found.baseline),
    )


def _details(seen: Seen, across: Across | None, drawn: Null | None) -> Iterator[str]:
    """Sentences beside the verdict."""
    found, told = seen.found, seen.told
    if seen.declared.multiverse is None:
        yield "The topic names no choices, so these are the usual ones."
    yield _agreement(seen)
    if told.moves_most:
        share = next(one.total for one in told.influences if one.factor == told.moves_most)
        yield f"What moves the number most is {told.moves_most}: {100 * share:.0f}% of the variance goes with it."
    if told.verdict.others:
        yield f"Holding {' or '.join(told.verdict.others)} would do as well."
    if across is not None:
        yield _levels(across)
    if drawn is not None:
        yield _against_chance(drawn)
    for why, count in told.infeasible:
        yield f"{count:,} cannot be made: {why}."
    if not math.isnan(found.baseline):
        yield f"Measures of several kinds are compared as risk differences at a risk of {100 * found.baseline:.3g}%."
    sets = "one set" if told.study_sets == 1 else f"{told.study_sets:,} sets"
    many = f"All {told.feasible:,}" if told.analyses == told.feasible else f"{told.analyses:,} of the {told.feasible:,}"
    yield f"{many} differ from each other, and they use {sets} of studies."
    yield "A multiverse is no estimate: its analyses share their data, and how many agree is no probability."


def _agreement(seen: Seen) -> str:
    """What it means that two analyses agree."""
    found, told = seen.found, seen.told
    if math.isnan(found.threshold):
        return "Two analyses agree if the estimate of each lies in the interval of the other."
    counts = [round(share * told.feasible) for share in (told.above, told.below, told.unclear)]
    at = f"{rounded(seen.scale * found.threshold, seen.unit)}{'%' if seen.unit == '%' else ''}"
    why = (
        ""
        if seen.declared.threshold is None
        else f" ({seen.declared.threshold.why[0].lower()}{seen.declared.threshold.why[1:]})"
    )
    name = "no difference" if found.threshold == found.no_effect else at
    shown = {1: "above it", -1: "below it", 0: "on no clear side"}[int(found.conclusion[found.primary])]
    return (
        f"By their intervals {counts[0]:,} analyses lie above {name}{why}, {counts[1]:,} below and {counts[2]:,} on no clear "
        f"side; the one shown lies {shown}."
    )


def _levels(across: Across) -> str:
    held = [(level.value, count) for level, count in across.counts if count]
    if len(held) == 1:
        return f"The certainty is {held[0][0]} in each of them."
    said = ", ".join(f"{level} in {count:,}" for level, count in held)
    return f"The certainty is {said}; {100 * across.kept:.0f}% keep that of the one shown."


def _against_chance(drawn: Null) -> str:
    """The test of the whole curve."""
    how = f"all {drawn.draws:,} patterns of signs" if drawn.exact else f"{drawn.draws:,} draws of signs"
    said = (
        f"Against chance ({how}) p is {drawn.p_median:.2g} for the median, {drawn.p_significant:.2g} for the share of clear "
        f"results and {drawn.p_mean_z:.2g} for the mean z"
    )
    return (
        f"{said}; with so few studies it cannot be below {2 / drawn.draws:.2g}."
        if drawn.exact and drawn.draws < 64
        else f"{said}."
    )


def _choice(found: Found, at: int, influences: Sequence[Influence], scale: float) -> Choice:
    one = next(influence for influence in influences if influence.factor == found.factors[at])
    return Choice(
        factor=one.factor,
        options=one.options,
        primary=int(found.choice[found.primary, at]),
        first_order=_known(one.first_order),
        total=_known(one.total),
        median=tuple(_known(scale * float(value)) for value in one.median),
        agree=tuple(_known(float(share)) for share in one.agree),
    )


def _specification(found: Found, at: int, varied: Sequence[int], scale: float) -> Specification:
    options = tuple(int(found.choice[at, factor]) for factor in varied)
    if not found.feasible[at]:
        return Specification(options=options, studies=0, why=found.reasons[found.reason[at]])
    low, high = (scale * float(bound) for bound in found.interval[at])
    return Specification(
        options=options,
        studies=int(found.k[at]),
        value=scale * float(found.estimate[at]),
        low=_known(low),
        high=_known(high),
        agrees=bool(found.agrees[at]),
        study_set=int(found.study_set[at]),
        conclusion=None if math.isnan(found.threshold) else _SIDES[int(found.conclusion[at])],
    )


def _chance(drawn: Drawn, count: int, scale: float) -> Null:
    """The null at each of ``count`` ranks of the curve; a long curve has it at some of them."""
    median, significant, mean_z = (float(p) for p in drawn.p_value)
    bounds = (np.interp(np.arange(count), drawn.ranks, bound) for bound in drawn.envelope)
    low, high = (tuple(scale * float(bound) for bound in bound_at) for bound_at in bounds)
    return Null(
        kind=drawn.kind,
        draws=drawn.draws,
        exact=drawn.exact,
        p_median=median,
        p_significant=significant,
        p_mean_z=mean_z,
        low=low,
        high=high,
    )


def _null(seen: Seen) -> Drawn | None:
    """The curve against chance; the seed comes from the declared grid. Results that share people turn together."""
    if math.isnan(seen.found.threshold) or not seen.found.order.size:
        return None
    return null(
        seen.table,
        seen.grid,
        primary=seen.primary,
        rng=np.random.default_rng(int(seen.found.declared[:16], 16)),
        draws=DRAWS,
        study="overlap",
        threshold=seen.threshold,
    )


def _share(value: float | None) -> float | None:
    """A share without what rounding leaves of none."""
    return None if value is None else round(value, 12)


def _known(value: float) -> float | None:
    """A number, or None where there is none."""
    return float(value) if math.isfinite(value) else None
