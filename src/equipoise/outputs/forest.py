"""The forest plot: studies, groups of studies and what joins them, in numbers and in marks.

Also what grows from it: studies added one by one, and the result without each. A wide plot has columns; a narrow one gives
each study two lines.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median_high
from typing import Literal

from markupsafe import Markup

from equipoise.outputs.figures import MARGIN, ROW, WIDTH, Axis, filled_columns, frame
from equipoise.outputs.plots import (
    SMALL_LETTER,
    WIDE,
    diamond,
    fitted,
    folded,
    ground,
    known,
    polygon,
    shares,
    spread_words,
    stroke,
    text_width,
    words,
)
from equipoise.values.estimate import Heterogeneity, Interval

Kind = Literal["studies", "cumulative", "leave-one-out"]
"""What a line is: a study, all studies up to this one, or all but this one."""

NOT_ESTIMABLE = "not estimable"

_HEADINGS: dict[Kind, str] = {"studies": "Study", "cumulative": "Adding", "leave-one-out": "Leaving out"}
_LINE, _TALL = 21.0, 15.0
"""Height of a line of a wide plot, and of a line of remarks."""
_LARGEST, _SMALLEST, _PLAIN = 13.0, 3.5, 7.0
"""Sides of the square of the largest weight, of the smallest, and of all where there are no weights."""
_LABELS, _PLOT, _DISC = 185.0, 160.0, 19.0
"""Most room for labels, least room for marks, and room for one judgement of bias, in a wide plot."""
_CONCERN: dict[str, int] = {
    "low": 0,
    "very low": 0,
    "yes": 0,
    "some concerns": 1,
    "moderate": 1,
    "unclear": 1,
    "some": 1,
    "high": 2,
    "serious": 2,
    "very serious": 2,
    "no": 2,
    "critical": 2,
}
"""How dark the disc of a judgement is; a word that is not here, such as "no information", has a broken ring."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """One line. Without a ``value`` it is not estimable; ``weight`` is in percent.

    ``cells`` stand under the plot's ``columns``, ``bias`` under its ``domains``: a judgement each, empty where there is none.
    """

    label: str
    value: float | None
    interval: Interval | None = None
    weight: float | None = None
    cells: tuple[str, ...] = ()
    bias: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """What joins studies: a diamond, a bar where a new study would lie, and a line on how much they differ."""

    label: str
    value: float
    interval: Interval
    prediction: Interval | None = None
    heterogeneity: Heterogeneity | None = None
    studies: int | None = None
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Studies under a heading of their own, or under none, and what joins them."""

    studies: tuple[Study, ...]
    label: str = ""
    joined: Joined | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forest:
    """A forest plot. ``measure`` names the numbers, on a scale of ratios if ``ratio``; ``ends`` say what left and right mean.

    ``low`` and ``high`` are the ends of the axis where the plot should not choose them; ``digits`` the decimals of all numbers.
    ``remarks`` are lines below, such as a test between groups.

    Raises
    ------
    ValueError
        No studies; a value or weight that is not a number; a study whose cells or judgements are not as many as the columns or
        domains; a ratio that is not above zero; ends of the axis the wrong way round.
    """

    title: str
    measure: str
    groups: tuple[Group, ...]
    joined: tuple[Joined, ...] = ()
    columns: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    kind: Kind = "studies"
    ratio: bool = False
    null: float | None = None
    unit: str = ""
    ends: tuple[str, str] = ("", "")
    low: float | None = None
    high: float | None = None
    digits: int | None = None
    remarks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.lines:
            raise ValueError(f"the forest plot {self.title!r} has no studies; should have at least one")
        for study in self.lines:
            known(study.label, *(held for held in (study.value, study.weight) if held is not None))
            for name, cells, heads in (("cells", study.cells, self.columns), ("judgements", study.bias, self.domains)):
                if cells and len(cells) != len(heads):
                    raise ValueError(f"{study.label!r} has {len(cells)} {name}; should be {len(heads)}, one for each heading")
        ends = [end for end in (self.low, self.high) if end is not None]
        if self.ratio and min([*self.spots, *ends], default=1.0) <= 0:
            raise ValueError(f"the forest plot {self.title!r} is of ratios and has {min(self.spots)}; should be above zero")
        if self.low is not None and self.high is not None and not self.low < self.high:
            raise ValueError(f"the axis from {self.low} to {self.high} is the wrong way round")

    @property
    def lines(self) -> tuple[Study, ...]:
        """All studies of all groups."""
        return tuple(study for group in self.groups for study in group.studies)

    @property
    def all_joined(self) -> tuple[Joined, ...]:
        """What joins groups, then what joins all."""
        return (*(group.joined for group in self.groups if group.joined is not None), *self.joined)

    @property
    def spots(self) -> tuple[float, ...]:
        """Every value."""
        return (*(line.value for line in self.lines if line.value is not None), *(held.value for held in self.all_joined))

    @property
    def intervals(self) -> tuple[Interval, ...]:
        """Every interval of a study or a diamond."""
        held = [*(line.interval for line in self.lines), *(joined.interval for joined in self.all_joined)]
        return tuple(interval for interval in held if interval is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A line of the plot: its height, what it is, and what of a study or diamond stands in it."""

    kind: Literal["heading", "study", "joined", "ahead", "remark", "gap"]
    high: float
    label: str = ""
    study: Study | None = None
    joined: Joined | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """Where the columns of a wide plot end, and the axis between them."""

    axis: Axis
    labels: float
    columns: tuple[float, ...]
    numbers: float
    weights: float | None
    domains: tuple[float, ...]
    wide: float


def forest(shown: Forest, *, ident: str, wide: bool = False) -> Markup:
    """Draw the forest plot; ``ident`` is its own on the page."""
    return _wide(shown, ident) if wide else _narrow(shown, ident)


def forest_table(shown: Forest) -> tuple[tuple[str, ...], ...]:
    """The plot in rows of words, the names of the columns first; a column that nobody fills is left out."""
    digits = _digits(shown)
    head = (_HEADINGS[shown.kind], "Group", *shown.columns, _heading(shown), "Weight", *shown.domains)
    lines = [head]
    blank = ("",) * len(shown.domains)
    for group in shown.groups:
        lines += [
            (
                study.label,
                group.label,
                *(study.cells or ("",) * len(shown.columns)),
                _said(study, shown, digits),
                _weight(study),
                *(study.bias or blank),
            )
            for study in group.studies
        ]
        if group.joined is not None:
            lines += _joined_rows(group.joined, group.label, shown, digits)
    for held in shown.joined:
        lines += _joined_rows(held, "", shown, digits)
    return filled_columns(lines)


def _joined_rows(held: Joined, group: str, shown: Forest, digits: int) -> Iterator[tuple[str, ...]]:
    blank = ("",) * (len(shown.domains) + 1)
    none = ("",) * len(shown.columns)
    yield (held.label, group, *(held.cells or none), _said(held, shown, digits), *blank)
    if held.prediction is not None:
        yield (_ahead_label(held.prediction), group, *none, _between(held.prediction, shown, digits), *blank)


def _heading(shown: Forest) -> str:
    levels = {held.level for held in shown.intervals if held.level is not None}
    said = f"{100 * levels.pop():g}% interval" if len(levels) == 1 else "interval"
    return f"{shown.measure} ({said})" if shown.intervals else shown.measure


def _ahead_label(ahead: Interval) -> str:
    return f"{100 * ahead.level:g}% prediction interval" if ahead.level is not None else "Prediction interval"


def _digits(shown: Forest) -> int:
    """Decimals that tell the values apart: two for ratios, else two figures of the spread."""
    if shown.digits is not None:
        return shown.digits
    if shown.ratio:
        return 2
    ends = [end for held in shown.intervals for end in (held.low, held.high)] + list(shown.spots)
    spread = max(ends) - min(ends) if ends else 0.0
    if shown.unit == "%":
        return 1 if spread > 5 else 2
    return min(4, max(0, 2 - math.floor(math.log10(spread)))) if spread > 0 else 2


def fixed(value: float, digits: int, unit: str = "") -> str:
    """A number with so many decimals, fewer where it is large.

    What they would make nought, or all of a hundred percent, is said to be below or above the last they can tell.
    """
    if unit == "%" and 100 - 0.5 * 10.0**-digits < value < 100:
        text = f">{100 - 10.0**-digits:.{digits}f}"
    elif value != 0 and abs(value) < 0.5 * 10.0**-digits:
        text = f"<{10.0**-digits:.{digits}f}" if value > 0 else f">-{10.0**-digits:.{digits}f}"
    else:
        fewer = max(0, digits - max(0, math.floor(math.log10(abs(value))) - 1)) if value else digits
        text = f"{value:,.{fewer}f}"
    return f"{text}{'%' if unit == '%' else ''}".replace("-", "\N{MINUS SIGN}")


def _between(held: Interval, shown: Forest, digits: int) -> str:
    return f"{fixed(held.low, digits, shown.unit)} to {fixed(held.high, digits, shown.unit)}"


def _said(held: Study | Joined, shown: Forest, digits: int) -> str:
    if held.value is None:
        return NOT_ESTIMABLE
    value = fixed(held.value, digits, shown.unit)
    return f"{value} ({_between(held.interval, shown, digits)})" if held.interval is not None else value


def _line_said(line: _Line, held: Study | Joined, shown: Forest, digits: int) -> str:
    if line.kind == "ahead" and line.joined is not None and line.joined.prediction is not None:
        return _between(line.joined.prediction, shown, digits)
    return _said(held, shown, digits)


def _weight(study: Study) -> str:
    return f"{study.weight:.1f}%" if study.weight is not None else ""


def _axis(shown: Forest, start: float, stop: float) -> Axis:
    """An axis that holds every value, diamond and prediction; longer intervals of single studies end in an arrow."""
    bare = math.log if shown.ratio else float
    core = [bare(value) for value in shown.spots]
    for held in shown.all_joined:
        core += [bare(end) for span in (held.interval, held.prediction) if span is not None for end in _ends(span, shown)]
    if shown.null is not None:
        core.append(bare(shown.null))
    if not core:
        core = [bare(1.0)]
    ends = [bare(end) for held in shown.intervals for end in _ends(held, shown)] or core
    low, high = min(core), max(core)
    widths = [bare(held.high) - bare(held.low) for held in shown.intervals if len(_ends(held, shown)) == 2]
    room = max(0.5 * (high - low), median_high(widths) if widths else 0.0)
    low, high = max(min(low, *ends), low - room), min(max(high, *ends), high + room)
    more = 0.03 * (high - low) or 0.5 * max(abs(low), 1.0)
    low, high = low - more, high + more
    if not shown.ratio and shown.unit == "%":
        low, high = shares(low, high, core)
    whole = math.exp if shown.ratio else float
    return Axis(
        low=shown.low if shown.low is not None else whole(low),
        high=shown.high if shown.high is not None else whole(high),
        ratio=shown.ratio,
        null=shown.null,
        ends=shown.ends,
        unit=shown.unit,
        start=start,
        stop=stop,
    )


def _ends(held: Interval, shown: Forest) -> tuple[float, ...]:
    """Both ends, without one that no ratio can have."""
    return tuple(end for end in (held.low, held.high) if end > 0 or not shown.ratio)


def _lines(shown: Forest, *, study: float, whole: float, line: float) -> Iterator[_Line]:
    """The lines from top to bottom, of the heights given for a study, a diamond, and a line of words."""
    for group in shown.groups:
        if group.label:
            yield _Line(kind="heading", high=line, label=group.label)
        for held in group.studies:
            yield _Line(kind="study", high=study, label=held.label, study=held)
        if group.joined is not None:
            yield from _joined(group.joined, whole=whole)
            yield _Line(kind="gap", high=8)
    if shown.joined:
        yield _Line(kind="gap", high=5)
    for summary in shown.joined:
        yield from _joined(summary, whole=whole)


def _joined(held: Joined, *, whole: float) -> Iterator[_Line]:
    yield _Line(kind="joined", high=whole, label=held.label, joined=held)
    if held.prediction is not None:
        yield _Line(kind="ahead", high=whole, label=_ahead_label(held.prediction), joined=held)
    if held.heterogeneity is not None:
        yield _Line(kind="remark", high=_TALL, label=spread_words(held.heterogeneity, studies=held.studies))


def _mark(line: _Line, axis: Axis, middle: float, most: float) -> Markup:
    """What stands on the axis for one line."""
    if line.kind == "joined" and line.joined is not None:
        held = line.joined
        left, right = axis.at(held.interval.low), axis.at(held.interval.high)
        return diamond("diamond", axis.at(held.value), middle, left=left, right=right, half=6)
    if line.kind == "ahead" and line.joined is not None and line.joined.prediction is not None:
        ahead = line.joined.prediction
        left, right = axis.at(ahead.low), axis.at(ahead.high)
        bar = polygon("bar", ((left, middle - 2.5), (right, middle - 2.5), (right, middle + 2.5), (left, middle + 2.5)))
        return bar + _arrows(ahead, axis, middle)
    if line.study is not None and line.study.value is not None:
        return _square(line.study, line.study.value, axis, middle, most)
    return Markup()


def _square(study: Study, value: float, axis: Axis, middle: float, most: float) -> Markup:
    drawn = Markup()
    if study.interval is not None:
        left, right = axis.at(study.interval.low), axis.at(study.interval.high)
        drawn = stroke("reach", f"M{left:.1f} {middle:.1f}H{right:.1f}") + _arrows(study.interval, axis, middle)
    side = _PLAIN
    if study.weight is not None:
        side = max(_SMALLEST, _LARGEST * math.sqrt(study.weight / most)) if most > 0 else _SMALLEST
    if not axis.low <= value <= axis.high:
        return drawn
    corner = (axis.at(value) - side / 2, middle - side / 2, side, side)
    return drawn + Markup('<rect class="dot" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>').format(*corner)


def _arrows(held: Interval, axis: Axis, middle: float) -> Markup:
    """A head at each end of the axis beyond which the interval goes."""
    drawn = Markup()
    if held.low < axis.low * (1 - 1e-9 if axis.low > 0 else 1 + 1e-9):
        drawn += polygon("dot", ((axis.start - 1, middle), (axis.start + 6, middle - 3.5), (axis.start + 6, middle + 3.5)))
    if held.high > axis.high * (1 + 1e-9 if axis.high > 0 else 1 - 1e-9):
        drawn += polygon("dot", ((axis.stop + 1, middle), (axis.stop - 6, middle - 3.5), (axis.stop - 6, middle + 3.5)))
    return drawn


def _guides(shown: Forest, axis: Axis, top: float, bottom: float) -> Markup:
    """The line where nothing differs, and a fainter one through the joined result."""
    drawn = Markup()
    if shown.joined and axis.low <= shown.joined[-1].value <= axis.high:
        drawn += stroke("hair", f"M{axis.at(shown.joined[-1].value):.1f} {top:.1f}V{bottom:.1f}")
    if axis.null is not None:
        drawn += stroke("null", f"M{axis.at(axis.null):.1f} {top:.1f}V{bottom:.1f}")
    return drawn


def _ends_said(axis: Axis, y: float, wide: float) -> tuple[Markup, float]:
    """What left and right mean, under the ticks, and how high the words are.

    They meet where nothing differs, else stand at the edges, else one below the other.
    """
    middle = axis.at(axis.null) if axis.null is not None else (axis.start + axis.stop) / 2
    left = f"\N{LEFTWARDS ARROW} {axis.ends[0]}" if axis.ends[0] else ""
    right = f"{axis.ends[1]} \N{RIGHTWARDS ARROW}" if axis.ends[1] else ""
    widths = [text_width(text, size=SMALL_LETTER) for text in (left, right)]
    if widths[0] <= middle - 6 and widths[1] <= wide - middle - 6:
        return words(left, middle - 6, y, "tick end") + words(right, middle + 6, y, "tick"), _TALL
    below = 0.0 if sum(widths) + 12 <= wide else _TALL
    return words(left, 0, y, "tick") + words(right, wide, y + below, "tick end"), _TALL + below


def _most(shown: Forest) -> float:
    return max((study.weight for study in shown.lines if study.weight is not None), default=0.0)


def _foot(shown: Forest, axis: Axis, top: float, room: float) -> tuple[Markup, float]:
    """The axis, what its ends mean, the key to judgements and the remarks; with the height of it all."""
    drawn, high = ground(axis, top), 22.0
    if any(axis.ends):
        said, more = _ends_said(axis, top + high + 12, room)
        drawn, high = drawn + said, high + more
    notes = [*_key(shown), *shown.remarks]
    if notes:
        high += 6
    for note in notes:
        for text in folded(note, room):
            high += _TALL
            drawn += words(text, 0, top + high - 3, "tick")
    return drawn, high + 5


def _key(shown: Forest) -> Iterator[str]:
    """What the signs of bias mean."""
    if not shown.domains:
        return
    signs = _signs(shown)
    said = "; ".join(f"{sign} {word}" for word, sign in signs.items())
    if said:
        yield f"Risk of bias: {said}."
    names = _domain_signs(shown)
    if names != shown.domains:
        yield f"{'; '.join(f'{sign} {name}' for sign, name in zip(names, shown.domains, strict=True))}."


def _domain_signs(shown: Forest) -> tuple[str, ...]:
    """Domains by their names if these are short, else by number."""
    if all(len(name) <= 3 for name in shown.domains):
        return shown.domains
    return tuple(f"D{place}" for place in range(1, len(shown.domains) + 1))


def _signs(shown: Forest) -> dict[str, str]:
    """A letter or two for each judgement, the mildest first; two judgements never share a sign."""
    found = {word for study in shown.lines for word in study.bias if word}
    signs: dict[str, str] = {}
    for word in sorted(found, key=lambda word: (_CONCERN.get(word.casefold(), 3), word)):
        options = [word[0].upper(), *(f"{word[0].upper()}{letter}" for letter in word[1:] if letter.isalpha())]
        signs[word] = next((sign for sign in options if sign not in signs.values()), str(len(signs) + 1))
    return signs


def _judgement(word: str, sign: str, x: float, middle: float) -> Markup:
    """A letter in a ring that is thin, thick or filled as the concern grows, and broken where the concern is not known."""
    style = ("mild", "fair", "grave", "unknown")[_CONCERN.get(word.casefold(), 3)]
    return Markup('<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="7"/>').format(style, x, middle) + words(
        sign, x, middle + 3.6, f"tiny mid{' turned' if style == 'grave' else ''}"
    )


def _title_said(shown: Forest) -> str:
    """The result in words."""
    digits = _digits(shown)
    count = len(shown.lines)
    what = {
        "studies": f"{count} {'study' if count == 1 else 'studies'}",
        "cumulative": f"{count} steps, each with one study more",
        "leave-one-out": f"{count} results, each without one study",
    }[shown.kind]
    said = f"{shown.measure}, {what}"
    seen = [line for line in shown.lines if line.value is not None]
    if seen:
        least, last = min(seen, key=lambda line: line.value or 0.0), max(seen, key=lambda line: line.value or 0.0)
        spans = f", from {least.label}, {_said(least, shown, digits)}, to {last.label}, {_said(last, shown, digits)}"
        said += spans if len(seen) > 1 else f": {least.label}, {_said(least, shown, digits)}"
    lines = [said]
    labelled = [(f"{group.label}: {group.joined.label}", group.joined) for group in shown.groups if group.joined is not None]
    for name, held in (*labelled, *((held.label, held) for held in shown.joined)):
        text = f"{name}: {_said(held, shown, digits)}"
        if held.prediction is not None:
            ahead = _between(held.prediction, shown, digits).replace(" to ", " and ")
            text += f"; a new study would be expected between {ahead}"
        if held.heterogeneity is not None:
            text += f"; {spread_words(held.heterogeneity, studies=held.studies)}"
        lines.append(text)
    return f"{'. '.join((*lines, *(remark.rstrip('.') for remark in shown.remarks)))}."


def _narrow(shown: Forest, ident: str) -> Markup:
    """Two lines a study: its name and numbers, then its mark and weight; a third for counts and bias."""
    digits, most, signs = _digits(shown), _most(shown), _signs(shown)
    weights = most > 0
    axis = _axis(shown, MARGIN, WIDTH - MARGIN - (38 if weights else 0))
    extra = 16.0 if shown.columns or shown.domains else 0.0
    top, drawn = 20.0, Markup()
    for line in _lines(shown, study=ROW + extra, whole=ROW, line=24):
        drawn += _narrow_line(line, shown, axis, top, digits=digits, most=most, signs=signs)
        top += line.high + (_TALL * (len(folded(line.label, WIDTH)) - 1) if line.kind == "remark" else 0)
    foot, high = _foot(shown, axis, top + 2, WIDTH)
    head = words(_HEADINGS[shown.kind], 0, 11, "tick") + words(fitted(_heading(shown), 270), WIDTH, 11, "tick end")
    if weights:
        head += words("weight", WIDTH, top + 18, "tick end")
    return frame(
        ident,
        title=shown.title,
        said=_title_said(shown),
        size=(WIDTH, math.ceil(top + 2 + high)),
        inside=head + drawn + foot,
        kind="plot forest",
    )


def _narrow_line(
    line: _Line, shown: Forest, axis: Axis, top: float, *, digits: int, most: float, signs: dict[str, str]
) -> Markup:
    if line.kind == "heading":
        return words(fitted(line.label, WIDTH), 0, top + 16, "whole")
    if line.kind == "remark":
        return Markup().join(
            words(text, 0, top + 9 + _TALL * place, "tick") for place, text in enumerate(folded(line.label, WIDTH))
        )
    held = line.study or line.joined
    if held is None:
        return Markup()
    said, style = _line_said(line, held, shown, digits), "whole" if line.kind == "joined" else "part"
    drawn = words(fitted(line.label, WIDTH - 10 - text_width(said)), 0, top + 14, style) + words(
        said, WIDTH, top + 14, f"{style} end"
    )
    drawn += _guides(shown, axis, top + 18, top + 34) + _mark(line, axis, top + 26, most)
    if line.study is not None:
        drawn += words(_weight(line.study), WIDTH, top + 30, "tick end")
        drawn += _narrow_extra(line.study, shown, top + 42, signs)
    return drawn


def _narrow_extra(study: Study, shown: Forest, middle: float, signs: dict[str, str]) -> Markup:
    """Counts and judgements on a line of their own."""
    drawn, right = Markup(), WIDTH
    if study.bias:
        places = [WIDTH - 8 - 17 * (len(study.bias) - 1 - place) for place in range(len(study.bias))]
        right = places[0] - 14
        for word, x in zip(study.bias, places, strict=True):
            drawn += _judgement(word, signs[word], x, middle) if word else Markup()
    said = ", ".join(f"{head} {cell}" for head, cell in zip(shown.columns, study.cells, strict=False) if cell)
    return drawn + words(fitted(said, right, size=SMALL_LETTER), 0, middle + 4, "tick") if said else drawn


def _layout(shown: Forest, digits: int) -> _Layout:
    """Columns as wide as their words, the rest for the marks."""
    labels = [_HEADINGS[shown.kind], *(line.label for line in shown.lines), *(held.label for held in shown.all_joined)]
    labels += [_ahead_label(held.prediction) for held in shown.all_joined if held.prediction is not None]
    first = min(_LABELS, max(text_width(label) for label in labels) + 4)
    columns, x = [], first
    for place, head in enumerate(shown.columns):
        cells = [cells[place] for cells in (*(h.cells for h in shown.lines), *(h.cells for h in shown.all_joined)) if cells]
        x += 12 + max(text_width(head, size=SMALL_LETTER), *(text_width(cell) for cell in cells), 10)
        columns.append(x)
    said = [*(_said(line, shown, digits) for line in shown.lines), *(_said(held, shown, digits) for held in shown.all_joined)]
    heads = (text_width(part, size=SMALL_LETTER) for part in _heading(shown).split(" ("))
    numbers = max(*map(text_width, said), *heads) + 12
    weight = 50.0 if _most(shown) > 0 else 0.0
    bias = _DISC * len(shown.domains) + (8 if shown.domains else 0)
    wide = max(WIDE, x + 18 + _PLOT + numbers + weight + bias)
    right = wide - bias - weight
    axis = _axis(shown, x + 18, right - numbers - 6)
    return _Layout(
        axis=axis,
        labels=first,
        columns=tuple(columns),
        numbers=right,
        weights=wide - bias if weight else None,
        domains=tuple(wide - _DISC * (len(shown.domains) - place - 0.5) for place in range(len(shown.domains))),
        wide=wide,
    )


def _wide(shown: Forest, ident: str) -> Markup:
    """One line a study, with columns."""
    digits, most, signs = _digits(shown), _most(shown), _signs(shown)
    layout = _layout(shown, digits)
    head, top = _wide_head(shown, layout)
    drawn, began = Markup(), top
    for line in _lines(shown, study=_LINE, whole=_LINE, line=_LINE + 3):
        drawn += _wide_line(line, shown, layout, top, digits=digits, most=most, signs=signs)
        top += line.high
    foot, high = _foot(shown, layout.axis, top + 4, layout.wide)
    return frame(
        ident,
        title=shown.title,
        said=_title_said(shown),
        size=(layout.wide, math.ceil(top + 4 + high)),
        inside=head + _guides(shown, layout.axis, began, top + 4) + drawn + foot,
        kind="plot wide forest",
    )


def _wide_head(shown: Forest, layout: _Layout) -> tuple[Markup, float]:
    """The names of the columns over a line; those of the numbers in two lines."""
    drawn = words(_HEADINGS[shown.kind], 0, 27, "tick")
    for name, x in zip(shown.columns, layout.columns, strict=True):
        drawn += words(name, x, 27, "tick end")
    measure, mark, level = _heading(shown).partition(" (")
    for place, text in enumerate((measure, f"({level}") if mark else ("", measure)):
        drawn += words(text, layout.numbers, 12 + 15 * place, "tick end")
    if layout.weights is not None:
        drawn += words("weight", layout.weights, 27, "tick end")
    for sign, x in zip(_domain_signs(shown), layout.domains, strict=True):
        drawn += words(sign, x, 27, "tick mid")
    if layout.domains:
        drawn += words("bias", layout.wide, 12, "tick end")
    return drawn + stroke("hair", f"M0 34.5H{layout.wide:.0f}"), 38.0


def _wide_line(
    line: _Line, shown: Forest, layout: _Layout, top: float, *, digits: int, most: float, signs: dict[str, str]
) -> Markup:
    base = top + 14.5
    if line.kind == "heading":
        return words(line.label, 0, base + 3, "whole")
    if line.kind == "remark":
        return words(line.label, 0, top + 10, "tick halo")
    held = line.study or line.joined
    if held is None:
        return Markup()
    said, style = _line_said(line, held, shown, digits), "whole" if line.kind == "joined" else "part"
    drawn = words(fitted(line.label, layout.labels), 0, base, style)
    drawn += words(said, layout.numbers, base, f"{style} end") + _mark(line, layout.axis, top + 10.5, most)
    if line.kind != "ahead":
        for cell, x in zip(held.cells, layout.columns, strict=False):
            drawn += words(cell, x, base, f"{style} end")
    if line.study is not None:
        if layout.weights is not None:
            drawn += words(_weight(line.study), layout.weights, base, "part end")
        for word, x in zip(line.study.bias, layout.domains, strict=False):
            drawn += _judgement(word, signs[word], x, top + 10.5) if word else Markup()
    return drawn
