"""Figures of the mechanism as SVG: measurements on an axis, bands over time, a grid of marks, amounts against limits.

Each is 340 units wide, reads in grey, and hangs on no colour; the table beside it says the same in words. What lies beyond an
axis ends in an arrow; a key explains every mark that is not a plain dot.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from equipoise.outputs.figures import MARGIN, WIDTH, Axis, frame, number, suffix
from equipoise.outputs.plots import (
    LETTER,
    SMALL_LETTER,
    Tick,
    diamond,
    disc,
    faint,
    figure_words,
    fitted,
    folded,
    polygon,
    stroke,
    text_width,
    ticks,
    words,
)
from equipoise.values.panels import Band, Bands, DotPlot, DotRow, Grid, GridCell, Meter, Meters, Panel

_LINE = 15.0
_ROOM = WIDTH - 2 * MARGIN
_RADIUS = 3.6
_STEP = 2 * _RADIUS + 0.8
"""Between two dots that would hide each other."""
_TALL = 118.0
"""Height of one band's plot."""
_NAMES = 128.0
"""Room for the names of a grid's rows; half of it where there are many columns."""
_HEAD = 112.0
"""Room for the name of a column that stands upright."""
_FAR = 30.0
"""An interval is followed so many times beyond the measurements, and no further."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scale:
    """An axis across, by steps or by ratios; what lies beyond it is held at its ends."""

    axis: Axis
    log: bool

    @classmethod
    def of(cls, low: float, high: float, *, log: bool, start: float = MARGIN) -> "_Scale":
        ends = (math.log(low), math.log(high)) if log else (low, high)
        return cls(axis=Axis(low=ends[0], high=ends[1], ratio=False, start=start), log=log)

    def at(self, value: float) -> float:
        if self.log:
            value = math.log(value) if value > 0 else -math.inf
        return self.axis.at(min(max(value, self.axis.low), self.axis.high))

    def beyond(self, value: float) -> bool:
        held = (math.log(value) if value > 0 else -math.inf) if self.log else value
        slack = 1e-9 * (self.axis.high - self.axis.low)
        return not self.axis.low - slack <= held <= self.axis.high + slack

    def ground(self, y: float) -> Iterator[Markup]:
        """The axis with its ticks; their words are held inside the figure and never touch."""
        yield stroke("axis", f"M{self.axis.start:.1f} {y:.1f}H{self.axis.stop:.1f}")
        taken = -math.inf
        for tick in sorted(ticks(self.axis, scale="log" if self.log else "linear"), key=lambda held: held.at):
            yield stroke("axis", f"M{tick.at:.1f} {y:.1f}v4")
            half = text_width(tick.text, size=SMALL_LETTER) / 2
            middle = min(max(tick.at, half), WIDTH - half)
            if middle - half > taken:
                yield words(tick.text, middle, y + 16, "tick mid")
                taken = middle + half + 3


def panel(held: Panel, *, ident: str) -> Markup:
    """The figure, with its title and description; ``ident`` is its own on the page."""
    match held:
        case DotPlot():
            high, drawn = _dot_plot(held)
        case Bands():
            high, drawn = _bands(held)
        case Grid():
            high, drawn = _grid(held)
        case Meters():
            high, drawn = _meters(held)
    return frame(ident, title=held.title, said=held.said, size=(WIDTH, math.ceil(high)), inside=drawn, kind="plot")


# Measurements on an axis.


def _dot_plot(held: DotPlot) -> tuple[float, Markup]:
    scale = _scale_of(held)
    marks: list[Markup] = []
    y = 0.0
    for row in held.rows:
        drawn, y = _dot_row(row, scale, y)
        marks += drawn
    marks += scale.ground(y)
    drawn, y = _ends(held, y + 16)
    marks += drawn
    drawn, y = _key(_marks_of(held), y)
    return y + 5, Markup().join((*marks, *drawn))


def _scale_of(held: DotPlot) -> _Scale:
    """From the lowest measurement to the highest and the intervals around them, as far as these are near."""
    seen = [dot.value for row in held.rows for dot in row.dots] + [row.middle for row in held.rows if row.middle is not None]
    ends = [end for row in held.rows for end in (row.low, row.high, row.new_low, row.new_high) if end is not None]
    if held.log:
        low = max(min(seen + ends), min(seen) / _FAR)
        high = min(max(seen + ends), max(seen) * _FAR)
        return _Scale.of(low / 1.3, high * 1.3, log=True)
    far = _FAR * ((max(seen) - min(seen)) or abs(max(seen)) or 1.0)
    low, high = max(min(seen + ends), min(seen) - far), min(max(seen + ends), max(seen) + far)
    room = (high - low or abs(high) or 1.0) * 0.06
    return _Scale.of(0.0 if 0 <= low < room else low - room, high + room, log=False)


def _dot_row(row: DotRow, scale: _Scale, top: float) -> tuple[list[Markup], float]:
    """A row below ``top``, and where it ends: its name, the dots on a line, and under it what they give together."""
    marks: list[Markup] = []
    beside = _together(row)
    room = _ROOM - (text_width(beside, size=SMALL_LETTER) + 12 if beside else 0)
    lines = folded(row.label, max(room, _ROOM / 2), size=LETTER)
    if beside:
        beneath = room < _ROOM / 2
        marks.append(words(beside, WIDTH - MARGIN, top + 11 + (_LINE * len(lines) if beneath else 0), "tick end"))
        lines_tall = _LINE * (len(lines) + beneath)
    else:
        lines_tall = _LINE * len(lines)
    marks += [words(line, MARGIN, top + 11 + _LINE * place) for place, line in enumerate(lines)]
    piled = _piled([scale.at(dot.value) for dot in row.dots])
    y = top + lines_tall + 5 + _STEP * max((level for _, level in piled), default=0)
    if row.dots:
        marks.append(stroke("hair", f"M{MARGIN:.1f} {y:.1f}H{WIDTH - MARGIN:.1f}"))
    for dot, (x, level) in zip(row.dots, piled, strict=True):
        marks.append(disc("open" if dot.open else "bead", x, y - _STEP * level, radius=_RADIUS, name=dot.label))
    if row.middle is None and row.new_low is None:
        return marks, y + 14
    below = y + 11 if row.dots else y
    if row.new_low is not None and row.new_high is not None:
        marks.append(stroke("ahead", f"M{scale.at(row.new_low):.1f} {below:.1f}H{scale.at(row.new_high):.1f}"))
        marks += _arrows(scale, row.new_low, row.new_high, below)
    if row.middle is not None:
        low, high = (row.middle if end is None else end for end in (row.low, row.high))
        left, middle, right = scale.at(low), scale.at(row.middle), scale.at(high)
        marks.append(diamond("diamond", middle, below, left=min(left, middle - 3), right=max(right, middle + 3), half=4.5))
        marks += _arrows(scale, low, high, below)
    return marks, below + 12


def _together(row: DotRow) -> str:
    """The middle and its interval in words; of one plain measurement, its value."""
    if row.middle is None:
        return figure_words(row.dots[0].value, "") if len(row.dots) == 1 and not row.dots[0].open else ""
    if row.low is None or row.high is None:
        return figure_words(row.middle, "")
    low, middle = figure_words(row.low, "") if math.isfinite(row.low) else "", figure_words(row.middle, "")
    high = figure_words(row.high, "") if math.isfinite(row.high) else ""
    around = f"{low} to {high}" if low and high else f"{low} or more" if low else f"up to {high}" if high else "any"
    return f"{middle} ({around})"


def _piled(places: Sequence[float]) -> list[tuple[float, int]]:
    """Where each dot stands and how high: one that would hide another stands above it."""
    levels: list[list[float]] = []
    piled: dict[int, int] = {}
    for index in sorted(range(len(places)), key=lambda item: places[item]):
        level = next((at for at, held in enumerate(levels) if places[index] - held[-1] >= _STEP), len(levels))
        levels[level:] = levels[level:] or [[]]
        levels[level].append(places[index])
        piled[index] = level
    return [(place, piled[index]) for index, place in enumerate(places)]


def _arrows(scale: _Scale, low: float, high: float, y: float) -> Iterator[Markup]:
    """Arrows where an interval goes on beyond the axis."""
    if scale.beyond(low):
        yield stroke("reach", f"M{MARGIN + 4:.1f} {y - 4:.1f}L{MARGIN:.1f} {y:.1f}L{MARGIN + 4:.1f} {y + 4:.1f}")
    if scale.beyond(high):
        right = WIDTH - MARGIN
        yield stroke("reach", f"M{right - 4:.1f} {y - 4:.1f}L{right:.1f} {y:.1f}L{right - 4:.1f} {y + 4:.1f}")


def _ends(held: DotPlot, y: float) -> tuple[list[Markup], float]:
    """What the two ends of the axis mean, with the unit between them where there is room."""
    left = f"← {held.ends[0]}" if held.ends[0] else ""
    right = f"{held.ends[1]} →" if held.ends[1] else ""
    widths = [text_width(text, size=SMALL_LETTER) for text in (left, held.unit, right)]
    marks: list[Markup] = []
    if held.unit and (not (left or right) or max(widths[0], widths[2]) + widths[1] / 2 + 9 > _ROOM / 2):
        y += _LINE
        marks.append(words(fitted(held.unit, _ROOM, size=SMALL_LETTER), WIDTH / 2, y, "tick mid"))
    elif held.unit:
        marks.append(words(held.unit, WIDTH / 2, y + _LINE, "tick mid"))
    if left or right:
        y += _LINE
        if widths[0] + widths[2] + 9 > _ROOM:
            marks.append(words(fitted(left, _ROOM, size=SMALL_LETTER), MARGIN, y, "tick"))
            y += _LINE
        elif left:
            marks.append(words(left, MARGIN, y, "tick"))
        if right:
            marks.append(words(fitted(right, _ROOM, size=SMALL_LETTER), WIDTH - MARGIN, y, "tick end"))
    return marks, y


def _marks_of(held: DotPlot) -> list[tuple[str, str]]:
    """The marks of the figure that need words; plain dots alone need none."""
    found = [("open", "a bound, in doubt, or not used")] if any(dot.open for row in held.rows for dot in row.dots) else []
    if any(row.middle is not None for row in held.rows):
        found.append(("diamond", "together, with interval"))
    if any(row.new_low is not None for row in held.rows):
        found.append(("ahead", "where a new one would fall"))
    return [("bead", "one measurement"), *found] if found else []


def _key(entries: Sequence[tuple[str, str]], y: float) -> tuple[list[Markup], float]:
    """Marks with their meaning, side by side as they fit; ``y`` is the last line above, and then that of the key."""
    marks: list[Markup] = []
    x = WIDTH
    for style, meaning in entries:
        said = fitted(meaning, _ROOM - 21, size=SMALL_LETTER)
        wide = 21 + text_width(said, size=SMALL_LETTER)
        if x + wide > WIDTH - MARGIN:
            x, y = MARGIN, y + (_LINE if marks else _LINE + 4)
        marks += [_sample(style, x, y - 4), words(said, x + 21, y, "tick")]
        x += wide + 14
    return marks, y


def _sample(style: str, x: float, y: float) -> Markup:
    """One mark of the key, 16 units wide, its middle at ``y``."""
    match style:
        case "bead" | "open":
            return disc(style, x + 8, y, radius=_RADIUS)
        case "diamond":
            return diamond(style, x + 8, y, left=x, right=x + 16, half=4)
        case "shade":
            return faint(0.16, polygon("tone", ((x, y - 4.5), (x + 16, y - 4.5), (x + 16, y + 4.5), (x, y + 4.5))))
        case _:
            return stroke(style, f"M{x:.1f} {y:.1f}h16")


# Bands over time.


def _bands(held: Bands) -> tuple[float, Markup]:
    plots = [(band, held.observed if place == 0 else ()) for place, band in enumerate(held.bands)]
    heights = [_up(band, points) for band, points in plots]
    sides = [ticks(up, upright=True) for up in heights]
    left = MARGIN + 6 + max(text_width(tick.text, size=SMALL_LETTER) for side in sides for tick in side)
    first = min(*(band.times[0] for band in held.bands), *(time for time, _, _ in held.observed), math.inf)
    last = max(*(band.times[-1] for band in held.bands), *(time for time, _, _ in held.observed), -math.inf)
    across = _Scale.of(first, last, log=False, start=left)
    marks: list[Markup] = []
    y = 0.0
    for (band, points), up, side in zip(plots, heights, sides, strict=True):
        lines = folded(f"{band.label}, {held.unit}" if held.unit else band.label, _ROOM, size=LETTER)
        marks += [words(line, MARGIN, y + 11 + _LINE * place) for place, line in enumerate(lines)]
        y += _LINE * len(lines) + 6
        marks += [*_lines(side, left, y), *_band(band, across, up, y, points)]
        y += _TALL + 13
    marks += across.ground(y - 9)
    own = "; each plot has a scale of its own" if len(held.bands) > 1 else ""
    for line in folded(f"{held.time_unit}{own}", _ROOM - left, size=SMALL_LETTER):
        y += _LINE
        marks.append(words(line, WIDTH - MARGIN, y + 7, "tick end"))
    levels = " or ".join(sorted({f"{100 * band.level:g}%" for band in held.bands}))
    entries = [("reach", "the middle"), ("shade", f"the middle {levels}")]
    drawn, y = _key([*entries, ("open", "observed")] if held.observed else entries, y + 7)
    return y + 5, Markup().join((*marks, *drawn))


def _up(band: Band, points: Sequence[tuple[float, float, str]]) -> Axis:
    """The axis of a band, from its top at 0 downwards; zero is always on it."""
    values = [*band.low, *band.high, *(value for _, value, _ in points)]
    low, high = min(0.0, 1.05 * min(values)), max(0.0, 1.05 * max(values))
    return Axis(low=low, high=high if high > low else 1.0, ratio=False, start=_TALL, stop=0.0)


def _lines(side: Sequence[Tick], left: float, top: float) -> Iterator[Markup]:
    for tick in side:
        yield stroke("hair", f"M{left:.1f} {top + tick.at:.1f}H{WIDTH - MARGIN:.1f}")
        yield words(tick.text, left - 5, top + tick.at + 4, "tick end")


def _band(band: Band, across: _Scale, up: Axis, top: float, points: Sequence[tuple[float, float, str]]) -> Iterator[Markup]:
    xs = [across.at(time) for time in band.times]
    outline = [(x, top + up.at(value)) for x, value in zip(xs, band.high, strict=True)]
    outline += [(x, top + up.at(value)) for x, value in zip(xs[::-1], band.low[::-1], strict=True)]
    yield faint(0.16, polygon("tone", outline))
    yield stroke("reach", "M" + "L".join(f"{x:.1f} {top + up.at(y):.1f}" for x, y in zip(xs, band.middle, strict=True)))
    for time, value, said in points:
        yield disc("open", across.at(time), top + up.at(value), radius=_RADIUS, name=said)


# A grid of marks.


def _grid(held: Grid) -> tuple[float, Markup]:
    names = _NAMES if len(held.columns) <= 4 else _NAMES * 0.75
    step = (WIDTH - names - MARGIN) / len(held.columns)
    drawn, top = _heads(held.columns, names, step)
    marks = list(drawn)
    said = _said(held, step)
    y = top
    for name, cells in held.rows:
        lines = folded(name, names - MARGIN - 8, size=LETTER)
        under = max((len(said[cell.words]) for cell in cells if cell is not None and said), default=0)
        tall = max(25.0 + 13 * under, 13.0 * len(lines) + 10)
        marks.append(stroke("hair", f"M{MARGIN:.1f} {y:.1f}H{WIDTH - MARGIN:.1f}"))
        marks += [words(line, MARGIN, y + 16 + 13 * at) for at, line in enumerate(lines)]
        for place, cell in enumerate(cells):
            if cell is not None:
                middle = names + step * (place + 0.5)
                marks.append(_bars(cell, middle, y + 4, min(26.0, step - 5)))
                marks += [words(line, middle, y + 33 + 12 * at, "tick mid") for at, line in enumerate(said.get(cell.words, ()))]
        y += tall
    marks.append(stroke("hair", f"M{MARGIN:.1f} {y:.1f}H{WIDTH - MARGIN:.1f}"))
    return y + 3, Markup().join(marks)


def _heads(columns: Sequence[str], names: float, step: float) -> tuple[list[Markup], float]:
    """The names of the columns, folded where every word fits; else upright, read from below."""
    folds = [folded(name, step - 5) for name in columns]
    if all(" ".join(lines) == " ".join(name.split()) for name, lines in zip(columns, folds, strict=True)):
        deepest = max(map(len, folds))
        marks = [
            words(line, names + step * (place + 0.5), 11 + 12 * (deepest - len(lines) + at), "tick mid")
            for place, lines in enumerate(folds)
            for at, line in enumerate(lines)
        ]
        return marks, 12.0 * deepest + 5
    cut = [fitted(" ".join(name.split()), _HEAD, size=SMALL_LETTER) for name in columns]
    high = max(text_width(name, size=SMALL_LETTER) for name in cut) + 4
    return [
        Markup('<text class="tick" x="{x:.1f}" y="{y:.1f}" transform="rotate(-90 {x:.1f} {y:.1f})">{name}</text>').format(
            x=names + step * (place + 0.5) + 4, y=high - 1, name=name
        )
        for place, name in enumerate(cut)
    ], high + 3


def _said(held: Grid, step: float) -> dict[str, list[str]]:
    """The lines of the words of every cell; none at all where some of them would not fit under their mark."""
    cells = {cell.words for _, cells in held.rows for cell in cells if cell is not None}
    lines = {said: folded(said, step - 6) for said in cells}
    whole = all(" ".join(held) == " ".join(said.split()) and len(held) <= 2 for said, held in lines.items())
    return lines if whole else {}


def _bars(cell: GridCell, middle: float, top: float, wide: float) -> Markup:
    """Four bars of rising height, as many filled as the weight; their words are shown to who points at them."""
    each = wide * 5 / 26
    drawn = [
        Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>').format(
            "did" if place < cell.weight else "not",
            middle - wide / 2 + wide * 7 / 26 * place,
            top + 12 - 4 * place,
            each,
            5 + 4 * place,
        )
        for place in range(4)
    ]
    return Markup("<g><title>{}</title>{}</g>").format(cell.words, Markup().join(drawn))


# Amounts against limits.


def _meters(held: Meters) -> tuple[float, Markup]:
    shares = [_share(amount, item.limit) for item in held.meters for amount in (item.low, item.high)]
    near = [share for share in shares if 0 < share < math.inf]
    scale = _Scale.of(min([0.1, *near]) / 1.3, max([2.0, *near]) * 1.3, log=True)
    marks: list[Markup] = []
    y = 0.0
    for item in held.meters:
        verdict = text_width(item.verdict) * 1.08
        lines = folded(item.label, _ROOM - verdict - 12, size=LETTER)
        marks += [words(line, MARGIN, y + 11 + _LINE * place) for place, line in enumerate(lines)]
        marks.append(words(item.verdict, WIDTH - MARGIN, y + 11, "whole end"))
        y += _LINE * len(lines) + 9
        marks += _meter(item, scale, y)
        marks.append(words(fitted(_amount(item), _ROOM, size=SMALL_LETTER), WIDTH - MARGIN, y + 20, "tick end"))
        y += 31
    marks += scale.ground(y)
    marks.append(words("times the limit, which is the upright line", WIDTH / 2, y + 16 + _LINE, "tick mid"))
    return y + 16 + _LINE + 5, Markup().join(marks)


def _share(amount: float, limit: float) -> float:
    return amount / limit if limit else math.inf if amount else 0.0


def _meter(item: Meter, scale: _Scale, y: float) -> Iterator[Markup]:
    """A dot for an amount and a bar for a range, pointed where it goes on beyond the axis, hollow where it cannot be told."""
    low, high = _share(item.low, item.limit), _share(item.high, item.limit)
    left, right = scale.at(low), scale.at(high)
    before, after = low < 1 and scale.beyond(low), high > 1 and scale.beyond(high)
    hollow = item.verdict == "cannot tell"
    yield stroke("hair", f"M{MARGIN:.1f} {y:.1f}H{WIDTH - MARGIN:.1f}")
    yield stroke("reach", f"M{scale.at(1.0):.1f} {y - 7:.1f}v14")
    if right - left < 2 and not before and not after:
        yield disc("open" if hollow else "bead", (left + right) / 2, y, radius=4)
        return
    if before:
        right = max(right, left + 9)
    if after:
        left = min(left, right - 9)
    start = [(left + 4, y - 3.5), (left, y), (left + 4, y + 3.5)] if before else [(left, y - 3.5), (left, y + 3.5)]
    stop = [(right - 4, y + 3.5), (right, y), (right - 4, y - 3.5)] if after else [(right, y + 3.5), (right, y - 3.5)]
    yield polygon("not" if hollow else "bar", start + stop)


def _amount(item: Meter) -> str:
    """The amount and its limit: ``3.1; limit 5 µg a day``."""
    low, high = number(item.low, item.unit), number(item.high, item.unit) if math.isfinite(item.high) else ""
    if math.isclose(item.low, item.high, rel_tol=1e-6):
        amount = high if item.high else "none found"
    elif high:
        amount = f"{low} to {high}" if item.low > 0 else f"up to {high}"
    else:
        amount = f"{low} or more" if item.low > 0 else "amount not known"
    if not item.limit:
        return f"{amount}{suffix(item.unit) if item.high else ''}; none may be found"
    return f"{amount}; limit {number(item.limit, item.unit)}{suffix(item.unit)}"
