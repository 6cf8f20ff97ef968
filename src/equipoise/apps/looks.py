"""Looks beyond the mean: counts without a correction, small-study effects, and every declared analysis."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from itertools import product
from typing import Any, Literal

import numpy as np

from equipoise.apps.studies import Data, lined, named, number, span
from equipoise.documents.analysis import Adjusted, Asymmetry, Filled, Ranks, Scale, SmallStudies, Uncorrected
from equipoise.engines import synthesis
from equipoise.engines.synthesis.pooling import options
from equipoise.engines.synthesis.scales import SCALES
from equipoise.findings.wording import robustness
from equipoise.intake.table import missing, numbers
from equipoise.outputs.analysis import reach
from equipoise.values.multiverse import Multiverse

FEW = 10
"""Studies below which tests of small-study effects mislead more than they tell (Sterne et al. 2011, BMJ 343:d4002)."""

LIMIT = "limit meta-analysis"

EGGER: tuple[tuple[Literal["lm", "rma"], str], ...] = (("lm", "multiplicative error"), ("rma", "random effects"))
"""Models of Egger's regression, by metafor's names and in words."""

ESTIMATORS: tuple[Literal["L0", "R0"], ...] = ("L0", "R0")
"""Estimators of the number of missing studies; the authors' recommendations."""


def uncorrected(data: Data) -> tuple[Uncorrected, ...]:
    """Counts without a continuity correction, by each way that the measure has."""
    from equipoise.engines.synthesis.mixed_counts import glmm
    from equipoise.engines.synthesis.stratified import mantel_haenszel, peto

    measure, level = data.measure, data.asked.level
    two = data.counts("a b c d", "a n1 c n2")
    rates = data.counts("x1 x2 t1 t2")
    share, rate = data.counts("events total"), data.counts("events time")
    ways: list[tuple[str, Callable[[], Any]]] = []
    if two and measure in ("OR", "RR", "RD"):
        ways.append(("Mantel-Haenszel", lambda: mantel_haenszel(measure, level=level, **two)))  # type: ignore[arg-type]
    if rates and measure in ("IRR", "IRD"):
        ways.append(("Mantel-Haenszel", lambda: mantel_haenszel(measure, level=level, **rates)))  # type: ignore[arg-type]
    if two and measure in ("OR", "PETO"):
        ways.append(("Peto", lambda: peto(level=level, **two)))
    mixed = {"OR": two, "IRR": rates, "PLO": share, "IRLN": rate}.get(measure)
    if mixed:
        name = "GLMM (conditional, exact)" if measure in ("OR", "IRR") else "GLMM (exact)"
        test = "z" if data.asked.test == "z" else "t"
        ways.append((name, lambda: glmm(measure, level=level, test=test, **mixed)))  # type: ignore[arg-type]
    if not ways:
        known = "OR, RR, RD, PETO, IRR, IRD, PLO and IRLN"
        raise ValueError(f"--uncorrected was asked of {measure} without counts for it; it pools the counts of {known}")
    return tuple(_way(name, way, data) for name, way in ways)


def _way(name: str, way: Callable[[], Any], data: Data) -> Uncorrected:
    try:
        found = way()
    except (ValueError, ArithmeticError) as fault:
        return Uncorrected(
            name=name, studies=len(data.labels), value=None, interval=(None, None), p_value=None, failed=str(fault)
        )
    return Uncorrected(
        name=name,
        studies=found.k,
        value=number(data.back(np.float64(found.estimate))),
        interval=span(data.back(found.interval)),
        p_value=number(found.p_value),
        tau2=number(getattr(found, "tau2", math.nan)),
    )


def small_studies(data: Data) -> SmallStudies:
    """Whether small studies differ from large ones, by every test, and what the mean might be; a failure stops no other."""
    from equipoise.engines.synthesis.asymmetry import begg, egger
    from equipoise.engines.synthesis.filling import trim_and_fill

    y, v, level = data.effect, data.variance, data.asked.level
    failed: list[tuple[str, str]] = []

    def attempt(name: str, look: Callable[[], Any]) -> Any:
        try:
            return look()
        except (ValueError, ArithmeticError) as fault:
            failed.append((name, str(fault)))
            return None

    regressions = []
    for (model, word), (x, size) in product(EGGER, (("sei", "standard error"), ("vi", "variance"))):
        look: Callable[[], Any] = partial(egger, y, v, model=model, predictor=x, level=level)
        regressions.append(_asymmetry(attempt(f"Egger, {word}, on the {size}", look), data, word, size))
    ranks = attempt("Begg's rank test", lambda: begg(y, v))
    filled = []
    for estimator in ESTIMATORS:
        look = partial(trim_and_fill, y, v, estimator=estimator, level=level)
        filled.append(_filled(attempt(f"Trim and fill {estimator}", look), data))
    compared = SCALES[data.measure].unit not in ("proportion", "rate")
    adjusted = [attempt(name, look) for name, look in _adjustments(data) if compared or name == LIMIT]
    if not compared:
        failed.append(
            (
                "PET-PEESE and selection models",
                f"a {SCALES[data.measure].unit} has no value that tests of single studies ask about",
            )
        )
    return SmallStudies(
        studies=y.size,
        caution=_caution(y.size, compared=compared) or None,
        favoured=("above 0" if _favoured(data) == "greater" else "below 0") if compared else None,
        regressions=tuple(one for one in regressions if one is not None),
        ranks=None if ranks is None else Ranks(tau=number(ranks.tau), p_value=number(ranks.p_value), exact=ranks.exact),
        filled=tuple(one for one in filled if one is not None),
        adjusted=tuple(one for one in adjusted if one is not None),
        failed=tuple(failed),
    )


def _caution(k: int, *, compared: bool) -> str:
    said = []
    if k < FEW:
        few = f"{k} {'study is' if k == 1 else 'studies are'} fewer than {FEW}"
        said.append(f"{few}: these tests then find little, and chance alone can make a funnel lopsided.")
        said.append("None of them shows that nothing is missing.")
    if not compared:
        said.append(
            "Standard errors of proportions and rates go with their size, so a funnel may be lopsided with nothing missing."
        )
    return " ".join(said)


def _asymmetry(found: Any, data: Data, model: str, predictor: str) -> Asymmetry | None:
    if found is None:
        return None
    return Asymmetry(
        model=model,
        predictor=predictor,
        slope=number(found.slope),
        intercept=number(found.intercept),
        statistic=number(found.statistic),
        df=number(found.df),
        p_value=number(found.p_value),
        limit=number(data.back(np.float64(found.limit))),
        limit_interval=span(data.back(found.limit_interval)),
    )


def _filled(found: Any, data: Data) -> Filled | None:
    if found is None:
        return None
    new = found.filled
    return Filled(
        estimator=found.estimator,
        missing=int(found.missing),
        side=found.side,
        points=tuple(zip(found.effect[new].tolist(), np.sqrt(found.variance[new]).tolist(), strict=True)),
        effect=number(found.pooled.estimate),
        value=number(data.back(found.pooled.estimate)),
        interval=span(data.back(found.pooled.interval)),
    )


def _favoured(data: Data) -> Literal["greater", "less"]:
    """The side of the common-effect mean: what selection by significance would favour."""
    return "greater" if synthesis.pool(data.effect, data.variance, method="common", test="z").estimate > 0 else "less"


def _adjustments(data: Data) -> list[tuple[str, Callable[[], Adjusted]]]:
    from equipoise.engines.synthesis.limit import limit_meta_analysis
    from equipoise.engines.synthesis.precision_effect import pet_peese
    from equipoise.engines.synthesis.selection_models import selection

    y, v, level = data.effect, data.variance, data.asked.level
    way = _favoured(data)

    def adjusted(name: str, found: Any, p: float, detail: str) -> Adjusted:
        return Adjusted(
            name=name,
            value=number(data.back(np.float64(found.estimate))),
            interval=span(data.back(found.interval)),
            p_value=number(p),
            detail=detail,
        )

    def pet() -> Adjusted:
        found = pet_peese(y, v, alternative="two.sided", level=level)
        return adjusted("PET-PEESE", found, found.pet.p_value, f"{found.chosen} chosen, two-sided")

    def limit() -> Adjusted:
        found = limit_meta_analysis(y, v, level=level)
        return adjusted(LIMIT, found, found.q_small_p, "")

    def steps(ends: tuple[float, ...], name: str) -> Adjusted:
        found = selection(y, v, form="steps", steps=ends, alternative=way, empty="merge", level=level)
        chance = ", ".join(f"{delta:.3g}" for delta in found.delta[1:])
        return adjusted(name, found, found.lrt_p, f"others seen {chance} times as often")

    def beta() -> Adjusted:
        found = selection(y, v, form="beta", alternative=way, level=level)
        return adjusted("selection, beta weights", found, found.lrt_p, "")

    return [
        ("PET-PEESE", pet),
        (LIMIT, limit),
        ("selection, one step", lambda: steps((0.025,), "selection, one step at p 0.025")),
        ("selection, two steps", lambda: steps((0.025, 0.5), "selection, steps at p 0.025 and 0.5")),
        ("selection, beta weights", beta),
    ]


def declared(data: Data, declaration: Mapping[str, object]) -> Multiverse:
    """Every analysis that a declaration asks for.

    The primary takes what the caller asked for (measure, method, test), else the first option of each factor, else what the
    declaration or the caller names.
    """
    from equipoise.engines.synthesis.declaration import choices
    from equipoise.engines.synthesis.multiverses import multiverse, summary
    from equipoise.engines.synthesis.null_curve import null
    from equipoise.findings.multiverse import in_values

    asked = data.asked
    grid = choices({key: value for key, value in declaration.items() if key != "primary"})
    written = declaration.get("primary", {})
    if not isinstance(written, Mapping):
        raise ValueError(f"primary is {written!r}; it should name an option of each factor")  # noqa: TRY004 - a fault of a file
    own = {"measure": data.measure, "method": options(method=asked.method, test=asked.test)[0]}
    own["test"] = options(method=asked.method, test=asked.test)[1]
    first = {factor.name: factor.names[0] for factor in grid.factors}
    first |= {factor.name: own[factor.name] for factor in grid.factors if own.get(factor.name) in factor.names}
    primary = first | {str(name): str(option) for name, option in written.items()} | dict(asked.primary)
    table: dict[str, list[object]] = {
        name: [None if missing(cell) else cell for cell in data.table.words(name)] for name in data.table.columns
    }
    table |= {name: list(numbers(data.table, column)) for name, column in data.names.items()}
    asking = {"primary": primary, "threshold": asked.threshold, "level": asked.level}
    try:
        found = multiverse(table, grid, **asking)  # type: ignore[arg-type]
        drawn = None
        if not math.isnan(found.threshold) and found.order.size:
            rng, draws = np.random.default_rng(asked.seed), asked.permutations or 1000
            drawn = null(table, grid, rng=rng, draws=draws, study=data.study or "study", **asking)  # type: ignore[arg-type]
    except ValueError as fault:
        raise ValueError(lined(str(fault), data.table)) from None
    found = replace(found, reasons=tuple(lined(why, data.table) for why in found.reasons))
    told = summary(found)
    rows = [named(data.table, data.study, row) for row in range(len(data.table.rows))]
    return in_values(found, told, drawn, names=rows, said=_verdict_words(found, told), unit=found.unit)


def _verdict_words(found: Any, told: Any) -> str:
    verdict = told.verdict
    if verdict.word == "cannot judge":
        return f"Whether the answer is robust cannot be judged: {verdict.because}."
    scale = Scale(measure="", unit=found.unit, null=None, ratio=False, pooled_on="linear")
    return robustness(
        verdict.word,
        feasible=told.feasible,
        every=told.specifications,
        agree=verdict.agree,
        span=reach(span(told.span), scale),
        decision=verdict.factor,
        option=verdict.option,
    )
