"""An amount against a limit: within, above, or cannot tell and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal

from equipoise.engines.products.contents import Content, amount, by_weight, fraction, total_disagrees
from equipoise.values.amounts import NONE, Bounds, Per
from equipoise.values.analytes import ALKALOIDS, TOTAL

Verdict = Literal["within", "above", "cannot-tell"]

Why = Literal[
    "not-measured",
    "below-a-limit-not-said",
    "censored-above-the-limit",
    "unit-unknown",
    "no-weight",
    "no-other-alkaloid",
    "no-daily-amount",
    "spans-the-limit",
    "sample-too-small",
    "other-form",
    "by-which-weight",
    "no-moisture",
    "total-disagrees",
]
"""Why a verdict cannot be told.

``below-a-limit-not-said``: not detected, and no limit of detection is printed. ``censored-above-the-limit``: below a limit of
quantitation that itself lies above. ``no-weight``: the weight of a serving (unit, container) is needed and not known.
``no-other-alkaloid``: a share needs more than one. ``spans-the-limit``: what was measured can be on either side.
``sample-too-small``: not found, in fewer grams than the limit asks for. ``other-form``: the limit is for a part of an element
and the whole was measured, or the other way round. ``by-which-weight``: the limit is by dry weight, and nobody said by which
the amount is. ``no-moisture``: it is by the other weight, and the moisture to convert it is not known. ``total-disagrees``: a
share by the total of alkaloids and one by their sum are on different sides.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyLimit:
    """The most of an analyte in grams a day, for ``people``; the amount itself is still within. ``form``: for a part of it."""

    id: str
    analyte: str
    most: Fraction
    people: str
    form: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentLimit:
    """The most of an analyte in one ``per``: grams, of microbes (``counted``) colony-forming units; ``dry``: by dry weight."""

    id: str
    analyte: str
    most: Fraction
    per: Per
    counted: bool = False
    dry: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FractionLimit:
    """The largest share of an alkaloid in the alkaloids, ``of`` the measured ones or ``of`` all."""

    id: str
    analyte: str
    most: Fraction
    of: Literal["measured", "all"] = "measured"


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceLimit:
    """A microbe that should not be found in ``in_g`` grams."""

    id: str
    analyte: str
    in_g: Fraction


_Measured = DailyLimit | ContentLimit | FractionLimit
Limit = _Measured | AbsenceLimit


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What a person reports: ``grams`` a day or ``servings`` a day. None: not reported.

    Raises
    ------
    ValueError
        Not above zero, or both.
    """

    grams: Fraction | None = None
    servings: Fraction | None = None

    def __post_init__(self) -> None:
        if self.grams is not None and self.servings is not None:
            raise ValueError("an intake is in grams and in servings; it should be in one of them")
        for value in (self.grams, self.servings):
            if value is not None and value <= 0:
                raise ValueError(f"an intake is {float(value):g} a day; it should be above zero")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One limit's verdict. ``bounds``: the amount on the limit's own scale, None where nothing is known of it.

    ``share`` is 1 at the limit, and None with ``bounds`` or where the limit is zero.
    """

    limit: Limit
    verdict: Verdict
    why: Why | None
    bounds: Bounds | None

    @property
    def share(self) -> Bounds | None:
        """The amount over the limit, as a multiple of it."""
        if self.bounds is None or isinstance(self.limit, AbsenceLimit) or not self.limit.most:
            return None
        return self.bounds * (1 / self.limit.most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """What a certificate says of a product, and how it comes: ``grams`` of a serving, a unit, a container or a millilitre.

    ``moisture``: grams of water in a gram, from 0 to 1; None: not measured.
    """

    contents: tuple[Content, ...]
    grams: Mapping[Per, Fraction] = field(default_factory=dict)
    moisture: Bounds | None = None

    def __post_init__(self) -> None:
        for per, weight in self.grams.items():
            if weight <= 0:
                raise ValueError(f"a {per} weighs {float(weight):g} g; it should be above zero")


def judge(product: Product, limit: Limit, *, intake: Intake | None = None) -> Judgement:
    """Whether a product is within a limit; a daily limit asks for the reported ``intake``.

    Within: all that the amount can be is at or below the limit. Above: none of it is. Anything else cannot be told.
    """
    measured = [content for content in product.contents if content.analyte == limit.analyte]
    if isinstance(limit, AbsenceLimit):
        return _absence(measured, limit)
    found = _found(product, measured, limit, intake)
    if not isinstance(found, Bounds):
        return Judgement(limit=limit, verdict="cannot-tell", why=found, bounds=None)
    within = found.compare("<=", limit.most)
    if within is False:
        return Judgement(limit=limit, verdict="above", why=None, bounds=found)
    if within is None:
        return Judgement(limit=limit, verdict="cannot-tell", why=_untold(product, measured, limit, found, intake), bounds=found)
    if any(content.per is None for content in measured):
        return Judgement(limit=limit, verdict="cannot-tell", why="unit-unknown", bounds=found)
    return Judgement(limit=limit, verdict="within", why=None, bounds=found)


def judgements(product: Product, limits: Sequence[Limit], *, intake: Intake | None = None) -> tuple[Judgement, ...]:
    """:func:`judge` for each limit, in their order."""
    return tuple(judge(product, limit, intake=intake) for limit in limits)


def _untold(product: Product, measured: Sequence[Content], limit: _Measured, found: Bounds, intake: Intake | None) -> Why:
    form = limit.form if isinstance(limit, DailyLimit) else None
    own = [content for content in measured if content.form == form]
    if any(content.censored for content in own or measured):
        return "below-a-limit-not-said" if found.high is None else "censored-above-the-limit"
    if not own:
        return "other-form"
    if isinstance(limit, FractionLimit):
        return "total-disagrees" if total_disagrees(product.contents, grams=product.grams) else "spans-the-limit"
    as_said = _found(_unweighed(product), own, limit, intake)
    if product.moisture is None and isinstance(as_said, Bounds) and as_said.compare("<=", limit.most) is not None:
        return by_which_weight(own)
    return "spans-the-limit"


def by_which_weight(measured: Sequence[Content]) -> Literal["by-which-weight", "no-moisture"]:
    """Why an amount cannot be told by another weight where the moisture is not known."""
    return "by-which-weight" if any(content.dry is None for content in measured) else "no-moisture"


def _unweighed(product: Product) -> Product:
    """The product without moisture, so that one number is the same by any weight."""
    return replace(product, moisture=NONE)


def _found(product: Product, measured: Sequence[Content], limit: _Measured, intake: Intake | None) -> Bounds | Why:
    """The amount on the scale of the limit, or why there is none."""
    if not measured:
        return "not-measured"
    if all(content.per is None for content in measured):
        return "unit-unknown"
    if isinstance(limit, FractionLimit):
        rows = by_weight(product.contents, dry=None, moisture=product.moisture)
        return fraction(rows, limit.analyte, of=limit.of, grams=product.grams) or _no_share(product, limit)
    if isinstance(limit, ContentLimit):
        return _content(product, measured, limit) or "no-weight"
    if intake is None or (intake.grams is None and intake.servings is None):
        return "no-daily-amount"
    per: Per = "gram" if intake.grams is not None else "serving"
    uncounted = by_weight([one for one in measured if not one.counted], dry=False, moisture=product.moisture)
    found = amount(uncounted, limit.analyte, per=per, grams=product.grams, form=limit.form)
    return "no-weight" if found is None else found * (intake.grams or intake.servings or Fraction(0))


def _no_share(product: Product, limit: FractionLimit) -> Why:
    others = {content.analyte for content in product.contents} & {*ALKALOIDS, TOTAL} - {limit.analyte}
    return "no-weight" if others else "no-other-alkaloid"


def _content(product: Product, measured: Sequence[Content], limit: ContentLimit) -> Bounds | None:
    same = by_weight([one for one in measured if one.counted == limit.counted], dry=limit.dry, moisture=product.moisture)
    # none in 25 g is less than one in a gram, whatever chance there is in the drawing of a sample
    counts = [_none_in(content) if content.absent_in is not None else content for content in same]
    return amount(counts, limit.analyte, per=limit.per, grams=product.grams)


def _none_in(content: Content) -> Content:
    bounds = Bounds(Fraction(0), 1 / (content.absent_in or Fraction(1)))
    return Content(analyte=content.analyte, bounds=bounds, per="gram", censored=True, counted=True)


def _absence(measured: Sequence[Content], limit: AbsenceLimit) -> Judgement:
    """Found in any amount: above. Not found in a sample as large as the limit asks for: within."""
    if any(content.detected or content.bounds.low > 0 for content in measured):
        return Judgement(limit=limit, verdict="above", why=None, bounds=None)
    samples = [content.absent_in for content in measured if content.absent_in is not None]
    if samples and max(samples) >= limit.in_g:
        return Judgement(limit=limit, verdict="within", why=None, bounds=None)
    looked = bool(samples) or any(content.bounds.high is not None for content in measured)
    why: Why = "sample-too-small" if looked else "below-a-limit-not-said" if measured else "not-measured"
    return Judgement(limit=limit, verdict="cannot-tell", why=why, bounds=None)
