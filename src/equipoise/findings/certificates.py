"""A laboratory's certificate against limits: of toxicology at a reported daily amount, of the law of a place, of microbes.

Limits of law are compared by the law engine itself, so that a substance, a basis and a sign mean here what they mean there.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal, get_args

from equipoise.engines.law import Amount, Bounds, Limit, Norm, Place, State, dated, reaches
from equipoise.engines.law import Product as LawProduct
from equipoise.engines.law.products import said
from equipoise.engines.products import (
    ALKALOIDS,
    MOIST,
    PERS,
    TOTAL,
    AbsenceLimit,
    Content,
    ContentLimit,
    DailyLimit,
    Intake,
    Judgement,
    Per,
    Product,
    amount,
    at_least,
    by_weight,
    by_which_weight,
    judge,
    total_disagrees,
)
from equipoise.findings.law import named
from equipoise.intake.certificate import MICROBES, MOISTURE, NOT_RECOGNISED, Basis, Certificate, Result
from equipoise.records.evidence import Evidence
from equipoise.records.law import Form
from equipoise.records.limit import LimitSet, MicrobialLimit
from equipoise.records.provenance import Locator
from equipoise.values.amounts import ANY, MASSES, NONE, SHARES
from equipoise.values.estimate import rounded
from equipoise.values.panels import VERDICTS, Meter, Meters, Table, Verdict

People = Literal["adults", "women-who-may-become-pregnant", "children", "anyone"]

NOTICE = (
    "A certificate speaks of the sample that was tested. Within a limit says nothing of what was not measured, "
    "nor of what the product does."
)

NOT_MEASURED = "not measured"

_WHY: Mapping[str, str] = {
    "not-measured": NOT_MEASURED,
    "below-a-limit-not-said": "not detected, and no limit of detection is printed",
    "censored-above-the-limit": "below a limit of quantitation that lies above this limit",
    "unit-unknown": "its unit is not said",
    "no-weight": "no weight of a serving, unit or package given",
    "no-other-alkaloid": "a share needs more than one alkaloid",
    "no-daily-amount": "no daily amount given",
    "spans-the-limit": "what was measured leaves both sides open",
    "sample-too-small": "not shown to be absent in as much as the limit asks for",
    "not-all-alkaloids": "alkaloids that were not measured would make the share smaller",
    "total-disagrees": "the total of alkaloids and its parts disagree",
    "no-count": "found, and no amount is printed",
    "no-form": "the limit is for some forms of product only, and no form was given",
    "stale": "the law was last verified too long ago to rely on",
    "other-form": "the certificate gives only a part of it",
    "by-which-weight": "not told whether by dry weight",
    "no-moisture": "no moisture given to convert between dry weight and weight as it is",
}
"""Why a verdict cannot be told, in words."""

_PERS: Mapping[str, tuple[Per, ...]] = {
    "dry-weight": ("gram",),
    "product-weight": ("gram",),
    "per-serving": ("serving",),
    "per-container": ("container",),
    "alkaloid-fraction": PERS,
    "to-mitragynine": PERS,
}
"""In what an amount has to be known for a limit of each basis; a share is the same in a gram, a serving or a tablet."""

_PRINTED = re.compile(r"([\d.]+)(%| ppm| mg/g| mg| to 1)")
_SCALES: Mapping[str, tuple[int, str]] = {
    "%": (100, "%"),
    " ppm": (10**6, "ppm"),
    " mg/g": (1000, "mg/g"),
    " mg": (1000, "mg"),
    " to 1": (1, "to 1"),
}
"""From the own unit of a limit's basis to the unit in which the law prints it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a person reports of a product. None: not reported. ``name`` is the person's own word for the sample."""

    grams_per_day: Decimal | None = None
    serving_g: Decimal | None = None
    container_g: Decimal | None = None
    unit_g: Decimal | None = None
    form: Form | None = None
    people: People | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who sets a limit: the text and the place in it; of a law also the place, what it does, and how old the knowledge is."""

    text: str
    body: str
    sources: tuple[tuple[str, str], ...] = ()
    known: str | None = None
    place: str | None = None
    effect: str | None = None
    actions: tuple[str, ...] = ()
    url: str | None = None
    grade: str | None = None
    in_force: Literal["in force", "uncertain"] | None = None
    last_verified: date | None = None
    stale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitAnswer:
    """One limit and its verdict. ``low`` and ``high``: what the amount can be, in the limit's unit; None: not known.

    ``times_low`` and ``times_high``: as multiples of the limit.
    """

    kind: Literal["daily", "law", "microbe"]
    id: str
    analyte: str
    label: str
    says: str
    limit: float | None
    unit: str
    verdict: Verdict
    why: str | None
    low: float | None
    high: float | None
    times_low: float | None
    times_high: float | None
    people: str | None
    by: By
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the certificate: what it names, what that is here (None: not recognised), and what it says."""

    printed: str
    analyte: str | None
    label: str | None
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductAnswer:
    """A certificate against limits: first what is above, then what cannot be told, then what is within."""

    sentence: str
    asked: tuple[tuple[str, str], ...]
    above: int
    cannot_tell: int
    within: int
    limits: tuple[LimitAnswer, ...]
    lines: tuple[Line, ...]
    not_measured: tuple[str, ...]
    not_recognised: tuple[str, ...]
    notes: tuple[str, ...]
    figure: Meters | None
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A limit of toxicology or of microbes, and what is said of it whoever asks; made by :func:`standing`.

    ``scale``: of grams in the numbers of an answer; ``other``: why a certificate of the whole cannot tell of a form.
    """

    limit: DailyLimit | ContentLimit | AbsenceLimit
    kind: Literal["daily", "microbe"]
    id: str
    label: str
    says: str
    scale: Fraction
    most: float | None
    unit: str
    people: str | None
    by: By
    notes: tuple[str, ...]
    other: str | None


def product_answer(
    certificate: Certificate,
    evidence: Evidence,
    limits: Iterable[Standing],
    norms: Iterable[Norm],
    *,
    place: Place | None,
    asked: Asked,
    day: date,
) -> ProductAnswer:
    """Every limit that bears on a certificate, with its verdict.

    ``evidence`` has the vocabulary, ``limits`` are those of toxicology and of microbes, ``norms`` the law around ``place``;
    without a place no law is looked at.
    """
    product = _product(certificate, asked)
    moist = product.moisture is not None
    live: list[_Live] = []
    found = [*_held_to(limits, product, asked)]
    if place is not None:
        live = list(_live(norms, place, day))
        found += _of_form(list(_law(evidence, product, live, place, day)), asked.form)
    found.sort(key=_weight)
    counts = {verdict: sum(one.verdict == verdict for one in found) for verdict in VERDICTS}
    lines = tuple(_line(evidence, one) for one in certificate.results)
    return ProductAnswer(
        sentence=_sentence(found, counts),
        asked=tuple(_asked(certificate, asked, place, day)),
        above=counts["above"],
        cannot_tell=counts["cannot tell"],
        within=counts["within"],
        limits=tuple(found),
        lines=lines,
        not_measured=tuple(dict.fromkeys(one.label for one in found if one.why == NOT_MEASURED)),
        not_recognised=tuple(map(_shown, certificate.not_recognised)),
        notes=(*_notes(certificate, found, place, day, asked, moist=moist), *_beside(live)),
        figure=_figure(found, asked, counts),
        sha256=certificate.sha256,
    )


def _weight(one: LimitAnswer) -> tuple[int, bool, int, float]:
    """What a reader should see first: what is above, of law before others, the farthest above before the rest."""
    verdict = {"above": 0, "cannot tell": 1, "within": 2}[one.verdict]
    kind = {"law": 0, "daily": 1, "microbe": 2}[one.kind]
    return verdict, one.why == NOT_MEASURED, kind, -(one.times_low or 0.0)


# What the certificate says.


def contents(certificate: Certificate) -> tuple[Content, ...]:
    """The recognised results as the engine takes them; a value below a limit is an interval and no zero."""
    return tuple(made for made in map(_content, certificate.results) if made is not None)


def _content(result: Result) -> Content | None:
    if result.analyte in (NOT_RECOGNISED, MOISTURE) or result.outcome == "no-result":
        return None
    microbe = result.analyte in MICROBES
    if result.outcome == "absent":
        return Content.absent(result.analyte, in_g=result.sample_g)
    if result.outcome == "detected" or (result.unit == "not-said" and result.high is None and result.low == 0):
        return Content(
            analyte=result.analyte,
            bounds=ANY,
            per="gram",
            censored=result.censored,
            counted=microbe,
            detected=result.outcome == "detected",
            form=result.form,
        )
    # what is above the range of a method is no bound from above
    censored = result.outcome in {"below", "not-detected"}
    return Content.of(
        result.analyte,
        low=result.low,
        high=result.high,
        unit=result.unit,
        censored=censored,
        form=result.form,
        dry=_DRY[result.basis],
    )


_DRY: Mapping[Basis, bool | None] = {"dry": True, "as-is": False, "not-said": None}


def _moisture(certificate: Certificate) -> Bounds | None:
    """Grams of water in a gram, as far as every line on it leaves open; None where none says how much at most."""
    found: Bounds | None = None
    for one in certificate.results:
        if one.analyte == MOISTURE and one.unit in SHARES and one.high is not None:
            held = Bounds(Fraction(one.low), Fraction(one.high)) * SHARES[one.unit]
            found = held if found is None else found.hull(held)
    return found


def _product(certificate: Certificate, asked: Asked) -> Product:
    serving = asked.serving_g if asked.serving_g is not None else certificate.serving_g
    weights: dict[Per, Fraction] = {}
    if serving is not None:
        weights["serving"] = Fraction(serving)
    if asked.container_g is not None:
        weights["container"] = Fraction(asked.container_g)
    if asked.unit_g is not None:
        weights["unit"] = Fraction(asked.unit_g)
    return Product(contents=contents(certificate), grams=weights, moisture=_moisture(certificate))


def _line(evidence: Evidence, result: Result) -> Line:
    recognised = result.analyte != NOT_RECOGNISED
    by = "" if result.uncertainty is None else f" ± {result.uncertainty}"
    weight = {"dry": ", by dry weight", "as-is": ", by weight as it is", "not-said": ""}[result.basis]
    number = "" if result.value is None else f" {result.value}{by}"
    unit = "" if result.unit == "not-said" else "%" if result.unit == "percent" else f" {result.unit}"
    sample = "" if result.sample_g is None else f" in {result.sample_g} g"
    bounds = {"loq": result.loq, "lod": result.lod}
    limits = "".join(f", {name.upper()} {value}" for name, value in bounds.items() if value is not None)
    words = {
        "measured": f"{number.strip()}{unit}",
        "below": f"below{number}{unit}" if number else "below a limit of quantitation",
        "above": f"above{number}{unit}",
        "not-detected": "not detected",
        "detected": f"detected{sample}",
        "absent": f"absent{sample}",
        "no-result": "no result",
    }
    return Line(
        printed=_shown(result.printed),
        analyte=result.analyte if recognised else None,
        label=_label(evidence, result.analyte, result.form) if recognised else None,
        says=f"{words[result.outcome]}{weight}{limits}",
    )


def _shown(printed: str) -> str:
    """A laboratory's word without what a terminal would obey."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in printed)


def _label(evidence: Evidence, analyte: str, form: str | None = None) -> str:
    word = evidence.vocabulary.analytes.get(analyte)
    label = analyte.replace("-", " ") if word is None else word.label.partition(" (")[0]
    return label if form is None else f"{_FORM_WORDS.get(form, form)}{label}"


_FORM_WORDS: Mapping[str, str] = {"inorganic": "inorganic ", "methyl": "methyl"}


# Limits of toxicology and of microbes.


def standing(evidence: Evidence) -> tuple[Standing, ...]:
    """The limits of toxicology and of microbes, ready for one certificate after the other."""
    return (*_daily(evidence), *_microbes(evidence))


def _daily(evidence: Evidence) -> Iterator[Standing]:
    for stem, held in evidence.limits.items():
        for one in held.daily:
            mass = one.unit.removesuffix("/day")
            factor, unit = MASSES[mass], f"{mass} a day"
            most = Fraction(one.value) * factor
            label = _label(evidence, one.analyte, one.form)
            whom = "" if one.people == "anyone" else f" for {one.people.replace('-', ' ')}"
            other = f"the limit is for {label}, and the certificate gives total {_label(evidence, one.analyte)}"
            yield Standing(
                limit=DailyLimit(id=one.id, analyte=one.analyte, most=most, people=one.people, form=one.form),
                kind="daily",
                id=f"{stem}/{one.id}",
                label=label,
                says=f"at most {one.value} {unit}{whom}",
                scale=1 / factor,
                most=float(most / factor),
                unit=unit,
                people=one.people,
                by=_by(held, one.sources, one.basis),
                notes=() if one.note is None else (one.note,),
                other=None if one.form is None else other,
            )


def _microbes(evidence: Evidence) -> Iterator[Standing]:
    for stem, held in evidence.limits.items():
        for one in held.microbes:
            for limit, says in _counts(one):
                yield Standing(
                    limit=limit,
                    kind="microbe",
                    id=f"{stem}/{one.id}",
                    label=_label(evidence, one.analyte),
                    says=says,
                    scale=Fraction(1),
                    most=float(limit.most) if isinstance(limit, ContentLimit) else None,
                    unit="CFU/g",
                    people=None,
                    by=_by(held, one.sources, one.basis),
                    notes=() if one.note is None else (one.note,),
                    other=None,
                )


def _held_to(limits: Iterable[Standing], product: Product, asked: Asked) -> Iterator[LimitAnswer]:
    """A product against limits, those of other people left out."""
    intake = Intake(grams=None if asked.grams_per_day is None else Fraction(asked.grams_per_day))
    for one in limits:
        if asked.people is None or one.people in (None, asked.people, "anyone"):
            yield _answer(one, judge(product, one.limit, intake=intake), found=_found(product, one.limit.analyte))


def _found(product: Product, analyte: str) -> bool:
    """Whether it was found without an amount, as colonies too numerous to count are."""
    return any(one.detected for one in product.contents if one.analyte == analyte)


def _counts(one: MicrobialLimit) -> Iterator[tuple[ContentLimit | AbsenceLimit, str]]:
    if one.value is not None:
        limit = ContentLimit(id=one.id, analyte=one.analyte, most=Fraction(one.value), per="gram", counted=True)
        yield limit, f"at most {one.value:,} CFU/g"
    if one.absent_in_g is not None:
        yield AbsenceLimit(id=one.id, analyte=one.analyte, in_g=Fraction(one.absent_in_g)), f"none in {one.absent_in_g} g"


def _by(held: LimitSet, sources: Sequence[Locator], known: str) -> By:
    return By(
        text=held.title,
        body=held.body,
        sources=tuple((source.ref, source.at) for source in sources),
        known=None if known == "reported" else known,
    )


def _answer(one: Standing, judged: Judgement, *, found: bool) -> LimitAnswer:
    why = None if judged.why is None else _WHY["no-count" if judged.why == "spans-the-limit" and found else judged.why]
    if judged.why == "other-form" and one.other is not None:
        why = one.other
    bounds, share = judged.bounds, judged.share
    return LimitAnswer(
        kind=one.kind,
        id=one.id,
        analyte=one.limit.analyte,
        label=one.label,
        says=one.says,
        limit=one.most,
        unit=one.unit,
        verdict="cannot tell" if judged.verdict == "cannot-tell" else judged.verdict,
        why=why,
        low=None if bounds is None else float(bounds.low * one.scale),
        high=None if bounds is None or bounds.high is None else float(bounds.high * one.scale),
        times_low=None if share is None else float(share.low),
        times_high=None if share is None or share.high is None else float(share.high),
        people=one.people,
        by=one.by,
        notes=one.notes,
    )


# Limits of law, compared by the law engine.


_Force = Literal["in force", "uncertain"]
_Live = tuple[Norm, _Force]
_Answered = tuple[Norm, LimitAnswer]

_FORCES: Mapping[State, _Force] = {"in": "in force", "date": "uncertain"}


def _live(norms: Iterable[Norm], place: Place, day: date) -> Iterator[_Live]:
    """The law at a place and around it that is in force on a day, or may be; proposals are none."""
    around = {held.id for held in place.stack}
    incorporated = place.local == "municipality"
    for norm in norms:
        if norm.place in around and norm.force == "law" and reaches(norm, incorporated=incorporated):
            force = _FORCES.get(dated(norm, day))
            if force is not None:
                yield norm, force


def _law(evidence: Evidence, product: Product, live: Sequence[_Live], place: Place, day: date) -> Iterator[_Answered]:
    around = {held.id: level for level, held in enumerate(place.stack)}
    voiding = [norm for norm, _ in live if norm.effect == "preempt"]
    for norm, force in live:
        if norm.effect in ("preempt", "not-listed"):
            continue
        held = place.stack[around[norm.place]]
        above = [wider for wider in voiding if around[wider.place] < around[norm.place] and wider.actions & norm.actions]
        by = By(
            text=norm.citation,
            body=named(held),
            place=norm.place,
            effect=norm.effect,
            actions=tuple(sorted(norm.actions)),
            url=norm.url,
            grade=norm.grade,
            in_force=force,
            last_verified=min(date.fromordinal(norm.verified), day),
            stale=day.toordinal() > norm.relied_from + norm.stale_days,
        )
        aside = [f"A wider law may set it aside: {wider.citation}." for wider in above]
        for group in norm.predicate.limits:
            for limit in group:
                notes = (*_norm_notes(norm, [other for other in group if other is not limit]), *aside)
                answer = _judged(evidence, product, norm, limit, by=by, notes=notes)
                if answer.verdict == "within" and by.stale:
                    answer = replace(answer, verdict="cannot tell", why=_WHY["stale"])
                yield norm, answer


_FREEING = frozenset({"exempt", "permit-if", "licence"})
_FORMS: tuple[Form, ...] = get_args(Form)


def _of_form(answered: Sequence[_Answered], form: Form | None) -> Iterator[LimitAnswer]:
    """The answers that are about a form of product.

    Where none was said a bar may not reach this one, and an exemption may not cover it, unless one of each form says the same.
    """
    for norm, answer in answered:
        fits = {one for one in _FORMS if _fits(norm, one)}
        if form is not None:
            if form in fits:
                yield answer
            continue
        alike = [
            other
            for other, said in answered
            if (other.instrument, said.says, said.verdict) == (norm.instrument, answer.says, answer.verdict)
        ]
        every = all(any(_fits(other, one) for other in alike) for one in _FORMS)
        unsure = answer.verdict == ("within" if norm.effect in _FREEING else "above") and not every
        yield replace(answer, verdict="cannot tell", why=_WHY["no-form"]) if unsure else answer


def _fits(norm: Norm, form: Form) -> bool:
    """Whether a norm is about a form of product."""
    return (not norm.predicate.forms or form in norm.predicate.forms) and form not in norm.predicate.not_forms


_TAKEN = frozenset({"buy", "possess", "use"})
_GIVEN = frozenset({"sell", "give"})
_MOST_BARS = 3


def _beside(live: Sequence[_Live]) -> Iterator[str]:
    """What is barred whatever a certificate says: of having it first, then of handing it over."""
    bars = [
        norm
        for norm, _ in live
        if norm.effect in ("prohibit", "schedule")
        and norm.min_age is None
        and not (norm.predicate.limits or norm.predicate.forms or norm.predicate.not_forms or norm.predicate.concentrated)
        and {"plant", "mitragynine"} & set(norm.predicate.any_of)
        and norm.actions & (_TAKEN | _GIVEN)
    ]
    bars.sort(key=lambda norm: not norm.actions & _TAKEN)
    for norm in bars[:_MOST_BARS]:
        yield f"A rule there that no certificate bears on: {norm.says.rstrip('.')} ({norm.citation})."
    if len(bars) > _MOST_BARS:
        yield f"{len(bars) - _MOST_BARS} more of such rules are on record there."


def _norm_notes(norm: Norm, together: Sequence[Limit]) -> Iterator[str]:
    yield norm.says
    if norm.effect == "exempt":
        yield "An exemption: above it the exemption does not hold."
    if norm.predicate.forms:
        yield f"Only for: {', '.join(norm.predicate.forms)}."
    if norm.predicate.not_forms:
        yield f"Not for: {', '.join(norm.predicate.not_forms)}."
    if together:
        yield f"Counts only together with: {'; '.join(said(limit, limit.operator) for limit in together)}."
    if norm.grade == "tracker":
        yield "Known from a list alone, and not from the law or a report on it."
    for claim in norm.claims:
        if claim.field == "limits" or claim.weighs:
            yield f"Another source ({claim.grade}) says {claim.says}: {claim.note}"


def _judged(evidence: Evidence, product: Product, norm: Norm, limit: Limit, *, by: By, notes: tuple[str, ...]) -> LimitAnswer:
    bounds, why = _measured(product, limit)
    verdict: Verdict = "cannot tell"
    if bounds is not None:
        holds = bounds.compare(limit.operator, limit.value)
        reached = holds if limit.operator in (">", ">=") else None if holds is None else not holds
        verdict = "cannot tell" if reached is None else "above" if reached else "within"
        why = _open(product, limit, bounds) if reached is None else None
    printed = _PRINTED.match(limit.amount)
    scale, unit = _SCALES[printed[2]] if printed is not None else (1, "")
    low = None if bounds is None else float(bounds.low * scale)
    high = None if bounds is None or bounds.high is None else float(bounds.high * scale)
    most = float(limit.value * scale)
    return LimitAnswer(
        kind="law",
        id=norm.id,
        analyte=limit.analyte,
        label=_label(evidence, limit.analyte),
        says=f"{_EFFECTS.get(norm.effect, norm.effect)}: {said(limit, limit.operator)}",
        limit=most,
        unit=unit,
        verdict=verdict,
        why=None if why is None else _WHY[why],
        low=low,
        high=high,
        times_low=None if low is None or not most else low / most,
        times_high=None if high is None or not most else high / most,
        people=None,
        by=by,
        notes=notes,
    )


_EFFECTS: Mapping[str, str] = {
    "prohibit": "barred",
    "schedule": "scheduled",
    "exempt": "exempt",
    "permit-if": "allowed under conditions",
    "licence": "by licence",
}


def _measured(product: Product, limit: Limit) -> tuple[Bounds | None, str | None]:
    """What the law engine makes of the certificate for one limit; None with the reason where there is nothing to compare."""
    product = _weighed(product, limit)
    own = [one for one in product.contents if one.analyte == limit.analyte and not one.counted]
    if not own:
        return None, "not-measured"
    if all(one.per is None for one in own):
        return None, "unit-unknown"
    for per in _PERS[limit.basis]:
        part = amount(own, limit.analyte, per=per, grams=product.grams)
        if part is not None:
            return _bounds(product, limit, part, per), None
    return None, "no-weight"


_DRY_OF: Mapping[str, bool] = {"dry-weight": True, "product-weight": False, "per-serving": False, "per-container": False}


def _weighed(product: Product, limit: Limit) -> Product:
    """The product by the weight that a limit names; a share or a ratio is the same by any."""
    dry = _DRY_OF.get(limit.basis)
    contents = by_weight(product.contents, dry=dry, moisture=product.moisture)
    return product if contents == product.contents else replace(product, contents=contents)


def _bounds(product: Product, limit: Limit, part: Bounds, per: Per) -> Bounds:
    """The law engine's measure at both ends of what the certificate leaves open.

    A share or a ratio is least where its own alkaloid is least and the others are most, and the other way round.
    """
    others: dict[str, Bounds] = {}
    if limit.basis in ("alkaloid-fraction", "to-mitragynine"):
        names = [name for name in (*ALKALOIDS, TOTAL) if name != limit.analyte]
        seen = {name: amount(product.contents, name, per=per, grams=product.grams) for name in names}
        others = {name: held for name, held in seen.items() if held is not None}
        whole = others.pop(TOTAL, None)
        if limit.basis == "alkaloid-fraction" and whole is not None and not _relative(whole, per):
            disagree = total_disagrees(product.contents, grams=product.grams)
            if not disagree:
                whole = at_least(whole, part.low + sum((held.low for held in others.values()), Fraction(0)))
            by_total = part.high is not None and part.high <= whole.low
            if by_total and disagree:
                return _between(limit, per, part, {TOTAL: whole}).hull(_between(limit, per, part, others))
            if by_total:
                others = {TOTAL: whole}  # the measured whole stands for its parts
    return _between(limit, per, part, others)


def _relative(whole: Bounds, per: Per) -> bool:
    """A total of 100% is that of a table of shares, and no content of the product."""
    return per == "gram" and whole.low >= 1


def _between(limit: Limit, per: Per, part: Bounds, others: Mapping[str, Bounds]) -> Bounds:
    """The least and the most that a limit's measure can be."""
    most = {name: held.high for name, held in others.items()}
    low = Fraction(0)
    if None not in most.values():
        low = _measure(limit, per, part.low, {name: high for name, high in most.items() if high is not None}).low
    high = None
    if part.high is not None:
        high = _measure(limit, per, part.high, {name: held.low for name, held in others.items()}).high
    return Bounds(low, high)


_HOLDERS: Mapping[Per, Literal["gram", "serving", "container"]] = {
    "gram": "gram",
    "serving": "serving",
    "container": "container",
    "unit": "serving",
    "millilitre": "serving",
}
"""The law engine knows no tablets, and a share is the same in whatever holds it."""


def _measure(limit: Limit, per: Per, own: Fraction, others: Mapping[str, Fraction]) -> Bounds:
    """One product as the law engine sees it. Its parts may not exceed the whole, which both ends together could."""
    kept = {limit.analyte: own, **others}
    if per == "gram" and sum((value for name, value in kept.items() if name != TOTAL), Fraction(0)) > 1:
        return ANY
    amounts = tuple((name, Amount(value, _HOLDERS[per])) for name, value in kept.items())
    return LawProduct(amounts=amounts).measure(limit)


def _open(product: Product, limit: Limit, bounds: Bounds) -> str:
    """Why the law engine cannot tell."""
    if limit.basis == "alkaloid-fraction" and total_disagrees(product.contents, grams=product.grams):
        return "total-disagrees"
    own = [one for one in product.contents if one.analyte == limit.analyte]
    if all(one.form is not None for one in own):
        return "other-form"
    if limit.basis == "alkaloid-fraction" and not any(one.censored for one in own):
        return "not-all-alkaloids"
    if any(one.censored for one in own):
        return "below-a-limit-not-said" if bounds.high is None else "censored-above-the-limit"
    if product.moisture is None and limit.basis in _DRY_OF:
        same, _ = _measured(replace(product, moisture=NONE), limit)
        if same is not None and same.compare(limit.operator, limit.value) is not None:
            return by_which_weight(own)
    return "no-other-alkaloid" if limit.basis == "to-mitragynine" and bounds.high is None else "spans-the-limit"


# What is said of it all.


def _sentence(found: Sequence[LimitAnswer], counts: Mapping[Verdict, int]) -> str:
    above = Counter(one.label for one in found if one.verdict == "above")
    every = Counter(one.label for one in found)
    total, within, untold = len(found), counts["within"], counts["cannot tell"]
    if above:
        named_few = ", ".join(f"{label} ({count} of {every[label]})" for label, count in list(above.items())[:4])
        more = f" and {len(above) - 4} more" if len(above) > 4 else ""
        return f"Above {counts['above']} of {total} limits: {named_few}{more}."
    if not within:
        return f"None of {total} limits can be judged from this certificate." if total else "No limit was looked at."
    if untold:
        return f"{untold} of {total} limits cannot be judged from this certificate; it is within the other {within}."
    return f"Within the {within} limits looked at; what no limit is on record for was not judged."


def _asked(certificate: Certificate, asked: Asked, place: Place | None, day: date) -> Iterator[tuple[str, str]]:
    if asked.name is not None:
        yield "sample", asked.name
    yield "grams_per_day", "not given" if asked.grams_per_day is None else str(asked.grams_per_day)
    serving = asked.serving_g if asked.serving_g is not None else certificate.serving_g
    whose = "" if asked.serving_g is not None else " (by the certificate)"
    yield "serving_g", "not given" if serving is None else f"{serving}{whose}"
    if asked.container_g is not None:
        yield "container_g", str(asked.container_g)
    if asked.unit_g is not None:
        yield "unit_g", str(asked.unit_g)
    if asked.form is not None:
        yield "form", asked.form
    yield "people", "all that limits are set for" if asked.people is None else asked.people.replace("-", " ")
    yield "place", "not given" if place is None else place.id
    yield "on", str(day)


def _notes(
    certificate: Certificate, found: Sequence[LimitAnswer], place: Place | None, day: date, asked: Asked, *, moist: bool
) -> Iterator[str]:
    yield NOTICE
    yield from certificate.notes
    if place is None:
        yield "No place was given, so no law was looked at."
    elif not any(one.kind == "law" for one in found):
        yield f"No limit on what a product holds is on record for {named(place)} on {day}; that is no permission."
        yield "Whether the product is lawful there is another question; `equipoise law` answers it."
    else:
        yield "Whether the product is lawful there is another question; `equipoise law` answers it."
    if any(one.kind == "law" and "by dry weight" in one.says for one in found):
        yield _MOIST_NOTE if moist else _DRY_NOTE
    if asked.grams_per_day is None:
        yield "Limits for a day cannot be told without the daily amount."
    if asked.serving_g is not None and certificate.serving_g is not None and asked.serving_g != certificate.serving_g:
        yield f"The certificate gives a serving of {certificate.serving_g} g; {asked.serving_g} g was used, as asked."
    if any(one.kind == "microbe" and one.why != NOT_MEASURED for one in found):
        yield "Limits of microbes differ by the kind of product; each names the kind that it is for."


_MOIST_NOTE = (
    "For limits by dry weight the moisture on the certificate was taken off, from every amount that it does not call dry."
)
_DRY_NOTE = (
    f"For limits by dry weight an amount that the certificate does not call dry was taken to hold up to {int(MOIST * 100)}% of "
    "water, since no moisture is given."
)


def amount_words(one: LimitAnswer) -> str:
    """``7.2 ug a day``; ``up to 0.3 mg``; empty where nothing is known."""
    if one.low is None or (one.low == 0 and one.high is None):
        return ""
    unit = one.unit if one.unit == "%" else f" {one.unit}"
    if one.high is None:
        return f"{rounded(one.low)}{unit} or more"
    if one.low == one.high:
        return f"{rounded(one.high)}{unit}"
    return f"up to {rounded(one.high)}{unit}" if one.low == 0 else f"{rounded(one.low)} to {rounded(one.high)}{unit}"


def _figure(found: Sequence[LimitAnswer], asked: Asked, counts: Mapping[Verdict, int]) -> Meters | None:
    """Amounts against their limits; None where no amount is known. Analytes that were not measured stand in the table."""
    meters = tuple(
        Meter(
            label=f"{one.label[0].upper()}{one.label[1:]}: {one.by.body}",
            low=one.low,
            high=float("inf") if one.high is None else one.high,
            limit=one.limit,
            unit=one.unit,
            verdict=one.verdict,
        )
        for one in found
        if one.low is not None and one.limit is not None
    )
    if not meters:
        return None
    daily = "" if asked.grams_per_day is None else f", limits for a day at {asked.grams_per_day} g"
    words = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
    return Meters(
        title=f"{asked.name or 'A product'} against limits",
        said=f"Amounts of the certificate as shares of each limit{daily}: {words}.",
        meters=meters,
        table=Table(
            columns=("Analyte", "Verdict", "Amount", "Limit", "Why", "By"),
            rows=tuple(
                (one.label, one.verdict, amount_words(one), one.says, one.why or "", f"{one.by.body}: {one.by.text}")
                for one in found
            ),
        ),
    )
