"""A product, and whether what a norm is about covers it: yes, no, or only if something holds that was not said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, get_args

from equipoise.engines.law.amounts import Limit
from equipoise.values.amounts import ANY, NONE, Amount, Bounds
from equipoise.values.analytes import TOTAL

Kind = Literal["leaf", "powder", "extract", "mitragynine", "7-oh", "pseudoindoxyl", "mgm-15", "mgm-16"]
KINDS: tuple[Kind, ...] = get_args(Kind)

PLANT, MITRAGYNINE, SEVEN_OH = "plant", "mitragynine", "7-hydroxymitragynine"
PSEUDOINDOXYL, MGM_15, MGM_16, SYNTHETIC = "mitragynine-pseudoindoxyl", "mgm-15", "mgm-16", "synthetic-kratom"

_HOLDS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "leaf": (frozenset({PLANT, MITRAGYNINE}), frozenset({SEVEN_OH})),
    "powder": (frozenset({PLANT, MITRAGYNINE}), frozenset({SEVEN_OH})),
    "extract": (frozenset({PLANT, MITRAGYNINE}), frozenset({SEVEN_OH})),
    "mitragynine": (frozenset({MITRAGYNINE}), frozenset({SYNTHETIC})),
    "7-oh": (frozenset({SEVEN_OH}), frozenset({MITRAGYNINE, SYNTHETIC})),
    "pseudoindoxyl": (frozenset({PSEUDOINDOXYL, SYNTHETIC}), frozenset()),
    "mgm-15": (frozenset({MGM_15, SYNTHETIC}), frozenset()),
    "mgm-16": (frozenset({MGM_16, SYNTHETIC}), frozenset()),
}
"""What a product of each kind holds, and what it may hold. Nothing else of ``_TOLD``."""

_TOLD = frozenset({PLANT, MITRAGYNINE, SEVEN_OH, PSEUDOINDOXYL, MGM_15, MGM_16, SYNTHETIC})
"""What the name of a kind says something of. Of metals and of other alkaloids it says nothing."""

CONTAMINANTS = frozenset({"lead", "cadmium", "arsenic", "mercury", "nickel", "chromium", "manganese"})
"""Analytes of limits that are no alkaloids."""

_FORMS: Mapping[str, frozenset[str]] = {
    "leaf": frozenset({"leaf"}),
    "powder": frozenset({"powder"}),
    "extract": frozenset({"extract"}),
}
"""The form that a kind has where none is said."""

_MAIN: Mapping[str, str] = {"7-oh": SEVEN_OH, "pseudoindoxyl": PSEUDOINDOXYL, "mgm-15": MGM_15, "mgm-16": MGM_16}
"""Kinds that are products of one alkaloid: it is more than half of their alkaloids. That is what the name means here."""

_MADE = frozenset({PSEUDOINDOXYL, MGM_15, MGM_16})
"""Alkaloids that are made, or that a leaf holds no more than traces of."""

_PLAIN = frozenset({"leaf", "powder"})
_NEVER: Mapping[str, frozenset[str]] = {
    "leaf": frozenset({"extract"}),
    "powder": frozenset({"extract", "leaf"}),
    "extract": _PLAIN,
    "mitragynine": _PLAIN,
    "7-oh": _PLAIN,
    "pseudoindoxyl": _PLAIN,
    "mgm-15": _PLAIN,
    "mgm-16": _PLAIN,
}
"""Forms that a product of a kind cannot have."""

_CONCENTRATED: frozenset[Kind] = frozenset({"mitragynine", "7-oh", "pseudoindoxyl", "mgm-15", "mgm-16"})
_NATURAL: frozenset[Kind] = frozenset({"leaf", "powder"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """What the question is about: a named kind, a form, measured amounts; each may be unknown, but not all.

    ``amounts``: analyte to amount. ``serving`` and ``container`` in grams. Amounts in a gram are read on the basis that the
    limit names, since a certificate seldom says which it used.

    Raises
    ------
    ValueError
        Neither a kind nor an amount.
    """

    kind: Kind | None = None
    form: str | None = None
    amounts: tuple[tuple[str, Amount], ...] = ()
    serving: Fraction | None = None
    container: Fraction | None = None

    def __post_init__(self) -> None:
        if self.kind is None and not self.amounts:
            raise ValueError("a product is neither of a kind nor measured; should be a kind, or have an amount of an analyte")
        if self.kind is not None and self.form in _NEVER[self.kind]:
            raise ValueError(f"a product of the kind {self.kind} has the form {self.form}; should be another kind or form")
        for per in dict.fromkeys(("gram", *(amount.per for _, amount in self.amounts))) if self.amounts else ():
            self._check_sums(per)

    def _check_sums(self, per: str) -> None:
        """The alkaloids are not more than the whole, and not more than the sum that was measured."""
        parts = sum((self.grams(name, per).high or Fraction(0) for name in self._alkaloids()), Fraction(0))
        whole = self.grams(TOTAL, per).high if any(name == TOTAL for name, _ in self.amounts) else None
        if whole is not None and parts > whole:
            raise ValueError(f"the alkaloids sum to {float(parts):g} g in a {per}, above total-alkaloids {float(whole):g} g")
        if per == "gram" and parts > 1:
            raise ValueError(f"the alkaloids sum to {float(parts):g} g in a gram; should be at most the whole")

    def holds(self, substance: str) -> bool | None:
        """Whether it holds the substance; None where that was not said."""
        for analyte, amount in self.amounts:
            if analyte == substance:
                return amount.grams > 0
        if substance == SYNTHETIC and any(analyte in _MADE and amount.grams > 0 for analyte, amount in self.amounts):
            return True
        if substance == TOTAL:
            return True
        if self.kind is None or substance not in _TOLD:
            return None
        surely, maybe = _HOLDS[self.kind]
        return True if substance in surely else None if substance in maybe else False

    def is_form(self, forms: tuple[str, ...]) -> bool | None:
        """Whether it comes in one of the forms."""
        if self.form is not None:
            return self.form in forms or (self.kind == "extract" and "extract" in forms)
        if self.kind is not None and self.kind in _FORMS:
            return not _FORMS[self.kind].isdisjoint(forms)
        if self.kind is not None and _NEVER[self.kind].issuperset(forms):
            return False
        return None

    def grams(self, analyte: str, per: str) -> Bounds:
        """Grams of an analyte in a gram, a serving or a container, as far as they follow from what was measured."""
        size = {"gram": Fraction(1), "serving": self.serving, "container": self.container}
        for name, amount in self.amounts:
            if name != analyte:
                continue
            if amount.per == per:
                return Bounds(amount.grams, amount.grams)
            measured_in, wanted_in = size[amount.per], size[per]
            if measured_in is not None and wanted_in is not None:
                grams = amount.grams / measured_in * wanted_in
                return Bounds(grams, grams)
        return NONE if self.holds(analyte) is False else ANY

    def measure(self, limit: Limit) -> Bounds:
        """What the product has of what a limit speaks of."""
        match limit.basis:
            case "dry-weight" | "product-weight":
                return self.grams(limit.analyte, "gram")
            case "per-serving":
                return self.grams(limit.analyte, "serving")
            case "per-container":
                return self.grams(limit.analyte, "container")
            case "alkaloid-fraction":
                return self._share(limit.analyte)
            case "to-mitragynine":
                return self._ratio(limit.analyte)

    def _share(self, analyte: str) -> Bounds:
        """The share of an analyte in all alkaloids; those that were not measured can only make it smaller."""
        measured = self._measured_share(analyte)
        if (
            self.kind is None
            or _MAIN.get(self.kind) != analyte
            or (measured.high is not None and measured.high < Fraction(1, 2))
        ):
            return measured  # what was measured counts for more than the name of the product
        return Bounds(max(measured.low, Fraction(1, 2)), measured.high)

    def _measured_share(self, analyte: str) -> Bounds:
        if self.holds(analyte) is False:
            return NONE
        for per in ("gram", "serving", "container"):
            part, whole = self.grams(analyte, per), self.grams(TOTAL, per)
            if part.high is None:
                continue
            if whole.high:
                share = min(part.high / whole.high, Fraction(1))
                return Bounds(share, share)
            known = sum((self.grams(name, per).high or Fraction(0) for name in self._alkaloids()), Fraction(0))
            return Bounds(part.high if per == "gram" else Fraction(0), part.high / known if known else Fraction(1))
        return Bounds(Fraction(0), Fraction(1))

    def _alkaloids(self) -> tuple[str, ...]:
        """The measured alkaloids, none of them twice: synthetic ones are a sum that the named ones are part of."""
        names = {name for name, _ in self.amounts}
        sums = {TOTAL, SYNTHETIC} if names & _MADE else {TOTAL}
        return tuple(sorted(names - sums - CONTAMINANTS))

    def _ratio(self, analyte: str) -> Bounds:
        """An analyte to mitragynine; what is more than half of all alkaloids is more than mitragynine."""
        for per in ("gram", "serving", "container"):
            part, other = self.grams(analyte, per), self.grams(MITRAGYNINE, per)
            if part.high is not None and other.high:
                return Bounds(part.high / other.high, part.high / other.high)
        is_main = self.kind is not None and _MAIN.get(self.kind) == analyte
        return Bounds(Fraction(1), None) if is_main else ANY

    @property
    def natural(self) -> bool | None:
        """Whether its alkaloids are those that a leaf holds by nature; None where that was not said.

        A leaf in which 7-OH was measured may have had some added, and one with an alkaloid that is made has.
        """
        measured = {analyte for analyte, amount in self.amounts if amount.grams > 0}
        if self.kind in _CONCENTRATED or measured & _MADE or SYNTHETIC in measured:
            return False
        return True if self.kind in _NATURAL and SEVEN_OH not in measured else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicate:
    """What a norm is about: any of these substances, in these forms and not in those, where the limits hold.

    ``limits``: groups joined by OR, the limits of a group by AND; none at all hold always.
    """

    any_of: tuple[str, ...]
    forms: tuple[str, ...] = ()
    not_forms: tuple[str, ...] = ()
    concentrated: bool = False
    limits: tuple[tuple[Limit, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """Whether a predicate covers a product; where it cannot be told, ``inside`` and ``outside`` say what would decide it."""

    covers: bool | None
    inside: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()


COVERED, NOT_COVERED = Match(covers=True), Match(covers=False)


def match(predicate: Predicate, product: Product) -> Match:
    """Whether the predicate covers the product, in Kleene's three values.

    A part that cannot be told is named twice: ``inside``, what puts the product under the norm; ``outside``, what keeps it out.
    """
    parts = [_substance(predicate, product), _form(predicate, product), _limits(predicate, product)]
    if any(part.covers is False for part in parts):
        return NOT_COVERED
    open_parts = [part for part in parts if part.covers is None]
    if not open_parts:
        return COVERED
    return Match(
        None,
        tuple(words for part in open_parts for words in part.inside),
        tuple(words for part in open_parts for words in part.outside),
    )


_NAMES = {
    PLANT: "kratom plant",
    MITRAGYNINE: "mitragynine",
    SEVEN_OH: "7-OH",
    PSEUDOINDOXYL: "mitragynine pseudoindoxyl",
    MGM_15: "MGM-15",
    MGM_16: "MGM-16",
    SYNTHETIC: "synthetic kratom alkaloids",
    TOTAL: "alkaloids",
}


def name(substance: str) -> str:
    """A substance as a sentence names it."""
    return _NAMES.get(substance, substance)


def _substance(predicate: Predicate, product: Product) -> Match:
    held = [product.holds(substance) for substance in predicate.any_of]
    if predicate.concentrated:
        natural = product.natural
        if natural is True:
            return NOT_COVERED
        held = [False if one is False else (one if natural is False else None) for one in held]
    if any(held):
        return COVERED
    if all(one is False for one in held):
        return NOT_COVERED
    if predicate.limits and not predicate.concentrated:
        # the limits speak of the amount, and hold or not by it: they alone are asked
        return COVERED
    may = [name(one) for one, is_held in zip(predicate.any_of, held, strict=True) if is_held is None]
    what = f"{'concentrated or added ' if predicate.concentrated else ''}{' or '.join(may)}"
    return Match(None, (f"holds {what}",), (f"holds no {what}",))


def _form(predicate: Predicate, product: Product) -> Match:
    inside: list[str] = []
    outside: list[str] = []
    if predicate.forms:
        fits = product.is_form(predicate.forms)
        if fits is False:
            return NOT_COVERED
        if fits is None:
            inside.append(f"comes as {' or '.join(predicate.forms)}")
            outside.append(f"does not come as {' or '.join(predicate.forms)}")
    if predicate.not_forms:
        fits = product.is_form(predicate.not_forms)
        if fits is True:
            return NOT_COVERED
        if fits is None:
            inside.append(f"does not come as {' or '.join(predicate.not_forms)}")
            outside.append(f"comes as {' or '.join(predicate.not_forms)}")
    return Match(None, tuple(inside), tuple(outside)) if inside else COVERED


_ABOVE = {">": "more than {}", ">=": "{} or more", "<": "less than {}", "<=": "at most {}"}
_PLACES = {
    "dry-weight": "by dry weight",
    "product-weight": "by weight",
    "per-serving": "in a serving",
    "per-container": "in a container",
}
_OPPOSITE = {">": "<=", ">=": "<", "<": ">=", "<=": ">"}


def said(limit: Limit, operator: str) -> str:
    """A limit in words: ``at most 2% of all alkaloids as 7-OH``, ``less than 2 ppm of arsenic by weight``."""
    if limit.basis in _PLACES:
        return f"{_ABOVE[operator].format(limit.amount)} of {name(limit.analyte)} {_PLACES[limit.basis]}"
    return f"{_ABOVE[operator].format(limit.printed)} as {name(limit.analyte)}"


def _listed(parts: Sequence[str], last: str) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def _limits(predicate: Predicate, product: Product) -> Match:
    """OR over the groups, AND within each, as the law writes them."""
    if not predicate.limits:
        return COVERED
    inside: list[str] = []
    outside: list[str] = []
    for group in predicate.limits:
        held = [product.measure(limit).compare(limit.operator, limit.value) for limit in group]
        if all(held):
            return COVERED
        if any(one is False for one in held):
            continue
        untold = [limit for limit, one in zip(group, held, strict=True) if one is None]
        inside.append(_listed([said(limit, limit.operator) for limit in untold], "and"))
        outside.append(_listed([said(limit, _OPPOSITE[limit.operator]) for limit in untold], "or"))
    if not inside:
        return NOT_COVERED
    return Match(None, (_listed(inside, "or"),), (_listed(outside, "and"),))
