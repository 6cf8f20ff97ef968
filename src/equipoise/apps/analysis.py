"""A table becomes an Analysis: the mean, and every look that was asked for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from equipoise.apps.studies import SILENT, Asked, Data, number, silent_rows, span, studies
from equipoise.documents.analysis import (
    Analysis,
    Clustered,
    Coefficient,
    Galbraith,
    Group,
    Mean,
    Moved,
    Permuted,
    Regression,
    Scale,
    Source,
    Step,
    Study,
    Subgroups,
    Subsets,
)
from equipoise.engines import synthesis
from equipoise.engines.synthesis.distributions import central_quantile
from equipoise.engines.synthesis.pooling import Pooled, options
from equipoise.engines.synthesis.scales import SCALES
from equipoise.intake.table import Table, TableError, missing, numeric
from equipoise.outputs.phrases import counted

if TYPE_CHECKING:
    from equipoise.engines.synthesis.resampling import Permutation

Floats = NDArray[np.float64]

PER_MODERATOR = 10
"""Studies for each coefficient that a regression should have (Cochrane Handbook, section 10.11.4)."""

MOST_SUBSETS = 5000
"""Subsets of studies that a GOSH plot draws."""


def analysis(table: Table, asked: Asked, *, version: str) -> Analysis:
    """Pool a table and take every look that was asked for.

    Raises
    ------
    TableError
        Columns that are not there, cells that are missing or no numbers, rows that no engine can use: with their places.
    ValueError, ArithmeticError
        Options that do not fit the table, a search that does not end; the sentence is the engine's.
    """
    method, test = options(method=asked.method, test=asked.test, level=asked.level)
    data = studies(table, asked)
    fit = synthesis.pool(data.effect, data.variance, method=method, test=test, level=asked.level)
    scale = _scale(data.measure)
    made = _looks(data, fit)
    return Analysis(
        version=version,
        source=Source(
            file=table.file,
            sha256=table.sha256,
            rows=len(table.rows),
            columns=tuple(data.names.items()),
            study=data.study,
            left_out=data.left_out,
        ),
        options=_options(asked, data.measure, method, test),
        scale=scale,
        level=asked.level,
        method=method,
        test=test,
        studies=_studies(data, fit),
        mean=_mean(fit, data),
        notes=tuple(_notes(data, fit, made)),
        domains=asked.bias,
        **made,
    )


def _options(asked: Asked, measure: str, method: str, test: str) -> tuple[tuple[str, str | float | bool | None], ...]:
    """What is needed to compute it again, by the names of the command line; what was not asked for is left out."""
    given: dict[str, str | float | bool | None] = {
        "measure": measure,
        "columns": ",".join(f"{name}={column}" for name, column in asked.columns.items()),
        "study": asked.study,
        "method": method,
        "test": test,
        "level": asked.level,
        "add": asked.add,
        "to": asked.to if asked.to != "only0" else None,
        "drop00": asked.drop00,
        "drop-missing": asked.drop_missing,
        "by": asked.by,
        "moderators": ",".join(asked.moderators),
        "cluster": asked.cluster,
        "cumulative": asked.cumulative,
        "leave-one-out": asked.leave_one_out,
        "influence": asked.influence,
        "small-study": asked.small_study,
        "uncorrected": asked.uncorrected,
        "bias": ",".join(asked.bias),
        "permutations": asked.permutations or None,
        "seed": asked.seed if asked.permutations or asked.subsets or asked.declaration else None,
        "primary": ",".join(f"{name}={option}" for name, option in asked.primary.items()),
        "threshold": asked.threshold,
    }
    return tuple((name, value) for name, value in given.items() if value not in (None, "", False))


# Numbers.


def _scale(measure: str) -> Scale:
    unit = SCALES[measure].unit
    ratio = unit.endswith("ratio") or unit.startswith("ratio")
    null = None if unit in ("proportion", "rate") or measure in ("PR", "IR") else 1.0 if ratio else 0.0
    on = "log" if ratio or measure in ("PLN", "IRLN") else "logit" if measure == "PLO" else "own"
    plain = measure in ("PR", "IR", "RD", "AS", "IRD", "IRSD", "MD", "SMD", "SMDH", "MC", "SMCC", "SMCR", "COR", "UCOR", "GEN")
    return Scale(measure=measure, unit=unit, null=null, ratio=ratio, pooled_on="linear" if plain else on)  # type: ignore[arg-type] # one of four


def _mean(fit: Pooled, data: Data, at: int | None = None, mask: NDArray[np.bool_] | None = None) -> Mean:
    """One analysis, or one of a batch with its mask."""

    def of(name: str) -> Any:
        value = getattr(fit, name)
        return value if at is None else value[at]

    taking = None if mask is None or at is None else mask[at]

    def back(values: Any) -> Floats:
        return data.back(np.asarray(values), taking)

    return Mean(
        studies=int(of("k")),
        value=number(back(of("estimate"))),
        interval=span(back(of("interval"))),
        prediction_interval=span(back(of("prediction_interval"))),
        prediction_interval_riley=span(back(of("prediction_interval_riley"))),
        effect=number(of("estimate")),
        effect_standard_error=number(of("standard_error")),
        effect_interval=span(of("interval")),
        effect_prediction_interval=span(of("prediction_interval")),
        tau2_interval=span(of("tau2_interval")),
        q_p_value=number(of("q_p")),
        at_boundary=bool(of("at_boundary")),
        maxima=int(of("maxima")),
        iterations=int(of("iterations")),
        **{name: number(of(name)) for name in ("statistic", "df", "p_value", "tau2", "i2", "i2_q", "h2", "q", "q_df")},
    )


def _studies(data: Data, fit: Pooled) -> tuple[Study, ...]:
    half = central_quantile(data.asked.level) * np.sqrt(data.variance)
    sizes = None if data.sizes is None else data.sizes[:, None]
    value = synthesis.natural(data.measure, data.effect, totals=sizes)
    bounds = synthesis.natural(data.measure, np.stack([data.effect - half, data.effect + half], axis=1), totals=sizes)
    groups = data.words(data.asked.by) if data.asked.by is not None else None
    judged = [["" if missing(cell) else cell for cell in data.words(domain)] for domain in data.asked.bias]
    counts = {name: array for name, array in data.numbers.items() if name not in ("effect", "variance", "se")}
    return tuple(
        Study(
            label=label,
            line=data.table.lines[row],
            effect=float(data.effect[at]),
            variance=float(data.variance[at]),
            value=number(value[at]),
            interval=span(bounds[at]),
            weight=number(fit.weights[at]),
            corrected=bool(data.corrected[at]),
            counts=tuple((name, float(array[at])) for name, array in counts.items()),
            group=None if groups is None else groups[at],
            bias=tuple(words[at] for words in judged),
        )
        for at, (label, row) in enumerate(zip(data.labels, data.rows.tolist(), strict=True))
    )


# Looks: each is a function of the data and its fit.


def _looks(data: Data, fit: Pooled) -> dict[str, Any]:
    """What was asked for, by the fields of an Analysis."""
    asked, design = data.asked, _design(data)
    rng = np.random.default_rng(asked.seed)
    made: dict[str, Any] = {}
    if asked.by is not None:
        made["subgroups"] = _subgroups(data, asked.by)
    model = fit
    if design is not None:
        model = synthesis.pool(data.effect, data.variance, moderators=design.columns, **_fitting(data))
        made["regression"] = _regression(data, model, design, rng)
    elif asked.permutations:
        made["permuted"] = _permuted(data, rng)
    if asked.cluster is not None:
        made["clustered"] = _clustered(data, model, design, asked.cluster)
    if asked.cumulative is not None:
        made |= {"cumulative": _cumulative(data, asked.cumulative), "cumulative_by": asked.cumulative}
    return made | _simple_looks(data, rng)


def _simple_looks(data: Data, rng: np.random.Generator) -> dict[str, Any]:
    """Looks that are asked for by their name alone."""
    asked = data.asked
    ways: dict[str, tuple[bool, Callable[[], Any]]] = {
        "uncorrected": (asked.uncorrected, lambda: _looking().uncorrected(data)),
        "leave_one_out": (asked.leave_one_out, lambda: _leave_one_out(data)),
        "influence": (asked.influence, lambda: _influence(data)),
        "small_studies": (asked.small_study, lambda: _looking().small_studies(data)),
        "radial": (asked.radial, lambda: _radial(data)),
        "subsets": (asked.subsets, lambda: _subsets(data, rng)),
        "multiverse": (asked.declaration is not None, lambda: _looking().declared(data, asked.declaration or {})),
    }
    return {name: look() for name, (wanted, look) in ways.items() if wanted}


def _looking() -> ModuleType:
    """The module of the slower looks, for which a plain mean need not wait."""
    from equipoise.apps import looks

    return looks


def _fitting(data: Data) -> dict[str, Any]:
    return {"method": data.asked.method, "test": data.asked.test, "level": data.asked.level}


def _subgroups(data: Data, column: str) -> Subgroups:
    words = data.words(column)
    found = synthesis.subgroups(data.effect, data.variance, words, **_fitting(data))
    mask = np.array(words)[None] == np.array(found.names)[:, None]
    return Subgroups(
        column=column,
        groups=tuple(Group(name=name, mean=_mean(found.pooled, data, at, mask)) for at, name in enumerate(found.names)),
        q_between=number(found.q_between),
        df=found.df,
        p_value=number(found.p_value),
    )


@dataclass(frozen=True, kw_only=True)
class _Design:
    """Moderators as columns of numbers, their names, and the reference of each factor."""

    columns: Floats
    names: tuple[str, ...]
    references: tuple[tuple[str, str], ...]


def _design(data: Data) -> _Design | None:
    columns: list[Floats] = []
    names: list[str] = []
    references = []
    for name in data.asked.moderators:
        if numeric(data.table, name):
            columns.append(data.column(name)[:, None])
            names.append(name)
            continue
        try:
            factor = synthesis.dummies(data.words(name))
        except ValueError as fault:
            raise TableError([f"{data.table.file}: {name}: {fault}"]) from None
        columns.append(factor.columns)
        names += [f"{name}: {level}" for level in factor.levels]
        references.append((name, factor.reference))
    if not columns:
        return None
    return _Design(columns=np.concatenate(columns, axis=1), names=tuple(names), references=tuple(references))


def _coefficients(fit: Any, names: Sequence[str]) -> tuple[Coefficient, ...]:
    freedom = np.broadcast_to(np.asarray(fit.df), np.shape(fit.estimate))
    return tuple(
        Coefficient(
            name=name,
            estimate=number(fit.estimate[at]),
            standard_error=number(fit.standard_error[at]),
            interval=span(fit.interval[at]),
            statistic=number(fit.statistic[at]),
            df=number(freedom[at]),
            p_value=number(fit.p_value[at]),
        )
        for at, name in enumerate(names)
    )


def _permutation(data: Data, columns: Floats | None, rng: np.random.Generator) -> "Permutation":
    return synthesis.permute(
        data.effect,
        data.variance,
        rng=rng,
        moderators=columns,
        method=data.asked.method,
        test=data.asked.test,
        permutations=data.asked.permutations,
    )


def _regression(data: Data, fit: Pooled, design: _Design, rng: np.random.Generator) -> Regression:
    permuted: tuple[float | None, ...] = ()
    if data.asked.permutations:
        permuted = tuple(number(p) for p in np.atleast_1d(_permutation(data, design.columns, rng).p_value))
    return Regression(
        moderators=data.asked.moderators,
        references=design.references,
        coefficients=_coefficients(fit, ("intercept", *design.names)),
        studies=int(fit.k),
        q_p_value=number(fit.q_p),
        qm_p_value=number(fit.qm_p),
        permutation_p_values=permuted,
        **{name: number(getattr(fit, name)) for name in ("tau2", "i2", "r2", "q", "q_df", "qm", "qm_df", "qm_df2")},
    )


def _clustered(data: Data, fit: Pooled, design: _Design | None, column: str) -> Clustered:
    from equipoise.engines.synthesis.clusters import robust

    columns = None if design is None else design.columns
    marginal = data.variance + np.nan_to_num(fit.tau2)
    found = robust(data.effect, marginal, cluster=data.words(column), moderators=columns, level=data.asked.level)
    names = ("mean",) if design is None else ("intercept", *design.names)
    alone = design is None
    return Clustered(
        column=column,
        clusters=found.clusters,
        coefficients=_coefficients(found, names),
        value=number(data.back(found.estimate[0])) if alone else None,
        interval=span(data.back(found.interval[0])) if alone else (None, None),
    )


def _permuted(data: Data, rng: np.random.Generator) -> Permuted:
    found = _permutation(data, None, rng)
    return Permuted(p_value=number(found.p_value), permutations=found.permutations, exact=found.exact)


def _steps(data: Data, batch: Pooled, mask: NDArray[np.bool_], labels: Sequence[str]) -> tuple[Step, ...]:
    value, bounds = data.back(batch.estimate, mask), data.back(batch.interval, mask)
    return tuple(
        Step(
            label=label,
            studies=int(batch.k[at]),
            value=number(value[at]),
            interval=span(bounds[at]),
            p_value=number(batch.p_value[at]),
            tau2=number(batch.tau2[at]),
            i2=number(batch.i2[at]),
        )
        for at, label in enumerate(labels)
    )


def _cumulative(data: Data, column: str) -> tuple[Step, ...]:
    order = data.column(column)
    batch = synthesis.cumulative(data.effect, data.variance, order=order, **_fitting(data))
    ranked = np.argsort(order, kind="stable")
    rank = np.empty(ranked.size, dtype=np.int64)
    rank[ranked] = np.arange(ranked.size)
    labels = [f"{data.labels[at]} ({order[at]:g})" for at in ranked]
    return _steps(data, batch, rank[None] <= np.arange(ranked.size)[:, None], labels)


def _leave_one_out(data: Data) -> tuple[Step, ...]:
    batch = synthesis.leave_one_out(data.effect, data.variance, **_fitting(data))
    return _steps(data, batch, ~np.eye(data.effect.size, dtype=np.bool_), data.labels)


def _influence(data: Data) -> tuple[Moved, ...]:
    if data.effect.size < 2:
        raise ValueError("--influence was asked of one study; leaving one out needs two at least")
    found = synthesis.influence(data.effect, data.variance, **_fitting(data))
    places = synthesis.baujat(data.effect, data.variance)
    names = ("rstudent", "dffits", "cook", "cov_ratio", "tau2_deleted", "q_deleted", "hat", "dfbetas")
    return tuple(
        Moved(
            label=label,
            influential=bool(found.influential[at]),
            contribution=number(places.contribution[at]),
            influence=number(places.influence[at]),
            **{name: number(getattr(found, name)[at]) for name in names},
        )
        for at, label in enumerate(data.labels)
    )


def _radial(data: Data) -> Galbraith:
    found = synthesis.radial(data.effect, data.variance, level=data.asked.level)
    points = tuple(zip(found.x.tolist(), found.y.tolist(), strict=True))
    return Galbraith(points=points, slope=found.slope, half_band=found.half_band)


def _subsets(data: Data, rng: np.random.Generator) -> Subsets:
    found = synthesis.subsets(data.effect, data.variance, rng=rng, most=MOST_SUBSETS, method=data.asked.method)
    there = np.isfinite(found.estimate) & np.isfinite(found.i2)
    return Subsets(
        effects=tuple(found.estimate[there].tolist()), i2=tuple(found.i2[there].tolist()), complete=bool(found.complete)
    )


# What the numbers rest on.


def _notes(data: Data, fit: Pooled, made: Mapping[str, Any]) -> list[str]:
    k = data.effect.size
    notes = [*_few(k, common=fit.method == "common"), *_spread_notes(fit, k), *_width_notes(data, fit), *_row_notes(data)]
    if data.measure in ("PFT", "IRFT"):
        warning = synthesis.readable(fit, data.measure, totals=data.sizes).warning
        notes += [warning] if warning else []
    regression = made.get("regression")
    if regression is not None and k < PER_MODERATOR * (len(regression.coefficients) - 1):
        slopes = counted(len(regression.coefficients) - 1, "slope", "slopes")
        notes.append(
            f"{k} studies for {slopes}: fewer than {PER_MODERATOR} for each. Slopes among studies are not experiments."
        )
    universe = made.get("multiverse")
    if universe is not None and universe.baseline is not None:
        notes.append(
            f"The multiverse mixes measures; they are compared as risk differences at a risk of {universe.baseline:.3g}."
        )
    if universe is not None:
        pooled = universe.specifications[universe.primary].studies
        if pooled and pooled != k:
            notes.append(f"The primary specification of the multiverse pools {pooled} rows; the numbers above pool all {k}.")
    return notes


def _few(k: int, *, common: bool) -> list[str]:
    if k == 1:
        return ["One study: the numbers are its own. How studies differ, and what a new one may show, cannot be said."]
    if k == 2:
        return ["Two studies say next to nothing on how studies differ: tau squared and a prediction are nearly unknown."]
    if k < 5 and not common:
        return [
            f"{k} studies say little on how studies differ: tau squared, I squared and the prediction interval are uncertain."
        ]
    return []


def _spread_notes(fit: Pooled, k: int) -> list[str]:
    notes = []
    if bool(fit.at_boundary):
        high = number(fit.tau2_interval[1])
        reach = f", and its interval reaches {high:.3g}" if high else ""
        notes.append(f"Tau squared is estimated as 0{reach}: that is no proof that studies agree.")
    if int(fit.maxima) > 1:
        notes.append(f"The likelihood of tau squared has {int(fit.maxima)} maxima; the highest was taken.")
    if fit.method == "common" and k > 1:
        notes.append(
            "A common effect was assumed: the interval leaves out how studies differ, and a new study cannot be predicted."
        )
    return notes


def _width_notes(data: Data, fit: Pooled) -> list[str]:
    """What to know of an interval that Knapp and Hartung's factor makes narrower than the normal one."""
    if fit.test != "knapp-hartung" or data.effect.size < 2:
        return []
    normal = 2 * central_quantile(data.asked.level) / np.sqrt((1 / (data.variance + np.nan_to_num(fit.tau2))).sum())
    if fit.interval[1] - fit.interval[0] >= normal:
        return []
    return [
        "The interval is narrower than the normal one, for effects are more alike than chance makes them; --test adhoc is not."
    ]


def _row_notes(data: Data) -> list[str]:
    notes = []
    if count := int(silent_rows(data.measure, data.numbers).sum()):
        rows = f"In {count} row" if count == 1 else f"In {count} rows"
        notes.append(f"{rows} {SILENT}, which says nothing on a ratio; --drop00 leaves them out.")
    if (count := int(data.corrected.sum())) > 0:
        rows = f"{count} row was" if count == 1 else f"{count} rows were"
        more = "" if data.asked.uncorrected else " --uncorrected pools without one."
        notes.append(f"{rows} given a continuity correction (--add, --to); marked * in the table.{more}")
    twice = len(data.labels) - len(set(data.labels))
    if twice and data.asked.cluster is None:
        notes.append(
            f"{twice} rows carry the name of another: if they share people they are not independent, and --cluster helps."
        )
    if data.left_out:
        notes.append(f"Left out: {'; '.join(data.left_out)}.")
    return notes
