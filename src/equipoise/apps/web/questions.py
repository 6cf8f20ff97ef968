"""The questions that pages and the API answer: fields to values, values to an answer. Nothing of either is kept."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, get_args

from equipoise.apps.web.given import Given, GivenError, quoted
from equipoise.apps.web.house import House
from equipoise.documents.assessment import Assessment, assess
from equipoise.documents.cases import CaseError
from equipoise.documents.cases import faults as case_faults
from equipoise.documents.gathered import gather
from equipoise.findings.certificates import Asked, People, ProductAnswer, product_answer
from equipoise.findings.exposure_answer import ExposureAnswer
from equipoise.findings.interactions import ListAnswer
from equipoise.findings.law_answer import LawAnswer
from equipoise.intake.certificate import Certificate, CertificateError, certificate_of
from equipoise.records.case import Case
from equipoise.records.gazetteer import Spot
from equipoise.records.law import Action, Form, Kind
from equipoise.records.reader import read_case

MOST_NAMES, LONGEST_NAME = 100, 120
OLDEST = 120
MOST_UNKNOWN = 2
MOST_G = Decimal(1000)
CURVE = 500
"""Moments of the curves that are drawn."""

SUBSTANCES: tuple[str, ...] = get_args(Kind)
FORMS: tuple[str, ...] = get_args(Form)
ACTIONS: tuple[str, ...] = get_args(Action)
PEOPLE: tuple[str, ...] = get_args(People)

A_PLACE = "a code such as TH, US-TN or US-CA/San Diego"
_STAYED = "Information, not medical advice. The names came in the body of this request; they are not stored and not logged."


def interactions(house: House, given: Given) -> ListAnswer:
    """Medicines as typed, checked against kratom."""
    names = given.lines("names", most=MOST_NAMES, longest=LONGEST_NAME, needed="the name of at least one medicine")
    given.checked()
    answer = house.desk.check(names)
    return replace(answer, notes=(*answer.notes[:-1], _STAYED))


def law(house: House, given: Given) -> LawAnswer:
    """What the law says of one product and action at one place."""
    typed = given.text("place", needed=A_PLACE)
    substance = given.choice("substance", SUBSTANCES, default="leaf")
    form = given.choice("form", FORMS)
    action = given.choice("action", ACTIONS, default="possess")
    on = given.day("on")
    age = given.whole("age", low=0, high=OLDEST)
    spot = _spot(house, given, "place", typed)
    given.checked()
    assert spot is not None  # noqa: S101 - else it was named above
    (answer,) = house.desk.places.answer([spot], substance=substance, form=form, action=action, age=age, on=on)
    return answer


def _spot(house: House, given: Given, field: str, typed: str | None) -> Spot | None:
    if typed is None:
        return None
    spot = house.desk.places.gazetteer.find(typed)
    if spot is None:
        given.wrong(field, f"is no place that we know; should be {A_PLACE}")
    return spot


def near(house: House, typed: str) -> tuple[tuple[str, str], ...]:
    """Places that may be meant: each code with its name. It looks through all of them, which takes a while."""
    found = house.desk.places.find(typed)
    if found.spot is not None or not typed:
        return ()
    spots = [house.desk.places.gazetteer.find(code) for code in found.near]
    return tuple((spot.id, spot.name) for spot in spots if spot is not None)


def product(house: House, given: Given, certificate: Certificate | None) -> ProductAnswer:
    """A certificate against limits; None for one that was read before with faults."""
    grams, serving, container, unit = (
        given.number(name, most=MOST_G, unit="g") for name in ("grams_per_day", "serving_g", "container_g", "unit_g")
    )
    form = given.choice("form", FORMS)
    people = given.choice("people", PEOPLE)
    typed = given.text("place")
    spot = _spot(house, given, "place", typed)
    given.checked()
    assert certificate is not None  # noqa: S101 - else it was named above
    places = house.desk.places
    return product_answer(
        certificate,
        house.evidence,
        house.desk.limits,
        () if spot is None else places.bearing(spot),
        place=None if spot is None else places.around(spot),
        asked=Asked(grams_per_day=grams, serving_g=serving, container_g=container, unit_g=unit, form=form, people=people),
        day=house.as_of,
    )


def certificate(given: Given, field: str, raw: bytes, suffix: str) -> Certificate | None:
    """The certificate of some bytes; None where it has faults, which are then noted."""
    if raw.startswith(b"%PDF"):
        given.wrong(field, "is a PDF; should be CSV or JSON (the command `equipoise product` reads tables of PDF files)")
        return None
    try:
        return certificate_of(raw, f"certificate{suffix}")
    except CertificateError as refused:
        for fault in refused.faults[:20]:
            given.wrong(field, fault)
        return None


CERTIFICATE_FORMS = ("csv", "json")


def report(given: Given, field: str = "certificate") -> Certificate | None:
    """The certificate of a field ``{form: csv or json, text: ...}``."""
    value = given.data.get(field)
    if not isinstance(value, Mapping):
        given.wrong(field, f"{'is missing' if value is None else 'is no object'}; should be an object with form and text")
        return None
    unknown = sorted(set(value) - {"form", "text"})
    form, text = value.get("form"), value.get("text")
    if unknown or form not in CERTIFICATE_FORMS or not isinstance(text, str):
        given.wrong(field, "should be an object with form (csv or json) and text, and nothing else")
        return None
    return certificate(given, f"{field}.text", text.encode(), f".{form}")


def _case(data: Mapping[str, Any]) -> Case:
    read, faults = read_case(data)
    if read is None:
        raise GivenError(faults)
    return read


def assessment(house: House, data: Mapping[str, Any]) -> Assessment:
    """One person's assessment, from plain data in the form that ``docs/assessment.md`` documents.

    Raises
    ------
    GivenError
        With every field that is wrong.
    """
    read = _case(data)
    _few_unknown(house, read)
    held: Certificate | None = None
    if read.certificate is not None:
        form, text = read.certificate.form, read.certificate.text
        if read.certificate.file is not None or text is None or form is None:
            raise GivenError([("certificate", "should have form (csv or json) and text; a file cannot be opened from here")])
        given = Given(data, typed=False)
        held = certificate(given, "certificate.text", text.encode(), f".{form}")
        given.checked()
    try:
        return assess(house.desk, read, held)
    except CaseError as refused:
        raise GivenError(refused.faults) from None


def _few_unknown(house: House, read: Case) -> None:
    """Looking for what an unknown place may be takes a while, so that one request may not ask for many."""
    gazetteer = house.desk.places.gazetteer
    unknown = [text for text in read.travel if gazetteer.find(text) is None]
    if len(unknown) > MOST_UNKNOWN:
        named = ", ".join(map(quoted, unknown[: MOST_UNKNOWN + 1]))
        raise GivenError([("travel", f"{named} are no places that we know; each should be {A_PLACE}")])


def exposure(house: House, kratom: Mapping[str, Any]) -> ExposureAnswer | str:
    """What the model gives for a reported intake, in the form of a case's ``kratom``; or why it gives nothing.

    Raises
    ------
    GivenError
        With every field that is wrong.
    """
    try:
        read = _case({"kratom": kratom})
    except GivenError as refused:
        raise GivenError(_inside(refused.faults)) from None
    faults = list(case_faults(read, house.as_of))
    if faults:
        raise GivenError(_inside(faults))
    try:
        found = gather(house.desk, read, None, points=CURVE)
    except CaseError as refused:
        raise GivenError(_inside(refused.faults)) from None
    return found.why_not if found.exposure is None else found.exposure


def _inside(faults: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Faults of a case by the fields of its kratom."""
    return [(field.removeprefix("kratom."), message) for field, message in faults]
