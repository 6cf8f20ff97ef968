"""What is known that bears on one person, in an order: help where it is urgent, what matters most, then each thing they gave.

Each line is said twice from the same findings: in everyday words for the person, and with numbers and mechanism for a
clinician. It proposes no intake, diagnoses nothing, and tells nobody to start or stop anything.
"""

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
from equipoise.findings.law_answer import LawAnswer
from equipoise.findings.people import ConditionAnswer, signs, written
from equipoise.intake.certificate import Certificate
from equipoise.records.case import Case

NOTICE = (
    "Information for a talk with a pharmacist or a doctor: no diagnosis, no dose, no order to start or stop anything. "
    "Do not stop a prescribed medicine by yourself. Nothing that was typed is kept or sent on."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the answer; ``note`` stands under its title."""

    id: str
    title: str
    lines: tuple[Line, ...]
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """The answer for one person. ``urgent`` signs stand first, with the ``help`` of the person's country; then ``first``.

    ``medicines``, ``exposure``, ``product``, ``law`` and ``conditions`` are the answers behind the lines, whole.
    """

    urgent: tuple[Line, ...]
    help: tuple[HelpEntry, ...]
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
    urgent = _urgent(desk, held)
    sections = tuple(section for section in _sections(desk, held) if section.lines)
    return Assessment(
        urgent=urgent,
        help=_help(desk, held, urgent),
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


def _urgent(desk: Desk, held: Gathered) -> tuple[Line, ...]:
    """The signs in what was written, and a pregnancy with use that nobody said has ended."""
    made = [lines.sign(desk, one) for one in signs(desk.evidence, written(held.case))]
    if any(one.id == "pregnancy" for one in held.conditions) and _uses(held):
        made.append(lines.pregnant(desk))
    return tuple(made)


def _uses(held: Gathered) -> bool:
    """Whether the person takes kratom, as far as they say; it may stand among their medicines alone."""
    use = held.case.kratom
    if use is None:
        return held.listed is not None and any(one.kind == "topic" for one in held.listed.names)
    return use.stopped is None and use.use not in ("stopped", "considering", "never")


def _help(desk: Desk, held: Gathered, urgent: Sequence[Line]) -> tuple[HelpEntry, ...]:
    """The help of the country that the person is in, not of one they go to; what the first sign asks for first.

    Of a country without help on record the European number stands there, by its name; the numbers of another country do not.
    """
    spot = held.found[0].spot if given(held.case.place) else None
    if spot is None:
        found = list(desk.urgent)
    else:
        country = desk.places.gazetteer.stack(spot)[0].id
        own = [entry for entry in desk.help.get(country, ()) if entry.kind != "substance-use"]
        found = own or list(desk.help.get("EU", desk.urgent))
    wanted = next((line.help for line in urgent if line.help is not None), "")
    first = _ORDERS.get(wanted, _ORDERS["crisis"])
    return tuple(sorted(found, key=lambda entry: first.index(entry.kind) if entry.kind in first else len(first)))


_ORDERS = {
    "crisis": ("crisis", "emergency", "poison"),
    "emergency": ("emergency", "poison", "crisis"),
    "poison": ("poison", "emergency", "crisis"),
    "doctor-today": ("emergency", "poison", "crisis"),
}


def _sections(desk: Desk, held: Gathered) -> Iterator[Section]:
    """What is about this person, and then what holds of everybody."""
    if held.listed is not None:
        yield Section(
            id="medicines",
            title="Your medicines and kratom",
            lines=tuple(lines.medicines(desk, held.listed)),
            note=_NOT_NOW if _takes_none(held.case) else None,
        )
        yield Section(id="together", title="Several that do the same", lines=tuple(lines.together(held.listed)))
    yield Section(
        id="conditions",
        title="What is special about you",
        lines=tuple(lines.condition(desk, one) for one in held.conditions),
    )
    if held.exposure is not None:
        yield Section(
            id="exposure",
            title="What you take, in your blood",
            lines=(lines.exposure(desk, held.exposure, past=_has_stopped(held.case)),),
        )
    elif held.case.kratom is not None:
        yield Section(id="exposure", title="What you take, in your blood", lines=(lines.no_exposure(held.why_not),))
    if held.product is not None:
        yield Section(id="product", title="Your product’s lab report", lines=tuple(lines.product(held.product)))
    else:
        general = tuple(lines.of_findings(desk, desk.page.product))
        yield Section(id="product", title="What is in products", lines=general, note="No lab report was given.")
    yield Section(id="law", title="The law where you are and go", lines=tuple(lines.law(one) for one in held.law))
    yield Section(id="balance", title="Does it help with depression?", lines=tuple(lines.of_findings(desk, desk.page.balance)))
    yield Section(
        id="dependence",
        title="Dependence and withdrawal",
        lines=tuple(lines.of_findings(desk, desk.page.dependence)),
        note=_STOPPED if _has_stopped(held.case) else _IN_GROUPS,
    )
    unknown = (*lines.of_findings(desk, desk.page.unknown), *lines.not_checked(held.listed))
    yield Section(id="unknown", title="What is not known", lines=unknown)


_IN_GROUPS = "What studies found in groups of people who use kratom. It is no diagnosis."
_STOPPED = (
    "You say that you stopped. What people felt after stopping stands here; it is no diagnosis. A doctor can help with it, and "
    "so can the help line above."
)


_NOT_NOW = "You say that you take no kratom now. This is what is known for those who do."


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
