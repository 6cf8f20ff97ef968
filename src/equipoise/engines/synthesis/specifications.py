"""What the specifications of a declared grid come to: effects, distinct sets of rows, distinct analyses, and their fits.

Effects are computed once for each way to compute them, fitted once for each distinct set of rows and each estimator, and every
test is read from the same fit.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import cast

import numpy as np
from numpy.typing import NDArray

from equipoise.engines.synthesis.declaration import HOW, Choices, Continuity, Option, Table, chosen, numbers
from equipoise.engines.synthesis.effects import NoRowLeftError, corrects, effect_size, spellings, variance_formulas, wanted
from equipoise.engines.synthesis.least_squares import Location
from equipoise.engines.synthesis.pooling import CELLS, Method, Test, estimate_tau2
from equipoise.engines.synthesis.scales import SCALES

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.intp]

ONE_ESTIMATOR: Mapping[str, str] = MappingProxyType({"EB": "PM", "DLIT": "PM", "SJIT": "PM"})
"""Estimators of tau squared that are one number under several names, and so no other analysis."""

_SILENT = "in every row no arm, or every arm in full, has the event, and drop00 leaves none"


@dataclass(frozen=True, kw_only=True, eq=False)
class Data:
    """N distinct data sets, those of few rows first, in columns.

    ``effect``, ``variance`` (K, N): the most precise row on top, infinite variances below the last. ``row`` (K, N): of the
    table, where each came from. ``k``, ``measure`` (N,): rows and measure of each. ``people`` (K, N): people or person-time of
    each row, NaN where the way back from the measure does not ask for them.
    """

    effect: Floats
    variance: Floats
    row: Indices
    k: Indices
    measure: Indices
    people: Floats

    @property
    def typical(self) -> Floats:
        """Harmonic mean of the people of each data set."""
        inverse = np.where(np.isfinite(self.variance), 1 / self.people, 0.0)
        return np.asarray(self.k / inverse.sum(axis=0)) if self.k.size else np.zeros(0)


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """What there is to compute; ``set_of``, ``data_of``, ``reason``: (measures, continuities, vtypes, W choices of rows)."""

    measures: tuple[str, ...]
    methods: tuple[Method, ...]
    tests: tuple[Test, ...]
    chosen: Flags
    sets: Flags
    set_of: Indices
    data_of: Indices
    data: Data
    reason: Indices
    reasons: tuple[str, ...]
    which: tuple[int, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of the grid, with all choices of rows as one factor, the last."""
        measures, *others = self.data_of.shape
        return (measures, len(self.methods), len(self.tests), *others)

    def rows_of(self, place: Sequence[int]) -> int:
        """Return which choice of rows a cell of the grid makes."""
        return int(np.ravel_multi_index(tuple(place[len(HOW) :]), self.which)) if self.which else 0


def planned(table: Table, choices: Choices) -> Plan:
    """Return what a grid asks of a table, whose columns should be of one length."""
    how, which = choices.factors[: len(HOW)], choices.factors[len(HOW) :]
    measures, methods, tests, continuities, vtypes = how
    candidates, empty = chosen(table, _rows(table), which)
    sets, place = _distinct(candidates)
    alone = len(measures.names) == 1
    variants = [
        _variant(at, _Source.of(measure, table, alone=alone), continuity, vtype, sets)
        for at, measure in enumerate(measures.names)
        for continuity in continuities.options
        for vtype in vtypes.options
    ]
    reasons = {"": 0}
    why = np.array([[reasons.setdefault(one, len(reasons)) for one in variant.why] for variant in variants], dtype=np.intp)
    final = np.stack([sets & variant.kept for variant in variants])
    there = (why == 0) & final.any(axis=2)
    reason = why[:, place]
    reason[:, ~candidates.any(axis=1)] = [reasons.setdefault(one, len(reasons)) for one in empty]
    pooled, numbers = _distinct(final[there])
    set_of = np.full(there.shape, -1, dtype=np.intp)
    set_of[there] = numbers
    data_of, data = _data(variants, final, there)
    shape = (len(measures.names), len(continuities.names), len(vtypes.names), candidates.shape[0])
    return Plan(
        measures=measures.names,
        methods=cast("tuple[Method, ...]", methods.names),
        tests=cast("tuple[Test, ...]", tests.names),
        chosen=candidates,
        sets=pooled,
        set_of=set_of[:, place].reshape(shape),
        data_of=data_of[:, place].reshape(shape),
        data=data,
        reason=reason.reshape(shape),
        reasons=tuple(reasons),
        which=tuple(len(factor.options) for factor in which),
    )


def _rows(table: Table) -> int:
    lengths = {name: len(column) for name, column in table.items()}
    if len(set(lengths.values())) != 1:
        found = ", ".join(f"{name} {length}" for name, length in lengths.items()) or "none"
        raise ValueError(f"the table has columns of lengths {found}; they should be of one length, one candidate result a row")
    return next(iter(lengths.values()))


def _distinct(flags: Flags) -> tuple[Flags, Indices]:
    """Return the distinct rows of flags in the order in which they first occur, and which of them each row is."""
    if 0 in flags.shape:
        return flags[:1], np.zeros(flags.shape[0], dtype=np.intp)
    packed = np.packbits(flags, axis=1)
    whole = packed.view(f"V{packed.shape[1]}").reshape(-1)
    _, first, place = np.unique(whole, return_index=True, return_inverse=True)
    order = np.argsort(first)
    return flags[first[order]], np.argsort(order)[place.reshape(-1)]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Source:
    """What a table holds for a measure: the sets of columns it can be computed from, the most detailed first, as numbers."""

    measure: str
    sets: tuple[Mapping[str, Floats], ...]

    @staticmethod
    def of(measure: str, table: Table, *, alone: bool) -> "_Source":
        """Find them. Effects as given serve where the grid has one measure alone, for they are of one measure."""
        asked = [names for names in wanted(measure) if alone or "effect" not in names or measure in ("GEN", "HR")]
        sets = []
        for names in asked:
            columns = {name: column_of(name, table) for name in names}
            if all(columns.values()):
                sets.append(
                    {name: numbers(table[cast("str", column)], cast("str", column)) for name, column in columns.items()}
                )
        if not sets:
            right = " or ".join(f"({', '.join(names)})" for names in asked)
            raise ValueError(f"the table has columns ({', '.join(table)}); for {measure} there should be {right}")
        return _Source(measure=measure, sets=tuple(sets))

    @property
    def people(self) -> Floats:
        """People, or person-time, of each row, where the way back from the measure asks for them; NaN otherwise."""
        first = self.sets[0]
        own = first.get("total" if self.measure == "PFT" else "time") if SCALES[self.measure].sized else None
        return np.full(next(iter(first.values())).size, math.nan) if own is None else own

    def take(self, rows: Indices) -> Iterator[tuple[Indices, dict[str, Floats]]]:
        """Yield the rows that can be computed from each set of columns; rows that miss a number in all come with the first."""
        full = np.stack([np.all([np.isfinite(column[rows]) for column in names.values()], axis=0) for names in self.sets])
        best = np.argmax(full, axis=0)
        for at, names in enumerate(self.sets):
            if (best == at).any():
                mine = rows[best == at]
                yield mine, {name: column[mine] for name, column in names.items()}


def column_of(name: str, table: Table) -> str | None:
    """Return the column of a table that goes by a name, or by metafor's."""
    return next((other for other in spellings(name) if other in table), None)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Variant:
    """One way to compute effects in D sets of rows.

    ``effect``, ``variance``, ``kept`` (which rows stay): shape (D, n); ``people`` (n,); ``why``: of each set, why it has none.
    """

    measure: int
    effect: Floats
    variance: Floats
    kept: Flags
    people: Floats
    why: list[str]


def _variant(measure: int, source: _Source, continuity: Option, vtype: Option, sets: Flags) -> _Variant:
    options: dict[str, object] = {}
    if isinstance(continuity.does, Continuity) and corrects(source.measure):
        options |= {"to": continuity.does.to, "add": continuity.does.add, "drop00": continuity.does.drop00}
    if vtype.does in variance_formulas(source.measure):
        options["vtype"] = vtype.does
    used = np.flatnonzero(sets.any(axis=0))
    whole = _effects(source, used, options, sets.shape[1])
    why = [""] * len(sets)
    for row in sorted(whole.lost, reverse=True):
        for at in np.flatnonzero(sets[:, row]).tolist():
            why[at] = whole.lost[row]
    kept = sets & whole.kept
    for silent in np.flatnonzero(sets.any(axis=1) & ~kept.any(axis=1)).tolist():
        why[silent] = _SILENT
    effect, variance = (np.broadcast_to(array, sets.shape) for array in (whole.effect, whole.variance))
    if options.get("to") == "if0all" or str(options.get("vtype", "")).startswith("AV"):  # a row's effect depends on the others
        effect, variance = effect.copy(), variance.copy()
        for at, inside in enumerate(kept):
            if not why[at] and inside.any():
                own = _effects(source, np.flatnonzero(inside), options, sets.shape[1])
                effect[at], variance[at] = own.effect, own.variance
                why[at] = next(iter(own.lost.values()), "")
    return _Variant(measure=measure, effect=effect, variance=variance, kept=kept, people=source.people, why=why)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Rows:
    """Effects and variances of n rows, those that stay, and for those without an effect why."""

    effect: Floats
    variance: Floats
    kept: Flags
    lost: dict[int, str]


def _effects(source: _Source, rows: Indices, options: Mapping[str, object], n: int) -> _Rows:
    result = _Rows(effect=np.zeros(n), variance=np.ones(n), kept=np.zeros(n, dtype=np.bool_), lost={})
    for mine, columns in source.take(rows):
        try:
            _enter(result, source.measure, mine, columns, options)
        except ValueError:
            for at, row in enumerate(mine.tolist()):
                one = {name: column[at : at + 1] for name, column in columns.items()}
                try:
                    _enter(result, source.measure, mine[at : at + 1], one, options)
                except NoRowLeftError:
                    continue
                except ValueError as fault:
                    result.lost[row] = str(fault).replace("row 0", f"row {row}")
                    result.kept[row] = True
    return result


def _enter(result: _Rows, measure: str, rows: Indices, columns: Mapping[str, Floats], options: Mapping[str, object]) -> None:
    found = effect_size(measure, **columns, **options)  # type: ignore[arg-type] # names of options are keywords
    there = rows[found.rows]
    result.effect[there], result.variance[there], result.kept[there] = found.effect, found.variance, True


def _data(variants: Sequence[_Variant], final: Flags, there: Flags) -> tuple[Indices, Data]:
    """Return which data set each variant gives in each set of rows, -1 for none, and the data sets, told apart by content."""
    variant, at = np.nonzero(there)
    inside = final[variant, at]
    effect, variance = np.empty(inside.shape), np.empty(inside.shape)
    for one, found in enumerate(variants):
        mine = variant == one
        effect[mine], variance[mine] = found.effect[at[mine]], found.variance[at[mine]]
    effect, variance = np.where(inside, effect, 0.0) + 0.0, np.where(inside, variance, np.inf)  # -0 is 0
    measure = np.array([one.measure for one in variants], dtype=np.intp)[variant]
    content = np.concatenate([measure[:, None].astype(np.float64), effect, variance], axis=1)
    _, first, place = np.unique(content.view(f"V{content.shape[1] * 8}"), return_index=True, return_inverse=True)
    order = np.argsort(inside[first].sum(axis=1), kind="stable")
    data_of = np.full(there.shape, -1, dtype=np.intp)
    data_of[there] = np.argsort(order)[place.reshape(-1)]
    kept = first[order]
    k = inside[kept].sum(axis=1)
    row = np.argsort(variance[kept], axis=1, kind="stable")[:, : int(k.max(initial=0))]
    people = np.array([one.people for one in variants])[variant[kept]]
    columns = (np.take_along_axis(array, row, axis=1).T.copy() for array in (effect[kept], variance[kept], people))
    top, below, size = columns
    return data_of, Data(effect=top, variance=below, row=row.T, k=k, measure=measure[kept], people=size)


@dataclass(frozen=True, kw_only=True, eq=False)
class Fits:
    """Means, classical standard errors, Knapp and Hartung's factors and tau squared (NaN for one row and for a common effect).

    Each is of shape (methods, N). ``failed``: why some have none.
    """

    mean: Floats
    error: Floats
    factor: Floats
    tau2: Floats
    failed: dict[tuple[int, int], str]


def fitted(effect: Floats, variance: Floats, k: Indices, methods: Sequence[Method]) -> Fits:
    """Fit N data sets in columns, few rows first, by each method."""
    shape = (len(methods), k.size)
    mean, error, factor, spread = (np.full(shape, math.nan) for _ in range(4))
    fits = Fits(mean=mean, error=error, factor=factor, tau2=spread, failed={})
    lonely = int(np.searchsorted(k, 2))
    if lonely:
        fits.mean[:, :lonely], fits.error[:, :lonely], fits.factor[:, :lonely] = (
            effect[0, :lonely],
            np.sqrt(variance[0, :lonely]),
            1.0,
        )
    start = lonely
    while start < k.size:
        stop = min(k.size, start + max(1, CELLS // int(k[start])))
        part = slice(start, stop)
        deep = int(k[stop - 1])
        _fit(effect[:deep, part], variance[:deep, part], methods, fits, start)
        start = stop
    return fits


def _fit(effect: Floats, variance: Floats, methods: Sequence[Method], fits: Fits, start: int) -> None:
    """Write the fits of some data sets, each of at least two rows."""
    part = slice(start, start + effect.shape[1])
    model = Location(effect=np.where(np.isfinite(variance), effect - effect[0], 0.0), variance=variance)
    df = np.isfinite(variance).sum(axis=0) - 1
    for at, method in enumerate(methods):
        tau2, failed = _tau2(model, method)
        fits.failed.update({(at, start + data): why for data, why in failed.items()})
        w = np.reciprocal(variance + tau2)
        total = w.sum(axis=0)
        mean = np.einsum("kb,kb->b", w, model.effect) / total
        residual = model.effect - mean
        fits.mean[at, part] = mean + effect[0]
        fits.error[at, part] = np.sqrt(1 / total)
        fits.tau2[at, part] = tau2 if method != "common" else math.nan
        fits.factor[at, part] = np.sqrt(np.einsum("kb,kb,kb->b", w, residual, residual) / df)


def _tau2(model: Location, method: Method) -> tuple[Floats, dict[int, str]]:
    """Return tau squared of each data set, and for those for which the search does not end (NaN) what was tried."""
    try:
        return estimate_tau2(model, method)[0], {}
    except ArithmeticError as fault:
        analyses = model.effect.shape[1]
        if analyses == 1:
            return np.full(1, math.nan), {0: f"{method} does not converge: {fault}"}
        parts = [_tau2(model.take(np.array([one])), method) for one in range(analyses)]
        failed = {one: why for one, (_, found) in enumerate(parts) for why in found.values()}
        return np.concatenate([tau2 for tau2, _ in parts]), failed


@dataclass(frozen=True, kw_only=True, eq=False)
class Analyses:
    """The distinct analyses, A of them: data set, method and test of each; and of S specifications which it is, -1 for none."""

    data: Indices
    method: Indices
    test: Indices
    of: Indices


def distinct_analyses(plan: Plan) -> Analyses:
    """Return the analyses that differ: of a single row all estimators and tests are one."""
    methods, tests = len(plan.methods), len(plan.tests)
    data = np.broadcast_to(plan.data_of[:, None, None], plan.shape).reshape(-1)
    names = [ONE_ESTIMATOR.get(method, method) for method in plan.methods]
    method = np.array([names.index(name) for name in names], dtype=np.intp)
    how = method[:, None] * tests + np.arange(tests)
    how = np.broadcast_to(how[None, :, :, None, None, None], plan.shape).reshape(-1)
    there = data >= 0
    lonely = there & (plan.data.k[data] == 1) if plan.data.k.size else there
    code = np.where(lonely, data * methods * tests, data * methods * tests + how)[there]
    found, place = np.unique(code, return_inverse=True)
    of = np.full(data.size, -1, dtype=np.intp)
    of[there] = place.reshape(-1)
    return Analyses(data=found // (methods * tests), method=found // tests % methods, test=found % tests, of=of)


def tested(plan: Plan, analyses: Analyses, fits: Fits) -> tuple[Floats, Floats, Floats]:
    """Return effects and standard errors of analyses, shape (A,) or (A, R), and degrees of freedom (A,), NaN for the normal."""
    mean, error, factor = (array[analyses.method, analyses.data] for array in (fits.mean, fits.error, fits.factor))
    k = plan.data.k[analyses.data]
    name = np.array(plan.tests)[analyses.test]
    wide = (slice(None), *(None,) * (mean.ndim - 1))
    scale = np.where((name == "adhoc")[wide], np.maximum(factor, 1.0), factor)
    scale = np.where((np.isin(name, ("z", "t")) | (k == 1))[wide], 1.0, scale)
    return mean, error * scale, np.where((name == "z") | (k == 1), math.nan, k - 1.0)
