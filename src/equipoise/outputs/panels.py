"""Figures of the mechanism as SVG: measurements on an axis, bands over time, a grid of marks, amounts against limits.

Each is 340 units wide, reads in grey, and hangs on no colour; the table beside it says the same in words.
"""

import math
from collections.abc import Iterator, Sequence

from markupsafe import Markup

from equipoise.outputs.figures import MARGIN, WIDTH, Axis, frame, number, suffix
from equipoise.outputs.plots import diamond, disc, faint, fitted, folded, polygon, stroke, ticks, words
from equipoise.values.panels import Band, Bands, DotPlot, DotRow, Grid, GridCell, Meter, Meters, Panel

_LINE, _ROW, _FOOT = 15.0, 26.0, 22.0
_PLOT = 118.0
"""Height of one band's plot."""
_LEFT = 34.0
_MARK = 17.0
_NAMES = 128.0
"""Room for the names of a grid's rows."""


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
    return frame(ident, title=held.title, said=held.said, size=(WIDTH, high), inside=drawn, kind="plot")


def _dot_plot(held: DotPlot) -> tuple[float, Markup]:
    axis = _axis_of(held)
    marks: list[Markup] = []
    y = 0.0
    for row in held.rows:
        marks += _dot_row(row, axis, y)
        y += _LINE + _ROW
    marks += _foot(axis, y, held.unit, held.ends)
    return y + _FOOT + _LINE + 4, Markup().join(marks)


def _axis_of(held: DotPlot) -> Axis:
    values = [dot.value for row in held.rows for dot in row.dots]
    ends = [end for row in held.rows for end in (row.low, row.high, row.new_low, row.new_high) if end is not None]
    low, high = min(values + ends), max(values + ends)
    if held.log:
        low, high = max(low, min(values) / 30), min(high, max(values) * 30)
        return Axis(low=low / 1.3, high=high * 1.3, ratio=True)
    room = (high - low or abs(high) or 1.0) * 0.06
    return Axis(low=low - room, high=high + room, ratio=False)


def _dot_row(row: DotRow, axis: Axis, top: float) -> Iterator[Markup]:
    yield words(fitted(row.label, WIDTH - 2 * MARGIN), MARGIN, top + 11)
    y = top + _LINE + 4
    yield stroke("hair", f"M{MARGIN:.1f} {y:.1f}H{WIDTH - MARGIN:.1f}")
    for dot in row.dots:
        yield disc("open" if dot.open else "bead", axis.at(dot.value), y, radius=3.6, name=dot.label)
    below = y + 11
    if row.new_low is not None and row.new_high is not None:
        yield stroke("ahead", f"M{axis.at(row.new_low):.1f} {below:.1f}H{axis.at(row.new_high):.1f}")
    if row.middle is not None and row.low is not None and row.high is not None:
        left, right = axis.at(row.low), axis.at(row.high)
        middle = axis.at(row.middle)
        yield diamond("diamond", middle, below, left=min(left, middle - 3), right=max(right, middle + 3), half=4.5)


def _foot(axis: Axis, y: float, unit: str, ends: tuple[str, str]) -> Iterator[Markup]:
    yield stroke("axis", f"M{MARGIN:.1f} {y:.1f}H{WIDTH - MARGIN:.1f}")
    for tick in ticks(axis):
        yield stroke("axis", f"M{tick.at:.1f} {y:.1f}v4")
        yield words(tick.text, tick.at, y + 15, "tick mid")
    if any(ends):
        yield words(f"← {ends[0]}", MARGIN, y + 15 + _LINE, "tick")
        yield words(f"{ends[1]} →", WIDTH - MARGIN, y + 15 + _LINE, "tick end")
        yield words(unit, WIDTH / 2, y + 15 + _LINE, "tick mid")
    else:
        yield words(unit, WIDTH - MARGIN, y + 15 + _LINE, "tick end")


def _bands(held: Bands) -> tuple[float, Markup]:
    first, last = min(band.times[0] for band in held.bands), max(band.times[-1] for band in held.bands)
    across = Axis(low=first, high=last, ratio=False, start=_LEFT, stop=WIDTH - MARGIN)
    marks: list[Markup] = []
    y = 0.0
    for place, band in enumerate(held.bands):
        points = held.observed if place == 0 else ()
        marks += _band(band, across, y, points)
        y += _PLOT + _LINE + 12
    marks.append(stroke("axis", f"M{_LEFT:.1f} {y - 10:.1f}H{WIDTH - MARGIN:.1f}"))
    for tick in ticks(across):
        marks.append(stroke("axis", f"M{tick.at:.1f} {y - 10:.1f}v4"))
        marks.append(words(tick.text, tick.at, y + 5, "tick mid"))
    marks.append(words(f"{held.time_unit}; up the side: {held.unit}", WIDTH - MARGIN, y + 20, "tick end"))
    return y + 26, Markup().join(marks)


def _band(band: Band, across: Axis, top: float, points: Sequence[tuple[float, float, str]]) -> Iterator[Markup]:
    highest = max([*band.high, *(value for _, value, _ in points)]) * 1.05 or 1.0
    up = Axis(low=0.0, high=highest, ratio=False, start=top + _LINE + _PLOT, stop=top + _LINE)
    yield words(fitted(band.label, WIDTH - 2 * MARGIN), MARGIN, top + 11)
    for tick in ticks(up, upright=True):
        yield stroke("hair", f"M{_LEFT:.1f} {tick.at:.1f}H{WIDTH - MARGIN:.1f}")
        yield words(tick.text, _LEFT - 4, tick.at + 4, "tick end")
    outline = [(across.at(time), up.at(value)) for time, value in zip(band.times, band.high, strict=True)]
    outline += [(across.at(time), up.at(value)) for time, value in zip(band.times[::-1], band.low[::-1], strict=True)]
    yield faint(0.16, polygon("tone", outline))
    middle = "L".join(f"{across.at(x):.1f} {up.at(y):.1f}" for x, y in zip(band.times, band.middle, strict=True))
    yield stroke("reach", f"M{middle}")
    for time, value, said in points:
        yield disc("open", across.at(time), up.at(value), radius=3.6, name=said)


def _grid(held: Grid) -> tuple[float, Markup]:
    step = (WIDTH - _NAMES - MARGIN) / len(held.columns)
    heads = [folded(name, step - 4) for name in held.columns]
    top = 12.0 * max(map(len, heads)) + 6
    marks = [
        words(line, _NAMES + step * (place + 0.5), 11 + 12 * at, "tick mid")
        for place, lines in enumerate(heads)
        for at, line in enumerate(lines)
    ]
    y = top
    for name, cells in held.rows:
        lines = folded(name, _NAMES - 2 * MARGIN)
        tall = max(_MARK + 8, 13.0 * len(lines) + 8)
        marks.append(stroke("hair", f"M{MARGIN:.1f} {y:.1f}H{WIDTH - MARGIN:.1f}"))
        marks += [words(line, MARGIN, y + 15 + 13 * at) for at, line in enumerate(lines)]
        for place, cell in enumerate(cells):
            if cell is not None:
                marks += _bars(cell, _NAMES + step * (place + 0.5), y + 5)
        y += tall
    return y + 4, Markup().join(marks)


def _bars(cell: GridCell, middle: float, top: float) -> Iterator[Markup]:
    """Four bars of rising height, as many filled as the weight; their words are shown to who points at them."""
    left = middle - 13
    drawn = [
        Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="5" height="{:.1f}"/>').format(
            "did" if place < cell.weight else "not", left + 7 * place, top + _MARK - 5 - 4 * place, 5 + 4 * place
        )
        for place in range(4)
    ]
    yield Markup("<g><title>{}</title>{}</g>").format(cell.words, Markup().join(drawn))


def _meters(held: Meters) -> tuple[float, Markup]:
    shares = [share for item in held.meters for share in (_share(item.low, item), _share(item.high, item)) if share > 0]
    axis = Axis(low=min(0.1, *shares) / 1.2, high=max(2.0, *shares) * 1.2, ratio=True)
    marks: list[Markup] = []
    y = 0.0
    for item in held.meters:
        marks.append(words(fitted(item.label, WIDTH * 0.66), MARGIN, y + 11))
        marks.append(words(item.verdict, WIDTH - MARGIN, y + 11, "whole end"))
        marks += _meter(item, axis, y + _LINE + 5)
        marks.append(words(_amount(item), WIDTH - MARGIN, y + _LINE + 22, "tick end"))
        y += _LINE + 34
    marks += _foot(axis, y, "", ("", ""))
    marks.append(words("times the limit, the dotted line", WIDTH - MARGIN, y + 30, "tick end"))
    return y + _FOOT + _LINE, Markup().join(marks)


def _share(amount: float, item: Meter) -> float:
    return amount / item.limit


def _meter(item: Meter, axis: Axis, y: float) -> Iterator[Markup]:
    left, right = axis.at(max(_share(item.low, item), axis.low)), axis.at(_share(item.high, item))
    yield stroke("hair", f"M{MARGIN:.1f} {y:.1f}H{WIDTH - MARGIN:.1f}")
    yield stroke("null clear", f"M{axis.at(1.0):.1f} {y - 8:.1f}v16")
    if right - left < 2:
        yield disc("bead", right, y, radius=4)
    else:
        yield Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="7"/>').format(
            "bar" if item.verdict != "cannot tell" else "not", left, y - 3.5, right - left
        )


def _amount(item: Meter) -> str:
    if math.isclose(item.low, item.high, rel_tol=1e-6):
        return f"{number(item.high, item.unit)}{suffix(item.unit)} of {number(item.limit, item.unit)}"
    below = f"up to {number(item.high, item.unit)}" if item.low <= 0 else f"{number(item.low, '')} to {number(item.high, '')}"
    return f"{below}{suffix(item.unit)} of {number(item.limit, item.unit)}"
