"""What the plots of a meta-analysis share: scales with their ticks, words that fit, marks, and a file that stands alone.

A plot is 340 units wide, for a column or a telephone; a wide one 760, for a page. Shades are shades of the ink, so that a plot
reads in grey, in light and in dark.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Literal

from markupsafe import Markup

from equipoise.outputs.figures import Axis, number
from equipoise.outputs.phrases import differences
from equipoise.values.estimate import Heterogeneity

Scale = Literal["linear", "log", "logit"]
"""How effects became the numbers of an analysis: as they are, by logarithms of ratios, by log odds of shares."""

WIDE = 760.0
LETTER = 12.0
"""Size of text, as in the style of the pages."""
SMALL_LETTER = 11.5

_SLIM, _BROAD = frozenset(" iljtfrI.,:;|!'()[]/"), frozenset("mwMW%@…←→")
_GAP = 9.0
"""Room between the words of two ticks."""
_STEPS = (1.0, 2.0, 2.5, 5.0)
_MANTISSAS = ((1, 1.5, 2, 3, 4, 5, 7), (1, 2, 3, 5), (1, 2, 5), (1, 3), (1,))
_PERCENTS = (
    (0.01, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 98, 99, 99.5, 99.9, 99.99),
    (0.01, 0.1, 0.5, 1, 2, 5, 10, 20, 35, 50, 65, 80, 90, 95, 98, 99, 99.5, 99.9, 99.99),
    (0.01, 0.1, 1, 5, 20, 50, 80, 95, 99, 99.9, 99.99),
    (0.01, 0.1, 1, 10, 50, 90, 99, 99.9, 99.99),
    (0.1, 10, 90, 99.9),
)
_EDGE = 10
"""Empty paper around a plot that is a file of its own."""
_STYLE = Path(__file__).parent / "static" / "style.css"
_FACES = '"Equipoise Sans", "Source Sans 3", Helvetica, Arial, "Liberation Sans", sans-serif'
"""What a file of its own is set in: our sans where it is installed, else what most printers have."""
_TOKEN = re.compile(r"--([\w-]+):\s*([^;]+);")
_VARIABLE = re.compile(r"var\(--([\w-]+)\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A place on an axis and what stands there."""

    at: float
    text: str


def back(value: float, scale: Scale) -> float:
    """A number of an analysis as a reader knows it: a ratio, a share between 0 and 1, or itself."""
    if scale == "log":
        return math.exp(value)
    if scale == "logit":
        return 1 / (1 + math.exp(-value)) if value > -700 else 0.0
    return value


def ticks(axis: Axis, *, scale: Scale = "linear", upright: bool = False) -> tuple[Tick, ...]:
    """As many round numbers as can stand side by side (or, ``upright``, one above another) without touching.

    With ``scale``, the axis counts in numbers of an analysis and its ticks in those of a reader.
    """
    last: tuple[Tick, ...] = ()
    for held in _candidates(axis, scale):
        made = tuple(Tick(at=axis.at(place), text=text) for place, text in held)
        if len(made) > 1 and _apart(made, upright=upright):
            return made
        last = made or last
    return last[:1]


def _candidates(axis: Axis, scale: Scale) -> Iterator[list[tuple[float, str]]]:
    """Sets of round numbers as (place on the axis, words), from many to few."""
    if scale == "logit":
        low, high = 100 * back(axis.low, scale), 100 * back(axis.high, scale)
        near = high - low < 20 and high / max(low, 1e-9) < 3
        for values in (*(_rounds(low, high) if near else ()), *(_within(held, low, high) for held in _PERCENTS)):
            yield [(math.log(value / (100 - value)), number(value, "%")) for value in values if 0 < value < 100]
    elif scale == "log":
        for values in _powers(math.exp(axis.low), math.exp(axis.high)):
            yield [(math.log(value), number(value, axis.unit)) for value in values]
    else:
        for values in _powers(axis.low, axis.high) if axis.ratio else _rounds(axis.low, axis.high):
            yield [(value, number(value, axis.unit)) for value in values]


def _within(values: Sequence[float], low: float, high: float) -> list[float]:
    slack = 1e-9 * max(abs(low), abs(high))
    return [value for value in values if low - slack <= value <= high + slack]


def _rounds(low: float, high: float) -> Iterator[list[float]]:
    """Multiples of round steps, the narrowest step first."""
    if not high > low:
        return
    power = math.floor(math.log10((high - low) / 10))
    for exponent in range(power, power + 3):
        for mantissa in _STEPS:
            step = mantissa * 10.0**exponent
            if (high - low) / step <= 12:
                first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
                yield [float(f"{count * step:.12g}") for count in range(first, last + 1)]


def _powers(low: float, high: float) -> Iterator[list[float]]:
    """Round ratios: near each other as steps, far apart as powers of ten."""
    if high / low < 3:
        yield from _rounds(low, high)
        return
    lowest, highest = math.floor(math.log10(low)), math.ceil(math.log10(high))
    for mantissas in _MANTISSAS:
        yield _within([m * 10.0**power for power in range(lowest, highest + 1) for m in mantissas], low, high)
    for every in (2, 3, 5, 10):
        yield _within([10.0**power for power in range(lowest, highest + 1) if power % every == 0], low, high)


def _apart(made: Sequence[Tick], *, upright: bool) -> bool:
    if upright:
        return all(abs(b.at - a.at) >= 1.6 * LETTER for a, b in pairwise(made))
    ordered = sorted(made, key=lambda tick: tick.at)
    widths = [text_width(tick.text, size=SMALL_LETTER) for tick in ordered]
    return all(
        after.at - before.at >= (first + second) / 2 + _GAP
        for (before, first), (after, second) in pairwise(zip(ordered, widths, strict=True))
    )


def text_width(text: str, *, size: float = LETTER) -> float:
    """Units that words take at most, in our sans or in one of the broader ones that may stand in for it."""
    slim = sum(letter in _SLIM for letter in text)
    broad = sum(letter in _BROAD for letter in text)
    capital = sum(letter.isupper() and letter not in _BROAD and letter not in _SLIM for letter in text)
    return size * (0.28 * slim + 0.88 * broad + 0.67 * capital + 0.55 * (len(text) - slim - broad - capital))


def fitted(text: str, room: float, *, size: float = LETTER) -> str:
    """``text``, or its beginning with an ellipsis, in ``room`` units."""
    if text_width(text, size=size) <= room:
        return text
    kept = len(text)
    while kept > 1 and text_width(f"{text[:kept].rstrip()}…", size=size) > room:
        kept -= 1
    return f"{text[:kept].rstrip()}…"


def folded(text: str, room: float, *, size: float = SMALL_LETTER) -> list[str]:
    """``text`` in lines of at most ``room`` units, broken between words."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size=size) <= room:
            lines[-1] = longer
        else:
            lines.append(fitted(word, room, size=size))
    return lines


def words(text: str, x: float, y: float, style: str = "part") -> Markup:
    """One line of text; ``style`` has ``end`` where it ends at ``x``, and ``mid`` where its middle is there."""
    return Markup('<text class="{}" x="{:.1f}" y="{:.1f}">{}</text>').format(style, x, y, text)


def stroke(style: str, drawn: str) -> Markup:
    """A path; ``drawn`` are its commands."""
    return Markup('<path class="{}" d="{}"/>').format(style, drawn)


def polygon(style: str, corners: Sequence[tuple[float, float]]) -> Markup:
    """A closed path through ``corners``."""
    return stroke(style, f"M{'L'.join(f'{x:.1f} {y:.1f}' for x, y in corners)}Z")


def diamond(style: str, x: float, y: float, *, left: float, right: float, half: float) -> Markup:
    """The mark of a joined result, from ``left`` to ``right`` around its value at ``x``."""
    return polygon(style, ((left, y), (x, y - half), (right, y), (x, y + half)))


def disc(style: str, x: float, y: float, *, radius: float, name: str = "") -> Markup:
    """A round mark; its ``name`` is shown to who points at it."""
    if not name:
        return Markup('<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="{:g}"/>').format(style, x, y, radius)
    return Markup('<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="{:g}"><title>{}</title></circle>').format(
        style, x, y, radius, name
    )


def faint(opacity: float, mark: Markup) -> Markup:
    """A mark that lets what is under it show through."""
    return Markup('<g opacity="{:g}">{}</g>').format(opacity, mark)


def ground(axis: Axis, y: float, *, name: str = "", scale: Scale = "linear") -> Markup:
    """The axis below a plot with its ticks and, where they have any, its name or its two ends."""
    marks = [stroke("axis", f"M{axis.start:.1f} {y:.1f}H{axis.stop:.1f}")]
    for tick in ticks(axis, scale=scale):
        marks += [stroke("axis", f"M{tick.at:.1f} {y:.1f}v4"), words(tick.text, tick.at, y + 16, "tick mid")]
    if name:
        marks.append(words(name, (axis.start + axis.stop) / 2, y + 32, "tick mid"))
    return Markup().join(marks)


def wall(axis: Axis, x: float, *, name: str = "") -> Markup:
    """The axis beside a plot with its ticks, its name on top."""
    marks = [stroke("axis", f"M{x:.1f} {axis.start:.1f}V{axis.stop:.1f}")]
    for tick in ticks(axis, upright=True):
        marks += [stroke("axis", f"M{x:.1f} {tick.at:.1f}h-4"), words(tick.text, x - 7, tick.at + 4, "tick end")]
    if name:
        marks.append(words(name, 0, min(axis.start, axis.stop) - 9, "tick"))
    return Markup().join(marks)


def plane(x: Axis, y: Axis, *, names: tuple[str, str], scale: Scale = "linear") -> Markup:
    """Two axes that meet; ``names`` of the one below and the one beside."""
    return ground(x, max(y.start, y.stop), name=names[0], scale=scale) + wall(y, x.start, name=names[1])


def known(name: str, *values: float) -> None:
    """Refuse a value that is not a finite number.

    Raises
    ------
    ValueError
        There is one; ``name`` says whose.
    """
    for value in values:
        if not math.isfinite(value):
            raise ValueError(f"{name!r} has {value}, which cannot be drawn; should be a finite number")


def reach(values: Sequence[float], *, share: float = 0.06) -> tuple[float, float]:
    """From the lowest to the highest, and a little more on both sides."""
    low, high = min(values), max(values)
    more = share * (high - low) or share * abs(high) or 1.0
    return low - more, high + more


def shares(low: float, high: float, values: Sequence[float]) -> tuple[float, float]:
    """The ends of an axis of percentages, which none of ``values`` makes go below 0 or above 100."""
    return max(low, 0.0) if min(values) >= 0 else low, min(high, 100.0) if max(values) <= 100 else high


def scaled_words(value: float, scale: Scale, unit: str) -> str:
    """A number of an analysis in the words of a reader."""
    return figure_words(100 * back(value, scale), "%") if scale == "logit" else figure_words(back(value, scale), unit)


def figure_words(value: float, unit: str) -> str:
    """A computed number with three digits."""
    return number(float(f"{value:.3g}"), unit)


def spread_words(spread: Heterogeneity, *, studies: int | None = None) -> str:
    """How much studies differ, in one line."""
    count = "" if studies is None else f"{studies} {'study' if studies == 1 else 'studies'}, "
    df = "" if studies is None else f" on {studies - 1} df"
    tau2, i2, q, chance = differences(spread)
    return f"{count}{tau2}, {i2}, {q}{df} ({chance})"


Box = tuple[float, float, float, float]
"""Left, top, right and bottom."""


def placed(
    names: Sequence[tuple[str, float, float]], *, obstacles: Sequence[tuple[float, float]], within: Box, radius: float = 4
) -> Markup:
    """Names beside their points (x, y), each at the first free side; one that has no free side is left out.

    The first names have the first choice. ``obstacles`` are all points.
    """
    taken: list[Box] = [(x - radius, y - radius, x + radius, y + radius) for x, y in obstacles]
    marks: list[Markup] = []
    for name, x, y in names:
        wide, far = text_width(name, size=SMALL_LETTER), radius + 3
        for left, low in _sides(wide, far):
            box = (x + left, y + low - 9, x + left + wide, y + low + 2)
            inside = within[0] <= box[0] and within[1] <= box[1] and box[2] <= within[2] and box[3] <= within[3]
            if inside and not any(_touch(box, other) for other in taken):
                taken.append(box)
                marks.append(words(name, box[0], y + low, "tick"))
                break
    return Markup().join(marks)


def _sides(wide: float, far: float) -> tuple[tuple[float, float], ...]:
    """Right, left, above, below and the corners, as the shift of the words' left end and of their line."""
    near = 0.7 * far
    return (
        (far, 4),
        (-far - wide, 4),
        (-wide / 2, -far),
        (-wide / 2, far + 9),
        (near, -near),
        (-near - wide, -near),
        (near, near + 9),
        (-near - wide, near + 9),
    )


def _touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def standalone(svg: Markup) -> str:
    """``svg`` as a file of its own, for print: names, size, type, and the palette of printed pages without variables."""
    text = str(svg)
    size = re.search(r'viewBox="0 0 (\d+) (\d+)"', text)
    if not text.startswith("<svg ") or size is None:
        raise ValueError(f"{text[:40]!r} is not one of our plots; should begin with <svg and have a viewBox from 0 0")
    wide, high = (int(side) + 2 * _EDGE for side in size.groups())
    head, _, inside = text.partition(">")
    head = head.replace(size[0], f'viewBox="{-_EDGE} {-_EDGE} {wide} {high}"', 1)
    named = f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}"{head[4:]}>'
    paper = f'<rect class="paper" x="{-_EDGE}" y="{-_EDGE}" width="{wide}" height="{high}"/>'
    title, mark, rest = inside.partition("</desc>")
    return f"{named}{title}{mark}<style>{_plain_style()}</style>{paper}{rest}\n"


@cache
def _plain_style() -> str:
    """The rules of figures from the style of the pages, each variable replaced by its value in print."""
    sheet = _STYLE.read_text(encoding="utf-8")
    held = dict(_TOKEN.findall(sheet.partition("@media")[0]))
    held |= dict(_TOKEN.findall(sheet.partition("@media print")[2].partition("}")[0]))
    held["sans"] = _FACES
    rules = [line for line in sheet.splitlines() if line.startswith("svg ")]
    plain = _VARIABLE.sub(lambda match: held[match[1]], "\n".join(rules))
    return f"svg {{ color: {held['ink']}; }}\nsvg .paper {{ fill: {held['paper']}; }}\n{plain}"
