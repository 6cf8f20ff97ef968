"""Which studies do not go with the others: Galbraith's radial plot, Baujat's plot, and all subsets (GOSH)."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from equipoise.outputs.figures import WIDTH, Axis, frame
from equipoise.outputs.plots import (
    Scale,
    disc,
    faint,
    ground,
    known,
    placed,
    plane,
    polygon,
    reach,
    scaled_words,
    stroke,
    ticks,
    wall,
    words,
)

_LEFT, _TOP, _BOTTOM = 44.0, 24.0, 250.0
_BINS = (56, 40)
"""Columns and rows in which subsets are counted."""
_SHADES = (0.14, 0.3, 0.5, 0.72, 1.0)
"""From few subsets in a cell to many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RadialPoint:
    """A study: ``x`` its precision, ``y`` its effect in standard errors."""

    label: str
    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Radial:
    """Galbraith's plot: a study's effect is the slope of the line from nought to its point; ``slope`` is the pooled effect.

    ``half_band`` is how far, in standard errors, ``level`` of the studies would lie from the line at most.

    Raises
    ------
    ValueError
        No study, an effect that is not a number, or a precision that is not above zero.
    """

    title: str
    measure: str
    points: tuple[RadialPoint, ...]
    slope: float
    half_band: float = 1.959963984540054
    level: float = 0.95
    scale: Scale = "linear"
    unit: str = ""

    def __post_init__(self) -> None:
        if not self.points:
            raise ValueError(f"the radial plot {self.title!r} has no studies; should have at least one")
        for point in self.points:
            known(point.label, point.y)
            if not point.x > 0:
                raise ValueError(f"{point.label!r} has the precision {point.x}; should be above zero")


@dataclass(frozen=True, slots=True, kw_only=True)
class BaujatPoint:
    """A study: its ``contribution`` to Cochran's Q and its ``influence`` on the pooled effect."""

    label: str
    contribution: float
    influence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Baujat:
    """Baujat's plot; the ``named`` studies that stand out most carry their names.

    Raises
    ------
    ValueError
        No study, or a study with what is not a number.
    """

    title: str
    points: tuple[BaujatPoint, ...]
    named: int = 5

    def __post_init__(self) -> None:
        if not self.points:
            raise ValueError(f"the Baujat plot {self.title!r} has no studies; should have at least one")
        for point in self.points:
            known(point.label, point.contribution, point.influence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gosh:
    """Pooled effects (``estimates``, numbers of the analysis) and I² in percent (``i2``) of subsets of the studies.

    ``holding`` says which subsets have the study ``name``, where one study is looked at.

    Raises
    ------
    ValueError
        No subset, columns of unequal length, or what is not a number.
    """

    title: str
    measure: str
    estimates: Sequence[float]
    i2: Sequence[float]
    holding: Sequence[bool] = ()
    name: str = ""
    scale: Scale = "linear"
    unit: str = ""

    def __post_init__(self) -> None:
        lengths = {len(self.estimates), len(self.i2), len(self.holding) or len(self.i2)}
        if len(lengths) > 1 or not len(self.estimates):
            raise ValueError(f"the columns of {self.title!r} have the lengths {sorted(lengths)}; should be one, above 0")
        known("a subset", *self.estimates, *self.i2)


def radial(shown: Radial, *, ident: str) -> Markup:
    """Draw Galbraith's plot, the effects on an arc at the right; ``ident`` is its own on the page."""
    farthest = 1.04 * max(point.x for point in shown.points)
    tall = 1.08 * max(*(abs(point.y) for point in shown.points), abs(shown.slope) * farthest + shown.half_band)
    ruler = Axis(low=0.0, high=farthest, ratio=False, start=_LEFT, stop=WIDTH - 78)
    side = Axis(low=-tall, high=tall, ratio=False, start=_BOTTOM, stop=_TOP)
    ends = (shown.slope * farthest, shown.half_band)
    band = ((0.0, ends[1]), (farthest, ends[0] + ends[1]), (farthest, ends[0] - ends[1]), (0.0, -ends[1]))
    marks = [
        faint(0.12, polygon("tone", [(ruler.at(x), side.at(y)) for x, y in band])),
        stroke("null", f"M{ruler.start:.1f} {side.at(0):.1f}H{ruler.stop:.1f}"),
        stroke("reach", f"M{ruler.start:.1f} {side.at(0):.1f}L{ruler.stop:.1f} {side.at(ends[0]):.1f}"),
        plane(ruler, side, names=("precision (1 / standard error)", "effect in standard errors")),
        _arc(shown, ruler, side),
        *(disc("bead", ruler.at(point.x), side.at(point.y), radius=3.4, name=point.label) for point in shown.points),
        words(shown.measure, WIDTH, _TOP - 9, "tick end"),
    ]
    return frame(
        ident,
        title=shown.title,
        said=_radial_said(shown),
        size=(WIDTH, _BOTTOM + 40),
        inside=Markup().join(marks),
        kind="plot",
    )


def _arc(shown: Radial, ruler: Axis, side: Axis) -> Markup:
    """Part of a circle around nought, with the effects at which lines from there meet it."""
    over = (ruler.stop - ruler.start) / ruler.high
    up = (side.start - side.stop) / (side.high - side.low)
    radius, top = ruler.stop - ruler.start + 10, (side.start - side.stop) / 2
    steepest = math.asin(min(0.9, 0.9 * top / radius))
    limit = math.tan(steepest) * over / up
    effects = [point.y / point.x for point in shown.points] + [shown.slope]
    least, most = reach(effects, share=0.1)
    least, most = (min(limit, max(-limit, effect)) for effect in (least, most))
    turn = [math.atan(effect * up / over) for effect in (least, most)]

    def on(angle: float, away: float = 0.0) -> tuple[float, float]:
        far = radius + away
        return ruler.start + far * math.cos(angle), side.at(0) - far * math.sin(angle)

    first, last = on(turn[0]), on(turn[1])
    marks = [stroke("axis", f"M{first[0]:.1f} {first[1]:.1f}A{radius:.1f} {radius:.1f} 0 0 0 {last[0]:.1f} {last[1]:.1f}")]
    # ticks are chosen on a straight axis as long as the arc, then stood upon it
    scale = Axis(low=least, high=most, ratio=False, unit=shown.unit, start=first[1], stop=last[1])
    for tick in ticks(scale, scale=shown.scale, upright=True):
        effect = least + (tick.at - scale.start) / (scale.stop - scale.start) * (most - least)
        angle = math.atan(effect * up / over)
        inner, outer, text = on(angle), on(angle, 4), on(angle, 8)
        marks.append(stroke("axis", f"M{inner[0]:.1f} {inner[1]:.1f}L{outer[0]:.1f} {outer[1]:.1f}"))
        marks.append(words(tick.text, text[0], text[1] + 4, "tick"))
    return Markup().join(marks)


def _radial_said(shown: Radial) -> str:
    beyond = [point.label for point in shown.points if abs(point.y - shown.slope * point.x) > shown.half_band]
    count = len(shown.points)
    told = f"{count} {'study' if count == 1 else 'studies'}; the pooled {shown.measure} is "
    told += scaled_words(shown.slope, shown.scale, shown.unit)
    outside = f"{len(beyond)} lie outside the band that would hold {100 * shown.level:g}%"
    return f"{told}. {outside}{': ' if beyond else ''}{', '.join(beyond)}."


def radial_table(shown: Radial) -> tuple[tuple[str, ...], ...]:
    """The studies in rows of words, the names of the columns first."""
    head = ("Study", shown.measure, "Precision", "Effect in standard errors", "In the band")
    return (
        head,
        *(
            (
                point.label,
                scaled_words(point.y / point.x, shown.scale, shown.unit),
                f"{point.x:.3g}",
                f"{point.y:.2f}".replace("-", "\N{MINUS SIGN}"),
                "yes" if abs(point.y - shown.slope * point.x) <= shown.half_band else "no",
            )
            for point in shown.points
        ),
    )


def baujat(shown: Baujat, *, ident: str) -> Markup:
    """Draw Baujat's plot; ``ident`` is its own on the page."""
    most = _farthest(shown)
    ruler = Axis(low=0.0, high=1.06 * most[0], ratio=False, start=_LEFT, stop=WIDTH - 8)
    side = Axis(low=0.0, high=1.08 * most[1], ratio=False, start=_BOTTOM, stop=_TOP)
    spots = [(ruler.at(point.contribution), side.at(point.influence)) for point in shown.points]
    outermost = _outermost(shown)[: shown.named]
    named = [(point.label, ruler.at(point.contribution), side.at(point.influence)) for point in outermost]
    names = ("contribution to Q", "influence on the pooled effect")
    marks = [
        plane(ruler, side, names=names),
        *(disc("bead", *spot, radius=3.4, name=point.label) for spot, point in zip(spots, shown.points, strict=True)),
        placed(named, obstacles=spots, within=(_LEFT + 2, 12.0, WIDTH, _BOTTOM - 2)),
    ]
    first = "; ".join(f"{point.label} ({point.contribution:.3g} and {point.influence:.3g})" for point in outermost)
    return frame(
        ident,
        title=shown.title,
        said=f"Contribution to Q and influence on the pooled effect of {len(shown.points)} studies. Furthest out: {first}.",
        size=(WIDTH, _BOTTOM + 40),
        inside=Markup().join(marks),
        kind="plot",
    )


def _farthest(shown: Baujat) -> tuple[float, float]:
    """The largest contribution and the largest influence; 1 where none is above 0."""
    return max(p.contribution for p in shown.points) or 1.0, max(p.influence for p in shown.points) or 1.0


def _outermost(shown: Baujat) -> list[BaujatPoint]:
    """The studies, those first that stand out most on either axis."""
    most = _farthest(shown)
    return sorted(shown.points, key=lambda p: -math.hypot(p.contribution / most[0], p.influence / most[1]))


def baujat_table(shown: Baujat) -> tuple[tuple[str, ...], ...]:
    """The studies in rows of words, those first that stand out most."""
    head = ("Study", "Contribution to Q", "Influence on the pooled effect")
    return (head, *((point.label, f"{point.contribution:.3g}", f"{point.influence:.3g}") for point in _outermost(shown)))


def gosh(shown: Gosh, *, ident: str) -> Markup:
    """Draw all subsets as a cloud with its two margins; ``ident`` is its own on the page.

    Subsets are counted in cells, darker where there are more. Those that hold the study looked at have outlines of their own in
    the margins, and their cells are ringed where they are the most.
    """
    cloud = (_LEFT, 82.0, WIDTH - 52, 282.0)
    low, high = reach(list(shown.estimates), share=0.03)
    ruler = Axis(low=low, high=high, ratio=False, unit=shown.unit, start=cloud[0], stop=cloud[2])
    side = Axis(low=0.0, high=100.0, ratio=False, unit="%", start=cloud[3], stop=cloud[1])
    columns = [_bin(value, low, high, _BINS[0]) for value in shown.estimates]
    lines = [_bin(value, 0.0, 100.0, _BINS[1]) for value in shown.i2]
    held = list(shown.holding) or [False] * len(columns)
    marks = [
        *_cells(columns, lines, held, cloud),
        *_margin(columns, held, _BINS[0], start=cloud[0], stop=cloud[2], foot=cloud[1] - 6, tall=44, upright=True),
        *_margin(lines, held, _BINS[1], start=cloud[3], stop=cloud[1], foot=cloud[2] + 6, tall=44, upright=False),
        ground(ruler, cloud[3], name=shown.measure, scale=shown.scale),
        wall(side, cloud[0]),
        words("I²", 0, cloud[1] - 9, "tick"),
    ]
    high_at = cloud[3] + 40
    if shown.holding:
        marks += [
            stroke("trend", f"M0 {high_at + 8:.1f}h16"),
            words(f"with {shown.name}; rings: most subsets have it", 21, high_at + 12, "tick"),
        ]
        high_at += 20
    return frame(
        ident,
        title=shown.title,
        said=_gosh_said(shown),
        size=(WIDTH, high_at),
        inside=Markup().join(marks),
        kind="plot",
    )


def _bin(value: float, low: float, high: float, count: int) -> int:
    return min(count - 1, max(0, math.floor(count * (value - low) / (high - low))))


def _cells(
    columns: Sequence[int], lines: Sequence[int], held: Sequence[bool], cloud: tuple[float, float, float, float]
) -> Iterator[Markup]:
    """One path for each shade; cells where most subsets hold the study looked at are ringed."""
    counts = Counter(zip(columns, lines, strict=True))
    holding = Counter(cell for cell, has in zip(zip(columns, lines, strict=True), held, strict=True) if has)
    wide, high = (cloud[2] - cloud[0]) / _BINS[0], (cloud[3] - cloud[1]) / _BINS[1]
    most = max(counts.values())
    drawn: dict[tuple[bool, int], list[str]] = {}
    for cell, count in sorted(counts.items()):
        shade = math.ceil(len(_SHADES) * (math.log1p(count) / math.log1p(most))) - 1
        x, y = cloud[0] + cell[0] * wide, cloud[3] - (cell[1] + 1) * high
        ringed = 2 * holding[cell] > count
        drawn.setdefault((ringed, shade), []).append(f"M{x:.1f} {y:.1f}h{wide - 0.4:.1f}v{high - 0.4:.1f}h-{wide - 0.4:.1f}z")
    for (ringed, shade), pieces in sorted(drawn.items()):
        style = "ringed" if ringed else "tone"
        yield Markup('<path class="{}" opacity="{:g}" d="{}"/>').format(style, _SHADES[shade], "".join(pieces))


def _margin(
    bins: Sequence[int], held: Sequence[bool], count: int, *, start: float, stop: float, foot: float, tall: float, upright: bool
) -> Iterator[Markup]:
    """A histogram of all subsets as a shade, and one of those that hold the study as a line."""
    every = Counter(bins)
    most = max(every.values())
    some = Counter(place for place, has in zip(bins, held, strict=True) if has)
    step = (stop - start) / count
    for counted, style in ((every, "tone"), (some, "trend")):
        if not counted:
            continue
        corners = [(start, 0.0)]
        for place in range(count):
            high = tall * counted[place] / most
            corners += [(start + place * step, high), (start + (place + 1) * step, high)]
        corners.append((stop, 0.0))
        points = [(along, foot - high) if upright else (foot + high, along) for along, high in corners]
        if style == "tone":
            yield faint(0.3, polygon(style, points))
        else:
            yield stroke(style, f"M{'L'.join(f'{x:.1f} {y:.1f}' for x, y in points)}")


def _gosh_said(shown: Gosh) -> str:
    count = len(shown.estimates)
    told = (
        f"{count:,} subsets of the studies. Pooled {shown.measure}: {_range(shown, shown.estimates)}. I²: {_spread(shown.i2)}."
    )
    if shown.holding:
        with_it = [value for value, has in zip(shown.estimates, shown.holding, strict=True) if has]
        without = [value for value, has in zip(shown.estimates, shown.holding, strict=True) if not has]
        if with_it and without:
            told += f" With {shown.name}: {_range(shown, with_it)}; without: {_range(shown, without)}."
    return told


def _range(shown: Gosh, values: Sequence[float]) -> str:
    low, middle, high = (scaled_words(_quantile(values, at), shown.scale, shown.unit) for at in (0.05, 0.5, 0.95))
    return f"median {middle}, nine in ten from {low} to {high}"


def _spread(values: Sequence[float]) -> str:
    low, middle, high = (f"{_quantile(values, at):.0f}%" for at in (0.05, 0.5, 0.95))
    return f"median {middle}, nine in ten from {low} to {high}"


def _quantile(values: Sequence[float], share: float) -> float:
    """Linear between the two nearest ranks."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def gosh_table(shown: Gosh) -> tuple[tuple[str, ...], ...]:
    """Quantiles of the cloud in rows of words, the names of the columns first."""
    names = ["all subsets"]
    parts = [list(range(len(shown.estimates)))]
    if shown.holding:
        names += [f"with {shown.name}", f"without {shown.name}"]
        parts += [[place for place, has in enumerate(shown.holding) if bool(has) is want] for want in (True, False)]
    lines = [("Subsets", "Number", "Quantile", shown.measure, "I²")]
    for name, part in zip(names, parts, strict=True):
        for share in (0.05, 0.25, 0.5, 0.75, 0.95) if part else ():
            estimate = _quantile([shown.estimates[place] for place in part], share)
            spread = _quantile([shown.i2[place] for place in part], share)
            said = scaled_words(estimate, shown.scale, shown.unit)
            lines.append((name, f"{len(part):,}", f"{100 * share:.0f}%", said, f"{spread:.0f}%"))
    return tuple(lines)
