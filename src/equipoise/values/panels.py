"""Figures as values: what is drawn, and the table that says the same in words. Outputs draw them; nothing here is a shape."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The names of the columns, and rows of as many cells.

    Raises
    ------
    ValueError
        A row with another number of cells.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"a row has {len(row)} cells; should have {len(self.columns)}: {', '.join(self.columns)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One measurement. ``open``: only a bound is known (above or below), or it is in doubt."""

    value: float
    label: str
    open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DotRow:
    """Measurements of one thing, and what they give together: a middle, its interval, and where a new one would fall."""

    label: str
    dots: tuple[Dot, ...]
    middle: float | None = None
    low: float | None = None
    high: float | None = None
    new_low: float | None = None
    new_high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DotPlot:
    """Rows of measurements on one axis, by ratios (``log``) or by steps; ``ends`` say what its two ends mean."""

    title: str
    said: str
    unit: str
    rows: tuple[DotRow, ...]
    table: Table
    log: bool = True
    ends: tuple[str, str] = ("", "")

    def __post_init__(self) -> None:
        values = [dot.value for row in self.rows for dot in row.dots]
        if not values:
            raise ValueError(f"the figure {self.title!r} has no measurement; should have one at least")
        if not all(math.isfinite(value) and (value > 0 or not self.log) for value in values):
            raise ValueError(f"the figure {self.title!r} has a value that its axis cannot show")


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A quantity over time: the middle of people and the interval of ``level`` around it; all of one length."""

    label: str
    times: tuple[float, ...]
    middle: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    level: float = 0.9

    def __post_init__(self) -> None:
        if not len(self.times) == len(self.middle) == len(self.low) == len(self.high) >= 2:
            raise ValueError(f"the band {self.label!r} has lists of unequal length; should be of one length, two or more")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bands:
    """Bands over time, one panel each where units differ; ``observed`` are points (time, value, words) of a study."""

    title: str
    said: str
    time_unit: str
    unit: str
    bands: tuple[Band, ...]
    table: Table
    observed: tuple[tuple[float, float, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GridCell:
    """What stands where a row meets a column: words, and how heavy the mark is, from 0 (none) to 4."""

    words: str
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Rows by columns; None is an empty cell."""

    title: str
    said: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[GridCell | None, ...]], ...]
    table: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """An amount, or the range in which it lies, beside a limit; ``verdict``: within, above, cannot tell."""

    label: str
    low: float
    high: float
    limit: float
    unit: str
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Meters:
    """Amounts against their limits, each as a share of its own limit."""

    title: str
    said: str
    meters: tuple[Meter, ...]
    table: Table


Panel = DotPlot | Bands | Grid | Meters
