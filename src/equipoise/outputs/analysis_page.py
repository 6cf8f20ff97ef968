"""The figures of a meta-analysis, and one page that holds them and its numbers and needs no other file."""

import math
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from markupsafe import Markup

from equipoise.documents.analysis import Analysis, Mean, Span, Step, Study
from equipoise.outputs import analysis as text
from equipoise.outputs import curve as curves
from equipoise.outputs import diagnostics, forest, funnel, plots
from equipoise.outputs.multiverse import in_numbers
from equipoise.outputs.pages import environment
from equipoise.outputs.phrases import counted, upper_first
from equipoise.values.estimate import Heterogeneity, Interval

_HERE = Path(__file__).parent
_FONT = re.compile(r"fonts/([a-z0-9-]+\.woff2)")
ENVELOPE = 60
"""Ranks at which the curve of chance is drawn."""

Rows = tuple[tuple[str, ...], ...]


def drawings(analysis: Analysis, chosen: tuple[str, ...] | None = None) -> dict[str, tuple[Markup, Rows]]:
    """Figures by name, each with its table: the chosen ones, or the forest, the funnel and those of the looks that were taken.

    Raises
    ------
    ValueError
        A figure of a look that was not taken; it says how to ask for it.
    """
    held: dict[str, Callable[[Analysis], tuple[Markup, Rows]]] = {"forest": _forest, "funnel": _funnel}
    needed: dict[str, tuple[object, str, Callable[[Analysis], tuple[Markup, Rows]]]] = {
        "radial": (analysis.radial, "--figures radial", _radial),
        "baujat": (analysis.influence, "--influence and two studies", _baujat),
        "gosh": (analysis.subsets, "--figures gosh", _gosh),
        "cumulative": (analysis.cumulative, "--cumulative COLUMN", _cumulative),
        "leave-one-out": (analysis.leave_one_out, "--leave-one-out", _leave_one_out),
        "curve": (
            analysis.multiverse and analysis.multiverse.feasible,
            "--multiverse YAML with an analysis that can be made",
            _curve,
        ),
    }
    for name, (look, how, draw) in needed.items():
        if look:
            held[name] = draw
        elif chosen is not None and name in chosen:
            raise ValueError(f"the figure {name!r} needs its numbers; should be asked for with {how}")
    return {name: draw(analysis) for name, draw in held.items() if chosen is None or name in chosen}


def analysis_html(analysis: Analysis, drawn: Mapping[str, tuple[Markup, Rows]]) -> str:
    """One page: the result, the figures with their tables, every look, and what is needed to compute it again."""
    page = environment().get_template("analysis.html")
    return page.render(
        analysis=analysis,
        title=text.title(analysis),
        result=[re.split(r"\s{2,}", line.strip(), maxsplit=1) for line in text.result(analysis)],
        drawn=drawn,
        looks=text.looks(analysis),
        style=Markup(_style()),  # noqa: S704 - our own file
    )


@cache
def _style() -> str:
    """The style of our pages with its fonts inside, by whose widths the figures were drawn."""
    css = (_HERE / "static" / "style.css").read_text(encoding="utf-8")
    return _FONT.sub(lambda name: f"data:font/woff2;base64,{b64encode((_HERE / 'fonts' / name[1]).read_bytes()).decode()}", css)


# Numbers of a document as those of a plot: shares in percent.


def _factor(analysis: Analysis) -> float:
    return 100.0 if analysis.scale.unit == "proportion" else 1.0


def _unit(analysis: Analysis) -> str:
    return "%" if analysis.scale.unit == "proportion" else ""


def _measure(analysis: Analysis) -> str:
    return upper_first(analysis.scale.unit)


def _named(analysis: Analysis, what: str) -> str:
    return f"{what} of {Path(analysis.source.file).name}"


def _interval(bounds: Span, analysis: Analysis, *, kind: str = "confidence") -> Interval | None:
    low, high = bounds
    if low is None or high is None:
        return None
    many = _factor(analysis)
    return Interval(low=many * low, high=many * high, kind=kind, level=analysis.level)


def _value(value: float | None, analysis: Analysis) -> float | None:
    return None if value is None else _factor(analysis) * value


def _joined(label: str, mean: Mean, analysis: Analysis) -> forest.Joined | None:
    value, interval = _value(mean.value, analysis), _interval(mean.interval, analysis)
    if value is None or interval is None:
        return None
    spread = None
    if mean.q is not None and mean.q_p_value is not None and mean.tau2 is not None and mean.i2 is not None:
        spread = Heterogeneity(q=mean.q, q_p_value=mean.q_p_value, tau2=mean.tau2, i2=100 * mean.i2)
    return forest.Joined(
        label=label,
        value=value,
        interval=interval,
        prediction=_interval(mean.prediction_interval, analysis, kind="prediction"),
        heterogeneity=spread,
        studies=mean.studies,
    )


def _study(study: Study, analysis: Analysis) -> forest.Study:
    return forest.Study(
        label=f"{study.label}*" if study.corrected else study.label,
        value=_value(study.value, analysis),
        interval=_interval(study.interval, analysis),
        weight=None if study.weight is None else 100 * study.weight,
        cells=tuple(f"{events:,g}/{whole:,g}" for _, events, whole in text.arms(study)),
        bias=study.bias,
    )


def _forest(analysis: Analysis) -> tuple[Markup, Rows]:
    groups = [forest.Group(studies=tuple(_study(study, analysis) for study in analysis.studies))]
    remarks = []
    if analysis.subgroups is not None:
        found = analysis.subgroups
        groups = [
            forest.Group(
                label=f"{found.column}: {group.name}",
                studies=tuple(_study(study, analysis) for study in analysis.studies if study.group == group.name),
                joined=_joined(counted(group.mean.studies), group.mean, analysis),
            )
            for group in found.groups
        ]
        if found.q_between is not None:
            chance = text.chance(found.p_value)
            remarks.append(f"Test between groups: Q {text.figure(found.q_between)} on {found.df} df ({chance}).")
    if any(study.corrected for study in analysis.studies):
        remarks.append("* rests on a continuity correction.")
    whole = _joined(f"All, {text.how(analysis)}", analysis.mean, analysis)
    shown = forest.Forest(
        title=_named(analysis, "Forest plot"),
        measure=_measure(analysis),
        groups=tuple(groups),
        joined=() if whole is None else (whole,),
        columns=tuple(head for head, _, _ in text.arms(analysis.studies[0])),
        domains=analysis.domains,
        ratio=analysis.scale.ratio,
        null=analysis.scale.null,
        unit=_unit(analysis),
        remarks=tuple(remarks),
    )
    return forest.forest(shown, ident="forest", wide=True), forest.forest_table(shown)


def _steps(steps: tuple[Step, ...], kind: forest.Kind, what: str, analysis: Analysis) -> tuple[Markup, Rows]:
    lines = tuple(
        forest.Study(label=step.label, value=_value(step.value, analysis), interval=_interval(step.interval, analysis))
        for step in steps
    )
    whole = _joined("All", analysis.mean, analysis)
    shown = forest.Forest(
        title=_named(analysis, what),
        measure=_measure(analysis),
        groups=(forest.Group(studies=lines),),
        joined=() if whole is None else (whole,),
        kind=kind,
        ratio=analysis.scale.ratio,
        null=analysis.scale.null,
        unit=_unit(analysis),
    )
    return forest.forest(shown, ident=kind, wide=True), forest.forest_table(shown)


def _cumulative(analysis: Analysis) -> tuple[Markup, Rows]:
    return _steps(analysis.cumulative, "cumulative", f"Cumulative results by {analysis.cumulative_by}", analysis)


def _leave_one_out(analysis: Analysis) -> tuple[Markup, Rows]:
    return _steps(analysis.leave_one_out, "leave-one-out", "Results without each study", analysis)


def _scale(analysis: Analysis) -> plots.Scale:
    on = analysis.scale.pooled_on
    return "linear" if on == "own" else on


def _pooled_measure(analysis: Analysis) -> str:
    return f"Effect ({analysis.scale.measure})" if analysis.scale.pooled_on == "own" else _measure(analysis)


def _pooled_unit(analysis: Analysis) -> str:
    return _unit(analysis) if analysis.scale.pooled_on == "logit" else ""


def _funnel(analysis: Analysis) -> tuple[Markup, Rows]:
    studies = [
        funnel.Study(label=study.label, effect=study.effect, error=math.sqrt(study.variance)) for study in analysis.studies
    ]
    trend = adjusted = None
    if analysis.small_studies is not None:
        for line in analysis.small_studies.regressions[:1]:
            if line.intercept is not None and line.slope is not None and line.predictor == "standard error":
                trend = (line.intercept, line.slope)
        for filled in analysis.small_studies.filled[:1]:
            studies += [
                funnel.Study(label=f"filled in {at}", effect=effect, error=error, filled=True)
                for at, (effect, error) in enumerate(filled.points, 1)
            ]
            adjusted = filled.effect if filled.points else None
    shown = funnel.Funnel(
        title=_named(analysis, "Funnel plot"),
        measure=_pooled_measure(analysis),
        studies=tuple(studies),
        centre=analysis.mean.effect or 0.0,
        scale=_scale(analysis),
        unit=_pooled_unit(analysis),
        null=None if analysis.scale.null is None else 0.0,
        level=analysis.level,
        trend=trend,
        adjusted=adjusted,
    )
    return funnel.funnel(shown, ident="funnel"), funnel.funnel_table(shown)


def _radial(analysis: Analysis) -> tuple[Markup, Rows]:
    held = analysis.radial
    assert held is not None  # noqa: S101 - drawings() asks for it only where it is
    shown = diagnostics.Radial(
        title=_named(analysis, "Radial plot"),
        measure=_pooled_measure(analysis),
        points=tuple(
            diagnostics.RadialPoint(label=study.label, x=x, y=y)
            for study, (x, y) in zip(analysis.studies, held.points, strict=True)
        ),
        slope=held.slope,
        half_band=held.half_band,
        level=analysis.level,
        scale=_scale(analysis),
        unit=_pooled_unit(analysis),
    )
    return diagnostics.radial(shown, ident="radial"), diagnostics.radial_table(shown)


def _baujat(analysis: Analysis) -> tuple[Markup, Rows]:
    shown = diagnostics.Baujat(
        title=_named(analysis, "Baujat plot"),
        points=tuple(
            diagnostics.BaujatPoint(label=one.label, contribution=one.contribution, influence=one.influence)
            for one in analysis.influence
            if one.contribution is not None and one.influence is not None
        ),
    )
    return diagnostics.baujat(shown, ident="baujat"), diagnostics.baujat_table(shown)


def _gosh(analysis: Analysis) -> tuple[Markup, Rows]:
    held = analysis.subsets
    assert held is not None  # noqa: S101 - drawings() asks for it only where it is
    shown = diagnostics.Gosh(
        title=_named(analysis, "Subsets"),
        measure=_pooled_measure(analysis),
        estimates=held.effects,
        i2=tuple(100 * share for share in held.i2),
        scale=_scale(analysis),
        unit=_pooled_unit(analysis),
    )
    return diagnostics.gosh(shown, ident="gosh"), diagnostics.gosh_table(shown)


def _curve(analysis: Analysis) -> tuple[Markup, Rows]:
    held = analysis.multiverse
    assert held is not None  # noqa: S101 - drawings() asks for it only where it is
    share = held.unit == "proportion"
    shown = in_numbers(
        held,
        title=_named(analysis, "Every declared analysis"),
        measure=upper_first(held.unit),
        ratio=held.unit == analysis.scale.unit and analysis.scale.ratio,
        unit="%" if share else "",
        scale=100.0 if share else 1.0,
        level=analysis.level,
        ranks=ENVELOPE,
    )
    return curves.curve(shown, ident="curve", wide=True), curves.curve_table(shown)
