"""Figures as values: what is drawn, and the table that says the same in words. Outputs draw them; nothing here is a shape.

They refuse to exist wrong: without a title or words, with a number that is none, with an interval that misses its middle.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, get_args

Verdict = Literal["within", "above", "cannot tell"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
MOST_COLUMNS = 12
"""A grid with more columns would have no room for its marks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The names of the columns, and rows of as many cells.

    Raises
    ------
    ValueError
        No column, or a row with another number of cells.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        if not self.columns:
            raise ValueError("a table has no column; should have one at least")
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"a row has {len(row)} cells; should have {len(self.columns)}: {', '.join(self.columns)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One measurement. ``open``: only a bound is known (above or below), or it is in doubt, or not used."""

    value: float
    label: str
    open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DotRow:
    """Measurements of one thing, and what they give together: a middle, its interval, and where a new one would fall.

    The middle may stand alone; an end that is not known is infinite.

    Raises
    ------
    ValueError
        Neither measurement nor middle; an interval without its middle, with one end, turned round, or that misses its middle.
    """

    label: str
    dots: tuple[Dot, ...]
    middle: float | None = None
    low: float | None = None
    high: float | None = None
    new_low: float | None = None
    new_high: float | None = None

    def __post_init__(self) -> None:
        if not self.dots and self.middle is None:
            raise ValueError(f"the row {self.label!r} has nothing to show; should have a measurement or a middle")
        if self.middle is None or (self.low, self.high) != (None, None):
            _in_order(self.label, "interval and middle", (self.low, self.middle, self.high))
        _in_order(self.label, "interval of a new one", (self.new_low, self.new_high))
        if self.middle is not None and not math.isfinite(self.middle):
            raise ValueError(f"the row {self.label!r} has the middle {self.middle}; should be a finite number")


@dataclass(frozen=True, slots=True, kw_only=True)
class DotPlot:
    """Rows of measurements on one axis, by ratios (``log``) or by steps; ``ends`` say what its two ends mean.

    Raises
    ------
    ValueError
        No title, words or measurement; a value that is not finite or, by ratios, not above zero.
    """

    title: str
    said: str
    unit: str
    rows: tuple[DotRow, ...]
    table: Table
    log: bool = True
    ends: tuple[str, str] = ("", "")

    def __post_init__(self) -> None:
        _named(self.title, self.said)
        values = [dot.value for row in self.rows for dot in row.dots]
        if not values:
            raise ValueError(f"the figure {self.title!r} has no measurement; should have one at least")
        for value in (*values, *(row.middle for row in self.rows if row.middle is not None)):
            if not math.isfinite(value) or (self.log and value <= 0):
                right = "a finite number above zero" if self.log else "a finite number"
                raise ValueError(
                    f"the figure {self.title!r} has the value {value}, which its axis cannot show; should be {right}"
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A quantity over time: the middle of people and the interval of ``level`` around it; all of one length.

    Raises
    ------
    ValueError
        Lists of unequal length or of one point; times that do not rise; a middle outside its interval; a level not in 0 to 1.
    """

    label: str
    times: tuple[float, ...]
    middle: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    level: float = 0.9

    def __post_init__(self) -> None:
        if not len(self.times) == len(self.middle) == len(self.low) == len(self.high) >= 2:
            raise ValueError(f"the band {self.label!r} has lists of unequal length; should be of one length, two or more")
        _finite(self.label, (*self.times, *self.low, *self.middle, *self.high))
        if any(after <= before for before, after in pairwise(self.times)):
            raise ValueError(f"the band {self.label!r} has times that do not rise; should go from early to late")
        for place, held in enumerate(zip(self.low, self.middle, self.high, strict=True)):
            _in_order(self.label, f"interval and middle at {self.times[place]:g}", held)
        if not 0 < self.level < 1:
            raise ValueError(f"the band {self.label!r} has the level {self.level}; should be a share, such as 0.9")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bands:
    """Bands over time, a plot each on a scale of its own; ``observed`` are points (time, value, words) of a study.

    The points are drawn on the first band.

    Raises
    ------
    ValueError
        No title, words or band; a point that is not finite.
    """

    title: str
    said: str
    time_unit: str
    unit: str
    bands: tuple[Band, ...]
    table: Table
    observed: tuple[tuple[float, float, str], ...] = ()

    def __post_init__(self) -> None:
        _named(self.title, self.said)
        if not self.bands:
            raise ValueError(f"the figure {self.title!r} has no band; should have one at least")
        _finite(self.title, (number for time, value, _ in self.observed for number in (time, value)))


@dataclass(frozen=True, slots=True, kw_only=True)
class GridCell:
    """What stands where a row meets a column: words, and how heavy the mark is, from 0 (none) to 4.

    Raises
    ------
    ValueError
        Another weight.
    """

    words: str
    weight: int

    def __post_init__(self) -> None:
        if self.weight not in range(5):
            raise ValueError(f"the cell {self.words!r} has the weight {self.weight}; should be from 0 to 4")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Rows by columns; None is an empty cell.

    Raises
    ------
    ValueError
        No title, words, row or column; too many columns; a row with another number of cells.
    """

    title: str
    said: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[GridCell | None, ...]], ...]
    table: Table

    def __post_init__(self) -> None:
        _named(self.title, self.said)
        if not self.rows or not 1 <= len(self.columns) <= MOST_COLUMNS:
            found = f"{len(self.rows)} rows and {len(self.columns)} columns"
            raise ValueError(f"the grid {self.title!r} has {found}; should have rows, and 1 to {MOST_COLUMNS} columns")
        for name, cells in self.rows:
            if len(cells) != len(self.columns):
                raise ValueError(f"the row {name!r} has {len(cells)} cells; should have {len(self.columns)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """An amount, or the range in which it lies, beside a limit.

    A range whose end is not known is infinite. A limit of 0 says that none may be found: it has no shares, and what is found
    lies above it.

    Raises
    ------
    ValueError
        An amount or limit below zero or not a number; a range turned round; another verdict.
    """

    label: str
    low: float
    high: float
    limit: float
    unit: str
    verdict: Verdict

    def __post_init__(self) -> None:
        _in_order(self.label, "amount", (self.low, self.high))
        if self.low < 0 or not math.isfinite(self.low):
            raise ValueError(f"{self.label!r} has the amount {self.low:g}; should be 0 or more")
        if self.limit < 0 or not math.isfinite(self.limit):
            raise ValueError(f"{self.label!r} has the limit {self.limit:g}; should be 0 or more")
        if self.verdict not in VERDICTS:
            raise ValueError(f"{self.label!r} has the verdict {self.verdict!r}; should be {', '.join(VERDICTS)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Meters:
    """Amounts against their limits, each as a share of its own limit.

    Raises
    ------
    ValueError
        No title, words or amount.
    """

    title: str
    said: str
    meters: tuple[Meter, ...]
    table: Table

    def __post_init__(self) -> None:
        _named(self.title, self.said)
        if not self.meters:
            raise ValueError(f"the figure {self.title!r} has no amount; should have one at least")


Panel = DotPlot | Bands | Grid | Meters


def _named(title: str, said: str) -> None:
    """Refuse a figure that would say nothing to a reader who does not see it."""
    if not title.strip() or not said.strip():
        raise ValueError(f"the figure {title!r} says {said!r}; should have a title, and words for who does not see it")


def _finite(name: str, values: Iterable[float]) -> None:
    for value in values:
        if not math.isfinite(value):
            raise ValueError(f"{name!r} has {value}, which cannot be drawn; should be a finite number")


def _in_order(name: str, what: str, values: tuple[float | None, ...]) -> None:
    """Refuse numbers that are given in part, are none, or do not rise."""
    held = [value for value in values if value is not None]
    if not held:
        return
    if len(held) < len(values) or not all(before <= after for before, after in pairwise(held)):
        found = ", ".join("none" if value is None else f"{value:g}" for value in values)
        raise ValueError(f"{name!r} has {found} as its {what}; should have all of them, from low to high")
