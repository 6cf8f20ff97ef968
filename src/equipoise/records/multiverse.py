"""The defensible choices behind a pooled finding, as its topic declares them before anyone looks at a result."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

Measure = Literal["PLO", "PAS", "PFT", "PLN", "PR", "OR", "RR", "RD", "PETO", "HR", "ZCOR", "COR", "GEN"]
"""metafor's codes of what is pooled, and HR."""
Method = Literal["common", "DL", "HE", "HS", "HSk", "SJ", "ML", "REML", "EB", "PM", "PMM", "DLIT", "SJIT"]
"""Estimators of the variance between studies; ``common`` takes it for none."""
Test = Literal["z", "t", "knapp-hartung", "adhoc"]
"""How the interval of the mean is made."""

Column = Literal["study", "result", "outcome", "basis", "design", "country", "risk-of-bias", "size", "year", "issued"]
"""What a result can be chosen by: ``outcome`` is its id in the study, ``country`` words such as ``TH+US``, ``risk-of-bias`` the
worst domain, ``size`` the people (or reports) counted, ``year`` the last one of the data, ``issued`` that of the source."""
NUMBERS = ("size", "year", "issued")


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """What the conclusion is about, in the unit of the finding (a share in percent), and why this number."""

    value: Decimal
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Continuity:
    """A named correction of zero cells: ``add`` to each cell of the rows that ``to`` names."""

    name: str
    to: Literal["only0", "all", "if0all", "none"]
    add: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """How results are pooled: the finding's own way and these others; the usual ones for what is left out.

    The first of ``continuity`` is that of the finding.
    """

    measure: tuple[Measure, ...] = ()
    method: tuple[Method, ...] = ()
    test: tuple[Test, ...] = ()
    continuity: tuple[Continuity, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A word that is ``among`` some, or is ``not`` (``but``) among them, or a number ``since`` one and ``until`` another."""

    column: Column
    among: tuple[str, ...] = ()
    but: tuple[str, ...] = field(default=(), metadata={"key": "not"})
    since: Decimal | None = None
    until: Decimal | None = None

    def __post_init__(self) -> None:
        given = bool(self.among) + bool(self.but) + (self.since is not None or self.until is not None)
        if given != 1:
            raise ValueError(f"has {given} conditions on {self.column}; should have one of among, not, and since or until")
        if (self.since is not None or self.until is not None) and self.column not in NUMBERS:
            raise ValueError(f"has since or until on {self.column}, which is no number; should be on {', '.join(NUMBERS)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """Which of the candidates stay: all of them, or those that one rule leaves.

    ``records``: only these. ``without``: all but these. ``only``: those that meet every condition. ``one_of``: of results of
    one ``study``, or that share people or data (``overlap``), one: the first of ``named``, or the first ``by`` its rule
    (largest by size, newest by year), and else the first in the order in which the finding names them.
    """

    name: str
    records: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    only: tuple[Condition, ...] = ()
    one_of: Literal["study", "overlap"] | None = None
    named: tuple[str, ...] = ()
    by: Literal["largest", "smallest", "newest", "oldest"] | None = None

    def __post_init__(self) -> None:
        rules = [rule for rule in ("records", "without", "only", "one_of") if getattr(self, rule)]
        if len(rules) > 1:
            raise ValueError(f"has {' and '.join(rules)}; should have one of them, and another rule in a choice of its own")
        if self.named and self.by:
            raise ValueError("has named and by; should have one of them")
        columns = [condition.column for condition in self.only]
        if len(set(columns)) < len(columns):
            raise ValueError(
                f"has two conditions on one of {', '.join(columns)}; should have one, and another in its own choice"
            )
        if (self.named or self.by) and self.one_of is None:
            raise ValueError("has named or by without one_of; should say of what one is kept, study or overlap")

    @property
    def names(self) -> tuple[str, ...]:
        """Results that it names."""
        return (*self.records, *self.without, *self.named)


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """A choice of results; the finding itself takes the first option."""

    name: str
    options: tuple[Option, ...]

    def __post_init__(self) -> None:
        if self.name in ("measure", "method", "test", "continuity", "vtype"):
            raise ValueError(f"is named {self.name}, which is a way to pool; should have another name")
        if not self.options:
            raise ValueError(f"{self.name} has no options; should have at least one")
        names = [option.name for option in self.options]
        if len(set(names)) < len(names):
            raise ValueError(f"{self.name} has the options {', '.join(names)}; each should stand once")


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """The grid of a finding: results beside its own that an option may take (``candidates``), and the choices."""

    candidates: tuple[str, ...] = ()
    how: How = How()
    which: tuple[Which, ...] = ()

    def __post_init__(self) -> None:
        names = [choice.name for choice in self.which]
        if len(set(names)) < len(names):
            raise ValueError(f"has the choices {', '.join(names)}; each should stand once")


HALF = (
    Continuity(name="one half where there is a zero", to="only0", add=Decimal("0.5")),
    Continuity(name="one half everywhere", to="all", add=Decimal("0.5")),
)
_ALIKE: Mapping[str, tuple[Measure, ...]] = MappingProxyType(
    {"PLO": ("PAS",), "PAS": ("PLO",), "ZCOR": ("COR",), "COR": ("ZCOR",)}
)
_UNTOUCHED = ("HR", "ZCOR", "COR", "GEN")
_METHODS: tuple[Method, ...] = ("REML", "DL", "PM")
_TESTS: tuple[Test, ...] = ("knapp-hartung", "adhoc")


def usual(measure: Measure, method: Method, test: Test) -> How:
    """The choices of how that a finding gets which declares none; ``docs/multiverse.md`` says why these."""
    return How(
        measure=(measure, *_ALIKE.get(measure, ())),
        method=tuple(dict.fromkeys((method, *_METHODS))),
        test=tuple(dict.fromkeys((test, *_TESTS))),
        continuity=() if measure in _UNTOUCHED else HALF,
    )
