"""A number that knows its interval, level, unit and counts."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """From ``low`` to ``high``; ``kind`` says what lies between: a confidence interval, a range, a prediction interval.

    ``level`` is the coverage (0.95), or None where there is none (a range of observed values).

    Raises
    ------
    ValueError
        Bounds that are not finite, that are the wrong way round, or a level outside (0, 1).
    """

    low: float
    high: float
    kind: str = "confidence"
    level: float | None = 0.95

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high)):
            raise ValueError(f"the interval {self.low} to {self.high} is not finite")
        if self.low > self.high:
            raise ValueError(f"the interval {self.low} to {self.high} is the wrong way round")
        if self.level is not None and not 0 < self.level < 1:
            raise ValueError(f"the level {self.level} is not between 0 and 1")

    def holds(self, value: float) -> bool:
        """Whether ``value`` lies in it, up to rounding in the last printed digit."""
        slack = 1e-9 * max(abs(self.low), abs(self.high), 1e-300)
        return self.low - slack <= value <= self.high + slack


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """``events`` out of ``total``, 0 <= events <= total."""

    events: int
    total: int

    def __post_init__(self) -> None:
        if not 0 <= self.events <= self.total or self.total == 0:
            raise ValueError(f"{self.events} of {self.total} is not a count")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One study's (or one year's) share in an estimate; ``weight`` is in percent of the whole."""

    label: str
    record: str
    value: float
    interval: Interval | None = None
    counts: Counts | None = None
    weight: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heterogeneity:
    """How much studies differ: Cochran's Q, tau-squared on the analysis scale, and I-squared from it, in percent."""

    q: float
    q_p_value: float
    tau2: float
    i2: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What was measured, the value in ``unit``, and how far it may be off.

    ``printed`` is the value as a reader sees it; the statement of a Finding uses these digits and no others.

    Raises
    ------
    ValueError
        A value that is not finite or that its own interval misses.
    """

    measure: str
    value: float
    unit: str
    printed: str
    interval: Interval | None = None
    prediction: Interval | None = None
    counts: Counts | None = None
    heterogeneity: Heterogeneity | None = None
    parts: tuple[Part, ...] = ()

    def __post_init__(self) -> None:
        if not math.isfinite(self.value):
            raise ValueError(f"the value {self.value} is not finite")
        if self.interval is not None and not self.interval.holds(self.value):
            raise ValueError(f"the interval {self.interval.low} to {self.interval.high} misses its value {self.value}")


def rounded(value: float, unit: str = "") -> str:
    """Digits a reader needs: percent without decimals from ten on, otherwise three significant digits, six decimals at most."""
    if value == 0:
        return "0"
    if unit == "%" and value >= 10:
        return f"{value:.0f}"
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{value:,.0f}"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{min(digits, 6)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
