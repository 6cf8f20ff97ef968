r"""Every defensible meta-analysis of one question, which choice moves the answer, and whether it would stand.

A multiverse is not an estimate: its specifications share data, so that neither their mean nor the share that agree is a
probability. It says how far the answer depends on choices that could have been made otherwise [1]_ [2]_ [3]_.

References
----------
.. [1] Steegen, Tuerlinckx, Gelman & Vanpaemel 2016, Perspectives on Psychological Science 11:702-712.
.. [2] Simonsohn, Simmons & Nelson 2020, Nature Human Behaviour 4:1208-1214.
.. [3] Voracek, Kossmeier & Tran 2019, Zeitschrift für Psychologie 227:64-82.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from equipoise.engines.synthesis.declaration import Between, Choices, OneOf, Table, cell, grid, text
from equipoise.engines.synthesis.distributions import central_quantiles, two_sided_ps
from equipoise.engines.synthesis.effects import check_level
from equipoise.engines.synthesis.shared_scale import SharedScale, linearised, shared_scale
from equipoise.engines.synthesis.specifications import Analyses, Fits, Plan, distinct_analyses, fitted, planned, tested

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.intp]
Word = Literal["robust", "sensitive", "fragile", "cannot judge"]

AGREEMENT = 0.9
"""Share of feasible specifications that must reach the primary's conclusion for it to stand, if none reaches the opposite."""

QUANTILES = (0.025, 0.25, 0.5, 0.75, 0.975)
"""Of the estimates on the curve."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Multiverse:
    """All S specifications of a declared grid, in the order of the grid (the last factor changes fastest), over n rows.

    - ``declared``: SHA-256 of the grid. ``factors``, ``options``: names; ``choice`` (S, F): which option of each factor;
      ``primary``: index of the primary specification. ``unmatched``: words of rules that no row carries.
    - ``feasible`` (S,); ``reason`` (S,): why not, an index into ``reasons``, the first of which is empty.
    - ``sets`` (D, n): the distinct sets of rows that are pooled; ``study_set`` (S,): which of them, -1 where there is none.
      ``analysis`` (S,): equal numbers mark one analysis reached by several ways, -1 where there is none: the same effects of
      the same rows with the same estimator and test (of a single row all of these are one).
    - ``k`` (S,): rows pooled. ``effect``, ``standard_error``, ``df`` (S,) are on the scale of the specification's measure.
    - ``estimate`` (S,), ``interval``, ``prediction`` (S, 2): on the scale of ``unit``, which all share; the prediction
      interval as :func:`pool` gives it, NaN for one row and for a common effect. ``baseline``: the risk at which risk
      differences are shown, NaN where none is needed. ``p_value`` (S,): of the threshold; NaN without one, or where the
      standard error is 0.
    - ``no_effect``: its value on that scale, NaN where there is none (proportions, rates). ``threshold``: what conclusions are
      about, or NaN. ``conclusion`` (S,): 1 above the threshold, -1 below, 0 unclear; always 0 without a threshold. ``agrees``
      (S,): with the primary; ``opposite`` (S,): the contrary.
    - ``order``: the feasible specifications by estimate: the specification curve.
    - ``level``: of all intervals. Numbers of an infeasible specification are NaN, or 0 where they count.
    """

    declared: str
    factors: tuple[str, ...]
    options: tuple[tuple[str, ...], ...]
    choice: NDArray[np.int16]
    primary: int
    unmatched: tuple[str, ...]
    feasible: Flags
    reason: Indices
    reasons: tuple[str, ...]
    sets: Flags
    study_set: Indices
    analysis: Indices
    k: Indices
    effect: Floats
    standard_error: Floats
    df: Floats
    estimate: Floats
    interval: Floats
    prediction: Floats
    p_value: Floats
    unit: str
    baseline: float
    no_effect: float
    threshold: float
    conclusion: NDArray[np.int8]
    agrees: Flags
    opposite: Flags
    order: Indices
    level: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Influence:
    """How far one factor moves the estimate.

    ``first_order``: variance of the means of its options over the total variance. ``total``: variance that is left among
    specifications that differ in this factor alone, over the total variance: with its interactions. Both are of feasible
    specifications with equal weights, and NaN where all estimates are equal. In a complete grid they are Sobol's indices, and
    first_order <= total. Where cells are infeasible, factors go together: first orders may then exceed totals, and sum to more
    than 1.

    ``feasible``, ``median``, ``agree``: of each option the specifications, their median estimate and the share that agrees with
    the primary; NaN for an option without any.
    """

    factor: str
    first_order: float
    total: float
    options: tuple[str, ...]
    feasible: Indices
    median: Floats
    agree: Floats


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a multiverse says of the primary's conclusion.

    - ``robust``: at least :data:`AGREEMENT` of the feasible specifications reach it, and none the opposite.
    - ``sensitive``: not robust, but robust among the specifications that keep ``factor`` at the primary's option
      (``held_agree`` of ``held_feasible``); ``option`` is the one that flips it most often. Of several factors it is the one
      that leaves most agreement, then the one with the largest total share; ``others`` names the rest.
    - ``fragile``: neither.
    - ``cannot judge``: the primary is infeasible, or no other analysis is there to compare it with; ``because`` says which.

    ``agree`` and ``opposite`` count among ``feasible``.
    """

    word: Word
    agree: int
    opposite: int
    feasible: int
    factor: str = ""
    option: str = ""
    held_agree: int = 0
    held_feasible: int = 0
    others: tuple[str, ...] = ()
    because: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Summary:
    """A multiverse in few numbers. Shares are of feasible specifications; NaN where there is none, or nothing to compare with.

    - ``study_sets``, ``analyses``: distinct ones. ``infeasible``: reasons with their counts, the most frequent first.
    - ``quantiles``: of the estimates, at :data:`QUANTILES`; ``span`` (2,): the lowest and the highest.
    - ``above``, ``below``, ``unclear``: shares by conclusion about the threshold. ``agree``: share that concludes as the
      primary; ``agree_analyses``: the same of distinct analyses.
    - ``opposite_sign``: share of estimates on the other side of no effect than the primary's. ``beyond``: share of estimates
      beyond the threshold, seen from no effect, or on the primary's side where the threshold is no effect.
    - ``influences``: of the factors with several options; ``moves_most``: the one with the largest total share, or empty.
      ``decomposed_on``: the scale of their variances, ``log`` for ratios, so that turning a comparison around changes nothing.
    """

    specifications: int
    feasible: int
    infeasible: tuple[tuple[str, int], ...]
    study_sets: int
    analyses: int
    quantiles: Floats
    span: Floats
    above: float
    below: float
    unclear: float
    agree: float
    agree_analyses: float
    opposite_sign: float
    beyond: float
    influences: tuple[Influence, ...]
    moves_most: str
    decomposed_on: Literal["log", "readable"]
    verdict: Verdict


def multiverse(
    table: Table,
    choices: Choices,
    *,
    primary: Mapping[str, str],
    threshold: float | None = None,
    level: float = 0.95,
    baseline: float | None = None,
) -> Multiverse:
    """Run every specification of a declared grid.

    Parameters
    ----------
    table
        Columns of one length by name: the numbers that measures need, by the names of
        :func:`~equipoise.engines.synthesis.effects.effect_size`, and what rules ask for. One candidate result a row. If the
        grid has one measure only, a row that lacks its columns may have ``effect`` with ``variance`` or ``se``.
    choices
        The grid, from :func:`equipoise.engines.synthesis.declaration.choices`.
    primary
        The option of each factor that has several: the analysis that is shown as the result.
    threshold
        On the readable scale: what the conclusion is about, such as the smallest difference that matters. Left out, it is no
        effect (1 for ratios, 0 for differences). Proportions and rates have none; a specification then agrees if its estimate
        lies in the primary's interval and the primary's estimate in its. NaN asks for that everywhere.
    level
        Of all intervals, between 0 and 1.
    baseline
        Risk without the treatment, between 0 and 1, at which measures of two-by-two tables become risk differences, where the
        grid mixes scales. Left out, it is the pooled logit risk of the controls in the primary's rows, by its method.

    Returns
    -------
    Multiverse
        Every cell of the grid, also the infeasible ones with their reason: no row is left, or one has no effect.

    Raises
    ------
    ValueError
        A primary that is not one cell of the grid, columns that are missing or of unequal length, measures that share no
        scale, equals that a pick cannot tell apart, a threshold or baseline that cannot be.
    """
    return run(table, choices, primary, threshold=threshold, level=level, baseline=baseline)[0]


def summary(multiverse: Multiverse) -> Summary:
    r"""Count what a multiverse found, share out its variance among the factors, and give the verdict.

    The shares of a factor X in the variance of the estimates Y, over feasible specifications with equal weights,

    .. math:: S_X = \frac{\operatorname{Var}(E[Y | X])}{\operatorname{Var}(Y)}, \qquad
              T_X = \frac{E[\operatorname{Var}(Y | \text{all factors but } X)]}{\operatorname{Var}(Y)}

    are in a complete grid Sobol's first-order and total indices [1]_.

    References
    ----------
    .. [1] Sobol' 2001, Mathematics and Computers in Simulation 55:271-280.
    """
    m = multiverse
    there = np.flatnonzero(m.feasible)
    estimate = m.estimate[there]
    compared = there if m.feasible[m.primary] else there[:0]
    settled = there if not math.isnan(m.threshold) else there[:0]
    moved = linearised(estimate, m.no_effect)
    influences = tuple(_influence(m, at, there, moved) for at, options in enumerate(m.options) if len(options) > 1)
    totals = {one.factor: 0.0 if math.isnan(one.total) else one.total for one in influences}
    most = max(totals, key=totals.__getitem__, default="")
    _, first = np.unique(m.analysis[there], return_index=True)
    codes, counts = np.unique(m.reason[~m.feasible], return_counts=True)
    infeasible = sorted(zip((m.reasons[code] for code in codes), counts.tolist(), strict=True), key=lambda pair: -pair[1])
    return Summary(
        specifications=m.feasible.size,
        feasible=there.size,
        infeasible=tuple(infeasible),
        study_sets=m.sets.shape[0],
        analyses=first.size,
        quantiles=np.quantile(estimate, QUANTILES) if there.size else np.full(len(QUANTILES), math.nan),
        span=np.array([estimate.min(), estimate.max()]) if there.size else np.full(2, math.nan),
        above=_share(m.conclusion[settled] > 0),
        below=_share(m.conclusion[settled] < 0),
        unclear=_share(m.conclusion[settled] == 0),
        agree=_share(m.agrees[compared]),
        agree_analyses=_share(m.agrees[there[first]]) if compared.size else math.nan,
        opposite_sign=_share(_side(m, compared) * _side(m, m.primary) < 0) if not math.isnan(m.no_effect) else math.nan,
        beyond=_beyond(m, there),
        influences=influences,
        moves_most=most if totals.get(most, 0.0) > 0 else "",
        decomposed_on="log" if m.no_effect == 1 else "readable",
        verdict=_verdict(m, there, first.size, totals),
    )


def run(
    table: Table, choices: Choices, primary: Mapping[str, str], *, threshold: float | None, level: float, baseline: float | None
) -> tuple[Multiverse, Plan, SharedScale]:
    """Return a multiverse with what it was made of, for those who draw data and compute it again."""
    check_level(level)
    at = cell(choices, primary)
    plan = planned(table, choices)
    view = shared_scale(table, plan, at, threshold=threshold, baseline=baseline)
    return _specifications(table, choices, plan, view, primary=at, level=level), plan, view


def _specifications(
    table: Table, choices: Choices, plan: Plan, view: SharedScale, *, primary: tuple[int, ...], level: float
) -> Multiverse:
    analyses = distinct_analyses(plan)
    fits = fitted(plan.data.effect, plan.data.variance, plan.data.k, plan.methods)
    effect, error, df = tested(plan, analyses, fits)
    quantile = central_quantiles(level, df)
    half = quantile * error
    ahead = quantile * np.sqrt(fits.tau2[analyses.method, analyses.data] + error**2)
    measure, people = plan.data.measure[analyses.data], plan.data.typical[analyses.data]
    steps = np.stack([np.zeros_like(half), -half, half, -ahead, ahead], axis=1)
    shown = view.readable(measure, effect[:, None] + steps, people)
    distance = effect - view.against(measure, people)
    with np.errstate(divide="ignore", invalid="ignore"):
        p_value = two_sided_ps(np.where(error > 0, distance / error, math.nan), df) if effect.size else effect
    conclusion = np.where((error > 0) & (np.abs(distance) > half), np.sign(distance), 0.0).astype(np.int8)
    reason, reasons = _reasons(plan, analyses, fits)
    feasible = reason == 0
    of = np.where(feasible, analyses.of, -1)
    sizes = [len(factor.options) for factor in choices.factors]
    first = int(np.ravel_multi_index(primary, sizes))
    sets = np.broadcast_to(plan.set_of[:, None, None], plan.shape).reshape(-1)
    estimate, interval = _spread_out(shown[:, 0], of), _spread_out(shown[:, 1:3], of)
    concluded = np.where(feasible, _spread_out(conclusion.astype(np.float64), of), 0).astype(np.int8)
    agrees, opposite = _compared(estimate, interval, concluded, feasible, first, settled=not math.isnan(view.threshold))
    return Multiverse(
        declared=choices.declared,
        factors=tuple(factor.name for factor in choices.factors),
        options=tuple(factor.names for factor in choices.factors),
        choice=grid(sizes),
        primary=first,
        unmatched=tuple(_unmatched(table, choices)),
        feasible=feasible,
        reason=reason,
        reasons=reasons,
        sets=plan.sets,
        study_set=np.where(feasible, sets, -1),
        analysis=of,
        k=np.where(feasible, plan.sets.sum(axis=1)[sets], 0) if plan.sets.shape[0] else np.zeros(reason.size, dtype=np.intp),
        effect=_spread_out(effect, of),
        standard_error=_spread_out(error, of),
        df=_spread_out(df, of),
        estimate=estimate,
        interval=interval,
        prediction=_spread_out(shown[:, 3:], of),
        p_value=_spread_out(p_value, of),
        unit=view.unit,
        baseline=view.baseline,
        no_effect=view.no_effect,
        threshold=view.threshold,
        conclusion=concluded,
        agrees=agrees,
        opposite=opposite,
        order=np.flatnonzero(feasible)[np.argsort(estimate[feasible], kind="stable")],
        level=level,
    )


def _reasons(plan: Plan, analyses: Analyses, fits: Fits) -> tuple[Indices, tuple[str, ...]]:
    """Return why each specification is infeasible, 0 for those that are not, and the reasons that occur."""
    reason = np.broadcast_to(plan.reason[:, None, None], plan.shape).reshape(-1).copy()
    reasons = list(plan.reasons)
    for (method, data), why in fits.failed.items():
        failed = np.flatnonzero((analyses.method == method) & (analyses.data == data))
        reason[np.isin(analyses.of, failed)] = len(reasons)
        reasons.append(why)
    return reason, tuple(reasons)


def _spread_out(values: Floats, of: Indices) -> Floats:
    """Return the values of analyses at the specifications that reach them, NaN at those that reach none."""
    result = np.full((of.size, *values.shape[1:]), math.nan)
    result[of >= 0] = values[of[of >= 0]]
    return result


def _compared(
    estimate: Floats, interval: Floats, conclusion: NDArray[np.int8], feasible: Flags, primary: int, *, settled: bool
) -> tuple[Flags, Flags]:
    """Return which specifications agree with the primary, and which conclude the opposite."""
    if settled:
        mine = conclusion[primary]
        agrees, opposite = conclusion == mine, (conclusion == -mine) & (mine != 0)
    else:
        (low, high), middle = interval[primary], estimate[primary]
        agrees = (estimate >= low) & (estimate <= high) & (interval[:, 0] <= middle) & (middle <= interval[:, 1])
        opposite = (interval[:, 0] > high) | (interval[:, 1] < low)
    known = feasible & feasible[primary]
    return agrees & known, opposite & known


def _unmatched(table: Table, choices: Choices) -> Iterator[str]:
    """Yield the words of rules that no row carries: not yet seen, or misspelt."""
    for factor in choices.factors:
        for option in factor.options:
            rules = (
                option.does if isinstance(option.does, tuple) else option.does.keep if isinstance(option.does, OneOf) else ()
            )
            for rule in rules:
                words = () if isinstance(rule, Between) else rule.words
                held = {text(found) for found in table[rule.column]} if words else set()
                for word in words:
                    if word not in held:
                        yield f"{factor.name}: {option.name}: no row has {rule.column} {word}"


def _influence(m: Multiverse, factor: int, there: Indices, moved: Floats) -> Influence:
    sizes = [len(options) for options in m.options]
    mine = m.choice[there, factor]
    others = m.choice[there].copy()
    others[:, factor] = 0
    whole = float(np.var(moved)) if there.size else 0.0
    between = np.var(_group_means(moved, mine)) if there.size else 0.0
    cell = np.unique(np.ravel_multi_index(tuple(others.T), sizes), return_inverse=True)[1].reshape(-1) if there.size else mine
    within = np.mean((moved - _group_means(moved, cell)) ** 2) if there.size else 0.0
    tiny = 1e-20 * float(np.max(np.abs(moved), initial=0.0)) ** 2  # what rounding leaves of equal estimates
    groups = [there[mine == at] for at in range(sizes[factor])]
    return Influence(
        factor=m.factors[factor],
        first_order=float(between) / whole if whole > tiny else math.nan,
        total=float(within) / whole if whole > tiny else math.nan,
        options=m.options[factor],
        feasible=np.array([group.size for group in groups], dtype=np.intp),
        median=np.array([np.median(m.estimate[group]) if group.size else math.nan for group in groups]),
        agree=np.array([_share(m.agrees[group]) if m.feasible[m.primary] else math.nan for group in groups]),
    )


def _group_means(values: Floats, group: Indices) -> Floats:
    """Return at each value the mean of its group."""
    count = np.bincount(group)
    return np.asarray((np.bincount(group, weights=values) / np.maximum(count, 1))[group])


def _share(flags: Flags) -> float:
    return float(np.mean(flags)) if flags.size else math.nan


def _side(m: Multiverse, at: Indices | int) -> Floats:
    """Return on which side of no effect estimates lie: 1, 0 or -1."""
    return np.sign(np.asarray(m.estimate[at]) - m.no_effect)


def _beyond(m: Multiverse, there: Indices) -> float:
    direction = m.threshold - m.no_effect
    if direction == 0:
        direction = m.estimate[m.primary] - m.threshold
    if math.isnan(direction):
        return math.nan
    return _share((m.estimate[there] - m.threshold) * direction > 0)


def _verdict(m: Multiverse, there: Indices, analyses: int, totals: Mapping[str, float]) -> Verdict:
    base = Verdict(word="fragile", agree=int(m.agrees.sum()), opposite=int(m.opposite.sum()), feasible=there.size)
    if not m.feasible[m.primary]:
        return replace(base, word="cannot judge", because=m.reasons[m.reason[m.primary]])
    if analyses < 2:
        return replace(base, word="cannot judge", because="all feasible specifications are one analysis")
    if _stands(m, there):
        return replace(base, word="robust")
    ways = []
    for factor, total in totals.items():
        at = m.factors.index(factor)
        held = there[m.choice[there, at] == m.choice[m.primary, at]]
        if _stands(m, held):
            ways.append((-_share(m.agrees[held]), -total, at, held))
    if not ways:
        return base
    (_, _, at, held), *others = sorted(ways, key=lambda way: way[:3])
    groups = {option: there[m.choice[there, at] == one] for one, option in enumerate(m.options[at])}
    shares = {option: _share(m.agrees[group]) for option, group in groups.items() if group.size}
    del shares[m.options[at][m.choice[m.primary, at]]]
    return replace(
        base,
        word="sensitive",
        factor=m.factors[at],
        option=min(shares, key=shares.__getitem__),
        held_agree=int(m.agrees[held].sum()),
        held_feasible=held.size,
        others=tuple(m.factors[other] for _, _, other, _ in others),
    )


def _stands(m: Multiverse, among: Indices) -> bool:
    """Say whether the primary's conclusion stands among some specifications."""
    return not m.opposite[among].any() and m.agrees[among].sum() >= AGREEMENT * among.size * (1 - 1e-12)
