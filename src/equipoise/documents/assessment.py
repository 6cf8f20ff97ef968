"""What is known that bears on one person, in an order: help where it is urgent, what matters most, then each thing they gave.

Each line is said twice from the same findings: in everyday words for the person, and with numbers and mechanism for a
clinician. It proposes no intake, diagnoses nothing, and tells nobody to start or stop anything.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from equipoise import __version__
from equipoise.documents import lines
from equipoise.documents.cases import CaseError, faults
from equipoise.documents.desk import Desk
from equipoise.documents.gathered import Gathered, gather, given
from equipoise.documents.inputs import InputAnswer, MissingAnswer, inputs, missing, questions
from equipoise.documents.lines import Line
from equipoise.documents.monograph import HelpEntry
from equipoise.findings.certificates import ProductAnswer
from equipoise.findings.exposure_answer import ExposureAnswer
from equipoise.findings.interactions import ListAnswer
from equipoise.findings.law import named
from equipoise.findings.law_answer import LawAnswer
from equipoise.findings.people import ConditionAnswer, SignAnswer, signs, written
from equipoise.findings.places import Found
from equipoise.intake.certificate import Certificate
from equipoise.records.case import Case
from equipoise.records.gazetteer import Spot

NOTICE = (
    "Information for a talk with a pharmacist or a doctor: no diagnosis, no dose, no order to start or stop anything. "
    "Do not stop a prescribed medicine by yourself. Nothing that was typed is kept or sent on."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the answer; ``note`` stands under its title. Both are said to the person; to a clinician where that differs."""

    id: str
    title: str
    lines: tuple[Line, ...]
    note: str | None = None
    clinician_title: str | None = None
    clinician_note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """The answer for one person. ``urgent`` signs stand first, with the ``help`` of the person's country; then ``first``.

    ``help_note``: why the lines of help are not those of the person's place, where they are not.
    ``medicines``, ``exposure``, ``product``, ``law`` and ``conditions`` are the answers behind the lines, whole.
    """

    urgent: tuple[Line, ...]
    help: tuple[HelpEntry, ...]
    help_note: str | None = None
    first: Line
    sections: tuple[Section, ...]
    inputs: tuple[InputAnswer, ...]
    missing: tuple[MissingAnswer, ...]
    questions: tuple[str, ...]
    medicines: ListAnswer | None
    exposure: ExposureAnswer | None
    product: ProductAnswer | None
    law: tuple[LawAnswer, ...]
    conditions: tuple[ConditionAnswer, ...]
    notice: str
    as_of: date
    version: str


def assess(desk: Desk, case: Case, certificate: Certificate | None = None) -> Assessment:
    """What is known that bears on the person of a case.

    Parameters
    ----------
    desk
        What does not depend on the person.
    case
        As reported. Nothing in it need be there.
    certificate
        The lab certificate of the case, read.

    Raises
    ------
    CaseError
        What cannot be, each with its field: an age, an amount, a date, more of something than is answered.
    """
    wrong = list(faults(case, desk.as_of))
    if wrong:
        raise CaseError(wrong)
    held = gather(desk, case, certificate)
    found = signs(desk.evidence, written(held.case))
    help_lines, own, help_note = _help(desk, held, found[0].help if found else "crisis")
    urgent = _urgent(desk, held, found, crisis=lines.reached(own, "crisis"))
    lined = any(entry.kind in ("crisis", "substance-use") for entry in help_lines)
    sections = tuple(section for section in _sections(desk, held, lined=lined) if section.lines)
    return Assessment(
        urgent=urgent,
        help=help_lines,
        help_note=help_note,
        first=_first(urgent, sections, case),
        sections=sections,
        inputs=tuple(inputs(held)),
        missing=tuple(missing(held)),
        questions=tuple(questions(desk, held)),
        medicines=held.listed,
        exposure=held.exposure,
        product=held.product,
        law=held.law,
        conditions=held.conditions,
        notice=NOTICE,
        as_of=desk.as_of,
        version=__version__,
    )


def _urgent(desk: Desk, held: Gathered, found: Sequence[SignAnswer], *, crisis: str | None) -> tuple[Line, ...]:
    """The signs in what was written, and a pregnancy with use that nobody said has ended."""
    made = [lines.sign(desk, one, crisis=crisis) for one in found]
    if any(one.id == "pregnancy" for one in held.conditions) and _uses(held):
        made.append(lines.pregnant(desk))
    return tuple(made)


def _uses(held: Gathered) -> bool:
    """Whether the person takes kratom, as far as they say; it may stand among their medicines alone."""
    use = held.case.kratom
    if use is None:
        return held.listed is not None and any(one.kind == "topic" for one in held.listed.names)
    return use.stopped is None and use.use not in ("stopped", "considering", "never")


def _help(desk: Desk, held: Gathered, wanted: str) -> tuple[tuple[HelpEntry, ...], Sequence[HelpEntry], str | None]:
    """The help of the country that the person is in, not of one they go to, what a sign asks for first; and what is amiss.

    The second are those of them that are of the person's own country. Numbers of another country never stand there as if they
    were the person's: where the place is not known, those of the place that it may be, the European number and those of every
    page stand one after the other, by the names of their places. Where a state has the code of the country too (DE is Germany,
    and Delaware), the lines of the state stand beside those of the country, so that those asked for first are first of both.
    """
    order = _ORDERS.get(wanted, _ORDERS["crisis"])
    widely = desk.help.get("EU", ())
    if not given(held.case.place):
        return _ordered(order, widely, desk.urgent), (), f"You did not say where you are, {_NOT_YOURS}"
    found = held.found[0]
    if found.spot is None:
        meant = _meant(desk, found)
        first = () if meant is None else _lines_in(desk, meant)
        unless = "" if meant is None else f" If you mean {_called(desk, meant)}, its lines stand first."
        note = f"The place you gave is not known here, {_NOT_YOURS}{unless}"
        return _ordered(order, first, widely, desk.urgent), (), note
    country = desk.places.country(found.spot)
    own = _lines_in(desk, country, stopped=_has_stopped(held.case))
    state = _state_of(desk, found.spot)
    lacking = "" if own else f"No help line in {_called(desk, country)} is on record. {_CALL} there."
    if state is None:
        return _ordered(order, own or widely or desk.urgent), own, lacking or None
    around = desk.places.country(state)
    also = _lines_in(desk, around)
    both = _ordered(order, [*own, *also]) if own else _ordered(order, widely, also)
    read = lacking or f"{found.spot.id} is read as {_called(desk, country)}."
    return both, own, f"{read} If you mean {_called(desk, state)}, the lines of {_called(desk, around)} stand here too."


def _lines_in(desk: Desk, country: Spot, *, stopped: bool = False) -> Sequence[HelpEntry]:
    """The help of a country; that for drug use among it only for those who stopped."""
    return [entry for entry in desk.help.get(country.id, ()) if stopped or entry.kind != "substance-use"]


def _called(desk: Desk, spot: Spot) -> str:
    return named(desk.places.around(spot))


def _state_of(desk: Desk, spot: Spot) -> Spot | None:
    """A state with help on record whose own two letters are the code of this country: Tennessee for TN, which is Tunisia."""
    near = desk.places.gazetteer.near(spot.id) if spot.parent is None else ()
    states = (desk.places.find(code).spot for code in near if code.endswith(f"-{spot.id}"))
    return next((state for state in states if state is not None and desk.help.get(desk.places.country(state).id)), None)


def _meant(desk: Desk, found: Found) -> Spot | None:
    """The country with help on record that a typed place most likely names; none for a town alone, as many are called alike.

    ``FR/Paris`` begins with its code, ``Austin, TX`` ends in a state, whose two letters may be the code of a country too.
    """
    head = re.split("[-/]", found.typed)[0].strip()
    last = found.typed.rpartition(",")[2].strip()
    ends = desk.places.gazetteer.near(last) if last != found.typed else []
    codes = [head, *found.near[:1], *(ends if len(last) == _LETTERS else ends[:1])]
    spots = (desk.places.find(code).spot for code in codes if "/" not in code)
    countries = (desk.places.country(spot) for spot in spots if spot is not None)
    return next((country for country in countries if desk.help.get(country.id)), None)


def _ordered(order: Sequence[str], *groups: Sequence[HelpEntry]) -> tuple[HelpEntry, ...]:
    """Place after place, of each what is asked for first."""
    held = [sorted(group, key=lambda entry: order.index(entry.kind) if entry.kind in order else len(order)) for group in groups]
    return tuple({entry.id: entry for group in held for entry in group}.values())


_LETTERS = 2
"""Of a code of a country, or of a state after its town."""
_CALL = "In an emergency, call the emergency number"
_NOT_YOURS = f"so these numbers may not be yours. {_CALL} of the place you are in."
_ORDERS = {
    "crisis": ("crisis", "emergency", "poison"),
    "emergency": ("emergency", "poison", "crisis"),
    "poison": ("poison", "emergency", "crisis"),
    "doctor-today": ("emergency", "poison", "crisis"),
}


def _sections(desk: Desk, held: Gathered, *, lined: bool) -> Iterator[Section]:
    """What is about this person, and then what holds of everybody; ``lined``: somebody to talk to stands among the help."""
    if held.listed is not None:
        yield Section(
            id="medicines",
            title="Your medicines and kratom",
            lines=tuple(lines.medicines(desk, held.listed)),
            note=_NOT_NOW if _takes_none(held.case) else None,
            clinician_title="Medicines and kratom",
            clinician_note=_NONE_NOW if _takes_none(held.case) else None,
        )
        yield Section(id="together", title="Several that do the same", lines=tuple(lines.together(held.listed)))
    yield Section(
        id="conditions",
        title="What is special about you",
        lines=tuple(lines.condition(desk, one) for one in held.conditions),
        clinician_title="What is special about this person",
    )
    if held.case.kratom is not None:
        yield Section(
            id="exposure",
            title="What you take, in your blood",
            lines=(
                lines.exposure(desk, held.exposure, past=_has_stopped(held.case))
                if held.exposure is not None
                else lines.no_exposure(held.why_not),
            ),
            clinician_title="The reported intake, in blood",
        )
    if held.product is not None:
        yield Section(
            id="product",
            title="Your product’s lab report",
            lines=tuple(lines.product(held.product)),
            clinician_title="The product’s lab report",
        )
    else:
        general = tuple(lines.of_findings(desk, desk.page.product))
        yield Section(id="product", title="What is in products", lines=general, note="No lab report was given.")
    yield Section(
        id="law",
        title="The law where you are and go",
        lines=tuple(lines.law(one) for one in held.law),
        clinician_title="The law at the place and on the way",
    )
    yield Section(id="balance", title="Does it help with depression?", lines=tuple(lines.of_findings(desk, desk.page.balance)))
    yield Section(
        id="dependence",
        title="Dependence and withdrawal",
        lines=tuple(lines.of_findings(desk, desk.page.dependence)),
        note=_IN_GROUPS if not _has_stopped(held.case) else f"{_STOPPED}{_LINED if lined else '.'}",
        clinician_note=_HAS_STOPPED if _has_stopped(held.case) else None,
    )
    unknown = (*lines.of_findings(desk, desk.page.unknown), *lines.not_checked(held.listed))
    yield Section(id="unknown", title="What is not known", lines=unknown)


_IN_GROUPS = "What studies found in groups of people who use kratom. It is no diagnosis."
_STOPPED = "You say that you stopped. What people felt after stopping stands here; no diagnosis. A doctor can help with it"
_LINED = ", and so can a help line above."
_HAS_STOPPED = "Use is reported as stopped. What people felt after stopping stands here; it is no diagnosis."
_NOT_NOW = "You say that you take no kratom now. This is what is known for those who do."
_NONE_NOW = "No kratom is taken now, as reported. This is what is known for those who do."


def _takes_none(case: Case) -> bool:
    return _has_stopped(case) or (case.kratom is not None and case.kratom.use in ("considering", "never"))


def _has_stopped(case: Case) -> bool:
    return case.kratom is not None and (case.kratom.use == "stopped" or case.kratom.stopped is not None)


def _first(urgent: Sequence[Line], sections: Sequence[Section], case: Case) -> Line:
    """What matters most: the heaviest line that is about this very person. Another input can only make it heavier."""
    weighed = ("medicines", "together", "conditions", "product")
    own = [line for section in sections if section.id in weighed for line in section.lines]
    about = [line for line in (*urgent, *own) if line.about and line.weight != "fact"]
    heaviest = min(about, key=_rank, default=None)
    if heaviest is not None:
        slight = heaviest.weight == "minor"  # what nobody knows stands above it, and was there before the first input
        return lines.nothing_found(given=True, slight=True) if slight else heaviest
    return lines.nothing_found(given=bool(case.medicines or case.conditions or case.certificate))


def _rank(line: Line) -> tuple[int, bool, int]:
    """The heaviest first; of those the short list; then the likeliest."""
    return lines.WEIGHTS.index(line.weight), not line.short_list, lines.LIKELIEST.index(line.likelihood or "unknown")


__all__ = ["NOTICE", "Assessment", "CaseError", "InputAnswer", "Line", "MissingAnswer", "Section", "assess"]
