"""What a person reports to have taken: how much mitragynine, when. Never what anyone should take."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ABSURD_MG = 10_000.0
"""Mitragynine at once, in mg, beyond which a number is taken for an error of unit."""
LEAST_MG = 1e-6
"""A nanogram, below which it is taken for one too."""
MOST = 10_000
"""Intakes in one schedule."""
FARTHEST_H = 100_000.0
"""Hours from 0 of an intake: eleven years, within which times keep twelve digits."""
MG_IN_G = 1000.0
WIDEST_LOG_SD = 3.0
HYDROXY = ("7-hydroxymitragynine", "7-oh")


class UnsupportedError(Exception):
    """A question that no human data answer; it is an answer of its own, not an error of who asked."""


@dataclass(frozen=True, kw_only=True)
class Content:
    """Mitragynine in a gram of product, ``mg_per_g``, and how far that may be off: ``log_sd``, the standard deviation of its
    natural logarithm; 0 where it is taken as known.

    Raises
    ------
    ValueError
        A content that is not above 0 and at most 1000 mg/g, or a log-sd outside 0 to 3.
    """  # noqa: D205 - one sentence

    mg_per_g: float
    log_sd: float = 0.0

    def __post_init__(self) -> None:
        if not 0 < self.mg_per_g <= MG_IN_G:
            raise ValueError(f"a content of {self.mg_per_g} mg/g is not possible; should be above 0 and at most {MG_IN_G:.0f}")
        if not 0 <= self.log_sd <= WIDEST_LOG_SD:
            raise ValueError(f"the log-sd of the content is {self.log_sd}; should be from 0 to {WIDEST_LOG_SD:.0f}")


@dataclass(frozen=True, kw_only=True, eq=False)
class Schedule:
    """Intakes in the order of time: ``time_h`` and ``mg`` of mitragynine, shape (k,), k >= 1, times distinct and mg above 0.

    ``content_log_sd``: how far all amounts may be off by one common factor, since all come from one product.
    Made by :func:`schedule` or :func:`regular`.
    """

    time_h: Floats
    mg: Floats
    content_log_sd: float = 0.0


def schedule(
    intakes: Iterable[tuple[float, float]], *, content: Content | None = None, analyte: str = "mitragynine"
) -> Schedule:
    """Return a schedule from any list of (time in h, amount): single, repeated, irregular.

    Amounts are mg of mitragynine; with ``content`` they are grams of product. The order of the list has no meaning: intakes are
    sorted, and amounts at the same time are added. An amount of 0 is a missed intake, the same as none.

    Raises
    ------
    ValueError
        No intake above 0, more than 10,000 of them, a time or an amount that is not finite, an amount that is negative, below a
        nanogram of mitragynine, or above 10 g of it (or 1 kg of product) at once.
    UnsupportedError
        ``analyte`` is 7-hydroxymitragynine: its concentrations after a dose of itself were not measured in people.
    """
    if analyte.casefold() in HYDROXY:
        raise UnsupportedError(
            "not supported: no human data; no measurement in people who took 7-hydroxymitragynine itself was found"
        )
    if analyte != "mitragynine":
        raise ValueError(f"a dose of {analyte!r} has no model here; should be mitragynine")
    rows = list(intakes)
    if len(rows) > MOST:
        raise ValueError(f"{len(rows):,} intakes are more than {MOST:,}, the most of a report; should be a shorter part of it")
    totals: dict[float, float] = {}
    for number, (time, amount) in enumerate(rows, start=1):
        _check(number, time, amount, content)
        totals[float(time)] = totals.get(float(time), 0.0) + amount * (1.0 if content is None else content.mg_per_g)
    taken = sorted((time, mg) for time, mg in totals.items() if mg > 0)
    if not taken:
        raise ValueError("no intake above 0 was reported; a report has at least one (time in h, amount)")
    for time, mg in taken:
        if mg > ABSURD_MG:
            raise ValueError(
                f"{mg:,.0f} mg of mitragynine at {time:g} h is more than {ABSURD_MG:,.0f} mg at once; should be mg of the "
                "alkaloid, not of leaf or extract: for those give grams and the content in mg/g"
            )
        if mg < LEAST_MG:
            raise ValueError(f"{mg:g} mg of mitragynine at {time:g} h is less than a nanogram; should be mg, or 0 (missed)")
    times, amounts = np.array(taken, dtype=np.float64).T
    return Schedule(time_h=times.copy(), mg=amounts.copy(), content_log_sd=0.0 if content is None else content.log_sd)


def _check(number: int, time: float, amount: float, content: Content | None) -> None:
    unit = "mg of mitragynine" if content is None else "g of product"
    if not (math.isfinite(time) and math.isfinite(amount)):
        raise ValueError(f"intake {number} is ({time}, {amount}); both should be finite: hours, and {unit}")
    if abs(time) > FARTHEST_H:
        raise ValueError(f"intake {number} is at {time:g} h; should be within {FARTHEST_H:,.0f} h of 0")
    if amount < 0:
        raise ValueError(f"intake {number} is {amount:g} {unit}; should be 0 (missed) or above")
    if content is not None and amount > MG_IN_G:
        raise ValueError(f"intake {number} is {amount:g} g of product at once; should be grams, not milligrams")


def regular(
    amount: float, *, every_h: float, days: float, missed: Sequence[int] = (), content: Content | None = None
) -> Schedule:
    """Return a schedule of one amount (mg, or g with ``content``) every so many hours from 0 h on, for so many days.

    An intake counts if it begins before ``days`` are over; ``missed`` numbers those left out, from 1.

    Raises
    ------
    ValueError
        As :func:`schedule`; hours or days that are not finite and above 0; a number in ``missed`` that no intake has.
    """
    for name, value in (("every_h", every_h), ("days", days)):
        if not (math.isfinite(value) and value > 0):
            raise ValueError(f"{name} is {value}; should be finite and above 0")
    count = math.ceil(days * 24.0 / every_h - 1e-9)
    if count > MOST:
        raise ValueError(f"{count:,} intakes are more than {MOST:,}, the most of a report; should be a shorter part of it")
    wrong = sorted(number for number in set(missed) if not 1 <= number <= count)
    if wrong:
        raise ValueError(f"intake {wrong[0]} cannot be missed; there are intakes 1 to {count}")
    left_out = set(missed)
    return schedule(((every_h * n, amount) for n in range(count) if n + 1 not in left_out), content=content)
