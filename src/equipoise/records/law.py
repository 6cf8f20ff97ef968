"""A law: one instrument in one place, what its norms say, since when, until when, and who saw that where.

The words of dates: a norm is in force from a ``Commencement`` of its scope to the next ``End`` of that scope. A date may be
partial or ``not-reported``; nothing here is ever rounded to the first of January.
"""

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from equipoise.records.provenance import Reading
from equipoise.values.dates import PartialDate
from equipoise.values.missing import Missing

Action = Literal["buy", "possess", "use", "sell", "give", "manufacture", "import", "export", "ship", "advertise"]
Form = Literal["leaf", "powder", "capsule", "tablet", "extract", "drink", "edible", "vape"]
Kind = Literal["leaf", "powder", "extract", "mitragynine", "7-oh", "pseudoindoxyl", "mgm-15", "mgm-16"]
"""Products that a question of law can be about."""
Effect = Literal["prohibit", "schedule", "permit-if", "licence", "exempt", "not-listed"]
Grade = Literal["primary", "official", "press", "tracker"]
"""How near a source is to the law: its own text; the body that made or applies it; a named author who reports on it
(a newspaper, a court report, a legal paper); a list, map, shop, encyclopedia or machine-made digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commencement:
    """When the norms of one scope begin. ``time`` and ``zone`` where the text has an hour.

    ``attested``: the first day on which a source shows them in force, where the day of the beginning was not seen.
    """

    scope: str = "all"
    date: PartialDate | Missing
    time: str | None = None
    zone: str | None = None
    attested: datetime.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """When the norms of one scope cease, how, and by which other law of the register (``by``), where one was seen."""

    scope: str = "all"
    date: PartialDate | Missing
    time: str | None = None
    zone: str | None = None
    how: Literal["repealed", "superseded", "expires", "withdrawn", "void", "enjoined"]
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """How a proposal ended."""

    date: PartialDate | Missing
    how: Literal["enacted", "withdrawn", "failed", "superseded"]
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """The text that holds the norms, with its dates.

    ``force``: law binds; a proposal (bill, notice of intent, draft, recommendation) never does. ``opened`` and ``closed`` are
    of proposals, and ``earliest`` is the first day on which it could take effect. ``preemption``: what it does to the rules of
    places inside: a floor lets them be stricter, a ceiling voids what is stricter, express voids every rule of theirs,
    express-none says that theirs stand.
    """

    kind: Literal["statute", "rule", "order", "ordinance", "notice", "guidance", "bill", "decision", "treaty"]
    force: Literal["law", "proposal"]
    title: str
    citation: str
    url: str | Missing
    adopted: PartialDate | Missing | None = None
    signed: PartialDate | Missing | None = None
    published: PartialDate | Missing | None = None
    opened: PartialDate | Missing | None = None
    earliest: PartialDate | Missing | None = None
    closed: Close | None = None
    commences: tuple[Commencement, ...] = ()
    ends: tuple[End, ...] = ()
    preemption: Literal["none-stated", "floor", "ceiling", "express", "express-none"] = "none-stated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """``{analyte: 7-hydroxymitragynine, op: ">", value: 2, unit: percent, basis: alkaloid-fraction}``."""

    analyte: str
    op: Literal["<", "<=", ">", ">="]
    value: Decimal
    unit: Literal["percent", "ppm", "mg/g", "mg", "ratio"]
    basis: Literal["dry-weight", "product-weight", "alkaloid-fraction", "per-serving", "per-container", "to-mitragynine"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """Limits joined by AND."""

    all: tuple[Limit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Substance:
    """What a norm is about: any of these substances, in any of these forms, where the limits hold.

    ``any_of`` are words of ``vocabulary/substances.csv``. ``concentrated: yes``: isolated, concentrated, synthetic or added
    alkaloid only, not what a leaf holds by nature. ``limits`` are groups joined by OR; the limits of a group by AND.
    """

    any_of: tuple[str, ...]
    forms: tuple[Form, ...] = ()
    not_forms: tuple[Form, ...] = ()
    concentrated: Literal["yes", "no"] = "no"
    limits: tuple[Together, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Norm:
    """One thing that the instrument says: for these actions, this effect, on this substance.

    ``prohibit`` and ``schedule`` forbid; ``permit-if`` and ``licence`` allow under their conditions; ``exempt`` takes out of
    the prohibitions of the same instrument and of those named in ``exempts``; ``not-listed`` says that a source states there is
    no control. ``min_age`` is that of the person who gets or has the product. Two norms of one id are versions of one norm.
    """

    id: str
    actions: tuple[Action, ...]
    effect: Effect
    scope: str = "all"
    schedule: str | None = None
    min_age: int | None = None
    licence: str | None = None
    conditions: tuple[str, ...] = ()
    substance: Substance
    exempts: tuple[str, ...] = ()
    penalty: str | None = None
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """Where this was seen: the address, the day, the place in it, and how near it is to the law.

    ``dated`` is the source's own day. ``shows`` says what it bears out: the norms, the dates, what was before. ``norms``: those
    of the law that it speaks of, where it does not speak of all.
    """

    url: str | Missing
    title: str
    dated: PartialDate | Missing
    retrieved: datetime.date
    at: str
    grade: Grade
    saw: Literal["full-text", "excerpt", "listing"]
    shows: tuple[Literal["norms", "dates", "before", "proposal"], ...]
    norms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """What another source says of one field. It decides nothing unless it is at least as near to the law as our own source."""

    field: Literal["effect", "commences", "ends", "signed", "published", "limits", "citation", "force"]
    says: str
    norms: tuple[str, ...] = ()
    url: str | Missing
    title: str
    retrieved: datetime.date
    at: str
    grade: Grade
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """One instrument. The file is ``law/<country or state>/<id>.yaml``; ``id`` is ``us-tn/2026-chapter-950``.

    ``axis``: control is the law of controlled substances, prescription lists and kratom acts; food is the general law of foods,
    supplements and unapproved medicines. ``reach``: a county's rule may hold in its unincorporated part alone.
    ``last_verified`` is the last day for which what was seen speaks; ``stale_after_days`` later it is no longer relied on. A
    prohibition is relied on as long from the day on which its sources were last read: an error there is too strict, never lax.
    ``corrects`` names the record that this one replaces from the day of ``extracted``.
    """

    id: str
    place: str
    reach: Literal["everywhere", "unincorporated", "incorporated"] = "everywhere"
    axis: Literal["control", "food"]
    instrument: Instrument
    norms: tuple[Norm, ...]
    evidence: tuple[Sighting, ...]
    conflicts: tuple[Contradiction, ...] = ()
    last_verified: datetime.date
    stale_after_days: int
    corrects: str | None = None
    extracted: Reading
    checked: tuple[Reading, ...] = ()
    note: str | None = None
