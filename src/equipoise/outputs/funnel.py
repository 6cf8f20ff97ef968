"""The funnel plot: small studies spread further than large ones, and evenly, unless something keeps some of them away."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist

from markupsafe import Markup

from equipoise.outputs.figures import WIDTH, Axis, filled_columns, frame
from equipoise.outputs.plots import (
    SMALL_LETTER,
    Scale,
    disc,
    faint,
    known,
    plane,
    polygon,
    reach,
    scaled_words,
    stroke,
    text_width,
    words,
)

_LEFT, _TOP, _RIGHT, _BOTTOM = 44.0, 24.0, WIDTH - 14, 250.0
_TONES = (0.34, 0.2, 0.09)
"""How dark the zones of significance are, from the innermost to the outermost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """``effect`` and its standard ``error`` as numbers of the analysis; ``size`` where the plot goes by it.

    ``filled`` marks a study that trim and fill thinks is missing.
    """

    label: str
    effect: float
    error: float
    size: float | None = None
    filled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """A funnel plot of effects around ``centre``, in numbers of the analysis (logarithms of ratios, log odds of shares).

    - ``contours``: levels of the zones around ``null``, from the lowest; none without a ``null``.
    - ``level``: of the pseudo-limits, between which that share of studies would lie if all measured one thing.
    - ``trend``: intercept and slope of effects on standard errors (Egger), drawn as a line.
    - ``adjusted``: the centre with the filled studies.
    - ``by_size``: up the side goes 1/n, not the standard error, and neither zones nor limits are drawn.

    Raises
    ------
    ValueError
        No study, an effect that is not a number, a standard error that is not above zero, or a plot by size with a study
        without a size above zero.
    """

    title: str
    measure: str
    studies: tuple[Study, ...]
    centre: float
    scale: Scale = "linear"
    unit: str = ""
    null: float | None = None
    contours: tuple[float, ...] = (0.9, 0.95, 0.99)
    level: float = 0.95
    trend: tuple[float, float] | None = None
    adjusted: float | None = None
    by_size: bool = False

    def __post_init__(self) -> None:
        if not self.studies:
            raise ValueError(f"the funnel plot {self.title!r} has no studies; should have at least one")
        for study in self.studies:
            known(study.label, study.effect)
            if not study.error > 0:
                raise ValueError(f"{study.label!r} has the standard error {study.error}; should be above zero")
            if self.by_size and not (study.size or 0) > 0:
                raise ValueError(f"{study.label!r} has the size {study.size}; should be above zero in a plot by size")

    def height(self, study: Study) -> float:
        """What goes up the side: 1/n or the standard error."""
        return 1 / study.size if self.by_size and study.size else study.error


def funnel(shown: Funnel, *, ident: str) -> Markup:
    """Draw the funnel plot; ``ident`` is its own on the page."""
    bottom = 1.06 * max(shown.height(study) for study in shown.studies)
    side = Axis(low=0.0, high=bottom, ratio=False, start=_TOP, stop=_BOTTOM)
    low, high = _span(shown, bottom)
    ruler = Axis(low=low, high=high, ratio=False, unit=shown.unit, start=_LEFT, stop=_RIGHT)
    key, end = _key(shown, _BOTTOM + 52)
    name = "1/n" if shown.by_size else "standard error"
    return frame(
        ident,
        title=shown.title,
        said=_described(shown),
        size=(WIDTH, math.ceil(end)),
        inside=Markup().join(
            (
                Markup('<clipPath id="{}-clip"><rect x="{:g}" y="{:g}" width="{:g}" height="{:g}"/></clipPath>').format(
                    ident, _LEFT, _TOP, _RIGHT - _LEFT, _BOTTOM - _TOP
                ),
                Markup('<g clip-path="url(#{}-clip)">').format(ident),
                *_zones(shown, ruler, side),
                *_lines(shown, ruler, side),
                Markup("</g>"),
                plane(ruler, side, names=(shown.measure, name), scale=shown.scale),
                *_points(shown, ruler, side),
                key,
            )
        ),
        kind="plot",
    )


def funnel_table(shown: Funnel) -> tuple[tuple[str, ...], ...]:
    """The studies in rows of words, the most exact first, the names of the columns on top."""
    lines = [("Study", shown.measure, "1/n" if shown.by_size else "Standard error", "Filled in")]
    lines += [
        (
            study.label,
            scaled_words(study.effect, shown.scale, shown.unit),
            f"{shown.height(study):.3g}",
            "yes" if study.filled else "",
        )
        for study in sorted(shown.studies, key=shown.height)
    ]
    return filled_columns(lines)


def _span(shown: Funnel, bottom: float) -> tuple[float, float]:
    """An axis that holds the studies, and the pseudo-limits where these are not much wider."""
    values = [study.effect for study in shown.studies] + [shown.centre]
    if shown.null is not None:
        values.append(shown.null)
    low, high = reach(values)
    if not shown.by_size:
        half, room = _z(shown.level) * bottom, 0.35 * (high - low)
        low = min(low, max(shown.centre - half, low - room))
        high = max(high, min(shown.centre + half, high + room))
    return low, high


def _z(level: float) -> float:
    return NormalDist().inv_cdf((1 + level) / 2)


def _zones(shown: Funnel, ruler: Axis, side: Axis) -> Iterator[Markup]:
    """A pair of wedges between each two levels: there a study has a p-value between them."""
    if shown.null is None or shown.by_size:
        return
    for tone, (inner, outer) in zip(_TONES, pairwise(shown.contours), strict=False):
        for sign in (-1, 1):
            corners = (
                (_far(ruler, shown.null), side.start),
                (_far(ruler, shown.null + sign * _z(inner) * side.high), side.stop),
                (_far(ruler, shown.null + sign * _z(outer) * side.high), side.stop),
            )
            yield faint(tone, polygon("tone", corners))


def _far(ruler: Axis, value: float) -> float:
    """Where ``value`` stands, inside the plot or not."""
    return ruler.start + (value - ruler.low) / (ruler.high - ruler.low) * (ruler.stop - ruler.start)


def _lines(shown: Funnel, ruler: Axis, side: Axis) -> Iterator[Markup]:
    """The null, the centre, the limits around it, and the trend."""
    if shown.null is not None:
        yield stroke("null", f"M{_far(ruler, shown.null):.1f} {side.start:.1f}V{side.stop:.1f}")
    yield stroke("reach", f"M{_far(ruler, shown.centre):.1f} {side.start:.1f}V{side.stop:.1f}")
    if shown.adjusted is not None:
        yield stroke("ahead", f"M{_far(ruler, shown.adjusted):.1f} {side.start:.1f}V{side.stop:.1f}")
    if not shown.by_size:
        ends = [_far(ruler, shown.centre + sign * _z(shown.level) * side.high) for sign in (-1, 1)]
        apex = f"{_far(ruler, shown.centre):.1f} {side.start:.1f}"
        yield stroke("limits", f"M{ends[0]:.1f} {side.stop:.1f}L{apex}L{ends[1]:.1f} {side.stop:.1f}")
    if shown.trend is not None and not shown.by_size:
        first, last = shown.trend[0], shown.trend[0] + shown.trend[1] * side.high
        yield stroke("slope", f"M{_far(ruler, first):.1f} {side.start:.1f}L{_far(ruler, last):.1f} {side.stop:.1f}")


def _points(shown: Funnel, ruler: Axis, side: Axis) -> Iterator[Markup]:
    for study in sorted(shown.studies, key=lambda study: not study.filled):
        style = "open" if study.filled else "bead"
        name = f"{study.label}{' (filled in)' if study.filled else ''}"
        yield disc(style, ruler.at(study.effect), side.at(shown.height(study)), radius=3.6, name=name)


def _key(shown: Funnel, top: float) -> tuple[Markup, float]:
    """What lines, shades and open marks mean, in as many lines as they need; and where it ends."""
    entries: list[tuple[str, str]] = [("reach", "pooled")]
    if not shown.by_size:
        entries.append(("limits", f"{100 * shown.level:g}% pseudo-limits"))
    if shown.trend is not None and not shown.by_size:
        entries.append(("slope", "Egger's line"))
    if any(study.filled for study in shown.studies):
        entries.append(("open", "filled in"))
    if shown.adjusted is not None:
        entries.append(("ahead", "with the filled"))
    if shown.null is not None:
        entries.append(("null", "no effect"))
        if not shown.by_size:
            entries += [
                (f"tone-{tone}", f"p {1 - outer:.2g} to {1 - inner:.2g}")
                for tone, (inner, outer) in zip(_TONES, pairwise(shown.contours), strict=False)
            ]
    return _set(entries, top)


def _set(entries: Sequence[tuple[str, str]], top: float) -> tuple[Markup, float]:
    x, y, drawn = 0.0, top, Markup()
    for style, text in entries:
        wide = 26 + text_width(text, size=SMALL_LETTER)
        if x > 0 and x + wide > WIDTH:
            x, y = 0.0, y + 17
        drawn += _sign(style, x, y - 4) + words(text, x + 21, y, "tick")
        x += wide + 10
    return drawn, y + 8


def _sign(style: str, x: float, y: float) -> Markup:
    """A piece of a line, a mark or a shade, 16 units wide."""
    if style == "open":
        return disc(style, x + 8, y, radius=3.6)
    if style.startswith("tone"):
        corners = ((x, y - 5), (x + 16, y - 5), (x + 16, y + 5), (x, y + 5))
        shade = faint(float(style.partition("-")[2]), polygon("tone", corners))
        return shade + polygon("hair", corners)
    return stroke(style, f"M{x:.1f} {y:.1f}h16")


def _described(shown: Funnel) -> str:
    """The result in words: where the studies lie, and on which side the small ones."""
    seen = [study for study in shown.studies if not study.filled]
    count = f"{len(seen)} {'study' if len(seen) == 1 else 'studies'}"
    lines = [f"{count} around {scaled_words(shown.centre, shown.scale, shown.unit)} ({shown.measure})"]
    left = sum(study.effect < shown.centre for study in seen)
    lines.append(f"{left} lie left of it, {len(seen) - left} right")
    if not shown.by_size:
        half = _z(shown.level)
        inside = sum(abs(study.effect - shown.centre) <= half * study.error for study in seen)
        lines.append(f"{inside} of {len(seen)} lie within the {100 * shown.level:g}% limits")
    if shown.trend is not None:
        lean = "higher" if shown.trend[1] > 0 else "lower"
        lines.append(f"The line of Egger's test runs to {lean} values as standard errors grow")
    if len(seen) < len(shown.studies):
        more = len(shown.studies) - len(seen)
        text = f"{more} {'study was' if more == 1 else 'studies were'} filled in"
        if shown.adjusted is not None:
            text += f"; with {'it' if more == 1 else 'them'} the pooled value is "
            text += scaled_words(shown.adjusted, shown.scale, shown.unit)
        lines.append(text)
    return f"{'. '.join(lines)}."
