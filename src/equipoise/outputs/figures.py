"""Figures as SVG: intervals of studies, a hundred people, and the marks of certainty and of an evidence map.

Pure functions from values to markup. Text takes the type of the page, lines and marks take its ink, and nothing hangs on
colour. A plot is 340 units wide, so that it can be read at the width of a telephone.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from equipoise.findings.finding import Finding, Level
from equipoise.values.estimate import Counts, Estimate, Interval, rounded

WIDTH, MARGIN, ROW = 340.0, 6.0, 38.0
UNCOUNTABLE = frozenset({"poison-centre-series", "case-series", "case-report", "surveillance-series", "content-analysis"})
"""Designs without a real denominator: how often something happens among people cannot be seen in them."""
SMALL = 20
"""Below this many people, a hundred figures would promise more than is known."""

_RATIO_TICKS = tuple(step * 10.0**power for power in range(-4, 5) for step in (1, 2, 5))
_TICKS = tuple(step * 10.0**power for power in range(-5, 8) for step in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8))
_LARGEST = 22.0
"""Radius of the largest circle in an evidence map."""
_DIGITS = 7
"""A number longer than this was computed, not printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a plot. ``weight`` is in percent; ``whole`` marks the joined result."""

    label: str
    value: float
    interval: Interval | None = None
    counts: Counts | None = None
    weight: float | None = None
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """From ``low`` to ``high``, by ratios or by steps; ``null`` is where nothing differs; ``ends`` say what the ends mean.

    ``start`` and ``stop`` are where ``low`` and ``high`` stand in the plot.
    """

    low: float
    high: float
    ratio: bool
    null: float | None = None
    ends: tuple[str, str] = ("", "")
    unit: str = ""
    start: float = MARGIN
    stop: float = WIDTH - MARGIN

    def at(self, value: float) -> float:
        """Where ``value`` stands, held inside the plot."""
        if self.ratio:
            share = math.log(max(value, 1e-9) / self.low) / math.log(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return self.start + min(1.0, max(0.0, share)) * (self.stop - self.start)


def number(value: float, unit: str) -> str:
    """A value as figures and tables print it, with a true minus sign; the digits of print stay, computed ones are rounded."""
    text = f"{value:,.12g}"
    if len(text) > _DIGITS:
        text = rounded(value, unit)
    return f"{text}{'%' if unit == '%' else ''}".replace("-", "\N{MINUS SIGN}")


def bound(value: float, unit: str) -> str:
    """An end of an interval; of a percentage, with one digit after the point at most."""
    if unit != "%":
        return number(value, unit)
    if 0 < value < 0.05:
        return "<0.1%"
    if 99.95 < value < 100:
        return ">99.9%"
    return number(round(value, 1), unit)


def suffix(unit: str) -> str:
    """What follows a number of this unit: `` hours``; nothing for percentages, which carry their sign, and for ratios."""
    return "" if unit in {"", "%", "correlation", "Cohen's d"} or unit.endswith(("ratio", "difference")) else f" {unit}"


def between(interval: Interval, unit: str) -> str:
    """An interval in words: ``63% to 67%``."""
    return f"{bound(interval.low, unit)} to {bound(interval.high, unit)}"


def filled_columns(lines: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    """A table, the names of its columns first, without the columns that nobody fills."""
    filled = [column for column in zip(*lines, strict=True) if any(column[1:])]
    return tuple(zip(*filled, strict=True))


def scale(estimate: Estimate) -> str:
    """The unit on which the parts of an estimate stand: shares stay shares where their distance is the estimate."""
    return "%" if estimate.unit == "percentage points" and estimate.parts else estimate.unit


def rows(finding: Finding) -> tuple[Row, ...]:
    """The lines of a finding's plot: its parts, and the joined result of a pooled one; none where nothing can be compared."""
    estimate = finding.estimate
    if estimate is None:
        return ()
    parts = [
        Row(label=part.label, value=part.value, interval=part.interval, counts=part.counts, weight=part.weight)
        for part in estimate.parts
    ]
    if finding.basis.kind == "pooled":
        parts.append(Row(label="All together", value=estimate.value, interval=estimate.interval, whole=True))
    elif not parts and estimate.interval is not None:
        parts.append(Row(label=estimate.measure, value=estimate.value, interval=estimate.interval, counts=estimate.counts))
    return tuple(parts)


def axis(estimate: Estimate, shown: Sequence[Row]) -> Axis:
    """An axis that holds every row, and the null where there is one."""
    unit = scale(estimate)
    values = [bound for row in shown for bound in (row.value, *((row.interval.low, row.interval.high) if row.interval else ()))]
    if estimate.prediction is not None:
        values += [estimate.prediction.low, estimate.prediction.high]
    low, high = min(values), max(values)
    if unit.endswith("ratio") and low > 0:
        ends = (_below(min(low, 0.5)), _above(max(high, 2.0), _RATIO_TICKS))
        return Axis(low=ends[0], high=ends[1], ratio=True, null=1.0, ends=("less", "more"), unit=unit)
    if unit == "%" and low >= 0 and high <= 100:
        top = 100.0 if high > 50 else _above(max(high, 1.0))
        return Axis(
            low=0.0, high=top, ratio=False, null=None, ends=("none", "all") if top == 100 else ("none", "more"), unit=unit
        )
    if unit in {
        "percentage points",
        "risk difference",
        "mean difference",
        "standardised mean difference",
        "correlation",
        "Cohen's d",
    }:
        reach = _above(max(abs(low), abs(high)))
        return Axis(low=-reach, high=reach, ratio=False, null=0.0, ends=("less", "more"), unit=unit)
    low, high = (0.0 if low >= 0 else -_above(-low)), (_above(high) if high > 0 else 0.0)
    return Axis(low=low, high=high if high > low else low + 1.0, ratio=False, null=None, ends=("less", "more"), unit=unit)


def _above(value: float, ticks: Sequence[float] = _TICKS) -> float:
    return next((tick for tick in ticks if tick >= value * (1 - 1e-9)), value)


def _below(value: float) -> float:
    return next((tick for tick in reversed(_RATIO_TICKS) if tick <= value * (1 + 1e-9)), value)


def interval_plot(finding: Finding, *, ident: str) -> Markup:
    """The studies' values and intervals, a line each, with joined result, prediction interval and null; empty without rows."""
    estimate, shown = finding.estimate, rows(finding)
    if estimate is None or not shown:
        return Markup()
    ruler = axis(estimate, shown)
    ahead = estimate.prediction if shown[-1].whole else None
    bottom = ROW * len(shown) + (18 if ahead else 0) + 4
    marks = [Markup().join(_line(row, ruler, ROW * index)) for index, row in enumerate(shown)]
    if ahead is not None:
        marks.append(Markup().join(_ahead(ahead, ruler, ROW * len(shown))))
    if ruler.null is not None:
        place = ruler.at(ruler.null)
        marks.insert(0, Markup('<path class="null" d="M{0:.1f} 0V{1:.0f}"/>').format(place, bottom))
    return frame(
        ident,
        title=finding.question,
        said=_said(shown, ruler.unit, ahead),
        size=(WIDTH, bottom + 38),
        inside=Markup().join((*marks, *_ruler(ruler, bottom))),
        kind="plot",
    )


def _line(row: Row, ruler: Axis, top: float) -> Iterator[Markup]:
    value = number(row.value, ruler.unit)
    said = f"{value} ({between(row.interval, ruler.unit)})" if row.interval else value
    style = "whole" if row.whole else "part"
    yield Markup('<text class="{}" y="{:.0f}">{}</text>').format(style, top + 14, _short(row.label, 58 - len(said)))
    yield Markup('<text class="{} end" x="{:.0f}" y="{:.0f}">{}</text>').format(style, WIDTH, top + 14, said)
    middle, place = top + 26, ruler.at(row.value)
    if row.interval is not None:
        left, right = ruler.at(row.interval.low), ruler.at(row.interval.high)
        if row.whole:
            shape = f"M{left:.1f} {middle}L{place:.1f} {middle - 6}L{right:.1f} {middle}L{place:.1f} {middle + 6}Z"
            yield Markup('<path class="diamond" d="{}"/>').format(shape)
            return
        yield Markup('<path class="reach" d="M{0:.1f} {2}H{1:.1f}M{0:.1f} {3}v6M{1:.1f} {3}v6"/>').format(
            left, right, middle, middle - 3
        )
    side = 7.0 if row.weight is None else 4 + 7 * math.sqrt(row.weight / 100)
    corner = (place - side / 2, middle - side / 2, side, side)
    yield Markup('<rect class="dot" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>').format(*corner)


def _short(label: str, room: int) -> str:
    return label if len(label) <= room else f"{label[: max(room, 8) - 1].rstrip()}…"


def _ahead(ahead: Interval, ruler: Axis, top: float) -> Iterator[Markup]:
    left, right = ruler.at(ahead.low), ruler.at(ahead.high)
    yield Markup('<path class="ahead" d="M{0:.1f} {2:.0f}H{1:.1f}"/>').format(left, right, top)
    yield Markup('<path class="reach" d="M{0:.1f} {2:.0f}v6M{1:.1f} {2:.0f}v6"/>').format(left, right, top - 3)
    said = f"a new study: {between(ahead, ruler.unit)}"
    yield Markup('<text class="part" y="{:.0f}">{}</text>').format(top + 17, said)


def _ruler(ruler: Axis, top: float) -> Iterator[Markup]:
    yield Markup('<path class="axis" d="M{:.0f} {}H{:.0f}"/>').format(MARGIN, top, WIDTH - MARGIN)
    ticks = [ruler.low, ruler.high] if ruler.null is None else [ruler.low, ruler.null, ruler.high]
    for place, tick in enumerate(ticks):
        side = "end" if tick == ruler.high else "mid" if place else "start"
        yield Markup('<path class="axis" d="M{0:.1f} {1}v4"/>').format(ruler.at(tick), top)
        edge = {"start": 0.0, "end": WIDTH}.get(side, ruler.at(tick))
        said = number(tick, ruler.unit) + (suffix(ruler.unit) if side == "end" else "")
        yield Markup('<text class="tick {}" x="{:.1f}" y="{}">{}</text>').format(side, edge, top + 17, said)
    yield Markup('<text class="tick" y="{}">{}</text>').format(top + 32, f"\N{LEFTWARDS ARROW} {ruler.ends[0]}")
    yield Markup('<text class="tick end" x="{:.0f}" y="{}">{}</text>').format(
        WIDTH, top + 32, f"{ruler.ends[1]} \N{RIGHTWARDS ARROW}"
    )


def _said(shown: Sequence[Row], unit: str, ahead: Interval | None) -> str:
    lines = [
        f"{row.label}: {number(row.value, unit)}" + (f", interval {between(row.interval, unit)}" if row.interval else "")
        for row in shown
    ]
    if ahead is not None:
        lines.append(f"A new study would be expected between {between(ahead, unit)}")
    return "; ".join(lines) + "."


def of_hundred(finding: Finding) -> int | None:
    """How many of a hundred, where a hundred people may stand for those counted; None where they may not."""
    estimate = finding.estimate
    if finding.basis.kind != "reported" or estimate is None or estimate.measure != "proportion" or estimate.counts is None:
        return None
    if estimate.counts.total < SMALL or dict(finding.basis.options).get("design") in UNCOUNTABLE:
        return None
    share = round(estimate.value)
    return None if share == 0 < estimate.value or share == 100 > estimate.value else share


def icon_array(share: int, *, ident: str, title: str) -> Markup:
    """A hundred people, ``share`` of them filled; the others are rings, so that grey and colour say the same."""
    people = Markup().join(
        Markup('<circle class="{}" cx="{}" cy="{}" r="5"/>').format(
            "did" if place < share else "not", 8 + place % 10 * 15, 8 + place // 10 * 15
        )
        for place in range(100)
    )
    said = f"{share} of 100 marks are filled, {100 - share} are not."
    return frame(ident, title=title, said=said, size=(151, 151), inside=people, kind="people")


def dots(level: Level) -> Markup:
    """Four dots, as many filled as the certainty has; the words beside them say the same."""
    marks = Markup().join(
        Markup('<circle class="{}" cx="{}" cy="6" r="4"/>').format("did" if place < level.dots else "not", 6 + 11 * place)
        for place in range(4)
    )
    return Markup(
        '<svg class="dots" viewBox="0 0 45 12" width="45" height="12" aria-hidden="true" focusable="false">{}</svg>'
    ).format(marks)


def bubble(*, people: int, most: int, studies: int, level: Level) -> Markup:
    """The mark in a cell of an evidence map: area for people, ring and dashes where there are none; the shade for certainty."""
    radius = max(4.0, _LARGEST * math.sqrt(people / most)) if people else min(_LARGEST, 5 * math.sqrt(studies))
    kind = f"{'people' if people else 'other'} {level.value.replace(' ', '-')}"
    return Markup(
        '<svg class="bubble" viewBox="-24 -24 48 48" width="48" height="48" aria-hidden="true" focusable="false">'
        '<circle class="{}" cx="{:.1f}" r="{:.1f}"/></svg>'
    ).format(kind, radius - 23, radius)


def shades() -> Markup:
    """The hatchings that ``bubble`` uses; once on a page that has a map."""
    hatched = Markup().join(
        Markup(
            '<pattern id="shade-{name}" width="{gap}" height="{gap}" patternUnits="userSpaceOnUse" '
            'patternTransform="rotate(45)"><path class="hatch" d="M{middle} 0V{gap}"/></pattern>'
        ).format(name=name, gap=gap, middle=gap / 2)
        for name, gap in (("very-low", 8), ("low", 5), ("moderate", 2.6))
    )
    return Markup('<svg class="shades" width="0" height="0" aria-hidden="true" focusable="false"><defs>{}</defs></svg>').format(
        hatched
    )


def frame(ident: str, *, title: str, said: str, size: tuple[float, float], inside: Markup, kind: str) -> Markup:
    """A picture with its title and its description, which it names; ``ident`` is its own on the page."""
    return Markup(
        '<svg class="{kind}" role="img" aria-labelledby="{ident}-title" aria-describedby="{ident}-desc" '
        'viewBox="0 0 {wide:.0f} {high:.0f}">'
        '<title id="{ident}-title">{title}</title><desc id="{ident}-desc">{said}</desc>{inside}</svg>'
    ).format(kind=kind, ident=escape(ident), wide=size[0], high=size[1], title=title, said=said, inside=inside)
