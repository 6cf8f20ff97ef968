"""Dates as known: to the day, the month or the year."""

import calendar
import re
from dataclasses import dataclass
from datetime import date

FORM = r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?"
"""How a partial date is written, as a regular expression that JSON Schema knows too."""


@dataclass(frozen=True, slots=True, order=True)
class PartialDate:
    """A date known to the day, the month or the year: ``2017``, ``2017-03`` or ``2017-03-31``.

    Raises
    ------
    ValueError
        A day without a month, or a month or day that the calendar does not have.
    """

    year: int
    month: int = 0
    day: int = 0

    def __post_init__(self) -> None:
        if self.day and not self.month:
            raise ValueError("a day needs its month")
        date(self.year, self.month or 1, self.day or 1)

    @classmethod
    def parse(cls, text: str) -> "PartialDate":
        """Read ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; anything else is a ValueError."""
        match = re.fullmatch(FORM, text)
        if match is None or "00" in match.groups():
            raise ValueError(f"{text!r} is not a date such as 2017, 2017-03 or 2017-03-31")
        return cls(*(int(part) for part in match.groups() if part is not None))

    @property
    def earliest(self) -> date:
        """The first day it can mean."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> date:
        """The last day it can mean."""
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    def __str__(self) -> str:
        parts = [f"{self.year:04d}"]
        if self.month:
            parts.append(f"{self.month:02d}")
        if self.day:
            parts.append(f"{self.day:02d}")
        return "-".join(parts)
