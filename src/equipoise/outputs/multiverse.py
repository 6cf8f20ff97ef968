"""A multiverse as figures: its specification curve, and that of a pooled finding, small and whole."""

from markupsafe import Markup

from equipoise.findings.finding import Finding
from equipoise.outputs import curve as curves
from equipoise.outputs.phrases import upper_first
from equipoise.outputs.plots import figure_words
from equipoise.values.estimate import Interval
from equipoise.values.multiverse import Multiverse

ENVELOPE = 200
"""Ranks at which the envelope of chance is drawn, at most."""


def small_curve(finding: Finding) -> Markup:
    """The curve that stands under the number."""
    shown = _curve(finding)
    return Markup() if shown is None else curves.curve(shown, ident=f"curve-{finding.id}", small=True)


def whole_curve(finding: Finding) -> Markup:
    """The curve over its panel of options."""
    shown = _curve(finding)
    return Markup() if shown is None else curves.curve(shown, ident=f"analyses-{finding.id}")


def _curve(finding: Finding) -> curves.Curve | None:
    held = finding.multiverse
    if held is None or not held.feasible:
        return None
    measure = finding.estimate.measure if finding.estimate is not None and finding.estimate.unit == held.unit else held.unit
    return in_numbers(
        held,
        title=f"Other analyses: {finding.question}",
        measure=upper_first(measure),
        ratio=held.unit.endswith("ratio") and all((one.value or 0) > 0 for one in held.feasible),
        unit=held.unit,
        ranks=ENVELOPE,
    )


def in_numbers(
    held: Multiverse,
    *,
    title: str,
    measure: str,
    ratio: bool,
    unit: str,
    ranks: int,
    scale: float = 1.0,
    level: float = 0.95,
) -> curves.Curve:
    """The curve of a multiverse with an analysis that can be made, the envelope of chance at that many ``ranks`` at most.

    ``unit`` is what a reader sees, and the multiverse's unit has ``scale`` of it; ``level`` is of the intervals.
    """

    def bounds(low: float | None, high: float | None) -> Interval | None:
        return None if low is None or high is None else Interval(low=scale * low, high=scale * high, level=level)

    return curves.Curve(
        title=title,
        measure=measure,
        specifications=tuple(
            curves.Specification(value=scale * (one.value or 0.0), interval=bounds(one.low, one.high), options=one.options)
            for one in held.feasible
        ),
        factors=tuple(
            curves.Factor(
                name=choice.factor, options=choice.options, share=None if choice.total is None else 100 * choice.total
            )
            for choice in held.choices
        ),
        primary=held.primary if held.primary < len(held.feasible) else None,
        ratio=ratio,
        unit=unit,
        threshold=None if held.threshold is None else scale * held.threshold,
        threshold_name=_line(held, unit, scale),
        envelope=_envelope(held, ranks, scale),
        envelope_name="by chance",
        verdict=held.said,
    )


def _line(held: Multiverse, unit: str, scale: float) -> str:
    """The name of the threshold."""
    no_effect = 1.0 if held.unit.endswith("ratio") or held.unit.startswith("ratio") else 0.0
    if held.threshold is None or (held.threshold == no_effect and unit != "%"):
        return "no effect"
    return figure_words(scale * held.threshold, unit)


def _envelope(held: Multiverse, ranks: int, scale: float) -> tuple[Interval, ...]:
    if held.null is None:
        return ()
    count = len(held.null.low)
    steps = min(count, ranks)
    places = sorted({round(at * (count - 1) / max(steps - 1, 1)) for at in range(steps)})
    return tuple(Interval(low=scale * held.null.low[at], high=scale * held.null.high[at], kind="chance") for at in places)
