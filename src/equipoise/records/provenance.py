"""Where a record's content stands, who took it from there and who looked again."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Basis = Literal["reported", "derived", "secondary", "conflicting", "unseen"]
"""How a value came here.

``reported``: printed so in the study's own text. ``derived``: computed here from what is printed; ``derivation`` says how.
``secondary``: seen in another text about the study. ``conflicting``: sources disagree; ``note`` says how.
``unseen``: known to exist, not seen; it has no number.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Locator:
    """A reference and the place in it: ``{ref: garcia-romeu-2020, at: "Abstract, Results"}``."""

    ref: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Who read the source, on which day. ``by`` is a word of ``vocabulary/people.csv``."""

    by: str
    date: date
