"""What each engine answers about one person, gathered before a word of it is set in order."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from equipoise.documents.cases import CaseError
from equipoise.documents.desk import Desk
from equipoise.findings.certificates import Asked, People, ProductAnswer, product_answer
from equipoise.findings.exposure_answer import ExposureAnswer
from equipoise.findings.interactions import ListAnswer
from equipoise.findings.law_answer import LawAnswer
from equipoise.findings.people import ADULT_YEARS, ConditionAnswer, TypedCondition, condition_answers, typed_condition
from equipoise.findings.places import Found
from equipoise.findings.reported import reported
from equipoise.intake.certificate import Certificate
from equipoise.records.case import Case, KratomUse
from equipoise.records.law import Form, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """The answers on one case.

    ``moved``: what was typed in one box and is read as of the other, with the box. ``none``: boxes that say that there is none.
    ``found`` are its place and those of its travel, ``why_not`` says why no exposure was computed.
    """

    case: Case
    moved: Mapping[str, str]
    none: tuple[str, ...]
    listed: ListAnswer | None
    typed: tuple[TypedCondition, ...]
    conditions: tuple[ConditionAnswer, ...]
    found: tuple[Found, ...]
    exposure: ExposureAnswer | None
    why_not: str
    product: ProductAnswer | None
    law: tuple[LawAnswer, ...]


def gather(desk: Desk, case: Case, certificate: Certificate | None, *, points: int = 0) -> Gathered:
    """Ask every engine that has something to say. ``points``: moments of the curves of an exposure, which no assessment draws.

    Raises
    ------
    CaseError
        An intake that cannot be.
    """
    medicines, typed, moved = _boxes(desk, case)
    found = tuple(desk.places.find(text) for text in (*given(case.place), *case.travel))
    exposure, why_not = _exposure(desk, case.kratom, points)
    return Gathered(
        case=case,
        moved=moved,
        none=tuple(field for field in ("medicines", "conditions") if _says_none(getattr(case, field))),
        listed=desk.check(medicines) if medicines else None,
        typed=typed,
        conditions=condition_answers(desk.evidence, case, typed),
        found=found,
        exposure=exposure,
        why_not=why_not,
        product=_product(desk, case, certificate, found),
        law=_law(desk, case, found),
    )


def given(text: str | None) -> tuple[str, ...]:
    """A text that holds something."""
    return () if text is None or not text.strip() else (text.strip(),)


_NONE = frozenset(
    {"", "-", "n a", "na", "nil", "no", "none", "none known", "nothing", "no medicines", "no medication", "no meds"}
)
"""Ways to say that there is none, without the signs around them."""


def says_none(text: str) -> bool:
    """Whether a text says that there is nothing of what a box asks for."""
    return " ".join(re.sub(r"[^a-z0-9]+", " ", text.casefold()).split()) in _NONE


def _says_none(texts: Sequence[str] | None) -> bool:
    return texts is not None and (not texts or any(map(says_none, texts)))


def _once(texts: Sequence[str] | None) -> list[str]:
    return [text for text in dict.fromkeys(text.strip() for text in texts or ()) if not says_none(text)]


def _boxes(desk: Desk, case: Case) -> tuple[list[str], tuple[TypedCondition, ...], dict[str, str]]:
    """Medicines and conditions: what is surely one of them is that, in whichever box it stood."""
    medicines: list[str] = []
    conditions: list[TypedCondition] = []
    moved: dict[str, str] = {}
    for text in _once(case.medicines):
        one = None if desk.named(text).medicines else typed_condition(desk.evidence, text, desk.conditions)
        if one is not None and one.conditions:
            conditions.append(one)
            moved[text] = "medicines"
        else:
            medicines.append(text)
    for text in _once(case.conditions):
        one = typed_condition(desk.evidence, text, desk.conditions)
        if not one.conditions and desk.named(text).medicines:
            medicines.append(text)
            moved[text] = "conditions"
        else:
            conditions.append(one)
    return list(dict.fromkeys(medicines)), tuple({one.typed: one for one in conditions}.values()), moved


def _exposure(desk: Desk, use: KratomUse | None, points: int) -> tuple[ExposureAnswer | None, str]:
    if use is None:
        return None, "no kratom use was reported"
    if desk.exposure is None or desk.crowd is None:
        return None, "the model lacks its evidence"
    try:
        taken = reported(use, untested=desk.exposure.untested, as_of=desk.as_of)
    except ValueError as fault:
        raise CaseError([("kratom", str(fault))]) from fault
    if isinstance(taken, str):
        return None, taken
    answer = desk.exposure.answer(
        taken.schedule,
        desk.crowd,
        reported=" ".join((taken.words, *taken.taken_as)),
        content=taken.content,
        hours=None,
        as_of=desk.as_of,
        points=points,
    )
    return answer, ""


_SUBSTANCES: dict[str, Kind] = {
    "powder": "powder",
    "capsules": "powder",
    "extract": "extract",
    "shot": "extract",
    "7-oh": "7-oh",
}
_FORMS: dict[str, Form] = {"capsules": "capsule", "shot": "drink", "tea": "drink"}


def _substance(use: KratomUse | None) -> tuple[Kind, Form | None]:
    product = "" if use is None or use.product is None else use.product
    return _SUBSTANCES.get(product, "leaf"), _FORMS.get(product)


def _law(desk: Desk, case: Case, found: Sequence[Found]) -> tuple[LawAnswer, ...]:
    """Buying where the person is, and having it there and on the way."""
    spots = [one.spot for one in found if one.spot is not None]
    if not spots:
        return ()
    substance, form = _substance(case.kratom)
    here = spots[:1] if given(case.place) and found[0].spot is not None else []
    ask = partial(desk.places.answer, substance=substance, form=form, age=case.age, book=desk.places.book(spots))
    return (*(ask(here, action="buy") if here else ()), *ask(spots, action="possess"))


def _people(case: Case) -> People | None:
    """Whose limits hold for the person; all of them where that is not known."""
    if case.age is None:
        return None
    if case.age < ADULT_YEARS:
        return "children"
    if case.sex == "female" or case.pregnant == "yes":
        return "women-who-may-become-pregnant"
    return "adults" if case.sex == "male" else None


def _product(desk: Desk, case: Case, certificate: Certificate | None, found: Sequence[Found]) -> ProductAnswer | None:
    if certificate is None:
        return None
    use = case.kratom or KratomUse()
    spot = found[0].spot if given(case.place) else None
    times = len(use.times) or use.times_per_day
    asked = Asked(
        grams_per_day=None if use.grams is None or times is None else use.grams * times,
        serving_g=use.serving_g,
        container_g=use.container_g,
        unit_g=use.unit_g,
        form=_substance(use)[1],
        people=_people(case),
    )
    return product_answer(
        certificate,
        desk.evidence,
        desk.limits,
        [] if spot is None else desk.places.bearing(spot),
        place=None if spot is None else desk.places.around(spot),
        asked=asked,
        day=desk.as_of,
    )
