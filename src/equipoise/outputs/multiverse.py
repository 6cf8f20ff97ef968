"""The multiverse of a pooled finding as figures: its specification curve, small and whole."""

from markupsafe import Markup

from equipoise.findings.finding import Finding
from equipoise.outputs import curve as curves
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
    ratio = held.unit.endswith("ratio") and all((one.value or 0) > 0 for one in held.feasible)
    measure = finding.estimate.measure if finding.estimate is not None and finding.estimate.unit == held.unit else held.unit
    return curves.Curve(
        title=f"Other analyses: {finding.question}",
        measure=f"{measure[0].upper()}{measure[1:]}",
        specifications=tuple(
            curves.Specification(value=one.value or 0.0, interval=_interval(one.low, one.high), options=one.options)
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
        unit=held.unit,
        threshold=held.threshold,
        threshold_name=_line(held),
        envelope=_envelope(held),
        envelope_name="by chance",
        verdict=held.said,
    )


def _line(held: Multiverse) -> str:
    """The name of the threshold."""
    no_effect = 1.0 if held.unit.endswith("ratio") else 0.0
    if held.threshold is None or (held.threshold == no_effect and held.unit != "%"):
        return "no effect"
    return figure_words(held.threshold, held.unit)


def _interval(low: float | None, high: float | None) -> Interval | None:
    return None if low is None or high is None else Interval(low=low, high=high)


def _envelope(held: Multiverse) -> tuple[Interval, ...]:
    if held.null is None:
        return ()
    count = len(held.null.low)
    steps = min(count, ENVELOPE)
    ranks = sorted({round(at * (count - 1) / max(steps - 1, 1)) for at in range(steps)})
    return tuple(Interval(low=held.null.low[at], high=held.null.high[at], kind="chance") for at in ranks)
