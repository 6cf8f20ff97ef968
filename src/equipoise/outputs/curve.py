"""The specification curve: every defensible analysis of one question, by its estimate, above the options that made it."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from markupsafe import Markup

from equipoise.outputs.figures import WIDTH, Axis, frame
from equipoise.outputs.phrases import counted
from equipoise.outputs.plots import (
    SMALL_LETTER,
    WIDE,
    diamond,
    faint,
    figure_words,
    fitted,
    known,
    polygon,
    reach,
    shares,
    stroke,
    text_width,
    wall,
    words,
)
from equipoise.values.estimate import Interval

MOST, MOST_WIDE = 150, 300
"""Specifications that are drawn in a narrow and in a wide plot; of more, evenly spread ones are."""

FEW = 40
"""Up to so many specifications are drawn with stronger marks."""

_TALL, _SHORT = 170.0, 52.0
"""Height of the curve, and of the small one."""
_OPTION, _FACTOR = 15.0, 22.0
"""Height of the line of an option, and of the name of a factor."""
_CHANCE = 0.16
"""How dark the curve of chance is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """A choice and its options; ``share``, in percent, is how much of the variance it explains."""

    name: str
    options: tuple[str, ...]
    share: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Specification:
    """One analysis: its estimate, and for each factor the place of its option among the factor's options."""

    value: float
    interval: Interval | None = None
    options: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A specification curve, in numbers that a reader knows.

    - ``primary``: the place of the primary analysis among ``specifications``, which may come in any order.
    - ``threshold``: what conclusions are about, drawn as a line that is named ``threshold_name``.
    - ``envelope``: where the curve would lie by chance alone: intervals at evenly spread ranks, from first to last.
    - ``verdict``: a sentence, which ends the description.

    Raises
    ------
    ValueError
        No specification, a primary that is not among them, options that the factors do not have, an estimate that is not a
        number, or a ratio that is not above zero.
    """

    title: str
    measure: str
    specifications: tuple[Specification, ...]
    factors: tuple[Factor, ...] = ()
    primary: int | None = None
    ratio: bool = False
    unit: str = ""
    threshold: float | None = None
    threshold_name: str = "no effect"
    envelope: tuple[Interval, ...] = ()
    envelope_name: str = "if there were no effect"
    verdict: str = ""

    def __post_init__(self) -> None:
        count = len(self.specifications)
        if not count:
            raise ValueError(f"the curve {self.title!r} has no specifications; should have at least one")
        if self.primary is not None and not 0 <= self.primary < count:
            raise ValueError(f"the primary specification is number {self.primary}; should be from 0 to {count - 1}")
        sizes = [len(factor.options) for factor in self.factors]
        for place, held in enumerate(self.specifications):
            known(f"specification {place}", held.value)
            fits = len(held.options) == len(sizes) and all(0 <= at < size for at, size in zip(held.options, sizes, strict=True))
            if not fits:
                raise ValueError(f"specification {place} has the options {held.options}; should be one below each of {sizes}")
            if self.ratio and not held.value > 0:
                raise ValueError(f"specification {place} has the ratio {held.value}; should be above zero")

    @property
    def order(self) -> list[int]:
        """Places of the specifications from the lowest estimate to the highest."""
        return sorted(range(len(self.specifications)), key=lambda place: self.specifications[place].value)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    """The specifications that are drawn, each at its ``x``; ``primary`` is the place among them of the primary one."""

    curve: Curve
    shown: tuple[Specification, ...]
    x: tuple[float, ...]
    primary: int | None
    side: Axis


def curve(shown: Curve, *, ident: str, wide: bool = False, small: bool = False) -> Markup:
    """Draw the curve and its panel of options, or with ``small`` a curve of 340 by 80 units alone."""
    if small:
        return _small(shown, ident)
    whole = WIDE if wide else WIDTH
    left = max((text_width(option, size=SMALL_LETTER) for factor in shown.factors for option in factor.options), default=0.0)
    left = min(max(left + 10, 44.0), 230.0 if wide else 118.0)
    top = 22.0
    drawn = _drawn(shown, left=left, right=whole - 4, top=top, foot=top + _TALL, most=MOST_WIDE if wide else MOST)
    marks = [*_marks(drawn), wall(drawn.side, left, name=shown.measure), *_named_lines(drawn, whole)]
    y = top + _TALL + 16
    marks.append(words(f"{_count(shown)}, from the lowest estimate to the highest", whole, y, "tick end"))
    if shown.threshold is not None and any(held.interval is not None for held in shown.specifications):
        y += 15
        marks.append(words(f"strong lines: the interval is clear of {shown.threshold_name}", whole, y, "tick end"))
    for panel, high in _panel(drawn, left, y + 8):
        marks.append(panel)
        y = high
    return frame(
        ident,
        title=shown.title,
        said=_described(shown, len(drawn.shown)),
        size=(whole, math.ceil(y + 8)),
        inside=Markup().join(marks),
        kind="plot wide" if wide else "plot",
    )


def curve_table(shown: Curve) -> tuple[tuple[str, ...], ...]:
    """A row for each option: how many specifications use it, and their lowest, median and highest estimate."""
    lines = [("Choice", "Option", "Specifications", "Lowest", "Median", "Highest")]
    every = [held.value for held in shown.specifications]
    lines.append(("all", "", *_spread(every, shown.unit)))
    for place, factor in enumerate(shown.factors):
        for at, option in enumerate(factor.options):
            values = [held.value for held in shown.specifications if held.options[place] == at]
            lines.append((factor.name, option, *_spread(values, shown.unit)))
    return tuple(lines)


def _count(shown: Curve) -> str:
    return counted(len(shown.specifications), "specification", "specifications")


def _spread(values: Sequence[float], unit: str) -> tuple[str, str, str, str]:
    if not values:
        return ("0", "", "", "")
    low, middle, high = (figure_words(value, unit) for value in (min(values), median(values), max(values)))
    return (f"{len(values):,}", low, middle, high)


def _drawn(shown: Curve, *, left: float, right: float, top: float, foot: float, most: int) -> _Drawn:
    """Evenly spread specifications, with the first, the last and the primary, between ``left`` and ``right``."""
    order = shown.order
    kept = set(range(len(order)))
    if len(order) > most:
        kept = {round(step * (len(order) - 1) / (most - 1)) for step in range(most)}
    first = order.index(shown.primary) if shown.primary is not None else None
    if first is not None:
        kept.add(first)
    ranks = sorted(kept)
    last = max(len(order) - 1, 1)
    inset = 5.0
    return _Drawn(
        curve=shown,
        shown=tuple(shown.specifications[order[rank]] for rank in ranks),
        x=tuple(left + inset + (right - left - 2 * inset) * (rank / last if len(order) > 1 else 0.5) for rank in ranks),
        primary=ranks.index(first) if first is not None else None,
        side=_side(shown, top, foot),
    )


def _side(shown: Curve, top: float, foot: float) -> Axis:
    """An axis that holds every estimate, the threshold and all but the longest intervals."""
    bare = math.log if shown.ratio else float
    core = [bare(held.value) for held in shown.specifications]
    if shown.threshold is not None and (shown.threshold > 0 or not shown.ratio):
        core.append(bare(shown.threshold))
    held = [held.interval for held in shown.specifications if held.interval is not None]
    ends = sorted(
        bare(end) for interval in (*held, *shown.envelope) for end in (interval.low, interval.high) if _fits(end, shown)
    )
    low, high = reach(core)
    if ends:
        spare = len(ends) // 50
        widths = [bare(interval.high) - bare(interval.low) for interval in held if _fits(interval.low, shown)]
        room = max(1.5 * (high - low), median(widths) if widths else 0.0)
        low, high = min(low, max(ends[spare], low - room)), max(high, min(ends[-1 - spare], high + room))
    if shown.unit == "%" and not shown.ratio:
        low, high = shares(low, high, core)
    whole = math.exp if shown.ratio else float
    return Axis(low=whole(low), high=whole(high), ratio=shown.ratio, unit=shown.unit, start=foot, stop=top)


def _fits(end: float, shown: Curve) -> bool:
    return end > 0 or not shown.ratio


def _marks(drawn: _Drawn) -> Iterator[Markup]:
    """Envelope, threshold, intervals, estimates, and the primary on top."""
    side, shown = drawn.side, drawn.curve
    style = "pins few" if len(drawn.shown) <= FEW else "pins"
    if len(shown.envelope) > 1 and len(drawn.x) > 1:
        step = (drawn.x[-1] - drawn.x[0]) / (len(shown.envelope) - 1)
        thin = max(1, len(shown.envelope) // 100)
        places = sorted({*range(0, len(shown.envelope), thin), len(shown.envelope) - 1})
        upper = [(drawn.x[0] + place * step, side.at(shown.envelope[place].high)) for place in places]
        lower = [(drawn.x[0] + place * step, side.at(shown.envelope[place].low)) for place in places]
        yield faint(_CHANCE, polygon("tone", [*upper, *reversed(lower)]))
    if shown.threshold is not None:
        place = side.at(shown.threshold)
        yield stroke("null", f"M{drawn.x[0] - 5:.1f} {place:.1f}H{drawn.x[-1] + 5:.1f}")
    clear: list[str] = []
    unclear: list[str] = []
    for x, held in zip(drawn.x, drawn.shown, strict=True):
        if held.interval is not None:
            piece = f"M{x:.1f} {side.at(held.interval.low):.1f}V{side.at(held.interval.high):.1f}"
            (clear if _is_clear(held.interval, shown.threshold) else unclear).append(piece)
    for name, pieces in ((style, unclear), (f"{style} clear", clear)):
        if pieces:
            yield stroke(name, "".join(pieces))
    beads = "".join(f"M{x:.1f} {side.at(held.value):.1f}h0" for x, held in zip(drawn.x, drawn.shown, strict=True))
    yield stroke(style.replace("pins", "beads"), beads)
    if drawn.primary is not None:
        x, y = drawn.x[drawn.primary], side.at(drawn.shown[drawn.primary].value)
        yield diamond("lead", x, y, left=x - 6, right=x + 6, half=6)


def _is_clear(held: Interval, threshold: float | None) -> bool:
    return threshold is not None and not held.low <= threshold <= held.high


def _named_lines(drawn: _Drawn, whole: float) -> Iterator[Markup]:
    """The key to the marks, above the curve at its right end."""
    shown, x = drawn.curve, whole
    entries = []
    if len(shown.envelope) > 1:
        entries.append(("tone", shown.envelope_name))
    if shown.threshold is not None:
        entries.append(("null", shown.threshold_name))
    if drawn.primary is not None:
        entries.append(("lead", "primary"))
    for style, text in entries:
        x -= text_width(text, size=SMALL_LETTER)
        yield words(text, x, 11, "tick")
        x -= 20
        if style == "lead":
            yield diamond("lead", x + 9, 7, left=x + 3, right=x + 15, half=6)
        elif style == "tone":
            yield faint(_CHANCE, polygon("tone", ((x, 2), (x + 16, 2), (x + 16, 12), (x, 12))))
        else:
            yield stroke(style, f"M{x:.1f} 7h16")
        x -= 10


def _panel(drawn: _Drawn, left: float, top: float) -> Iterator[tuple[Markup, float]]:
    """For each factor its name, and for each option a mark under every specification that uses it; with the height so far."""
    shown, y = drawn.curve, top
    for place, factor in enumerate(shown.factors):
        y += _FACTOR
        share = ""
        if factor.share is not None:
            share = f" ({factor.share:.0f}% of the variance)" if factor.share >= 1 else " (less than 1% of the variance)"
        name = fitted(factor.name, drawn.x[-1] - text_width(share))
        yield words(f"{name}{share}", 0, y - 4, "whole"), y
        for at, option in enumerate(factor.options):
            y += _OPTION
            pieces = "".join(
                f"M{x:.1f} {y - 10:.1f}v9" for x, held in zip(drawn.x, drawn.shown, strict=True) if held.options[place] == at
            )
            line = words(fitted(option, left - 10, size=SMALL_LETTER), 0, y - 2, "tick")
            line += stroke("hair", f"M{left:.1f} {y - 5.5:.1f}H{drawn.x[-1] + 5:.1f}") + stroke("uses", pieces or "M0 0")
            if drawn.primary is not None and drawn.shown[drawn.primary].options[place] == at:
                x = drawn.x[drawn.primary]
                line += diamond("lead", x, y - 5.5, left=x - 5, right=x + 5, half=5)
            yield line, y


def _small(shown: Curve, ident: str) -> Markup:
    """A curve that stands under a number: the lowest and highest estimate, the primary and the threshold, no panel."""
    drawn = _drawn(replace(shown, envelope=()), left=0, right=WIDTH, top=6, foot=6 + _SHORT, most=MOST)
    order = shown.order
    low, high = (figure_words(shown.specifications[order[end]].value, shown.unit) for end in (0, -1))
    marks = [*_marks(drawn), words(low, 0, 76, "tick")]
    if len(order) > 1:
        marks.append(words(high, WIDTH, 76, "tick end"))
    text = counted(len(order), "analysis", "analyses")
    if shown.threshold is not None:
        text += f"; dotted: {shown.threshold_name}"
    room = WIDTH - 2 * max(text_width(end, size=SMALL_LETTER) for end in (low, high)) - 12
    marks.append(words(fitted(text, room, size=SMALL_LETTER), WIDTH / 2, 76, "tick mid"))
    return frame(
        ident,
        title=shown.title,
        said=_described(shown, len(drawn.shown)),
        size=(WIDTH, 80),
        inside=Markup().join(marks),
        kind="plot",
    )


def _described(shown: Curve, drawn: int) -> str:
    """The result in words."""
    values = [held.value for held in shown.specifications]
    count = len(values)
    low, middle, high = (figure_words(value, shown.unit) for value in (min(values), median(values), max(values)))
    lines = [f"{_count(shown)} of the {shown.measure}"]
    if drawn < count:
        lines[0] += f", of which {drawn} are drawn, evenly spread"
    lines.append(f"The lowest is {low}, the median {middle}, the highest {high}")
    if shown.primary is not None:
        first = shown.specifications[shown.primary]
        rank = 1 + shown.order.index(shown.primary)
        lines.append(f"The primary one is {figure_words(first.value, shown.unit)}, number {rank:,} by size")
    if shown.threshold is not None:
        held = [interval for interval in (made.interval for made in shown.specifications) if interval is not None]
        below = sum(interval.high < shown.threshold for interval in held)
        above = sum(interval.low > shown.threshold for interval in held)
        name = f"{shown.threshold_name} ({figure_words(shown.threshold, shown.unit)})"
        lines.append(f"The whole interval lies below {name} in {below:,}, above it in {above:,}")
    if shown.verdict:
        lines.append(shown.verdict.rstrip("."))
    return f"{'. '.join(lines)}."
